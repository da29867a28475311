const { Fake } = require("./fake");
const { LoginReporter } = require("./login_reporter");

let fake, account, monitor, reporter;

beforeAll(async () => {
  fake = await Fake.start();
});
afterAll(() => fake.stop());
beforeEach(async () => {
  account = await fake.account();
  monitor = await account.monitor();
  reporter = new LoginReporter(fake.url, account.apikey, account.secretkey);
});
afterEach(() => account.remove());

test("a login is one row", async () => {
  await reporter.report(monitor, "root", "10.0.0.5");
  const rows = await account.rows(monitor);
  expect(rows.map((row) => row.values)).toEqual([{ user_login: "root", host: "10.0.0.5" }]);
});

test("an outage delays the report and does not double it", async () => {
  await account.fault({ match: { action: "addResult" }, occurrence: 1, effect: { status: 503 } });
  await reporter.report(monitor, "root", "10.0.0.5");
  expect(await account.rows(monitor)).toHaveLength(1);
});

test("an answer that was lost after storing is no second row", async () => {
  await account.fault({ match: { action: "addResult" }, occurrence: 1, effect: { status: 500, when: "after" } });
  await reporter.report(monitor, "root", "10.0.0.5");
  expect(await account.rows(monitor)).toHaveLength(1);
});

test("a wrong secret is refused and said to be it", async () => {
  const wrong = new LoginReporter(fake.url, account.apikey, "another secret");
  const refusal = await wrong.report(monitor, "root", "10.0.0.5").catch((error) => error);
  expect(refusal.reply.status).toBe(403);
  expect(refusal.reply.headers.get("X-Fakeapi-Diagnosis")).toBeTruthy();
});

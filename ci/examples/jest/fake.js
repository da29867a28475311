// A fake Paid Monitor API for the tests: the one of $PAIDMONITOR_URL (a service container, or
// `paidmonitor-fakeapi exec -- npx jest`), or one that is started here. Each test takes an account of its own, so
// that tests may run in parallel and see nothing of each other.
const { spawn } = require("node:child_process");

class Fake {
  static async start() {
    if (process.env.PAIDMONITOR_URL) return new Fake(process.env.PAIDMONITOR_URL);
    const server = spawn("paidmonitor-fakeapi", ["serve", "--store", "memory"], { stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise((resolve, reject) => {
      let said = "";
      server.once("error", reject);
      server.once("exit", (status) => reject(new Error(`the server did not start: status ${status}`)));
      server.stdout.on("data", (text) => {
        said += text;
        const found = /^ *API +(\S+)$/m.exec(said);
        if (found) resolve(found[1]);
      });
    });
    return new Fake(url, server);
  }

  constructor(url, server) {
    Object.assign(this, { url, server });
  }

  stop() {
    if (!this.server) return undefined;
    const ended = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.kill();
    return ended;
  }

  // The control API, as far as these tests need it: /__fake/control.json describes all of it.
  async control(method, path, body) {
    const headers = { "Content-Type": "application/json" };
    if (process.env.PAIDMONITOR_FAKEAPI_CONTROL_TOKEN)
      headers.Authorization = `Bearer ${process.env.PAIDMONITOR_FAKEAPI_CONTROL_TOKEN}`;
    const reply = await fetch(`${this.url}/__fake${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  }

  async account() {
    const { apikey, secretkey } = await this.control("POST", "/accounts", { name: "jest" });
    const at = `/accounts/${apikey}`;
    return {
      apikey,
      secretkey,
      monitor: async () =>
        (await this.control("POST", `${at}/monitors`, { name: "Logins", tag: "login", resultParams: "user_login:Login::3;host:Host::3" })).result.data,
      rows: async (monitor) => (await this.control("GET", `${at}/results?monitor=${monitor}`)).results,
      fault: (fault) => this.control("POST", `/faults?account=${apikey}`, fault),
      remove: () => this.control("DELETE", at),
    };
  }
}

module.exports = { Fake };

// What is tested here: a client that reports logins. Yours goes in its place.
const { createHmac } = require("node:crypto");

class LoginReporter {
  constructor(url, apikey, secretkey) {
    Object.assign(this, { url, apikey, secretkey });
  }

  checksum(params) {
    const text = Object.keys(params).sort().map((name) => name + params[name]).join("");
    return createHmac("sha1", this.secretkey).update(text).digest("base64");
  }

  async post(action, params) {
    const timestamp = new Date().toISOString().slice(0, 19).replace("T", " ");
    const all = { ...params, action, apikey: this.apikey, version: "2", timestamp };
    const body = new URLSearchParams({ ...all, checksum: this.checksum(all) });
    return fetch(this.url + "/customMonitorApi", { method: "POST", body });
  }

  // One row per login: a report that is sent again carries the same checktime.
  async report(monitor, user, host, attempts = 3) {
    const params = { monitorId: String(monitor), checktime: String(Date.now()), results: `user_login:${user};host:${host}` };
    let reply;
    for (let attempt = 0; attempt < attempts; attempt++) {
      reply = await this.post("addResult", params);
      if (reply.status < 500) break;
    }
    if (!reply.ok) throw Object.assign(new Error(`refused: ${reply.status}`), { reply });
  }
}

module.exports = { LoginReporter };

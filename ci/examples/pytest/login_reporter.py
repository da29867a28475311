"""What is tested here: a client that reports logins. Yours goes in its place."""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request


class LoginReporter:
    def __init__(self, url, apikey, secretkey):
        self.url, self.apikey, self.secretkey = url, apikey, secretkey

    def checksum(self, params):
        text = "".join(name + value for name, value in sorted(params.items()))
        digest = hmac.new(self.secretkey.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def post(self, action, **params):
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        params.update(action=action, apikey=self.apikey, version="2", timestamp=now)
        params["checksum"] = self.checksum(params)
        body = urllib.parse.urlencode(params).encode()
        with urllib.request.urlopen(self.url + "/customMonitorApi", body, timeout=10) as reply:
            return json.load(reply)

    def report(self, monitor, user, host, attempts=3):
        """One row per login: a report that is sent again carries the same checktime."""
        checktime = str(int(time.time() * 1000))
        for attempt in range(attempts):
            try:
                return self.post("addResult", monitorId=str(monitor), checktime=checktime,
                                 results=f"user_login:{user};host:{host}")
            except urllib.error.HTTPError as error:
                if error.code < 500 or attempt + 1 == attempts:
                    raise

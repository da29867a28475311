"""Fixtures: a fake Paid Monitor API for the whole run, and an account of its own for each test.

The server is the one of $PAIDMONITOR_URL (a service container, or `paidmonitor-fakeapi exec -- pytest`), or
one that is started here. Tests see nothing of each other's accounts, so they can run in parallel.
"""

import json
import os
import subprocess
import time
import urllib.request

import pytest


class Fake:
    """The control API, as far as these tests need it: /__fake/control.json describes all of it."""

    def __init__(self, url):
        self.url = url

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.url + "/__fake" + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        token = os.environ.get("PAIDMONITOR_FAKEAPI_CONTROL_TOKEN")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)


class Account:
    def __init__(self, fake, keys):
        self.fake, self.url = fake, fake.url
        self.apikey, self.secretkey = keys["apikey"], keys["secretkey"]

    def monitor(self, params="user_login:Login::3;host:Host::3"):
        made = self.fake.control("POST", f"/accounts/{self.apikey}/monitors",
                                 {"name": "Logins", "tag": "login", "resultParams": params})
        return made["result"]["data"]

    def rows(self, monitor):
        return self.fake.control("GET", f"/accounts/{self.apikey}/results?monitor={monitor}")["results"]

    def fault(self, **fault):
        return self.fake.control("POST", f"/faults?account={self.apikey}", fault)


@pytest.fixture(scope="session")
def fake(tmp_path_factory):
    if os.environ.get("PAIDMONITOR_URL"):
        yield Fake(os.environ["PAIDMONITOR_URL"])
        return
    port_file = tmp_path_factory.mktemp("fake") / "port"
    server = subprocess.Popen(["paidmonitor-fakeapi", "serve", "--store", "memory", "--port-file", str(port_file)],
                              stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not port_file.exists():  # appears as a whole, once requests are answered
        assert server.poll() is None and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.005)
    yield Fake("http://127.0.0.1:" + port_file.read_text().strip())
    server.terminate()
    assert server.wait(timeout=20) == 0


@pytest.fixture
def account(fake):
    keys = fake.control("POST", "/accounts", {"name": "pytest"})
    yield Account(fake, keys)
    fake.control("DELETE", "/accounts/" + keys["apikey"])

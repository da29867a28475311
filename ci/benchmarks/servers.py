#!/usr/bin/env python3
"""Measure HTTP servers on this machine, in turns: ours, and others to compare it with.

usage: servers.py FAKEAPI [--nginx PROGRAM] [--peers DIR] [--postgresql PROGRAM] [--only GROUP,...]
                  [--requests N] [--rows N] [--seconds N]

Prints one JSON object a line: group, name and figures. What cannot be had here is said on standard
error and left out.

    load         signed, verified and durably stored POSTs; peers answer the same requests with a constant
    connect      the same with one connection per request, as hooks make them
    start        from exec to the first answer, and from SIGTERM to the end
    memory       resident when idle, and after N requests
    postgresql   the load upon 1, 2 and 3 servers of one database
    rows         reading and the dashboard's page with N rows stored

FAKEAPI     paidmonitor-fakeapi
--peers     a folder in which npm installed wiremock (needs java) and mountebank
--postgresql  ci/postgresql, which makes a database of one's own
"""
import argparse
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
APIKEY, SECRET = "1234567890ABCDEFGHIJKLMNOP", "PONMLKJIHGFEDCBA0987654321"
ANSWER = '{"status":"ok","data":null}'  # what ours says to a stored result
CONNECTIONS = 16
STARTS = 15
TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    print("servers: " + text, file=sys.stderr, flush=True)


def result(group, name, **figures):
    print(json.dumps({"group": group, "name": name, **figures}), flush=True)


# --- processes

def children(pid):
    """A process and all below it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            found += map(int, open(f"/proc/{one}/task/{one}/children").read().split())
    return found


def cpu_seconds(pid):
    """Of a process, all below it and what they have waited for."""
    total = 0
    for one in children(pid):
        with contextlib.suppress(OSError):
            total += sum(map(int, open(f"/proc/{one}/stat").read().rsplit(")", 1)[1].split()[11:15]))
    return total / TICKS


def resident_kib(pid):
    total = 0
    for one in children(pid):
        with contextlib.suppress(OSError):
            total += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{one}/status").read())[1])
    return total


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def answers(port):
    """Is the first request answered?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /__fake/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


class Server:
    """One that runs from `with` to its end; `url` takes the posts."""

    name = path = ""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def command(self):
        raise NotImplementedError

    def __enter__(self):
        began = time.perf_counter()
        self.process = subprocess.Popen(self.command(), cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not answers(self.port):
            if self.process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"{self.name} does not come up")
            time.sleep(0.0002)
        self.start_ms = (time.perf_counter() - began) * 1000
        self.prepare()
        return self

    def prepare(self):
        """After the first answer, before the load."""

    def check(self, requests):
        """Has it done what it answered?"""

    def __exit__(self, *_):
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.stop_ms = (time.perf_counter() - began) * 1000


class Fakeapi(Server):
    name, path, store = "fakeapi", "/customMonitorApi", "file"
    program = None

    def command(self):
        accounts = self.folder + "/accounts"
        if not os.path.exists(accounts):
            with open(os.open(accounts, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(f"[bench]\napikey = {APIKEY}\nsecretkey = {SECRET}\n")
        store = self.folder + "/store.db" if self.store == "file" else self.store
        return [self.program, "serve", "--quiet", "--port", str(self.port), "--accounts", accounts,
                "--store", store, "--dashboard-file", self.folder + "/dashboard"]

    def prepare(self):
        form = signed(action="addMonitor", name=f"bench {self.port}", tag="bench",
                      resultParams="user_login:User::3;host:Host::3;srv:Service::3")
        reply = json.loads(post(self.port, self.path, form))
        if "data" not in reply:
            raise RuntimeError(f"no monitor: {reply}")
        self.monitor = str(reply["data"])


    def check(self, requests):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read().decode()
        rows = int(re.search(r"^paidmonitor_fakeapi_store_newest_row (\d+)$", metrics, re.M)[1])
        if rows < requests:
            raise RuntimeError(f"{requests} requests were answered, but {rows} rows stored")


class FakeapiMemory(Fakeapi):
    name, store = "fakeapi memory", "memory"


class Nginx(Server):
    name = "nginx"
    program = None

    def command(self):
        with open(self.folder + "/nginx.conf", "w") as file:
            file.write(f"""
worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    keepalive_requests 100000000;
    server {{
        listen 127.0.0.1:{self.port};
        location / {{ default_type application/json; return 200 '{ANSWER}'; }}
    }}
}}
""")
        return [self.program, "-p", self.folder, "-c", "nginx.conf", "-e", "error.log"]


class WireMock(Server):
    name = "WireMock"
    modules = None

    def command(self):
        jar = [os.path.join(base, file) for base, _, files in os.walk(self.modules + "/wiremock")
               for file in files if file.endswith(".jar")][0]
        os.makedirs(self.folder + "/mappings", exist_ok=True)
        with open(self.folder + "/mappings/all.json", "w") as file:
            json.dump({"request": {"urlPattern": ".*"}, "response": {
                "status": 200, "body": ANSWER, "headers": {"Content-Length": str(len(ANSWER))}}}, file)
        return ["java", "-jar", jar, "--bind-address", "127.0.0.1", "--port", str(self.port),
                "--root-dir", self.folder, "--disable-banner", "--max-request-journal-entries", "10000"]


class Mountebank(Server):
    name = "Mountebank"
    modules = None

    def command(self):
        with open(self.folder + "/imposters.json", "w") as file:
            json.dump({"imposters": [{"port": self.port, "protocol": "http", "host": "127.0.0.1",
                                      "stubs": [{"responses": [{"is": {"statusCode": 200, "body": ANSWER}}]}]}]},
                      file)
        return ["node", self.modules + "/mountebank/bin/mb", "start", "--configfile", "imposters.json",
                "--port", str(free_port()), "--nologfile", "--loglevel", "error", "--localOnly"]


# --- requests

def signed(**fields):
    """A form, signed as PROTOCOL.md section 2.3 says."""
    fields.update(apikey=APIKEY, version="2",
                  timestamp=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()))
    text = "".join(name + fields[name] for name in sorted(fields)).encode()
    fields["checksum"] = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha1).digest()).decode()
    return urllib.parse.urlencode(fields)


def post(port, path, form):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
    return connection.getresponse().read()


class Bodies:
    """Files of signed results, each of a span of check times of its own: no row comes twice."""

    COUNT = 200000

    def __init__(self, folder):
        self.path = folder + "/bodies"
        self.first = int(time.time()) * 1000

    def make(self, monitor, count=COUNT):
        self.first -= count
        with open(self.path, "w") as file:
            subprocess.run([sys.executable, HERE + "/presign.py", str(self.first), str(count), monitor, APIKEY],
                           input=SECRET, text=True, stdout=file, check=True)
        return self.path


def wrk(url, bodies, seconds, closes=False):
    """Load from a process of its own; requests per second, latencies in ms."""
    environment = dict(os.environ, BODIES=bodies, CLOSE="1" if closes else "")
    said = subprocess.run(["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", str(seconds), "-s",
                           HERE + "/post.lua", url], env=environment, capture_output=True, text=True,
                          check=True).stdout
    count, us, errors, p50_us, p99_us = map(int, re.search(r"^RESULT (.*)$", said, re.M)[1].split())
    if errors:
        raise RuntimeError(f"{errors} of {count} requests to {url} failed")
    return {"requests": count, "per_second": round(count * 1e6 / us), "p50_ms": p50_us / 1000,
            "p99_ms": p99_us / 1000}


def load(server, bodies, seconds, closes=False):
    before = cpu_seconds(server.process.pid)
    figures = wrk(server.url, bodies.make(getattr(server, "monitor", "1")), seconds, closes)
    used = cpu_seconds(server.process.pid) - before
    return {**figures, "cpu_us": round(used * 1e6 / figures["requests"], 1)}


# --- what is measured

class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.bodies = Bodies(folder)
        self.kinds = self.find_kinds()

    def find_kinds(self):
        """The servers that can be had here, ours among them."""
        Fakeapi.program, Nginx.program = self.options.fakeapi, self.options.nginx
        WireMock.modules = Mountebank.modules = (self.options.peers or "") + "/node_modules"
        kinds = [Fakeapi, FakeapiMemory]
        for kind, is_there, needs in (
                (Nginx, self.options.nginx and os.access(self.options.nginx, os.X_OK), "--nginx"),
                (WireMock, os.path.isdir(WireMock.modules + "/wiremock") and shutil.which("java"),
                 "java, and npm's package wiremock in --peers"),
                (Mountebank, os.path.isdir(Mountebank.modules + "/mountebank") and shutil.which("node"),
                 "node, and npm's package mountebank in --peers")):
            if is_there:
                kinds.append(kind)
            else:
                say(f"{kind.name} is left out: it needs {needs}")
        return kinds

    def new(self, kind):
        folder = tempfile.mkdtemp(dir=self.folder)
        return kind(folder)

    def each(self, group, measure):
        for kind in self.kinds:
            try:
                result(group, kind.name, **measure(kind))
            except (RuntimeError, OSError) as error:
                say(f"{group}: {kind.name}: {error}")

    def load(self):
        def measure(kind):
            with self.new(kind) as server:
                wrk(server.url, self.bodies.make(getattr(server, "monitor", "1")), 1)  # warm
                figures = load(server, self.bodies, self.options.seconds)
                server.check(figures["requests"])
                return figures
        self.each("load", measure)

    def connect(self):
        def measure(kind):
            with self.new(kind) as server:
                return load(server, self.bodies, self.options.seconds, closes=True)
        self.each("connect", measure)

    def start(self):
        def measure(kind):
            starts, stops = [], []
            for _ in range(STARTS if issubclass(kind, (Fakeapi, Nginx)) else 3):
                with self.new(kind) as server:
                    pass
                starts.append(server.start_ms)
                stops.append(server.stop_ms)
            return {"start_ms": round(statistics.median(starts), 2), "stop_ms": round(statistics.median(stops), 2)}
        self.each("start", measure)

    def memory(self):
        """Peers are given as long as ours took, and not longer."""
        limit = None

        def measure(kind):
            nonlocal limit
            with self.new(kind) as server:
                idle, sent, began = resident_kib(server.process.pid), 0, time.monotonic()
                while sent < self.options.requests and (limit is None or time.monotonic() - began < limit):
                    sent += wrk(server.url, self.bodies.make(getattr(server, "monitor", "1")),
                                self.options.seconds)["requests"]
                limit = limit or time.monotonic() - began
                return {"idle_kib": idle, "after_kib": resident_kib(server.process.pid), "requests": sent}
        self.each("memory", measure)

    def postgresql(self):
        if not self.options.postgresql:
            say("PostgreSQL is left out: it needs --postgresql")
            return
        folder = self.folder + "/postgresql"
        if subprocess.run([self.options.postgresql, "start", folder], stdout=subprocess.DEVNULL).returncode != 0:
            say("PostgreSQL is left out: it does not start")
            return
        try:
            for count in (1, 2, 3):
                result("postgresql", str(count), **self.shared_load(folder, count))
        finally:
            subprocess.run([self.options.postgresql, "stop", folder], stdout=subprocess.DEVNULL, check=False)

    def shared_load(self, folder, count):
        class Shared(Fakeapi):
            name, store = "fakeapi on PostgreSQL", f"postgresql://postgres@/postgres?host={folder}"

        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(self.new(Shared)) for _ in range(count)]
            files = []
            for server in servers:
                mine = Bodies(server.folder)
                mine.first = self.bodies.first
                files.append(mine.make(server.monitor))
            figures = [None] * count
            threads = [threading.Thread(target=self.load_one, args=(figures, i, servers[i], files[i]))
                       for i in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return {"per_second": sum(one["per_second"] for one in figures),
                "p50_ms": max(one["p50_ms"] for one in figures), "p99_ms": max(one["p99_ms"] for one in figures)}

    def load_one(self, figures, i, server, bodies):
        figures[i] = wrk(server.url, bodies, self.options.seconds)

    def rows(self):
        try:
            self.many_rows()
        except (RuntimeError, OSError) as error:
            say(f"rows: {error}")

    def many_rows(self):
        server = self.new(Fakeapi)
        with server:
            monitor = server.monitor
        say(f"storing {self.options.rows} rows")
        first = fill(server.folder + "/store.db", int(monitor), self.options.rows)
        with self.again(server):
            day = time.gmtime(first / 1000 + 86400 * 100)
            query = urllib.parse.urlencode({"action": "getMonitorResults", "apikey": APIKEY, "monitorId": monitor,
                                            "year": day.tm_year, "month": day.tm_mon, "day": day.tm_mday})
            result("rows", "getMonitorResults", rows=self.options.rows,
                   **timed(server.port, "/customMonitorApi?" + query))
            cookie = sign_in(server)
            result("rows", "dashboard, the monitor's page", rows=self.options.rows,
                   **timed(server.port, f"/dashboard/monitors/{monitor}", cookie))

    @staticmethod
    def again(server):
        """The same store once more; its monitor is there already."""
        server.prepare = lambda: None
        return server


def fill(path, monitor, count):
    """Ten years of logins, straight into the database. Returns the first check time."""
    step_ms = 10 * 365 * 86400 * 1000 // count
    first = int(time.time() * 1000) - count * step_ms
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("""
            WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?1)
            INSERT INTO results (monitor_id, checktime_ms, number, data)
            SELECT ?2, ?3 + n * ?4, 0, '{"user_login":"user' || (n % 1000) || '","host":"198.51.100.' || (n % 250)
                || '","srv":"sshd"}' FROM number""", (count, monitor, first, step_ms))
        database.commit()
    return first


def sign_in(server):
    address = urllib.parse.urlsplit(open(server.folder + "/dashboard").read().strip())
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", address.path + "?" + address.query)
    reply = connection.getresponse()
    reply.read()
    return reply.getheader("Set-Cookie").split(";")[0]


def timed(port, target, cookie=""):
    """The median of some requests, after one that reads from disk."""
    times = []
    for _ in range(11):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        connection.request("GET", target, headers={"Cookie": cookie} if cookie else {})
        reply = connection.getresponse()
        body = reply.read()
        times.append((time.perf_counter() - began) * 1000)
        if reply.status != 200:
            raise RuntimeError(f"{target}: status {reply.status}")
    return {"first_ms": round(times[0], 1), "ms": round(statistics.median(times[1:]), 1), "bytes": len(body)}


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("fakeapi")
    parser.add_argument("--nginx")
    parser.add_argument("--peers")
    parser.add_argument("--postgresql")
    parser.add_argument("--only", default="load,connect,start,memory,postgresql,rows")
    parser.add_argument("--requests", type=int, default=1000000)
    parser.add_argument("--rows", type=int, default=10000000)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    options.fakeapi = os.path.abspath(options.fakeapi)
    for name in ("nginx", "peers", "postgresql"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # PostgreSQL is another user
        bench = Bench(options, folder)
        for group in options.only.split(","):
            say(f"measuring: {group}")
            getattr(bench, group)()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Leave records of logins in a drop directory, as the module does.

usage: records.py fill DROP COUNT
       records.py latency DROP COUNT URL APIKEY TAG

`latency` leaves one after the other and asks the API for the rows of the monitor of that TAG until
the one is among them; it prints median and 99th percentile of the time that took, in µs.
"""
import http.client
import json
import os
import random
import sys
import time
from urllib.parse import urlencode, urlsplit


def leave(drop, ms):
    event = "%032x" % random.getrandbits(128)
    os.symlink(
        f"v=1 id={event} t={ms} mono={time.monotonic_ns() // 1000000} phase=open service=sshd user=alice"
        f" rhost=198.51.100.5 tty=ssh uid=0 euid=0 pid={os.getpid()}",
        f"{drop}/{ms:013d}-{event}",
    )
    return event


def fill(drop, count):
    first = time.time_ns() // 1000000 - count
    for number in range(count):
        leave(drop, first + number)


class Api:
    def __init__(self, url, apikey):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        self.apikey = apikey

    def ask(self, **fields):
        query = urlencode({"apikey": self.apikey, "version": 2, **fields})
        self.connection.request("GET", "/customMonitorApi?" + query)
        return self.connection.getresponse().read()


def wait_until(is_there):
    deadline = time.monotonic() + 20
    while not is_there():
        if time.monotonic() > deadline:
            sys.exit("records.py: the row does not come")


def latency(drop, count, url, apikey, tag):
    api = Api(url, apikey)
    leave(drop, time.time_ns() // 1000000)
    wait_until(lambda: len(json.loads(api.ask(action="getMonitors", tag=tag))) == 1)
    monitor = json.loads(api.ask(action="getMonitors", tag=tag))[0]["id"]
    taken = []
    for _ in range(count):
        time.sleep(random.uniform(0, 0.02))
        now = time.time_ns() // 1000000
        day = time.gmtime(now / 1000)
        started = time.monotonic_ns()
        event = leave(drop, now).encode()
        wait_until(lambda: event in api.ask(action="getMonitorResults", monitorId=monitor,
                                            year=day.tm_year, month=day.tm_mon, day=day.tm_mday))
        taken.append((time.monotonic_ns() - started) // 1000)
    taken.sort()
    print(taken[count // 2], taken[count * 99 // 100])


if sys.argv[1] == "fill":
    fill(sys.argv[2], int(sys.argv[3]))
else:
    latency(sys.argv[2], int(sys.argv[3]), *sys.argv[4:])

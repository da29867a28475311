#!/usr/bin/env python3
"""An HTTP client for `paidmonitor conformance --serve`, right or with a mistake.

    conformance_client.py URL [right|skips|unsorted|plus|drops|wrong-method|gives-up|own-timestamp]
"""

import base64
import hashlib
import hmac
import json
import sys
import urllib.error
import urllib.parse
import urllib.request


def get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.status, answer.read()


def checksum(secret, params, mistake):
    pairs = [(name.encode(), value.encode()) for name, value in params]
    text = b"".join(n + v for n, v in (pairs if mistake == "unsorted" else sorted(pairs)))
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode()


def encode(params, mistake):
    form = urllib.parse.urlencode([tuple(pair) for pair in params])
    return form.replace("%2B", "+") if mistake == "plus" else form


def send(case, mistake):
    params = case["params"]
    if mistake == "drops":
        params = params[1:]
    if mistake == "own-timestamp":
        params = [p for p in params if p[0] != "timestamp"] + [["timestamp", "2026-01-31 12:00:00"]]
    form = encode(params + [["checksum", checksum(case["secretkey"], params, mistake)]], mistake)
    posts = (case["method"] == "POST") != (mistake == "wrong-method")
    url = case["url"] if posts else case["url"] + "?" + form
    try:
        with urllib.request.urlopen(url, form.encode() if posts else None, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


base, mistake = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "right"
count = 0
while True:
    status, body = get(base + "/next")
    if status == 204:
        break
    count += 1
    case = json.loads(body)
    if mistake == "gives-up" and count > 3:
        sys.exit(0)
    if mistake == "skips" and count == 2:
        continue
    if mistake == "wrong-method" and sum(len(n) + len(v) for n, v in case["params"]) > 4096:
        mistake = "right"
    status = send(case, mistake)
    if mistake in ("right", "skips") and status != 200:
        sys.exit(f"case {case['id']}: status {status}")

#!/usr/bin/env python3
"""Print COUNT signed addResult bodies, one per line, with the check times FIRST, FIRST + 1 and so on.

usage: presign.py FIRST COUNT MONITOR APIKEY <SECRETKEY
"""
import base64
import hashlib
import hmac
import sys
import time
from urllib.parse import urlencode

first, count, monitor, apikey = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
secret = sys.stdin.read().strip().encode()
timestamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())

for number in range(count):
    fields = {
        "action": "addResult",
        "apikey": apikey,
        "checktime": str(first + number),
        "monitorId": monitor,
        "results": f"user_login:user{number};host:198.51.100.{number % 250};srv:sshd",
        "timestamp": timestamp,
        "version": "2",
    }
    text = "".join(name + fields[name] for name in sorted(fields)).encode()
    fields["checksum"] = base64.b64encode(hmac.new(secret, text, hashlib.sha1).digest()).decode()
    print(urlencode(fields))

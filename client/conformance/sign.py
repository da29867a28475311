#!/usr/bin/env python3
"""The checksum in Python 3, standard library only. Protocol of this program: see README.md."""

import base64
import hashlib
import hmac
import json
import sys


def canonical_text(params):
    """Everything but the checksum, sorted by the bytes of the name, nothing in between."""
    pairs = sorted((name.encode(), value.encode()) for name, value in params if name != "checksum")
    return b"".join(name + value for name, value in pairs)


def checksum(secret, text):
    return base64.b64encode(hmac.new(secret, text, hashlib.sha1).digest()).decode()


def octets(request, field):
    if field + "Hex" in request:
        return bytes.fromhex(request[field + "Hex"])
    return request[field].encode()


for line in sys.stdin.buffer:
    request = json.loads(line)
    text = canonical_text(request["params"]) if "params" in request else octets(request, "text")
    print(checksum(octets(request, "secret"), text), flush=True)

#!/usr/bin/env python3
"""Random known answers, for comparing signers: conformance_random.py SEED COUNT

Writes a file of the form of scenarios/vectors/signing.json. The same seed gives the same file. Names
and values are made of pieces that signers get wrong; one request in eight carries a checksum that
belongs to a request one byte away.
"""

import base64
import hashlib
import hmac
import json
import random
import sys

NAMES = ["action", "apikey", "apiKey", "authToken", "checktime", "monitorId", "monitorParams", "name",
         "results", "resultParams", "tag", "timestamp", "version", "a", "ab", "abc", "B", "_", "10",
         "9", "1e1", "é", "e\u0301", "\uff5e", "\U0001f510", "a-b", "a.b", "a b", "monitorId[]"]
PIECES = ["", " ", "  ", "+", "%", "%2B", "%2b", "%20", "%25", "&", "=", ";", ":", "\\", "\\n", "\n",
          "\r\n", "\t", "'", '"', "$(id)", "*", "ü", "✓", "🔐", "\u00a0", "e\u0301", "a", "Z", "0",
          "root", "login monitor", "\u2028", "\ufeff", "/", "?", "#", "<&>", "\x7f", "\x01"]


def value(chance):
    return "".join(chance.choice(PIECES) for _ in range(chance.choice((0, 1, 1, 2, 4, 9, 40))))


def name(chance):
    return chance.choice(NAMES) if chance.random() < 0.9 else "n" + value(chance)


def checksum(secret, params):
    pairs = sorted((n.encode(), v.encode()) for n, v in params)
    text = b"".join(n + v for n, v in pairs)
    digest = hmac.new(secret.encode(), text, hashlib.sha1).digest()
    return text.decode(), base64.b64encode(digest).decode()


def test(chance, number):
    secret = chance.choice(("k", "PONMLKJIHGFEDCBA0987654321", "K" * 64, "K" * 65, "ü b+"))
    params = [[name(chance), value(chance)] for _ in range(chance.randrange(1, 12))]
    text, right = checksum(secret, params)
    if number % 8 == 0:
        params[chance.randrange(len(params))][1] += chance.choice(("x", " ", "%"))
        text = checksum(secret, params)[0]
    return {"id": number, "comment": f"random {number}", "secret": secret, "params": params,
            "text": text, "checksum": right, "result": "valid" if number % 8 else "invalid"}


chance = random.Random(int(sys.argv[1]))
count = int(sys.argv[2])
json.dump({"algorithm": "HMACSHA1", "schema": "signing.schema.json", "numberOfTests": count,
           "notes": {}, "tests": [test(chance, i + 1) for i in range(count)]}, sys.stdout)

#!/usr/bin/env node
// The checksum in JavaScript (Node.js, no packages). Protocol of this program: see README.md.
"use strict";

const crypto = require("crypto");
const readline = require("readline");

// Everything but the checksum, sorted by the bytes of the name, nothing in between. Strings of
// JavaScript would compare by UTF-16, and the keys of an object that look like numbers come first:
// hence Buffers, in an array.
function canonicalText(params) {
  return Buffer.concat(
    params
      .filter(([name]) => name !== "checksum")
      .map((pair) => pair.map((part) => Buffer.from(part, "utf8")))
      .sort((a, b) => Buffer.compare(a[0], b[0]) || Buffer.compare(a[1], b[1]))
      .flat()
  );
}

function checksum(secret, text) {
  return crypto.createHmac("sha1", secret).update(text).digest("base64");
}

function octets(request, field) {
  const hex = request[field + "Hex"];
  return hex === undefined ? Buffer.from(request[field], "utf8") : Buffer.from(hex, "hex");
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  const text = request.params ? canonicalText(request.params) : octets(request, "text");
  console.log(checksum(octets(request, "secret"), text));
});

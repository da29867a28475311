#!/usr/bin/env php
<?php
// The checksum in PHP. Protocol of this program: see README.md.
declare(strict_types=1);

// Everything but the checksum, sorted by the bytes of the name, nothing in between. ksort() would
// compare names that look like numbers as numbers: hence pairs, and strcmp().
function canonicalText(array $params): string
{
    $params = array_filter($params, fn($pair) => $pair[0] !== 'checksum');
    usort($params, fn($a, $b) => strcmp($a[0], $b[0]) ?: strcmp($a[1], $b[1]));
    return implode('', array_merge(...$params));
}

function checksum(string $secret, string $text): string
{
    return base64_encode(hash_hmac('sha1', $text, $secret, true));
}

function octets(array $request, string $field): string
{
    return isset($request["{$field}Hex"]) ? hex2bin($request["{$field}Hex"]) : $request[$field];
}

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
    $text = isset($request['params'])
        ? canonicalText($request['params'])
        : octets($request, 'text');
    echo checksum(octets($request, 'secret'), $text), "\n";
}

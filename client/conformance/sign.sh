#!/bin/sh
# The checksum in shell, with jq and openssl. Protocol of this program: see README.md.
#
# `openssl dgst -hmac KEY`, `-macopt key:KEY` and `-macopt hexkey:KEY` show the key to everyone who
# looks at the process list. Here HMAC is put together from plain SHA-1 (RFC 2104), so the key only
# passes through variables, pipes and commands built into the shell.
set -eu

# Reads text, prints its checksum. $1: the key in hexadecimal
checksum() {
    key=$1
    if [ "${#key}" -gt 128 ]; then
        key=$(bytes "hex:$key" | openssl dgst -sha1 -binary | hexadecimal)
    fi
    { pad "$key" 0x36 && cat; } | openssl dgst -sha1 -binary |
        { pad "$key" 0x5c && cat; } | openssl dgst -sha1 -binary | base64
}

# The key, filled up with zeros to 64 bytes, each combined with a constant.
pad() {
    digits=$(printf '%s%0128d' "$1" 0 | cut -c 1-128)
    octal "$digits" "$2"
    # shellcheck disable=SC2059 # octal escapes are meant to be a format
    printf "$escapes"
}

# Sets `escapes` to octal escapes of hexadecimal digits, each byte combined with $2.
octal() {
    rest=$1 escapes=
    while [ -n "$rest" ]; do
        tail=${rest#??}
        byte=$((0x${rest%"$tail"} ^ $2))
        escapes="$escapes\\$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
        rest=$tail
    done
}

hexadecimal() {
    od -A n -v -t x1 | tr -d ' \n'
}

# A field as jq hands it over below, either hex:… or Base64.
bytes() {
    case $1 in
    hex:*)
        octal "${1#hex:}" 0
        # shellcheck disable=SC2059 # as above
        printf "$escapes"
        ;;
    *) printf '%s' "$1" | base64 -d ;;
    esac
}

# jq sorts by code point, which is the order of the bytes of UTF-8. sort(1) would do as well, with
# LC_ALL=C, if no value contained a newline.
jq --unbuffered -r '
    def octets(text; hex): if hex then "hex:" + hex else text | @base64 end;
    def canonical: map(select(.[0] != "checksum")) | sort | flatten | add // "";
    octets(.secret; .secretHex) + " " +
    octets(if .params then .params | canonical else .text end; .textHex)' |
    while read -r secret text; do
        bytes "$text" | checksum "$(bytes "$secret" | hexadecimal)"
    done

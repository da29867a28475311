#!/bin/sh
# The manual page and --help name the same options.
set -eu
program=$1 page=$2

help=$("$program" --help | grep -oE -- '--[a-z-]+' | sort -u)
manual=$(sed -n 's/^\.It .*Fl -\([a-z-]*\).*/--\1/p' "$page" | sort -u)
if [ "$help" != "$manual" ]; then
    printf 'in --help:\n%s\nin the manual:\n%s\n' "$help" "$manual"
    exit 1
fi

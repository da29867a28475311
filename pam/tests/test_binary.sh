#!/bin/sh
# The module as a file: six entry points and nothing else, libpam and libc and nothing else, and the
# marks that keep a login process safe.
set -eu
module=$1
failed=0

expect() { # what, expected, actual
    if [ "$2" != "$3" ]; then
        printf 'not ok: %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
        failed=1
    fi
}

exported=$(nm -D --defined-only "$module" | awk '{print $3}' | sort | tr '\n' ' ')
if [ -n "${PM_SANITIZE:-}" ]; then
    # sanitizers bring libraries and symbols of their own
    echo "skipped: built with -fsanitize=$PM_SANITIZE"
    exit 77
fi

expect "exported symbols" "pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok \
pam_sm_close_session pam_sm_open_session pam_sm_setcred " "$exported"
expect "needed libraries" "libc.so.6 libpam.so.0 " \
    "$(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')"
expect "flags NODELETE and NOW" "NODELETE NOW" \
    "$(readelf -d "$module" | grep -oE 'NODELETE|NOW' | sort -u | tr '\n' ' ' | sed 's/ $//')"
expect "stack not executable" "RW" \
    "$(readelf -lW "$module" | awk '$1 == "GNU_STACK" {print $7}')"
expect "relocations read-only" 1 "$(readelf -lW "$module" | grep -c GNU_RELRO)"
expect "no state that can be written" "" \
    "$(objdump -t "$module" | awk '/ O \.(data|bss)\t/ && $NF !~ /^(completed|__)/ {print $NF}')"
exit $failed

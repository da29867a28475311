#!/bin/sh
# What the module costs a login, counted from outside by strace: at most a dozen system calls for an
# event, no process, no thread, no network, at most 64 KiB.
set -eu
probe=$1 module=$2
failed=0

if [ -n "${PM_SANITIZE:-}" ]; then
    echo "skipped: built with -fsanitize=$PM_SANITIZE"
    exit 77
fi
if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
    echo "skipped: no strace, or it may not trace"
    exit 77
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/drop" "$dir/pam.d"
for kind in auth account session password; do
    echo "$kind required pam_permit.so"
done >"$dir/pam.d/footprint"
cp "$dir/pam.d/footprint" "$dir/pam.d/other"

check() { # WHAT TEST…
    what=$1
    shift
    if test "$@"; then
        echo "ok: $what"
    else
        echo "not ok: $what"
        failed=1
    fi
}

# calls MARK: the names of the system calls behind the mark
calls() {
    sed -n "/\/mark\/$1\"/,/\/mark\/end\"/s/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p" "$dir/trace" | sed '1d;$d'
}

strace -f -o "$dir/trace" "$probe" "$module" "drop=$dir/drop" "$dir/pam.d" >"$dir/memory"
for phase in auth account open close; do
    count=$(calls $phase | wc -l)
    check "$phase takes $count system calls: $(calls $phase | sort | uniq -c | tr -s ' \n' ' ')" \
        "$count" -le 12 -a "$count" -gt 0
    check "  one of them leaves the record" "$(calls $phase | grep -c '^symlink')" -eq 1
    check "  as many descriptors are closed as opened" \
        "$(calls $phase | grep -c '^open')" -eq "$(calls $phase | grep -c '^close')"
done
for phase in setcred chauthtok; do
    check "$phase takes none" "$(calls $phase | wc -l)" -eq 0
done
for phase in auth account open close; do
    calls $phase
done >"$dir/calls"
check "no process, thread, program or socket" \
    "$(grep -cE '^(clone|clone3|fork|vfork|execve|socket|connect|sendto|sendmsg)$' "$dir/calls")" -eq 0

kib=$(awk '{sum += $2} END {print sum}' "$dir/memory")
check "$kib KiB of memory: $(tr '\n' ' ' <"$dir/memory")" "$kib" -le 64
exit $failed

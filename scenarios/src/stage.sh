# shellcheck shell=bash
# The stage on which a case of the whole path plays: the fake server, the agent and a disposable host,
# in a directory of the case's own and gone with it. A case sources this, calls begin, and states what
# it proves with want, wait_for and the like; its exit status is 0, 1, or 77 where the machine lacks
# what it needs. PM_KEEP=1 keeps the directory.
set -eu
exec 3>&2 # where a failure is said even if the words of a command are not wanted

source_dir=${PM_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build_dir=${PM_BUILD_DIR:-$source_dir/build/ci}
host=$source_dir/scenarios/src/host
within=20 # seconds that waiting for something may take

paidmonitor=$build_dir/client/cli/paidmonitor
paidmonitor_agent=$build_dir/client/agent/paidmonitor-agent
paidmonitor_fakeapi=$build_dir/fakeapi/paidmonitor-fakeapi
pam_paidmonitor=$build_dir/pam/pam_paidmonitor.so

declare -A running # name -> process id

# begin: a directory, an account and the configuration for it.
begin() {
    stage=$(mktemp -d "${TMPDIR:-/tmp}/paidmonitor-case.XXXXXX")
    mkdir "$stage/host"
    mkdir -m 700 "$stage/drop"
    first_day=$(date -u +%F)
    set -E
    trap 'echo "${0##*/}: line $LINENO: status $? of: $BASH_COMMAND" >&2' ERR
    trap 'finish $?' EXIT
    trap 'exit 1' TERM INT HUP
    apikey=$(random_key)
    secretkey=$(random_key)
    (
        umask 077
        printf '[case]\napikey = %s\nsecretkey = %s\n' "$apikey" "$secretkey" >"$stage/accounts.ini"
        printf '%s\n' "$secretkey" >"$stage/secret"
    )
}

# 26 characters of 0-9A-V, as the vendor's keys are (PROTOCOL.md §2.1).
random_key() {
    LC_ALL=C tr -dc '0-9A-V' </dev/urandom | head -c 26
}

finish() {
    local status=$1 name
    trap '' TERM INT HUP PIPE
    trap - ERR
    set +e
    exec 2>&3
    for name in "${!running[@]}"; do
        stop "$name"
    done
    [ "$status" = 0 ] || [ "$status" = 77 ] || show_logs >&3
    if [ -n "${PM_KEEP:-}" ]; then
        echo "kept: $stage"
    else
        rm -rf "$stage"
    fi
    exit "$status"
}

show_logs() {
    local file
    for file in "$stage"/*.log "$stage"/host/*log; do
        [ -s "$file" ] || continue
        printf -- '--- %s\n' "${file#"$stage"/}"
        tail -n 40 "$file"
    done
}

# start NAME COMMAND…: in the background, with its words in NAME.log; ends when the case ends,
# however that happens.
start() {
    local name=$1
    shift
    setpriv --pdeathsig TERM "$@" >>"$stage/$name.log" 2>&1 3>&- </dev/null &
    running[$name]=$!
}

# stop NAME [SIGNAL]: returns its exit status.
stop() {
    local pid=${running[$1]:-}
    [ -n "$pid" ] || return 0
    unset "running[$1]"
    kill "-${2:-TERM}" "$pid" 2>/dev/null || true
    wait "$pid"
}

alive() {
    kill -0 "${running[$1]}" 2>/dev/null
}

fail() {
    printf 'FAIL: %s\n' "$*" >&3
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

# want WHAT EXPECTED ACTUAL
want() {
    [ "$2" = "$3" ] || fail "$(printf '%s\n  expected: %s\n  but is:   %s' "$1" "$2" "$3")"
    printf 'ok: %s\n' "$1"
}

# refuse WHAT COMMAND…: the command must fail.
refuse() {
    local what=$1
    shift
    ! "$@" >/dev/null 2>&1 || fail "$what: succeeded, and must not"
    printf 'ok: %s\n' "$what"
}

# eventually COMMAND…: whether it succeeds within the time that waiting may take.
eventually() {
    local deadline=$((SECONDS + within))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.02
    done
}

# wait_for WHAT COMMAND…
wait_for() {
    local what=$1
    shift
    eventually "$@" || fail "$what: not within $within s"
    printf 'ok: %s\n' "$what"
}

# is_up NAME FILE: it has written the file, or is dead.
is_up() {
    [ -s "$2" ] || ! alive "$1"
}

# await NAME FILE
await() {
    eventually is_up "$1" "$2" || fail "$1 is not ready within $within s"
    alive "$1" || fail "$1 did not start"
}

# host_start [OPTION…]: with the module, unless the options are given otherwise.
host_start() {
    "$host" prepare
    start host "$host" run "$stage/host" "$@"
    await host "$stage/host/ready"
}

needs_root_host() {
    case $("$host" rung) in
    root\ *) ;;
    *) skip "$("$host" rung)" ;;
    esac
}

with_module() {
    host_start --module "$pam_paidmonitor" --drop "$stage/drop"
}

# Where the server listens and is asked: a prefix for commands, for instance ("$host" net "$stage/host").
around_fake=()

# A second start takes the same port and store.
fake_start() {
    local port=0
    [ ! -s "$stage/port" ] || port=$(cat "$stage/port")
    rm -f "$stage/port"
    start fake "${around_fake[@]}" "$paidmonitor_fakeapi" serve --port "$port" --port-file "$stage/port" \
        --dashboard-file "$stage/dashboard" --store "$stage/store.db" \
        --accounts "$stage/accounts.ini"
    await fake "$stage/port"
    api=http://127.0.0.1:$(cat "$stage/port")
    cat >"$stage/paidmonitor.conf" <<END
[api]
url = $api
apikey = $apikey
secret_file = $stage/secret

[agent]
drop_dir = $stage/drop
journal = $stage/journal.db
END
}

agent_start() {
    start agent "$paidmonitor_agent" --config "$stage/paidmonitor.conf" --verbose
}

client() {
    "$paidmonitor" --config "$stage/paidmonitor.conf" "$@"
}

login() {
    "$host" ssh "$stage/host" "$@"
}

# ask NAME=VALUE…: one GET of the custom monitor API, by curl.
ask() {
    local fields=() field
    for field; do
        fields+=(--data-urlencode "$field")
    done
    "${around_fake[@]}" curl -sS --max-time 10 -G "$api/customMonitorApi" \
        --data-urlencode "apikey=$apikey" --data-urlencode version=2 "${fields[@]}"
}

tag=loginMonitor

monitor_id() {
    ask action=getMonitors "tag=$tag" | jq -r '.[0].id // empty'
}

# All rows of the login monitor as one JSON array, oldest first; the case may outlive a midnight.
rows() {
    local id day
    id=$(monitor_id)
    [ -n "$id" ] || { echo '[]' && return; }
    for day in $(printf '%s\n' "$first_day" "$(date -u +%F)" | sort -u); do
        ask action=getMonitorResults "monitorId=$id" "year=${day%%-*}" \
            "month=$(date -d "$day" +%-m)" "day=$(date -d "$day" +%-d)"
    done | jq -s -c add
}

# count JQ-CONDITION: how many rows fulfil it.
count() {
    rows | jq "[.[] | select($1)] | length"
}

has_rows() {
    [ "$(count "$2")" -ge "$1" ]
}

# want_rows N WHAT JQ-CONDITION: N rows come to fulfil it, and no more than N.
want_rows() {
    eventually has_rows "$1" "$3" ||
        fail "$(printf '%s\n  expected: %s rows with %s\n  rows are: %s' "$2" "$1" "$3" "$(rows)")"
    want "$2" "$1" "$(count "$3")"
}

# shellcheck shell=bash
# What the scripts of ci/ share: where the project is, and steps that are quiet while all goes well.
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
jobs=$(nproc)
logs=$root/build/logs

die() {
    echo "${0##*/}: $1" >&2
    exit "${2:-1}"
}

# step TITLE COMMAND…: says what goes on and how long it took; shows all the output if it fails.
step() {
    local title=$1 log=$logs/$$.log started=$SECONDS status
    shift
    mkdir -p "$logs"
    printf '%-52s' "$title"
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
        printf 'FAILED\n\n'
        cat "$log"
        die "failed: $title"
    fi
    printf 'ok  %d s\n' $((SECONDS - started))
    rm -f "$log"
}

# build PRESET [TARGET…]: configure when needed, then build. What is released has no tests.
build() {
    local preset=$1 options=()
    shift
    [ "$preset" != release ] || options=(-D BUILD_TESTING=OFF)
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" "${options[@]}"
    cmake --build "build/$preset" -j "$jobs" ${1:+--target "$@"}
}

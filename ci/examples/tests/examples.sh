# shellcheck shell=bash
# What the tests of the examples share: our programs in PATH, a copy of an example to run it in, npm.
set -eu

source_dir=${PM_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)}
build_dir=${PM_BUILD_DIR:-$source_dir/build/ci}
PATH=$build_dir/fakeapi:$build_dir/client/cli:$PATH
unset "${!PAIDMONITOR_@}"
export PYTHONDONTWRITEBYTECODE=1

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

# copy EXAMPLE: into a directory that is gone afterwards; we are in it.
copy() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp -r "$source_dir/ci/examples/$1/." "$work"
    cd "$work"
}

# npm_tools NAME PACKAGE@VERSION…: installed once below the build directory; we are where they are.
npm_tools() {
    local name=$1 dir=$build_dir/npm/$1
    shift
    command -v npm >/dev/null || skip "no npm here"
    mkdir -p "$dir"
    cd "$dir"
    [ "$(cat installed 2>/dev/null)" != "$*" ] || return 0
    echo '{"private": true}' >package.json
    npm install --no-audit --no-fund --no-package-lock "$@" >npm.log 2>&1 ||
        skip "$name cannot be installed from the npm registry: $(grep -m 1 error npm.log)"
    echo "$*" >installed
}

# shellcheck shell=bash disable=SC2034,SC2154 # host's variables
# The `cwrap` rung of host: sshd as the calling user, under wrappers that pretend users, root, the
# network and the PAM service directory (https://cwrap.org). The PAM stack is a private one of
# pam_matrix and our module. Sourced by host; uses its $cache, $module, $drop, $deps, $here and die.

cwrap_port=2222

# sshd is unpacked, never installed.
cwrap_prepare() {
    mkdir -p "$cache"
    cache=$(cd "$cache" && pwd)
    (
        flock 9
        [ -x "$cache/sshd/usr/sbin/sshd" ] ||
            { "$deps" --unpack libwrap0 "$cache/sshd"; "$deps" --unpack openssh-server "$cache/sshd"; }
        [ -x "$cache/sshd/shim.so" ] || cp "$here/host_shim.so" "$cache/sshd/shim.so" 2>/dev/null ||
            gcc -shared -fPIC -o "$cache/sshd/shim.so" "$here/host_shim.c"
    ) 9>"$cache/lock"
}

cwrap_users() {
    local user id=1000
    printf 'root:x:0:0::%s/home:/bin/sh\n' "$1"
    printf '%s:x:%s:%s::%s/home:/bin/sh\n' "$(id -un)" "$(id -u)" "$(id -g)" "$1" | grep -v '^root:' || true
    printf 'sshd:x:65531:65531::/:/bin/false\n'
    for user in alice bob; do
        printf '%s:x:%s:1000::%s/home:/bin/sh\n' "$user" $((id++)) "$1"
    done
}

# The address of a Unix socket has 107 bytes: a longer directory cannot hold any.
make_sockets() {
    local sockets=$1/sockets.d
    [ ${#sockets} -lt 80 ] || sockets=$(mktemp -d /tmp/pm-sockets.XXXXXX)
    mkdir -p "$sockets"
    echo "$sockets" >"$1/sockets"
}

cwrap_run() {
    local dir=$1 user preload
    cwrap_prepare
    mkdir "$dir/home"
    make_sockets "$dir"
    cwrap_users "$dir" >"$dir/passwd"
    printf 'root:x:0:\nsshd:x:65531:\nusers:x:1000:\n' >"$dir/group"
    private_stacks "$dir"
    ssh-keygen -q -t ed25519 -N '' -C host -f "$dir/hostkey"
    sed 's/^/disposable /' "$dir/hostkey.pub" >"$dir/known_hosts"
    cat >"$dir/sshd_config" <<END
Port $cwrap_port
ListenAddress 127.0.0.10
HostKey $dir/hostkey
UsePAM yes
KbdInteractiveAuthentication yes
StrictModes no
AuthorizedKeysFile $dir/id.pub
PidFile none
Subsystem sftp internal-sftp
END
    preload=$cache/sshd/shim.so
    for user in pam socket nss uid; do
        preload+=":lib${user}_wrapper.so"
    done
    trap 'cwrap_end "$dir"' EXIT
    trap 'exit 0' TERM INT HUP
    exec 8</tmp
    flock 8 # as in emulate(), until pam_wrapper has its directory
    # -r: without it sshd starts itself anew and the wrapper no longer knows who the peer is
    env -i PATH="$PATH" LD_PRELOAD="$preload" LD_LIBRARY_PATH="$(echo "$cache"/sshd/usr/lib/*-linux-*)" \
        PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$dir/pam" UID_WRAPPER=1 UID_WRAPPER_ROOT=1 \
        NSS_WRAPPER_PASSWD="$dir/passwd" NSS_WRAPPER_GROUP="$dir/group" \
        SOCKET_WRAPPER_DIR="$(cat "$dir/sockets")" SOCKET_WRAPPER_DEFAULT_IFACE=10 \
        setpriv --pdeathsig KILL "$cache/sshd/usr/sbin/sshd" -r -D -f "$dir/sshd_config" -E "$dir/sshd.log" 8<&- &
    echo $! >"$dir/pid"
    until grep -qs 'Server listening' "$dir/sshd.log"; do
        kill -0 $! 2>/dev/null || die "sshd did not start; its words are in $dir/sshd.log"
        sleep 0.01
    done
    exec 8<&-
    echo ready >"$dir/ready"
    wait $!
}

cwrap_end() {
    kill "$(cat "$1/pid")" 2>/dev/null || true
    wait
    rm -rf "$(cat "$1/sockets")" "$1/pid" "$1/ready"
}

cwrap_ssh() {
    over_ssh ssh "$@"
}

cwrap_sftp() {
    over_ssh sftp "$@"
}

cwrap_exec() {
    die "no command can run inside a host of the cwrap rung" 77
}

cwrap_net() {
    die "a host of the cwrap rung has no network of its own" 77
}

# Sets how to run a client that comes from the address $2, and where it goes to. The wrapper has
# only 127.0.0.1 to 127.0.0.64: another address is each time the same one of 127.0.0.11 to .60.
cwrap_reach() {
    local number
    number=$(cksum <<<"$2")
    address=127.0.0.10
    options+=(-o "Port=$cwrap_port")
    reach=(env LD_PRELOAD="libsocket_wrapper.so:libnss_wrapper.so"
        NSS_WRAPPER_PASSWD="$1/passwd" NSS_WRAPPER_GROUP="$1/group"
        SOCKET_WRAPPER_DIR="$(cat "$1/sockets")" SOCKET_WRAPPER_DEFAULT_IFACE="$((${number%% *} % 50 + 11))")
}

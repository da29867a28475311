# shellcheck shell=bash disable=SC2034,SC2154 # host's variables
# The `root` rung of host: namespaces, and an overlay whose lower layer is the machine's own root file
# system. What must be installed is installed once, kept as an archive and unpacked into the upper
# layer, a tmpfs, at each start. Sourced by host; uses its $cache, $module, $drop, $here and die.

root_namespaces=(unshare --mount --pid --uts --ipc --fork --kill-child)

# Says on stderr what is missing.
root_possible() {
    [ "$(id -u)" -eq 0 ] || { echo "not root" >&2; return 1; }
    command -v ip >/dev/null || { echo "no iproute2" >&2; return 1; }
    local probe
    probe=$(mktemp -d)
    # shellcheck disable=SC2016 # expanded by the inner shell
    "${root_namespaces[@]}" --net bash -ec '
        mount --make-rprivate /
        mount -t tmpfs probe "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" probe "$1/root"
        mount -t proc proc "$1/root/proc"
        ip link set lo up' probe "$probe"
    local r=$?
    rmdir "$probe"
    return $r
}

# root_mounts FS LAYER: in new namespaces, make the host's file system at FS/root.
root_mounts() {
    local fs=$1 layer=$2 root=$1/root node
    mount --make-rprivate /
    mount -t tmpfs -o mode=755 host "$fs"
    mkdir "$fs/upper" "$fs/work" "$root"
    [ -z "$layer" ] || tar -x --xattrs --xattrs-include='*' -f "$layer" -C "$fs/upper"
    mount -t overlay -o "lowerdir=/,upperdir=$fs/upper,workdir=$fs/work" host "$root"
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=755 run "$root/run"
    mount -t tmpfs -o mode=1777 tmp "$root/tmp"
    mount -t tmpfs -o mode=700 root "$root/root"
    mount -t tmpfs -o mode=755 dev "$root/dev"
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 pts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    for node in null zero full random urandom tty; do
        : >"$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    done
}

# Runs inside the new root, with the network of the machine: everything that the host has and the
# machine has not. libpam-script is only fetched: installing it rewrites the PAM stack.
root_install() {
    set -eu
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    echo "127.0.0.1 localhost disposable" >/etc/hosts
    export DEBIAN_FRONTEND=noninteractive
    dpkg --configure -a # somebody may be installing something on the machine just now
    apt-get -qq -o Acquire::Retries=3 update
    apt-get -qq -o Dpkg::Use-Pty=0 -y --no-install-recommends install \
        openssh-server sudo login passwd cron vsftpd curl openssl libxml-xpath-perl
    mkdir -p /opt/debs
    (cd /opt/debs && apt-get -qq download libpam-script)
    apt-get clean
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/man /etc/ssh/ssh_host_*
    ssh-keygen -A >/dev/null
    local user
    for user in alice bob; do
        userdel -rf "$user" 2>/dev/null || true
        useradd -m -s /bin/bash "$user"
        install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"
    done
    echo 'alice ALL=(ALL:ALL) ALL' >/etc/sudoers.d/alice
    chmod 440 /etc/sudoers.d/alice
}

# The archive's name: other versions of what the layer leans on, or another recipe, are another layer.
root_layer() {
    local key
    key=$({
        dpkg-query -W libc6 libcrypt1 libssl3 'libpam*' openssh-client passwd login perl-base
        declare -f root_install root_mounts
    } | sha256sum)
    echo "$cache/layer-${key:0:16}.tar"
}

# Sets layer.
root_prepare() {
    local log
    [ "$(id -u)" -eq 0 ] || die "a host of the rung root needs root" 77
    mkdir -p "$cache"
    cache=$(cd "$cache" && pwd)
    layer=$(root_layer)
    [ ! -f "$layer" ] || return 0
    (
        flock 9
        [ ! -f "$layer" ] || exit 0
        echo "host: installing sshd into a layer of its own, once (about half a minute)" >&2
        rm -f "$cache"/layer-*
        log=$cache/prepare.log
        mkdir -p "$cache/fs"
        # shellcheck disable=SC2016 # expanded by the inner shell
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${root_namespaces[@]}" bash -ec "
            $(declare -f root_mounts root_install)"'
            root_mounts "$1" ""
            hostname disposable
            chroot "$1/root" bash -c "$(declare -f root_install); root_install"
            umask 077
            tar -c --xattrs --xattrs-include="*" -f "$2.part" -C "$1/upper" .' \
            host "$cache/fs" "$layer" >"$log" 2>&1 || {
            cat "$log" >&2
            die "the layer could not be made (see above)"
        }
        mv "$layer.part" "$layer"
    ) 9>"$cache/lock"
}

# Passwords, keys and the module's lines. Runs inside the new root; /run/host is DIR.
root_furnish() {
    set -eu
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    local security user password words=$1 failures=$2 everywhere=$3
    password=$(cat /run/host/password)
    printf '%s\n' "alice:$password" "bob:$password" | chpasswd
    for user in alice bob; do
        install -m 600 -o "$user" -g "$user" /run/host/id.pub "/home/$user/.ssh/authorized_keys"
    done
    [ -f /run/host/pam_paidmonitor.so ] || return 0
    security=$(dirname "$(find /usr/lib/*/security -name pam_unix.so)")
    install -m 644 /run/host/pam_paidmonitor.so "$security/pam_paidmonitor.so"
    echo "session optional pam_paidmonitor.so drop=/run/paidmonitor/drop $words" >>/etc/pam.d/common-session
    [ -z "$everywhere" ] || grep pam_paidmonitor /etc/pam.d/common-session >>/etc/pam.d/common-session-noninteractive
    [ -z "$failures" ] || sed -i 's/success=1/success=2/; /^auth.*pam_unix/a auth [default=ignore] pam_paidmonitor.so drop=/run/paidmonitor/drop report=failure' /etc/pam.d/common-auth
}

# The host's first process: log and sshd. Runs inside the new root; /run/host is DIR.
root_init() {
    set -eu
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    exec </dev/null
    [ "$(hostname)" = disposable ] || hostname disposable
    perl -MIO::Handle -MSocket -e '
        socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un("/dev/log")) or die $!;
        chmod 0666, "/dev/log";
        open(L, ">>", "/run/host/syslog"); L->autoflush(1); open(R, ">", "/run/host/syslog.ready");
        while (defined recv(S, my $line, 8192, 0)) { $line =~ s/\0$//; print L "$line\n" }' &
    root_furnish "$@"
    mkdir -p /run/sshd
    until [ -e /run/host/syslog.ready ]; do sleep 0.01; done
    /usr/sbin/sshd -D -E /run/host/sshd.log -o KbdInteractiveAuthentication=yes &
    until (: </dev/tcp/192.0.2.1/22) 2>/dev/null; do
        kill -0 $! || exit 1
        sleep 0.01
    done
    sed 's/^/disposable /' /etc/ssh/ssh_host_ed25519_key.pub >/run/host/known_hosts
    echo ready >/run/host/ready
    wait
}

root_addresses() {
    local address
    ip link set lo up
    for address in 192.0.2.1/32 192.0.2.77/32 198.51.100.5/32 2001:db8::1/128 2001:db8::77/128; do
        ip addr add "$address" dev lo
    done
}

# Runs in the new namespaces with the machine's root: addresses, mounts, then the new root.
root_enter() {
    local dir=$1 layer=$2 drop=$3 words=$4 failures=$5 everywhere=$6 pid rest
    read -r pid rest </proc/self/stat
    echo "$pid" >"$dir/pid"
    root_addresses
    root_mounts "$dir/fs" "$layer"
    mkdir "$dir/fs/root/run/host"
    mount --bind "$dir" "$dir/fs/root/run/host"
    if [ -n "$drop" ]; then
        mkdir -p "$dir/fs/root/run/paidmonitor/drop"
        mount --bind "$drop" "$dir/fs/root/run/paidmonitor/drop"
    fi
    exec chroot "$dir/fs/root" bash -c "$(declare -f root_furnish root_init)"'; root_init "$@"' init "$words" "$failures" "$everywhere"
}

root_run() {
    local dir=$1 layer
    root_prepare
    mkdir "$dir/fs"
    [ -z "$module" ] || install -m 644 "$module" "$dir/pam_paidmonitor.so"
    trap 'root_end "$dir"' EXIT
    trap 'exit 0' TERM INT HUP
    # shellcheck disable=SC2016 # expanded by the inner shell
    env -i PATH="$PATH" setpriv --pdeathsig KILL "${root_namespaces[@]}" --net bash -euc "
        $(declare -f root_mounts root_addresses root_furnish root_init root_enter)"'
        root_enter "$@"' host "$dir" "$layer" "$drop" "$words" "$failures" "$everywhere" >"$dir/host.log" 2>&1 &
    wait $! || die "the host ended by itself; its words are in $dir/*.log and $dir/syslog"
}

root_end() {
    if [ -s "$1/pid" ]; then
        kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    fi
    wait
    rm -f "$1/pid" "$1/ready"
}

root_pid() {
    [ -s "$1/pid" ] || die "the host in '$1' does not run"
    cat "$1/pid"
}

root_exec() {
    local pid
    pid=$(root_pid "$1")
    shift
    exec nsenter -t "$pid" -m -p -u -i -n -r -w env -i \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

root_net() {
    local pid
    pid=$(root_pid "$1")
    shift
    exec nsenter -t "$pid" -n "$@"
}

# Sets how to run a client that comes from the address $2, and where it goes to.
root_reach() {
    reach=(nsenter -t "$(root_pid "$1")" -n)
    address=192.0.2.1
    case $2 in
    *:*) address=2001:db8::1 ;;
    esac
    options+=(-o "BindAddress=${2:-192.0.2.77}")
}

root_ssh() {
    over_ssh ssh "$@"
}

root_sftp() {
    over_ssh sftp "$@"
}

# as DIR USER COMMAND…: inside, with the password for whoever asks
root_as() {
    local dir=$1 user=$2
    shift 2
    root_exec "$dir" setpriv --reuid "$user" --regid "$user" --init-groups "$@" \
        <"${PM_HOST_PASSWORD_FILE:-$dir/password}"
}

root_su() {
    local dir=$1 user=$2
    shift 2
    root_as "$dir" "$by" su "$user" -c "${*:-true}"
}

root_sudo() {
    local dir=$1 user=$2
    shift 2
    [ $# -gt 0 ] || set -- true
    root_as "$dir" "$by" sudo -S -p '' -u "$user" "$@"
}

# The user's shell takes the commands from the terminal.
root_login() {
    local dir=$1 user=$2
    shift 2
    printf '%s\nexit\n' "$*" |
        root_exec "$dir" script -qec "login -f -h ${from:-192.0.2.77} $user" /dev/null
}

root_ftp() {
    local dir=$1 user=$2 config
    config=$(mktemp "$dir/login.XXXXXX")
    (root_exec "$dir" bash -c '
        mkdir -p /run/empty
        (: </dev/tcp/192.0.2.1/21) 2>/dev/null && exit
        printf "%s\n" listen=YES listen_ipv6=NO background=NO local_enable=YES pam_service_name=vsftpd \
            secure_chroot_dir=/run/empty session_support=YES >/run/vsftpd.conf
        setsid vsftpd /run/vsftpd.conf >/dev/null 2>&1 &
        until (: </dev/tcp/192.0.2.1/21) 2>/dev/null; do sleep 0.01; done')
    printf 'user = "%s:%s"\n' "$user" "$(cat "${PM_HOST_PASSWORD_FILE:-$dir/password}")" >"$config"
    root_net "$dir" curl -sS -K "$config" --interface "${from:-192.0.2.77}" --max-time 10 ftp://192.0.2.1/
}

# cron looks for a job of the boot when it starts.
root_cron() {
    root_exec "$1" bash -c '
        rm -f /run/crond.pid /run/crond.reboot /run/done
        echo "@reboot $1 true; echo done >/run/done.$1" >/etc/cron.d/once
        touch /run/done.$1 && chown $1 /run/done.$1 && : >/run/done.$1
        cron
        until [ -s /run/done.$1 ]; do sleep 0.01; done
        kill "$(cat /run/crond.pid)"' cron "$2"
}

root_pam() {
    local dir=$1 user=$2
    shift 2
    items=()
    [ -z "$from" ] || items+=(-I "rhost=$from")
    [ -z "$by" ] || items+=(-I "ruser=$by")
    [ -z "$tty" ] || items+=(-I "tty=$tty")
    root_exec "$dir" pamtester "${items[@]}" "$service" "$user" "$@" \
        <"${PM_HOST_PASSWORD_FILE:-$dir/password}"
}

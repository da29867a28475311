# shellcheck shell=bash disable=SC2034,SC2154 # host's variables
# The `systemd` rung of host: the file system of the `root` rung, in which systemd-nspawn boots systemd, so that
# sshd is a unit, sessions are logind's and the log is the journal. Sourced by host; uses its $cache, $module,
# $drop, $words, $failures, $everywhere and die.

systemd_prepare() {
    command -v systemd-nspawn >/dev/null || die "no systemd-nspawn here" 77
    root_possible || die "no namespaces here" 77
    root_prepare
}

# Sets groups: a control group of its own in each hierarchy that systemd uses, so that two hosts can be there
# at once.
systemd_groups() {
    local base group
    groups=()
    for base in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
        [ -w "$base/cgroup.procs" ] || continue
        group=$base/host-$$
        mkdir "$group" 2>/dev/null || die "no control groups can be made in $base" 77
        groups+=("$group")
    done
    [ ${#groups[@]} -gt 0 ] || die "no control groups here" 77
}

# Runs in a mount namespace of its own, and becomes systemd-nspawn. Of what the machine itself has enabled, nothing
# is started.
systemd_boot() {
    local dir=$1 layer=$2 drop=$3 words=$4 failures=$5 everywhere=$6 root=$1/fs/root bind=() group
    shift 6
    for group; do
        echo $$ >"$group/cgroup.procs"
    done
    root_mounts "$dir/fs" "$layer"
    mkdir "$root/run/host"
    mount --bind "$dir" "$root/run/host"
    chroot "$root" bash -c "$(declare -f root_furnish)"'; root_furnish "$@"' furnish "$words" "$failures" "$everywhere"
    sed 's/^/disposable /' "$root/etc/ssh/ssh_host_ed25519_key.pub" >"$dir/known_hosts"
    umount "$root/run/host"
    umount -R "$root/dev" "$root/proc" # systemd-nspawn makes its own
    mount -t tmpfs run /run            # and leaves something in the machine's
    rm -rf "$root"/etc/systemd/system/*.{wants,requires}
    rm -f "$root/usr/sbin/policy-rc.d" "$root/var/lib/man-db/auto-update"
    echo "KbdInteractiveAuthentication yes" >"$root/etc/ssh/sshd_config.d/host.conf"
    chroot "$root" systemctl --quiet enable ssh.service
    [ -z "$drop" ] || bind+=(--bind="$drop:/run/paidmonitor/drop")
    [ -d /sys/fs/cgroup/systemd ] && export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0
    exec systemd-nspawn --boot --directory="$root" --register=no --keep-unit --private-network \
        --hostname=disposable --machine=disposable "${bind[@]}" --console=read-only
}

systemd_is_up() {
    local children
    read -r children <"/proc/$1/task/$1/children" || true
    children=${children%% *}
    [ -n "$children" ] || return 1
    echo "$children" >"$2/pid"
    (root_exec "$2" systemctl is-system-running) 2>/dev/null | grep -qxE 'running|degraded'
}

systemd_run() {
    local dir=$1 layer boot groups
    systemd_prepare
    systemd_groups
    mkdir "$dir/fs"
    [ -z "$module" ] || install -m 644 "$module" "$dir/pam_paidmonitor.so"
    trap 'systemd_end "$dir" "${groups[@]}"' EXIT
    trap 'exit 0' TERM INT HUP
    # shellcheck disable=SC2016 # expanded by the inner shell
    env -i PATH="$PATH" setpriv --pdeathsig KILL unshare --mount bash -euc "
        $(declare -f root_mounts root_furnish systemd_boot)"'
        systemd_boot "$@"' host "$dir" "$layer" "$drop" "$words" "$failures" "$everywhere" "${groups[@]}" \
        </dev/null >"$dir/host.log" 2>&1 &
    boot=$!
    until systemd_is_up "$boot" "$dir"; do
        kill -0 "$boot" || die "systemd did not come up; its words are in $dir/host.log"
        sleep 0.05
    done
    (root_net "$dir" bash -c "$(declare -f root_addresses); root_addresses")
    (root_exec "$dir" journalctl -f -n all -o short) >"$dir/syslog" 2>/dev/null &
    until (root_net "$dir" bash -c ': </dev/tcp/192.0.2.1/22') 2>/dev/null; do sleep 0.02; done
    echo ready >"$dir/ready"
    wait "$boot" || die "the host ended by itself; its words are in $dir/host.log"
}

# An orderly shutdown may take minutes.
systemd_end() {
    local dir=$1 group
    shift
    [ ! -s "$dir/pid" ] || kill -KILL "$(cat "$dir/pid")" 2>/dev/null || true
    wait
    for group; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    rm -f "$dir/pid" "$dir/ready"
}

# Once it is up, it is used as the root rung is.
for verb in reach exec net ssh sftp su sudo login ftp cron pam; do
    eval "systemd_$verb() { root_$verb \"\$@\"; }"
done
unset verb

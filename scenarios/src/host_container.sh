# shellcheck shell=bash disable=SC2034,SC2154 # host's variables
# The `container` rung of host: the file system of the `root` rung, run by podman with what confines its containers:
# their capabilities, system calls, limits and devices. No image is needed. (The image for users is
# ci/containers/host.) Sourced by host; uses its $cache, $module, $drop, $words, $failures, $everywhere and die.

container_prepare() {
    command -v podman >/dev/null || die "no podman here" 77
    command -v runc >/dev/null || die "no runc here" 77
    root_possible || die "no namespaces here" 77
    root_prepare
}

# A configuration that needs neither systemd nor the right to raise a limit, so that it works within a container, too.
container_configure() {
    local files
    files=$(ulimit -Hn)
    [ "$files" != unlimited ] && [ "$files" -lt 4096 ] || files=4096
    printf '%s\n' '[containers]' "default_ulimits = [\"nofile=1024:$files\", \"nproc=4096:4096\"]" \
        '[engine]' 'cgroup_manager = "cgroupfs"' 'runtime = "runc"' 'events_logger = "file"' >"$1/containers.conf"
    printf '%s\n' '[storage]' 'driver = "vfs"' "graphroot = \"$1/storage\"" "runroot = \"$1/runroot\"" >"$1/storage.conf"
}

# Runs in namespaces of its own, and becomes podman.
container_enter() {
    local dir=$1 layer=$2 drop=$3 words=$4 failures=$5 everywhere=$6 root=$1/fs/root volumes=()
    root_mounts "$dir/fs" "$layer"
    umount -R "$root/dev" "$root/proc" "$root/run" "$root/tmp" # podman makes its own
    # Nobody but the kernel of the host may set the audit id, and in a container that is not ours to do.
    sed -i 's/^session *required *pam_loginuid.so/session optional pam_loginuid.so/' "$root"/etc/pam.d/*
    mount -t tmpfs run /run
    [ -z "$drop" ] || volumes+=(--volume "$drop:/run/paidmonitor/drop")
    export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf
    exec podman run --rm --pidfile "$dir/pid" --network none --hostname disposable --cap-add AUDIT_WRITE \
        --tmpfs /run:notmpcopyup,mode=755 --tmpfs /tmp:notmpcopyup,mode=1777 --volume "$dir:/run/host" "${volumes[@]}" --rootfs "$root" \
        bash -c "$(declare -f root_furnish root_init)"'; root_init "$@"' init "$words" "$failures" "$everywhere"
}

container_run() {
    local dir=$1 layer
    container_prepare
    container_configure "$dir"
    mkdir "$dir/fs"
    [ -z "$module" ] || install -m 644 "$module" "$dir/pam_paidmonitor.so"
    podman='' # its process
    # shellcheck disable=SC2064 # this very directory
    trap "container_end '$dir'" EXIT
    trap 'exit 0' TERM INT HUP
    # shellcheck disable=SC2016 # expanded by the inner shell
    env -i PATH="$PATH" HOME="$dir" setpriv --pdeathsig KILL unshare --mount bash -euc "
        $(declare -f root_mounts root_furnish root_init container_enter)"'
        container_enter "$@"' host "$dir" "$layer" "$drop" "$words" "$failures" "$everywhere" >"$dir/host.log" 2>&1 &
    podman=$!
    until [ -s "$dir/pid" ]; do
        kill -0 "$podman" || die "the container did not start; its words are in $dir/host.log"
        sleep 0.02
    done
    (root_net "$dir" bash -c "$(declare -f root_addresses); root_addresses") # sshd waits for them
    wait "$podman" || die "the host ended by itself; its words are in $dir/*.log and $dir/syslog"
}

# podman itself would wait for long; it has nothing to tidy up that does not go with the namespace.
container_end() {
    [ ! -s "$1/pid" ] || kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    [ -z "$podman" ] || kill -KILL "$podman" 2>/dev/null || true
    wait
    rm -f "$1/pid" "$1/ready"
}

# Once it is up, it is used as the root rung is.
for verb in reach exec net ssh sftp su sudo login ftp cron pam; do
    eval "container_$verb() { root_$verb \"\$@\"; }"
done
unset verb

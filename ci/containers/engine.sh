# shellcheck shell=bash disable=SC2034 # for who sources it
# What builds and runs the containers. Sourced; call engine_find first, then engine COMMAND… as one would
# call docker. CONTAINER_ENGINE=docker or =podman chooses; else it is docker if a daemon answers, and
# podman if not: with a configuration of its own that needs neither systemd nor the right to raise a limit,
# so that it works within a container, too. Storage lies under .cache/containers.

container_cache=${PM_CONTAINER_CACHE:-$root/.cache/containers}
# The Debian that ci/containers/base makes, for where no registry can be reached.
own_base=localhost/paidmonitor-base:12

# Returns 1, with the reason in engine_why, if there is none.
engine_find() {
    engine_name=${CONTAINER_ENGINE:-}
    if [ -z "$engine_name" ]; then
        engine_name=podman
        ! docker info >/dev/null 2>&1 || engine_name=docker
    fi
    command -v "$engine_name" >/dev/null || { engine_why="no $engine_name here" && return 1; }
    if [ "$engine_name" = podman ]; then
        [ "$(id -u)" -eq 0 ] || { engine_why="not root" && return 1; }
        podman_configure
    fi
}

engine() {
    "$engine_name" "$@"
}

podman_configure() {
    local conf=$container_cache/conf files
    mkdir -p "$conf" "$container_cache/storage"
    files=$(ulimit -Hn)
    [ "$files" != unlimited ] && [ "$files" -lt 4096 ] || files=4096
    cat >"$conf/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:$files", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
END
    cat >"$conf/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$container_cache/storage"
runroot = "/run/paidmonitor-containers"
END
    # Health is asked for when somebody wants to know: the timers would be those of a systemd.
    export DISABLE_HC_SYSTEMD=true CONTAINERS_CONF=$conf/containers.conf CONTAINERS_STORAGE_CONF=$conf/storage.conf
}

# engine_apart COMMAND…: runs it in namespaces of its own, without a way out: containers there have bridges,
# addresses, ports and firewall rules that nobody else sees, and all of it is gone when the command ends.
engine_apart() {
    # shellcheck disable=SC2016 # expanded inside
    unshare --net --mount --pid --uts --ipc --fork --kill-child --mount-proc bash -euc '
        mount -t tmpfs run /run
        mount -t tmpfs shm /dev/shm
        ip link set lo up
        exec "$@"' apart "$@"
}

# shellcheck shell=bash disable=SC2034,SC2154 # host's variables
# The `pam` rung of host: libpam with a service directory of its own, as the calling user, by
# pam_wrapper (https://cwrap.org) and pamtester. A login is what its service would ask of libpam, with
# the items that the service would set; nothing else of the service is there, so no command runs.
# Sourced by host; uses its $module, $drop and die. The `cwrap` rung takes from here what it cannot do
# for real.

pam_prepare() {
    command -v pamtester >/dev/null || die "no pamtester here" 77
    find /usr/lib/*/pam_wrapper -name pam_matrix.so | grep -q . || die "no pam_wrapper here" 77
}

# private_stacks DIR: a stack for each service, whose users are alice and bob.
private_stacks() {
    local dir=$1 matrix service user kind
    matrix=$(find /usr/lib/*/pam_wrapper -name pam_matrix.so)
    mkdir "$dir/pam"
    for service in sshd su su-l sudo sudo-i login vsftpd cron systemd-user; do
        for user in alice bob carol root; do
            echo "$user:$(cat "$dir/password"):$service"
        done >"$dir/passdb.$service"
        {
            if [ -n "$module" ] && [ -n "$failures" ]; then
                echo "auth [success=2 default=ignore] $matrix passdb=$dir/passdb.$service"
                echo "auth [default=ignore] $module report=failure drop=$drop"
            else
                echo "auth [success=1 default=ignore] $matrix passdb=$dir/passdb.$service"
            fi
            printf '%s\n' "auth requisite pam_deny.so" "auth required pam_permit.so"
            for kind in account session; do
                echo "$kind required $matrix passdb=$dir/passdb.$service"
            done
            [ "$service" != vsftpd ] || [ -z "$module" ] || echo "account optional $module report=login drop=$drop"
            [ -z "$module" ] || echo "session optional $module drop=$drop $words"
        } >"$dir/pam/$service"
    done
    printf '%s required pam_deny.so\n' auth account >"$dir/pam/other"
}

pam_run() {
    local dir=$1
    pam_prepare
    private_stacks "$dir"
    echo ready >"$dir/ready"
    exec sleep infinity
}

# emulate DIR SERVICE USER PHASE…, with the array $items for pamtester. One at a time: pam_wrapper takes a free name of
# /tmp/pam.X and removes those of processes that have ended, and two that do so at once read each other's stacks.
emulate() {
    local dir=$1
    shift
    flock -o /tmp env -i PATH="$PATH" LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$dir/pam" \
        pamtester "${items[@]}" "$@" <"${PM_HOST_PASSWORD_FILE:-$dir/password}"
}

# Which functions of libpam each way in calls, and the items it sets: as real services were seen to do.
pam_ssh() {
    local phases=(acct_mgmt open_session close_session)
    items=(-I "rhost=${from:-192.0.2.77}" -I tty=ssh)
    case $how in
    key) items+=(-E "SSH_AUTH_INFO_0=publickey $(cut -d' ' -f1,2 "$1/id.pub")") ;;
    password) phases=(authenticate "${phases[@]}") && items+=(-E "SSH_AUTH_INFO_0=password") ;;
    *) phases=(authenticate "${phases[@]}") && items+=(-E "SSH_AUTH_INFO_0=keyboard-interactive/pam") ;;
    esac
    emulate "$1" sshd "$2" "${phases[@]}"
}

pam_sftp() {
    pam_ssh "$@"
}

pam_su() {
    items=(-I "ruser=$by" -I tty=pts/0)
    emulate "$1" su "$2" authenticate acct_mgmt open_session close_session
}

pam_sudo() {
    items=(-I "ruser=$by" -I tty=pts/0)
    emulate "$1" sudo "$2" authenticate acct_mgmt open_session close_session
}

pam_login() {
    items=(-I "rhost=${from:-}" -I tty=pts/0)
    emulate "$1" login "$2" acct_mgmt open_session close_session
}

pam_ftp() {
    items=(-I "rhost=${from:-192.0.2.77}" -I "ruser=$2" -I tty=ftp)
    emulate "$1" vsftpd "$2" authenticate acct_mgmt
}

pam_cron() {
    items=(-I tty=cron)
    emulate "$1" cron "$2" acct_mgmt open_session close_session
}

# pam_pam DIR USER PHASE…: whatever is asked for
pam_pam() {
    local dir=$1 user=$2
    shift 2
    items=()
    [ -z "$from" ] || items+=(-I "rhost=$from")
    [ -z "$by" ] || items+=(-I "ruser=$by")
    [ -z "$tty" ] || items+=(-I "tty=$tty")
    emulate "$dir" "$service" "$user" "$@"
}

pam_exec() {
    die "no command can run inside a host of the pam rung" 77
}

pam_net() {
    die "a host of the pam rung has no network of its own" 77
}

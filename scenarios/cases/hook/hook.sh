# shellcheck shell=bash
# A disposable host with paidmonitor-hook in place of the module: what its cases share.
# shellcheck source=scenarios/cases/article/article.sh
. "$(dirname "${BASH_SOURCE[0]}")/../article/article.sh"
needs_root_host
libexec=/usr/libexec/paidmonitor

begin_with_hook() {
    begin
    fake_start
    with_module
    agent_start
    cp "$build_dir/pam/hook/paidmonitor-hook" "$stage/host/"
    # shellcheck disable=SC2016 # expanded in the host
    inside sh -ec 'sed -i /pam_paidmonitor/d /etc/pam.d/common-session
        mkdir -p "$1/pam_script"
        install -m 755 /run/host/paidmonitor-hook "$1"
        ln -s ../paidmonitor-hook "$1/pam_script/pam_script_ses_open"
        ln -s ../paidmonitor-hook "$1/pam_script/pam_script_ses_close"' sh "$libexec"
    echo 'not the password' >"$stage/wrong"
}

wrong_password() {
    PM_HOST_PASSWORD_FILE=$stage/wrong login --password "$@"
}

# Every way in is one row, with its end.
want_sessions() {
    login --from 192.0.2.77 bob true
    want_rows 1 "a login by key is one row" \
        '.event == "login" and .srv == "sshd" and .user_login == "bob" and .host == "192.0.2.77"'
    login --from 198.51.100.5 --password alice true
    want_rows 1 "a login by password is one row" \
        '.event == "login" and .srv == "sshd" and .user_login == "alice" and .host == "198.51.100.5"'
    want "alice becomes bob" bob "$(login alice su bob -c "'id -un'" <"$stage/host/password" 2>/dev/null)"
    want_rows 1 "which is a row that names both" \
        '.event == "login" and .srv == "su" and .user_login == "bob" and .ruser == "alice"'
    want_rows 4 "their ends are rows" '.event == "logout"'
    refuse "a wrong password" wrong_password alice true
    want_rows 4 "which is none" '.event == "login"'
}

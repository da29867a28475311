# shellcheck shell=bash
# The article's method, put together in a disposable host as it tells: what its two cases share.
# shellcheck source=scenarios/src/stage.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../src/stage.sh"
article=$source_dir/scenarios/cases/article

inside() {
    "$host" exec "$stage/host" "$@"
}

# article_file FILE MODE PATH: one of the article's files with keys and address filled in. No process
# gets the secret key as an argument, so that whoever sees it in ps saw it there by the article's doing.
article_file() {
    local text
    text=$(<"$article/$1")
    text=${text//@API@/$api}
    text=${text//@APIKEY@/$apikey}
    text=${text//@SECRETKEY@/$secretkey}
    text=${text//@TAG@/$tag}
    printf '%s\n' "$text" >"$stage/host/article"
    inside install -m "$2" /run/host/article "$3"
    rm "$stage/host/article"
}

# pam_script, unpacked and copied into place by hand.
install_pam_script() {
    # shellcheck disable=SC2016 # expanded in the host
    inside sh -ec 'dpkg-deb -x /opt/debs/libpam-script_*.deb /tmp/pam_script
        security=$(dirname "$(find /usr/lib/*/security -name pam_unix.so)")
        install -m 755 "$(find /tmp/pam_script -name pam_script.so)" "$security/pam_script.so"'
}

# hook MODE: the scripts in /etc/security. What was `onauth` in the article's days is pam_script_auth.
install_hook() {
    article_file add_result "$1" /etc/security/add_result
    article_file onauth "$1" /etc/security/pam_script_auth
}

pam_line='auth required pam_script.so dir=/etc/security runas=root expose=rhost'

# The article does not say where in common-auth its line goes: after all others, or before them.
hook_last() {
    remove_hook
    # shellcheck disable=SC2016 # expanded in the host
    inside sh -ec 'echo "$1" >>/etc/pam.d/common-auth' sh "$pam_line"
}

hook_first() {
    remove_hook
    inside sed -i "1i $pam_line" /etc/pam.d/common-auth
}

remove_hook() {
    inside sed -i /pam_script/d /etc/pam.d/common-auth
}

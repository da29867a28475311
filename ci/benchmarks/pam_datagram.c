/* A module that only tells: a datagram to the socket of its first argument, which may be lost. */
#include <security/pam_modules.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void tell(const char *path)
{
    static const char text[] = "v=1 phase=open service=sshd user=alice rhost=198.51.100.5";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)sendto(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&address, sizeof(address));
    close(fd);
}

int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags;
    if (argc > 0)
        tell(argv[0]);
    return PAM_IGNORE;
}

int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_IGNORE;
}

/* Bytes over a connection; see wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"

static int open_connection(int port, struct sc_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return sc_error_set(err, "cannot connect to port %d: %s", port, strerror(errno));
}

/* A server may close before it has taken all: what it answered counts. */
static void send_all(int fd, const char *bytes)
{
    size_t len = strlen(bytes);

    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

int sc_wire_talk(int port, const char *bytes, int64_t timeout_ms, struct pm_buf *answer,
                 struct sc_error *err)
{
    int64_t deadline_ms = pm_clock_mono_ms() + timeout_ms;
    PM_AUTO_CLOSE int fd = open_connection(port, err);
    char part[16384];

    if (fd < 0)
        return -1;
    send_all(fd, bytes);
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left_ms = deadline_ms - pm_clock_mono_ms();
        ssize_t len;

        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0)
            return sc_error_set(err, "the connection was still open after %lld ms",
                                (long long)timeout_ms);
        len = recv(fd, part, sizeof(part), 0);
        if (len < 0 && errno == ECONNRESET)
            return sc_error_set(err, "the connection was reset");
        if (len <= 0)
            return 0;
        (void)pm_buf_add(answer, part, (size_t)len);
    }
}

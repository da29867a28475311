/* The listening socket, and who is let in; see http_private.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http_private.h"

#define ACCEPTS_MAX 16 /* in one turn of the loop: fewer than are kept free for newcomers */
#define BREATH_MS   20 /* until accepting is tried again when there was no room */

/* Listening */

static int listen_failed(const struct fa_http_options *options, char *message, size_t size)
{
    const char *hint = "";

    if (errno == EADDRINUSE)
        hint = ": choose another --port, or 0 for any free one";
    else if (errno == EACCES)
        hint = ": ports below 1024 need root";
    snprintf(message, size, "cannot listen on %s port %u: %s%s", options->address, options->port,
             strerror(errno), hint);
    return -1;
}

static int bind_socket(const struct sockaddr *address, socklen_t len)
{
    int on = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, address, len) < 0) {
        int error = errno;

        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/*
 * A port that the kernel chose is given up when the socket ceases to listen, one that was asked for
 * is kept. refuse() needs it kept, so let one socket find a port and another one ask for it.
 */
static int bind_chosen(const struct addrinfo *wanted)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    int scout = bind_socket(wanted->ai_addr, wanted->ai_addrlen);
    int fd = -1;

    if (scout < 0)
        return -1;
    if (getsockname(scout, (struct sockaddr *)&address, &len) == 0)
        fd = bind_socket((struct sockaddr *)&address, len);
    (void)close(scout);
    return fd;
}

static int open_socket(const struct fa_http_options *options, const struct addrinfo *address,
                       int *ret_fd)
{
    *ret_fd = options->port == 0 ? bind_chosen(address)
                                 : bind_socket(address->ai_addr, address->ai_addrlen);
    return *ret_fd < 0 ? -1 : listen(*ret_fd, SOMAXCONN);
}

static int take_over(int fd, int *ret_fd, char *message, size_t size)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        snprintf(message, size, "cannot take the socket over: %s", strerror(errno));
        return -1;
    }
    *ret_fd = fd;
    return 0;
}

int fa_http_listen(const struct fa_http_options *options, int *ret_fd, char *message, size_t size)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *address;
    char port[8];
    int r;

    if (options->socket > 0)
        return take_over(options->socket, ret_fd, message, size);
    snprintf(port, sizeof(port), "%u", options->port % 65536);
    if (options->port > 65535 || getaddrinfo(options->address, port, &hints, &address) != 0) {
        snprintf(message, size, "cannot listen on \"%s\" port %u: not a numeric address and port",
                 options->address, options->port);
        return -1;
    }
    r = open_socket(options, address, ret_fd);
    if (r < 0)
        r = listen_failed(options, message, size);
    freeaddrinfo(address);
    return r;
}

int fa_http_listen_address(int fd, struct fa_http_address *ret_address)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[sizeof(ret_address->host) - 2];
    char port[8];

    if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        return -1;
    if ((address.ss_family != AF_INET && address.ss_family != AF_INET6) ||
        getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    snprintf(ret_address->host, sizeof(ret_address->host),
             address.ss_family == AF_INET6 ? "[%s]" : "%s", host);
    ret_address->port = (unsigned int)strtoul(port, NULL, 10);
    return 0;
}

/* Accepting */

static void accept_again(void *context)
{
    struct fa_http *http = context;

    http->listen_pause = NULL;
    (void)listen(http->listen_fd, SOMAXCONN); /* once more does no harm */
    if (fa_http_accept_start(http) < 0)
        http->listen_pause = fa_loop_timer(&http->loop, BREATH_MS, accept_again, http);
}

/* Leave newcomers to the kernel's queue, or to nobody, for a while. */
static void pause_accepting(struct fa_http *http, int64_t pause_ms)
{
    if (http->listen_pause)
        return;
    http->listen_pause = fa_loop_timer(&http->loop, pause_ms, accept_again, http);
    if (!http->listen_pause)
        return;
    fa_loop_unwatch(&http->loop, http->listen_watch);
    http->listen_watch = NULL;
}

/* The kernel refuses who knocks at a bound socket that does not listen. */
static void refuse(struct fa_http *http, int64_t refuse_ms)
{
    if (http->listen_pause)
        return;
    pause_accepting(http, refuse_ms);
    (void)shutdown(http->listen_fd, SHUT_RD); /* failing, newcomers wait in the queue instead */
}

static void let_down(struct fa_http *http, int fd, const struct fa_http_welcome *welcome)
{
    if (welcome->kind == FA_HTTP_WELCOME_SILENT) {
        fa_http_guest_add(http, fd, NULL, 0);
        return;
    }
    if (welcome->kind == FA_HTTP_WELCOME_BYTES) {
        fa_http_guest_add(http, fd, welcome->bytes, welcome->len);
        return;
    }
    if (welcome->kind == FA_HTTP_WELCOME_REFUSE) /* before anybody can learn of it and try again */
        refuse(http, welcome->refuse_ms);
    if (welcome->kind != FA_HTTP_WELCOME_CLOSE)
        fa_http_reset(fd);
    (void)close(fd);
}

static void take_in(struct fa_http *http, int fd, const struct sockaddr *address, socklen_t len)
{
    struct fa_http_welcome welcome = {.kind = FA_HTTP_WELCOME_SERVE};

    if (http->options.welcome)
        http->options.welcome(http->options.context, address, &welcome);
    if (welcome.kind != FA_HTTP_WELCOME_SERVE)
        let_down(http, fd, &welcome);
    else if (fa_http_tls_choose(http, fd, welcome.certificate) < 0)
        (void)close(fd); /* rather nothing than the right certificate */
    else if (MHD_add_connection(http->daemon, fd, address, len) != MHD_YES)
        fa_http_tls_forget(http, fd); /* the library has closed it */
}

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Who keeps us waiting makes room for others. When all are too new to go, those have to wait. */
static void make_room(struct fa_http *http)
{
    if (!fa_peers_evict(&http->peers, pm_clock_mono_ms()))
        pause_accepting(http, BREATH_MS);
}

static void accept_all(void *context, unsigned int readiness)
{
    struct fa_http *http = context;
    int count;

    (void)readiness;
    for (count = 0; count < ACCEPTS_MAX && !http->listen_pause; count++) {
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof(address);
        int fd = accept4(http->listen_fd, (struct sockaddr *)&address, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && is_shortage(errno))
            make_room(http);
        if (fd < 0) /* nobody is left, or somebody left meanwhile */
            return;
        take_in(http, fd, (struct sockaddr *)&address, len);
        if (http->peers.count + FA_HTTP_SPARE_MAX > http->peers_max)
            make_room(http);
    }
}

int fa_http_accept_start(struct fa_http *http)
{
    http->listen_watch =
        fa_loop_watch(&http->loop, http->listen_fd, FA_LOOP_READ, accept_all, http);
    return http->listen_watch ? 0 : -1;
}

void fa_http_accept_end(struct fa_http *http)
{
    fa_timers_cancel(&http->loop.timers, http->listen_pause);
    http->listen_pause = NULL;
    fa_loop_unwatch(&http->loop, http->listen_watch);
    http->listen_watch = NULL;
    if (http->listen_fd >= 0)
        (void)close(http->listen_fd);
    http->listen_fd = -1;
}

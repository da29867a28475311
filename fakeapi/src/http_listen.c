/* The listening socket; see http_private.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_private.h"

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

static int open_socket(const struct addrinfo *address, int *ret_fd)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
        int error = errno;

        (void)close(fd);
        errno = error;
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

    if (options->socket > 0) {
        *ret_fd = options->socket;
        return 0;
    }
    snprintf(port, sizeof(port), "%u", options->port % 65536);
    if (options->port > 65535 || getaddrinfo(options->address, port, &hints, &address) != 0) {
        snprintf(message, size, "cannot listen on \"%s\" port %u: not a numeric address and port",
                 options->address, options->port);
        return -1;
    }
    r = open_socket(address, ret_fd);
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

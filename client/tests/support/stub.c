/* A server with given answers; see stub.h. */
#include "stub.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUESTS_MAX 256
#define BYTES_MAX    (4u << 20u)
#define WAIT_SECONDS 10

struct stub {
    const char *const *replies;
    size_t reply_count;
    char url[sizeof("http://127.0.0.1:65535")];
    int listener;
    int stop[2]; /* a pipe; a byte in it ends the thread */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    char *requests[REQUESTS_MAX];
    size_t count;
    size_t connections;
};

/* Wait until the descriptor can be read; false when the stub is stopped. */
static bool wait_readable(const struct stub *stub, int fd)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = stub->stop[0], .events = POLLIN}};

    return poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

/* How long the request is, as far as it can be told; 0 when its head is not complete. */
static size_t request_len(const char *bytes)
{
    const char *body = strstr(bytes, "\r\n\r\n");
    const char *length = strcasestr(bytes, "\r\nContent-Length:");

    if (!body)
        return 0;
    body += 4;
    return (size_t)(body - bytes) + (length && length < body
                                         ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10)
                                         : 0);
}

/* Read one request. NULL at the end of the connection or of the stub. */
static char *read_request(const struct stub *stub, int fd)
{
    char *bytes = calloc(1, BYTES_MAX + 1);
    size_t len = 0, need;
    ssize_t n;

    while (bytes && ((need = request_len(bytes)) == 0 || len < need)) {
        n = wait_readable(stub, fd) ? recv(fd, bytes + len, BYTES_MAX - len, 0) : 0;
        if (n <= 0) {
            free(bytes);
            return NULL;
        }
        len += (size_t)n;
    }
    return bytes;
}

/* Keep a request and choose its reply. */
static const char *keep(struct stub *stub, char *request)
{
    const char *reply;

    (void)pthread_mutex_lock(&stub->lock);
    reply = stub->replies[stub->count < stub->reply_count ? stub->count : stub->reply_count - 1];
    if (stub->count < REQUESTS_MAX)
        stub->requests[stub->count++] = request;
    else
        free(request);
    (void)pthread_cond_broadcast(&stub->arrived);
    (void)pthread_mutex_unlock(&stub->lock);
    return reply;
}

static bool send_reply(int fd, const char *reply)
{
    size_t len = strlen(reply);
    ssize_t n;

    while (len > 0 && (n = send(fd, reply, len, MSG_NOSIGNAL)) > 0) {
        reply += n;
        len -= (size_t)n;
    }
    return len == 0;
}

static void serve(struct stub *stub, int fd)
{
    const char *reply;
    char *request;

    while ((request = read_request(stub, fd))) {
        reply = keep(stub, request);
        if (!reply) { /* silent: until the client gives up */
            char byte;

            while (wait_readable(stub, fd) && recv(fd, &byte, 1, 0) > 0)
                ;
            break;
        }
        if (!send_reply(fd, reply) || !strcasestr(reply, "Content-Length:") ||
            strcasestr(reply, "Connection: close"))
            break;
    }
    (void)close(fd);
}

static void *run(void *user)
{
    struct stub *stub = user;

    while (wait_readable(stub, stub->listener)) {
        int fd = accept(stub->listener, NULL, NULL);

        if (fd < 0)
            break;
        (void)pthread_mutex_lock(&stub->lock);
        stub->connections++;
        (void)pthread_mutex_unlock(&stub->lock);
        serve(stub, fd);
    }
    return NULL;
}

struct stub *stub_start(const char *const *replies, size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    struct stub *stub = calloc(1, sizeof(*stub));

    ck_assert_ptr_nonnull(stub);
    stub->replies = replies;
    stub->reply_count = count;
    stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(stub->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(stub->listener, 16), 0);
    ck_assert_int_eq(getsockname(stub->listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(stub->url, sizeof(stub->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    ck_assert_int_eq(pipe2(stub->stop, O_CLOEXEC), 0);
    ck_assert_int_eq(pthread_mutex_init(&stub->lock, NULL), 0);
    ck_assert_int_eq(pthread_cond_init(&stub->arrived, NULL), 0);
    ck_assert_int_eq(pthread_create(&stub->thread, NULL, run, stub), 0);
    return stub;
}

const char *stub_url(const struct stub *stub)
{
    return stub->url;
}

size_t stub_requests(struct stub *stub)
{
    size_t count;

    (void)pthread_mutex_lock(&stub->lock);
    count = stub->count;
    (void)pthread_mutex_unlock(&stub->lock);
    return count;
}

void stub_wait(struct stub *stub, size_t count)
{
    struct timespec deadline;
    int r = 0;

    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += WAIT_SECONDS;
    (void)pthread_mutex_lock(&stub->lock);
    while (stub->count < count && r == 0)
        r = pthread_cond_timedwait(&stub->arrived, &stub->lock, &deadline);
    (void)pthread_mutex_unlock(&stub->lock);
    ck_assert_msg(r == 0, "request %zu did not come", count);
}

size_t stub_connections(struct stub *stub)
{
    size_t count;

    (void)pthread_mutex_lock(&stub->lock);
    count = stub->connections;
    (void)pthread_mutex_unlock(&stub->lock);
    return count;
}

const char *stub_request(struct stub *stub, size_t index)
{
    ck_assert_uint_lt(index, stub_requests(stub));
    return stub->requests[index]; /* never changed once it is there */
}

void stub_stop(struct stub *stub)
{
    size_t i;

    ck_assert_int_eq(write(stub->stop[1], "", 1), 1); /* closing would not do: children have it */
    (void)pthread_join(stub->thread, NULL);
    for (i = 0; i < stub->count; i++)
        free(stub->requests[i]);
    (void)pthread_cond_destroy(&stub->arrived);
    (void)pthread_mutex_destroy(&stub->lock);
    (void)close(stub->stop[0]);
    (void)close(stub->stop[1]);
    (void)close(stub->listener);
    free(stub);
}

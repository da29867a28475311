/* A TCP relay that can lose answers; see relay.h. One thread, one connection at a time. */
#include "relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct relay {
    int listen_fd, stop_pipe[2];
    unsigned int port, server_port;
    pthread_t thread;
    pthread_mutex_t lock; /* of the next two */
    const char *needle;
    int to_lose;
};

static void must(bool condition)
{
    if (!condition)
        abort();
}

static struct sockaddr_in loopback(unsigned int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
}

static bool send_all(int fd, const char *bytes, ssize_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, (size_t)len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        bytes += n;
        len -= n;
    }
    return true;
}

static bool must_lose(struct relay *relay, const char *request, size_t len)
{
    bool lose = false;

    (void)pthread_mutex_lock(&relay->lock);
    if (relay->to_lose > 0 && memmem(request, len, relay->needle, strlen(relay->needle))) {
        relay->to_lose--;
        lose = true;
    }
    (void)pthread_mutex_unlock(&relay->lock);
    return lose;
}

/* What the client has sent since the last answer. */
struct request {
    char bytes[65536];
    size_t len;
};

static bool forward_request(int client, int server, struct request *request)
{
    char *at = request->bytes + request->len;
    ssize_t n = recv(client, at, sizeof(request->bytes) - request->len, 0);

    if (n <= 0)
        return false;
    request->len += (size_t)n;
    return send_all(server, at, n);
}

static bool forward_answer(struct relay *relay, int client, int server, struct request *request)
{
    char answer[65536];
    ssize_t n = recv(server, answer, sizeof(answer), 0);
    bool lose = n > 0 && must_lose(relay, request->bytes, request->len);

    request->len = 0;
    return n > 0 && !lose && send_all(client, answer, n);
}

static void serve(struct relay *relay, int client)
{
    struct sockaddr_in address = loopback(relay->server_port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct request *request = calloc(1, sizeof(*request));
    bool go_on = connect(server, (struct sockaddr *)&address, sizeof(address)) == 0;

    must(request != NULL);
    while (go_on) {
        struct pollfd fds[] = {
            {client, POLLIN, 0}, {server, POLLIN, 0}, {relay->stop_pipe[0], POLLIN, 0}};

        must(poll(fds, 3, -1) > 0);
        if (fds[2].revents)
            go_on = false;
        else if (fds[0].revents)
            go_on = forward_request(client, server, request);
        else
            go_on = forward_answer(relay, client, server, request);
    }
    free(request);
    (void)close(server);
    (void)close(client);
}

static void *run(void *argument)
{
    struct relay *relay = argument;

    for (;;) {
        struct pollfd fds[] = {{relay->listen_fd, POLLIN, 0}, {relay->stop_pipe[0], POLLIN, 0}};
        int client;

        must(poll(fds, 2, -1) > 0);
        if (fds[1].revents)
            return NULL;
        client = accept4(relay->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (client >= 0)
            serve(relay, client);
    }
}

struct relay *relay_start(unsigned int server_port)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);

    must(relay != NULL);
    relay->server_port = server_port;
    relay->needle = "";
    relay->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(relay->listen_fd, (struct sockaddr *)&address, len) == 0);
    must(listen(relay->listen_fd, 16) == 0);
    must(getsockname(relay->listen_fd, (struct sockaddr *)&address, &len) == 0);
    relay->port = ntohs(address.sin_port);
    must(pipe2(relay->stop_pipe, O_CLOEXEC) == 0);
    must(pthread_mutex_init(&relay->lock, NULL) == 0);
    must(pthread_create(&relay->thread, NULL, run, relay) == 0);
    return relay;
}

unsigned int relay_port(const struct relay *relay)
{
    return relay->port;
}

void relay_lose(struct relay *relay, const char *needle, int count)
{
    (void)pthread_mutex_lock(&relay->lock);
    relay->needle = needle;
    relay->to_lose = count;
    (void)pthread_mutex_unlock(&relay->lock);
}

int relay_still_to_lose(struct relay *relay)
{
    int count;

    (void)pthread_mutex_lock(&relay->lock);
    count = relay->to_lose;
    (void)pthread_mutex_unlock(&relay->lock);
    return count;
}

void relay_stop(struct relay *relay)
{
    must(write(relay->stop_pipe[1], "", 1) == 1);
    (void)pthread_join(relay->thread, NULL);
    (void)pthread_mutex_destroy(&relay->lock);
    (void)close(relay->listen_fd);
    (void)close(relay->stop_pipe[0]);
    (void)close(relay->stop_pipe[1]);
    free(relay);
}

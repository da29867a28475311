/* Connections that were accepted to be let down; see http_private.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_private.h"

#define GUESTS_MAX   256  /* the oldest goes when there are more */
#define GOODBYE_MS   2000 /* for a client to take what was sent, and to close */
#define SWALLOW_SIZE 4096

struct fa_http_guest {
    struct fa_http_guest *next; /* older */
    struct fa_http_guest *previous;
    struct fa_http *http;
    int fd;
    struct fa_watch *watch;
    struct fa_timer *timer; /* of the goodbye */
    size_t len;             /* 0: silent, or all is said */
    char bytes[];
};

static void end_guest(struct fa_http_guest *guest)
{
    struct fa_http *http = guest->http;

    if (guest->previous)
        guest->previous->next = guest->next;
    else
        http->guests = guest->next;
    if (guest->next)
        guest->next->previous = guest->previous;
    http->guest_count--;
    fa_loop_unwatch(&http->loop, guest->watch);
    fa_timers_cancel(&http->loop.timers, guest->timer);
    (void)close(guest->fd);
    free(guest);
}

static void leave(void *context)
{
    struct fa_http_guest *guest = context;

    guest->timer = NULL;
    end_guest(guest);
}

/* What it sends is read, lest closing the connection resets it before it has read ours. */
static ssize_t swallow(int fd)
{
    char bytes[SWALLOW_SIZE];

    return recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
}

static void note_guest(void *context, unsigned int readiness)
{
    struct fa_http_guest *guest = context;

    if (swallow(guest->fd) <= 0 || (readiness & FA_LOOP_READ) == 0) {
        end_guest(guest);
        return;
    }
    if (guest->len == 0)
        return;
    (void)send(guest->fd, guest->bytes, guest->len, MSG_NOSIGNAL | MSG_DONTWAIT); /* it may go */
    (void)shutdown(guest->fd, SHUT_WR);
    guest->len = 0;
    guest->timer = fa_loop_timer(&guest->http->loop, GOODBYE_MS, leave, guest);
}

static void note_gone(void *guest, unsigned int readiness)
{
    (void)readiness;
    end_guest(guest);
}

static void end_oldest(struct fa_http *http)
{
    struct fa_http_guest *guest = http->guests;

    while (guest->next)
        guest = guest->next;
    end_guest(guest);
}

void fa_http_guest_add(struct fa_http *http, int fd, const void *bytes, size_t len)
{
    struct fa_http_guest *guest = calloc(1, sizeof(*guest) + len);

    if (!guest) {
        (void)close(fd);
        return;
    }
    guest->http = http;
    guest->fd = fd;
    guest->len = len;
    if (len > 0)
        memcpy(guest->bytes, bytes, len);
    guest->next = http->guests;
    if (http->guests)
        http->guests->previous = guest;
    http->guests = guest;
    http->guest_count++;
    guest->watch = fa_loop_watch(&http->loop, fd, len > 0 ? FA_LOOP_READ : 0,
                                 len > 0 ? note_guest : note_gone, guest);
    if (!guest->watch)
        end_guest(guest);
    else if (http->guest_count > GUESTS_MAX)
        end_oldest(http);
}

void fa_http_guests_end(struct fa_http *http)
{
    while (http->guests)
        end_guest(http->guests);
}

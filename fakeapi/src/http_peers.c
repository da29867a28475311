#include "http_peers.h"

#include <netdb.h>
#include <poll.h>
#include <stdlib.h>

#define LOOK_MAX 256 /* sockets that are asked at a time */

static void set_address(struct fa_peer *peer, const struct sockaddr *address)
{
    socklen_t len =
        address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    if (getnameinfo(address, len, peer->address, sizeof(peer->address), NULL, 0, NI_NUMERICHOST) !=
        0)
        peer->address[0] = '\0';
}

struct fa_peer *fa_peers_add(struct fa_peers *peers, int fd, const struct sockaddr *address,
                             int64_t now_ms, int64_t deadline_ms)
{
    struct fa_peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->fd = fd;
    peer->deadline_ms = deadline_ms;
    peer->owes_request = true;
    peer->owes_since_ms = now_ms;
    if (address)
        set_address(peer, address);
    peer->next = peers->first;
    if (peers->first)
        peers->first->previous = peer;
    peers->first = peer;
    peers->count++;
    return peer;
}

void fa_peers_remove(struct fa_peers *peers, struct fa_peer *peer)
{
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        peers->first = peer->next;
    if (peer->next)
        peer->next->previous = peer->previous;
    peers->count--;
    free(peer);
}

static void end_peer(struct fa_peer *peer)
{
    peer->is_ending = true;
    (void)shutdown(peer->fd, SHUT_RDWR); /* fails only when the client was faster */
}

/* End those of them that have stopped sending: their request will never be whole. */
static void end_silent(struct fa_peer *const *owing, size_t count)
{
    struct pollfd sockets[LOOK_MAX];
    size_t i;

    for (i = 0; i < count; i++)
        sockets[i] = (struct pollfd){.fd = owing[i]->fd, .events = POLLRDHUP};
    if (poll(sockets, count, 0) <= 0)
        return;
    for (i = 0; i < count; i++)
        if (sockets[i].revents)
            end_peer(owing[i]);
}

void fa_peers_reap(struct fa_peers *peers, int64_t now_ms)
{
    struct fa_peer *owing[LOOK_MAX];
    size_t count = 0;
    struct fa_peer *peer;

    for (peer = peers->first; peer; peer = peer->next) {
        if (now_ms >= peer->deadline_ms)
            end_peer(peer);
        else if (peer->owes_request && !peer->is_ending)
            owing[count++] = peer;
        if (count == LOOK_MAX || !peer->next) {
            end_silent(owing, count);
            count = 0;
        }
    }
}

bool fa_peers_evict(struct fa_peers *peers, int64_t now_ms)
{
    struct fa_peer *victim = NULL;
    struct fa_peer *peer;

    for (peer = peers->first; peer; peer = peer->next)
        if (peer->owes_request && !peer->is_ending &&
            peer->owes_since_ms + FA_PEERS_GRACE_MS <= now_ms &&
            (!victim || peer->owes_since_ms <= victim->owes_since_ms))
            victim = peer;
    if (victim)
        end_peer(victim);
    return victim != NULL;
}

void fa_peers_stop_reading(struct fa_peers *peers)
{
    struct fa_peer *peer;

    for (peer = peers->first; peer; peer = peer->next)
        (void)shutdown(peer->fd, SHUT_RD); /* as in end_peer() */
}

/*
 * The open connections of the HTTP server: how long each may take, and which has to go when there
 * are too many. Ends connections only by shutting their sockets down; who accepted them closes
 * them.
 */
#ifndef FA_HTTP_PEERS_H
#define FA_HTTP_PEERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define FA_PEERS_GRACE_MS 100

struct fa_peer {
    struct fa_peer *next;
    struct fa_peer *previous;
    int fd;
    int64_t deadline_ms; /* monotonic; when it passes, the connection is ended */
    bool owes_request;   /* there is no complete request of it: ending it loses nothing */
    int64_t owes_since_ms;
    bool is_ending;
    char address[INET6_ADDRSTRLEN];
};

struct fa_peers {
    struct fa_peer *first;
    size_t count;
};

/**
 * Take in a connection that has just been made.
 *
 * @address: of the client; NULL if unknown
 *
 * Errors: NULL out of memory
 */
struct fa_peer *fa_peers_add(struct fa_peers *peers, int fd, const struct sockaddr *address,
                             int64_t now_ms, int64_t deadline_ms);

/** It is closed: forget and free it. */
void fa_peers_remove(struct fa_peers *peers, struct fa_peer *peer);

/** End all whose deadline has passed, and those that owe a request but send no more. */
void fa_peers_reap(struct fa_peers *peers, int64_t now_ms);

/**
 * Make room: end the one that has owed a request for the longest, but leave everybody
 * FA_PEERS_GRACE_MS to send one, however many there are.
 *
 * Returns whether there was such a one.
 */
bool fa_peers_evict(struct fa_peers *peers, int64_t now_ms);

/** Read nothing further from anybody. */
void fa_peers_stop_reading(struct fa_peers *peers);

#endif

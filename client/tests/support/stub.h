/*
 * A server for tests that answers every request with bytes given beforehand and keeps what it was
 * sent, byte by byte. It knows HTTP just well enough to tell where a request ends.
 */
#ifndef TEST_STUB_H
#define TEST_STUB_H

#include <stddef.h>

struct stub;

/* In place of a reply: never answer, or close the connection without an answer. */
#define STUB_SILENT NULL
#define STUB_CLOSE  ""

/** The head and body of a 200 answer around a JSON text. */
#define STUB_HEAD(status, length)                                             \
    "HTTP/1.1 " status "\r\nContent-Type: application/json;charset=UTF-8\r\n" \
    "Content-Length: " length "\r\n\r\n"

/**
 * Serve on a free port of loopback, from a thread of its own. Request n gets replies[n], every one
 * after the last the last. A connection is kept open after a reply with a Content-Length header,
 * unless it says `Connection: close`.
 *
 * @replies: borrowed until stub_stop()
 */
struct stub *stub_start(const char *const *replies, size_t count);

/** `http://127.0.0.1:PORT` */
const char *stub_url(const struct stub *stub);

/** How many requests came, complete with body. */
size_t stub_requests(struct stub *stub);

/** Wait until that many came, at most ten seconds; fails the test otherwise. */
void stub_wait(struct stub *stub, size_t count);

/** How many connections were accepted. */
size_t stub_connections(struct stub *stub);

/** The bytes of a request; lends until stub_stop(). Fails the test when there is none. */
const char *stub_request(struct stub *stub, size_t index);

void stub_stop(struct stub *stub);

#endif

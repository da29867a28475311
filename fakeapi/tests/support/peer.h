/*
 * The other side of the wire, for tests: raw requests, whole replies, and signed forms made without
 * the server's own code (HMAC() of OpenSSL over a text put together here).
 */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include <stddef.h>

#define PEER_REPLY_MAX (256 * 1024)

struct peer_reply {
    int status;                 /* 0 when the server closed without a reply */
    char bytes[PEER_REPLY_MAX]; /* head and body, NUL-terminated */
    size_t len;
    const char *body;
};

/** Connect to a port of 127.0.0.1. Fails the test. */
int peer_connect(unsigned int port);

/** Send all bytes; the server may close meanwhile. */
void peer_send(int fd, const void *bytes, size_t len);

/** Read one reply, as long as its Content-Length says or until the server closes; 10 s at most. */
void peer_read(int fd, struct peer_reply *reply);

/** Has the server closed the connection? Waits for it up to 10 s. */
int peer_is_closed(int fd);

/** Send raw bytes on a connection of its own and read the reply. */
void peer_exchange(unsigned int port, const void *bytes, size_t len, struct peer_reply *reply);

/** GET a target. */
void peer_get(unsigned int port, const char *target, struct peer_reply *reply);

/** POST a form body to a target. */
void peer_post(unsigned int port, const char *target, const char *body, size_t len,
               struct peer_reply *reply);

#define FORM_MAX 40

/* A form being put together. Names and values are borrowed. */
struct peer_form {
    size_t count;
    const char *names[FORM_MAX];
    const char *values[FORM_MAX];
    char checksum[64];
    char timestamp[32];
};

/** Set a value; the same name again replaces it, a NULL takes it away. */
void peer_form_set(struct peer_form *form, const char *name, const char *value);

/** Append without looking whether the name is there. */
void peer_form_add(struct peer_form *form, const char *name, const char *value);

/** Add the current timestamp unless there is one, then the checksum under this key. */
void peer_form_sign(struct peer_form *form, const char *secretkey);

/** The form encoded; the caller frees it. */
char *peer_form_encode(const struct peer_form *form);

/** The checksum of a text. @checksum: at least 32 bytes */
void peer_checksum(const char *secretkey, size_t secretkey_len, const char *text, size_t len,
                   char *checksum);

#endif

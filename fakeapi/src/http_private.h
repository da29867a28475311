/*
 * What the files of the HTTP server share; nobody else includes it. These are the only users of
 * libmicrohttpd:
 *
 *     http.c           the server: setting up, the turns of its loop, one commit for each
 *     http_listen.c    the listening socket, and who is let in
 *     http_guests.c    connections that are never served
 *     http_tls.c       what TLS needs
 *     http_exchange.c  one request: its head checked, its body collected, its handler called
 *     http_send.c      its reply handed to libmicrohttpd
 *     http_defer.c     replies that come later
 *     http_stream.c    replies without an end
 *     http_spoil.c     replies spoiled on purpose, written to the socket past libmicrohttpd
 */
#ifndef FA_HTTP_PRIVATE_H
#define FA_HTTP_PRIVATE_H

#include <microhttpd.h>
#include <stdarg.h>
#include <time.h>

#include "http.h"
#include "http_peers.h"
#include "loop.h"

#define FA_HTTP_MOUNTS_MAX 8
/* Descriptors for all else, and connections kept free for newcomers. */
#define FA_HTTP_SPARE_MAX 32
#define FA_HTTP_SEND_MS   60000 /* for a reader to take a reply */

struct fa_http_mount {
    const char *prefix;
    fa_http_handler handler;
    void *context;
};

/* Where it listens. */
struct fa_http_address {
    char host[64]; /* an IPv6 one in brackets, with the name of an interface if need be */
    unsigned int port;
};

/* A request and its reply. */
struct fa_http_exchange {
    struct fa_http *http;
    struct MHD_Connection *connection;
    struct fa_peer *peer;
    struct fa_http_exchange *next_held;
    char *target; /* raw; cut at the `?` once the head was checked */
    size_t target_len;
    const char *query;
    struct pm_buf body;
    int64_t body_began_ms;
    size_t body_received; /* bytes, kept or not */
    int64_t received_us;
    unsigned int refusal; /* status, or 0 */
    const char *reason;   /* of the refusal */
    bool is_begun;        /* the head was checked */
    bool is_handled;      /* the handler was called */
    bool is_suspended;    /* libmicrohttpd leaves its connection alone */
    bool is_held;         /* waits for the commit */
    bool is_lost;         /* there will be no reply: close the connection */
    bool has_failed;      /* the commit has: the reply is made already */
    struct fa_http_reply reply;
    const char *method; /* libmicrohttpd's, as long as the request */
};

struct fa_http {
    struct fa_http_options options;
    struct MHD_Daemon *daemon;
    struct fa_loop loop;
    int wake_fd;
    int stop_fd;
    int listen_fd;
    struct fa_http_address address;
    struct fa_watch *listen_watch;
    struct fa_timer *listen_pause; /* while nobody is accepted */
    struct fa_http_mount mounts[FA_HTTP_MOUNTS_MAX];
    size_t mount_count;
    struct fa_peers peers;
    size_t peers_max;
    struct fa_http_stream *streams;
    struct fa_http_deferred *deferred;
    struct fa_http_script *scripts;
    struct fa_http_secrecy *secrecy; /* NULL until a wrong certificate is asked for */
    struct fa_http_guest *guests;
    size_t guest_count;
    struct fa_http_exchange *held; /* wait for the commit, newest first */
    time_t date;                   /* of the last reply, and as text; "" before the first */
    char date_text[64];
    bool must_stop;
    bool is_behind; /* libmicrohttpd has not looked at all connections that were resumed */
    size_t exchange_count;
    int64_t accepted_count;
};

/* http_listen.c */

/** Listen where the options say, or take the socket over. Errors: -1 with a message */
int fa_http_listen(const struct fa_http_options *options, int *ret_fd, char *message, size_t size);
/** Where that is. Errors: -1 with errno: not on the Internet */
int fa_http_listen_address(int fd, struct fa_http_address *ret_address);
/** Accept from now on; the loop and libmicrohttpd's daemon are there. Errors: -1 with errno */
int fa_http_accept_start(struct fa_http *http);
/** Close the listening socket, if there is any. */
void fa_http_accept_end(struct fa_http *http);

/* http_exchange.c; first libmicrohttpd's callbacks */

/** MHD_OPTION_URI_LOG_CALLBACK */
void *fa_http_exchange_begin(void *http, const char *target, struct MHD_Connection *connection);
/** MHD_OPTION_NOTIFY_COMPLETED */
void fa_http_exchange_end(void *http, struct MHD_Connection *connection, void **request_context,
                          enum MHD_RequestTerminationCode code);
/** MHD_AccessHandlerCallback */
enum MHD_Result fa_http_exchange_handle(void *http, struct MHD_Connection *connection,
                                        const char *url, const char *method, const char *version,
                                        const char *upload, size_t *upload_len,
                                        void **request_context);
/** MHD_OPTION_EXTERNAL_LOGGER: only this tells of request lines that the library refuses. */
void fa_http_hear_library(void *http, const char *format, va_list arguments);

/** As handlers see it. */
struct fa_http_request fa_http_exchange_request(struct fa_http_exchange *exchange);

/** Have libmicrohttpd leave the connection alone until fa_http_exchange_resume(), in which it asks
 * the handler again. */
void fa_http_exchange_suspend(struct fa_http_exchange *exchange);
void fa_http_exchange_resume(struct fa_http_exchange *exchange);

/** Its connection is suspended: keep it so until the commit. */
void fa_http_exchange_hold(struct fa_http_exchange *exchange);

/** What was written is committed: let the reply go out, unless it is still to come. */
void fa_http_exchange_depart(struct fa_http_exchange *exchange);

/** The commit has failed: replace what the handler answered. */
void fa_http_exchange_fail(struct fa_http_exchange *exchange);

/* http_send.c */

/** MHD_NO makes libmicrohttpd close the connection, all that is left when memory is short. */
enum MHD_Result fa_http_send(struct fa_http_exchange *exchange);

/* http_defer.c */

/** Its connection is suspended: notice when the client goes. */
void fa_http_defer_watch(struct fa_http_exchange *exchange);
/** The server stops: let go of all. */
void fa_http_defer_end(struct fa_http *http);

/** The Date header of a reply, lent until the next call; "" when the time has none. */
const char *fa_http_date(const struct fa_http_exchange *exchange);

/** Call @add for each further header field of a reply. */
void fa_http_each_header(const struct fa_http_reply *reply,
                         void (*add)(void *context, const char *name, const char *value),
                         void *context);

/* http_spoil.c */

/** Is there anything to do to this reply? */
bool fa_http_is_spoiled(const struct fa_http_reply *reply);

/**
 * The exchange is suspended and its reply ready: do what its spoil says. Afterwards the connection
 * is resumed, to be answered as usual or, with `is_lost`, to be closed.
 *
 * Errors: -1 out of memory: nothing was done
 */
int fa_http_spoil_start(struct fa_http_exchange *exchange);

/** The server stops: let go of all. */
void fa_http_spoil_end(struct fa_http *http);

/** End a connection as if it had broken: with an RST. */
void fa_http_reset(int fd);

/* http_stream.c */

/** The whole reply of a stream, which is the response's from now on. NULL: out of memory */
struct MHD_Response *fa_http_stream_response(struct fa_http_reply *reply);
/** One that was not handed over to libmicrohttpd. NULL is allowed. */
void fa_http_stream_free(struct fa_http_stream *stream);
void fa_http_stream_tick(struct fa_http *http, int64_t now_ms);
size_t fa_http_stream_count(const struct fa_http *http);
void fa_http_streams_end(struct fa_http *http);

/* http_guests.c */

/**
 * Keep a connection that is never served: say nothing, or wait for its first bytes, send @bytes and
 * end it. Takes the descriptor.
 *
 * @bytes: copied; NULL to stay silent until the client goes
 */
void fa_http_guest_add(struct fa_http *http, int fd, const void *bytes, size_t len);
void fa_http_guests_end(struct fa_http *http);

/* http_tls.c */

/** For MHD_start_daemon(); @options: room for FA_HTTP_TLS_OPTIONS. */
unsigned int fa_http_tls_flags(const struct fa_http *http);
void fa_http_tls_options(const struct fa_http *http, struct MHD_OptionItem *options);
#define FA_HTTP_TLS_OPTIONS 5
void fa_http_tls_end(struct fa_http *http);

/** A connection is about to be handed to libmicrohttpd: remember what it is to be shown. Errors: -1
 */
int fa_http_tls_choose(struct fa_http *http, int fd, enum fa_http_certificate which);
/** It was not handed over. */
void fa_http_tls_forget(struct fa_http *http, int fd);
/** It was; its handshake is still to come. */
void fa_http_tls_started(struct fa_http *http, struct MHD_Connection *connection, int fd);

/** Send on the exchange's connection, encrypted if it is. Errors: -1 with errno, as send(2) */
ssize_t fa_http_wire_send(struct fa_http_exchange *exchange, const void *bytes, size_t len);

#endif

/*
 * The HTTP/1 server; its files (http_private.h names them) are the only users of libmicrohttpd. One
 * thread runs one epoll loop; handlers run on it, must not block, and see complete requests only.
 * What a handler writes into the store becomes durable once per turn of the loop: replies marked
 * `after_commit` wait for that and leave after it.
 *
 * libmicrohttpd 0.9.75 reads more than RFC 9112 allows, so every head is checked here before a
 * handler sees it: ambiguous framing is refused and the connection closed.
 */
#ifndef FA_HTTP_H
#define FA_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "loop.h"

#define FA_HTTP_BODY_MAX    (1024 * 1024)      /* larger bodies get 413; PROTOCOL.md §4 */
#define FA_HTTP_REPLY_MAX   (64 * 1024 * 1024) /* ceiling of a reply's body */
#define FA_HTTP_HEADERS_MAX (8 * 1024)         /* bytes of further header fields of one reply */
#define FA_HTTP_STREAM_MAX  (1024 * 1024) /* unread bytes of a live stream; beyond, it is closed */

struct fa_http;
struct fa_http_exchange;
struct fa_http_stream;
struct fa_http_deferred;

/* Lives until the handler has returned, or a deferred reply is over. All bytes are as they came
 * over the wire, not decoded. */
struct fa_http_request {
    const char *method; /* "GET", "HEAD", "POST", … */
    const char *path;   /* up to the first `?`, never empty */
    const char *query;  /* after the first `?`, without it; "" if there is none */
    size_t query_len;
    const char *body; /* "" if there is none */
    size_t body_len;
    const char *peer;    /* address of the client, without port */
    int64_t received_us; /* monotonic: when its head had been read */
    const char *reason;  /* for `fail`: which rule was broken; NULL if the status says it all */
    struct fa_http_exchange *exchange;
};

/* How a connection ends whose reply is spoiled. */
enum fa_http_end {
    FA_HTTP_END_NORMAL, /* after a whole reply as after any other; after part of one by closing */
    FA_HTTP_END_CLOSE,  /* FIN; under TLS without its farewell */
    FA_HTTP_END_RESET,  /* RST */
    FA_HTTP_END_HANG,   /* not at all, before the client ends it or the server stops */
    FA_HTTP_END_MAX,
};

/* What may be done to the bytes of a reply on their way. All zero: nothing. */
struct fa_http_spoil {
    int64_t delay_ms; /* before the first byte; after the commit */
    bool is_cut;      /* only the first `cut` bytes of head and body are sent, … */
    int64_t cut;      /* … or, if negative, all but that many */
    bool is_cut_by_percent;
    size_t drip_bytes;     /* so many at a time, 0 for all at once, … */
    int64_t drip_ms;       /* … that long apart */
    int64_t length_offset; /* Content-Length lies by so much */
    size_t copies;         /* how often the whole reply is sent; 0 is 1 */
    size_t noise;          /* so many bytes of noise instead of the reply, no HTTP at all */
    uint64_t noise_seed;
    enum fa_http_end end;
};

struct fa_http_reply {
    unsigned int status;      /* 200 unless the handler says otherwise */
    const char *content_type; /* borrowed for ever; NULL for none */
    struct pm_buf body;
    struct pm_buf headers;             /* filled by fa_http_reply_header() */
    int64_t date_ms;                   /* for the Date header; 0 for the server's clock */
    int64_t tag;                       /* for fa_http_options.sent; 0 for none */
    bool close;                        /* close the connection afterwards */
    bool after_commit;                 /* hold back until the store has committed */
    struct fa_http_stream *stream;     /* set by fa_http_stream_start() */
    struct fa_http_deferred *deferred; /* set by fa_http_defer() */
    struct fa_http_spoil spoil;
};

/** Answer one request. The reply comes in as 200 with an empty body. */
typedef void (*fa_http_handler)(void *context, const struct fa_http_request *request,
                                struct fa_http_reply *reply);

/* What becomes of a connection that was just made. */
enum fa_http_welcome_kind {
    FA_HTTP_WELCOME_SERVE,
    FA_HTTP_WELCOME_CLOSE,  /* FIN */
    FA_HTTP_WELCOME_RESET,  /* RST */
    FA_HTTP_WELCOME_SILENT, /* never a word */
    FA_HTTP_WELCOME_BYTES,  /* once it has spoken: `bytes`, then FIN */
    FA_HTTP_WELCOME_REFUSE, /* RST; who comes within `refuse_ms` is refused by the kernel */
    FA_HTTP_WELCOME_MAX,
};

/* Which certificate a connection is shown. */
enum fa_http_certificate {
    FA_HTTP_CERTIFICATE_GOOD,
    FA_HTTP_CERTIFICATE_EXPIRED,
    FA_HTTP_CERTIFICATE_NOT_YET_VALID,
    FA_HTTP_CERTIFICATE_OTHER_NAME,
    FA_HTTP_CERTIFICATE_UNKNOWN_CA,
    FA_HTTP_CERTIFICATE_MAX,
};

struct fa_http_welcome {
    enum fa_http_welcome_kind kind;
    int64_t refuse_ms;
    enum fa_http_certificate certificate; /* FA_HTTP_WELCOME_SERVE under TLS */
    const char *bytes;                    /* copied after the call */
    size_t len;
};

struct sockaddr;

/* What a server shows that speaks TLS. */
struct fa_http_tls {
    const char *certificate; /* PEM, with its chain */
    const char *key;
    const char *client_ca; /* clients must show a certificate of these, PEM; NULL: need not */
    /* A wrong one, for `welcome`. Errors: -1 */
    int (*other)(void *context, enum fa_http_certificate which, const char **ret_certificate,
                 const char **ret_key);
    void *context;
};

struct fa_http_options {
    const char *address;  /* numeric, IPv4 or IPv6 */
    unsigned int port;    /* 0: any free one */
    int socket;           /* one that listens already, taken over; 0 to open one */
    int64_t head_time_ms; /* from connecting to a complete head; 0 for 12 s */
    int64_t body_time_ms; /* from the head to a complete body; 0 for 60 s, half for the slowest */
    /* Make durable what handlers wrote in this turn. 0, or -1: nothing of it was stored. */
    int (*commit)(void *context);
    /*
     * What to answer when no handler does; the reply comes with the status: 400, 411, 413, 505
     * refused head, 404 nobody has the path, 500 commit failed. What libmicrohttpd has already
     * refused by itself (also 414, 431) comes too, with method "-" and what is known of it, but
     * that answer is not sent. NULL: an empty body.
     */
    void (*fail)(void *context, const struct fa_http_request *request, struct fa_http_reply *reply);
    /* The clock of the Date header, ms since the epoch. NULL for the host's. */
    int64_t (*now_ms)(void *context);
    const struct fa_http_tls *tls; /* borrowed as long as the server lives; NULL: plain HTTP */
    /* Asked for each connection; `welcome` comes as FA_HTTP_WELCOME_SERVE. NULL: all are served. */
    void (*welcome)(void *context, const struct sockaddr *peer, struct fa_http_welcome *welcome);
    /* A whole reply with a tag was handed to the host. May be NULL. */
    void (*sent)(void *context, int64_t tag);
    /* Called on the loop after fa_http_wake(). May be NULL. */
    void (*woken)(void *context);
    void *context;
};

/** One header field of the request by name, in any case; NULL if absent. Lends until the handler
 * returns. */
const char *fa_http_header(const struct fa_http_request *request, const char *name);

/** Call @each with every header field, in the order received. For none if the head was not read. */
void fa_http_each_field(const struct fa_http_request *request,
                        void (*each)(void *context, const char *name, size_t name_len,
                                     const char *value, size_t value_len),
                        void *context);

/** One cookie by exact name. Errors: -1 absent, or longer than @size with its NUL */
int fa_http_cookie(const struct fa_http_request *request, const char *name, char *value,
                   size_t size);

/** `Not Found` for 404. */
const char *fa_http_reason(unsigned int status);

/**
 * Add a header field to a reply.
 *
 * Errors: -1 too many, too long, or with a control character; the reply is unchanged
 */
int fa_http_reply_header(struct fa_http_reply *reply, const char *name, const char *value);

/** As a handler gets it: 200 and nothing else. */
void fa_http_reply_init(struct fa_http_reply *reply);
void fa_http_reply_clear(struct fa_http_reply *reply);

/**
 * Listen. Requests are answered only while fa_http_run() runs.
 *
 * @message:  on failure one line for a person, at most @size bytes
 *
 * Errors: -1
 */
int fa_http_new(const struct fa_http_options *options, struct fa_http **ret_http, char *message,
                size_t size);

/** After fa_http_run() has returned, or was never called. NULL is allowed. */
void fa_http_free(struct fa_http *http);

/** The address it listens on, as it stands in a URL: an IPv6 one in brackets. */
const char *fa_http_host(const struct fa_http *http);

/** The port it listens on. */
unsigned int fa_http_port(const struct fa_http *http);

/**
 * Give paths to a handler: those equal to @prefix and those below it (`/dashboard` takes
 * `/dashboard` and `/dashboard/x`). Earlier mounts win. A prefix of "" takes what is left.
 *
 * @prefix: borrowed for ever
 *
 * Errors: -1 too many mounts
 */
int fa_http_mount(struct fa_http *http, const char *prefix, fa_http_handler handler, void *context);

/* How busy the server is. */
struct fa_http_counts {
    int64_t accepted; /* connections since the start */
    size_t connections;
    size_t connections_max;
    size_t streams;
};

/** Count; on the loop, from a handler. */
void fa_http_counts(const struct fa_http_request *request, struct fa_http_counts *ret_counts);

/**
 * Serve until fa_http_stop(). Then stops accepting, commits and answers what handlers have taken,
 * ends the streams, and returns.
 */
void fa_http_run(struct fa_http *http);

/** Make fa_http_run() return. From any thread, any number of times. */
void fa_http_stop(struct fa_http *http);

/** Have `woken` called on the loop soon. From any thread. */
void fa_http_wake(struct fa_http *http);

/*
 * Live streams (server-sent events). A handler starts one in its reply, together with status,
 * content type and header fields; what is written goes out at once, in the order written, the
 * reply's body first. When nothing was written for 15 seconds the server sends the comment `:
 * ping`.
 */

/**
 * Turn the reply to this request into a stream.
 *
 * @closed:  called once when the stream is over, whoever ended it; afterwards the stream is gone.
 *           Not called when this function fails. May be NULL.
 *
 * Errors: NULL out of memory
 */
struct fa_http_stream *fa_http_stream_start(
    const struct fa_http_request *request, struct fa_http_reply *reply,
    void (*closed)(void *context, struct fa_http_stream *stream), void *context);

/** Append bytes. Errors: -1 the reader is too slow (FA_HTTP_STREAM_MAX): the stream will be closed
 */
int fa_http_stream_write(struct fa_http_stream *stream, const void *bytes, size_t len);

/** End it after what was written. */
void fa_http_stream_end(struct fa_http_stream *stream);

/*
 * Deferred replies: a handler returns without an answer, which comes later. A copy of its request
 * stays good until fa_http_answer() is called or @gone has returned.
 */

/**
 * Answer this request later, with fa_http_answer(). What the handler puts into its reply is
 * replaced by the later one, except `after_commit`: what was written stays bound to its commit.
 *
 * @gone:  called once when the client has hung up, or when the server stops: there is nobody left
 * to answer. NULL: do not look, answer in any case. Afterwards the deferred reply is gone, as it is
 * after fa_http_answer(). It leaves other deferred replies alone.
 *
 * Errors: NULL out of memory
 */
struct fa_http_deferred *fa_http_defer(const struct fa_http_request *request,
                                       struct fa_http_reply *reply, void (*gone)(void *context),
                                       void *context);

/**
 * Send it. On the loop, never from another thread.
 *
 * @reply: started with fa_http_reply_init(); its buffers are taken, and it is empty afterwards.
 *         If the commit that the handler asked for has failed, this goes out instead.
 */
void fa_http_answer(struct fa_http_deferred *deferred, struct fa_http_reply *reply);

/*
 * Timers and further descriptors on the loop; for its thread only, or before fa_http_run(). All end
 * with the server, without being called.
 */

/** Call @run once, not before @delay_ms from now. Errors: NULL out of memory */
struct fa_timer *fa_http_timer_start(struct fa_http *http, int64_t delay_ms,
                                     void (*run)(void *context), void *context);
/** One that has not gone off. NULL is allowed. */
void fa_http_timer_cancel(struct fa_http *http, struct fa_timer *timer);

/**
 * Call @ready in each turn in which the descriptor can be read, or its other side has gone. It
 * stays the caller's, who ends the watch before closing it.
 *
 * Errors: NULL with errno
 */
struct fa_watch *fa_http_watch(struct fa_http *http, int fd, fa_watch_ready ready, void *context);
/** @wanted: FA_LOOP_READ, FA_LOOP_WRITE, both or 0. Errors: -1 with errno */
int fa_http_rewatch(struct fa_http *http, struct fa_watch *watch, unsigned int wanted);
/** NULL is allowed. */
void fa_http_unwatch(struct fa_http *http, struct fa_watch *watch);

#endif

/* Replies that come later; see http.h. While one is awaited its connection stays suspended, so the
 * exchange cannot end. */
#include <stdlib.h>
#include <string.h>

#include "http_private.h"

struct fa_http_deferred {
    struct fa_http_deferred *next;
    struct fa_http_deferred *previous;
    struct fa_http_exchange *exchange;
    struct fa_watch *watch; /* of its client, if somebody wants to know */
    void (*gone)(void *context);
    void *context;
};

struct fa_http_deferred *fa_http_defer(const struct fa_http_request *request,
                                       struct fa_http_reply *reply, void (*gone)(void *context),
                                       void *context)
{
    struct fa_http *http = request->exchange->http;
    struct fa_http_deferred *deferred = malloc(sizeof(*deferred));

    if (!deferred)
        return NULL;
    *deferred = (struct fa_http_deferred){
        .next = http->deferred, .exchange = request->exchange, .gone = gone, .context = context};
    if (http->deferred)
        http->deferred->previous = deferred;
    http->deferred = deferred;
    reply->deferred = deferred;
    return deferred;
}

/* Returns the exchange, which no longer waits for anybody but perhaps for the commit. */
static struct fa_http_exchange *take(struct fa_http_deferred *deferred)
{
    struct fa_http_exchange *exchange = deferred->exchange;

    if (deferred->previous)
        deferred->previous->next = deferred->next;
    else
        exchange->http->deferred = deferred->next;
    if (deferred->next)
        deferred->next->previous = deferred->previous;
    exchange->reply.deferred = NULL;
    fa_loop_unwatch(&exchange->http->loop, deferred->watch);
    free(deferred);
    return exchange;
}

static void replace(struct fa_http_exchange *exchange, struct fa_http_reply *reply)
{
    bool after_commit = exchange->reply.after_commit;
    int64_t tag = exchange->reply.tag;

    fa_http_reply_clear(&exchange->reply);
    exchange->reply = *reply;
    exchange->reply.after_commit |= after_commit;
    if (exchange->reply.tag == 0)
        exchange->reply.tag = tag;
    fa_http_reply_init(reply);
}

void fa_http_answer(struct fa_http_deferred *deferred, struct fa_http_reply *reply)
{
    struct fa_http_exchange *exchange = take(deferred);
    bool must_hold = reply->after_commit && !exchange->has_failed;

    if (exchange->has_failed)
        fa_http_reply_clear(reply);
    else
        replace(exchange, reply);
    if (!exchange->is_suspended) /* answered by the handler itself: that goes on */
        return;
    if (must_hold && !exchange->is_held)
        fa_http_exchange_hold(exchange);
    if (!exchange->is_held)
        fa_http_exchange_depart(exchange);
}

static void lose(struct fa_http_deferred *deferred)
{
    void (*gone)(void *context) = deferred->gone;
    void *context = deferred->context;
    struct fa_http_exchange *exchange = take(deferred);

    exchange->is_lost = true;
    if (!exchange->is_held)
        fa_http_exchange_depart(exchange);
    if (gone)
        gone(context);
}

static void note_gone(void *deferred, unsigned int readiness)
{
    (void)readiness;
    lose(deferred);
}

void fa_http_defer_watch(struct fa_http_exchange *exchange)
{
    struct fa_http_deferred *deferred = exchange->reply.deferred;

    if (deferred->gone && exchange->peer)
        deferred->watch = fa_loop_watch(&exchange->http->loop, exchange->peer->fd, 0, note_gone,
                                        deferred); /* else it is answered in any case */
}

void fa_http_defer_end(struct fa_http *http)
{
    while (http->deferred)
        lose(http->deferred);
}

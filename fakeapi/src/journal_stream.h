/*
 * Those who follow the journal: each request is sent to them, as a server-sent event, once it is
 * final.
 */
#ifndef FA_JOURNAL_STREAM_H
#define FA_JOURNAL_STREAM_H

#include <stdint.h>

struct fa_http_reply;
struct fa_http_request;
struct fa_journal;
struct fa_journal_streams;
struct fa_match;

/** @journal: borrowed; it outlives this. Errors: NULL out of memory */
struct fa_journal_streams *fa_journal_streams_new(struct fa_journal *journal);
/** After fa_http_free(), which ends the streams. NULL is allowed. */
void fa_journal_streams_free(struct fa_journal_streams *streams);

/**
 * Turn the reply into a stream of `id: ID`, `data: {…}` events, as a list of the journal shows
 * them. An event `gap` tells how many requests were forgotten before they could be sent.
 *
 * @account_id:  FA_JOURNAL_ALL for all
 * @match:       taken over, also on failure; only requests that fit are sent
 * @after_id:    begin with those that came after this one
 *
 * Errors: -1 out of memory
 */
int fa_journal_follow(struct fa_journal_streams *streams, int64_t account_id,
                      struct fa_match *match, int64_t after_id,
                      const struct fa_http_request *request, struct fa_http_reply *reply);

#endif

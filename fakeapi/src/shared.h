/*
 * What a server does that shares its store with others: it watches the connection, hears what they
 * have committed, finds a database again that was away, and forgets old requests. Without sharing
 * it does nothing.
 */
#ifndef FA_SHARED_H
#define FA_SHARED_H

struct fa_app;
struct fa_http;
struct fa_shared;

/**
 * Both are borrowed until fa_shared_free(), which comes before the end of any of them.
 *
 * Errors: -1 out of memory
 */
int fa_shared_new(struct fa_app *app, struct fa_http *http, struct fa_shared **ret_shared);

/** NULL is allowed. */
void fa_shared_free(struct fa_shared *shared);

#endif

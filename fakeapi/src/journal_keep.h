/*
 * The journal in the store, for servers that are asked to keep it there: each request's entry as
 * JSON, in the transaction of what the request itself has written, so that it lives and dies with
 * it. It outlives the server, and servers that share a store share it.
 */
#ifndef FA_JOURNAL_KEEP_H
#define FA_JOURNAL_KEEP_H

#include <stdbool.h>
#include <stdint.h>

struct fa_app;
struct fa_journal_entry;

/** Keep an entry, if the server keeps any. What the store cannot take the log is told at the
 * commit. */
void fa_journal_keep(struct fa_app *app, const struct fa_journal_entry *entry);

/** A commit has failed, and with it went what was kept since @after_id: keep it as what it is now,
 * in the next one. */
void fa_journal_keep_failed(struct fa_app *app, int64_t after_id);

#endif

/*
 * An account with all it has as lines of JSON, and back: to keep what a test begins with, to carry
 * it to another server, to hand in what went wrong. One line is one object with one member:
 *
 *     {"account":{"apikey":…,"secretkey":…,"name":…,…}}      empties it, or makes it
 *     {"object":{"of":APIKEY,"kind":"agent","parent":N,"data":{…}}}
 *     {"monitor":{"of":APIKEY,"name":…,…,"params":[…]}}
 *     {"row":{"of":APIKEY,"monitor":N,"time_ms":…,"number":…,"values":{…}}}
 *     {"additional":{"of":APIKEY,"monitor":N,"time_ms":…,"data":{…}}}
 *     {"next":CURSOR}                                        there is more, from there
 *
 * Ids are the server's and differ elsewhere, so things are named by their place: monitor 2 is the
 * account's second. Every line stands alone, so a file can be cut anywhere between lines.
 */
#ifndef FA_TRANSFER_H
#define FA_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

struct fa_app;
struct pm_buf;

#define FA_CURSOR_SIZE 400

/**
 * Append lines until there are about @limit bytes, at the end `next` if something is left.
 *
 * @apikey:  of one account; NULL for all
 * @cursor:  as the last `next` said; NULL to begin
 *
 * Errors: FA_STORE_FAILED, or no memory; FA_STORE_ABSENT a cursor that no longer leads anywhere
 */
int fa_export(struct fa_app *app, const char *apikey, const char *cursor, size_t limit,
              struct pm_buf *buf);

struct fa_imported {
    int64_t accounts;
    int64_t monitors;
    int64_t rows;
};

/**
 * Take lines: all of them, or none.
 *
 * @apikey:   of an account that gets it all, whatever the lines say; NULL to take their word
 * @message:  on failure one line that says which line is wrong
 *
 * Errors: FA_STORE_ABSENT a wrong line; FA_STORE_FAILED
 */
int fa_import(struct fa_app *app, const char *apikey, const char *lines, size_t len,
              struct fa_imported *ret_imported, char *message, size_t size);

#endif

/*
 * What the store has, as the JSON that the dashboard's templates and events are made of. Texts keep
 * their characters but for those that hide, which are marked (text.h); whoever shows them escapes
 * them.
 *
 * A row:  {"id","monitor_id","checktime","number",
 *          "time": {"iso","utc","exact"},                of checktime, in UTC
 *          "cells": [{"name","text","is_number"}, …]}    one per column; "" where the row has no
 * value
 */
#ifndef FA_DASHBOARD_MODEL_H
#define FA_DASHBOARD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct cJSON;

#define FA_MODEL_TEXT_MAX                                                   \
    1000 /* bytes of one value that are shown: ours, the API gives it whole \
          */

/** Add a member that holds hostile text: marked, and cut with its size in bytes when it is long. */
void fa_model_add_text(struct cJSON *object, const char *name, const char *text);
void fa_model_add_bytes(struct cJSON *object, const char *name, const void *bytes, size_t len);

/** Add {"iso","utc","exact"}: for machines, to the second, and to the millisecond with the zone. */
void fa_model_add_time(struct cJSON *object, const char *name, int64_t wall_ms);

/**
 * The columns of a monitor, one per result parameter: [{"name","label","unit","is_number"}, …].
 *
 * Errors: FA_STORE_FAILED
 */
int fa_model_columns(struct fa_store *store, int64_t monitor_id, struct cJSON **ret_columns);

/** Add the columns of a further monitor that are not there yet by name. Errors: FA_STORE_FAILED */
int fa_model_add_columns(struct fa_store *store, int64_t monitor_id, struct cJSON *columns);

/** A row. */
struct cJSON *fa_model_row(const struct cJSON *columns, const struct fa_row *row);

/** The value of a row by name, "" if it has none; and of an object, as a text. */
const char *fa_model_value(const struct fa_row *row, const char *name);
const char *fa_model_text(const struct cJSON *object, const char *name);

/**
 * The rows that arrived after another, in the order of their arrival.
 *
 * @ret_rows:  an array; the caller frees it
 * @ret_more:  are there more than @limit?
 *
 * Errors: FA_STORE_FAILED
 */
int fa_model_rows_after(struct fa_store *store, int64_t monitor_id, const struct cJSON *columns,
                        int64_t after_id, size_t limit, struct cJSON **ret_rows, bool *ret_more);

#endif

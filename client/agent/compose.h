/* What an event looks like as a result of the login monitor. Pure. */
#ifndef PM_COMPOSE_H
#define PM_COMPOSE_H

#include <stddef.h>

#include "buf.h"
#include "columns.h"
#include "journal.h"
#include "paidmonitor.h"

struct pm_event;

struct pm_result {
    struct pm_value values[PM_CONFIG_COLUMNS_MAX];
    size_t count;
    struct pm_buf text; /* what the values point into */
};

/* What the journal knows of an event besides its record. */
struct pm_happening {
    enum pm_journal_kind kind;
    unsigned count;    /* of a kind that counts */
    const char *login; /* id of the login that it belongs to; "" unknown */
};

/**
 * Fill in the templates. A value is left out when all its fields are empty. What XML cannot carry
 * and a server may therefore refuse (control characters, bytes that are not UTF-8, U+FFFE and
 * U+FFFF) becomes \xNN, byte for byte; all else goes out as it came.
 *
 * @columns:    lends their names to the result
 * @ret_result: clear with pm_result_clear()
 *
 * Errors: PM_ERR_SYSTEM no memory
 */
int pm_compose(const struct pm_columns *columns, const struct pm_event *event,
               const struct pm_happening *happening, struct pm_result *ret_result);
void pm_result_clear(struct pm_result *result);

#endif

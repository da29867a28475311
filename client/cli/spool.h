/* The drop directory as an onlooker sees it: records that the agent has not taken over yet. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include <stdint.h>

#include "event.h"

struct spool {
    int64_t count;     /* -1: the directory cannot be read */
    int64_t oldest_ms; /* by the names; -1 none */
    char newest[PM_EVENT_ID_SIZE];
    int64_t newest_ms; /* -1 none */
};

/** Look at the names. What is not named like a record does not count. */
void spool_look(const char *dir, struct spool *ret_spool);

/**
 * Read the record of an event.
 *
 * @record:  at least PM_EVENT_RECORD_SIZE bytes; NUL-terminated on success
 *
 * Returns its length, or -1 when it is not there
 */
int spool_find(const char *dir, const char *id, char *record, int64_t *ret_left_ms);

#endif

/*
 * Taking records over from the drop directory: read the links, commit them to the journal, and only
 * then remove them. Killed at any point, it takes nothing twice and loses nothing.
 */
#ifndef PM_PICKUP_H
#define PM_PICKUP_H

#include "paidmonitor.h"

struct pm_config;
struct pm_journal;
struct pm_pickup;

/**
 * Watch a drop directory. It is created (mode 0700) when it is missing.
 *
 * @config:  borrowed; its drop directory and its rules count
 * @monitor: name of the monitor that new events are for; borrowed
 * @journal: borrowed
 *
 * Errors: PM_ERR_CONFIG cannot be created or read, is no directory, belongs to another user, or
 *         others can write into it; PM_ERR_SYSTEM
 */
int pm_pickup_open(const struct pm_config *config, const char *monitor, struct pm_journal *journal,
                   struct pm_pickup **ret_pickup, struct pm_error *err);

/** From now on these rules and this monitor; the directory stays. */
void pm_pickup_configure(struct pm_pickup *pickup, const struct pm_config *config,
                         const char *monitor);

void pm_pickup_free(struct pm_pickup *pickup);

/** Becomes readable when something arrives. Changes when the directory had to be opened anew. */
int pm_pickup_fd(const struct pm_pickup *pickup);

/**
 * Take over everything that is there. Logs what it sets aside or ignores.
 *
 * Returns how many events are new
 * Errors: PM_ERR_SYSTEM the journal or the directory fails; what was not committed is still there
 */
int pm_pickup_scan(struct pm_pickup *pickup);

/**
 * Is the path still the directory that is watched? A file system may have been mounted over it.
 * If not, open it anew.
 *
 * Errors: as pm_pickup_open()
 */
int pm_pickup_check(struct pm_pickup *pickup, struct pm_error *err);

#endif

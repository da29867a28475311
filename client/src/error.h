/* Filling in struct pm_error. Every function that fails has a precise message to give. */
#ifndef PM_ERROR_H
#define PM_ERROR_H

#include "paidmonitor.h"

/** Empty: no code, no status, nothing known. @err may be NULL, here and below. */
void pm_error_init(struct pm_error *err);

/** Set code and message, keep the rest. Returns @code, so that callers can return it. */
int pm_error_set(struct pm_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** "out of memory". Returns PM_ERR_SYSTEM. */
int pm_error_nomem(struct pm_error *err);

#endif

/* What the modules of the library see of struct pm_params. */
#ifndef PM_PARAMS_H
#define PM_PARAMS_H

#include "paidmonitor.h"

struct pm_item {
    char *name; /* one allocation with the value; both NUL-terminated */
    char *value;
    size_t name_len;
    size_t value_len;
};

struct pm_params {
    struct pm_item *items;
    size_t count;
    size_t size;  /* items allocated */
    size_t bytes; /* of all names and values */
};

/** Add copies of all parameters of @from. Errors: as pm_params_add() */
int pm_params_add_all(struct pm_params *params, const struct pm_params *from);

#endif

/* The monitor that logins are reported to; see login_monitor.h. */
#include "login_monitor.h"

#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "error.h"

/* *ret_id is 0 when there is none. */
static int find(struct pm_client *client, const char *name, const char *tag, int64_t *ret_id,
                struct pm_error *err)
{
    const struct pm_monitor_filter filter = {.name = name, .tag = tag};
    struct pm_monitor_list list;
    size_t found = 0, i;
    int r = pm_monitor_list(client, &filter, &list, err);

    if (r < 0)
        return r;
    *ret_id = 0;
    for (i = 0; i < list.count; i++) { /* older servers ignore the name filter */
        if (strcmp(list.items[i].name, name) != 0 || strcmp(list.items[i].tag, tag) != 0)
            continue;
        *ret_id = list.items[i].id;
        found++;
    }
    pm_monitor_list_clear(&list);
    if (found > 1)
        return pm_error_set(err, PM_ERR_REFUSED,
                            "%zu monitors have the name '%s' and the tag '%s'; rename or delete "
                            "all but one",
                            found, name, tag);
    return 0;
}

int pm_login_monitor_ensure(struct pm_client *client, const char *name, const char *tag,
                            struct pm_param_list params, int64_t *ret_id, bool *ret_created,
                            struct pm_error *err)
{
    const struct pm_monitor monitor = {.name = name, .tag = tag, .result_params = params};
    struct pm_error refusal;
    bool created = false;
    int64_t id = 0;
    int r = find(client, name, tag, &id, err);

    if (r == 0 && id == 0) {
        r = pm_monitor_add(client, &monitor, &id, &refusal);
        created = r == 0;
        if (r < 0 && err)
            *err = refusal;
        /* Somebody may have created it in between, or a lost answer of ours did. */
        if (r == PM_ERR_REFUSED && strcasestr(refusal.vendor_text, "exist")) {
            r = find(client, name, tag, &id, err);
            if (r == 0 && id == 0)
                r = pm_error_set(err, PM_ERR_REFUSED, "%s", refusal.message);
        }
    }
    if (r < 0)
        return r;
    *ret_id = id;
    if (ret_created)
        *ret_created = created;
    return 0;
}

/* Leaving an event for the agent; see handoff.h. */
#include "handoff.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "options.h"

/* What the agent can do without when the record must be short. */
static void drop_details(struct pm_event *event)
{
    static const enum pm_event_text details[] = {PM_EVENT_CONN, PM_EVENT_AUTH_INFO};
    size_t i;

    for (i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        if (event->texts[details[i]].bytes)
            event->clipped |= 1u << details[i];
        pm_event_set_text(event, details[i], NULL);
    }
}

static int leave(const char *path, const struct pm_event *event, size_t size)
{
    char record[PM_EVENT_RECORD_SIZE];

    (void)pm_event_encode(event, record, size);
    return symlink(record, path) == 0 ? 0 : -errno;
}

int hook_handoff(const char *drop, const struct pm_event *event)
{
    char name[PM_EVENT_NAME_SIZE], path[HOOK_DROP_MAX + 1 + PM_EVENT_NAME_SIZE];
    struct pm_event brief = *event;
    int r;

    pm_event_format_name(event, name);
    (void)snprintf(path, sizeof(path), "%s/%s", drop, name);
    r = leave(path, event, PM_EVENT_RECORD_SIZE);
    if (r != -ENAMETOOLONG)
        return r;

    drop_details(&brief);
    return leave(path, &brief, PM_EVENT_SHORT_RECORD_SIZE);
}

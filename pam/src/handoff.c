/* Leaving an event for the agent; see handoff.h. */
#include "handoff.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "options.h"

static int leave(const char *path, const struct pm_event *event, size_t size)
{
    char record[PM_EVENT_RECORD_SIZE];

    (void)pm_event_encode(event, record, size);
    return symlink(record, path) == 0 ? 0 : -errno;
}

int hook_handoff(const char *drop, const struct pm_event *event)
{
    char name[PM_EVENT_NAME_SIZE], path[HOOK_DROP_MAX + 1 + PM_EVENT_NAME_SIZE];
    int r;

    pm_event_format_name(event, name);
    (void)snprintf(path, sizeof(path), "%s/%s", drop, name);
    r = leave(path, event, PM_EVENT_RECORD_SIZE);
    return r == -ENAMETOOLONG ? leave(path, event, PM_EVENT_SHORT_RECORD_SIZE) : r;
}

/* Times for people; see moment.h. */
#include "moment.h"

#include "buf.h"
#include "cleanup.h"
#include "clock.h"

void moment_add_span(struct pm_buf *buf, int64_t ms)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    int64_t seconds = ms / 1000;
    size_t i = 0;

    while (i < PM_ARRAY_LEN(units) - 1 && seconds < units[i].seconds)
        i++;
    (void)pm_buf_addf(buf, "%lld %s", (long long)(seconds / units[i].seconds), units[i].name);
    seconds %= units[i].seconds;
    if (i + 1 < PM_ARRAY_LEN(units) && seconds >= units[i + 1].seconds)
        (void)pm_buf_addf(buf, " %lld %s", (long long)(seconds / units[i + 1].seconds),
                          units[i + 1].name);
}

void moment_add(struct pm_buf *buf, int64_t wall_ms, int64_t now_ms)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];

    pm_clock_timestamp(wall_ms, text, sizeof(text));
    (void)pm_buf_addf(buf, "%s GMT (%s", text, wall_ms > now_ms ? "in " : "");
    moment_add_span(buf, wall_ms > now_ms ? wall_ms - now_ms : now_ms - wall_ms);
    (void)pm_buf_adds(buf, wall_ms > now_ms ? ")" : " ago)");
}

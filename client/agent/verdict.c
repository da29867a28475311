/* What the outcome of a request means; see verdict.h. */
#include "verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cleanup.h"
#include "paidmonitor.h"

#define ANY 0

/*
 * The first row that matches decides. An event is given up only where the server says that this
 * very event is bad; whatever else goes wrong, it waits.
 */
static const struct row {
    int code;
    int http_status;  /* ANY, also for none */
    const char *text; /* what the server's words contain; NULL: any */
    enum pm_verdict verdict;
} rows[] = {
    {0, ANY, NULL, PM_VERDICT_DONE},
    {PM_ERR_CANCELLED, ANY, NULL, PM_VERDICT_CANCELLED},

    {PM_ERR_NETWORK, ANY, NULL, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 500, NULL, PM_VERDICT_RETRY}, /* perhaps this event upsets it */
    {PM_ERR_UNAVAILABLE, ANY, NULL, PM_VERDICT_PAUSE}, /* 408, 425, 429, 502, 503, 504, … */
    {PM_ERR_SYSTEM, ANY, NULL, PM_VERDICT_PAUSE},

    {PM_ERR_CONFIG, ANY, NULL, PM_VERDICT_HOLD},
    {PM_ERR_REPLY, 413, NULL, PM_VERDICT_SET_ASIDE}, /* a proxy's words for the same */
    {PM_ERR_REPLY, 414, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REPLY, ANY, NULL, PM_VERDICT_HOLD}, /* a captive portal, or a wrong address */

    /* PROTOCOL.md §4 */
    {PM_ERR_REFUSED, ANY, "Invalid monitorId", PM_VERDICT_FIND_MONITOR},
    {PM_ERR_REFUSED, ANY, "Authentication failure", PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, ANY, "Invalid api key", PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, ANY, "authToken", PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, ANY, "timestamp", PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, ANY, "is not supported", PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 200, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REFUSED, 400, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REFUSED, 413, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REFUSED, 414, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REFUSED, 422, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_REFUSED, ANY, NULL, PM_VERDICT_HOLD}, /* 401, 402, 403, 404, 405, 407, 410, … */

    {PM_ERR_USAGE, ANY, NULL, PM_VERDICT_SET_ASIDE},
    {PM_ERR_LIMIT, 200, NULL, PM_VERDICT_HOLD},      /* the answer is too large: not the API's */
    {PM_ERR_LIMIT, ANY, NULL, PM_VERDICT_SET_ASIDE}, /* the request is */
};

static bool matches(const struct row *row, int code, const struct pm_error *err)
{
    return row->code == code && (row->http_status == ANY || row->http_status == err->http_status) &&
           (!row->text || strstr(err->vendor_text, row->text));
}

enum pm_verdict pm_verdict_of(enum pm_step step, int code, const struct pm_error *err)
{
    enum pm_verdict verdict = PM_VERDICT_HOLD; /* a code that is not in the table */
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        if (matches(&rows[i], code, err)) {
            verdict = rows[i].verdict;
            break;
        }
    }
    if (step == PM_STEP_RESULT)
        return verdict;
    if (verdict == PM_VERDICT_RETRY)
        return PM_VERDICT_PAUSE;
    if (verdict == PM_VERDICT_SET_ASIDE || verdict == PM_VERDICT_FIND_MONITOR)
        return PM_VERDICT_HOLD;
    return verdict;
}

const char *pm_verdict_name(enum pm_verdict verdict)
{
    static const char *const names[PM_VERDICT_MAX] = {
        [PM_VERDICT_DONE] = "done",
        [PM_VERDICT_RETRY] = "retry",
        [PM_VERDICT_PAUSE] = "pause",
        [PM_VERDICT_HOLD] = "hold",
        [PM_VERDICT_FIND_MONITOR] = "find-monitor",
        [PM_VERDICT_SET_ASIDE] = "set-aside",
        [PM_VERDICT_CANCELLED] = "cancelled",
    };

    return names[verdict];
}

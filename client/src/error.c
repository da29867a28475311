/* Error codes, their texts and their detail; see paidmonitor.h and error.h. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "text.h"

static const struct {
    const char *text;
    bool is_retryable;
} codes[-PM_ERR_MIN + 1] = {
    [0] = {"success", false},
    [-PM_ERR_USAGE] = {"wrong use", false},
    [-PM_ERR_CONFIG] = {"wrong configuration", false},
    [-PM_ERR_SYSTEM] = {"the system failed", false},
    [-PM_ERR_NETWORK] = {"the network failed", true},
    [-PM_ERR_UNAVAILABLE] = {"the server cannot answer now", true},
    [-PM_ERR_REFUSED] = {"the API refused", false},
    [-PM_ERR_REPLY] = {"the answer made no sense", false},
    [-PM_ERR_LIMIT] = {"too large", false},
    [-PM_ERR_CANCELLED] = {"cancelled", false},
};

static bool is_known(int code)
{
    return code <= 0 && code >= PM_ERR_MIN;
}

const char *pm_err_text(int code)
{
    return is_known(code) ? codes[-code].text : "unknown error";
}

bool pm_err_is_retryable(int code)
{
    return is_known(code) && codes[-code].is_retryable;
}

void pm_error_init(struct pm_error *err)
{
    if (err)
        *err = (struct pm_error){.retry_after_ms = -1, .server_date_ms = -1};
}

/* Files and servers have their words in messages: what could steer a terminal is marked. */
static void mark_hidden(struct pm_error *err)
{
    struct pm_buf marked;

    pm_buf_init(&marked, 16 * sizeof(err->message)); /* more than the longest marks take */
    (void)pm_text_add_marked(&marked, err->message, strlen(err->message));
    (void)snprintf(err->message, sizeof(err->message), "%s",
                   marked.failed || !marked.data ? pm_err_text(err->code) : marked.data);
    pm_buf_clear(&marked);
}

int pm_error_set(struct pm_error *err, int code, const char *format, ...)
{
    va_list args;

    if (!err)
        return code;
    err->code = code;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    mark_hidden(err);
    return code;
}

int pm_error_nomem(struct pm_error *err)
{
    return pm_error_set(err, PM_ERR_SYSTEM, "out of memory");
}

/* Comparing and publishing what came out; see outcome.h. */
#include "outcome.h"

#include <errno.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "match.h"
#include "stage.h"

#define WITHIN_MS 20000
#define WHY_MAX   65536

int sc_outcome_check(struct sc_call *call, const char *key, const cJSON *actual)
{
    const cJSON *expected = sc_arg(call, key);
    struct pm_buf why;
    bool is_match;

    if (!expected)
        return 0;
    pm_buf_init(&why, WHY_MAX);
    is_match = sc_match(expected, actual, key, &why);
    if (!is_match)
        (void)sc_call_fail(call, "%s", why.data ? why.data : key);
    pm_buf_clear(&why);
    return is_match ? 0 : -1;
}

/* A text without its last line end, as a shell would take it. */
static cJSON *text_of(const struct pm_buf *buf)
{
    PM_AUTO_FREE char *text = strndup(buf->data ? buf->data : "", buf->len);

    while (text && text[0] && text[strlen(text) - 1] == '\n')
        text[strlen(text) - 1] = '\0';
    return cJSON_CreateString(text ? text : "");
}

static cJSON *describe(const struct sc_output *output)
{
    cJSON *outcome = cJSON_CreateObject();
    cJSON *json = cJSON_ParseWithLength(output->out.data ? output->out.data : "", output->out.len);

    cJSON_AddNumberToObject(outcome, "status", output->status);
    cJSON_AddItemToObject(outcome, "output", text_of(&output->out));
    cJSON_AddItemToObject(outcome, "errors", text_of(&output->err));
    if (json)
        cJSON_AddItemToObject(outcome, "json", json);
    return outcome;
}

static int check_all(struct sc_call *call, const cJSON *outcome)
{
    static const char *const keys[] = {"status", "output", "errors", "json"};
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(outcome, "status");
    size_t i;
    int r = 0;

    if (!sc_arg(call, "status") && status->valuedouble != 0)
        r = -1, (void)sc_call_fail(call, "it ended with status %.0f\n", status->valuedouble);
    for (i = 0; i < PM_ARRAY_LEN(keys); i++)
        if (sc_outcome_check(call, keys[i], cJSON_GetObjectItemCaseSensitive(outcome, keys[i])) < 0)
            r = -1;
    return r;
}

/* What it said helps to see why. */
static void quote(struct sc_call *call, const char *what, const cJSON *outcome)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(outcome, what));

    if (text && text[0])
        (void)sc_call_fail(call, "its %s:\n%s\n", what, text);
}

static enum sc_verdict conclude(struct sc_call *call, const struct sc_output *output)
{
    cJSON *outcome = describe(output);
    int r = check_all(call, outcome);

    if (output->is_timed_out)
        r = -1, (void)sc_call_fail(call, "it was ended when its time was up\n");
    if (r < 0 && !sc_arg(call, "output"))
        quote(call, "output", outcome);
    if (r < 0 && !sc_arg(call, "errors"))
        quote(call, "errors", outcome);
    if (sc_arg_text(call, "as"))
        sc_vars_set(call->stage, sc_arg_text(call, "as"), outcome);
    else
        cJSON_Delete(outcome);
    return r < 0 ? SC_FAIL : SC_PASS;
}

enum sc_verdict sc_outcome_run(struct sc_call *call, const struct sc_launch *launch)
{
    int64_t within_ms = sc_arg_duration(call, "within", WITHIN_MS);
    struct sc_output output;
    enum sc_verdict verdict;

    if (sc_child_run(call->stage, launch, sc_stage_deadline(call->stage, within_ms), &output) < 0)
        verdict = sc_call_fail(call, "cannot run %s: %s", launch->argv[0], strerror(errno));
    else
        verdict = conclude(call, &output);
    sc_output_clear(&output);
    return verdict;
}

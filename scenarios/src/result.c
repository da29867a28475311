/* Events into results; see result.h. */
#include "result.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static const char *text_of(const cJSON *event, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, name));

    return text ? text : "";
}

static int64_t number_of(const cJSON *event, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, name);

    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

static void begin_step(struct sc_result *result, const cJSON *event)
{
    struct sc_step_result *steps =
        reallocarray(result->steps, result->step_count + 1, sizeof(*steps));

    if (!steps)
        return;
    result->steps = steps;
    steps[result->step_count++] = (struct sc_step_result){
        .number = (int)number_of(event, "begin"),
        .file = strdup(text_of(event, "file")),
        .line = (int)number_of(event, "line"),
        .text = strdup(text_of(event, "text")),
        .begin_ms = number_of(event, "at") - result->begin_ms,
        .end_ms = -1,
        .verdict = SC_FAIL,
    };
}

/* What programs print came from logins: no terminal shall obey it. As in XML, `?` stands for a
 * control character. */
static char *message_of(const cJSON *event)
{
    char *message = strdup(text_of(event, "message"));
    char *c;

    for (c = message; c && *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == '\x7f')
            *c = '?';
    return message;
}

static void end_step(struct sc_result *result, const cJSON *event)
{
    size_t i;

    for (i = result->step_count; i-- > 0;) {
        struct sc_step_result *step = &result->steps[i];

        if (step->number != (int)number_of(event, "end"))
            continue;
        step->end_ms = number_of(event, "at") - result->begin_ms;
        step->end_order = ++result->ended_count;
        step->verdict = (enum sc_verdict)number_of(event, "verdict");
        free(step->message);
        step->message = message_of(event);
        return;
    }
}

static void end_case(struct sc_result *result, const cJSON *event)
{
    result->verdict = (enum sc_verdict)number_of(event, "verdict");
    result->has_ended = true;
    free(result->message);
    result->message = message_of(event);
}

void sc_result_take(struct sc_result *result, const char *line)
{
    cJSON *event = cJSON_Parse(line);

    if (cJSON_GetObjectItemCaseSensitive(event, "begin"))
        begin_step(result, event);
    else if (cJSON_GetObjectItemCaseSensitive(event, "end"))
        end_step(result, event);
    else if (cJSON_GetObjectItemCaseSensitive(event, "verdict"))
        end_case(result, event);
    cJSON_Delete(event);
}

/* Does the step explain more than the other? One that never ended is where the time was up; else it
 * is the first that ended with something to say: an inner step ends before what contains it, and a
 * branch that fails before those that give up because of it. */
static bool explains_more(const struct sc_step_result *step, const struct sc_step_result *other)
{
    bool has_words = step->message && step->message[0];

    if (!other || step->end_order == 0)
        return true;
    if (other->end_order == 0)
        return false;
    if (has_words != (other->message && other->message[0]))
        return has_words;
    return step->end_order < other->end_order;
}

const struct sc_step_result *sc_result_failed_step(const struct sc_result *result)
{
    const struct sc_step_result *failed = NULL;
    size_t i;

    for (i = 0; i < result->step_count; i++) {
        const struct sc_step_result *step = &result->steps[i];

        if (step->verdict != result->verdict || step->verdict == SC_PASS)
            continue;
        if (explains_more(step, failed))
            failed = step;
    }
    return failed;
}

const char *sc_result_message(const struct sc_result *result)
{
    const struct sc_step_result *step = sc_result_failed_step(result);

    if (result->message && result->message[0])
        return result->message;
    if (step && step->message && step->message[0])
        return step->message;
    return result->verdict == SC_FAIL ? "it ended without a word" : "";
}

void sc_result_clear(struct sc_result *result)
{
    size_t i;

    for (i = 0; i < result->step_count; i++) {
        free(result->steps[i].file);
        free(result->steps[i].text);
        free(result->steps[i].message);
    }
    free(result->steps);
    free(result->message);
    free(result->dir);
    *result = (struct sc_result){0};
}

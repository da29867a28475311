/* JSON: all that is known of a run, for programs. */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "case.h"
#include "cleanup.h"
#include "report.h"
#include "result.h"

static cJSON *step_json(const struct sc_step_result *step)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "text", step->text);
    cJSON_AddStringToObject(object, "file", step->file);
    cJSON_AddNumberToObject(object, "line", step->line);
    cJSON_AddStringToObject(object, "verdict", sc_verdict_text(step->verdict));
    cJSON_AddNumberToObject(object, "begin_ms", (double)step->begin_ms);
    cJSON_AddNumberToObject(object, "end_ms", (double)step->end_ms);
    if (step->message && step->message[0])
        cJSON_AddStringToObject(object, "message", step->message);
    return object;
}

static cJSON *case_json(const struct sc_result *result)
{
    cJSON *object = cJSON_CreateObject(), *steps;
    size_t i;

    cJSON_AddStringToObject(object, "id", result->scase->id);
    cJSON_AddStringToObject(object, "name", result->scase->name);
    cJSON_AddNumberToObject(object, "round", result->round);
    cJSON_AddStringToObject(object, "verdict", sc_verdict_text(result->verdict));
    cJSON_AddNumberToObject(object, "duration_ms", (double)result->duration_ms);
    if (result->verdict != SC_PASS)
        cJSON_AddStringToObject(object, "message", sc_result_message(result));
    if (result->dir)
        cJSON_AddStringToObject(object, "evidence", result->dir);
    steps = cJSON_AddArrayToObject(object, "steps");
    for (i = 0; i < result->step_count; i++)
        cJSON_AddItemToArray(steps, step_json(&result->steps[i]));
    return object;
}

void sc_report_json(FILE *out, const struct sc_result *results, size_t count)
{
    cJSON *report = cJSON_CreateObject(), *cases = cJSON_AddArrayToObject(report, "cases");
    PM_AUTO_FREE char *text = NULL;
    size_t i;

    for (i = 0; i < count; i++)
        cJSON_AddItemToArray(cases, case_json(&results[i]));
    text = cJSON_Print(report);
    (void)fprintf(out, "%s\n", text ? text : "{}");
    cJSON_Delete(report);
}

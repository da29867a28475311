/* The doctor of signatures at work on a request whose checksum is wrong. */
#include <string.h>

#include "app.h"
#include "clock.h"
#include "doctor.h"

#define TEXT_MAX   (64 * 1024)
#define TEXT_WIDTH 100

/* Source: ours. Ten wrong checksums in a row are a person or a test at work; thousands a flood. */
#define PATIENCE_MAX      10
#define PATIENCE_REGAINED 1000 /* ms for each */

static struct fa_bytes text_bytes(const char *text)
{
    return (struct fa_bytes){.at = text, .len = strlen(text)};
}

static struct fa_doctor_param *doctor_params(struct fa_call *call)
{
    struct fa_doctor_param *params =
        fa_arena_alloc(&call->arena, (call->params.count + 1) * sizeof(*params));
    size_t i;

    for (i = 0; params && i < call->params.count; i++) {
        const struct fa_param *param = &call->params.items[i];

        params[i] = (struct fa_doctor_param){
            .name = {param->name, param->name_len},
            .value = {param->value, param->value_len},
            .raw_name = {param->raw_name, param->raw_name_len},
            .raw_value = {param->raw_value, param->raw_value_len},
            .in_query = !param->is_from_body,
        };
    }
    return params;
}

/* Take what was rendered over into the call's arena; NULL if it did not fit. */
static const char *keep(struct fa_call *call, struct pm_buf *buf, int r)
{
    const char *text = r < 0 ? NULL : fa_arena_copy(&call->arena, buf->data, buf->len);

    pm_buf_reset(buf);
    return text;
}

static void render(struct fa_call *call, const struct fa_diagnosis *diagnosis)
{
    struct pm_buf buf;

    pm_buf_init(&buf, TEXT_MAX);
    call->diagnosis = keep(call, &buf, fa_diagnosis_text(diagnosis, TEXT_WIDTH, &buf));
    call->diagnosis_line = keep(call, &buf, fa_diagnosis_sentence(diagnosis, &buf));
    call->diagnosis_header = keep(call, &buf, fa_diagnosis_header(diagnosis, &buf));
    pm_buf_clear(&buf);
}

static bool is_patient(struct fa_patience *patience, int64_t now_ms)
{
    int64_t regained = (now_ms - patience->since_ms) / PATIENCE_REGAINED;

    if (regained > 0) {
        patience->spent = regained >= patience->spent ? 0 : patience->spent - (int)regained;
        patience->since_ms = now_ms;
    }
    return patience->spent < PATIENCE_MAX;
}

void fa_diagnose(struct fa_call *call)
{
    struct fa_patience *patience = &call->app->patience;
    bool takes_time = is_patient(patience, pm_clock_mono_ms());
    const struct fa_param *checksum = fa_params_find(&call->params, "checksum");
    const struct fa_doctor_case request = {
        .params = doctor_params(call),
        .count = call->params.count,
        .secret = text_bytes(call->caller->account.secretkey),
        .apikey = text_bytes(call->caller->account.apikey),
        .checksum = {checksum->value, checksum->value_len},
        .hypotheses_max = takes_time ? FA_DOCTOR_HYPOTHESES_PATIENT : FA_DOCTOR_HYPOTHESES_HURRIED,
        .bytes_max = takes_time ? FA_DOCTOR_BYTES_PATIENT : FA_DOCTOR_BYTES_HURRIED,
    };
    struct fa_diagnosis diagnosis = {0};

    if (request.params && fa_doctor_examine(&request, &diagnosis) == 0)
        render(call, &diagnosis);
    if (diagnosis.tried > FA_DOCTOR_HYPOTHESES_HURRIED)
        patience->spent++;
    fa_diagnosis_clear(&diagnosis);
}

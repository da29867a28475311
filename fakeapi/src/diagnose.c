/* The doctor of signatures at work on a request whose checksum is wrong. */
#include <string.h>

#include "app.h"
#include "clock.h"
#include "doctor.h"

#define TEXT_MAX   (64 * 1024)
#define TEXT_WIDTH 100

/*
 * Source: ours. The loop answers nobody else while the doctor thinks. A third of a second for each
 * of several wrong checksums in a row, which are a person or a test at work; in the long run a
 * tenth of the time, and after that no more than others would notice.
 */
#define PATIENT_MS      300
#define HURRIED_MS      5
#define PATIENCE_MS     3000
#define REGAINED_DIVIDE 10

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
    int64_t regained_ms = (now_ms - patience->since_ms) / REGAINED_DIVIDE;

    patience->spent_ms = regained_ms >= patience->spent_ms ? 0 : patience->spent_ms - regained_ms;
    patience->since_ms = now_ms;
    return patience->spent_ms < PATIENCE_MS;
}

static bool is_late(void *deadline_ms)
{
    return pm_clock_mono_ms() >= *(const int64_t *)deadline_ms;
}

void fa_diagnose(struct fa_call *call)
{
    struct fa_patience *patience = &call->app->patience;
    int64_t now_ms = pm_clock_mono_ms();
    int64_t deadline_ms = now_ms + (is_patient(patience, now_ms) ? PATIENT_MS : HURRIED_MS);
    const struct fa_param *checksum = fa_params_find(&call->params, "checksum");
    const struct fa_doctor_case request = {
        .params = doctor_params(call),
        .count = call->params.count,
        .secret = text_bytes(call->caller->account.secretkey),
        .apikey = text_bytes(call->caller->account.apikey),
        .checksum = {checksum->value, checksum->value_len},
        .hypotheses_max = FA_DOCTOR_HYPOTHESES_PATIENT,
        .bytes_max = FA_DOCTOR_BYTES_PATIENT,
        .must_stop = is_late,
        .context = &deadline_ms,
    };
    struct fa_diagnosis diagnosis = {0};

    if (request.params && fa_doctor_examine(&request, &diagnosis) == 0)
        render(call, &diagnosis);
    patience->spent_ms += pm_clock_mono_ms() - now_ms;
    fa_diagnosis_clear(&diagnosis);
}

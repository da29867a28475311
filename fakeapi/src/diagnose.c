/* The doctor of signatures at work on a request whose checksum is wrong. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "clock.h"
#include "doctor.h"
#include "doctor_queue.h"
#include "text.h"

#define TEXT_MAX   (64 * 1024)
#define TEXT_WIDTH 100

/*
 * Source: ours. The loop answers nobody else while the doctor thinks: every single mistake, and the
 * everyday pairs of them. What that does not explain is for doctor_queue.h.
 */
#define HURRIED_MS 5

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

static void render_texts(struct fa_call *call, const struct fa_diagnosis *diagnosis,
                         struct pm_buf *buf)
{
    call->expected_text =
        keep(call, buf, pm_text_add_marked(buf, diagnosis->expected_text, diagnosis->expected_len));
    if (diagnosis->client_text)
        call->signed_text =
            keep(call, buf, pm_text_add_marked(buf, diagnosis->client_text, diagnosis->client_len));
}

static void render(struct fa_call *call, const struct fa_diagnosis *diagnosis)
{
    struct pm_buf buf;

    pm_buf_init(&buf, TEXT_MAX);
    call->diagnosis = keep(call, &buf, fa_diagnosis_text(diagnosis, TEXT_WIDTH, &buf));
    call->diagnosis_line = keep(call, &buf, fa_diagnosis_sentence(diagnosis, &buf));
    call->diagnosis_header = keep(call, &buf, fa_diagnosis_header(diagnosis, &buf));
    render_texts(call, diagnosis, &buf);
    pm_buf_clear(&buf);
}

static bool is_late(void *deadline_ms)
{
    return pm_clock_mono_ms() >= *(const int64_t *)deadline_ms;
}

static const struct fa_doctor_case *make_case(struct fa_call *call)
{
    const struct fa_param *checksum = fa_params_find(&call->params, "checksum");
    struct fa_doctor_case *request = fa_arena_alloc(&call->arena, sizeof(*request));
    struct fa_doctor_param *params = doctor_params(call);

    if (!request || !params)
        return NULL;
    *request = (struct fa_doctor_case){
        .params = params,
        .count = call->params.count,
        .secret = text_bytes(call->caller->account.secretkey),
        .apikey = text_bytes(call->caller->account.apikey),
        .checksum = {checksum->value, checksum->value_len},
    };
    return request;
}

static void examine_shortly(struct fa_call *call)
{
    int64_t began_us = pm_clock_mono_us();
    int64_t deadline_ms = pm_clock_mono_ms() + HURRIED_MS;
    const struct fa_doctor_case *whole = make_case(call);
    struct fa_diagnosis diagnosis = {0};
    struct fa_doctor_case hurried;

    if (!whole)
        return;
    hurried = *whole;
    hurried.must_stop = is_late;
    hurried.context = &deadline_ms;
    if (fa_doctor_examine(&hurried, &diagnosis) == 0) {
        render(call, &diagnosis);
        if (diagnosis.exhausted && diagnosis.verdict != FA_DIAGNOSIS_EXPLAINED && !call->is_again)
            call->unexplained = whole;
    }
    fa_diagnosis_clear(&diagnosis);
    fa_metrics_doctor(call->app->metrics, FA_DOCTOR_SHORTLY, pm_clock_mono_us() - began_us);
}

void fa_diagnose(struct fa_call *call)
{
    if (call->found)
        render(call, call->found);
    else
        examine_shortly(call);
}

/* A request that waits for the patient search. */
struct postponed {
    struct fa_app *app;
    struct fa_http_request request;
    struct fa_http_deferred *deferred; /* NULL once its client has gone */
    int64_t began_us;
    int64_t queued_us;
};

static void answer(struct postponed *postponed, const struct fa_diagnosis *diagnosis)
{
    struct fa_http_reply reply;

    fa_http_reply_init(&reply);
    fa_app_handle_again(postponed->app, &postponed->request, &reply, postponed->began_us,
                        diagnosis);
    if (postponed->deferred)
        fa_http_answer(postponed->deferred, &reply);
    else
        fa_http_reply_clear(&reply); /* it is in the journal */
}

/* fa_doctor_queue_add() */
static void finish(void *context, const struct fa_diagnosis *diagnosis)
{
    struct postponed *postponed = context;

    fa_metrics_doctor(postponed->app->metrics, FA_DOCTOR_PATIENTLY,
                      pm_clock_mono_us() - postponed->queued_us);
    if (postponed->deferred)
        answer(postponed, diagnosis);
    free(postponed);
}

/* fa_http_defer(): there is nobody to be answered, but what was asked goes into the journal. */
static void leave(void *context)
{
    struct postponed *postponed = context;

    postponed->deferred = NULL;
    answer(postponed, NULL);
}

int fa_diagnose_later(const struct fa_call *call, int64_t began_us, struct fa_http_reply *reply)
{
    struct postponed *postponed = call->app->doctor ? malloc(sizeof(*postponed)) : NULL;

    if (!postponed)
        return -1;
    *postponed = (struct postponed){
        .app = call->app,
        .request = *call->http,
        .began_us = began_us,
        .queued_us = pm_clock_mono_us(),
    };
    if (fa_doctor_queue_add(call->app->doctor, call->unexplained, finish, postponed) < 0) {
        fa_metrics_doctor(call->app->metrics, FA_DOCTOR_REFUSED, 0);
        free(postponed);
        return -1;
    }
    /* Without memory for that, finish() finds nobody to answer. */
    postponed->deferred = fa_http_defer(call->http, reply, leave, postponed);
    return postponed->deferred ? 0 : -1;
}

/* What came of one test; see judge.h. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "doctor.h"
#include "hint.h"
#include "paidmonitor.h"
#include "text.h"
#include "vectors.h"

#define SHOWN_MAX 200 /* ours: bytes of an answer; a checksum has 28 */
#define TEXT_MAX  8192

static void add_shown(struct pm_buf *out, const char *bytes, size_t len)
{
    (void)pm_text_add_visible(out, bytes, len < SHOWN_MAX ? len : SHOWN_MAX);
    if (len > SHOWN_MAX)
        (void)pm_buf_addf(out, "… (%zu bytes)", len);
}

static char *shown(const char *prefix, const char *bytes, size_t len)
{
    struct pm_buf out;

    pm_buf_init(&out, TEXT_MAX);
    (void)pm_buf_adds(&out, prefix);
    add_shown(&out, bytes, len);
    return pm_buf_take(&out);
}

static char *expected_text(const struct pm_vector *vector)
{
    const char *prefix = vector->result == PM_VECTOR_VALID ? "" : "anything but ";

    return shown(prefix, vector->checksum, strlen(vector->checksum));
}

static int complete(struct pm_outcome *outcome)
{
    if (outcome->expected && outcome->got && outcome->reason && outcome->hint)
        return 0;
    pm_outcome_clear(outcome);
    return PM_ERR_SYSTEM;
}

static char *hint_text(const struct fa_doctor_case *request)
{
    struct pm_buf hint;

    pm_buf_init(&hint, TEXT_MAX);
    if (pm_hint_add(&hint, request) < 0)
        pm_buf_clear(&hint);
    return pm_buf_take(&hint);
}

static struct fa_bytes bytes_of(const char *text)
{
    return (struct fa_bytes){text, strlen(text)};
}

/* The parameters for the doctor. Text alone is examined as one parameter that is only a name. */
static struct fa_doctor_param *doctor_params(const struct pm_vector *vector, size_t *ret_count)
{
    struct fa_doctor_param *list = calloc(vector->param_count + 1, sizeof(*list));
    size_t i;

    if (!list)
        return NULL;
    *ret_count = vector->params ? vector->param_count : 1;
    if (!vector->params)
        list[0].name = (struct fa_bytes){vector->text, vector->text_len};
    for (i = 0; i < vector->param_count; i++) {
        list[i].name = bytes_of(vector->params[i].name);
        list[i].value = bytes_of(vector->params[i].value);
    }
    return list;
}

static char *hint_for(const struct pm_vector *vector, const char *answer, size_t len)
{
    struct fa_doctor_case request = {
        .secret = {vector->secret, vector->secret_len},
        .apikey = bytes_of(vector->apikey),
        .checksum = {answer, len},
    };
    struct fa_doctor_param *params = doctor_params(vector, &request.count);
    char *hint;

    if (!params)
        return NULL;
    request.params = params;
    hint = hint_text(&request);
    free(params);
    return hint;
}

int pm_judge_answer(const struct pm_vector *vector, const char *answer, size_t len,
                    struct pm_outcome *ret_outcome)
{
    bool is_same = strlen(vector->checksum) == len && memcmp(vector->checksum, answer, len) == 0;
    bool passed = is_same == (vector->result == PM_VECTOR_VALID);
    const char *reason = vector->result == PM_VECTOR_VALID ? "wrong checksum" : "made this mistake";

    *ret_outcome = (struct pm_outcome){
        .vector = vector,
        .passed = passed,
        .expected = expected_text(vector),
        .got = shown("", answer, len),
        .reason = strdup(passed ? "" : reason),
        .hint = passed ? strdup("") : hint_for(vector, answer, len),
    };
    return complete(ret_outcome);
}

int pm_judge_failure(const struct pm_vector *vector, const char *reason,
                     struct pm_outcome *ret_outcome)
{
    *ret_outcome = (struct pm_outcome){
        .vector = vector,
        .expected = expected_text(vector),
        .got = strdup(""),
        .reason = strdup(reason),
        .hint = strdup(""),
    };
    return complete(ret_outcome);
}

int pm_judge_request(const struct pm_vector *vector, const char *expected, const char *reason,
                     const struct fa_doctor_case *request, struct pm_outcome *ret_outcome)
{
    bool passed = reason[0] == '\0';

    *ret_outcome = (struct pm_outcome){
        .vector = vector,
        .passed = passed,
        .expected = strdup(expected),
        .got = shown("", request->checksum.at, request->checksum.len),
        .reason = strdup(reason),
        .hint = passed ? strdup("") : hint_text(request),
    };
    return complete(ret_outcome);
}

void pm_outcome_clear(struct pm_outcome *outcome)
{
    free(outcome->expected);
    free(outcome->got);
    free(outcome->reason);
    free(outcome->hint);
    *outcome = (struct pm_outcome){.vector = NULL};
}

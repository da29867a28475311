/* Judging a signed request; see arrival.h. Decoding is the server's, signing the client's. */
#include "arrival.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "doctor.h"
#include "http.h"
#include "judge.h"
#include "paidmonitor.h"
#include "../../fakeapi/src/params.h" /* not the client's file of the same name */
#include "text.h"
#include "vectors.h"

#define ARENA_MAX  (16u << 20) /* a body of 1 MiB, decoded and examined */
#define SHOWN_MAX  80
#define REASON_MAX 1024

/* One request while it is judged. */
struct arrival {
    struct fa_params params;
    const struct fa_param *checksum; /* the last one */
    size_t checksums;
    struct fa_doctor_param *seen; /* as many as parameters */
    char expected[PM_CHECKSUM_SIZE];
    struct pm_buf reason; /* empty: nothing is wrong */
};

static bool same(const char *text, const char *bytes, size_t len)
{
    return strlen(text) == len && memcmp(text, bytes, len) == 0;
}

/* The checksum of everything that arrived. */
static int sign(const struct pm_vector *vector, struct arrival *arrival)
{
    struct pm_params *params = pm_params_new();
    size_t i;
    int r = params ? 0 : PM_ERR_SYSTEM;

    for (i = 0; i < arrival->params.count && r == 0; i++) {
        const struct fa_param *param = &arrival->params.items[i];

        if (param->name_len > 0)
            r = pm_params_add_bytes(params, param->name, param->name_len, param->value,
                                    param->value_len);
        else
            (void)pm_buf_adds(&arrival->reason, "a parameter without a name arrived");
    }
    if (r == 0)
        r = pm_sign(params, vector->secret, vector->secret_len, arrival->expected);
    pm_params_free(params);
    return r == 0 ? 0 : PM_ERR_SYSTEM;
}

static void add_shown(struct pm_buf *out, const char *bytes, size_t len)
{
    (void)pm_buf_addc(out, '"');
    (void)pm_text_add_visible(out, bytes, len < SHOWN_MAX ? len : SHOWN_MAX);
    (void)pm_buf_adds(out, len > SHOWN_MAX ? "…\"" : "\"");
}

/* Is it among what arrived? Each that arrived counts once. @ret_other: same name, another value */
static bool find(const struct pm_vector_param *wanted, const struct fa_params *params, bool *used,
                 const struct fa_param **ret_other)
{
    bool any_value = strcmp(wanted->name, "timestamp") == 0;
    size_t i;

    *ret_other = NULL;
    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        if (used[i] || !same(wanted->name, param->name, param->name_len))
            continue;
        if (any_value || same(wanted->value, param->value, param->value_len)) {
            used[i] = true;
            return true;
        }
        *ret_other = param;
    }
    return false;
}

/* Say which parameter of the test did not arrive as it should, if any. Errors: -1 */
static int compare(const struct pm_vector *vector, struct arrival *arrival, bool *used)
{
    const struct fa_param *other;
    size_t i;

    for (i = 0; i < vector->param_count; i++) {
        const struct pm_vector_param *wanted = &vector->params[i];

        if (find(wanted, &arrival->params, used, &other))
            continue;
        add_shown(&arrival->reason, wanted->name, strlen(wanted->name));
        if (!other)
            return pm_buf_adds(&arrival->reason, " did not arrive");
        (void)pm_buf_adds(&arrival->reason, " arrived as ");
        add_shown(&arrival->reason, other->value, other->value_len);
        (void)pm_buf_adds(&arrival->reason, " instead of ");
        add_shown(&arrival->reason, wanted->value, strlen(wanted->value));
        return 0;
    }
    return 0;
}

static int check(const struct pm_vector *vector, const char *method,
                 const struct fa_http_request *request, struct fa_arena *arena,
                 struct arrival *arrival)
{
    const struct fa_param *checksum = arrival->checksum;
    bool *used = fa_arena_alloc(arena, arrival->params.count + 1);

    if (!used || sign(vector, arrival) < 0)
        return PM_ERR_SYSTEM;
    if (arrival->reason.len > 0)
        return 0;
    if (strcmp(method, request->method) != 0)
        return pm_buf_addf(&arrival->reason, "came by %s instead of %s", request->method, method);
    if (compare(vector, arrival, used) < 0 || arrival->reason.len > 0)
        return 0;
    if (arrival->checksums != 1)
        return pm_buf_addf(&arrival->reason, "%zu checksums arrived instead of one",
                           arrival->checksums);
    if (!same(arrival->expected, checksum->value, checksum->value_len))
        return pm_buf_adds(&arrival->reason, "wrong checksum");
    return 0;
}

static int read_arrival(const struct fa_http_request *request, struct fa_arena *arena,
                        struct arrival *arrival)
{
    int r = fa_params_parse(arena, request->query, request->query_len, request->body,
                            request->body_len, &arrival->params);
    size_t i;

    if (r == FA_PARAMS_TOO_MANY)
        return pm_buf_adds(&arrival->reason, "too many parameters arrived");
    arrival->seen = fa_arena_alloc(arena, (arrival->params.count + 1) * sizeof(*arrival->seen));
    if (r < 0 || !arrival->seen)
        return PM_ERR_SYSTEM;
    for (i = 0; i < arrival->params.count; i++) {
        const struct fa_param *param = &arrival->params.items[i];

        arrival->seen[i] = (struct fa_doctor_param){
            .name = {param->name, param->name_len},
            .value = {param->value, param->value_len},
            .raw_name = {param->raw_name, param->raw_name_len},
            .raw_value = {param->raw_value, param->raw_value_len},
            .in_query = !param->is_from_body,
        };
        if (same("checksum", param->name, param->name_len)) {
            arrival->checksum = param;
            arrival->checksums++;
        }
    }
    return 0;
}

static int conclude(const struct pm_vector *vector, const struct arrival *arrival,
                    struct pm_outcome *ret_outcome)
{
    struct fa_doctor_case request = {
        .params = arrival->seen,
        .count = arrival->params.count,
        .secret = {vector->secret, vector->secret_len},
        .apikey = {vector->apikey, strlen(vector->apikey)},
        .checksum = {"", 0},
    };

    if (arrival->reason.failed)
        return PM_ERR_SYSTEM;
    if (arrival->checksum)
        request.checksum =
            (struct fa_bytes){arrival->checksum->value, arrival->checksum->value_len};
    return pm_judge_request(vector, arrival->expected,
                            arrival->reason.len > 0 ? arrival->reason.data : "", &request,
                            ret_outcome);
}

int pm_arrival_judge(const struct pm_vector *vector, const char *method,
                     const struct fa_http_request *request, struct pm_outcome *ret_outcome)
{
    struct arrival arrival = {.checksum = NULL};
    struct fa_arena arena;
    int r;

    fa_arena_init(&arena, ARENA_MAX);
    pm_buf_init(&arrival.reason, REASON_MAX);
    r = read_arrival(request, &arena, &arrival);
    if (r == 0 && arrival.reason.len == 0)
        r = check(vector, method, request, &arena, &arrival);
    if (r == 0)
        r = conclude(vector, &arrival, ret_outcome);
    pm_buf_clear(&arrival.reason);
    fa_arena_clear(&arena);
    return r;
}

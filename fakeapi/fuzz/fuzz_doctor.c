/*
 * The doctor of signatures. Input: a line with the checksum, or with `~` and a letter for a mistake
 * that is made here; then the form body.
 */
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "doctor.h"
#include "fuzz.h"
#include "params.h"
#include "text.h"

#define ARENA_MAX      (1u << 20)
#define INPUT_MAX      2048
#define PARAMS         32
#define HYPOTHESES_MAX 300 /* of a checksum that came from nowhere: enough for every kind */
#define OUT_MAX        (1u << 20)

static const char secret[] = "XQSECRETKEY9ZB4MXW2K8VTJ5N";
static const char apikey[] = "5HAPIKEYR3C6P1DGF0YL8UEAQT";

static struct fa_bytes bytes_of(const char *text, size_t len)
{
    return (struct fa_bytes){text, len};
}

static void describe(const struct fa_params *params, struct fa_doctor_param *described)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        described[i] = (struct fa_doctor_param){
            .name = bytes_of(param->name, param->name_len),
            .value = bytes_of(param->value, param->value_len),
            .raw_name = bytes_of(param->raw_name, param->raw_name_len),
            .raw_value = bytes_of(param->raw_value, param->raw_value_len),
        };
    }
}

/* ---- mistakes ---- */

static int order_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int by_name(const void *a, const void *b)
{
    const struct fa_param *left = a, *right = b;
    int order = order_of(left->name, left->name_len, right->name, right->name_len);

    if (order != 0)
        return order;
    return order_of(left->value, left->value_len, right->value, right->value_len);
}

static void add_text(struct pm_buf *text, const struct fa_params *params, char mistake)
{
    struct fa_param sorted[PARAMS];
    size_t i;

    memcpy(sorted, params->items, params->count * sizeof(*sorted));
    if (mistake != 'u')
        qsort(sorted, params->count, sizeof(*sorted), by_name);
    (void)pm_buf_adds(text, mistake == 'f' ? secret : "");
    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &sorted[i];

        if (fa_param_is(param, "checksum"))
            continue;
        (void)pm_buf_add(text, param->name, param->name_len);
        (void)pm_buf_adds(text, mistake == '=' ? "=" : "");
        if (mistake == 'r')
            (void)pm_buf_add(text, param->raw_value, param->raw_value_len);
        else
            (void)pm_buf_add(text, param->value, param->value_len);
    }
    (void)pm_buf_adds(text, mistake == 's' ? secret : mistake == 'n' ? "\n" : "");
}

static void sign(const struct pm_buf *text, char mistake, char *checksum)
{
    const char *key = mistake == 'a' ? apikey : secret;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len, i;

    FUZZ_REQUIRE(HMAC(mistake == '2' ? EVP_sha256() : EVP_sha1(), key, (int)strlen(key),
                      (const unsigned char *)text->data, text->len, digest, &len));
    (void)EVP_EncodeBlock((unsigned char *)checksum, digest, (int)len);
    for (i = 0; mistake == '-' && checksum[i]; i++)
        checksum[i] = checksum[i] == '+' ? '-' : checksum[i] == '/' ? '_' : checksum[i];
}

/* ---- what must hold ---- */

static void require_masked(const char *text, size_t len)
{
    FUZZ_REQUIRE(!fuzz_holds(text, len, secret));
}

static void require_renderings(const struct fa_diagnosis *diagnosis)
{
    struct pm_buf out;
    cJSON *json;
    size_t i;

    pm_buf_init(&out, OUT_MAX);
    FUZZ_REQUIRE(fa_diagnosis_header(diagnosis, &out) == 0);
    FUZZ_REQUIRE(out.len > 0 && out.len <= FA_DIAGNOSIS_HEADER_MAX);
    for (i = 0; i < out.len; i++)
        FUZZ_REQUIRE(out.data[i] >= 0x20 && out.data[i] < 0x7f);
    require_masked(out.data, out.len);

    pm_buf_reset(&out);
    FUZZ_REQUIRE(fa_diagnosis_sentence(diagnosis, &out) == 0);
    fuzz_require_one_line(out.data);
    require_masked(out.data, out.len);

    pm_buf_reset(&out);
    FUZZ_REQUIRE(fa_diagnosis_text(diagnosis, 80, &out) == 0);
    for (i = 0; i < out.len; i++)
        FUZZ_REQUIRE((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n');
    FUZZ_REQUIRE(fa_is_text(out.data, out.len));
    require_masked(out.data, out.len);

    pm_buf_reset(&out);
    FUZZ_REQUIRE(fa_diagnosis_json(diagnosis, &out) == 0);
    json = cJSON_ParseWithOpts(out.data, NULL, 1);
    FUZZ_REQUIRE(cJSON_IsObject(json));
    cJSON_Delete(json);
    require_masked(out.data, out.len);
    pm_buf_clear(&out);
}

static void require_difference(const struct fa_diagnosis *diagnosis)
{
    size_t at = diagnosis->first_difference;

    if (!diagnosis->client_text || !diagnosis->texts_differ)
        return;
    FUZZ_REQUIRE(at <= diagnosis->expected_len && at <= diagnosis->client_len);
    FUZZ_REQUIRE(memcmp(diagnosis->expected_text, diagnosis->client_text, at) == 0);
}

static void require_sound(const struct fa_diagnosis *diagnosis)
{
    bool is_explained = diagnosis->verdict == FA_DIAGNOSIS_EXPLAINED;

    FUZZ_REQUIRE(diagnosis->verdict < FA_DIAGNOSIS_VERDICT_MAX);
    FUZZ_REQUIRE(diagnosis->mistake_count <= FA_DIAGNOSIS_MISTAKES_MAX);
    FUZZ_REQUIRE(diagnosis->also_count <= FA_DIAGNOSIS_ALSO_MAX);
    FUZZ_REQUIRE(is_explained == (diagnosis->mistake_count > 0));
    FUZZ_REQUIRE(strlen(diagnosis->expected_checksum) == 28);
    require_masked(diagnosis->expected_text, diagnosis->expected_len);
    require_masked(diagnosis->client_text, diagnosis->client_len);
    require_masked(diagnosis->received, diagnosis->received_len);
    require_difference(diagnosis);
    require_renderings(diagnosis);
}

static void examine(const struct fa_params *params, const char *checksum, size_t len, bool is_known)
{
    struct fa_doctor_param described[PARAMS];
    const struct fa_doctor_case request = {
        .params = described,
        .count = params->count,
        .secret = {secret, sizeof(secret) - 1},
        .apikey = {apikey, sizeof(apikey) - 1},
        .checksum = {checksum, len},
        .hypotheses_max = is_known ? 0 : HYPOTHESES_MAX,
    };
    struct fa_diagnosis diagnosis = {0};

    describe(params, described);
    FUZZ_REQUIRE(fa_doctor_examine(&request, &diagnosis) == 0);
    FUZZ_REQUIRE(diagnosis.tried <= (is_known ? FA_DOCTOR_HYPOTHESES : HYPOTHESES_MAX));
    FUZZ_REQUIRE(!is_known || diagnosis.verdict == FA_DIAGNOSIS_RIGHT ||
                 diagnosis.verdict == FA_DIAGNOSIS_EXPLAINED);
    require_sound(&diagnosis);
    fa_diagnosis_clear(&diagnosis);
}

static void check(const struct fa_params *params, const char *line, size_t len)
{
    char checksum[EVP_MAX_MD_SIZE * 2];
    struct pm_buf text;

    if (line[0] != '~' || !line[1]) {
        examine(params, line, len, false);
        return;
    }
    pm_buf_init(&text, ARENA_MAX);
    add_text(&text, params, line[1]);
    sign(&text, line[1], checksum);
    examine(params, checksum, strlen(checksum), true);
    pm_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_params params = {0};
    struct fa_arena arena;
    size_t line_len, body_len;
    char *line, *body;

    if (size > INPUT_MAX)
        return 0;
    line = fuzz_line(&input, &line_len);
    body = fuzz_rest(&input, &body_len);
    fa_arena_init(&arena, ARENA_MAX);
    if (fa_params_parse(&arena, "", 0, body, body_len, &params) == 0 && params.count <= PARAMS)
        check(&params, line, line_len);
    fa_arena_clear(&arena);
    free(line);
    free(body);
    return 0;
}

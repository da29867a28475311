/*
 * The doctor against mistakes made by others: mistakes/make (Python) and mistakes/shell (bash and
 * openssl) sign wrongly, and the doctor has to name exactly what they did.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "doctor.h"
#include "doctor_maps.h"
#include "doctor_wire.h"
#include "fs.h"

#define PARAMS_MAX     32
#define LINE_MAX_BYTES (64 << 10)
#define DISTINCT_MIN   120

/* ---- cases of mistakes/make ---- */

struct test_request {
    cJSON *json;
    struct fa_doctor_param params[PARAMS_MAX];
    struct pm_buf checksum;
    struct fa_doctor_case request;
};

static struct fa_bytes string_of(const cJSON *item)
{
    ck_assert(cJSON_IsString(item));
    return (struct fa_bytes){item->valuestring, strlen(item->valuestring)};
}

static void read_case(struct test_request *test, const char *line)
{
    const cJSON *row;
    size_t count = 0;

    *test = (struct test_request){.json = cJSON_Parse(line)};
    ck_assert_msg(test->json, "no JSON: %s", line);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(test->json, "params"))
    {
        ck_assert_uint_lt(count, PARAMS_MAX);
        test->params[count++] = (struct fa_doctor_param){
            .name = string_of(cJSON_GetArrayItem(row, 0)),
            .raw_name = string_of(cJSON_GetArrayItem(row, 1)),
            .value = string_of(cJSON_GetArrayItem(row, 2)),
            .raw_value = string_of(cJSON_GetArrayItem(row, 3)),
            .in_query = cJSON_IsTrue(cJSON_GetArrayItem(row, 4)),
        };
    }
    pm_buf_init(&test->checksum, LINE_MAX_BYTES);
    fa_map_hex_decode(&test->checksum, string_of(cJSON_GetObjectItem(test->json, "checksum")).at,
                      string_of(cJSON_GetObjectItem(test->json, "checksum")).len);
    test->request = (struct fa_doctor_case){
        .params = test->params,
        .count = count,
        .secret = string_of(cJSON_GetObjectItem(test->json, "secret")),
        .apikey = string_of(cJSON_GetObjectItem(test->json, "apikey")),
        .checksum = {test->checksum.data ? test->checksum.data : "", test->checksum.len},
    };
}

static void clear_case(struct test_request *test)
{
    cJSON_Delete(test->json);
    pm_buf_clear(&test->checksum);
}

/* The names joined by commas. */
static void join_expected(const struct test_request *test, struct pm_buf *out)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(test->json, "expect"))(void)
        pm_buf_addf(out, "%s%s", out->len > 0 ? "," : "", item->valuestring);
}

static void join_found(const struct fa_diagnosis *diagnosis, struct pm_buf *out)
{
    size_t i;

    for (i = 0; i < diagnosis->mistake_count; i++)
        (void)pm_buf_addf(out, "%s%s", i > 0 ? "," : "", diagnosis->mistakes[i].id);
}

/* Nothing that is shown may hold the secret, in any case of its letters. */
static void check_no_secret(const struct test_request *test, const struct fa_diagnosis *diagnosis)
{
    const char *secret = test->request.secret.at;
    struct pm_buf out;

    pm_buf_init(&out, 1 << 20);
    ck_assert_int_eq(fa_diagnosis_text(diagnosis, 100, &out), 0);
    ck_assert_int_eq(fa_diagnosis_json(diagnosis, &out), 0);
    ck_assert_int_eq(fa_diagnosis_header(diagnosis, &out), 0);
    ck_assert_ptr_null(strcasestr(out.data, secret));
    pm_buf_reset(&out);
    ck_assert_int_eq(fa_diagnosis_json(diagnosis, &out), 0);
    {
        cJSON *json = cJSON_Parse(out.data);

        ck_assert_msg(json, "no JSON: %s", out.data);
        cJSON_Delete(json);
    }
    pm_buf_clear(&out);
}

static void check_case(const char *line, struct pm_buf *distinct)
{
    struct pm_buf expected, found;
    struct test_request test;
    struct fa_diagnosis diagnosis;

    pm_buf_init(&expected, 1000);
    pm_buf_init(&found, 1000);
    read_case(&test, line);
    ck_assert_int_eq(fa_doctor_examine(&test.request, &diagnosis), 0);
    join_expected(&test, &expected);
    join_found(&diagnosis, &found);
    ck_assert_msg(strcmp(expected.data ? expected.data : "", found.data ? found.data : "") == 0,
                  "made: %s\nfound: %s (tried %zu)\n%s", expected.data, found.data, diagnosis.tried,
                  line);
    ck_assert_int_eq(diagnosis.verdict == FA_DIAGNOSIS_EXPLAINED, expected.len > 0);
    ck_assert_str_eq(diagnosis.expected_checksum,
                     cJSON_GetObjectItem(test.json, "right")->valuestring);
    check_no_secret(&test, &diagnosis);
    if (expected.len > 0) {
        (void)pm_buf_addc(&expected, ' ');
        if (!distinct->data || !strstr(distinct->data, expected.data))
            (void)pm_buf_adds(distinct, expected.data);
    }
    fa_diagnosis_clear(&diagnosis);
    clear_case(&test);
    pm_buf_clear(&expected);
    pm_buf_clear(&found);
}

START_TEST(test_doctor_names_the_mistakes_that_others_made)
{
    FILE *pipe = popen("exec " PM_SOURCE_DIR "/fakeapi/tests/mistakes/make", "r");
    char *line = NULL;
    size_t size = 0, count = 0, i;
    struct pm_buf distinct;

    ck_assert_ptr_nonnull(pipe);
    pm_buf_init(&distinct, LINE_MAX_BYTES);
    while (getline(&line, &size, pipe) > 0)
        check_case(line, &distinct);
    ck_assert_int_eq(pclose(pipe), 0);
    for (i = 0; i < distinct.len; i++)
        count += distinct.data[i] == ' ';
    printf("%zu distinct mistakes and combinations named\n", count);
    ck_assert_uint_ge(count, DISTINCT_MIN);
    free(line);
    pm_buf_clear(&distinct);
}
END_TEST

/* ---- verdicts and limits ---- */

#define BYTES(text)            \
    {                          \
        text, sizeof(text) - 1 \
    }
#define PARAM(its_name, its_value)                         \
    {                                                      \
        .name = BYTES(its_name), .value = BYTES(its_value) \
    }

#define SECRET "PONMLKJIHGFEDCBA0987654321"
#define APIKEY "1234567890ABCDEFGHIJKLMNOP"

/* A request of plain values, of which the right checksum is RIGHT (vectors/signing.json,
 * addMonitor). */
static const struct fa_doctor_param plain[] = {
    PARAM("action", "addResult"),
    PARAM("apikey", APIKEY),
    PARAM("checktime", "1306929600000"),
    PARAM("monitorId", "305"),
    PARAM("results", "user_login:root;host:10.0.0.5;srv:sshd"),
    PARAM("timestamp", "2011-06-01 12:00:00"),
    PARAM("version", "2"),
};
#define RIGHT "dU8VxeBAJvRKPdvJlLTFKanre7s="

static const struct fa_doctor_param delicate[] = {
    PARAM("timestamp", "2011-06-01 12:00:00"),
    PARAM("action", "editMonitor"),
    PARAM("apikey", APIKEY),
    PARAM("monitorId", "305"),
    PARAM("name", "Z\xc3\xbcrich \xe2\x9c\x93"),
    PARAM("version", "2"),
};

static struct fa_doctor_case case_of(const struct fa_doctor_param *params, size_t count,
                                     const char *checksum)
{
    return (struct fa_doctor_case){.params = params,
                                   .count = count,
                                   .secret = BYTES(SECRET),
                                   .apikey = BYTES(APIKEY),
                                   .checksum = {checksum, strlen(checksum)}};
}

START_TEST(test_doctor_reaches_a_verdict)
{
    static const struct {
        const struct fa_doctor_param *params;
        size_t count;
        const char *checksum;
        enum fa_diagnosis_verdict verdict;
    } rows[] = {
        {plain, PM_ARRAY_LEN(plain), RIGHT, FA_DIAGNOSIS_RIGHT},
        {plain, PM_ARRAY_LEN(plain), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", FA_DIAGNOSIS_KEY},
        {delicate, PM_ARRAY_LEN(delicate), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", FA_DIAGNOSIS_TEXT},
        {plain, PM_ARRAY_LEN(plain), "0123456789abcdef0123456789abcdef", FA_DIAGNOSIS_KEY},
        {plain, PM_ARRAY_LEN(plain), "hello", FA_DIAGNOSIS_FORM},
        {plain, PM_ARRAY_LEN(plain), "no checksum at all", FA_DIAGNOSIS_FORM},
        {plain, PM_ARRAY_LEN(plain), "dU8VxeBA", FA_DIAGNOSIS_FORM},
        {plain, 0, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", FA_DIAGNOSIS_KEY},
    };
    struct fa_diagnosis diagnosis;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        struct fa_doctor_case request = case_of(rows[i].params, rows[i].count, rows[i].checksum);

        ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
        ck_assert_msg(diagnosis.verdict == rows[i].verdict, "row %zu: %s", i,
                      fa_diagnosis_verdict_name(diagnosis.verdict));
        ck_assert_uint_eq(diagnosis.mistake_count, 0);
        ck_assert_ptr_null(diagnosis.client_text);
        ck_assert_ptr_nonnull(diagnosis.expected_text);
        fa_diagnosis_clear(&diagnosis);
    }
}
END_TEST

START_TEST(test_doctor_passes_over_the_checksum_parameter)
{
    const struct fa_doctor_param params[] = {
        plain[0], plain[1], PARAM("Checksum", "x"), plain[2], plain[3], plain[4],
        plain[5], plain[6],
    };
    struct fa_doctor_case request = case_of(params, PM_ARRAY_LEN(params), RIGHT);
    struct fa_diagnosis diagnosis;

    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert_int_eq(diagnosis.verdict, FA_DIAGNOSIS_RIGHT);
    fa_diagnosis_clear(&diagnosis);
}
END_TEST

START_TEST(test_doctor_takes_null_for_nothing)
{
    const struct fa_doctor_param params[] = {{.name = {NULL, 0}}, {.name = BYTES("timestamp")}};
    struct fa_doctor_case request = {.params = params, .count = PM_ARRAY_LEN(params)};
    struct fa_diagnosis diagnosis;

    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert_str_eq(diagnosis.mistakes[0].id, "checksum-empty");
    fa_diagnosis_clear(&diagnosis);
    request.checksum = (struct fa_bytes)BYTES("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert_int_eq(diagnosis.verdict, FA_DIAGNOSIS_KEY);
    fa_diagnosis_clear(&diagnosis);
}
END_TEST

START_TEST(test_doctor_says_when_a_limit_stopped_it)
{
    struct fa_doctor_case request =
        case_of(plain, PM_ARRAY_LEN(plain), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    struct fa_diagnosis diagnosis;

    request.hypotheses_max = 100;
    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert(diagnosis.exhausted);
    ck_assert_uint_le(diagnosis.tried, 100);
    fa_diagnosis_clear(&diagnosis);

    request.hypotheses_max = 0;
    request.bytes_max = 10000;
    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert(diagnosis.exhausted);
    fa_diagnosis_clear(&diagnosis);
}
END_TEST

START_TEST(test_doctor_bounds_its_work_on_large_requests)
{
    enum { MANY = 10000, LARGE = 1 << 20 };
    struct fa_doctor_param *many = calloc(MANY, sizeof(*many));
    struct fa_doctor_param one = {.name = BYTES("results")};
    struct fa_doctor_case request = case_of(many, MANY, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    char *large = malloc(LARGE);
    struct fa_diagnosis diagnosis;
    size_t i;

    ck_assert_ptr_nonnull(many);
    ck_assert_ptr_nonnull(large);
    for (i = 0; i < MANY; i++)
        many[i] = (struct fa_doctor_param)PARAM("name", "value");
    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert(diagnosis.exhausted);
    fa_diagnosis_clear(&diagnosis);

    memset(large, '%', LARGE);
    one.value = (struct fa_bytes){large, LARGE};
    request = case_of(&one, 1, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert(diagnosis.exhausted);
    ck_assert_uint_lt(diagnosis.expected_len, LARGE / 4);
    fa_diagnosis_clear(&diagnosis);
    free(many);
    free(large);
}
END_TEST

START_TEST(test_doctor_survives_any_bytes)
{
    struct fa_doctor_param params[4];
    char bytes[200], checksum[64];
    struct fa_diagnosis diagnosis;
    struct pm_buf out;
    unsigned round, seed = 20261122;
    size_t i;

    pm_buf_init(&out, 1 << 20);
    for (round = 0; round < 60; round++) {
        struct fa_doctor_case request;

        for (i = 0; i < sizeof(bytes); i++)
            bytes[i] = (char)(rand_r(&seed) >> 4);
        for (i = 0; i < sizeof(checksum); i++)
            checksum[i] = "AZ09+/= -_%=\n'\"b\\n:."[rand_r(&seed) % 20];
        for (i = 0; i < PM_ARRAY_LEN(params); i++)
            params[i] = (struct fa_doctor_param){
                .name = {bytes + i * 50, (size_t)rand_r(&seed) % 10},
                .value = {bytes + i * 50 + 10, (size_t)rand_r(&seed) % 40},
                .in_query = round % 2 == 0,
            };
        request = (struct fa_doctor_case){
            .params = params,
            .count = round % 5,
            .secret = {bytes, round % 30},
            .apikey = {bytes + 100, round % 7},
            .checksum = {checksum, (size_t)rand_r(&seed) % sizeof(checksum)},
            .hypotheses_max = 2000,
        };
        ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
        pm_buf_reset(&out);
        ck_assert_int_eq(fa_diagnosis_text(&diagnosis, 80, &out), 0);
        ck_assert_int_eq(fa_diagnosis_json(&diagnosis, &out), 0);
        ck_assert_int_eq(fa_diagnosis_header(&diagnosis, &out), 0);
        fa_diagnosis_clear(&diagnosis);
    }
    pm_buf_clear(&out);
}
END_TEST

/* ---- the catalogue ---- */

/* Headers and consoles show it as it is. */
static void check_ascii(const char *text)
{
    for (; text && *text; text++)
        ck_assert_msg(*text >= ' ' && *text <= '~', "not ASCII: %s", text);
}

START_TEST(test_doctor_speaks_ascii)
{
    enum fa_stage stage;
    size_t i;

    for (stage = 0; stage < FA_STAGE_MAX; stage++) {
        check_ascii(fa_stage_rule(stage));
        check_ascii(fa_stage_mend(stage));
    }
    for (i = 0; i < fa_catalogue_count; i++) {
        check_ascii(fa_catalogue[i].title);
        check_ascii(fa_catalogue[i].mend);
    }
    for (i = 0; i < fa_wire_mistake_count(); i++) {
        check_ascii(fa_wire_mistake(i)->title);
        check_ascii(fa_wire_mistake(i)->mend);
    }
}
END_TEST

START_TEST(test_doctor_catalogue_is_in_order)
{
    size_t i, k;

    ck_assert_uint_ge(fa_catalogue_count + fa_wire_mistake_count(), 200);
    for (i = 0; i < fa_catalogue_count; i++) {
        const struct fa_mistake *mistake = &fa_catalogue[i];

        ck_assert_msg(i == 0 || mistake[-1].stage <= mistake->stage, "%s", mistake->id);
        ck_assert_msg(!strstr(mistake->title, "{}") == !mistake->describe, "%s", mistake->id);
        ck_assert_msg(strlen(mistake->title) < sizeof(((struct fa_diagnosis_mistake *)0)->title),
                      "%s", mistake->id);
        for (k = 0; k < i; k++)
            ck_assert_str_ne(mistake->id, fa_catalogue[k].id);
        for (k = 0; k < fa_wire_mistake_count(); k++)
            ck_assert_str_ne(mistake->id, fa_wire_mistake(k)->id);
    }
}
END_TEST

/* ---- MISTAKES.md, the catalogue for readers ---- */

#define REFERENCE PM_SOURCE_DIR "/fakeapi/MISTAKES.md"

static const char *const stage_names[FA_STAGE_MAX] = {
    [FA_STAGE_KEY] = "Which bytes are the key",
    [FA_STAGE_ALGORITHM] = "How key and text become a digest",
    [FA_STAGE_PARAMS] = "Which parameters are signed",
    [FA_STAGE_NAMES] = "How their names are written",
    [FA_STAGE_CHARSET] = "In which character set",
    [FA_STAGE_VALUES] = "How values are written",
    [FA_STAGE_TIMESTAMP] = "How the timestamp is written",
    [FA_STAGE_ENCODING] = "Percent-encoded or plain",
    [FA_STAGE_REPEATED] = "In which order repeated names are",
    [FA_STAGE_ORDER] = "Sorted how",
    [FA_STAGE_JOIN] = "Joined how",
    [FA_STAGE_TEXT] = "What happens to the finished text",
    [FA_STAGE_WIRE] = "How the checksum is written and sent",
};

/* A row of a table; `{}` of a family becomes an ellipsis, and what Markdown would read is escaped.
 */
static void add_row(struct pm_buf *out, const struct fa_mistake *mistake)
{
    const char *at;

    (void)pm_buf_addf(out, "| `%s` | ", mistake->id);
    for (at = mistake->title; *at; at++) {
        if (strncmp(at, "{}", 2) == 0) {
            (void)pm_buf_adds(out, "…");
            at++;
            continue;
        }
        if (strchr("|*_<\\", *at))
            (void)pm_buf_addc(out, '\\');
        (void)pm_buf_addc(out, *at);
    }
    (void)pm_buf_adds(out, " |\n");
}

static void add_stage(struct pm_buf *out, enum fa_stage stage)
{
    size_t i;

    (void)pm_buf_addf(out, "\n## %s\n\n%s %s\n\n| name | what was done |\n|---|---|\n",
                      stage_names[stage], fa_stage_rule(stage), fa_stage_mend(stage));
    for (i = 0; i < fa_catalogue_count; i++) {
        if (fa_catalogue[i].stage == stage)
            add_row(out, &fa_catalogue[i]);
    }
    for (i = 0; stage == FA_STAGE_WIRE && i < fa_wire_mistake_count(); i++)
        add_row(out, fa_wire_mistake(i));
}

static void write_reference(struct pm_buf *out)
{
    enum fa_stage stage;

    (void)pm_buf_addf(
        out,
        "# Mistakes that the doctor of signatures knows\n\n"
        "When a checksum is wrong, the server and `paidmonitor sign --explain` look for the "
        "mistake "
        "that gives it:\n"
        "%zu mistakes, several of them families (which parameter, which zone), alone, in pairs, "
        "and "
        "the everyday ones\nthree at a time. Names are stable. A … stands for the variant found. "
        "This page is made from the catalogue, and\n`test_doctor` compares them; after a change "
        "`PM_UPDATE=1 test_doctor` writes it anew.\n",
        fa_catalogue_count + fa_wire_mistake_count());
    for (stage = 0; stage < FA_STAGE_MAX; stage++)
        add_stage(out, stage);
}

START_TEST(test_doctor_reference_lists_the_catalogue)
{
    struct pm_buf expected, found;
    char bytes[4096];
    FILE *file;
    size_t n;

    pm_buf_init(&expected, 1 << 20);
    pm_buf_init(&found, 1 << 20);
    write_reference(&expected);
    if (getenv("PM_UPDATE"))
        ck_assert_int_eq(pm_fs_replace(REFERENCE, expected.data, expected.len, 0644), 0);
    file = fopen(REFERENCE, "re");
    ck_assert_ptr_nonnull(file);
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        ck_assert_int_eq(pm_buf_add(&found, bytes, n), 0);
    (void)fclose(file);
    ck_assert_msg(found.len == expected.len && memcmp(found.data, expected.data, found.len) == 0,
                  REFERENCE " is not what the catalogue says; PM_UPDATE=1 writes it anew");
    pm_buf_clear(&expected);
    pm_buf_clear(&found);
}
END_TEST

/* ---- what is shown ---- */

/* Examine and render; the caller clears both. */
static void render(const struct fa_doctor_case *request, struct fa_diagnosis *diagnosis,
                   struct pm_buf *out,
                   int (*write)(const struct fa_diagnosis *diagnosis, struct pm_buf *out))
{
    pm_buf_init(out, 1 << 20);
    ck_assert_int_eq(fa_doctor_examine(request, diagnosis), 0);
    ck_assert_int_eq(write(diagnosis, out), 0);
}

static int write_text(const struct fa_diagnosis *diagnosis, struct pm_buf *out)
{
    return fa_diagnosis_text(diagnosis, 80, out);
}

START_TEST(test_doctor_shows_both_texts_and_where_they_part)
{
    /* openssl: the values percent-encoded, as by Python's quote(…, safe='') */
    struct fa_doctor_case request =
        case_of(delicate, PM_ARRAY_LEN(delicate), "wHf9pvoSCR6CIB+LtPMmFKNzDjE=");
    struct fa_diagnosis diagnosis;
    struct pm_buf out;

    render(&request, &diagnosis, &out, write_text);
    ck_assert_str_eq(
        out.data,
        "The checksum is wrong: the values were percent-encoded before signing (blank as %20).\n"
        "\n"
        "  Rule      Values are signed before they are encoded for the request.\n"
        "  Mend      Sign the plain values first; encode them afterwards, only to send\n"
        "            them.\n"
        "  Or        the values were encoded before signing as by encodeURIComponent or\n"
        "            uri_escape\n"
        "            the values were percent-encoded before signing, but for slashes\n"
        "            (Python's quote)\n"
        "            the whole text was percent-encoded\n"
        "\n"
        "  Expected  …ABCDEFGHIJKLMNOPmonitorId305nameZürich ✓timestamp2011-06-01 12:00:…\n"
        "  Signed    …ABCDEFGHIJKLMNOPmonitorId305nameZ%C3%BCrich%20%E2%9C%93timestamp20…\n"
        "                                              ^ first difference, at byte 66\n"
        "\n"
        "  Checksum  expected /p5Xbq7TJX59okQWDvNbuNiFMb4=\n"
        "            received wHf9pvoSCR6CIB+LtPMmFKNzDjE=\n");
    ck_assert_uint_eq(diagnosis.first_difference, 66);
    ck_assert_int_eq(diagnosis.expected_text[66], '\xc3');
    fa_diagnosis_clear(&diagnosis);
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_doctor_shows_texts_that_differ_at_their_first_byte)
{
    static const struct fa_doctor_param params[] = {PARAM("version", "2"), PARAM("action", "1")};
    struct fa_doctor_case request = case_of(params, 2, "PVjOgEd380FM4atjFJy+DUfXymA=");
    struct fa_diagnosis diagnosis;
    struct pm_buf out;

    render(&request, &diagnosis, &out, write_text);
    ck_assert_str_eq(diagnosis.mistakes[0].id, "unsorted");
    ck_assert_uint_eq(diagnosis.first_difference, 0);
    ck_assert_ptr_nonnull(strstr(out.data, "  Expected  action1version2\n"
                                           "  Signed    version2action1\n"
                                           "            ^ first difference, at byte 0\n"));
    fa_diagnosis_clear(&diagnosis);
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_doctor_header_is_one_short_line_of_ascii)
{
    char long_name[3000];
    struct fa_doctor_param params[] = {plain[0], {.value = BYTES("x")}};
    /* a parameter left out whose name is long and foreign */
    struct fa_doctor_case request = case_of(params, 2, "sh1gu3kq3PwXgQw2XFUMw7pzsp0=");
    struct fa_diagnosis diagnosis;
    struct pm_buf out;
    size_t i;

    for (i = 0; i < sizeof(long_name); i += 2)
        memcpy(long_name + i, "\xc3\xbc", 2);
    params[1].name = (struct fa_bytes){long_name, sizeof(long_name)};
    render(&request, &diagnosis, &out, fa_diagnosis_header);
    ck_assert_str_eq(diagnosis.mistakes[0].id, "parameter-left-out");
    ck_assert_uint_le(out.len, FA_DIAGNOSIS_HEADER_MAX);
    for (i = 0; i < out.len; i++)
        ck_assert(out.data[i] >= ' ' && out.data[i] <= '~');
    fa_diagnosis_clear(&diagnosis);
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_doctor_never_shows_what_is_secret)
{
    static const struct fa_doctor_param params[] = {
        PARAM("action", "addResult"),
        PARAM("apikey", APIKEY),
        PARAM("authToken", "TOKEN4TOKEN4TOKEN4TOKEN4TO"),
        PARAM("note", "my key is " SECRET "!"),
        {.name = BYTES("Password"), .value = BYTES("hunter2"), .raw_value = BYTES("%68unter2")},
        PARAM("pons", "ponmlkjihgfedcba0987654321"),
        PARAM("twice", "%2550ONMLKJIHGFEDCBA0987654321"),
        PARAM("PONMLKJIHGFED", "CBA0987654321"),
        PARAM("secretkey", SECRET),
    };
    static const char *const hidden[] = {SECRET, "TOKEN4TOKEN4", "unter2"};
    static const char *const checksums[] = {SECRET, ("x" SECRET),
                                            "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ""};
    struct fa_diagnosis diagnosis;
    struct pm_buf out;
    size_t i, k;

    pm_buf_init(&out, 1 << 20);
    for (i = 0; i < PM_ARRAY_LEN(checksums); i++) {
        struct fa_doctor_case request = case_of(params, PM_ARRAY_LEN(params), checksums[i]);

        ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
        pm_buf_reset(&out);
        ck_assert_int_eq(write_text(&diagnosis, &out), 0);
        ck_assert_int_eq(fa_diagnosis_json(&diagnosis, &out), 0);
        ck_assert_int_eq(fa_diagnosis_header(&diagnosis, &out), 0);
        for (k = 0; k < PM_ARRAY_LEN(hidden); k++)
            ck_assert_msg(!strcasestr(out.data, hidden[k]), "%s in %s", hidden[k], out.data);
        ck_assert_ptr_nonnull(strstr(out.data, "<secretkey>"));
        ck_assert_ptr_nonnull(strstr(out.data, "<hidden>"));
        fa_diagnosis_clear(&diagnosis);
    }
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_doctor_lists_mistakes_that_come_to_the_same)
{
    /* Only the timestamp has anything to encode here. */
    struct fa_doctor_case request =
        case_of(plain, PM_ARRAY_LEN(plain), "G3zd/IlfhCikGtqkwp1stBfJ8mY=");
    struct fa_diagnosis diagnosis;
    bool has_blanks = false;
    size_t i;

    ck_assert_int_eq(fa_doctor_examine(&request, &diagnosis), 0);
    ck_assert_uint_eq(diagnosis.mistake_count, 1);
    ck_assert_str_eq(diagnosis.mistakes[0].id, "timestamp-blank-encoded");
    for (i = 0; i < diagnosis.also_count; i++)
        has_blanks = has_blanks || strcmp(diagnosis.also[i].id, "blanks-encoded") == 0;
    ck_assert(has_blanks);
    fa_diagnosis_clear(&diagnosis);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_doctor_names_the_mistakes_that_others_made),
    TEST(test_doctor_reaches_a_verdict),
    TEST(test_doctor_passes_over_the_checksum_parameter),
    TEST(test_doctor_takes_null_for_nothing),
    TEST(test_doctor_says_when_a_limit_stopped_it),
    TEST(test_doctor_bounds_its_work_on_large_requests),
    TEST(test_doctor_survives_any_bytes),
    TEST(test_doctor_speaks_ascii),
    TEST(test_doctor_catalogue_is_in_order),
    TEST(test_doctor_reference_lists_the_catalogue),
    TEST(test_doctor_shows_both_texts_and_where_they_part),
    TEST(test_doctor_shows_texts_that_differ_at_their_first_byte),
    TEST(test_doctor_header_is_one_short_line_of_ascii),
    TEST(test_doctor_never_shows_what_is_secret),
    TEST(test_doctor_lists_mistakes_that_come_to_the_same),
};

TEST_MAIN("doctor", cases)

/* sign: every known answer of scenarios/vectors/signing.json, and what is left out of the text. */
#include "suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paidmonitor.h"

/* ---- the file of known answers ---- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    ck_assert_msg(file, "cannot read %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    rewind(file);
    text = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    return text;
}

static cJSON *load_vectors(void)
{
    char *text = read_file(PM_SOURCE_DIR "/scenarios/vectors/signing.json");
    cJSON *vectors = cJSON_Parse(text);

    free(text);
    ck_assert_ptr_nonnull(vectors);
    return vectors;
}

/* The bytes of member `name`, or of `nameHex`; NULL when neither is there. */
static char *get_bytes(const cJSON *test, const char *name, size_t *ret_len)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, name));
    char hex_name[32], *bytes;
    const char *hex;
    size_t i;

    if (text) {
        *ret_len = strlen(text);
        return strdup(text);
    }
    (void)snprintf(hex_name, sizeof(hex_name), "%sHex", name);
    hex = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, hex_name));
    if (!hex)
        return NULL;
    *ret_len = strlen(hex) / 2;
    bytes = calloc(1, *ret_len + 1);
    ck_assert_ptr_nonnull(bytes);
    for (i = 0; i < *ret_len; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (char)strtoul(pair, NULL, 16);
    }
    return bytes;
}

static struct pm_params *get_params(const cJSON *list)
{
    struct pm_params *params = pm_params_new();
    const cJSON *pair;

    cJSON_ArrayForEach(pair, list)
    {
        ck_assert_int_eq(pm_params_add(params, cJSON_GetArrayItem(pair, 0)->valuestring,
                                       cJSON_GetArrayItem(pair, 1)->valuestring),
                         0);
    }
    return params;
}

/* Our text of the parameters must be the text of the vector. */
static void check_text(const cJSON *test, int id, const cJSON *list)
{
    struct pm_params *params = get_params(list);
    size_t expected_len = 0, len = 0;
    char *expected = get_bytes(test, "text", &expected_len), *text = NULL;

    ck_assert_int_eq(pm_sign_text(params, &text, &len), 0);
    ck_assert_msg(len == expected_len && memcmp(text, expected, len) == 0,
                  "test %d: text '%s', expected '%s'", id, text, expected);
    free(text);
    free(expected);
    pm_params_free(params);
}

static void check_vector(const cJSON *test)
{
    const char *checksum = cJSON_GetObjectItemCaseSensitive(test, "checksum")->valuestring;
    const char *result = cJSON_GetObjectItemCaseSensitive(test, "result")->valuestring;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(test, "params");
    int id = cJSON_GetObjectItemCaseSensitive(test, "id")->valueint;
    size_t secret_len = 0, text_len = 0;
    char *secret = get_bytes(test, "secret", &secret_len);
    char *text = get_bytes(test, "text", &text_len);
    char ours[PM_CHECKSUM_SIZE];

    if (list) {
        struct pm_params *params = get_params(list);

        check_text(test, id, list);
        ck_assert_int_eq(pm_sign(params, secret, secret_len, ours), 0);
        pm_params_free(params);
    } else {
        ck_assert_int_eq(pm_sign_bytes(secret, secret_len, text, text_len, ours), 0);
    }
    ck_assert_msg((strcmp(ours, checksum) == 0) == (strcmp(result, "valid") == 0),
                  "test %d (%s): signed '%s', the file has '%s'", id, result, ours, checksum);
    free(secret);
    free(text);
}

START_TEST(test_sign_gives_every_known_answer)
{
    cJSON *vectors = load_vectors();
    const cJSON *tests = cJSON_GetObjectItemCaseSensitive(vectors, "tests"), *test;

    ck_assert_int_ge(cJSON_GetArraySize(tests), 200);
    cJSON_ArrayForEach(test, tests)
    {
        check_vector(test);
    }
    cJSON_Delete(vectors);
}
END_TEST

/* ---- the text ---- */

static void assert_text(const struct pm_params *params, const char *expected, size_t expected_len)
{
    char *text = NULL;
    size_t len = 0;

    ck_assert_int_eq(pm_sign_text(params, &text, &len), 0);
    ck_assert_uint_eq(len, expected_len);
    ck_assert_mem_eq(text, expected, len + 1); /* and the NUL */
    free(text);
}

START_TEST(test_sign_text_leaves_the_checksum_out_and_nothing_like_it)
{
    struct pm_params *params = pm_params_new();

    ck_assert_int_eq(pm_params_add(params, "checksum", "old"), 0);
    ck_assert_int_eq(pm_params_add(params, "checksums", "b"), 0);
    ck_assert_int_eq(pm_params_add(params, "Checksum", "a"), 0);
    ck_assert_int_eq(pm_params_add_bytes(params, "checksum\0x", 10, "c", 1), 0);
    assert_text(params, "Checksumachecksum\0xcchecksumsb", 30);
    pm_params_free(params);
}
END_TEST

START_TEST(test_sign_text_of_nothing_is_empty)
{
    struct pm_params *params = pm_params_new();

    assert_text(params, "", 0);
    pm_params_free(params);
}
END_TEST

START_TEST(test_sign_text_keeps_the_callers_order)
{
    struct pm_params *params = pm_params_new();
    char *text = NULL;
    size_t len = 0;

    ck_assert_int_eq(pm_params_add(params, "b", "2"), 0);
    ck_assert_int_eq(pm_params_add(params, "a", "1"), 0);
    ck_assert_int_eq(pm_sign_text(params, &text, &len), 0);
    free(text);
    ck_assert_int_eq(pm_params_add(params, "c", "3"), 0);
    assert_text(params, "a1b2c3", 6);
    pm_params_free(params);
}
END_TEST

START_TEST(test_sign_takes_an_empty_secret)
{
    char checksum[PM_CHECKSUM_SIZE];

    /* HMAC-SHA1 of nothing under no key: fbdb1d1b18aa6c08324b7d64b71fb76370690e1d */
    ck_assert_int_eq(pm_sign_bytes(NULL, 0, "", 0, checksum), 0);
    ck_assert_str_eq(checksum, "+9sdGxiqbAgyS31ktx+3Y3BpDh0=");
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_sign_gives_every_known_answer),
    TEST(test_sign_text_leaves_the_checksum_out_and_nothing_like_it),
    TEST(test_sign_text_of_nothing_is_empty),
    TEST(test_sign_text_keeps_the_callers_order),
    TEST(test_sign_takes_an_empty_secret),
};

TEST_MAIN("sign", cases)

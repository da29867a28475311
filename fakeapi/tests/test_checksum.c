/* The server's own verification against the vectors that client, server and shell share. */
#include "suite.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "checksum.h"
#include "params.h"

static cJSON *read_vectors(void)
{
    FILE *file = fopen(PM_SOURCE_DIR "/scenarios/vectors/signing.json", "r");
    char *text = NULL;
    size_t size = 0;
    cJSON *vectors;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, EOF, file), 0);
    (void)fclose(file);
    vectors = cJSON_Parse(text);
    free(text);
    ck_assert_ptr_nonnull(vectors);
    return vectors;
}

static const char *text_of(const cJSON *test, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, name));
}

/* A text, or the bytes of `<name>Hex`. */
static size_t bytes_of(const cJSON *test, const char *name, char *bytes)
{
    char hex_name[32];
    const char *text = text_of(test, name);
    size_t len;
    size_t i;

    if (text) {
        strcpy(bytes, text);
        return strlen(text);
    }
    snprintf(hex_name, sizeof(hex_name), "%sHex", name);
    text = text_of(test, hex_name);
    ck_assert_ptr_nonnull(text);
    len = strlen(text) / 2;
    for (i = 0; i < len; i++) {
        unsigned int byte;

        ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
        bytes[i] = (char)byte;
    }
    return len;
}

static char *encode_params(const cJSON *params)
{
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);
    const cJSON *pair;

    cJSON_ArrayForEach(pair, params)
    {
        int i;

        for (i = 0; i < 2; i++) {
            const char *at = cJSON_GetStringValue(cJSON_GetArrayItem(pair, i));

            for (; *at; at++)
                fprintf(out, "%%%02x", (unsigned char)*at);
            fputc("=&"[i], out);
        }
    }
    (void)fclose(out);
    return body;
}

static void compute(const cJSON *test, struct fa_mac *mac, char checksum[FA_CHECKSUM_SIZE])
{
    const cJSON *pairs = cJSON_GetObjectItemCaseSensitive(test, "params");
    struct fa_params params;
    struct fa_arena arena;
    static char text[1 << 20];
    char *body;

    if (!pairs) {
        fa_mac_begin(mac);
        fa_mac_add(mac, text, bytes_of(test, "text", text));
        fa_mac_end(mac, checksum);
        return;
    }
    fa_arena_init(&arena, 32 << 20);
    body = encode_params(pairs);
    ck_assert_int_eq(fa_params_parse(&arena, "", 0, body, strlen(body), &params), 0);
    ck_assert_int_eq(
        fa_checksum_compute(&arena, mac, &params, (struct fa_checksum_form){0}, checksum), 0);
    fa_arena_clear(&arena);
    free(body);
}

START_TEST(test_checksum_agrees_with_every_vector)
{
    cJSON *vectors = read_vectors();
    const cJSON *test;
    static char secret[1 << 20];
    size_t count = 0;

    cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(vectors, "tests"))
    {
        bool is_valid = strcmp(text_of(test, "result"), "valid") == 0;
        const char *received = text_of(test, "checksum");
        char checksum[FA_CHECKSUM_SIZE];
        struct fa_mac *mac = fa_mac_new(secret, bytes_of(test, "secret", secret));

        ck_assert_ptr_nonnull(mac);
        compute(test, mac, checksum);
        ck_assert_msg(fa_is_same(checksum, strlen(checksum), received, strlen(received)) ==
                          is_valid,
                      "vector %d (%s): %s, expected %s",
                      cJSON_GetObjectItemCaseSensitive(test, "id")->valueint,
                      text_of(test, "comment"), checksum, received);
        fa_mac_free(mac);
        count++;
    }
    ck_assert_uint_ge(count, 200);
    cJSON_Delete(vectors);
}
END_TEST

START_TEST(test_checksum_forms_of_old_clients_differ_from_the_documented_one)
{
    static const struct {
        const char *body;
        struct fa_checksum_form form;
        bool is_same;
    } rows[] = {
        {"a=1&b=2", {false, true}, true},
        {"B=1&a=2", {false, true}, false},
        {"a=x%20y", {true, false}, false},
        {"a=xy&b=1", {true, true}, true},
    };
    struct fa_mac *mac = fa_mac_new("secret", 6);
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char documented[FA_CHECKSUM_SIZE];
        char other[FA_CHECKSUM_SIZE];
        struct fa_params params;
        struct fa_arena arena;

        fa_arena_init(&arena, 1 << 20);
        ck_assert_int_eq(
            fa_params_parse(&arena, "", 0, rows[i].body, strlen(rows[i].body), &params), 0);
        ck_assert_int_eq(
            fa_checksum_compute(&arena, mac, &params, (struct fa_checksum_form){0}, documented), 0);
        ck_assert_int_eq(fa_checksum_compute(&arena, mac, &params, rows[i].form, other), 0);
        ck_assert_int_eq(strcmp(documented, other) == 0, rows[i].is_same);
        fa_arena_clear(&arena);
    }
    fa_mac_free(mac);
}
END_TEST

START_TEST(test_keys_have_the_vendors_form_and_differ)
{
    char first[FA_KEY_SIZE];
    char second[FA_KEY_SIZE];

    ck_assert_int_eq(fa_random_key(first), 0);
    ck_assert_int_eq(fa_random_key(second), 0);
    ck_assert_uint_eq(strlen(first), 26);
    ck_assert_uint_eq(strspn(first, "0123456789ABCDEFGHIJKLMNOPQRSTUV"), 26);
    ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(test_digests_of_passwords)
{
    char hex[FA_DIGEST_SIZE];

    fa_digest_hex(FA_DIGEST_MD5, "abc", hex);
    ck_assert_str_eq(hex, "900150983cd24fb0d6963f7d28e17f72"); /* RFC 1321, A.5 */
    fa_digest_hex(FA_DIGEST_SHA256, "abc", hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_checksum_agrees_with_every_vector),
    TEST(test_checksum_forms_of_old_clients_differ_from_the_documented_one),
    TEST(test_keys_have_the_vendors_form_and_differ),
    TEST(test_digests_of_passwords),
};

TEST_MAIN("checksum", cases)

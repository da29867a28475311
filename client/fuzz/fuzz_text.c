/*
 * Hostile bytes made fit to be seen, and percent-encoding. Input: any bytes.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fuzz.h"
#include "percent.h"
#include "text.h"

#define TEXT_MAX (8u << 20)

static bool is_utf8(const char *bytes, size_t len)
{
    size_t i = 0, step;

    while (i < len) {
        step = pm_text_utf8_len(bytes + i, len - i);
        if (step == 0 || step > len - i)
            return false;
        i += step;
    }
    return true;
}

/* No control characters of ASCII or Unicode, no bidirectional controls. */
static void require_harmless(const struct pm_buf *text)
{
    size_t i;

    FUZZ_REQUIRE(is_utf8(text->data, text->len));
    fuzz_require_one_line(text->data);
    FUZZ_REQUIRE(strlen(text->data) == text->len);
    for (i = 0; i + 1 < text->len; i++)
        FUZZ_REQUIRE(text->data[i] != '\xc2' || (unsigned char)text->data[i + 1] >= 0xa0);
    FUZZ_REQUIRE(!strstr(text->data, "\u202e") && !strstr(text->data, "\u2066"));
}

/* Undo pm_text_add_visible(): what was shown tells exactly which bytes there were. */
static size_t undo_visible(const char *shown, char *bytes)
{
    size_t len = 0;

    for (; *shown; shown++) {
        char digits[3] = {0};

        if (*shown != '\\') {
            bytes[len++] = *shown;
        } else if (*++shown == '\\') {
            bytes[len++] = '\\';
        } else {
            FUZZ_REQUIRE(shown[0] == 'x' && shown[1] && shown[2]);
            memcpy(digits, shown + 1, 2);
            bytes[len++] = (char)strtol(digits, NULL, 16);
            shown += 2;
        }
    }
    return len;
}

static void check_visible(const char *bytes, size_t len)
{
    char *undone = malloc(4 * len + 1);
    struct pm_buf shown;

    pm_buf_init(&shown, TEXT_MAX);
    (void)pm_buf_adds(&shown, "");
    FUZZ_REQUIRE(undone && pm_text_add_visible(&shown, bytes, len) == 0);
    FUZZ_REQUIRE(shown.len <= 4 * len);
    require_harmless(&shown);
    FUZZ_REQUIRE(undo_visible(shown.data, undone) == len);
    FUZZ_REQUIRE(memcmp(undone, bytes, len) == 0);
    free(undone);
    pm_buf_clear(&shown);
}

static void check_marked(const char *bytes, size_t len)
{
    struct pm_buf once, twice;

    pm_buf_init(&once, TEXT_MAX);
    pm_buf_init(&twice, TEXT_MAX);
    (void)pm_buf_adds(&once, "");
    (void)pm_buf_adds(&twice, "");
    FUZZ_REQUIRE(pm_text_add_marked(&once, bytes, len) == 0);
    require_harmless(&once);
    FUZZ_REQUIRE(pm_text_add_marked(&twice, once.data, once.len) == 0);
    FUZZ_REQUIRE(strcmp(once.data, twice.data) == 0);
    pm_buf_clear(&once);
    pm_buf_clear(&twice);
}

static void check_json(const char *bytes, size_t len)
{
    bool is_plain = is_utf8(bytes, len) && strlen(bytes) == len;
    struct pm_buf text;
    cJSON *json;

    pm_buf_init(&text, TEXT_MAX);
    FUZZ_REQUIRE(pm_text_add_json(&text, bytes, len) == 0);
    FUZZ_REQUIRE(is_utf8(text.data, text.len));
    fuzz_require_one_line(text.data);
    json = cJSON_ParseWithOpts(text.data, NULL, 1);
    FUZZ_REQUIRE(cJSON_IsString(json) || memchr(bytes, '\0', len));
    FUZZ_REQUIRE(!is_plain || strcmp(json->valuestring, bytes) == 0);
    cJSON_Delete(json);
    pm_buf_clear(&text);
}

static void check_percent(const char *bytes, size_t len)
{
    size_t size = 3 * len + 1, room, decoded_len;
    char *encoded = malloc(size), *decoded = malloc(size);

    FUZZ_REQUIRE(encoded && decoded);
    FUZZ_REQUIRE(pm_percent_encode(bytes, len, ":@/", encoded, size) == len);
    FUZZ_REQUIRE(strspn(encoded, "%:@/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz") == strlen(encoded));
    FUZZ_REQUIRE(pm_percent_decode(encoded, strlen(encoded), decoded, &decoded_len) == 0);
    FUZZ_REQUIRE(decoded_len == len && memcmp(decoded, bytes, len) == 0);
    for (room = 1; room < size && room < 16; room++) { /* too little of it */
        size_t done = pm_percent_encode(bytes, len, "", encoded, room);

        FUZZ_REQUIRE(done <= len && strlen(encoded) < room);
        FUZZ_REQUIRE(pm_percent_decode(encoded, strlen(encoded), decoded, &decoded_len) == 0);
        FUZZ_REQUIRE(decoded_len == done && memcmp(decoded, bytes, done) == 0);
    }
    if (pm_percent_decode(bytes, len, decoded, &decoded_len) == 0)
        FUZZ_REQUIRE(decoded_len <= len);
    free(encoded);
    free(decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t len;
    char *bytes = fuzz_rest(&input, &len);

    check_visible(bytes, len);
    check_marked(bytes, len);
    check_json(bytes, len);
    check_percent(bytes, len);
    free(bytes);
    return 0;
}

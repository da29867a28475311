/*
 * The lenient JSON reader and its writer, against cJSON. Input: one text.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "fuzz.h"
#include "json.h"
#include "params.h"
#include "text.h"

#define ARENA_MAX (32u << 20)
#define JSON_MAX  (4u << 20)

/* Both trees hold the same. */
static void require_same(const struct fa_json *json, const cJSON *other)
{
    const struct fa_json *entry;
    const cJSON *child = other->child;

    switch (json->type) {
    case FA_JSON_STRING:
        FUZZ_REQUIRE(cJSON_IsString(other) && strcmp(json->text, other->valuestring) == 0);
        return;
    case FA_JSON_LITERAL:
        FUZZ_REQUIRE(cJSON_IsNumber(other) || cJSON_IsBool(other) || cJSON_IsNull(other));
        return;
    case FA_JSON_ARRAY:
    case FA_JSON_OBJECT:
        FUZZ_REQUIRE(json->type == FA_JSON_ARRAY ? cJSON_IsArray(other) : cJSON_IsObject(other));
        break;
    }
    for (entry = json->first; entry; entry = entry->next, child = child->next) {
        FUZZ_REQUIRE(child);
        FUZZ_REQUIRE(!entry->name || strcmp(entry->name, child->string) == 0);
        require_same(entry, child);
    }
    FUZZ_REQUIRE(!child);
}

static void require_depth(const struct fa_json *json, size_t left)
{
    const struct fa_json *entry;

    FUZZ_REQUIRE(left > 0);
    for (entry = json->first; entry; entry = entry->next)
        require_depth(entry, left - 1);
}

/* What is written is JSON proper, and reads as what it was written from. */
static void require_proper(struct fa_arena *arena, const struct fa_json *json)
{
    struct pm_buf first, second;
    const struct fa_json *again;
    const char *end;
    cJSON *other;

    pm_buf_init(&first, JSON_MAX);
    pm_buf_init(&second, JSON_MAX);
    FUZZ_REQUIRE(fa_json_write(&first, json) == 0);
    FUZZ_REQUIRE(fa_is_text(first.data, first.len));
    other = cJSON_ParseWithOpts(first.data, &end, 1);
    FUZZ_REQUIRE(other);
    require_same(json, other);
    FUZZ_REQUIRE(fa_json_parse(arena, first.data, &again) == 0);
    FUZZ_REQUIRE(fa_json_write(&second, again) == 0);
    FUZZ_REQUIRE(strcmp(first.data, second.data) == 0);
    cJSON_Delete(other);
    pm_buf_clear(&first);
    pm_buf_clear(&second);
}

static size_t depth_of(const cJSON *other)
{
    const cJSON *child;
    size_t deepest = 0;

    cJSON_ArrayForEach(child, other)
    {
        size_t depth = depth_of(child);

        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (cJSON_IsArray(other) || cJSON_IsObject(other));
}

/* JSON as another library writes it, with or without white space, is read for what it is. */
static void check_written_by_others(struct fa_arena *arena, const cJSON *other, bool is_formatted)
{
    char *text = is_formatted ? cJSON_Print(other) : cJSON_PrintUnformatted(other);
    const struct fa_json *json;

    FUZZ_REQUIRE(text);
    FUZZ_REQUIRE(fa_json_parse(arena, text, &json) == 0);
    require_same(json, other);
    cJSON_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    const struct fa_json *json;
    struct fa_arena arena;
    size_t len;
    char *text = fuzz_rest(&input, &len);
    cJSON *other;

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_is_text(text, len)) {
        if (fa_json_parse(&arena, text, &json) == 0) {
            require_depth(json, FA_JSON_DEPTH_MAX + 1);
            require_proper(&arena, json);
        }
        other = cJSON_Parse(text);
        if (other && depth_of(other) <= FA_JSON_DEPTH_MAX) {
            check_written_by_others(&arena, other, true);
            check_written_by_others(&arena, other, false);
        }
        cJSON_Delete(other);
    }
    fa_arena_clear(&arena);
    free(text);
    return 0;
}

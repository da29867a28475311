/*
 * From a record to a row: what the agent makes of an event must reach the server as it is, through
 * all encodings. Input: a record.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "columns.h"
#include "compose.h"
#include "event.h"
#include "fuzz.h"
#include "request.h"
#include "structured.h"

#define ARENA_MAX (4u << 20)

static const struct pm_happening happening = {PM_JOURNAL_EVENT, 1, ""};

static struct pm_columns *columns(void)
{
    static const struct pm_config config;
    static struct pm_columns columns;

    if (columns.count == 0)
        FUZZ_REQUIRE(pm_columns_read(&config, &columns, NULL) == 0);
    return &columns;
}

static void require_column(const char *name)
{
    size_t i;

    for (i = 0; i < columns()->count; i++)
        if (strcmp(columns()->params[i].name, name) == 0)
            return;
    FUZZ_REQUIRE(!"a column of the login monitor");
}

/* The server's reading of what we send. */
static void require_arrival(struct fa_arena *arena, const struct pm_result *result)
{
    struct fa_item *items;
    struct pm_buf text;
    size_t count, i;

    pm_buf_init(&text, 1u << 20);
    FUZZ_REQUIRE(pm_request_add_results(&text, result->values, result->count) == 0);
    FUZZ_REQUIRE(fa_structured_parse(arena, text.data, FA_FORM_RESULTS, &items, &count) == 0);
    FUZZ_REQUIRE(count == result->count);
    for (i = 0; i < count; i++) {
        FUZZ_REQUIRE(items[i].field_count == 2);
        FUZZ_REQUIRE(strcmp(items[i].fields[0], result->values[i].name) == 0);
        FUZZ_REQUIRE(strcmp(items[i].fields[1], result->values[i].value) == 0);
    }
    pm_buf_clear(&text);
}

static void require_sound(const struct pm_result *result)
{
    size_t i;

    FUZZ_REQUIRE(result->count > 0 && result->count <= PM_CONFIG_COLUMNS_MAX);
    for (i = 0; i < result->count; i++) {
        const char *value = result->values[i].value;

        require_column(result->values[i].name);
        FUZZ_REQUIRE(value[0] != '\0');
        fuzz_require_one_line(value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_result result;
    struct pm_event event;
    struct fa_arena arena;
    const char *reason;
    size_t len;
    char *record = fuzz_rest(&input, &len);

    fa_arena_init(&arena, ARENA_MAX);
    if (pm_event_decode(record, len, &event, &reason) == 0) {
        FUZZ_REQUIRE(pm_compose(columns(), &event, &happening, &result) == 0);
        require_sound(&result);
        require_arrival(&arena, &result);
        pm_result_clear(&result);
    }
    fa_arena_clear(&arena);
    free(record);
    return 0;
}

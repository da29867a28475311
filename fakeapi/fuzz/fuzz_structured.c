/*
 * Structured values: results, definitions, multi-values and names. Input: one such text.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "fuzz.h"
#include "params.h"
#include "percent.h"
#include "structured.h"

#define ARENA_MAX (32u << 20)
#define TEXT_MAX  (4u << 20)

static void require_text(const char *text, size_t len_max)
{
    FUZZ_REQUIRE(strlen(text) <= len_max);
    FUZZ_REQUIRE(fa_is_text(text, strlen(text)));
}

static void add_encoded(struct pm_buf *buf, const char *text)
{
    size_t len = strlen(text);
    char *encoded = malloc(3 * len + 1);

    FUZZ_REQUIRE(encoded);
    FUZZ_REQUIRE(pm_percent_encode(text, len, "", encoded, 3 * len + 1) == len);
    (void)pm_buf_adds(buf, encoded);
    free(encoded);
}

/* Write items as a careful client does. */
static void write_items(struct pm_buf *buf, const struct fa_item *items, size_t count)
{
    size_t i, k;

    for (i = 0; i < count; i++) {
        if (i > 0)
            (void)pm_buf_addc(buf, ';');
        for (k = 0; k < items[i].field_count; k++) {
            if (k > 0)
                (void)pm_buf_addc(buf, ':');
            add_encoded(buf, items[i].fields[k]);
        }
        if (items[i].field_count == 1)
            (void)pm_buf_addc(buf, ':'); /* without a colon it might be read in another layer */
    }
}

static void require_same_items(const struct fa_item *a, const struct fa_item *b, size_t count)
{
    size_t i, k;

    for (i = 0; i < count; i++) {
        FUZZ_REQUIRE(b[i].field_count == a[i].field_count ||
                     (a[i].field_count == 1 && b[i].field_count == 2));
        for (k = 0; k < a[i].field_count; k++)
            FUZZ_REQUIRE(strcmp(a[i].fields[k], b[i].fields[k]) == 0);
    }
}

/* What was read and written once more reads the same. */
static void require_round_trip(struct fa_arena *arena, const struct fa_item *items, size_t count,
                               enum fa_structured_form form)
{
    struct fa_item *again;
    struct pm_buf text;
    size_t again_count;

    pm_buf_init(&text, TEXT_MAX);
    (void)pm_buf_adds(&text, "");
    write_items(&text, items, count);
    FUZZ_REQUIRE(!text.failed);
    FUZZ_REQUIRE(fa_structured_parse(arena, text.data, form, &again, &again_count) == 0);
    FUZZ_REQUIRE(again_count == count);
    require_same_items(items, again, count);
    pm_buf_clear(&text);
}

static void check_items(struct fa_arena *arena, const char *text, enum fa_structured_form form)
{
    size_t most = form == FA_FORM_RESULTS ? 2 : FA_FIELDS_MAX;
    struct fa_item *items;
    size_t count, i, k;

    if (fa_structured_parse(arena, text, form, &items, &count) < 0)
        return;
    FUZZ_REQUIRE(count <= FA_ITEMS_MAX);
    for (i = 0; i < count; i++) {
        FUZZ_REQUIRE(items[i].field_count >= 1 && items[i].field_count <= most);
        for (k = 0; k < items[i].field_count; k++)
            require_text(items[i].fields[k], strlen(text));
    }
    require_round_trip(arena, items, count, form);
}

static void check_elements(struct fa_arena *arena, const char *text)
{
    const char **elements;
    size_t count, i;

    if (fa_elements_parse(arena, text, &elements, &count) < 0)
        return;
    FUZZ_REQUIRE(count >= 1 && count <= FA_ITEMS_MAX);
    for (i = 0; i < count; i++)
        require_text(elements[i], strlen(text));
}

static void check_plain(struct fa_arena *arena, const char *text)
{
    const char *plain = fa_plain_parse(arena, text);

    FUZZ_REQUIRE(plain);
    require_text(plain, strlen(text));
    FUZZ_REQUIRE(strpbrk(text, "+%") || strcmp(plain, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_arena arena;
    size_t len;
    char *text = fuzz_rest(&input, &len);

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_is_text(text, len)) {
        check_items(&arena, text, FA_FORM_RESULTS);
        check_items(&arena, text, FA_FORM_DEFINITIONS);
        check_elements(&arena, text);
        check_plain(&arena, text);
    }
    fa_arena_clear(&arena);
    free(text);
    return 0;
}

/*
 * What people type on the command line: results, definitions, days, times, zones. Input: a text.
 */
#include <stdlib.h>
#include <string.h>

#include "../cli/values.h"
#include "buf.h"
#include "fuzz.h"
#include "pool.h"
#include "request.h"

#define TEXT_MAX (4u << 20)

/* What was read and written once more, as the API has it, reads the same. */
static void require_same_results(struct pm_pool *pool, const struct values_results *results)
{
    struct values_results again;
    struct pm_buf text;
    const char *bad;
    size_t i;

    pm_buf_init(&text, TEXT_MAX);
    FUZZ_REQUIRE(pm_request_add_results(&text, results->items, results->count) == 0);
    FUZZ_REQUIRE(values_read_results(pool, text.data, &again, &bad) == 0);
    FUZZ_REQUIRE(again.count == results->count);
    for (i = 0; i < again.count; i++) {
        FUZZ_REQUIRE(strcmp(again.items[i].name, results->items[i].name) == 0);
        FUZZ_REQUIRE(strcmp(again.items[i].value, results->items[i].value) == 0);
    }
    pm_buf_clear(&text);
}

/* The item at fault is a part of what was typed. */
static void require_place(const char *text, const char *bad)
{
    FUZZ_REQUIRE(!bad || (bad >= text && bad <= text + strlen(text)));
}

static void check_results(struct pm_pool *pool, const char *text)
{
    struct values_results results;
    const char *bad = NULL;

    if (values_read_results(pool, text, &results, &bad) < 0) {
        require_place(text, bad);
        return;
    }
    FUZZ_REQUIRE(results.count > 0);
    require_same_results(pool, &results);
}

static void check_params(struct pm_pool *pool, const char *text, enum values_params kind)
{
    struct pm_param_list list;
    const char *bad = NULL;
    size_t i;

    if (values_read_params(pool, kind, text, &list, &bad) < 0) {
        require_place(text, bad);
        return;
    }
    FUZZ_REQUIRE(list.count > 0);
    for (i = 0; i < list.count; i++) {
        FUZZ_REQUIRE(list.items[i].name[0] != '\0');
        FUZZ_REQUIRE(list.items[i].data_type >= PM_TYPE_BOOLEAN &&
                     list.items[i].data_type <= PM_TYPE_FLOAT);
    }
}

static void check_numbers(const char *text)
{
    int64_t number = 0;
    int minutes = 0;
    struct pm_day day = {0};

    if (values_read_int(text, -5, 1000, &number) == 0)
        FUZZ_REQUIRE(number >= -5 && number <= 1000);
    if (values_read_day(text, &day) == 0)
        FUZZ_REQUIRE(day.month >= 1 && day.month <= 12 && day.day >= 1 && day.day <= 31);
    if (values_read_timezone(text, &minutes) == 0)
        FUZZ_REQUIRE(minutes > -24 * 60 && minutes < 24 * 60);
    if (values_read_time(text, minutes, &number) == 0)
        FUZZ_REQUIRE(number >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_pool *pool = pm_pool_new();
    size_t len;
    char *text = fuzz_rest(&input, &len);

    check_results(pool, text);
    check_params(pool, text, VALUES_RESULT_PARAMS);
    check_params(pool, text, VALUES_MONITOR_PARAMS);
    check_numbers(text);
    pm_pool_free(pool);
    free(text);
    return 0;
}

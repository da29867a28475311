/*
 * What the configuration says about events: filters and the columns of a row. Input: a line with
 * the list of a filter, a line with a column, then a record.
 */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compose.h"
#include "config.h"
#include "event.h"
#include "filter.h"
#include "fuzz.h"

/* Each list is tried on its own; groups would ask this machine's user database. */
static const char *const rules[] = {"ignore_services", "ignore_users",  "ignore_ttys",
                                    "ignore_networks", "only_services", "only_users",
                                    "only_ttys",       "only_networks"};

static struct pm_config no_rules(void)
{
    struct pm_config config;

    FUZZ_REQUIRE(pm_config_init(&config, NULL) == 0);
    FUZZ_REQUIRE(pm_config_set(&config, "filter", "ignore_services", "none", NULL) == 0);
    return config;
}

/* A rule leaves an event out, or not: always under its own name. */
static void check_rule(const char *rule, const char *list, const struct pm_event *event)
{
    struct pm_config config = no_rules();
    struct pm_error err = {0};
    const char *name;

    FUZZ_REQUIRE(!pm_filter_rule(&config, event));
    if (pm_config_set(&config, "filter", rule, list, &err) == 0 &&
        pm_filter_check(&config, &err) == 0) {
        name = pm_filter_rule(&config, event);
        FUZZ_REQUIRE(!name || strcmp(name, rule) == 0);
    } else {
        FUZZ_REQUIRE(err.code == PM_ERR_CONFIG);
        fuzz_require_one_line(err.message);
    }
    pm_config_clear(&config);
}

static void check_rules(const char *list, const struct pm_event *event)
{
    size_t i;

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        check_rule(rules[i], list, event);
}

static void require_values(const struct pm_columns *columns, const struct pm_event *event)
{
    static const struct pm_happening happenings[] = {
        {PM_JOURNAL_EVENT, 1, "0123456789abcdef0123456789abcdef"},
        {PM_JOURNAL_FAILURES, 4000000000u, ""},
        {PM_JOURNAL_DROPPED, 2, ""}};
    struct pm_result result;
    size_t i, k;

    for (k = 0; k < sizeof(happenings) / sizeof(happenings[0]); k++) {
        FUZZ_REQUIRE(pm_compose(columns, event, &happenings[k], &result) == 0);
        FUZZ_REQUIRE(result.count <= columns->count);
        for (i = 0; i < result.count; i++) {
            FUZZ_REQUIRE(result.values[i].name && result.values[i].value[0] != '\0');
            fuzz_require_one_line(result.values[i].value);
        }
        pm_result_clear(&result);
    }
}

static void check_column(const char *column, const struct pm_event *event)
{
    struct pm_config config = no_rules();
    struct pm_columns columns;
    struct pm_error err = {0};

    if (pm_config_set(&config, "result", "name", column, &err) == 0 &&
        pm_columns_read(&config, &columns, &err) == 0) {
        FUZZ_REQUIRE(columns.count == 1 && columns.params[0].display_name);
        require_values(&columns, event);
        pm_columns_clear(&columns);
    } else {
        FUZZ_REQUIRE(err.code == PM_ERR_CONFIG);
        fuzz_require_one_line(err.message);
    }
    pm_config_clear(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_event event;
    const char *reason;
    size_t len;
    char *list = fuzz_line(&input, &len);
    char *column = fuzz_line(&input, &len);
    char *record = fuzz_rest(&input, &len);

    if (pm_event_decode(record, len, &event, &reason) < 0)
        pm_event_init(&event);
    check_rules(list, &event);
    check_column(column, &event);
    free(list);
    free(column);
    free(record);
    return 0;
}

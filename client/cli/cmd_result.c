/* paidmonitor result add|list: what monitors measured. */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "json.h"
#include "pool.h"
#include "rows.h"
#include "values.h"

#define JSON_MAX (64u << 20u) /* an answer of 1 MiB, written out in full */
/* ---- add ---- */

static int print_added(const struct cli *cli, int64_t id, int64_t checktime_ms)
{
    struct pm_buf buf;

    if (!cli->is_json)
        return CLI_OK;
    pm_buf_init(&buf, PM_ERROR_TEXT_SIZE);
    json_open(&buf, '{');
    json_text_member(&buf, "status", "ok");
    json_int_member(&buf, "monitorId", id);
    json_int_member(&buf, "checktime", checktime_ms);
    json_close(&buf, '}');
    return json_print(&buf);
}

static int take_checktime(const struct cli *cli, int64_t *ret_ms)
{
    const char *text = cli_get(cli, "checktime");

    *ret_ms = pm_clock_wall_ms();
    if (text && values_read_int(text, 0, VALUES_TIME_MAX, ret_ms) < 0)
        return cli_usage(cli, "--checktime takes milliseconds since 1970, not '%s'", text);
    return 0;
}

static int take_results(const struct cli *cli, struct pm_pool *pool, struct values_results *results)
{
    const char *text = cli_get(cli, "results"), *bad;

    if (!text)
        return cli_usage(cli, "--results is missing");
    if (values_read_results(pool, text, results, &bad) == 0)
        return 0;
    return bad ? cli_usage(cli, "--results: '%.*s' is not name:value", (int)strcspn(bad, ";"), bad)
               : cli_error(cli, CLI_SYSTEM, "out of memory");
}

static int add(struct cli *cli, struct pm_pool *pool)
{
    struct values_results results;
    struct pm_error err;
    int64_t id, checktime_ms;
    int r = take_results(cli, pool, &results);

    if (r == 0)
        r = take_checktime(cli, &checktime_ms);
    if (r == 0)
        r = cli_connect(cli, true);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (pm_result_add(cli->client, id, checktime_ms, results.items, results.count, &err) < 0)
        return cli_fail(cli, &err);
    return print_added(cli, id, checktime_ms);
}

static int run_add(struct cli *cli)
{
    struct pm_pool *pool = pm_pool_new();
    int r = pool ? add(cli, pool) : cli_error(cli, CLI_SYSTEM, "out of memory");

    pm_pool_free(pool);
    return r;
}

/* ---- list ---- */

/* Today is today in the timezone asked for. */
static void set_today(struct pm_day *day)
{
    time_t now = (time_t)(pm_clock_wall_ms() / 1000) + day->timezone_min * 60;
    struct tm date;

    if (!gmtime_r(&now, &date))
        return; /* only beyond the year 2^31 */
    day->year = date.tm_year + 1900;
    day->month = date.tm_mon + 1;
    day->day = date.tm_mday;
}

static int take_day(const struct cli *cli, struct pm_day *day)
{
    const char *date = cli_get(cli, "day"), *timezone_text = cli_get(cli, "timezone");

    *day = (struct pm_day){.year = 1970, .month = 1, .day = 1};
    if (timezone_text && values_read_timezone(timezone_text, &day->timezone_min) < 0)
        return cli_usage(cli, "--timezone takes +HH:MM, -HH:MM or minutes, not '%s'",
                         timezone_text);
    set_today(day);
    if (date && values_read_day(date, day) < 0)
        return cli_usage(cli, "--day takes a date such as 2011-06-01, not '%s'", date);
    return 0;
}

static int run_list(struct cli *cli)
{
    struct pm_row_list list;
    struct pm_error err;
    struct pm_day day;
    int64_t id;
    int r = take_day(cli, &day);

    if (r == 0)
        r = cli_connect(cli, false);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (pm_result_list(cli->client, id, &day, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = rows_print(cli, &list, "No results on that day.");
    pm_row_list_clear(&list);
    return r;
}

/* ---- the table ---- */

#define OPTION_TAG                                       \
    {                                                    \
        .name = "tag", .letter = 'm', .argument = "TAG", \
        .help = "of the monitor; only one may have it"   \
    }
#define OPTION_ID                                                               \
    {                                                                           \
        .name = "id", .letter = 'i', .argument = "ID", .help = "of the monitor" \
    }

static const struct cli_option add_options[] = {
    OPTION_TAG,
    OPTION_ID,
    {.name = "checktime",
     .letter = 't',
     .argument = "MS",
     .help = "milliseconds since 1970 (default: now)"},
    {.name = "results", .letter = 'r', .argument = "LIST", .help = "name:value;name:value;…"},
    {.letter = 0},
};

const struct cli_command cmd_result_add = {
    .name = "result add",
    .summary = "Send a result to a monitor",
    .details =
        "Values of one monitor and checktime are merged into one row. %XX in a value stands\n"
        "for a byte (%3B for a semicolon, %25 for a percent sign); semicolons inside\n"
        "balanced brackets do not separate.",
    .options = add_options,
    .run = run_add,
};

static const struct cli_option list_options[] = {
    OPTION_TAG,
    OPTION_ID,
    {.name = "day",
     .letter = 'd',
     .argument = "DATE",
     .help = "such as 2011-06-01 (default: today)"},
    {.name = "timezone",
     .letter = 'z',
     .argument = "ZONE",
     .help = "whose day: +HH:MM, -HH:MM, minutes (default: GMT)"},
    {.letter = 0},
};

const struct cli_command cmd_result_list = {
    .name = "result list",
    .summary = "List the results of one day",
    .options = list_options,
    .run = run_list,
};

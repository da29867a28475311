/* paidmonitor report: the results of a span of time, as they are or aggregated. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "rows.h"
#include "values.h"

#define DAY_MS INT64_C(86400000)

/* One end of the span: milliseconds, or a day that begins in the timezone asked for. */
static int take_time(const struct cli *cli, const char *option, int64_t standard, int timezone_min,
                     int64_t *ret_ms)
{
    const char *text = cli_get(cli, option);

    *ret_ms = standard;
    if (!text || values_read_int(text, 0, VALUES_TIME_MAX, ret_ms) == 0)
        return 0;
    if (values_read_time(text, timezone_min, ret_ms) == 0)
        return 0;
    return cli_usage(cli,
                     "--%s takes a date such as 2011-06-01 or milliseconds since 1970, not "
                     "'%s'",
                     option, text);
}

/* `5min`, `1hour`, … */
static int take_interval(const struct cli *cli, struct pm_report *report)
{
    static const char *const units[] = {"min", "hour", "day", "month"};
    const char *text = cli_get(cli, "every");
    int64_t count = 0;
    size_t digits, i;

    if (!text)
        return 0;
    for (digits = 0; digits < 6 && text[digits] >= '0' && text[digits] <= '9'; digits++)
        count = 10 * count + (text[digits] - '0');
    for (i = 0; count > 0 && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text + digits, units[i]) != 0)
            continue;
        report->interval = (int)count;
        report->unit = units[i];
        return 0;
    }
    return cli_usage(cli, "--every takes 5min, 1hour, 1day or 1month, not '%s'", text);
}

static int take_report(const struct cli *cli, struct pm_report *report)
{
    const char *zone = cli_get(cli, "timezone");
    int64_t now = pm_clock_wall_ms();
    int r;

    if (zone && values_read_timezone(zone, &report->timezone_min) < 0)
        return cli_usage(cli, "--timezone takes +HH:MM, -HH:MM or minutes, not '%s'", zone);
    r = take_time(cli, "to", now + 1, report->timezone_min, &report->to_ms);
    if (r == 0)
        r = take_time(cli, "from", report->to_ms > DAY_MS ? report->to_ms - DAY_MS : 0,
                      report->timezone_min, &report->from_ms);
    if (r == 0)
        r = take_interval(cli, report);
    if (r == 0 && report->interval > 0 && cli_get(cli, "additional"))
        r = cli_usage(cli, "additional results cannot be aggregated");
    return r;
}

static int fetch(struct cli *cli, int64_t id, const struct pm_report *report,
                 struct pm_row_list *list, struct pm_error *err)
{
    return cli_get(cli, "additional") ? pm_additional_report(cli->client, id, report, list, err)
                                      : pm_report(cli->client, id, report, list, err);
}

static int run(struct cli *cli)
{
    struct pm_report report = {.interval = 0};
    struct pm_row_list list;
    struct pm_error err;
    int64_t id;
    int r = take_report(cli, &report);

    if (r == 0)
        r = cli_connect(cli, false);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (fetch(cli, id, &report, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = rows_print(cli, &list, "No results in that time.");
    pm_row_list_clear(&list);
    return r;
}

static const struct cli_option options[] = {
    {.name = "tag",
     .letter = 'm',
     .argument = "TAG",
     .help = "of the monitor; only one may have it"},
    {.name = "id", .letter = 'i', .argument = "ID", .help = "of the monitor"},
    {.name = "from",
     .argument = "TIME",
     .help = "date or milliseconds (default: a day before --to)"},
    {.name = "to", .argument = "TIME", .help = "likewise, exclusive (default: now)"},
    {.name = "every", .argument = "SPAN", .help = "one row for 5min, 1hour, 1day, 1month, …"},
    {.name = "timezone", .letter = 'z', .argument = "ZONE", .help = "+HH:MM, -HH:MM, minutes"},
    {.name = "additional", .help = "the additional results instead"},
    {.letter = 0},
};

const struct cli_command cmd_report = {
    .name = "report",
    .summary = "List the results of a span of time, as they are or aggregated",
    .details = "With --every each row stands for a span; how a parameter is aggregated was said\n"
               "when the monitor was created (numbers are averaged otherwise, of others the last\n"
               "value counts).",
    .options = options,
    .run = run,
};

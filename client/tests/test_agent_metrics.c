/* metrics: the text that node_exporter reads. */
#include "suite.h"

#include <string.h>

#include "metrics.h"

START_TEST(test_metrics_tell_each_figure_once)
{
    const struct pm_journal_counts counts = {
        .waiting = 3, .done = 7, .set_aside = 1, .bad = 2, .unsent = 5, .oldest_ms = 1000};
    struct pm_deliver_stats stats = {.last_done_ms = 1763830000123};
    struct pm_buf text;

    stats.verdicts[PM_VERDICT_DONE] = 9;
    pm_buf_init(&text, 8192);
    pm_metrics_format(&counts, &stats, 61007, &text);
    ck_assert(!text.failed);
    ck_assert_ptr_nonnull(strstr(text.data, "paidmonitor_agent_events{state=\"waiting\"} 3\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "paidmonitor_agent_events{state=\"unsent\"} 5\n"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "paidmonitor_agent_attempts_total{outcome=\"done\"} 9\n"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "\npaidmonitor_agent_oldest_waiting_seconds 60.007000\n"));
    ck_assert_ptr_nonnull(strstr(
        text.data, "\npaidmonitor_agent_last_delivery_timestamp_seconds 1763830000.123000\n"));
    ck_assert_int_eq(text.data[text.len - 1], '\n');
    pm_buf_clear(&text);
}
END_TEST

START_TEST(test_metrics_of_an_agent_that_has_done_nothing)
{
    const struct pm_journal_counts counts = {.oldest_ms = -1};
    const struct pm_deliver_stats stats = {.last_done_ms = -1};
    struct pm_buf text;

    pm_buf_init(&text, 8192);
    pm_metrics_format(&counts, &stats, 1000, &text);
    ck_assert_ptr_nonnull(
        strstr(text.data, "\npaidmonitor_agent_oldest_waiting_seconds 0.000000\n"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "\npaidmonitor_agent_last_delivery_timestamp_seconds 0.000000\n"));
    pm_buf_clear(&text);
}
END_TEST

START_TEST(test_metrics_say_when_they_cannot_be_written)
{
    const struct pm_journal_counts counts = {.oldest_ms = -1};
    const struct pm_deliver_stats stats = {.last_done_ms = -1};

    ck_assert_int_eq(pm_metrics_write("/nonexistent/x.prom", &counts, &stats, 0), -1);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_metrics_tell_each_figure_once),
    TEST(test_metrics_of_an_agent_that_has_done_nothing),
    TEST(test_metrics_say_when_they_cannot_be_written),
};

TEST_MAIN("agent_metrics", cases)

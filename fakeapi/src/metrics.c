#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "control.h"
#include "doctor_queue.h"
#include "expect.h"
#include "faults.h"
#include "metrics_process.h"
#include "prom.h"
#include "routes.h"

#define NAME(suffix) "paidmonitor_fakeapi_" suffix
#define ACTIONS_MAX  63
#define STATUSES_MAX 31 /* faults may send any; those seen later are counted as `other` */

struct fa_metrics {
    /* by action, the last being none; by verdict; by status, the last being any other */
    int64_t requests[ACTIONS_MAX + 1][FA_VERDICT_MAX][STATUSES_MAX + 1];
    unsigned int statuses[STATUSES_MAX];
    size_t status_count;
    struct pm_prom_histogram durations;
    struct pm_prom_histogram commits;
    int64_t failed_commits;
    int64_t spoiled; /* requests that met a fault */
    struct {
        int64_t count;
        int64_t sum_us;
    } doctor[FA_DOCTOR_PLACE_MAX];
};

struct fa_metrics *fa_metrics_new(void)
{
    return calloc(1, sizeof(struct fa_metrics));
}

void fa_metrics_free(struct fa_metrics *metrics)
{
    free(metrics);
}

/* Counting */

static size_t place_of_action(const struct fa_route *route)
{
    size_t count;
    size_t place = route ? (size_t)(route - fa_routes(&count)) : ACTIONS_MAX;

    return place < ACTIONS_MAX ? place : ACTIONS_MAX;
}

static size_t place_of_status(struct fa_metrics *metrics, unsigned int status)
{
    size_t i = 0;

    while (i < metrics->status_count && metrics->statuses[i] != status)
        i++;
    if (i == metrics->status_count && i < STATUSES_MAX)
        metrics->statuses[metrics->status_count++] = status;
    return i;
}

void fa_metrics_request(struct fa_metrics *metrics, const struct fa_route *route,
                        enum fa_verdict verdict, unsigned int status, int64_t duration_us,
                        bool is_spoiled)
{
    size_t place = place_of_status(metrics, status);

    metrics->requests[place_of_action(route)][verdict][place]++;
    metrics->spoiled += is_spoiled;
    pm_prom_observe(&metrics->durations, duration_us);
}

int64_t fa_metrics_total(const struct fa_metrics *metrics, enum fa_verdict verdict)
{
    int64_t total = 0;
    size_t action;
    size_t status;

    for (action = 0; action <= ACTIONS_MAX; action++)
        for (status = 0; status <= STATUSES_MAX; status++)
            total += metrics->requests[action][verdict][status];
    return total;
}

void fa_metrics_commit(struct fa_metrics *metrics, int64_t duration_us, bool has_failed)
{
    metrics->failed_commits += has_failed;
    if (!has_failed)
        pm_prom_observe(&metrics->commits, duration_us);
}

void fa_metrics_doctor(struct fa_metrics *metrics, enum fa_doctor_place place, int64_t duration_us)
{
    metrics->doctor[place].count++;
    metrics->doctor[place].sum_us += duration_us;
}

/* The page */

static void add_one(struct pm_buf *to, const char *name, const char *type, const char *help,
                    int64_t value)
{
    pm_prom_family(to, name, type, help);
    pm_prom_integer(to, name, value, NULL);
}

static void add_action(struct pm_buf *to, const struct fa_metrics *metrics, size_t place,
                       const char *action)
{
    size_t verdict;
    size_t i;

    for (verdict = 0; verdict < FA_VERDICT_MAX; verdict++)
        for (i = 0; i <= metrics->status_count; i++) {
            int64_t count = metrics->requests[place][verdict][i];
            char status[16] = "other";

            if (count == 0)
                continue;
            if (i < metrics->status_count)
                snprintf(status, sizeof(status), "%u", metrics->statuses[i]);
            pm_prom_integer(to, NAME("requests_total"), count, "action", action, "verdict",
                            fa_verdict_text((enum fa_verdict)verdict), "status", status, NULL);
        }
}

static void add_requests(struct pm_buf *to, const struct fa_metrics *metrics)
{
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    size_t i;

    pm_prom_family(to, NAME("requests_total"), "counter",
                   "Requests answered, by action, verdict and HTTP status; action \"none\" is what "
                   "named no action of the API.");
    for (i = 0; i < count && i < ACTIONS_MAX; i++)
        add_action(to, metrics, i, routes[i].action);
    add_action(to, metrics, ACTIONS_MAX, "none");
    pm_prom_histogram(to, NAME("request_duration_seconds"),
                      "From the complete request to its answer, without waiting for the commit.",
                      &metrics->durations);
}

static void add_store(struct pm_buf *to, const struct fa_app *app)
{
    int64_t row, bytes;

    pm_prom_histogram(to, NAME("commit_duration_seconds"),
                      "Making durable what was written in one turn of the loop.",
                      &app->metrics->commits);
    add_one(to, NAME("commits_failed_total"), "counter",
            "Commits that failed; their requests were refused.", app->metrics->failed_commits);
    if (fa_store_last_row_id(app->store, &row) == 0)
        add_one(to, NAME("store_newest_row"), "gauge",
                "The id of the newest row of results; ids count up.", row);
    if (fa_store_size(app->store, &bytes) == 0)
        add_one(to, NAME("store_bytes"), "gauge", "Size of the database.", bytes);
    add_one(to, NAME("accounts"), "gauge", "Accounts.", (int64_t)fa_accounts_count(app->accounts));
}

static void add_doctor(struct pm_buf *to, const struct fa_app *app)
{
    static const char *const places[FA_DOCTOR_PLACE_MAX] = {
        [FA_DOCTOR_SHORTLY] = "shortly",
        [FA_DOCTOR_PATIENTLY] = "patiently",
        [FA_DOCTOR_REFUSED] = "refused",
    };
    size_t i;

    pm_prom_family(to, NAME("doctor_examinations_total"), "counter",
                   "Wrong checksums examined: shortly on the loop, patiently off it, or not "
                   "patiently because too many waited for that.");
    for (i = 0; i < FA_DOCTOR_PLACE_MAX; i++)
        pm_prom_integer(to, NAME("doctor_examinations_total"), app->metrics->doctor[i].count,
                        "search", places[i], NULL);
    pm_prom_family(to, NAME("doctor_seconds_total"), "counter",
                   "Time that wrong checksums were examined for, with the waiting for it.");
    for (i = 0; i < FA_DOCTOR_REFUSED; i++)
        pm_prom_seconds(to, NAME("doctor_seconds_total"), app->metrics->doctor[i].sum_us, "search",
                        places[i], NULL);
    if (app->doctor)
        add_one(to, NAME("doctor_waiting"), "gauge",
                "Wrong checksums that wait for the patient search.",
                (int64_t)fa_doctor_queue_count(app->doctor));
}

static void add_journal(struct pm_buf *to, const struct fa_journal *journal)
{
    int64_t newest = fa_journal_newest(journal);

    add_one(to, NAME("journal_requests_total"), "counter", "Requests written into the journal.",
            newest);
    add_one(to, NAME("journal_requests"), "gauge", "Requests that the journal remembers.",
            newest - fa_journal_oldest(journal) + 1);
}

static void add_harness(struct pm_buf *to, const struct fa_app *app)
{
    add_one(to, NAME("faults"), "gauge", "Rules of faults, switched on or off.",
            (int64_t)fa_faults_count(app->faults, NULL));
    add_one(to, NAME("faulted_requests_total"), "counter", "Requests that met a fault.",
            app->metrics->spoiled);
    add_one(to, NAME("expectations"), "gauge", "Expectations declared.",
            (int64_t)fa_expects_count(app->expects, FA_JOURNAL_ALL));
}

static void add_http(struct pm_buf *to, const struct fa_http_request *request)
{
    struct fa_http_counts counts;

    fa_http_counts(request, &counts);
    add_one(to, NAME("connections_total"), "counter", "Connections taken.", counts.accepted);
    add_one(to, NAME("connections"), "gauge", "Connections that are open.",
            (int64_t)counts.connections);
    add_one(to, NAME("connections_limit"), "gauge", "Connections that may be open.",
            (int64_t)counts.connections_max);
    add_one(to, NAME("streams"), "gauge", "Live streams that are read, such as open dashboards.",
            (int64_t)counts.streams);
}

void fa_metrics_handle(void *context, const struct fa_http_request *request,
                       struct fa_http_reply *reply)
{
    const struct fa_metrics_page *page = context;
    struct fa_app *app = page->app;
    bool is_reading = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    bool is_page = strcmp(request->path, FA_METRICS_PATH) == 0;

    if (!is_page || !is_reading) {
        reply->status = is_page ? 405 : 404;
        fa_app_fail(app, request, reply);
        return;
    }
    if (!fa_control_admits(page->control, request, reply))
        return;
    reply->content_type = PM_PROM_CONTENT_TYPE;
    pm_prom_family(&reply->body, NAME("build_info"), "gauge", "Always 1; the version is a label.");
    pm_prom_integer(&reply->body, NAME("build_info"), 1, "version", PM_VERSION, NULL);
    add_requests(&reply->body, app->metrics);
    add_store(&reply->body, app);
    add_doctor(&reply->body, app);
    add_journal(&reply->body, app->journal);
    add_harness(&reply->body, app);
    add_http(&reply->body, request);
    fa_metrics_process(&reply->body);
}

/* Connecting, sending and receiving; see db_postgresql.h. */
#include "db_postgresql.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define ANSWER_MS  40000 /* a database that is silent for so long counts as gone */
#define CONNECT_S  "5"
#define RETRY_MS   100
#define SERVER_MIN 150000

#define OID_BIGINT 20 /* catalog/pg_type.dat */
#define OID_TEXT   25
#define OID_JSON   114

/* Failures */

int fa_pg_fail(struct fa_pg *pg, const char *why)
{
    snprintf(pg->base.message, sizeof(pg->base.message), "%s", why);
    fa_db_tidy(pg->where, pg->base.message);
    return -1;
}

/* What a person may do about a class of errors. */
static const char *hint_of(const char *state)
{
    static const struct {
        const char *state; /* or how it begins */
        const char *hint;
    } hints[] = {
        {"40", "another server wrote the same; send the request again"},
        {"53100", "make room on the database's disk"},
        {"53", "the database is short of something"},
        {"55P03", "another server holds it; send the request again"},
        {"25006", "the database takes no writes"},
        {"42501", "grant this user what is missing"},
    };
    size_t i;

    for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (strncmp(state, hints[i].state, strlen(hints[i].state)) == 0)
            return hints[i].hint;
    return NULL;
}

int fa_pg_fail_by(struct fa_pg *pg, const PGresult *result)
{
    const char *primary = pg->pq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = pg->pq->PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *hint = state ? hint_of(state) : NULL;
    char why[512];

    snprintf(why, sizeof(why), "%s%s%s%s%s", primary ? primary : "the connection broke",
             state ? ", SQLSTATE " : "", state ? state : "", hint ? "; " : "", hint ? hint : "");
    return fa_pg_fail(pg, why);
}

void fa_pg_forget_late(struct fa_pg *pg)
{
    pg->before = pg->late = (struct fa_pg_late_list){0};
    fa_arena_clear(&pg->arena);
}

/* The next attempt waits longer than this one took: meanwhile the loop is for others. */
static void put_off(struct fa_pg *pg, int64_t began_ms)
{
    int64_t now_ms = pm_clock_mono_ms();
    int64_t pause_ms = 2 * (now_ms - began_ms);

    pg->retry_at_ms = now_ms + (pause_ms > RETRY_MS ? pause_ms : RETRY_MS);
}

void fa_pg_tell_connected(const struct fa_pg *pg, int fd)
{
    if (pg->link.connected)
        pg->link.connected(pg->link.context, fd);
}

/* The connection is of no more use. The transaction, if there was one, is gone with it. */
int fa_pg_lose(struct fa_pg *pg, const char *why)
{
    char text[512];

    snprintf(text, sizeof(text), "the connection to the database broke: %s", why);
    (void)fa_pg_fail(pg, text);
    fa_pg_tell_connected(pg, -1);
    pg->pq->PQfinish(pg->connection);
    pg->connection = NULL;
    pg->pending_count = 0;
    pg->is_doomed = pg->is_open;
    pg->is_news_missed = true;
    memset(pg->is_prepared, 0, pg->base.sql_count * sizeof(*pg->is_prepared));
    fa_pg_forget_late(pg);
    return -1;
}

int fa_pg_lose_by_error(struct fa_pg *pg)
{
    return fa_pg_lose(pg, pg->pq->PQerrorMessage(pg->connection));
}

/* Connecting */

/* Run without the pipeline, while nothing is pending. The caller clears the result. */
PGresult *fa_pg_run_plain(struct fa_pg *pg, const char *sql)
{
    PGresult *result;

    if (!pg->pq->PQexitPipelineMode(pg->connection))
        return NULL;
    result = pg->pq->PQexec(pg->connection, sql);
    if (pg->pq->PQenterPipelineMode(pg->connection))
        return result;
    pg->pq->PQclear(result);
    return NULL;
}

int fa_pg_execute_plain(struct fa_pg *pg, const char *sql)
{
    PGresult *result = fa_pg_run_plain(pg, sql);
    ExecStatusType status = pg->pq->PQresultStatus(result);
    int r = 0;

    if (!result || pg->pq->PQstatus(pg->connection) != CONNECTION_OK)
        r = fa_pg_lose_by_error(pg);
    else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        r = fa_pg_fail_by(pg, result);
    pg->pq->PQclear(result);
    return r;
}

/* The address may override all but the encoding. Nobody waits for ever: not for a lock, nor for a
 * server that stopped in the middle of a transaction. */
static PGconn *connect_to(const struct fa_pg *pg)
{
    static const char options[] = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s";
    const char *const names[] = {"fallback_application_name",
                                 "connect_timeout",
                                 "tcp_user_timeout",
                                 "options",
                                 "dbname",
                                 "client_encoding",
                                 NULL};
    const char *const values[] = {
        "paidmonitor-fakeapi", CONNECT_S, "10000", options, pg->where, "UTF8", NULL};

    return pg->pq->PQconnectdbParams(names, values, 1);
}

/* What else it has to say, it says in its log, or by an error. */
static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static int check_connection(struct fa_pg *pg)
{
    if (pg->pq->PQstatus(pg->connection) != CONNECTION_OK)
        return fa_pg_fail(pg, pg->pq->PQerrorMessage(pg->connection));
    if (pg->pq->PQserverVersion(pg->connection) < SERVER_MIN)
        return fa_pg_fail(pg, "the database is older than PostgreSQL 15");
    (void)pg->pq->PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    if (pg->pq->PQsetnonblocking(pg->connection, 1) != 0 ||
        !pg->pq->PQenterPipelineMode(pg->connection))
        return fa_pg_fail(pg, pg->pq->PQerrorMessage(pg->connection));
    return pg->link.connected ? fa_pg_execute_plain(pg, "LISTEN " FA_PG_CHANNEL) : 0;
}

static int reconnect(struct fa_pg *pg)
{
    int64_t began_ms = pm_clock_mono_ms();

    if (began_ms < pg->retry_at_ms)
        return -1; /* the message still says why */
    pg->connection = connect_to(pg);
    if (!pg->connection)
        return fa_pg_fail(pg, "out of memory");
    if (check_connection(pg) < 0) {
        pg->pq->PQfinish(pg->connection);
        pg->connection = NULL;
        put_off(pg, began_ms);
        return -1;
    }
    fa_pg_tell_connected(pg, pg->pq->PQsocket(pg->connection));
    return 0;
}

/* Has the database closed it, while nobody asked? */
static bool is_closed(const struct fa_pg *pg)
{
    struct pollfd poller = {.fd = pg->pq->PQsocket(pg->connection), .events = POLLRDHUP};

    return poll(&poller, 1, 0) > 0;
}

int fa_pg_connect(struct fa_pg *pg)
{
    if (pg->connection && is_closed(pg))
        (void)fa_pg_lose(pg, "the database has closed it");
    return pg->connection ? 0 : reconnect(pg);
}

/* The pipeline: sending */

static int note_pending(struct fa_pg *pg, enum fa_pg_kind kind, size_t which)
{
    if (pg->pending_count == pg->pending_size) {
        size_t size = pg->pending_size * 2 + 64;
        struct fa_pg_pending *pending = realloc(pg->pending, size * sizeof(*pending));

        if (!pending)
            return fa_pg_lose(pg, "out of memory");
        pg->pending = pending;
        pg->pending_size = size;
    }
    pg->pending[pg->pending_count++] = (struct fa_pg_pending){.kind = kind, .which = which};
    return 0;
}

/* After a send function. */
int fa_pg_sent(struct fa_pg *pg, int is_sent, enum fa_pg_kind kind, size_t which)
{
    return is_sent ? note_pending(pg, kind, which) : fa_pg_lose_by_error(pg);
}

int fa_pg_send_text(struct fa_pg *pg, const char *sql, enum fa_pg_kind kind)
{
    return fa_pg_sent(
        pg, pg->pq->PQsendQueryParams(pg->connection, sql, 0, NULL, NULL, NULL, NULL, 0), kind, 0);
}

static void name_of(size_t which, char name[24])
{
    snprintf(name, 24, "s%zu", which);
}

static Oid type_of(char letter)
{
    return letter == 'I' ? OID_BIGINT : letter == 'j' ? OID_JSON : OID_TEXT;
}

static int prepare(struct fa_pg *pg, size_t which)
{
    const struct fa_db_sql *sql = &pg->base.sql[which];
    Oid types[FA_DB_VALUES_MAX];
    struct pm_buf text;
    char name[24];
    int count = 0;
    int r = -1;

    for (; sql->types[count]; count++)
        types[count] = type_of(sql->types[count]);
    name_of(which, name);
    pm_buf_init(&text, FA_PG_SQL_MAX);
    if (fa_db_translate(&fa_db_postgresql, sql->text, &text) == 0)
        r = fa_pg_sent(pg, pg->pq->PQsendPrepare(pg->connection, name, text.data, count, types),
                       FA_PG_PREPARE, which);
    else
        (void)fa_pg_lose(pg, "out of memory");
    pm_buf_clear(&text);
    pg->is_prepared[which] = r == 0;
    return r;
}

int fa_pg_send_statement(struct fa_pg *pg, size_t which, const union fa_db_value *values,
                         enum fa_pg_kind kind)
{
    const char *types = pg->base.sql[which].types;
    const char *texts[FA_DB_VALUES_MAX];
    char numbers[FA_DB_VALUES_MAX][24];
    char name[24];
    int count;

    if (!pg->is_prepared[which] && prepare(pg, which) < 0)
        return -1;
    for (count = 0; types[count]; count++) {
        texts[count] = types[count] == 'I' ? numbers[count] : values[count].text;
        if (types[count] == 'I')
            snprintf(numbers[count], sizeof(numbers[count]), "%" PRId64, values[count].integer);
    }
    name_of(which, name);
    return fa_pg_sent(
        pg, pg->pq->PQsendQueryPrepared(pg->connection, name, count, texts, NULL, NULL, 0), kind,
        which);
}

/* The pipeline: answers */

static int wait_for(struct fa_pg *pg, short events, int64_t until_ms)
{
    struct pollfd poller = {.fd = pg->pq->PQsocket(pg->connection), .events = events};
    int64_t left_ms = until_ms - pm_clock_mono_ms();
    int r = left_ms > 0 ? poll(&poller, 1, (int)left_ms) : 0;

    if (r < 0 && errno != EINTR)
        return fa_pg_lose(pg, strerror(errno));
    return r == 0 ? fa_pg_lose(pg, "it did not answer in time") : 0;
}

/* Have all of it on its way. The database may want to be read before it takes more. */
static int flush(struct fa_pg *pg, int64_t until_ms)
{
    int left;

    while ((left = pg->pq->PQflush(pg->connection)) > 0) {
        if (wait_for(pg, POLLIN | POLLOUT, until_ms) < 0)
            return -1;
        if (!pg->pq->PQconsumeInput(pg->connection))
            return fa_pg_lose_by_error(pg);
    }
    return left < 0 ? fa_pg_lose_by_error(pg) : 0;
}

/* The next answer; NULL in *ret_result between the answers of two statements. */
static int next_answer(struct fa_pg *pg, int64_t until_ms, PGresult **ret_result)
{
    while (pg->pq->PQisBusy(pg->connection)) {
        if (wait_for(pg, POLLIN, until_ms) < 0)
            return -1;
        if (!pg->pq->PQconsumeInput(pg->connection))
            return fa_pg_lose_by_error(pg);
    }
    *ret_result = pg->pq->PQgetResult(pg->connection);
    return 0;
}

static bool is_good(const struct fa_pg *pg, const PGresult *result)
{
    ExecStatusType status = pg->pq->PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* What a bad answer means. Only the first of a series has a reason; the others were not tried. */
static void take_failure(struct fa_pg *pg, const struct fa_pg_pending *pending,
                         const PGresult *result)
{
    if (pg->pq->PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
        (void)fa_pg_fail_by(pg, result);
    if (pending->kind == FA_PG_PREPARE)
        pg->is_prepared[pending->which] = false;
    if (pg->is_open && (pending->kind == FA_PG_DEFERRED || !pg->is_point_sent))
        pg->is_doomed = true;
}

/* The one answer of a statement and the NULL after it. @ret_result: NULL if it was a bad one */
static int take_answer(struct fa_pg *pg, const struct fa_pg_pending *pending, int64_t until_ms,
                       PGresult **ret_result)
{
    PGresult *result;
    PGresult *end = NULL;

    *ret_result = NULL;
    if (next_answer(pg, until_ms, &result) < 0)
        return -1;
    if (!result || next_answer(pg, until_ms, &end) < 0 || end) {
        pg->pq->PQclear(result);
        pg->pq->PQclear(end);
        return pg->connection ? fa_pg_lose(pg, "its answers are out of step") : -1;
    }
    if (is_good(pg, result)) {
        *ret_result = result;
        return 0;
    }
    take_failure(pg, pending, result);
    pg->pq->PQclear(result);
    return pg->pq->PQstatus(pg->connection) == CONNECTION_OK ? 0 : fa_pg_lose_by_error(pg);
}

static int take_sync(struct fa_pg *pg, int64_t until_ms)
{
    PGresult *result;
    bool is_sync;

    if (next_answer(pg, until_ms, &result) < 0)
        return -1;
    is_sync = pg->pq->PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    pg->pq->PQclear(result);
    return is_sync ? 0 : fa_pg_lose(pg, "its answers are out of step");
}

/* What other servers said. */
void fa_pg_collect_news(struct fa_pg *pg)
{
    PGnotify *notice;

    while ((notice = pg->pq->PQnotifies(pg->connection)) != NULL) {
        if (notice->be_pid != pg->pq->PQbackendPID(pg->connection) &&
            pm_buf_add(&pg->news, notice->extra, strlen(notice->extra) + 1) < 0)
            pg->is_news_missed = true;
        pg->pq->PQfreemem(notice);
    }
}

/* News that came with the answers wait until the loop has time. */
static void keep_news(struct fa_pg *pg)
{
    fa_pg_collect_news(pg);
    if ((pg->news.len > 0 || pg->is_news_missed) && pg->link.has_news)
        pg->link.has_news(pg->link.context);
}

/*
 * Wait until all that was sent is answered. Succeeds if the last one did, whose answer is given to
 * the caller, and the transaction has a future.
 */
int fa_pg_settle(struct fa_pg *pg, PGresult **ret_result)
{
    int64_t until_ms = pm_clock_mono_ms() + ANSWER_MS;
    PGresult *result = NULL;
    size_t i;

    if (!pg->pq->PQpipelineSync(pg->connection))
        return fa_pg_lose_by_error(pg);
    if (flush(pg, until_ms) < 0)
        return -1;
    for (i = 0; i < pg->pending_count; i++) {
        pg->pq->PQclear(result);
        if (take_answer(pg, &pg->pending[i], until_ms, &result) < 0)
            return -1; /* nothing is pending any more */
    }
    pg->pending_count = 0;
    if (take_sync(pg, until_ms) == 0) {
        keep_news(pg);
        if (result && !pg->is_doomed) {
            *ret_result = result;
            return 0;
        }
    }
    pg->pq->PQclear(result);
    return -1;
}

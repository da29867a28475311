/* libfakeapi: what arrived. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "expect.h"
#include "reply.h"
#include "server.h"

#define REPORT_MAX (256 * 1024)

struct requests_wish {
    const char *apikey; /* NULL for all */
    int (*visit)(void *context, const struct fa_request *request);
    void *context;
    int64_t forgotten;
    int r;
};

static int show(const struct requests_wish *wish, const struct fa_journal_entry *entry)
{
    const struct fa_request request = {
        .id = entry->id,
        .time_ms = entry->time_ms,
        .verdict = entry->verdict,
        .status = entry->status,
        .method = entry->method,
        .path = entry->path,
        .action = entry->action,
        .apikey = entry->apikey,
        .reason = entry->reason,
        .section = entry->section,
        .diagnosis = entry->mistake,
        .details = entry->diagnosis,
        .fault = entry->fault,
    };

    return wish->visit(wish->context, &request);
}

/* How many are not remembered: of one account, or of all and of those that named none. */
static int64_t count_forgotten(const struct fa_app *app, const struct fa_principal *account)
{
    int64_t count;
    size_t i;

    if (account)
        return fa_journal_count(app->journal, account->account.id).forgotten;
    count = fa_journal_count(app->journal, 0).forgotten;
    for (i = 0; i < fa_accounts_count(app->accounts); i++)
        count +=
            fa_journal_count(app->journal, fa_accounts_at(app->accounts, i)->account.id).forgotten;
    return count;
}

static void show_all(struct fa_server *server, void *context)
{
    struct requests_wish *wish = context;
    const struct fa_app *app = fa_server_app(server);
    const struct fa_principal *account =
        wish->apikey ? fa_accounts_find(app->accounts, wish->apikey) : NULL;
    int64_t id = fa_journal_oldest(app->journal);

    if (wish->apikey && !account) {
        wish->r = -1;
        return;
    }
    wish->forgotten = count_forgotten(app, account);
    for (; wish->r == 0 && id <= fa_journal_newest(app->journal); id++) {
        const struct fa_journal_entry *entry = fa_journal_get(app->journal, id);

        if (entry && (!account || entry->account_id == account->account.id))
            wish->r = show(wish, entry);
    }
}

int fa_server_requests(struct fa_server *server, const char *apikey,
                       int (*visit)(void *context, const struct fa_request *request), void *context)
{
    struct requests_wish wish = {.apikey = apikey, .visit = visit, .context = context};

    fa_server_run(server, show_all, &wish);
    return wish.r;
}

/* Counts */

struct total_wish {
    enum fa_verdict verdict;
    int64_t count;
};

static void read_total(struct fa_server *server, void *context)
{
    struct total_wish *wish = context;

    wish->count = fa_metrics_total(fa_server_app(server)->metrics, wish->verdict);
}

int64_t fa_server_total(struct fa_server *server, enum fa_verdict verdict)
{
    struct total_wish wish = {.verdict = verdict};

    fa_server_run(server, read_total, &wish);
    return wish.count;
}

static void read_forgotten(struct fa_server *server, void *context)
{
    *(int64_t *)context = count_forgotten(fa_server_app(server), NULL);
}

int64_t fa_server_forgotten(struct fa_server *server)
{
    int64_t count = 0;

    fa_server_run(server, read_forgotten, &count);
    return count;
}

/* Nothing left */

struct leftovers {
    char *message;
    size_t size;
    size_t len;
    size_t count;
    int64_t seen; /* refused or failed, spoiled ones too */
};

__attribute__((format(printf, 2, 3))) static void add(struct leftovers *left, const char *format,
                                                      ...)
{
    va_list arguments;
    int len;

    if (left->len >= left->size)
        return;
    va_start(arguments, format);
    len = vsnprintf(left->message + left->len, left->size - left->len, format, arguments);
    va_end(arguments);
    if (len > 0)
        left->len += (size_t)len;
}

static int note(void *context, const struct fa_request *request)
{
    struct leftovers *left = context;

    if (request->verdict == FA_VERDICT_ACCEPTED)
        return 0;
    left->seen++;
    if (request->fault[0])
        return 0;
    left->count++;
    add(left, "request %" PRId64 ", %s, was answered %u: %s", request->id,
        request->action[0] ? request->action : request->path, request->status, request->reason);
    if (request->diagnosis[0])
        add(left, "; %s", request->diagnosis);
    add(left, "\n");
    return 0;
}

/* What is wrong with the expectations of one account. */
static void note_unmet(const struct fa_app *app, const struct fa_account *account,
                       struct leftovers *left)
{
    struct pm_buf json;
    struct pm_buf text;
    struct fa_writer *out;

    if (fa_expects_count(app->expects, account->id) == 0)
        return;
    pm_buf_init(&json, REPORT_MAX);
    pm_buf_init(&text, REPORT_MAX);
    out = fa_writer_new(&json, false);
    if (out)
        fa_write_object(out, "");
    if (!out ||
        fa_expects_verify(app->expects, account->id, NULL, false, out, &text) != FA_ANSWER_YES) {
        left->count++;
        add(left, "%s", text.data ? text.data : "out of memory\n");
    }
    if (out)
        (void)fa_writer_finish(out); /* only the text counts */
    pm_buf_clear(&json);
    pm_buf_clear(&text);
}

struct unmet_wish {
    const char *apikey; /* NULL for all */
    struct leftovers *left;
};

static void note_all_unmet(struct fa_server *server, void *context)
{
    const struct unmet_wish *wish = context;
    const struct fa_app *app = fa_server_app(server);
    size_t i;

    for (i = 0; i < fa_accounts_count(app->accounts); i++) {
        const struct fa_account *account = &fa_accounts_at(app->accounts, i)->account;

        if (!wish->apikey || strcmp(wish->apikey, account->apikey) == 0)
            note_unmet(app, account, wish->left);
    }
}

/* May one that is forgotten have been refused? Of all together the counters know, of one account's
 * nobody does. */
static bool may_hide(struct fa_server *server, const char *apikey, const struct leftovers *left)
{
    return apikey || fa_server_total(server, FA_VERDICT_REFUSED) +
                             fa_server_total(server, FA_VERDICT_FAILED) >
                         left->seen;
}

int fa_server_check_nothing_left(struct fa_server *server, const char *apikey, char *message,
                                 size_t size)
{
    struct leftovers left = {.message = message, .size = size};
    struct requests_wish wish = {.apikey = apikey, .visit = note, .context = &left};
    struct unmet_wish unmet = {.apikey = apikey, .left = &left};

    message[0] = '\0';
    fa_server_run(server, show_all, &wish);
    fa_server_run(server, note_all_unmet, &unmet);
    if (wish.r < 0)
        add(&left, "there is no account \"%s\"\n", apikey);
    if (wish.forgotten > 0 && may_hide(server, apikey, &left)) {
        left.count++;
        add(&left, "%" PRId64 " requests are forgotten: give the journal a larger size\n",
            wish.forgotten);
    }
    return wish.r < 0 || left.count > 0 ? -1 : 0;
}

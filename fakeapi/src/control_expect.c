/* Expectations and waits through the control API. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "control_call.h"
#include "expect.h"
#include "journal.h"
#include "match.h"

#define MESSAGE_MAX  600
#define TEXT_MAX     (1024 * 1024)
#define NAMES_MAX    (128 * 1024)
#define WAIT_MS      10000
#define ACCOUNT_HINT "add account: several share this server"

/* Whose: the one that is named, or the only one there is. NULL after fa_control_fail(). */
static const struct fa_principal *account_of(struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");

    if (account)
        return account;
    if (fa_accounts_count(call->app->accounts) == 1)
        return fa_accounts_at(call->app->accounts, 0);
    fa_control_fail(call, 400, ACCOUNT_HINT, "of which account?");
    return NULL;
}

/* Declaring */

/* The body without what is about all of them. */
static const cJSON *declared(struct fa_control_call *call)
{
    cJSON_DeleteItemFromObjectCaseSensitive(call->body, "account");
    return fa_control_has(call, "expectations") ? fa_control_json(call, "expectations")
                                                : call->body;
}

/* What stands beside a list would be taken for declared, and is not. */
static const char *find_stray(struct fa_control_call *call)
{
    const cJSON *member;

    if (!fa_control_has(call, "expectations"))
        return NULL;
    cJSON_ArrayForEach(member, call->body)
    {
        if (strcmp(member->string, "expectations") != 0 && strcmp(member->string, "in_order") != 0)
            return member->string;
    }
    return NULL;
}

void fa_control_expect(struct fa_control_call *call)
{
    const struct fa_principal *account = account_of(call);
    bool in_order = fa_control_flag(call, "in_order", false);
    const cJSON *json;
    const char *stray;
    struct pm_buf names;
    char message[MESSAGE_MAX];

    if (!account)
        return;
    if (!call->body)
        return fa_control_fail(call, 400, "fakeapi/TESTING.md shows some", "nothing is declared");
    json = declared(call);
    stray = find_stray(call);
    if (stray)
        return fa_control_fail(call, 400, NULL, "\"%s\" belongs into the list", stray);
    pm_buf_init(&names, NAMES_MAX);
    if (fa_expects_declare(call->app->expects, account->account.id, json, in_order, &names, message,
                           sizeof(message)) < 0)
        fa_control_fail(call, 400, "fakeapi/TESTING.md describes expectations", "%s", message);
    else
        fa_write_literal(call->out, "ids", names.data);
    pm_buf_clear(&names);
}

/* Reports */

static void report(struct fa_control_call *call, const char *name, bool nothing_else)
{
    const struct fa_principal *account = account_of(call);
    struct pm_buf text;

    if (!account)
        return;
    pm_buf_init(&text, TEXT_MAX);
    (void)fa_expects_verify(call->app->expects, account->account.id, name, nothing_else, call->out,
                            &text);
    fa_write_text(call->out, "text", text.data ? text.data : "");
    pm_buf_clear(&text);
}

void fa_control_expectations_list(struct fa_control_call *call)
{
    report(call, NULL, false);
}

void fa_control_expectation_show(struct fa_control_call *call)
{
    const struct fa_principal *account = account_of(call);
    const char *name = fa_control_text(call, "id");

    if (!account)
        return;
    if (!fa_expects_has(call->app->expects, account->account.id, name))
        return fa_control_fail(call, 404, "GET /__fake/expectations lists those there are",
                               "there is no expectation \"%.64s\"", name);
    report(call, name, false);
}

/* Whoever counts on what came before a restart must not be told that all is well. */
static bool is_other_instance(const struct fa_control_call *call)
{
    const char *instance = fa_control_text(call, "instance");

    return instance && strcmp(instance, fa_journal_instance(call->app->journal)) != 0;
}

static void write_restarted(const struct fa_journal *journal, struct fa_writer *out)
{
    fa_write_text(out, "answer", fa_answer_text(FA_ANSWER_UNKNOWN));
    fa_write_text(out, "reason", "the server was restarted: what came before is not known");
    fa_write_integer(out, "started_ms", fa_journal_started_ms(journal));
    fa_write_text(out, "instance", fa_journal_instance(journal));
}

void fa_control_verify(struct fa_control_call *call)
{
    if (is_other_instance(call))
        write_restarted(call->app->journal, call->out);
    else
        report(call, NULL, fa_control_flag(call, "nothing_else", false));
}

/* Taking back */

void fa_control_expectation_delete(struct fa_control_call *call)
{
    const struct fa_principal *account = account_of(call);
    const char *name = fa_control_text(call, "id");
    char message[MESSAGE_MAX];

    if (!account)
        return;
    if (!fa_expects_has(call->app->expects, account->account.id, name))
        return fa_control_fail(call, 404, "GET /__fake/expectations lists those there are",
                               "there is no expectation \"%.64s\"", name);
    if (fa_expects_remove(call->app->expects, account->account.id, name, message, sizeof(message)) <
        0)
        return fa_control_fail(call, 409, "take that one back first", "%s", message);
    fa_write_text(call->out, "deleted", name);
}

void fa_control_expectations_delete(struct fa_control_call *call)
{
    const struct fa_principal *account = account_of(call);

    if (account)
        fa_write_integer(call->out, "deleted",
                         (int64_t)fa_expects_forget(call->app->expects, account->account.id));
}

/* Waiting: the answer comes when it is so, when the time is over, or never, to one who has gone */

struct waiting {
    struct fa_http *loop;
    struct fa_wait *wait;
    struct fa_timer *timer;
    struct fa_http_deferred *deferred;
    int64_t began_ms;
    bool is_done;
};

static void write_answer(const struct waiting *waiting, struct fa_writer *out)
{
    struct pm_buf text;

    pm_buf_init(&text, TEXT_MAX);
    fa_wait_report(waiting->wait, out, &text);
    fa_write_text(out, "text", text.data ? text.data : "");
    fa_write_integer(out, "waited_ms", pm_clock_mono_ms() - waiting->began_ms);
    pm_buf_clear(&text);
}

static void end(struct waiting *waiting)
{
    fa_http_timer_cancel(waiting->loop, waiting->timer);
    fa_wait_end(waiting->wait);
    free(waiting);
}

static void answer_later(struct waiting *waiting)
{
    struct fa_http_reply reply;
    struct fa_writer *out;

    fa_http_reply_init(&reply);
    reply.content_type = FA_CONTENT_JSON;
    (void)fa_http_reply_header(&reply, "Cache-Control", "no-store");
    out = fa_writer_new(&reply.body, false);
    if (out) {
        fa_write_object(out, "");
        write_answer(waiting, out);
        fa_write_end(out);
    }
    if (!out || fa_writer_finish(out) < 0)
        reply.status = 500;
    fa_http_answer(waiting->deferred, &reply);
    end(waiting);
}

/* See fa_wait_start(). */
static void is_so(void *context, struct fa_wait *wait)
{
    struct waiting *waiting = context;

    (void)wait;
    waiting->is_done = true;
    if (waiting->deferred)
        answer_later(waiting);
}

static void is_late(void *context)
{
    struct waiting *waiting = context;

    waiting->timer = NULL; /* it is gone */
    answer_later(waiting);
}

/* See fa_http_defer(). */
static void is_gone(void *context)
{
    end(context);
}

/* Several ways to say the same: members of their own are short for those of a matcher. */
static struct fa_match *read_match(struct fa_control_call *call)
{
    static const char *const texts[] = {"action", "verdict"};
    const cJSON *given = fa_control_json(call, "match");
    cJSON *json = given ? cJSON_Duplicate(given, true) : cJSON_CreateObject();
    struct fa_match *match = NULL;
    char message[MESSAGE_MAX] = "out of memory";
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (fa_control_has(call, texts[i]))
            cJSON_AddStringToObject(json, texts[i], fa_control_text(call, texts[i]));
    if (fa_control_has(call, "monitor"))
        cJSON_AddNumberToObject(json, "monitor", (double)fa_control_number(call, "monitor", 0));
    if (fa_match_new(json, &match, message, sizeof(message)) < 0)
        fa_control_fail(call, 400, "fakeapi/TESTING.md describes matchers", "%s", message);
    cJSON_Delete(json);
    return match;
}

/* -1: all since the account was cleared. Errors: -2 after fa_control_fail() */
static int64_t read_since(struct fa_control_call *call)
{
    const struct fa_journal *journal = call->app->journal;
    const char *text = fa_control_text(call, "since");
    char *rest;
    long long id;

    if (!text)
        return -1;
    if (strcmp(text, "now") == 0)
        return fa_journal_newest(journal);
    id = strtoll(text, &rest, 10);
    if (rest == text || *rest || id < 0) {
        fa_control_fail(call, 400, NULL, "\"since\" must be \"now\" or the id of a request");
        return -2;
    }
    if (id > fa_journal_newest(journal)) {
        fa_control_fail(call, 409, "the server was restarted",
                        "there was no request %lld since this server was started", id);
        return -2;
    }
    return id;
}

static void defer(struct fa_control_call *call, struct waiting *waiting)
{
    waiting->timer = fa_http_timer_start(call->loop, fa_control_number(call, "within", WAIT_MS),
                                         is_late, waiting);
    if (waiting->timer)
        waiting->deferred = fa_http_defer(call->http, call->reply, is_gone, waiting);
    if (waiting->deferred) {
        fa_control_raw(call, FA_CONTENT_JSON);
        return;
    }
    fa_control_fail(call, 500, NULL, "out of memory");
    end(waiting);
}

static void start(struct fa_control_call *call, int64_t account_id, struct fa_match *match,
                  int64_t since_id)
{
    struct waiting *waiting = calloc(1, sizeof(*waiting));

    if (!waiting) {
        fa_match_free(match);
        return fa_control_fail(call, 500, NULL, "out of memory");
    }
    waiting->loop = call->loop;
    waiting->began_ms = pm_clock_mono_ms();
    waiting->wait = fa_wait_start(call->app->expects, account_id, match,
                                  fa_control_number(call, "at_least", 1), since_id, is_so, waiting);
    if (!waiting->wait) {
        free(waiting);
        return fa_control_fail(call, 500, NULL, "out of memory");
    }
    if (!waiting->is_done && fa_control_number(call, "within", WAIT_MS) > 0)
        return defer(call, waiting);
    write_answer(waiting, call->out);
    end(waiting);
}

void fa_control_wait(struct fa_control_call *call)
{
    const struct fa_principal *account = account_of(call);
    int64_t since_id = account ? read_since(call) : -2;
    struct fa_match *match;

    if (since_id == -2)
        return;
    if (is_other_instance(call))
        return write_restarted(call->app->journal, call->out);
    match = read_match(call);
    if (match)
        start(call, account->account.id, match, since_id);
}

/* The journal through the control API: listed, shown, followed, cleared. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control_call.h"
#include "expect.h"
#include "journal.h"
#include "journal_show.h"
#include "journal_stream.h"
#include "match.h"

#define LIMIT        100
#define MESSAGE_MAX  512
#define DOCUMENT_MAX (64 * 1024 * 1024)

/* What of the journal is asked for. */
struct wish {
    struct fa_match *match;
    int64_t account_id;
    int64_t after_id;
    int64_t before_id;
    int64_t limit;
    bool oldest_first;
};

static bool has(const struct fa_control_call *call, const char *name)
{
    size_t i;

    for (i = 0; i < call->route->param_count; i++)
        if (strcmp(call->route->params[i].name, name) == 0)
            return fa_control_has(call, name);
    return false;
}

/* The filters are a matcher, written down in the words of the query. */
static cJSON *filter_json(const struct fa_control_call *call)
{
    static const char *const texts[] = {"action", "verdict", "path", "method"};
    cJSON *json = cJSON_CreateObject();
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (has(call, texts[i]))
            cJSON_AddStringToObject(json, texts[i], fa_control_text(call, texts[i]));
    if (has(call, "monitor"))
        cJSON_AddNumberToObject(json, "monitor", (double)fa_control_number(call, "monitor", 0));
    if (has(call, "status"))
        cJSON_AddNumberToObject(json, "status", (double)fa_control_number(call, "status", 0));
    if (has(call, "reason"))
        cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "reason"), "contains",
                                fa_control_text(call, "reason"));
    if (has(call, "since") || has(call, "until")) {
        cJSON *time = cJSON_AddObjectToObject(json, "time");

        if (has(call, "since"))
            cJSON_AddNumberToObject(time, "from", (double)fa_control_number(call, "since", 0));
        if (has(call, "until"))
            cJSON_AddNumberToObject(time, "to", (double)fa_control_number(call, "until", 0));
    }
    return json;
}

/* Errors: -1 after fa_control_fail() */
static int read_wish(struct fa_control_call *call, struct wish *wish)
{
    const struct fa_principal *account =
        has(call, "account") ? fa_control_account(call, "account") : NULL;
    const cJSON *match = has(call, "match") ? fa_control_json(call, "match") : NULL;
    cJSON *filter = match ? NULL : filter_json(call);
    char message[MESSAGE_MAX] = "out of memory";
    int r;

    *wish = (struct wish){
        .account_id = account ? account->account.id : FA_JOURNAL_ALL,
        .after_id = has(call, "after") ? fa_control_number(call, "after", 0) : 0,
        .before_id = has(call, "before") ? fa_control_number(call, "before", 0) : INT64_MAX,
        .limit = has(call, "limit") ? fa_control_number(call, "limit", LIMIT) : LIMIT,
        .oldest_first = has(call, "order") && strcmp(fa_control_text(call, "order"), "oldest") == 0,
    };
    r = fa_match_new(match ? match : filter, &wish->match, message, sizeof(message));
    cJSON_Delete(filter);
    if (r < 0)
        fa_control_fail(call, 400, "fakeapi/TESTING.md describes matchers", "%s", message);
    return r;
}

static bool is_wanted(const struct wish *wish, const struct fa_journal_entry *entry)
{
    return entry && (wish->account_id == FA_JOURNAL_ALL || entry->account_id == wish->account_id) &&
           fa_match_kept(wish->match, entry) == FA_MATCH_YES;
}

/* Call @take for what is wanted until it says that it has enough. */
static void each_wanted(const struct fa_journal *journal, const struct wish *wish,
                        bool (*take)(void *context, const struct fa_journal_entry *entry),
                        void *context)
{
    int64_t first = fa_journal_oldest(journal);
    int64_t last = fa_journal_newest(journal);
    int64_t step = wish->oldest_first ? 1 : -1;
    int64_t id;

    if (wish->after_id >= first)
        first = wish->after_id + 1;
    if (wish->before_id <= last)
        last = wish->before_id - 1;
    for (id = wish->oldest_first ? first : last; id >= first && id <= last; id += step)
        if (is_wanted(wish, fa_journal_get(journal, id)) &&
            !take(context, fa_journal_get(journal, id)))
            return;
}

/* As JSON */

struct listing {
    struct fa_control_call *call;
    int64_t left;
    int64_t last_id;
    bool has_more;
};

static bool list_one(void *context, const struct fa_journal_entry *entry)
{
    struct listing *listing = context;

    if (listing->left-- == 0) {
        listing->has_more = true;
        return false;
    }
    fa_write_object(listing->call->out, "");
    fa_journal_show(entry, false, listing->call->out);
    fa_write_end(listing->call->out);
    listing->last_id = entry->id;
    return true;
}

static void write_list(struct fa_control_call *call, const struct wish *wish)
{
    const struct fa_journal *journal = call->app->journal;
    struct listing listing = {.call = call, .left = wish->limit};

    fa_write_list(call->out, "requests");
    each_wanted(journal, wish, list_one, &listing);
    fa_write_end(call->out);
    fa_write_integer(call->out, "oldest", fa_journal_oldest(journal));
    fa_write_integer(call->out, "newest", fa_journal_newest(journal));
    if (listing.has_more)
        fa_write_integer(call->out, wish->oldest_first ? "after" : "before", listing.last_id);
    if (wish->account_id != FA_JOURNAL_ALL) {
        struct fa_journal_counts counts = fa_journal_count(journal, wish->account_id);

        fa_write_integer(call->out, "total", counts.total);
        fa_write_integer(call->out, "forgotten", counts.forgotten);
    }
    fa_write_text(call->out, "instance", fa_journal_instance(journal));
}

/* As commands, or as known answers */

struct printing {
    struct pm_buf text;
    int64_t left;
    size_t count;
    int (*print)(struct printing *printing, const struct fa_journal_entry *entry);
};

static int print_curl(struct printing *printing, const struct fa_journal_entry *entry)
{
    return fa_journal_curl(entry, &printing->text);
}

static int print_vector(struct printing *printing, const struct fa_journal_entry *entry)
{
    size_t before = printing->text.len;
    int r;

    if (printing->count > 0)
        (void)pm_buf_addc(&printing->text, ',');
    r = fa_journal_vector(entry, printing->count + 1, &printing->text);
    if (r < 0)
        printing->text.len = before; /* without the comma */
    return r;
}

/* Of a list, what cannot be printed is left out. */
static bool print_one(void *context, const struct fa_journal_entry *entry)
{
    struct printing *printing = context;

    if (printing->left == 0)
        return false;
    if (printing->print(printing, entry) == 0) {
        printing->count++;
        printing->left--;
    }
    return !printing->text.failed;
}

static void finish_printing(struct fa_control_call *call, struct printing *printing)
{
    struct pm_buf *body = &call->reply->body;
    bool is_vectors = printing->print == print_vector;

    fa_control_raw(call, is_vectors ? FA_CONTENT_JSON : "text/plain;charset=UTF-8");
    pm_buf_clear(body);
    if (is_vectors)
        (void)fa_journal_vectors_begin(printing->count, body);
    if (printing->text.len > 0)
        (void)pm_buf_add(body, printing->text.data, printing->text.len);
    if (is_vectors)
        (void)fa_journal_vectors_end(body);
    if (printing->text.failed || body->failed)
        fa_control_fail(call, 500, "ask for less at a time", "the answer is too large");
}

static bool asks_for(const struct fa_control_call *call, const char *form)
{
    return has(call, "as") && strcmp(fa_control_text(call, "as"), form) == 0;
}

static bool is_printed(const struct fa_control_call *call, struct printing *printing)
{
    *printing = (struct printing){.print = asks_for(call, "vector") ? print_vector : print_curl};
    pm_buf_init(&printing->text, DOCUMENT_MAX);
    return asks_for(call, "vector") || asks_for(call, "curl");
}

/* Kept in the store */

struct kept_listing {
    struct fa_control_call *call;
    struct printing *printing; /* NULL: as JSON */
    int64_t count;
    int64_t last_id;
};

static void list_kept(struct fa_writer *out, const struct fa_kept *kept)
{
    struct pm_buf item;

    pm_buf_init(&item, DOCUMENT_MAX);
    if (pm_buf_addf(&item, "{\"kept\":%" PRId64 ",%s", kept->id, kept->data + 1) == 0)
        fa_write_literal(out, "", item.data);
    pm_buf_clear(&item);
}

/* What cannot be printed was kept without that form, and is left out. */
static void print_kept(struct printing *printing, const struct fa_kept *kept)
{
    cJSON *entry = cJSON_Parse(kept->data);
    const char *curl = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "curl"));
    cJSON *vector = cJSON_GetObjectItemCaseSensitive(entry, "vector");
    char *text = NULL;

    if (printing->print == print_curl && curl) {
        (void)pm_buf_adds(&printing->text, curl);
    } else if (printing->print == print_vector && vector) {
        cJSON_SetNumberValue(cJSON_GetObjectItemCaseSensitive(vector, "id"),
                             (double)++printing->count);
        text = cJSON_PrintUnformatted(vector);
        (void)pm_buf_addf(&printing->text, "%s%s", printing->count > 1 ? "," : "",
                          text ? text : "{}");
    }
    cJSON_free(text);
    cJSON_Delete(entry);
}

/* See fa_store_journal(). */
static int take_kept(void *context, const struct fa_kept *kept)
{
    struct kept_listing *listing = context;

    if (listing->printing)
        print_kept(listing->printing, kept);
    else
        list_kept(listing->call->out, kept);
    listing->count++;
    listing->last_id = kept->id;
    return 0;
}

static const char *text_or_empty(const struct fa_control_call *call, const char *name)
{
    return fa_control_has(call, name) ? fa_control_text(call, name) : "";
}

static struct fa_kept_filter kept_filter(const struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");

    return (struct fa_kept_filter){
        .account_id = account ? account->account.id : FA_JOURNAL_ALL,
        .after_id = fa_control_number(call, "after", 0),
        .before_id = fa_control_number(call, "before", INT64_MAX),
        .verdict = text_or_empty(call, "verdict"),
        .action = text_or_empty(call, "action"),
        .monitor_id = fa_control_number(call, "monitor", 0),
        .status = fa_control_number(call, "status", 0),
        .from_ms = fa_control_number(call, "since", 0),
        .to_ms = fa_control_number(call, "until", INT64_MAX),
        .limit = fa_control_number(call, "limit", LIMIT),
        .oldest_first = strcmp(text_or_empty(call, "order"), "oldest") == 0,
    };
}

static void write_kept(struct fa_control_call *call, struct printing *printing)
{
    const struct fa_kept_filter filter = kept_filter(call);
    struct kept_listing listing = {.call = call, .printing = printing};

    if (!printing)
        fa_write_list(call->out, "requests");
    if (fa_store_journal(call->app->store, &filter, take_kept, &listing) < 0)
        return fa_control_fail_store(call);
    if (printing)
        return finish_printing(call, printing);
    fa_write_end(call->out);
    if (listing.count == filter.limit)
        fa_write_integer(call->out, filter.oldest_first ? "after" : "before", listing.last_id);
}

/* The store looks at no more than its columns. */
static void answer_kept(struct fa_control_call *call)
{
    struct printing printing;
    bool prints = is_printed(call, &printing);

    if (!call->app->keeps_journal)
        fa_control_fail(call, 409, "serve --journal-store does", "this server keeps none");
    else if (fa_control_has(call, "path") || fa_control_has(call, "method") ||
             fa_control_has(call, "reason"))
        fa_control_fail(call, 400, "leave path, method and reason out",
                        "what is kept is not filtered that way");
    else
        write_kept(call, prints ? &printing : NULL);
    pm_buf_clear(&printing.text);
}

void fa_control_journal_list(struct fa_control_call *call)
{
    struct wish wish;
    struct printing printing;

    if (has(call, "kept") && fa_control_flag(call, "kept", false))
        return answer_kept(call);
    if (read_wish(call, &wish) < 0)
        return;
    if (is_printed(call, &printing)) {
        printing.left = wish.limit;
        each_wanted(call->app->journal, &wish, print_one, &printing);
        finish_printing(call, &printing);
    } else {
        write_list(call, &wish);
    }
    pm_buf_clear(&printing.text);
    fa_match_free(wish.match);
}

/* One */

static void fail_print(struct fa_control_call *call, int r)
{
    if (r == FA_SHOW_NOT_KEPT)
        fa_control_fail(call, 409, "the journal keeps 16 KiB of a body",
                        "not all of this request was kept");
    else if (r == FA_SHOW_NO_CHECKSUM)
        fa_control_fail(call, 409, "?as=curl prints any request",
                        "no checksum of this request was verified");
    else
        fa_control_fail(call, 500, NULL, "out of memory");
}

static void fail_absent(struct fa_control_call *call, int64_t id)
{
    const struct fa_journal *journal = call->app->journal;

    if (id > fa_journal_newest(journal))
        fa_control_fail(call, 404, NULL, "there was no request %lld since this server was started",
                        (long long)id);
    else
        fa_control_fail(call, 404, "serve --journal N remembers more",
                        "request %lld is forgotten or cleared", (long long)id);
}

void fa_control_journal_show(struct fa_control_call *call)
{
    int64_t id = fa_control_number(call, "id", 0);
    const struct fa_journal_entry *entry = fa_journal_get(call->app->journal, id);
    struct printing printing;
    int r;

    if (!entry)
        return fail_absent(call, id);
    if (!is_printed(call, &printing))
        return fa_journal_show(entry, true, call->out);
    r = printing.print(&printing, entry);
    printing.count = 1;
    if (r < 0)
        fail_print(call, r);
    else
        finish_printing(call, &printing);
    pm_buf_clear(&printing.text);
}

/* Followed */

/* A reader that comes back says what it has seen. */
static int64_t begin_of(const struct fa_control_call *call)
{
    const char *last = fa_http_header(call->http, "Last-Event-ID");
    long long id = last ? strtoll(last, NULL, 10) : -1;

    if (id >= 0 && id <= fa_journal_newest(call->app->journal))
        return id;
    return has(call, "after") ? fa_control_number(call, "after", 0)
                              : fa_journal_settled(call->app->journal);
}

void fa_control_journal_stream(struct fa_control_call *call)
{
    struct wish wish;

    if (read_wish(call, &wish) < 0)
        return;
    fa_control_raw(call, "text/event-stream");
    pm_buf_clear(&call->reply->body);
    if (fa_journal_follow(call->app->streams, wish.account_id, wish.match, begin_of(call),
                          call->http, call->reply) < 0)
        fa_control_fail(call, 500, NULL, "out of memory");
}

/* Cleared */

void fa_control_journal_clear(struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");
    int64_t id = account ? account->account.id : FA_JOURNAL_ALL;

    if (fa_store_journal_clear(call->app->store, id) < 0)
        return fa_control_fail_store(call);
    fa_write_integer(call->out, "cleared", fa_journal_clear(call->app->journal, id));
    fa_expects_clear(call->app->expects, id);
}

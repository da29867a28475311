#include "record.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app.h"
#include "clock.h"
#include "expect.h"
#include "journal_keep.h"
#include "log_request.h"
#include "percent.h"
#include "routes.h"

#define ARENA_MAX (4 * 1024 * 1024) /* the parameters of a request that no handler saw */

/* Who is known to call: its secret keys alone are looked for, else everybody's. */
struct owner {
    const struct fa_accounts *accounts;
    const struct fa_principal *caller;
    const struct fa_principal *account;
};

/* Would showing it show a secret key? */
static bool betrays(const struct owner *owner, const char *bytes, size_t len)
{
    if (!owner->caller || !owner->account)
        return fa_accounts_are_betrayed(owner->accounts, bytes, len);
    return fa_principal_is_betrayed(owner->caller, bytes, len) ||
           (owner->account != owner->caller &&
            fa_principal_is_betrayed(owner->account, bytes, len));
}

static const char *masked(const struct owner *owner, const char *text)
{
    return text && betrays(owner, text, strlen(text)) ? FA_JOURNAL_MASK : text;
}

static bool is_secret(const struct owner *owner, const struct fa_param *param,
                      enum fa_mask_kind *ret_kind)
{
    static const struct {
        const char *name;
        size_t len;
        enum fa_mask_kind kind;
    } secrets[] = {{"secretkey", sizeof("secretkey") - 1, FA_MASK_SECRETKEY},
                   {"password", sizeof("password") - 1, FA_MASK_PASSWORD},
                   {"authToken", sizeof("authToken") - 1, FA_MASK_TOKEN}};
    size_t i;

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        *ret_kind = secrets[i].kind;
        if (param->name_len == secrets[i].len && fa_param_is(param, secrets[i].name))
            return true;
    }
    *ret_kind = FA_MASK_SECRETKEY;
    return betrays(owner, param->value, param->value_len);
}

static struct fa_journal_bytes all_of(const char *at, size_t len)
{
    return (struct fa_journal_bytes){.at = at, .len = (uint32_t)len, .whole = (uint32_t)len};
}

/* Masks: ranges of the query or the body, in the order in which they stand there */

struct range {
    const char *at;
    size_t len;
    enum fa_mask_kind kind;
};

struct masking {
    struct range ranges[FA_JOURNAL_MASKS_MAX];
    size_t count;
    bool has_too_many;
    struct fa_mask masks[FA_JOURNAL_MASKS_MAX];
    uint8_t mask_count;
};

static void add_range(struct masking *masking, const char *at, size_t len, enum fa_mask_kind kind)
{
    if (masking->count == FA_JOURNAL_MASKS_MAX)
        masking->has_too_many = true;
    else
        masking->ranges[masking->count++] = (struct range){.at = at, .len = len, .kind = kind};
}

static void find_secrets(struct masking *masking, const struct owner *owner,
                         const struct fa_params *params)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];
        enum fa_mask_kind kind;

        if (betrays(owner, param->name, param->name_len))
            add_range(masking, param->raw_name, param->raw_name_len, FA_MASK_SECRETKEY);
        if (is_secret(owner, param, &kind))
            add_range(masking, param->raw_value, param->raw_value_len, kind);
    }
}

static bool is_inside(const struct range *range, const char *bytes, size_t len)
{
    return range->at >= bytes && range->at + range->len <= bytes + len;
}

/* Copy bytes with the ranges that lie in them replaced. */
static struct fa_journal_bytes mask_bytes(struct masking *masking, struct fa_arena *arena,
                                          const char *bytes, size_t len, bool is_body)
{
    const char *at = bytes;
    size_t used = 0;
    size_t i;
    char *copy = fa_arena_alloc(arena, len + masking->count * strlen(FA_JOURNAL_MASK) + 1);

    if (!copy || masking->has_too_many)
        return (struct fa_journal_bytes){.at = "", .whole = (uint32_t)len};
    for (i = 0; i < masking->count; i++) {
        const struct range *range = &masking->ranges[i];

        if (!is_inside(range, bytes, len))
            continue;
        memcpy(copy + used, at, (size_t)(range->at - at));
        used += (size_t)(range->at - at);
        masking->masks[masking->mask_count++] = (struct fa_mask){
            .at = (uint32_t)used, .kind = (uint8_t)range->kind, .is_in_body = is_body};
        memcpy(copy + used, FA_JOURNAL_MASK, strlen(FA_JOURNAL_MASK));
        used += strlen(FA_JOURNAL_MASK);
        at = range->at + range->len;
    }
    memcpy(copy + used, at, (size_t)(bytes + len - at));
    return all_of(copy, used + (size_t)(bytes + len - at));
}

/*
 * What cannot be read as parameters cannot be searched for secrets either: it is not kept.
 *
 * @read: the parameters, if the request came so far; else none
 */
static void keep_sent(struct fa_journal_entry *entry, struct masking *masking,
                      const struct owner *owner, struct fa_arena *arena,
                      const struct fa_http_request *http, const struct fa_params *read)
{
    struct fa_params params = *read;

    if (params.count == 0)
        masking->has_too_many = fa_params_parse(arena, http->query, http->query_len, http->body,
                                                http->body_len, &params) < 0;
    find_secrets(masking, owner, &params);
    if (masking->count == 0 && !masking->has_too_many) {
        entry->query = all_of(http->query, http->query_len);
        entry->body = all_of(http->body, http->body_len);
        return;
    }
    entry->query = mask_bytes(masking, arena, http->query, http->query_len, false);
    entry->body = mask_bytes(masking, arena, http->body, http->body_len, true);
    entry->masks = masking->masks;
    entry->mask_count = masking->mask_count;
}

static void add_encoded(struct pm_buf *buf, const char *bytes, size_t len, bool hides)
{
    char text[512];

    if (hides) {
        (void)pm_buf_adds(buf, FA_JOURNAL_MASK);
        return;
    }
    while (len > 0 && !buf->failed) {
        size_t done = pm_percent_encode(bytes, len, "", text, sizeof(text));

        (void)pm_buf_adds(buf, text);
        bytes += done;
        len -= done;
    }
}

/* The parameters of a public key's bundle, as a query would send them. */
static struct fa_journal_bytes keep_added(const struct fa_call *call, const struct owner *owner,
                                          struct pm_buf *buf)
{
    size_t added = (size_t)call->steps.numbers[FA_STEP_PUBLIC_KEY];
    struct fa_journal_bytes kept;
    size_t i;

    for (i = call->params.count - added; i < call->params.count; i++) {
        const struct fa_param *param = &call->params.items[i];
        enum fa_mask_kind kind;

        if (buf->len > 0)
            (void)pm_buf_addc(buf, '&');
        add_encoded(buf, param->name, param->name_len,
                    betrays(owner, param->name, param->name_len));
        (void)pm_buf_addc(buf, '=');
        add_encoded(buf, param->value, param->value_len, is_secret(owner, param, &kind));
    }
    kept = all_of(buf->data ? buf->data : "", buf->len);
    kept.whole += buf->failed; /* there was more */
    return kept;
}

/* The head, in fixed memory: what no longer fits is only counted */

struct head {
    const struct owner *owner;
    char bytes[FA_JOURNAL_HEAD_MAX];
    size_t len;
    size_t whole;
};

static void head_add(struct head *head, const char *bytes, size_t len)
{
    head->whole += len;
    if (head->whole != head->len + len || len > sizeof(head->bytes) - head->len)
        return;
    memcpy(head->bytes + head->len, bytes, len);
    head->len += len;
}

static bool hides_field(const struct head *head, const char *name, const char *value, size_t len)
{
    static const char *const secrets[] = {"Authorization", "Proxy-Authorization", "Cookie"};
    size_t i;

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (strcasecmp(name, secrets[i]) == 0)
            return true;
    return betrays(head->owner, value, len);
}

static void keep_field(void *context, const char *name, size_t name_len, const char *value,
                       size_t value_len)
{
    struct head *head = context;

    if (hides_field(head, name, value, value_len)) {
        value = FA_JOURNAL_MASK;
        value_len = strlen(FA_JOURNAL_MASK);
    }
    head_add(head, name, name_len);
    head_add(head, ": ", 2);
    head_add(head, value, value_len);
    head_add(head, "\r\n", 2);
}

static struct fa_journal_bytes keep_head(struct head *head, const struct fa_http_request *http)
{
    fa_http_each_field(http, keep_field, head);
    return (struct fa_journal_bytes){
        .at = head->bytes, .len = (uint32_t)head->len, .whole = (uint32_t)head->whole};
}

/* The reply */

/* Its header fields are kept as `name NUL value NUL`. */
static struct fa_journal_bytes keep_reply_head(const struct fa_http_reply *reply,
                                               struct pm_buf *buf)
{
    const char *at = reply->headers.data;
    const char *end = at ? at + reply->headers.len : NULL;

    while (at < end) {
        const char *value = at + strlen(at) + 1;

        (void)pm_buf_addf(buf, "%s: %s\r\n", at, value);
        at = value + strlen(value) + 1;
    }
    return all_of(buf->data ? buf->data : "", buf->len);
}

static struct fa_journal_bytes keep_reply_body(const struct fa_call *call,
                                               const struct owner *owner,
                                               const struct fa_http_reply *reply)
{
    const struct pm_buf *body = &reply->body;

    if (body->len > 0 && (call->answers_secret || betrays(owner, body->data, body->len)))
        return (struct fa_journal_bytes){
            .at = FA_JOURNAL_MASK, .len = strlen(FA_JOURNAL_MASK), .whole = (uint32_t)body->len};
    return all_of(body->data ? body->data : "", body->len);
}

/* Entries */

/* What a fault made of it afterwards does not count. */
static enum fa_verdict verdict_of(unsigned int status)
{
    if (status == 0)
        return FA_VERDICT_FAILED;
    if (status < 400)
        return FA_VERDICT_ACCEPTED;
    return status < 500 || status == 505 ? FA_VERDICT_REFUSED : FA_VERDICT_FAILED;
}

static void add_entry(struct fa_app *app, const struct fa_route *route,
                      const struct fa_params *params, const struct fa_journal_entry *entry,
                      struct fa_http_reply *reply)
{
    const struct fa_journal_entry *kept;

    fa_metrics_request(app->metrics, route, entry->verdict, entry->status, entry->duration_us,
                       entry->fault && entry->fault[0]);
    reply->tag = fa_journal_add(app->journal, entry);
    kept = fa_journal_get(app->journal, reply->tag);
    fa_journal_keep(app, kept);
    fa_expects_note(app->expects, kept, params);
    fa_log_request(app, kept);
}

static const char *shown_param(const struct fa_call *call, const struct owner *owner,
                               const char *name)
{
    const struct fa_param *param = fa_params_find(&call->params, name);

    if (!param || !fa_is_text(param->value, param->value_len))
        return "";
    return betrays(owner, param->value, param->value_len) ? FA_JOURNAL_MASK : param->value;
}

void fa_record(struct fa_call *call, enum fa_error error, int64_t began_us,
               struct fa_http_reply *reply)
{
    const struct owner owner = {
        .accounts = call->app->accounts, .caller = call->caller, .account = call->account};
    struct head head = {.owner = &owner};
    struct masking masking = {.count = 0};
    struct pm_buf added;
    struct pm_buf reply_head;
    struct fa_journal_entry entry = {
        .time_ms = call->now_ms,
        .wall_ms = pm_clock_wall_ms(),
        .received_us = call->http->received_us,
        .body_us = began_us - call->http->received_us,
        .committed_us = -1,
        .sent_us = -1,
        .monitor_id = call->monitor_id,
        .account_id = call->account ? call->account->account.id : 0,
        .status = reply->status,
        .verdict = verdict_of(call->status),
        .peer = call->http->peer,
        .method = call->http->method,
        .path = masked(&owner, call->http->path),
        .action = shown_param(call, &owner, "action"),
        .apikey = shown_param(call, &owner, "apikey"),
        .checksum = shown_param(call, &owner, "checksum"),
        .reason = masked(&owner, call->reason),
        .section = error == FA_OK ? "" : fa_error_info(error)->section,
        .is_held = reply->after_commit,
        .deviations = masked(&owner, call->deviations.data),
        .diagnosis = call->diagnosis,
        .mistake = call->diagnosis_line,
        .expected = call->expected_text,
        .signed_as = call->signed_text,
        .fault = call->fault,
        .reply_type = reply->content_type,
        .steps = call->steps,
    };

    pm_buf_init(&added, FA_JOURNAL_QUERY_MAX);
    pm_buf_init(&reply_head, FA_HTTP_HEADERS_MAX);
    fa_steps_end(&entry.steps, error != FA_OK);
    keep_sent(&entry, &masking, &owner, &call->arena, call->http, &call->params);
    entry.added = keep_added(call, &owner, &added);
    entry.head = keep_head(&head, call->http);
    entry.reply_head = keep_reply_head(reply, &reply_head);
    entry.reply_body = keep_reply_body(call, &owner, reply);
    entry.duration_us = pm_clock_mono_us() - began_us;
    add_entry(call->app, call->route, &call->params, &entry, reply);
    pm_buf_clear(&reply_head);
    pm_buf_clear(&added);
}

static enum fa_step failed_step(enum fa_error error)
{
    if (error == FA_E_PATH)
        return FA_STEP_PATH;
    return error == FA_E_METHOD ? FA_STEP_METHOD : FA_STEP_HEAD;
}

static void keep_query(struct fa_journal_entry *entry, struct masking *masking,
                       const struct owner *owner, struct fa_arena *arena,
                       const struct fa_http_request *request)
{
    struct fa_http_request bare = *request; /* its body may not be complete */

    bare.body_len = 0;
    keep_sent(entry, masking, owner, arena, &bare, &(struct fa_params){0});
    entry->body.whole = (uint32_t)request->body_len;
}

void fa_record_failure(struct fa_app *app, const struct fa_http_request *request,
                       enum fa_error error, struct fa_http_reply *reply)
{
    const struct owner owner = {.accounts = app->accounts};
    struct head head = {.owner = &owner};
    struct masking masking = {.count = 0};
    struct fa_arena arena;
    struct fa_journal_entry entry = {
        .time_ms = fa_vclock_now_ms(app->clock, FA_VCLOCK_SERVER),
        .wall_ms = pm_clock_wall_ms(),
        .received_us = request->received_us,
        .committed_us = -1,
        .sent_us = -1,
        .status = reply->status,
        .verdict = verdict_of(reply->status),
        .peer = request->peer,
        .method = request->method,
        .path = masked(&owner, request->path),
        .reason = request->reason ? request->reason : fa_error_info(error)->before,
        .section = fa_error_info(error)->section,
        .reply_type = reply->content_type,
        .reply_body = all_of(reply->body.data ? reply->body.data : "", reply->body.len),
    };

    entry.is_held = reply->after_commit = app->keeps_journal;
    fa_arena_init(&arena, ARENA_MAX);
    fa_steps_enter(&entry.steps, failed_step(error));
    fa_steps_end(&entry.steps, true);
    keep_query(&entry, &masking, &owner, &arena, request);
    entry.head = keep_head(&head, request);
    add_entry(app, NULL, &(struct fa_params){0}, &entry, reply);
    fa_arena_clear(&arena);
}

void fa_record_sent(void *context, int64_t tag)
{
    const struct fa_app *app = context;

    fa_journal_sent(app->journal, tag, pm_clock_mono_us());
}

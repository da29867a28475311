/* The parameters of a control call; see control_call.h. */
#include "control_call.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "json.h"
#include "params.h"
#include "percent.h"

#define INTEGER_MAX (INT64_C(1) << 53) /* beyond it JSON's numbers have holes */

/* Asking for them */

static const struct fa_control_value *value_of(const struct fa_control_call *call, const char *name)
{
    size_t i;

    for (i = 0; i < call->route->param_count; i++)
        if (strcmp(call->route->params[i].name, name) == 0)
            return &call->values[i];
    assert(!"a parameter that the table has");
    abort();
}

static bool is_sent(const struct fa_control_value *value)
{
    return value->text || value->json;
}

bool fa_control_has(const struct fa_control_call *call, const char *name)
{
    return is_sent(value_of(call, name));
}

const char *fa_control_text(const struct fa_control_call *call, const char *name)
{
    return value_of(call, name)->text;
}

const cJSON *fa_control_json(const struct fa_control_call *call, const char *name)
{
    return value_of(call, name)->json;
}

const struct fa_principal *fa_control_account(const struct fa_control_call *call, const char *name)
{
    return value_of(call, name)->account;
}

int64_t fa_control_number(const struct fa_control_call *call, const char *name, int64_t fallback)
{
    const struct fa_control_value *value = value_of(call, name);

    return value->text ? value->number : fallback;
}

double fa_control_real(const struct fa_control_call *call, const char *name, double fallback)
{
    const struct fa_control_value *value = value_of(call, name);

    return value->text ? value->real : fallback;
}

bool fa_control_flag(const struct fa_control_call *call, const char *name, bool fallback)
{
    const struct fa_control_value *value = value_of(call, name);

    return value->text ? value->flag : fallback;
}

/* Refusing */

void fa_control_fail(struct fa_control_call *call, unsigned int status, const char *hint,
                     const char *format, ...)
{
    char text[512];
    va_list arguments;
    struct fa_writer *out;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fa_control_raw(call, FA_CONTENT_JSON);
    call->reply->status = status;
    out = fa_writer_new(&call->reply->body, false);
    if (!out)
        return; /* the status tells */
    fa_write_object(out, "");
    fa_write_text(out, "error", text);
    if (hint)
        fa_write_text(out, "hint", hint);
    (void)fa_writer_finish(out); /* without memory the body stays empty */
}

void fa_control_fail_store(struct fa_control_call *call)
{
    fa_control_fail(call, 500, NULL, "the store failed: %s", fa_store_message(call->app->store));
}

void fa_control_raw(struct fa_control_call *call, const char *content_type)
{
    call->is_raw = true;
    call->reply->content_type = content_type;
    pm_buf_clear(&call->reply->body); /* what `out` has begun */
}

/* Values from text */

static int parse_integer(const char *text, int64_t *ret_number)
{
    char *end;

    if (!isdigit((unsigned char)text[text[0] == '-']))
        return -1;
    errno = 0;
    *ret_number = strtoll(text, &end, 10);
    return errno != 0 || *end != '\0' || *ret_number > INTEGER_MAX || *ret_number < -INTEGER_MAX
               ? -1
               : 0;
}

/* Digits alone are ms. */
static int parse_duration(const char *text, int64_t *ret_ms)
{
    return parse_integer(text, ret_ms) == 0 ? 0 : fa_duration_parse(text, ret_ms);
}

static bool is_among(const char *words, const char *word)
{
    size_t len = strlen(word);

    while (*words) {
        size_t word_len = strcspn(words, " ");

        if (word_len == len && memcmp(words, word, len) == 0)
            return true;
        words += word_len + (words[word_len] == ' ');
    }
    return false;
}

static int parse_real(const char *text, double *ret_real)
{
    char *end;

    if (!isdigit((unsigned char)text[text[0] == '-']))
        return -1;
    *ret_real = strtod(text, &end);
    return *end != '\0' || !isfinite(*ret_real) ? -1 : 0;
}

static int parse_flag(const char *text, bool *ret_flag)
{
    *ret_flag = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *ret_flag || strcmp(text, "false") == 0 || strcmp(text, "0") == 0 ? 0 : -1;
}

/* Reading them */

static const char *wanted_form(const struct fa_control_param *param, char *text, size_t size)
{
    static const char *const forms[FA_CONTROL_TYPE_MAX] = {
        [FA_CONTROL_INTEGER] = "an integer",
        [FA_CONTROL_REAL] = "a number",
        [FA_CONTROL_FLAG] = "true or false",
        [FA_CONTROL_DURATION] = "milliseconds, or text as 250ms, 30s, 1h30m, 7d",
        [FA_CONTROL_TIME] = "ms since 1970 UTC, or text as \"2026-11-27 10:00:00\"",
    };

    if (param->type == FA_CONTROL_WORD)
        (void)snprintf(text, size, "one of: %s", param->words);
    else if (!forms[param->type])
        (void)snprintf(text, size, "text of at most %zu bytes",
                       param->len_max > 0 ? param->len_max : (size_t)FA_CONTROL_TEXT_MAX);
    else if (param->min != 0 || param->max != 0)
        (void)snprintf(text, size, "%s, from %" PRId64 " to %" PRId64, forms[param->type],
                       param->min, param->max);
    else
        (void)snprintf(text, size, "%s", forms[param->type]);
    return text;
}

static int refuse_value(struct fa_control_call *call, const struct fa_control_param *param)
{
    char form[256];

    fa_control_fail(call, 400, param->about, "\"%s\" must be %s", param->name,
                    wanted_form(param, form, sizeof(form)));
    return -1;
}

static bool is_within(const struct fa_control_param *param, double number)
{
    return (param->min == 0 && param->max == 0) ||
           (number >= (double)param->min && number <= (double)param->max);
}

static int take_account(struct fa_control_call *call, struct fa_control_value *value)
{
    if (fa_accounts_look_up(call->app->accounts, value->text) < 0) {
        fa_control_fail_store(call);
        return -1;
    }
    value->account = fa_accounts_find(call->app->accounts, value->text);
    if (value->account)
        return 0;
    fa_control_fail(call, 404, "GET /__fake/accounts lists those there are",
                    "there is no account \"%.64s\"", value->text);
    return -1;
}

/* @text: UTF-8 */
static int take_text(struct fa_control_call *call, const struct fa_control_param *param,
                     const char *text, struct fa_control_value *value)
{
    size_t len_max = param->len_max > 0 ? param->len_max : (size_t)FA_CONTROL_TEXT_MAX;
    int r = 0;

    value->text = text;
    switch (param->type) {
    case FA_CONTROL_INTEGER:
        r = parse_integer(text, &value->number);
        break;
    case FA_CONTROL_DURATION:
        r = parse_duration(text, &value->number);
        break;
    case FA_CONTROL_TIME:
        r = fa_time_parse(text, &value->number);
        break;
    case FA_CONTROL_REAL:
        r = parse_real(text, &value->real);
        break;
    case FA_CONTROL_FLAG:
        r = parse_flag(text, &value->flag);
        break;
    case FA_CONTROL_WORD:
        r = is_among(param->words, text) ? 0 : -1;
        break;
    case FA_CONTROL_ACCOUNT:
        return take_account(call, value);
    case FA_CONTROL_TEXT:
    case FA_CONTROL_JSON:
    case FA_CONTROL_LINES:
    case FA_CONTROL_TYPE_MAX:
        break;
    }
    if (r < 0 || strlen(text) > len_max ||
        !is_within(param, param->type == FA_CONTROL_REAL ? value->real : (double)value->number))
        return refuse_value(call, param);
    return 0;
}

static int no_memory(struct fa_control_call *call)
{
    fa_control_fail(call, 500, NULL, "out of memory");
    return -1;
}

/* A JSON value as the text it would be in a query. NULL if it has none. */
static const char *text_of(struct fa_control_call *call, const cJSON *json)
{
    char text[40];

    if (cJSON_IsString(json))
        return json->valuestring;
    if (cJSON_IsBool(json))
        return cJSON_IsTrue(json) ? "true" : "false";
    if (!cJSON_IsNumber(json))
        return NULL;
    (void)snprintf(text, sizeof(text), "%.17g", json->valuedouble);
    return fa_arena_copy(&call->arena, text, strlen(text));
}

static int take_json(struct fa_control_call *call, const struct fa_control_param *param,
                     const cJSON *json, struct fa_control_value *value)
{
    const char *text;

    if (param->type == FA_CONTROL_JSON) {
        value->json = json;
        return 0;
    }
    if (cJSON_IsNull(json))
        return 0;
    text = text_of(call, json);
    return text ? take_text(call, param, text, value) : refuse_value(call, param);
}

static const struct fa_control_param *find_param(const struct fa_control_route *route,
                                                 enum fa_control_place place, const char *name,
                                                 size_t *ret_index)
{
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        if (route->params[i].place != place || strcmp(route->params[i].name, name) != 0)
            continue;
        *ret_index = i;
        return &route->params[i];
    }
    return NULL;
}

static int refuse_unknown(struct fa_control_call *call, enum fa_control_place place,
                          const char *name)
{
    const struct fa_control_route *route = call->route;
    struct pm_buf known;
    size_t i;

    pm_buf_init(&known, 1024);
    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == place) /* what does not fit is left out */
            (void)pm_buf_addf(&known, "%s%s",
                              known.len > 0 ? ", " : "there are: ", route->params[i].name);
    fa_control_fail(call, 400, known.data ? known.data : "this call takes none",
                    "unknown %s \"%.64s\"", place == FA_IN_QUERY ? "parameter" : "member", name);
    pm_buf_clear(&known);
    return -1;
}

static int read_path(struct fa_control_call *call, const char *const *segments, const size_t *lens)
{
    size_t at = 0;
    size_t i;

    for (i = 0; i < call->route->param_count; i++) {
        const struct fa_control_param *param = &call->route->params[i];
        char *text;
        size_t len;

        if (param->place != FA_IN_PATH)
            continue;
        text = fa_arena_copy(&call->arena, segments[at], lens[at]);
        if (!text)
            return no_memory(call);
        if (pm_percent_decode(text, lens[at], text, &len) < 0 || !fa_is_text(text, len))
            return refuse_value(call, param);
        text[len] = '\0';
        if (take_text(call, param, text, &call->values[i]) < 0)
            return -1;
        at++;
    }
    return 0;
}

static int refuse_twice(struct fa_control_call *call, const char *name)
{
    fa_control_fail(call, 400, NULL, "\"%s\" is there twice", name);
    return -1;
}

static int take_query(struct fa_control_call *call, const struct fa_param *sent)
{
    size_t i;
    const struct fa_control_param *param = find_param(call->route, FA_IN_QUERY, sent->name, &i);

    if (!param || strlen(sent->name) != sent->name_len)
        return refuse_unknown(call, FA_IN_QUERY, sent->name);
    if (is_sent(&call->values[i]))
        return refuse_twice(call, param->name);
    if (!fa_is_text(sent->value, sent->value_len))
        return refuse_value(call, param);
    if (param->type != FA_CONTROL_JSON)
        return take_text(call, param, sent->value, &call->values[i]);
    fa_control_fail(call, 500, NULL, "JSON belongs into the body");
    return -1;
}

static int read_query(struct fa_control_call *call)
{
    const struct fa_http_request *http = call->http;
    struct fa_params params;
    size_t i;
    int r = fa_params_parse(&call->arena, http->query, http->query_len, "", 0, &params);

    if (r == FA_PARAMS_NO_MEMORY)
        return no_memory(call);
    if (r < 0) {
        fa_control_fail(call, 400, NULL, "too many parameters");
        return -1;
    }
    for (i = 0; i < params.count; i++)
        if (take_query(call, &params.items[i]) < 0)
            return -1;
    return 0;
}

static const struct fa_control_param *whole_param(const struct fa_control_route *route,
                                                  size_t *ret_index)
{
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        if (route->params[i].place != FA_IN_WHOLE)
            continue;
        *ret_index = i;
        return &route->params[i];
    }
    return NULL;
}

static int parse_body(struct fa_control_call *call)
{
    const struct fa_http_request *http = call->http;
    const char *end = NULL;

    if (fa_json_has_nul(http->body, http->body_len)) {
        fa_control_fail(call, 400, NULL, "the body has a \\u0000 in it, which no text can have");
        return -1;
    }
    if (fa_is_text(http->body, http->body_len))
        call->body = cJSON_ParseWithLengthOpts(http->body, http->body_len, &end, false);
    while (call->body && end < http->body + http->body_len && isspace((unsigned char)*end))
        end++;
    if (call->body && end == http->body + http->body_len)
        return 0;
    fa_control_fail(call, 400, "it must be one JSON value in UTF-8",
                    "the body is no JSON: byte %td", end ? end - http->body : (ptrdiff_t)0);
    return -1;
}

static int read_members(struct fa_control_call *call)
{
    const cJSON *member;

    if (!cJSON_IsObject(call->body)) {
        fa_control_fail(call, 400, NULL, "the body must be a JSON object");
        return -1;
    }
    cJSON_ArrayForEach(member, call->body)
    {
        size_t i;
        const struct fa_control_param *param =
            find_param(call->route, FA_IN_BODY, member->string, &i);

        if (!param)
            return refuse_unknown(call, FA_IN_BODY, member->string);
        if (is_sent(&call->values[i]))
            return refuse_twice(call, param->name);
        if (take_json(call, param, member, &call->values[i]) < 0)
            return -1;
    }
    return 0;
}

static int read_body(struct fa_control_call *call)
{
    size_t i;
    const struct fa_control_param *whole = whole_param(call->route, &i);

    if (call->http->body_len == 0)
        return 0;
    if (whole && whole->type == FA_CONTROL_LINES) {
        call->values[i].text = call->http->body;
        return 0;
    }
    if (parse_body(call) < 0)
        return -1;
    if (!whole)
        return read_members(call);
    call->values[i].json = call->body;
    return 0;
}

static int check_required(struct fa_control_call *call)
{
    size_t i;

    for (i = 0; i < call->route->param_count; i++) {
        const struct fa_control_param *param = &call->route->params[i];

        if (!param->is_required || is_sent(&call->values[i]))
            continue;
        if (param->place == FA_IN_WHOLE)
            fa_control_fail(call, 400, param->about, "the body is missing");
        else
            fa_control_fail(call, 400, param->about, "\"%s\" is missing in the %s", param->name,
                            param->place == FA_IN_BODY ? "body" : "query");
        return -1;
    }
    return 0;
}

int fa_control_read(struct fa_control_call *call, const char *const *segments, const size_t *lens)
{
    if (call->route->param_count == 0 && call->route->flags & FA_CONTROL_PUBLIC)
        return 0; /* probes add things of their own to defeat caches */
    if (read_path(call, segments, lens) < 0 || read_query(call) < 0 || read_body(call) < 0)
        return -1;
    return check_required(call);
}

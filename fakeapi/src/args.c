/* The parameters of an action, checked and turned into values by the route's table. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app.h"
#include "json.h"
#include "reply.h"
#include "routes.h"
#include "text.h"

#define SECONDS_MAX INT64_C(100000000000) /* smaller times are seconds; PROTOCOL.md §3.0 */

static const struct fa_arg_spec *find_spec(const struct fa_arg_spec *specs, size_t count,
                                           const struct fa_param *param)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (fa_arg_spec_is(&specs[i], param->name, param->name_len))
            return &specs[i];
    return NULL;
}

static const struct fa_arg_spec *find_any_spec(const struct fa_route *route,
                                               const struct fa_param *param)
{
    size_t count;
    const struct fa_arg_spec *specs = fa_common_args(&count);
    const struct fa_arg_spec *spec = find_spec(specs, count, param);

    return spec ? spec : find_spec(route->args, route->arg_count, param);
}

static enum fa_error invalid(struct fa_call *call, const struct fa_arg_spec *spec, const char *why)
{
    return fa_refuse(call, FA_E_INVALID, spec->name, "%s: %s", spec->name, why);
}

/* Checks that concern the parameters as a whole, before any is looked at closely. */

static enum fa_error check_text(struct fa_call *call, const struct fa_arg_spec *spec,
                                const struct fa_param *param)
{
    if (!fa_is_text(param->value, param->value_len))
        return invalid(call, spec, "not UTF-8, or holds a NUL");
    if (param->value_len > FA_VALUE_MAX)
        return invalid(call, spec, "larger than 64 KiB");
    return FA_OK;
}

static bool is_repeated(const struct fa_call *call, size_t at, const struct fa_arg_spec *spec)
{
    size_t i;

    for (i = 0; i < at; i++)
        if (fa_arg_spec_is(spec, call->params.items[i].name, call->params.items[i].name_len))
            return true;
    return false;
}

static enum fa_error check_repeated(struct fa_call *call, const struct fa_arg_spec *spec)
{
    if (spec->type == FA_TYPE_IDS)
        return FA_OK;
    if (call->checks->refuses_duplicates)
        return invalid(call, spec, "given twice");
    fa_deviate(call, "1.2", "%s is given twice; the last one counts", spec->name);
    return FA_OK;
}

static enum fa_error check_unknown(struct fa_call *call, const struct fa_param *param)
{
    if (!call->checks->refuses_unknown)
        fa_deviate(call, "2.3", "%s is no parameter of %s", param->name, call->route->action);
    else
        return fa_refuse(call, FA_E_INVALID, param->name, "\"%s\" is no parameter of %s",
                         param->name, call->route->action);
    return FA_OK;
}

static enum fa_error check_params(struct fa_call *call)
{
    enum fa_error error = FA_OK;
    size_t i;

    for (i = 0; i < call->params.count && error == FA_OK; i++) {
        const struct fa_param *param = &call->params.items[i];
        const struct fa_arg_spec *spec = find_any_spec(call->route, param);

        if (!spec && call->route->is_writing)
            error = check_unknown(call, param);
        if (spec && is_repeated(call, i, spec))
            error = check_repeated(call, spec);
        if (spec && error == FA_OK)
            error = check_text(call, spec, param);
    }
    return error;
}

/* Types */

static size_t char_count(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static int parse_integer(const char *text, int64_t *ret_value)
{
    char *end;

    text += *text == ' '; /* a raw `+` of a query, once decoded: `timezone=+060` */
    if (!isdigit((unsigned char)text[*text == '-' || *text == '+']))
        return -1;
    errno = 0;
    *ret_value = strtoll(text, &end, 10);
    return end == text || *end != '\0' || errno != 0 ? -1 : 0;
}

/* Ids are what the server gave out: digits, without a sign. */
static int parse_id(const char *text, int64_t *ret_id)
{
    if (!isdigit((unsigned char)text[0]) || parse_integer(text, ret_id) < 0)
        return -1;
    return *ret_id > 0 ? 0 : -1;
}

static const char *read_text(struct fa_call *call, struct fa_arg *arg)
{
    (void)call;
    if (arg->spec->len_max > 0 && char_count(arg->text) > arg->spec->len_max)
        return "too long";
    return NULL;
}

/* What names a thing has to come back in XML as well; results are data and may be anything. */
static const char *check_xml(struct fa_call *call, const struct fa_arg *arg, const char *text)
{
    if (!call->route->is_writing || fa_is_xml_text(text))
        return NULL;
    if (call->checks->names_fit_xml)
        return "holds a character that XML cannot carry";
    fa_deviate(call, "1.7", "%s holds a character that XML cannot carry", arg->spec->name);
    return NULL;
}

static const char *read_plain(struct fa_call *call, struct fa_arg *arg)
{
    const char *wrong;

    arg->text = fa_plain_parse(&call->arena, arg->text);
    if (!arg->text)
        return "too large";
    wrong = read_text(call, arg);
    return wrong ? wrong : check_xml(call, arg, arg->text);
}

static const char *read_integer(struct fa_call *call, struct fa_arg *arg)
{
    const struct fa_arg_spec *spec = arg->spec;

    (void)call;
    if (parse_integer(arg->text, &arg->number) < 0)
        return "no integer";
    if ((spec->min != 0 || spec->max != 0) && (arg->number < spec->min || arg->number > spec->max))
        return "out of range";
    return NULL;
}

static const char *read_id(struct fa_call *call, struct fa_arg *arg)
{
    (void)call;
    return parse_id(arg->text, &arg->number) < 0 ? "no positive integer" : NULL;
}

static const char *read_time(struct fa_call *call, struct fa_arg *arg)
{
    (void)call;
    if (parse_integer(arg->text, &arg->number) < 0 || arg->number < 0)
        return "no time in milliseconds";
    if (arg->number < SECONDS_MAX)
        arg->number *= 1000;
    /* The end of the year 9999: what comes later has no date that could be shown. */
    return arg->number > INT64_C(253402300799999) ? "too far in the future" : NULL;
}

static const char *read_boolean(struct fa_call *call, struct fa_arg *arg)
{
    static const char *const words[] = {"false", "0", "true", "1"};
    size_t i;

    (void)call;
    for (i = 0; i < 4; i++) {
        if (strcasecmp(words[i], arg->text) == 0) {
            arg->number = i >= 2;
            return NULL;
        }
    }
    return "neither true nor false";
}

static const char *read_word(struct fa_call *call, struct fa_arg *arg)
{
    const char *word = arg->spec->words;
    size_t len = strlen(arg->text);

    (void)call;
    for (; *word; word += strcspn(word, " "), word += *word == ' ')
        if (strcspn(word, " ") == len && strncasecmp(word, arg->text, len) == 0)
            return NULL;
    return "not one of the words it may be";
}

/* Append the ids of one comma list. */
static const char *read_list(const char *text, int64_t *ids, size_t *count)
{
    char part[24];

    for (;;) {
        size_t len = strcspn(text, ",");

        if (*count == FA_IDS_MAX)
            return "too many ids";
        if (len >= sizeof(part))
            return "no list of ids";
        memcpy(part, text, len);
        part[len] = '\0';
        if (parse_id(part, &ids[*count]) < 0)
            return "no list of ids";
        (*count)++;
        if (text[len] == '\0')
            return NULL;
        text += len + 1;
    }
}

/* The only type whose parameter may be repeated. */
static const char *read_ids(struct fa_call *call, struct fa_arg *arg)
{
    int64_t *ids = fa_arena_alloc(&call->arena, FA_IDS_MAX * sizeof(*ids));
    const char *wrong = ids ? NULL : "too large";
    size_t i;

    for (i = 0; i < call->params.count && !wrong; i++) {
        const struct fa_param *param = &call->params.items[i];

        if (fa_arg_spec_is(arg->spec, param->name, param->name_len))
            wrong = read_list(param->value, ids, &arg->count);
    }
    arg->ids = ids;
    return wrong;
}

static const char *read_items(struct fa_call *call, struct fa_arg *arg,
                              enum fa_structured_form form)
{
    struct fa_item *items;

    if (fa_structured_parse(&call->arena, arg->text, form, &items, &arg->count) < 0)
        return "too many entries";
    arg->items = items;
    return NULL;
}

static bool is_data_type(const char *text)
{
    return strlen(text) == 1 && text[0] >= '1' && text[0] <= '4';
}

static const char *check_definition(const struct fa_item *item)
{
    if (item->field_count < 4)
        return "an entry has fewer than four fields";
    if (item->fields[0][0] == '\0')
        return "an entry has no name";
    if (char_count(item->fields[0]) > FA_NAME_CHARS_MAX)
        return "a name is too long";
    return is_data_type(item->fields[3]) ? NULL : "a data type is not 1, 2, 3 or 4";
}

static const char *read_definitions(struct fa_call *call, struct fa_arg *arg)
{
    const char *wrong = read_items(call, arg, FA_FORM_DEFINITIONS);
    size_t i, k;

    if (wrong)
        return wrong;
    if (arg->count == 0)
        return "no entries";
    if (arg->count > FA_DEFINED_MAX)
        return "more than 100 entries";
    for (i = 0; i < arg->count && !wrong; i++) {
        wrong = check_definition(&arg->items[i]);
        for (k = 0; k < arg->items[i].field_count && !wrong; k++)
            wrong = check_xml(call, arg, arg->items[i].fields[k]);
    }
    return wrong;
}

static const char *read_results(struct fa_call *call, struct fa_arg *arg)
{
    const char *wrong = read_items(call, arg, FA_FORM_RESULTS);
    size_t i;

    if (wrong)
        return wrong;
    if (arg->count == 0)
        return "no entries";
    for (i = 0; i < arg->count; i++)
        if (arg->items[i].field_count < 2 || arg->items[i].fields[0][0] == '\0')
            return "an entry is not name:value";
    return NULL;
}

static const char *read_json(struct fa_call *call, struct fa_arg *arg)
{
    const char *decoded;

    if (fa_json_parse(&call->arena, arg->text, &arg->json) == 0)
        return NULL;
    decoded = fa_udec(&call->arena, arg->text, strlen(arg->text));
    if (!decoded || fa_json_parse(&call->arena, decoded, &arg->json) < 0)
        return "no JSON";
    arg->text = decoded;
    return NULL;
}

/* Each turns arg->text into the members of its type; it returns what is wrong, or NULL. */
static const char *(*const readers[FA_TYPE_MAX])(struct fa_call *call, struct fa_arg *arg) = {
    [FA_TYPE_TEXT] = read_text,
    [FA_TYPE_PLAIN] = read_plain,
    [FA_TYPE_INTEGER] = read_integer,
    [FA_TYPE_BOOLEAN] = read_boolean,
    [FA_TYPE_ID] = read_id,
    [FA_TYPE_IDS] = read_ids,
    [FA_TYPE_TIME] = read_time,
    [FA_TYPE_RESULT_PARAMS] = read_definitions,
    [FA_TYPE_ADDITIONAL_PARAMS] = read_definitions,
    [FA_TYPE_MONITOR_PARAMS] = read_definitions,
    [FA_TYPE_RESULTS] = read_results,
    [FA_TYPE_JSON] = read_json,
    [FA_TYPE_WORD] = read_word,
};

static const struct fa_param *find_param(const struct fa_call *call, const struct fa_arg_spec *spec)
{
    size_t i;

    for (i = call->params.count; i-- > 0;)
        if (fa_arg_spec_is(spec, call->params.items[i].name, call->params.items[i].name_len))
            return &call->params.items[i];
    return NULL;
}

static enum fa_error read_arg(struct fa_call *call, const struct fa_arg_spec *spec,
                              struct fa_arg *arg)
{
    const char *wrong;

    arg->spec = spec;
    arg->param = find_param(call, spec);
    if (arg->param && arg->param->value_len == 0)
        arg->param = NULL; /* empty is as good as absent */
    if (!arg->param && spec->is_required)
        return fa_refuse(call, FA_E_MISSING, spec->name, "%s is missing or empty", spec->name);
    arg->text = arg->param ? arg->param->value : spec->fallback;
    if (!arg->text)
        return FA_OK;
    wrong = readers[spec->type](call, arg);
    return wrong ? invalid(call, spec, wrong) : FA_OK;
}

enum fa_error fa_args_read(struct fa_call *call)
{
    enum fa_error error;
    size_t i;

    fa_steps_enter(&call->steps, FA_STEP_NAMES);
    error = check_params(call);
    if (error != FA_OK)
        return error;
    fa_steps_enter(&call->steps, FA_STEP_VALUES);
    for (i = 0; i < call->route->arg_count && error == FA_OK; i++)
        error = read_arg(call, &call->route->args[i], &call->args[i]);
    return error;
}

/* For handlers */

const struct fa_arg *fa_arg(const struct fa_call *call, const char *name)
{
    static const struct fa_arg none;
    size_t i;

    for (i = 0; i < call->route->arg_count; i++)
        if (strcmp(call->route->args[i].name, name) == 0)
            return &call->args[i];
    return &none;
}

const char *fa_arg_text(const struct fa_call *call, const char *name)
{
    return fa_arg(call, name)->text;
}

int64_t fa_arg_number(const struct fa_call *call, const char *name)
{
    return fa_arg(call, name)->number;
}

bool fa_arg_is_sent(const struct fa_call *call, const char *name)
{
    return fa_arg(call, name)->param != NULL;
}

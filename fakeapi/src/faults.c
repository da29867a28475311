#include "faults.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fault_rule.h"
#include "json.h"
#include "params.h"

struct fa_faults {
    struct fa_fault_rule *first; /* in the order they are asked */
    size_t count;
    size_t early_count;  /* about connections */
    int64_t last_number; /* of the ids made here */
    bool is_tls;
};

struct fa_faults *fa_faults_new(bool is_tls)
{
    struct fa_faults *faults = calloc(1, sizeof(*faults));

    if (faults)
        faults->is_tls = is_tls;
    return faults;
}

static void free_rules(struct fa_fault_rule *rule)
{
    while (rule) {
        struct fa_fault_rule *next = rule->next;

        fa_fault_rule_free(rule);
        rule = next;
    }
}

void fa_faults_free(struct fa_faults *faults)
{
    if (!faults)
        return;
    free_rules(faults->first);
    free(faults);
}

/* Adding */

static bool is_same_account(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Where the pointer to the rule with this id of exactly this account is, or that to the end. */
static struct fa_fault_rule **find(struct fa_faults *faults, const char *account, const char *id)
{
    struct fa_fault_rule **at = &faults->first;

    while (*at && (strcmp((*at)->id, id) != 0 || !is_same_account((*at)->account, account)))
        at = &(*at)->next;
    return at;
}

static void unlink_rule(struct fa_faults *faults, struct fa_fault_rule **at)
{
    struct fa_fault_rule *rule = *at;

    *at = rule->next;
    faults->count--;
    faults->early_count -= fa_fault_rule_is_early(rule);
    fa_fault_rule_free(rule);
}

static void make_id(struct fa_faults *faults, struct fa_fault_rule *rule)
{
    do
        snprintf(rule->id, sizeof(rule->id), "f%" PRId64, ++faults->last_number);
    while (*find(faults, rule->account, rule->id));
}

static void put(struct fa_faults *faults, struct fa_fault_rule *rule)
{
    struct fa_fault_rule **at;

    if (rule->id[0] == '\0')
        make_id(faults, rule);
    at = find(faults, rule->account, rule->id);
    rule->next = *at ? (*at)->next : NULL;
    if (*at) {
        (*at)->next = NULL;
        unlink_rule(faults, at);
    }
    *at = rule;
    faults->count++;
    faults->early_count += fa_fault_rule_is_early(rule);
}

/* Read all rules before any is put, so that none is when one is wrong. */
static int read_rules(cJSON *json, const struct fa_fault_setting *setting,
                      struct fa_fault_rule **ret_rules, size_t *ret_count, char *message,
                      size_t size)
{
    struct fa_fault_rule **end = ret_rules;
    cJSON *item = json;

    while (item) {
        bool is_list = cJSON_IsArray(json);

        item = is_list ? cJSON_DetachItemFromArray(json, 0) : json;
        if (!item)
            break;
        *end = fa_fault_rule_new(item, setting, message, size);
        if (!*end) {
            if (is_list)
                cJSON_Delete(json);
            return -1;
        }
        end = &(*end)->next;
        ++*ret_count;
        if (!is_list)
            return 0;
    }
    cJSON_Delete(json);
    return 0;
}

static cJSON *parse(const char *text, size_t len, char *message, size_t size)
{
    const char *end = NULL;
    const char *at;
    size_t line = 1;
    cJSON *json;

    if (fa_json_has_nul(text, len)) {
        snprintf(message, size, "there is a \\u0000 in it, which no text can have");
        return NULL;
    }
    json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    for (at = text; json && end < text + len && strchr(" \t\r\n", *end) && *end; end++)
        continue;
    if (json && end == text + len)
        return json;
    cJSON_Delete(json);
    for (; end && at < end && at < text + len; at++)
        line += *at == '\n';
    snprintf(message, size, "line %zu: this is no JSON", line);
    return NULL;
}

int fa_faults_add(struct fa_faults *faults, const char *text, size_t len, const char *account,
                  char *ret_id, char *message, size_t size)
{
    const struct fa_fault_setting setting = {.account = account, .is_tls = faults->is_tls};
    struct fa_fault_rule *rules = NULL;
    size_t count = 0;
    cJSON *json = parse(text, len, message, size);

    if (!json)
        return -1;
    if (read_rules(json, &setting, &rules, &count, message, size) < 0) {
        free_rules(rules);
        return -1;
    }
    if (count == 0 || faults->count + count > FA_FAULTS_MAX) {
        free_rules(rules);
        snprintf(message, size,
                 count == 0 ? "there is no fault in it" : "more than %d faults at a time",
                 FA_FAULTS_MAX);
        return -1;
    }
    while (rules) {
        struct fa_fault_rule *next = rules->next;

        put(faults, rules);
        strcpy(ret_id, rules->id);
        rules = next;
    }
    return 0;
}

/* Looking after them */

static bool is_of(const struct fa_fault_rule *rule, const char *account)
{
    return !account || (rule->account && strcmp(rule->account, account) == 0);
}

/* Of that account; without one, a rule for all accounts before any account's own. */
static struct fa_fault_rule *find_rule(const struct fa_faults *faults, const char *account,
                                       const char *id)
{
    struct fa_fault_rule *found = NULL;
    struct fa_fault_rule *rule;

    for (rule = faults->first; rule; rule = rule->next) {
        if (strcmp(rule->id, id) != 0)
            continue;
        if (is_same_account(rule->account, account))
            return rule;
        if (!account && !found)
            found = rule;
    }
    return found;
}

int fa_faults_enable(struct fa_faults *faults, const char *account, const char *id, bool is_enabled)
{
    struct fa_fault_rule *rule = find_rule(faults, account, id);

    if (!rule)
        return -1;
    rule->is_enabled = is_enabled;
    return 0;
}

int fa_faults_remove(struct fa_faults *faults, const char *account, const char *id)
{
    const struct fa_fault_rule *rule = find_rule(faults, account, id);

    if (!rule)
        return -1;
    unlink_rule(faults, find(faults, rule->account, rule->id));
    return 0;
}

size_t fa_faults_clear(struct fa_faults *faults, const char *account)
{
    size_t before = faults->count;
    struct fa_fault_rule **at = &faults->first;

    while (*at)
        if (is_of(*at, account))
            unlink_rule(faults, at);
        else
            at = &(*at)->next;
    return before - faults->count;
}

size_t fa_faults_count(const struct fa_faults *faults, const char *account)
{
    const struct fa_fault_rule *rule;
    size_t count = 0;

    for (rule = faults->first; rule; rule = rule->next)
        count += is_of(rule, account);
    return count;
}

int fa_faults_counts(const struct fa_faults *faults, const char *account, const char *id,
                     int64_t *ret_matched, int64_t *ret_applied)
{
    const struct fa_fault_rule *rule = find_rule(faults, account, id);

    if (!rule)
        return -1;
    *ret_matched = rule->matched;
    *ret_applied = rule->applied;
    return 0;
}

bool fa_faults_watch_connections(const struct fa_faults *faults)
{
    return faults->early_count > 0;
}

static void write_all(const struct fa_faults *faults, const char *account, struct pm_buf *buf)
{
    const struct fa_fault_rule *rule;
    bool is_first = true;

    (void)pm_buf_addc(buf, '[');
    for (rule = faults->first; rule; rule = rule->next) {
        if (!is_of(rule, account))
            continue;
        if (!is_first)
            (void)pm_buf_addc(buf, ',');
        fa_fault_rule_write(rule, buf);
        is_first = false;
    }
    (void)pm_buf_addc(buf, ']');
}

int fa_faults_write(const struct fa_faults *faults, const char *account, const char *id,
                    struct pm_buf *buf)
{
    const struct fa_fault_rule *rule = id ? find_rule(faults, account, id) : NULL;

    if (id && !rule)
        return -1;
    if (rule)
        fa_fault_rule_write(rule, buf);
    else
        write_all(faults, account, buf);
    return 0;
}

/* Matching */

static bool is_action(const cJSON *actions, const char *action)
{
    const cJSON *item;

    if (!actions)
        return true;
    if (cJSON_IsString(actions))
        return strcmp(actions->valuestring, action) == 0;
    cJSON_ArrayForEach(item, actions)
    {
        if (strcmp(item->valuestring, action) == 0)
            return true;
    }
    return false;
}

static bool fits_param(const cJSON *wanted, const struct fa_params *params)
{
    const struct fa_param *param = params ? fa_params_find(params, wanted->string) : NULL;
    const cJSON *part = cJSON_GetObjectItemCaseSensitive(wanted, "contains");

    if (cJSON_IsNull(wanted))
        return param == NULL;
    if (!param)
        return false;
    if (part)
        return memmem(param->value, param->value_len, part->valuestring,
                      strlen(part->valuestring)) != NULL;
    return param->value_len == strlen(wanted->valuestring) &&
           memcmp(param->value, wanted->valuestring, param->value_len) == 0;
}

static bool fit_params(const cJSON *wanted, const struct fa_params *params)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, wanted)
    {
        if (!fits_param(item, params))
            return false;
    }
    return true;
}

static bool is_monitor(int64_t monitor_id, const struct fa_params *params)
{
    const struct fa_param *param = params ? fa_params_find(params, "monitorId") : NULL;
    char text[24];

    if (monitor_id == 0)
        return true;
    snprintf(text, sizeof(text), "%" PRId64, monitor_id);
    return param && strcmp(param->value, text) == 0;
}

static bool is_same_or_any(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool fits(const struct fa_fault_rule *rule, const struct fa_fault_request *request)
{
    return is_same_or_any(rule->account, request->account) &&
           is_action(rule->actions, request->action) &&
           is_monitor(rule->monitor_id, request->params) &&
           is_same_or_any(rule->method, request->method) &&
           is_same_or_any(rule->path, request->path) && is_same_or_any(rule->peer, request->peer) &&
           fit_params(rule->params, request->params);
}

static bool is_turn(const struct fa_fault_occurrence *occurrence, int64_t number)
{
    if (occurrence->every > 0)
        return number % occurrence->every == 0;
    return number >= occurrence->first && number <= occurrence->last;
}

/* It fits: count it, and say whether it is hit. */
static bool strikes(struct fa_fault_rule *rule)
{
    rule->matched++;
    if (!is_turn(&rule->occurrence, rule->matched) || rule->applied >= rule->times)
        return false;
    if (rule->probability < 1 && fa_random_fraction(&rule->random) >= rule->probability)
        return false;
    rule->applied++;
    return true;
}

/* What is drawn */

static double draw_delay(struct fa_random *random, const struct fa_fault_delay *delay)
{
    switch (delay->distribution) {
    case FA_FAULT_FIXED:
        return delay->a;
    case FA_FAULT_UNIFORM:
        return delay->a + (delay->b - delay->a) * fa_random_fraction(random);
    case FA_FAULT_EXPONENTIAL:
        return fa_random_exponential(random, delay->a);
    case FA_FAULT_LOGNORMAL:
        return fa_random_lognormal(random, delay->a, delay->b);
    case FA_FAULT_NO_DELAY:
        break;
    }
    return 0;
}

static int64_t delay_ms(struct fa_random *random, const struct fa_fault_delay *delay)
{
    double drawn = draw_delay(random, delay);

    return drawn < (double)delay->max_ms ? (int64_t)drawn : delay->max_ms;
}

/* Putting together: delays and skews add up, for all else the first rule that says something counts
 */

static void add_answer(struct fa_fault_plan *plan, const struct fa_fault_plan *more)
{
    if (!plan->retry_after)
        plan->retry_after = more->retry_after;
    if (plan->is_answered || !more->is_answered)
        return;
    plan->is_answered = true;
    plan->status = more->status;
    plan->error = more->error;
    plan->detail = more->detail;
    plan->body = more->body;
    plan->content_type = more->content_type;
}

static void add_spoil(struct fa_http_spoil *spoil, const struct fa_http_spoil *more)
{
    if (!spoil->is_cut && more->is_cut) {
        spoil->is_cut = true;
        spoil->cut = more->cut;
        spoil->is_cut_by_percent = more->is_cut_by_percent;
    }
    if (spoil->drip_bytes == 0) {
        spoil->drip_bytes = more->drip_bytes;
        spoil->drip_ms = more->drip_ms;
    }
    if (spoil->length_offset == 0)
        spoil->length_offset = more->length_offset;
    if (spoil->copies == 0)
        spoil->copies = more->copies;
    if (spoil->noise == 0)
        spoil->noise = more->noise;
    if (spoil->end == FA_HTTP_END_NORMAL)
        spoil->end = more->end;
}

static void add_name(char *names, const char *id)
{
    size_t len = strlen(names);

    snprintf(names + len, FA_FAULT_NAMES_MAX - len, "%s%s", len > 0 ? " " : "", id);
}

static void add_rule(struct fa_fault_plan *plan, struct fa_fault_rule *rule)
{
    const struct fa_fault_plan *more = &rule->effect.plan;

    add_answer(plan, more);
    add_spoil(&plan->spoil, &more->spoil);
    plan->is_before |= more->is_before;
    plan->is_malformed |= more->is_malformed;
    plan->expires_token |= more->expires_token;
    plan->clock_skew_ms += more->clock_skew_ms;
    plan->spoil.delay_ms += delay_ms(&rule->random, &rule->effect.delay);
    if (plan->spoil.delay_ms > FA_FAULT_DELAY_MAX_MS)
        plan->spoil.delay_ms = FA_FAULT_DELAY_MAX_MS;
    if (plan->body_noise == 0)
        plan->body_noise = more->body_noise;
    if ((more->spoil.noise > 0 || more->body_noise > 0) && plan->noise_seed == 0)
        plan->noise_seed = plan->spoil.noise_seed = fa_random_next(&rule->random);
    add_name(plan->names, rule->id);
}

void fa_faults_decide(struct fa_faults *faults, const struct fa_fault_request *request,
                      struct fa_fault_plan *ret_plan)
{
    struct fa_fault_rule *rule;

    memset(ret_plan, 0, sizeof(*ret_plan));
    for (rule = faults->first; rule; rule = rule->next)
        if (rule->is_enabled && !fa_fault_rule_is_early(rule) && fits(rule, request) &&
            strikes(rule))
            add_rule(ret_plan, rule);
}

/* A connection has one fate: that of the first rule which hits it. */
void fa_faults_welcome(struct fa_faults *faults, const char *peer,
                       struct fa_fault_welcome *ret_welcome)
{
    struct fa_fault_rule *rule;

    memset(ret_welcome, 0, sizeof(*ret_welcome));
    for (rule = faults->first; rule; rule = rule->next) {
        if (!rule->is_enabled || !fa_fault_rule_is_early(rule) ||
            !is_same_or_any(rule->peer, peer) || !strikes(rule))
            continue;
        if (ret_welcome->connection == FA_FAULT_SERVE) {
            ret_welcome->connection = rule->effect.connection;
            ret_welcome->refuse_ms = rule->effect.refuse_ms;
            ret_welcome->noise = rule->effect.plan.spoil.noise;
            ret_welcome->noise_seed = fa_random_next(&rule->random);
        }
        add_name(ret_welcome->names, rule->id);
    }
}

/* In words */

static void say(char **at, const char *end, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(char **at, const char *end, const char *format, ...)
{
    size_t size = (size_t)(end - *at);
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(*at, size, format, arguments);
    va_end(arguments);
    if (len > 0)
        *at += (size_t)len < size ? (size_t)len : size - 1;
}

static void describe_answer(const struct fa_fault_plan *plan, char **at, const char *end)
{
    if (plan->is_before)
        say(at, end, ", not handled");
    if (plan->error != FA_OK)
        say(at, end, ", error %s", fa_error_info(plan->error)->id);
    if (plan->status > 0)
        say(at, end, ", status %u", plan->status);
    if (plan->body)
        say(at, end, ", another body");
    if (plan->retry_after)
        say(at, end, ", Retry-After %.64s", plan->retry_after);
    if (plan->is_malformed)
        say(at, end, ", malformed body");
    if (plan->body_noise > 0)
        say(at, end, ", body of %zu bytes of garbage", plan->body_noise);
    if (plan->expires_token)
        say(at, end, ", token expired");
    if (plan->clock_skew_ms != 0)
        say(at, end, ", clock off by %" PRId64 " ms", plan->clock_skew_ms);
}

static void describe_spoil(const struct fa_http_spoil *spoil, char **at, const char *end)
{
    static const char *const ends[FA_HTTP_END_MAX] = {"", ", closed", ", reset", ", left open"};

    if (spoil->delay_ms > 0)
        say(at, end, ", after %" PRId64 " ms", spoil->delay_ms);
    if (spoil->noise > 0)
        say(at, end, ", %zu bytes of garbage instead of a reply", spoil->noise);
    if (spoil->length_offset != 0)
        say(at, end, ", Content-Length off by %" PRId64, spoil->length_offset);
    if (spoil->copies > 1)
        say(at, end, ", sent %zu times", spoil->copies);
    if (spoil->is_cut && spoil->cut == 0)
        say(at, end, ", no byte sent");
    else if (spoil->is_cut)
        say(at, end, ", cut at %" PRId64 "%s", spoil->cut,
            spoil->is_cut_by_percent ? " %" : " bytes");
    if (spoil->drip_bytes > 0)
        say(at, end, ", %zu bytes every %" PRId64 " ms", spoil->drip_bytes, spoil->drip_ms);
    say(at, end, "%s", ends[spoil->end]);
}

void fa_fault_describe(const struct fa_fault_plan *plan, char *text, size_t size)
{
    char *at = text;

    text[0] = '\0';
    if (plan->names[0] == '\0')
        return;
    say(&at, text + size, "%s", plan->names);
    describe_answer(plan, &at, text + size);
    describe_spoil(&plan->spoil, &at, text + size);
}

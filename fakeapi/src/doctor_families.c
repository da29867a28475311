/* Families of mistakes and those that need the request's keys; see doctor_families.h. */
#include "doctor_families.h"

#include <string.h>

#include "cleanup.h"
#include "text.h"

#define LEFT_OUT_MAX 32 /* ours: more parameters than any action has */
#define KEY_PLACES   32 /* ours: keys of the vendor have 23-26 characters */

static struct fa_bytes bytes(const char *text)
{
    return (struct fa_bytes){text, strlen(text)};
}

/* ---- keys ---- */

static void set_key(struct fa_draft *draft, struct fa_bytes first, struct fa_bytes second)
{
    struct pm_buf *key = fa_draft_new_key(draft);

    (void)pm_buf_add(key, first.at, first.len);
    (void)pm_buf_add(key, second.at, second.len);
    fa_draft_set_key(draft, key);
}

void fa_key_is_apikey(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    set_key(draft, draft->request->apikey, bytes(""));
}

void fa_key_is_token(struct fa_draft *draft, size_t variant)
{
    size_t i;

    (void)variant;
    for (i = 0; i < draft->right_count; i++) {
        if (fa_bytes_equal_nocase(draft->right[i].name, "authToken"))
            set_key(draft, draft->right[i].value, bytes(""));
    }
}

void fa_key_is_apikey_and_secret(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    set_key(draft, draft->request->apikey, draft->request->secret);
}

void fa_key_is_secret_and_apikey(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    set_key(draft, draft->request->secret, draft->request->apikey);
}

void fa_key_is_twice(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    set_key(draft, draft->request->secret, draft->request->secret);
}

void fa_key_is_empty(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    set_key(draft, bytes(""), bytes(""));
}

/* What stands in examples and what programs print for a value that is not there. */
static const char *const placeholders[] = {
    "secretkey",
    "secretKey",
    "SECRETKEY",
    "SECRET_KEY",
    "secret_key",
    "secret",
    "SECRET",
    "$secretkey",
    "$SECRETKEY",
    "$secretKey",
    "$SECRET_KEY",
    "$secret_key",
    "${SECRETKEY}",
    "${SECRET_KEY}",
    "$SECRET",
    "<secretkey>",
    "<secret>",
    "YOUR_SECRET_KEY",
    "YOUR_SECRETKEY",
    "your_secret_key",
    "yourSecretKey",
    "changeme",
    "password",
    "null",
    "None",
    "undefined",
    "nil",
    "false",
    "0",
    "[object Object]",
    "xxxxx",
    "test",
    "notReallyASecret",
};

size_t fa_key_placeholder_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(placeholders);
}

void fa_key_placeholder(struct fa_draft *draft, size_t variant)
{
    set_key(draft, bytes(placeholders[variant]), bytes(""));
}

void fa_key_placeholder_describe(const struct fa_doctor_case *request, size_t variant,
                                 struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_adds(out, placeholders[variant]);
}

static const struct {
    enum fa_doctor_digest digest;
    bool is_hex;
    const char *name;
} key_digests[] = {
    {FA_DOCTOR_DIGEST_MD5, true, "MD5 in hexadecimal"},
    {FA_DOCTOR_DIGEST_SHA1, true, "SHA-1 in hexadecimal"},
    {FA_DOCTOR_DIGEST_SHA256, true, "SHA-256 in hexadecimal"},
    {FA_DOCTOR_DIGEST_MD5, false, "MD5"},
    {FA_DOCTOR_DIGEST_SHA1, false, "SHA-1"},
    {FA_DOCTOR_DIGEST_SHA256, false, "SHA-256"},
};

size_t fa_key_digest_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(key_digests);
}

void fa_key_digest(struct fa_draft *draft, size_t variant)
{
    struct pm_buf *key = fa_draft_new_key(draft);
    uint8_t digest[FA_DOCTOR_MAC_SIZE];
    size_t len = fa_doctor_mac_compute(draft->mac, FA_DOCTOR_SCHEME_TEXT,
                                       key_digests[variant].digest, draft->key, draft->key, digest);

    if (key_digests[variant].is_hex)
        fa_map_hex(key, (const char *)digest, len);
    else
        (void)pm_buf_add(key, digest, len);
    fa_draft_set_key(draft, key);
}

void fa_key_digest_describe(const struct fa_doctor_case *request, size_t variant,
                            struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_adds(out, key_digests[variant].name);
}

/* Characters that are taken for one another when a key is typed. */
static const char lookalikes[][3] = {"0O", "O0", "1I", "I1", "5S", "S5", "8B", "B8", "2Z",
                                     "Z2", "6G", "G6", "UV", "VU", "DO", "1l", "OQ", "QO"};

size_t fa_key_lookalike_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(lookalikes);
}

void fa_key_lookalike(struct fa_draft *draft, size_t variant)
{
    struct pm_buf *key = fa_draft_new_key(draft);
    size_t i;

    for (i = 0; i < draft->key.len; i++) {
        char byte = draft->key.at[i];

        (void)pm_buf_addc(key, byte == lookalikes[variant][0] ? lookalikes[variant][1] : byte);
    }
    fa_draft_set_key(draft, key);
}

void fa_key_lookalike_describe(const struct fa_doctor_case *request, size_t variant,
                               struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_addf(out, "%c for %c", lookalikes[variant][1], lookalikes[variant][0]);
}

size_t fa_key_missing_variants(const struct fa_doctor_case *request)
{
    return request->secret.len < KEY_PLACES ? request->secret.len : KEY_PLACES;
}

void fa_key_missing(struct fa_draft *draft, size_t variant)
{
    struct fa_bytes key = draft->key;

    if (variant < key.len)
        set_key(draft, (struct fa_bytes){key.at, variant},
                (struct fa_bytes){key.at + variant + 1, key.len - variant - 1});
}

size_t fa_key_exchanged_variants(const struct fa_doctor_case *request)
{
    size_t places = fa_key_missing_variants(request);

    return places > 0 ? places - 1 : 0;
}

void fa_key_exchanged(struct fa_draft *draft, size_t variant)
{
    struct pm_buf *key = fa_draft_new_key(draft);

    (void)pm_buf_add(key, draft->key.at, draft->key.len);
    if (!key->failed && variant + 1 < key->len) {
        char byte = key->data[variant];

        key->data[variant] = key->data[variant + 1];
        key->data[variant + 1] = byte;
    }
    fa_draft_set_key(draft, key);
}

void fa_key_position_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_addf(out, "%zu", variant + 1);
}

/* ---- parameters ---- */

/* The n-th parameter that is signed, in the order sent. */
static const struct fa_doctor_param *nth_param(const struct fa_doctor_case *request, size_t n)
{
    size_t i;

    for (i = 0; i < request->count; i++) {
        if (!fa_doctor_is_checksum(request->params[i].name) && n-- == 0)
            return &request->params[i];
    }
    return NULL;
}

size_t fa_param_left_out_variants(const struct fa_doctor_case *request)
{
    size_t count = 0;

    while (count < LEFT_OUT_MAX && nth_param(request, count))
        count++;
    return count;
}

void fa_param_left_out(struct fa_draft *draft, size_t variant)
{
    const struct fa_doctor_param *param = nth_param(draft->request, variant);
    size_t sent = (size_t)(param - draft->request->params), i;

    for (i = 0; i < draft->count; i++) {
        if (draft->params[i].sent == sent) {
            fa_draft_remove(draft, &draft->params[i]);
            return;
        }
    }
}

void fa_param_left_out_describe(const struct fa_doctor_case *request, size_t variant,
                                struct pm_buf *out)
{
    const struct fa_doctor_param *param = nth_param(request, variant);

    (void)pm_text_add_visible(out, param->name.at, param->name.len);
}

/* A parameter and its value that clients sign but do not send, or send otherwise. */
static const struct {
    const char *name, *value;
} customary[] = {
    {"version", "2"},
    {"output", "json"},
    {"output", "JSON"},
    {"validation", "HMACSHA1"},
    {"version", "3"},
    {"output", "xml"},
    {"output", "XML"},
    {"output", ""},
    {"validation", "token"},
    {"type", "custom"},
    {"locale", "en"},
    {"timezone", "0"},
    {"action", "addResult"},
    {"action", "addMonitor"},
    {"action", "editMonitor"},
    {"action", "deleteMonitor"},
    {"action", "getMonitors"},
    {"action", "getMonitorInfo"},
    {"action", "getMonitorResults"},
    {"action", "addAdditionalResults"},
    {"action", "getAdditionalResults"},
    {"action", "authToken"},
};

static bool is_action(size_t variant)
{
    return strcmp(customary[variant].name, "action") == 0;
}

size_t fa_param_added_variants(const struct fa_doctor_case *request)
{
    size_t count = 0;

    (void)request;
    while (!is_action(count))
        count++;
    return count;
}

void fa_param_added(struct fa_draft *draft, size_t variant)
{
    if (!fa_draft_find(draft, customary[variant].name))
        fa_draft_add(draft, bytes(customary[variant].name), bytes(customary[variant].value));
}

void fa_param_added_describe(const struct fa_doctor_case *request, size_t variant,
                             struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_addf(out, "%s=%s", customary[variant].name, customary[variant].value);
}

size_t fa_param_other_value_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(customary);
}

void fa_param_other_value(struct fa_draft *draft, size_t variant)
{
    struct fa_draft_param *param = fa_draft_find(draft, customary[variant].name);

    if (param)
        param->value = bytes(customary[variant].value);
}

void fa_param_other_value_describe(const struct fa_doctor_case *request, size_t variant,
                                   struct pm_buf *out)
{
    fa_param_added_describe(request, variant, out);
}

static const char *const secret_names[] = {"secretkey", "secretKey", "secret", "secret_key"};

size_t fa_param_secret_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(secret_names);
}

void fa_param_secret(struct fa_draft *draft, size_t variant)
{
    if (!fa_draft_find(draft, secret_names[variant]))
        fa_draft_add(draft, bytes(secret_names[variant]), draft->request->secret);
}

void fa_param_secret_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out)
{
    (void)request;
    (void)pm_buf_adds(out, secret_names[variant]);
}

void fa_param_empty_checksum(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    fa_draft_add(draft, bytes("checksum"), bytes(""));
}

/* Keep the parameters of which `keep` is true. */
static void filter(struct fa_draft *draft,
                   bool (*keep)(const struct fa_draft *draft, const struct fa_draft_param *param))
{
    size_t i = 0;

    while (i < draft->count) {
        if (keep(draft, &draft->params[i]))
            i++;
        else
            fa_draft_remove(draft, &draft->params[i]);
    }
}

static bool is_own(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    static const char *const common[] = {"apikey", "version", "timestamp", "output", "validation"};
    size_t i;

    (void)draft;
    for (i = 0; i < PM_ARRAY_LEN(common); i++) {
        if (fa_bytes_equal_nocase(param->name, common[i]))
            return false;
    }
    return true;
}

static bool is_filled(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    (void)draft;
    return param->value.len > 0;
}

static bool is_in_body(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    (void)draft;
    return !param->in_query;
}

static bool is_in_query(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    (void)draft;
    return param->in_query;
}

static bool has_same_name(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return a->name.len == b->name.len &&
           (a->name.len == 0 || memcmp(a->name.at, b->name.at, a->name.len) == 0);
}

/* Parameters are sorted by name here: the first of the same name. */
static const struct fa_draft_param *first_of_name(const struct fa_draft *draft,
                                                  const struct fa_draft_param *param)
{
    while (param > draft->params && has_same_name(param - 1, param))
        param--;
    return param;
}

static bool was_sent_first(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    const struct fa_draft_param *other = first_of_name(draft, param);

    while (other < draft->params + draft->count && has_same_name(other, param) &&
           other->sent >= param->sent)
        other++;
    return other == draft->params + draft->count || !has_same_name(other, param);
}

static bool was_sent_last(const struct fa_draft *draft, const struct fa_draft_param *param)
{
    const struct fa_draft_param *other = first_of_name(draft, param);

    while (other < draft->params + draft->count && has_same_name(other, param) &&
           other->sent <= param->sent)
        other++;
    return other == draft->params + draft->count || !has_same_name(other, param);
}

void fa_params_common_left_out(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    filter(draft, is_own);
}

void fa_params_empty_left_out(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    filter(draft, is_filled);
}

/* Does the request have parameters in both places? Otherwise leaving out those of one is no
 * mistake. */
static bool has_both(const struct fa_draft *draft)
{
    size_t in_query = 0, i;

    for (i = 0; i < draft->right_count; i++)
        in_query += draft->right[i].in_query;
    return in_query > 0 && in_query < draft->right_count;
}

void fa_params_of_body_only(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    if (has_both(draft))
        filter(draft, is_in_body);
}

void fa_params_of_query_only(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    if (has_both(draft))
        filter(draft, is_in_query);
}

void fa_params_first_of_repeated(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    filter(draft, was_sent_first);
}

void fa_params_last_of_repeated(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    filter(draft, was_sent_last);
}

/* Put the next of the same name that was sent after `param` behind its value; false: none left. */
static bool join_next(struct fa_draft *draft, struct fa_draft_param *param)
{
    struct fa_draft_param *next = NULL, *other;
    struct pm_buf *out;

    for (other = param + 1; other < draft->params + draft->count && has_same_name(param, other);
         other++) {
        if (!next || other->sent < next->sent)
            next = other;
    }
    if (!next)
        return false;
    out = fa_draft_new_value(param);
    (void)pm_buf_add(out, param->value.at, param->value.len);
    (void)pm_buf_addc(out, ',');
    (void)pm_buf_add(out, next->value.at, next->value.len);
    fa_draft_set_value(param, out);
    fa_draft_remove(draft, next);
    return true;
}

/* The first one sent comes to the front of its name, then takes up the others. */
void fa_params_repeated_joined(struct fa_draft *draft, size_t variant)
{
    size_t i, k;

    (void)variant;
    for (i = 0; i < draft->count; i++) {
        for (k = i + 1; k < draft->count && has_same_name(&draft->params[i], &draft->params[k]);
             k++) {
            struct fa_draft_param param = draft->params[i];

            if (draft->params[k].sent < param.sent) {
                draft->params[i] = draft->params[k];
                draft->params[k] = param;
            }
        }
        while (join_next(draft, &draft->params[i]))
            ;
    }
}

void fa_repeated_as_sent(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    draft->repeated_as_sent = true;
}

void fa_names_raw(struct fa_draft *draft, size_t variant)
{
    size_t i;

    (void)variant;
    for (i = 0; i < draft->count; i++)
        draft->params[i].name = draft->params[i].raw_name;
}

void fa_values_raw(struct fa_draft *draft, size_t variant)
{
    size_t i;

    (void)variant;
    for (i = 0; i < draft->count; i++)
        draft->params[i].value = draft->params[i].raw_value;
}

/* ---- timestamps ---- */

static void shift_timestamp(struct fa_draft *draft, long long shift_ms)
{
    struct fa_draft_param *param = fa_draft_find(draft, "timestamp");
    struct pm_buf *out;

    if (!param)
        return;
    out = fa_draft_new_value(param);
    fa_map_time_shift(shift_ms, out, param->value.at, param->value.len);
    fa_draft_set_value(param, out);
}

/* Two readings of the clock: one for the text, a later one for the request, or the other way. */
static const int seconds[] = {-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -60, 60};

size_t fa_time_seconds_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(seconds);
}

void fa_time_seconds(struct fa_draft *draft, size_t variant)
{
    shift_timestamp(draft, seconds[variant] * 1000LL);
}

void fa_time_seconds_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out)
{
    int number = seconds[variant];

    (void)request;
    (void)pm_buf_addf(out, "%d %s %s", number < 0 ? -number : number,
                      number == 1 || number == -1 ? "second" : "seconds",
                      number < 0 ? "before" : "after");
}

/* Minutes east of Greenwich of the zones in use (IANA time zone database). */
static const int zones[] = {-60,  60,  -120, 120, -180, 180, -240, 240, -300, 300,
                            -360, 360, -420, 420, -480, 480, -540, 540, -600, 600,
                            -660, 660, -720, 720, 780,  840, -210, 210, 270,  330,
                            345,  390, -570, 570, 630,  765, -150};

size_t fa_time_zone_variants(const struct fa_doctor_case *request)
{
    (void)request;
    return PM_ARRAY_LEN(zones);
}

void fa_time_zone(struct fa_draft *draft, size_t variant)
{
    shift_timestamp(draft, zones[variant] * 60000LL);
}

void fa_time_zone_describe(const struct fa_doctor_case *request, size_t variant, struct pm_buf *out)
{
    int minutes = zones[variant] < 0 ? -zones[variant] : zones[variant];

    (void)request;
    (void)pm_buf_addf(out, "%c%02d:%02d", zones[variant] < 0 ? '-' : '+', minutes / 60,
                      minutes % 60);
}

/* ---- the finished text ---- */

static void surround(struct fa_draft *draft, struct fa_bytes before, struct fa_bytes after)
{
    struct fa_bytes old;
    struct pm_buf *out = fa_draft_new_text(draft, &old);

    (void)pm_buf_add(out, before.at, before.len);
    (void)pm_buf_add(out, old.at, old.len);
    (void)pm_buf_add(out, after.at, after.len);
}

void fa_text_secret_first(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, draft->request->secret, bytes(""));
}

void fa_text_secret_last(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, bytes(""), draft->request->secret);
}

void fa_text_secret_around(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, draft->request->secret, draft->request->secret);
}

void fa_text_apikey_first(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, draft->request->apikey, bytes(""));
}

void fa_text_apikey_last(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, bytes(""), draft->request->apikey);
}

void fa_text_is_empty(struct fa_draft *draft, size_t variant)
{
    struct fa_bytes old;

    (void)variant;
    (void)fa_draft_new_text(draft, &old);
}

void fa_text_nul_last(struct fa_draft *draft, size_t variant)
{
    (void)variant;
    surround(draft, bytes(""), (struct fa_bytes){"", 1});
}

/* One login or logout and its record; see event.h. */
#include "event.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "percent.h"

#define ALSO_SAFE   ":/@,+"
#define TEXT_LIMIT  256
#define ALONE_STEPS 3    /* AUTH_LIMIT halved so often is 384 */
#define AUTH_LIMIT  3072 /* an RSA key of 16384 bits, or a certificate by one of 4096 */

enum kind {
    KIND_VERSION,
    KIND_ID,
    KIND_TIME,
    KIND_PHASE,
    KIND_TEXT,
    KIND_NUMBER,
    KIND_CLIP,
};

struct field {
    const char *key;
    enum kind kind;
    bool is_required;
    unsigned index; /* of texts[] or numbers[] */
    size_t offset;  /* of ids and times, in struct pm_event */
    size_t limit;   /* of texts, in bytes before encoding */
};

#define PLAIN(key, kind)         \
    {                            \
        key, kind, true, 0, 0, 0 \
    }
#define MEMBER(key, kind, member)                                 \
    {                                                             \
        key, kind, false, 0, offsetof(struct pm_event, member), 0 \
    }
#define NEEDED(key, kind, member)                                \
    {                                                            \
        key, kind, true, 0, offsetof(struct pm_event, member), 0 \
    }
#define TEXT(key, index, limit)                \
    {                                          \
        key, KIND_TEXT, false, index, 0, limit \
    }
#define NUMBER(key, index)                   \
    {                                        \
        key, KIND_NUMBER, false, index, 0, 0 \
    }

/* The keys of a record in their order. */
static const struct field fields[] = {
    PLAIN("v", KIND_VERSION),
    NEEDED("id", KIND_ID, id),
    NEEDED("t", KIND_TIME, wall_ms),
    MEMBER("mono", KIND_TIME, mono_ms),
    PLAIN("phase", KIND_PHASE),
    TEXT("service", PM_EVENT_SERVICE, TEXT_LIMIT),
    TEXT("user", PM_EVENT_USER, TEXT_LIMIT),
    TEXT("ruser", PM_EVENT_RUSER, TEXT_LIMIT),
    TEXT("rhost", PM_EVENT_RHOST, TEXT_LIMIT),
    TEXT("tty", PM_EVENT_TTY, TEXT_LIMIT),
    NUMBER("uid", PM_EVENT_UID),
    NUMBER("euid", PM_EVENT_EUID),
    NUMBER("loginuid", PM_EVENT_LOGINUID),
    NUMBER("session", PM_EVENT_SESSION),
    NUMBER("pid", PM_EVENT_PID),
    TEXT("conn", PM_EVENT_CONN, TEXT_LIMIT),
    TEXT("auth", PM_EVENT_AUTH_INFO, AUTH_LIMIT),
    MEMBER("login", KIND_ID, login_id),
    MEMBER("opened", KIND_TIME, opened_ms),
    {"clip", KIND_CLIP, false, 0, 0, 0},
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static const char *const phase_names[PM_EVENT_PHASE_MAX] = {
    [PM_EVENT_OPEN] = "open",
    [PM_EVENT_CLOSE] = "close",
    [PM_EVENT_ACCOUNT] = "account",
    [PM_EVENT_AUTH] = "auth",
};

void pm_event_init(struct pm_event *event)
{
    size_t i;

    memset(event, 0, sizeof(*event));
    event->mono_ms = -1;
    event->opened_ms = -1;
    for (i = 0; i < PM_EVENT_NUMBER_MAX; i++)
        event->numbers[i] = -1;
}

void pm_event_set_text(struct pm_event *event, enum pm_event_text which, const char *text)
{
    event->texts[which].bytes = text;
    event->texts[which].len = text ? strlen(text) : 0;
}

const char *pm_event_phase_name(enum pm_event_phase phase)
{
    return phase_names[phase];
}

void pm_event_format_id(const unsigned char random[16], char *id)
{
    static const char hex[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < 16; i++) {
        id[2 * i] = hex[random[i] >> 4];
        id[2 * i + 1] = hex[random[i] & 15];
    }
    id[32] = '\0';
}

void pm_event_format_name(const struct pm_event *event, char *name)
{
    (void)snprintf(name, PM_EVENT_NAME_SIZE, "%013lld-%s", (long long)event->wall_ms, event->id);
}

/* ---- writing ---- */

/* A record under construction; once it is full it stays so. */
struct writer {
    char *record;
    size_t size, used;
    bool full;
    unsigned step; /* how often limits were made smaller */
    unsigned clipped;
};

static void put(struct writer *to, const char *text)
{
    size_t len = strlen(text);

    if (to->full || len >= to->size - to->used) {
        to->full = true;
        return;
    }
    memcpy(to->record + to->used, text, len + 1);
    to->used += len;
}

static void put_key(struct writer *to, const char *key)
{
    if (to->used > 0)
        put(to, " ");
    put(to, key);
    put(to, "=");
}

static void put_number(struct writer *to, const char *key, int64_t number)
{
    char digits[24];

    if (number < 0)
        return;
    (void)snprintf(digits, sizeof(digits), "%lld", (long long)number);
    put_key(to, key);
    put(to, digits);
}

/* How much of a text to keep: not more than limit bytes, and no UTF-8 character cut in two. */
static size_t clip(const struct pm_event_view *text, size_t limit)
{
    size_t len = limit, back;

    if (text->len <= limit)
        return text->len;
    for (back = 0; back < 3 && len > 0 && ((unsigned char)text->bytes[len] & 0xc0) == 0x80; back++)
        len--;
    return ((unsigned char)text->bytes[len] & 0xc0) == 0x80 ? limit : len;
}

/* A key gives way before names do: it is halved until it is about as long as they may be. */
static size_t limit_at(const struct field *field, unsigned step)
{
    if (field->limit > TEXT_LIMIT)
        return field->limit >> step;
    return step > ALONE_STEPS ? field->limit >> (step - ALONE_STEPS) : field->limit;
}

static void put_text(struct writer *to, const struct field *field, const struct pm_event_view *text)
{
    size_t limit = limit_at(field, to->step), len;

    if (!text->bytes)
        return;
    len = clip(text, limit);
    if (len < text->len)
        to->clipped |= 1u << field->index;
    if (limit == 0)
        return;

    put_key(to, field->key);
    if (to->full)
        return;
    if (pm_percent_encode(text->bytes, len, ALSO_SAFE, to->record + to->used, to->size - to->used) <
        len)
        to->full = true;
    to->used += strlen(to->record + to->used);
}

static void put_clip(struct writer *to, const char *key)
{
    bool first = true;
    size_t i;

    for (i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].kind != KIND_TEXT || !(to->clipped & 1u << fields[i].index))
            continue;
        if (first)
            put_key(to, key);
        else
            put(to, ",");
        put(to, fields[i].key);
        first = false;
    }
}

static void put_string(struct writer *to, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    put_key(to, key);
    put(to, value);
}

static void put_field(struct writer *to, const struct field *field, const struct pm_event *event)
{
    const char *base = (const char *)event;
    int64_t time;

    switch (field->kind) {
    case KIND_VERSION:
        put_string(to, field->key, "1");
        break;
    case KIND_ID:
        put_string(to, field->key, base + field->offset);
        break;
    case KIND_TIME:
        memcpy(&time, base + field->offset, sizeof(time));
        put_number(to, field->key, time);
        break;
    case KIND_PHASE:
        put_string(to, field->key, phase_names[event->phase]);
        break;
    case KIND_TEXT:
        put_text(to, field, &event->texts[field->index]);
        break;
    case KIND_NUMBER:
        put_number(to, field->key, event->numbers[field->index]);
        break;
    case KIND_CLIP:
        put_clip(to, field->key);
        break;
    }
}

size_t pm_event_encode(const struct pm_event *event, char *record, size_t size)
{
    unsigned step;

    if (size < PM_EVENT_SHORT_RECORD_SIZE)
        return 0;
    for (step = 0;; step++) {
        struct writer to = {
            .record = record, .size = size, .step = step, .clipped = event->clipped};
        size_t i;

        for (i = 0; i < FIELD_COUNT; i++)
            put_field(&to, &fields[i], event);
        if (!to.full)
            return to.used; /* without any text a record has less than 500 bytes */
    }
}

/* ---- reading ---- */

static bool is_encoded_byte(char byte)
{
    return byte == '%' || pm_percent_is_unreserved((unsigned char)byte) ||
           (byte != '\0' && strchr(ALSO_SAFE, byte));
}

static bool is_id(const char *text)
{
    return strlen(text) == PM_EVENT_ID_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == PM_EVENT_ID_SIZE - 1;
}

/* At most 13 digits, no sign, no leading zero: nothing in a record is larger. */
static int parse_number(const char *text, int64_t *ret_number)
{
    size_t len = strlen(text), i;
    int64_t number = 0;

    if (len == 0 || len > 13 || strspn(text, "0123456789") != len || (len > 1 && text[0] == '0'))
        return -1;
    for (i = 0; i < len; i++)
        number = number * 10 + (text[i] - '0');
    *ret_number = number;
    return 0;
}

static int parse_phase(const char *text, enum pm_event_phase *ret_phase)
{
    unsigned i;

    for (i = 0; i < PM_EVENT_PHASE_MAX; i++) {
        if (strcmp(text, phase_names[i]) == 0) {
            *ret_phase = (enum pm_event_phase)i;
            return 0;
        }
    }
    return -1;
}

static int parse_text(const struct field *field, char *value, struct pm_event_view *ret_text)
{
    size_t len;

    for (len = 0; value[len]; len++) {
        if (!is_encoded_byte(value[len]))
            return -1;
    }
    if (pm_percent_decode(value, len, value, &len) < 0 || len > field->limit ||
        memchr(value, '\0', len))
        return -1;
    value[len] = '\0';
    ret_text->bytes = value;
    ret_text->len = len;
    return 0;
}

static const struct field *find_field(const char *key, size_t len)
{
    size_t i;

    for (i = 0; i < FIELD_COUNT; i++) {
        if (strlen(fields[i].key) == len && memcmp(fields[i].key, key, len) == 0)
            return &fields[i];
    }
    return NULL;
}

/* `key,key`; keys we do not know are skipped like unknown fields. */
static void parse_clip(const char *list, unsigned *ret_clipped)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        const struct field *field = find_field(list, len);

        if (field && field->kind == KIND_TEXT)
            *ret_clipped |= 1u << field->index;
        list += len + (list[len] == ',');
    }
}

static const char *parse_value(const struct field *field, char *value, struct pm_event *event)
{
    char *base = (char *)event;
    int64_t number;

    switch (field->kind) {
    case KIND_VERSION:
        return strcmp(value, "1") == 0 ? NULL : "another version";
    case KIND_ID:
        if (!is_id(value))
            return "an id that is not 32 hexadecimal digits";
        memcpy(base + field->offset, value, PM_EVENT_ID_SIZE);
        return NULL;
    case KIND_TIME:
        if (parse_number(value, &number) < 0)
            return "a bad time";
        memcpy(base + field->offset, &number, sizeof(number));
        return NULL;
    case KIND_PHASE:
        return parse_phase(value, &event->phase) == 0 ? NULL : "an unknown phase";
    case KIND_TEXT:
        return parse_text(field, value, &event->texts[field->index]) == 0
                   ? NULL
                   : "a text that is badly encoded or too long";
    case KIND_NUMBER:
        return parse_number(value, &event->numbers[field->index]) == 0 ? NULL : "a bad number";
    case KIND_CLIP:
        parse_clip(value, &event->clipped);
        return NULL;
    }
    return NULL;
}

/* One `key=value`, NUL-terminated. */
static const char *parse_field(char *text, bool is_first, unsigned *seen, struct pm_event *event)
{
    size_t key_len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const struct field *field = find_field(text, key_len);

    if (key_len == 0 || text[key_len] != '=')
        return "a field that is not key=value";
    if (is_first != (field && field->kind == KIND_VERSION))
        return "no version at its start";
    if (!field)
        return NULL;
    if (*seen & 1u << (field - fields))
        return "a key twice";

    *seen |= 1u << (field - fields);
    return parse_value(field, text + key_len + 1, event);
}

static const char *parse_record(char *record, size_t len, struct pm_event *event)
{
    unsigned seen = 0;
    char *field, *next;
    size_t i;

    if (len == 0 || len >= PM_EVENT_RECORD_SIZE)
        return "no record, or a longer one than fits";
    if (memchr(record, '\0', len))
        return "a NUL byte";
    record[len] = '\0';
    for (field = record; field; field = next) {
        const char *reason;

        next = strchr(field, ' ');
        if (next)
            *next++ = '\0';
        reason = parse_field(field, field == record, &seen, event);
        if (reason)
            return reason;
    }
    for (i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].is_required && !(seen & 1u << i))
            return "no id, time or phase";
    }
    return NULL;
}

int pm_event_decode(char *record, size_t len, struct pm_event *ret_event, const char **ret_reason)
{
    struct pm_event event;

    pm_event_init(&event);
    *ret_reason = parse_record(record, len, &event);
    if (*ret_reason)
        return -1;
    *ret_event = event;
    return 0;
}

/* What an event looks like as a result of the login monitor; see compose.h. */
#include "compose.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "event.h"
#include "fingerprint.h"
#include "text.h"

#define TEXT_MAX_BYTES (512 * 1024) /* every byte of a record as \xNN, in several columns */

static const char *const event_names[PM_EVENT_PHASE_MAX] = {
    [PM_EVENT_OPEN] = "login",
    [PM_EVENT_CLOSE] = "logout",
    [PM_EVENT_ACCOUNT] = "login",
    [PM_EVENT_AUTH] = "failure",
};

/* How many bytes the character has that may go out as it is; 0: the next byte may not. */
static size_t sendable(const char *bytes, size_t len)
{
    size_t count = pm_text_utf8_len(bytes, len);

    if (count == 1 && ((unsigned char)bytes[0] < 0x20 || bytes[0] == 0x7f))
        return 0;
    if (len >= 4 && bytes[0] == '\\' && bytes[1] == 'x' && isxdigit((unsigned char)bytes[2]) &&
        isxdigit((unsigned char)bytes[3]))
        return 0; /* a text that looks like what is made here of bytes that may not */
    if (count == 3 &&
        (memcmp(bytes, "\xef\xbf\xbe", 3) == 0 || memcmp(bytes, "\xef\xbf\xbf", 3) == 0))
        return 0;
    return count;
}

static void add_text(struct pm_buf *to, const struct pm_event_view *text)
{
    size_t i = 0;

    while (i < text->len) {
        size_t count = sendable(text->bytes + i, text->len - i);

        if (count > 0)
            (void)pm_buf_add(to, text->bytes + i, count);
        else
            (void)pm_buf_addf(to, "\\x%02x", (unsigned char)text->bytes[i]);
        i += count > 0 ? count : 1;
    }
}

/* `publickey ssh-ed25519 AAAA…` becomes `publickey ssh-ed25519 SHA256:…`; all else stays. */
static void add_method(struct pm_buf *to, const struct pm_event *event)
{
    struct pm_event_view text = event->texts[PM_EVENT_AUTH_INFO];
    const char *blob = text.bytes ? memrchr(text.bytes, ' ', text.len) : NULL;
    char fingerprint[PM_FINGERPRINT_SIZE] = "";

    if (blob && strncmp(text.bytes, "publickey ", 10) == 0) {
        size_t blob_len = text.len - (size_t)(blob + 1 - text.bytes);

        text.len -= blob_len;
        if (event->clipped & 1u << PM_EVENT_AUTH_INFO) {
            text.len--; /* half a key has no fingerprint */
        } else if (pm_fingerprint(blob + 1, blob_len, fingerprint) < 0) {
            text.len += blob_len; /* a fingerprint already */
        }
    }
    add_text(to, &text);
    (void)pm_buf_adds(to, fingerprint);
}

/* ---- fields ---- */

/* An event on its way into a result. */
struct source {
    const struct pm_event *event;
    const struct pm_happening *happening;
};

static void add_from_text(struct pm_buf *to, const struct source *source, int which)
{
    add_text(to, &source->event->texts[which]);
}

/* The record of the first of dropped events tells nothing of the others. */
static void add_user(struct pm_buf *to, const struct source *source, int which)
{
    if (source->happening->kind == PM_JOURNAL_DROPPED)
        (void)pm_buf_addf(to, "(%u events dropped)", source->happening->count);
    else
        add_from_text(to, source, which);
}

static void add_number(struct pm_buf *to, const struct source *source, int which)
{
    if (source->event->numbers[which] >= 0)
        (void)pm_buf_addf(to, "%" PRId64, source->event->numbers[which]);
}

static void add_event(struct pm_buf *to, const struct source *source, int unused)
{
    static const char *const counting[PM_JOURNAL_KIND_MAX] = {
        [PM_JOURNAL_FAILURES] = "failures",
        [PM_JOURNAL_DROPPED] = "dropped",
    };
    const char *name = counting[source->happening->kind];

    (void)unused;
    (void)pm_buf_adds(to, name ? name : event_names[source->event->phase]);
}

static void add_method_of(struct pm_buf *to, const struct source *source, int unused)
{
    (void)unused;
    add_method(to, source->event);
}

static void add_duration(struct pm_buf *to, const struct source *source, int unused)
{
    int64_t ms = source->event->wall_ms - source->event->opened_ms;

    (void)unused;
    if (source->event->opened_ms >= 0 && ms >= 0) /* less: the clock was set back meanwhile */
        (void)pm_buf_addf(to, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

static void add_count(struct pm_buf *to, const struct source *source, int unused)
{
    (void)unused;
    if (source->happening->kind != PM_JOURNAL_EVENT)
        (void)pm_buf_addf(to, "%u", source->happening->count);
}

static void add_id(struct pm_buf *to, const struct source *source, int unused)
{
    (void)unused;
    (void)pm_buf_adds(to, source->event->id);
}

/* Of a logout its own record tells, of su and sudo the audit session does. */
static void add_login(struct pm_buf *to, const struct source *source, int unused)
{
    (void)unused;
    (void)pm_buf_adds(to, source->event->login_id[0] != '\0' ? source->event->login_id
                                                             : source->happening->login);
}

static const struct {
    void (*add)(struct pm_buf *to, const struct source *source, int which);
    int which; /* text or number of the event, where it is one */
} fields[PM_FIELD_MAX] = {
    [PM_FIELD_USER] = {add_user, PM_EVENT_USER},
    [PM_FIELD_RUSER] = {add_from_text, PM_EVENT_RUSER},
    [PM_FIELD_RHOST] = {add_from_text, PM_EVENT_RHOST},
    [PM_FIELD_SERVICE] = {add_from_text, PM_EVENT_SERVICE},
    [PM_FIELD_TTY] = {add_from_text, PM_EVENT_TTY},
    [PM_FIELD_CONN] = {add_from_text, PM_EVENT_CONN},
    [PM_FIELD_EVENT] = {add_event, 0},
    [PM_FIELD_METHOD] = {add_method_of, 0},
    [PM_FIELD_DURATION] = {add_duration, 0},
    [PM_FIELD_COUNT] = {add_count, 0},
    [PM_FIELD_ID] = {add_id, 0},
    [PM_FIELD_LOGIN] = {add_login, 0},
    [PM_FIELD_UID] = {add_number, PM_EVENT_UID},
    [PM_FIELD_EUID] = {add_number, PM_EVENT_EUID},
    [PM_FIELD_LOGINUID] = {add_number, PM_EVENT_LOGINUID},
    [PM_FIELD_SESSION] = {add_number, PM_EVENT_SESSION},
    [PM_FIELD_PID] = {add_number, PM_EVENT_PID},
};

/* Fields that a row about dropped events must not take from the first one's record. */
static bool is_of_one_event(enum pm_field field)
{
    return field != PM_FIELD_USER && field != PM_FIELD_EVENT && field != PM_FIELD_COUNT &&
           field != PM_FIELD_ID;
}

/* ---- columns ---- */

/* Returns whether a field had something in it. The template was checked when it was read. */
static bool expand(struct pm_buf *to, const char *template, const struct source *source)
{
    bool has_value = false;

    while (*template != '\0') {
        enum pm_field field = PM_FIELD_MAX;
        size_t before = to->len;

        if (*template != '%' || pm_columns_field(&template, &field) < 0) {
            (void)pm_buf_addc(to, *template ++);
            continue;
        }
        if (field == PM_FIELD_MAX)
            (void)pm_buf_addc(to, '%');
        else if (source->happening->kind != PM_JOURNAL_DROPPED || !is_of_one_event(field))
            fields[field].add(to, source, fields[field].which);
        has_value = has_value || (field != PM_FIELD_MAX && to->len > before);
    }
    return has_value;
}

int pm_compose(const struct pm_columns *columns, const struct pm_event *event,
               const struct pm_happening *happening, struct pm_result *ret_result)
{
    const struct source source = {event, happening};
    size_t starts[PM_CONFIG_COLUMNS_MAX], i;
    bool has_value[PM_CONFIG_COLUMNS_MAX];
    struct pm_result result = {.count = 0};

    pm_buf_init(&result.text, TEXT_MAX_BYTES);
    for (i = 0; i < columns->count; i++) {
        starts[i] = result.text.len;
        has_value[i] = expand(&result.text, columns->templates[i], &source);
        (void)pm_buf_addc(&result.text, '\0');
    }
    if (result.text.failed) {
        pm_buf_clear(&result.text);
        return PM_ERR_SYSTEM;
    }
    for (i = 0; i < columns->count; i++) { /* only now: the buffer moved while it grew */
        if (has_value[i])
            result.values[result.count++] = (struct pm_value){
                .name = columns->params[i].name, .value = result.text.data + starts[i]};
    }
    *ret_result = result;
    return 0;
}

void pm_result_clear(struct pm_result *result)
{
    pm_buf_clear(&result->text);
    result->count = 0;
}

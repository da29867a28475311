/* What a login looks like as a result of the login monitor; see compose.h. */
#include "compose.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "event.h"
#include "fingerprint.h"
#include "text.h"

#define TEXT_MAX_BYTES (32 * 1024) /* every byte of a record as \xNN */

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

static void add_duration(struct pm_buf *to, const struct pm_event *event)
{
    int64_t ms = event->wall_ms - event->opened_ms;

    if (event->opened_ms >= 0 && ms >= 0) /* less: the clock was set back meanwhile */
        (void)pm_buf_addf(to, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

static void add_event(struct pm_buf *to, const struct pm_event *event)
{
    (void)pm_buf_adds(to, event_names[event->phase]);
}

static void add_id(struct pm_buf *to, const struct pm_event *event)
{
    (void)pm_buf_adds(to, event->id);
}

/* The columns of the login monitor: a text as it is, or what a function makes of the event. */
static const struct column {
    const char *name;
    enum pm_event_text text;
    void (*add)(struct pm_buf *to, const struct pm_event *event);
} columns[] = {
    {"user_login", PM_EVENT_USER, NULL}, {"host", PM_EVENT_RHOST, NULL},
    {"srv", PM_EVENT_SERVICE, NULL},     {"event", PM_EVENT_TEXT_MAX, add_event},
    {"tty", PM_EVENT_TTY, NULL},         {"method", PM_EVENT_TEXT_MAX, add_method},
    {"ruser", PM_EVENT_RUSER, NULL},     {"duration", PM_EVENT_TEXT_MAX, add_duration},
    {"id", PM_EVENT_TEXT_MAX, add_id},
};

#define COLUMN_COUNT PM_ARRAY_LEN(columns)
_Static_assert(COLUMN_COUNT <= PM_COMPOSE_MAX, "a result holds all columns");

int pm_compose(const struct pm_event *event, struct pm_result *ret_result)
{
    size_t starts[COLUMN_COUNT], i;
    struct pm_result result = {.count = 0};

    pm_buf_init(&result.text, TEXT_MAX_BYTES);
    for (i = 0; i < COLUMN_COUNT; i++) {
        starts[i] = result.text.len;
        if (columns[i].add)
            columns[i].add(&result.text, event);
        else
            add_text(&result.text, &event->texts[columns[i].text]);
        (void)pm_buf_addc(&result.text, '\0');
    }
    if (result.text.failed) {
        pm_buf_clear(&result.text);
        return PM_ERR_SYSTEM;
    }
    for (i = 0; i < COLUMN_COUNT; i++) { /* only now: the buffer moved while it grew */
        const char *value = result.text.data + starts[i];

        if (value[0] != '\0')
            result.values[result.count++] =
                (struct pm_value){.name = columns[i].name, .value = value};
    }
    *ret_result = result;
    return 0;
}

void pm_result_clear(struct pm_result *result)
{
    pm_buf_clear(&result->text);
    result->count = 0;
}

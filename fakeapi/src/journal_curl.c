/* An entry of the journal as a command for the shell; see journal_show.h. */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "journal.h"
#include "journal_show.h"

static const char *variable_of(uint8_t kind)
{
    switch ((enum fa_mask_kind)kind) {
    case FA_MASK_PASSWORD:
        return "PAIDMONITOR_PASSWORD";
    case FA_MASK_TOKEN:
        return "PAIDMONITOR_TOKEN";
    case FA_MASK_SECRETKEY:
        break;
    }
    return "PAIDMONITOR_SECRETKEY";
}

/* The mask that begins at this byte; NULL for none. */
static const struct fa_mask *mask_at(const struct fa_journal_entry *entry, bool is_in_body,
                                     size_t at)
{
    size_t i;

    for (i = 0; i < entry->mask_count; i++)
        if (entry->masks[i].at == at && entry->masks[i].is_in_body == is_in_body)
            return &entry->masks[i];
    return NULL;
}

/* Between single quotes; where a mask stands, the variable between double ones. */
static void add_quoted(struct pm_buf *buf, const struct fa_journal_entry *entry, bool is_in_body)
{
    const struct fa_journal_bytes *bytes = is_in_body ? &entry->body : &entry->query;
    size_t i = 0;

    while (i < bytes->len) {
        const struct fa_mask *mask = mask_at(entry, is_in_body, i);

        if (mask) {
            (void)pm_buf_addf(buf, "'\"${%s}\"'", variable_of(mask->kind));
            i += strlen(FA_JOURNAL_MASK);
            continue;
        }
        if (bytes->at[i] == '\'')
            (void)pm_buf_adds(buf, "'\\''");
        else
            (void)pm_buf_addc(buf, bytes->at[i]);
        i++;
    }
}

static void add_quoted_text(struct pm_buf *buf, const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (text[i] == '\'')
            (void)pm_buf_adds(buf, "'\\''");
        else
            (void)pm_buf_addc(buf, text[i]);
    }
}

/* What an argument cannot carry, or a terminal should not see, is written by printf. */
static bool is_plain(const struct fa_journal_bytes *bytes)
{
    size_t i;

    for (i = 0; i < bytes->len; i++)
        if ((unsigned char)bytes->at[i] < 0x20 || (unsigned char)bytes->at[i] > 0x7e)
            return false;
    return true;
}

static void add_printf(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    size_t i = 0;

    (void)pm_buf_adds(buf, "printf '");
    while (i < entry->body.len) {
        unsigned char byte = (unsigned char)entry->body.at[i];

        if (mask_at(entry, true, i)) {
            (void)pm_buf_adds(buf, "%s");
            i += strlen(FA_JOURNAL_MASK);
            continue;
        }
        if (byte == '%')
            (void)pm_buf_adds(buf, "%%");
        else if (byte < 0x20 || byte > 0x7e || byte == '\\' || byte == '\'')
            (void)pm_buf_addf(buf, "\\%03o", byte);
        else
            (void)pm_buf_addc(buf, (char)byte);
        i++;
    }
    (void)pm_buf_addc(buf, '\'');
    for (i = 0; i < entry->mask_count; i++)
        if (entry->masks[i].is_in_body)
            (void)pm_buf_addf(buf, " \"${%s}\"", variable_of(entry->masks[i].kind));
    (void)pm_buf_adds(buf, " | ");
}

/* Fields that curl writes itself, and those it must be told not to. */
struct fields {
    bool has_accept;
    bool has_agent;
    bool has_type;
};

static bool is_field(const char *line, size_t len, const char *name)
{
    return len > strlen(name) && line[strlen(name)] == ':' &&
           strncasecmp(line, name, strlen(name)) == 0;
}

static bool is_curls_own(const char *line, size_t len)
{
    static const char *const own[] = {"Host", "Content-Length", "Connection", "Expect"};
    size_t i;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (is_field(line, len, own[i]))
            return true;
    return false;
}

static bool ends_with(const char *line, size_t len, const char *end)
{
    return len >= strlen(end) && memcmp(line + len - strlen(end), end, strlen(end)) == 0;
}

/* To curl a field without a value would be one to leave out, unless it ends with a semicolon. */
static void add_field(struct pm_buf *buf, const char *line, size_t len)
{
    (void)pm_buf_adds(buf, " -H '");
    if (ends_with(line, len, ": " FA_JOURNAL_MASK)) {
        add_quoted_text(buf, line, len - strlen(FA_JOURNAL_MASK));
        (void)pm_buf_adds(buf, "'\"${PAIDMONITOR_AUTHORIZATION}\"");
    } else if (ends_with(line, len, ": ")) {
        add_quoted_text(buf, line, len - strlen(": "));
        (void)pm_buf_adds(buf, ";'");
    } else {
        add_quoted_text(buf, line, len);
        (void)pm_buf_addc(buf, '\'');
    }
}

static void add_fields(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    struct fields fields = {0};
    const char *line = entry->head.at;
    const char *end = line + entry->head.len;

    while (line < end) {
        size_t len = strcspn(line, "\r\n");

        fields.has_accept |= is_field(line, len, "Accept");
        fields.has_agent |= is_field(line, len, "User-Agent");
        fields.has_type |= is_field(line, len, "Content-Type");
        if (!is_curls_own(line, len))
            add_field(buf, line, len);
        line += len + strspn(line + len, "\r\n");
    }
    (void)pm_buf_adds(buf, fields.has_accept ? "" : " -H 'Accept:'");
    (void)pm_buf_adds(buf, fields.has_agent ? "" : " -H 'User-Agent:'");
    (void)pm_buf_adds(buf, fields.has_type ? "" : " -H 'Content-Type:'");
}

static void add_method(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    if (strcmp(entry->method, "HEAD") == 0) {
        (void)pm_buf_adds(buf, " --head");
    } else if (strcmp(entry->method, "GET") != 0 || entry->body.len > 0) {
        (void)pm_buf_adds(buf, " -X '");
        add_quoted_text(buf, entry->method, strlen(entry->method));
        (void)pm_buf_addc(buf, '\'');
    }
}

static void add_url(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    (void)pm_buf_adds(buf, " \"${PAIDMONITOR_URL}\"'");
    add_quoted_text(buf, entry->path, strlen(entry->path));
    if (entry->query.len > 0)
        (void)pm_buf_addc(buf, '?');
    add_quoted(buf, entry, false);
    (void)pm_buf_addc(buf, '\'');
}

static bool is_kept(const struct fa_journal_entry *entry)
{
    return strcmp(entry->method, "-") != 0 && entry->query.len == entry->query.whole &&
           entry->body.len == entry->body.whole && entry->head.len == entry->head.whole &&
           strcmp(entry->path, FA_JOURNAL_MASK) != 0;
}

int fa_journal_curl(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    bool is_by_pipe = !is_plain(&entry->body);

    if (!is_kept(entry))
        return FA_SHOW_NOT_KEPT;
    if (is_by_pipe)
        add_printf(buf, entry);
    (void)pm_buf_adds(buf, "curl -sS -i --globoff --path-as-is");
    add_method(buf, entry);
    add_fields(buf, entry);
    if (is_by_pipe) {
        (void)pm_buf_adds(buf, " --data-binary @-");
    } else if (entry->body.len > 0 || strcmp(entry->method, "POST") == 0) {
        (void)pm_buf_adds(buf, " --data-raw '");
        add_quoted(buf, entry, true);
        (void)pm_buf_addc(buf, '\'');
    }
    add_url(buf, entry);
    return pm_buf_addc(buf, '\n') < 0 ? FA_SHOW_FAILED : 0;
}

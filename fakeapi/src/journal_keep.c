#include "journal_keep.h"

#include "app.h"
#include "journal.h"
#include "journal_show.h"
#include "reply.h"

#define ENTRY_MAX (2 * 1024 * 1024) /* an entry with every byte escaped */

/* The two other forms, which need bytes that JSON does not carry; where there is one. */
static void write_forms(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    struct pm_buf text;

    pm_buf_init(&text, ENTRY_MAX);
    if (fa_journal_curl(entry, &text) == 0)
        fa_write_text(out, "curl", text.data);
    pm_buf_reset(&text);
    if (fa_journal_vector(entry, 1, &text) == 0)
        fa_write_literal(out, "vector", text.data);
    pm_buf_clear(&text);
}

/* Ids begin anew with each start of a server; the instance says whose they are. */
static int write_entry(const struct fa_journal_entry *entry, const char *instance,
                       struct pm_buf *buf)
{
    struct fa_writer *out = fa_writer_new(buf, false);

    if (!out)
        return -1;
    fa_write_object(out, "");
    fa_write_text(out, "instance", instance);
    fa_journal_show(entry, true, out);
    write_forms(entry, out);
    fa_write_end(out);
    return fa_writer_finish(out);
}

void fa_journal_keep(struct fa_app *app, const struct fa_journal_entry *entry)
{
    struct pm_buf json;

    if (!app->keeps_journal)
        return;
    pm_buf_init(&json, ENTRY_MAX);
    if (write_entry(entry, fa_journal_instance(app->journal), &json) == 0) {
        const struct fa_kept kept = {
            .account_id = entry->account_id,
            .time_ms = entry->time_ms,
            .status = entry->status,
            .monitor_id = entry->monitor_id,
            .verdict = fa_verdict_text(entry->verdict),
            .action = entry->action,
            .data = json.data,
        };

        (void)fa_store_journal_add(app->store, &kept); /* then the commit fails as well */
    }
    pm_buf_clear(&json);
}

void fa_journal_keep_failed(struct fa_app *app, int64_t after_id)
{
    int64_t id;

    for (id = after_id + 1; app->keeps_journal && id <= fa_journal_newest(app->journal); id++) {
        const struct fa_journal_entry *entry = fa_journal_get(app->journal, id);

        if (entry)
            fa_journal_keep(app, entry);
    }
}

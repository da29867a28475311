#include "cmd_log.h"

#include "fakeapi.h"
#include "journal.h"
#include "log.h"

#define FIELDS_MAX 16

struct fields {
    struct pm_log_field items[FIELDS_MAX];
    int count;
};

/* What does not apply is left out. */
static void add_text(struct fields *fields, const char *name, const char *text)
{
    if (text[0])
        fields->items[fields->count++] = (struct pm_log_field){.name = name, .text = text};
}

static void add_number(struct fields *fields, const char *name, long long number)
{
    fields->items[fields->count++] = (struct pm_log_field){.name = name, .number = number};
}

/* The names are documented in paidmonitor-fakeapi(8), LOG. */
static void add_request(struct fields *fields, const struct fa_log_record *record)
{
    add_text(fields, "event", "request");
    add_text(fields, "verdict", fa_verdict_text(record->verdict));
    add_number(fields, "status", record->status);
    add_text(fields, "method", record->method);
    add_text(fields, "path", record->path);
    add_text(fields, "action", record->action);
    add_text(fields, "reason", record->reason);
    add_text(fields, "section", record->section);
    add_text(fields, "fault", record->fault);
    add_text(fields, "peer", record->peer);
    add_text(fields, "apikey", record->apikey);
    if (record->monitor_id > 0)
        add_number(fields, "monitor_id", record->monitor_id);
    add_number(fields, "journal_id", record->journal_id);
    add_number(fields, "duration_us", record->duration_us);
}

static void add_connection(struct fields *fields, const struct fa_log_record *record)
{
    add_text(fields, "event", "connection");
    add_text(fields, "fault", record->fault);
    add_text(fields, "peer", record->peer);
}

/* What somebody has asked to go wrong is no error. */
static enum pm_log_level level_of(const struct fa_log_record *record)
{
    static const enum pm_log_level levels[FA_VERDICT_MAX] = {
        [FA_VERDICT_ACCEPTED] = PM_LOG_DEBUG,
        [FA_VERDICT_REFUSED] = PM_LOG_WARNING,
        [FA_VERDICT_FAILED] = PM_LOG_ERROR,
    };

    return record->fault[0] ? PM_LOG_WARNING : levels[record->verdict];
}

void cmd_log_record(void *context, const struct fa_log_record *record)
{
    struct fields fields = {.count = 0};

    (void)context;
    if (record->method[0])
        add_request(&fields, record);
    else if (record->fault[0])
        add_connection(&fields, record);
    else
        add_text(&fields, "event", "store");
    pm_log_fields(level_of(record), fields.items, fields.count, record->line);
}

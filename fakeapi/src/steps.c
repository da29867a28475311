#include "steps.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "journal.h"

void fa_steps_enter(struct fa_steps *steps, enum fa_step step)
{
    if (steps->verdicts[steps->current] == FA_STEP_SKIPPED)
        steps->verdicts[steps->current] = FA_STEP_OK;
    steps->current = (uint8_t)step;
}

void fa_steps_forgive(struct fa_steps *steps)
{
    steps->verdicts[steps->current] = FA_STEP_FORGIVEN;
    if (steps->forgiven_count < FA_STEPS_FORGIVEN_MAX)
        steps->forgiven[steps->forgiven_count++] = steps->current;
}

void fa_steps_end(struct fa_steps *steps, bool has_failed)
{
    if (has_failed)
        steps->verdicts[steps->current] = FA_STEP_FAILED;
    else
        fa_steps_enter(steps, (enum fa_step)steps->current);
}

enum fa_step_verdict fa_step_verdict(const struct fa_journal_entry *entry, enum fa_step step)
{
    if (step != FA_STEP_COMMIT)
        return (enum fa_step_verdict)entry->steps.verdicts[step];
    if (entry->has_lost_commit)
        return FA_STEP_FAILED;
    return entry->is_held && entry->committed_us >= 0 && entry->verdict == FA_VERDICT_ACCEPTED
               ? FA_STEP_OK
               : FA_STEP_SKIPPED;
}

/* Evidence */

static void say_head(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "well-formed HTTP, a body of %" PRIu32 " bytes", entry->body.whole);
}

static void say_path(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, entry->path);
}

static void say_method(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, entry->method);
}

static void say_form(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "%" PRId64 " parameters", entry->steps.numbers[FA_STEP_FORM]);
}

static void say_public_key(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "the public key adds %" PRId64 " parameters",
                      entry->steps.numbers[FA_STEP_PUBLIC_KEY]);
}

static void say_account(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "the apikey is that of account %" PRId64,
                      entry->steps.numbers[FA_STEP_ACCOUNT]);
}

static void say_client(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "acts for account %" PRId64 ", a client of this one",
                      entry->steps.numbers[FA_STEP_CLIENT]);
}

static void say_token(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)entry;
    (void)pm_buf_adds(buf, "the token is the account's and has not expired");
}

static void say_checksum(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "%s is the HMAC-SHA1 of %" PRId64 " parameters", entry->checksum,
                      entry->steps.numbers[FA_STEP_CHECKSUM]);
}

static void say_timestamp(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    int64_t off_ms = entry->steps.numbers[FA_STEP_TIMESTAMP];

    (void)pm_buf_addf(
        buf, "%" PRId64 ".%03d s %s the server's clock", (off_ms < 0 ? -off_ms : off_ms) / 1000,
        (int)((off_ms < 0 ? -off_ms : off_ms) % 1000), off_ms < 0 ? "before" : "after");
}

static void say_replay(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)entry;
    (void)pm_buf_adds(buf, "timestamp and checksum were not seen before");
}

static void say_action(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, entry->action);
}

static void say_names(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)entry;
    (void)pm_buf_adds(buf, "no parameter is unknown or comes twice");
}

static void say_values(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)entry;
    (void)pm_buf_adds(buf, "what is required is there, and all of its type");
}

static void say_effect(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, "done");
    if (entry->monitor_id != 0)
        (void)pm_buf_addf(buf, ", on monitor %" PRId64, entry->monitor_id);
}

static void say_commit(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    (void)pm_buf_addf(buf, "durable after %" PRId64 " us", entry->committed_us);
}

static const struct {
    const char *name;
    const char *section;
    void (*say)(const struct fa_journal_entry *entry, struct pm_buf *buf); /* when it has passed */
} steps[FA_STEP_MAX] = {
    [FA_STEP_HEAD] = {"head", "4", say_head},
    [FA_STEP_PATH] = {"path", "1.1", say_path},
    [FA_STEP_METHOD] = {"method", "1.2", say_method},
    [FA_STEP_FORM] = {"form", "1.3", say_form},
    [FA_STEP_PUBLIC_KEY] = {"public key", "2.5", say_public_key},
    [FA_STEP_ACCOUNT] = {"account", "2.1", say_account},
    [FA_STEP_CLIENT] = {"client", "2.6", say_client},
    [FA_STEP_TOKEN] = {"token", "2.2", say_token},
    [FA_STEP_CHECKSUM] = {"checksum", "2.3", say_checksum},
    [FA_STEP_TIMESTAMP] = {"timestamp", "2.4", say_timestamp},
    [FA_STEP_REPLAY] = {"replay", "2.3", say_replay},
    [FA_STEP_ACTION] = {"action", "1.1", say_action},
    [FA_STEP_NAMES] = {"names", "1.4", say_names},
    [FA_STEP_VALUES] = {"values", "3", say_values},
    [FA_STEP_EFFECT] = {"effect", "3", say_effect},
    [FA_STEP_COMMIT] = {"commit", "4", say_commit},
};

const char *fa_step_name(enum fa_step step)
{
    return steps[step].name;
}

const char *fa_step_section(enum fa_step step)
{
    return steps[step].section;
}

const char *fa_step_verdict_text(enum fa_step_verdict verdict)
{
    static const char *const texts[FA_STEP_VERDICT_MAX] = {"skipped", "ok", "forgiven", "failed"};

    return texts[verdict];
}

/* The lines of `deviations` that this step wrote. */
static void say_forgiven(const struct fa_journal_entry *entry, enum fa_step step,
                         struct pm_buf *buf)
{
    const char *line = entry->deviations;
    size_t begin = buf->len;
    size_t i;

    for (i = 0; i < entry->steps.forgiven_count && *line; i++) {
        size_t len = strcspn(line, "\n");

        if (entry->steps.forgiven[i] == step) {
            if (buf->len > begin)
                (void)pm_buf_adds(buf, "; ");
            (void)pm_buf_add(buf, line, len);
        }
        line += len + (line[len] == '\n');
    }
}

void fa_step_evidence(const struct fa_journal_entry *entry, enum fa_step step, struct pm_buf *buf)
{
    enum fa_step_verdict verdict = fa_step_verdict(entry, step);

    if (verdict == FA_STEP_FAILED)
        (void)pm_buf_adds(buf, entry->reason);
    else if (verdict == FA_STEP_FORGIVEN)
        say_forgiven(entry, step, buf);
    else if (verdict == FA_STEP_OK)
        steps[step].say(entry, buf);
}

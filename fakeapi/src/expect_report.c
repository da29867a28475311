/* What became of expectations and waits; see expect.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "expect_private.h"
#include "journal.h"
#include "journal_show.h"
#include "params.h"
#include "reply.h"
#include "text.h"

#define ARENA_MAX  (32 * 1024 * 1024)
#define REASON_MAX 512
#define NEAR_MAX   20 /* expectations of one report: a search reads thousands of requests */

/* Both forms of a report at once; `text` may be NULL. */
struct report {
    struct fa_group *group; /* NULL when nothing was ever expected of the account */
    struct fa_expects *expects;
    int64_t account_id;
    struct fa_writer *out;
    struct pm_buf *text;
    size_t *near_left; /* for so many more, nearest misses are looked for */
};

static void say(const struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct report *report, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    if (!report->text)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    (void)pm_text_add_visible(report->text, line, strlen(line));
    (void)pm_buf_addc(report->text, '\n');
}

/* An answer of several: one no is a no, and what is not known is not a yes. */
static enum fa_answer both(enum fa_answer a, enum fa_answer b)
{
    if (a == FA_ANSWER_NO || b == FA_ANSWER_NO)
        return FA_ANSWER_NO;
    return a == FA_ANSWER_YES && b == FA_ANSWER_YES ? FA_ANSWER_YES : FA_ANSWER_UNKNOWN;
}

/* Reasons */

static void say_wanted(const struct fa_expectation *one, char *text, size_t size)
{
    if (one->at_least == one->at_most)
        snprintf(text, size, "exactly %" PRId64, one->at_least);
    else if (one->at_most == FA_UNLIMITED)
        snprintf(text, size, "at least %" PRId64, one->at_least);
    else if (one->at_least == 0)
        snprintf(text, size, "at most %" PRId64, one->at_most);
    else
        snprintf(text, size, "%" PRId64 " to %" PRId64, one->at_least, one->at_most);
}

static void say_count(const struct fa_expectation *one, char *text, size_t size)
{
    const struct fa_tally *tally = &one->tallies[0];

    if (tally->unknown > 0)
        snprintf(text, size,
                 "%" PRId64 " to %" PRId64 " came: %" PRId64
                 " requests were forgotten, cleared or cut before they could be "
                 "counted",
                 tally->count, tally->count + tally->unknown, tally->unknown);
    else
        snprintf(text, size, "%" PRId64 " came", tally->count);
}

static void say_order(const struct fa_expectation *one, char *text, size_t size)
{
    const struct fa_tally *tally = &one->tallies[0];

    text[0] = '\0';
    if (one->after_count == 0)
        return;
    if (fa_expectation_answer(one) == FA_ANSWER_UNKNOWN && tally->unknown == 0)
        snprintf(text, size, "; when what it comes after was met is not known");
    else if (tally->early > 0 && one->kind == FA_EXPECT_MUST)
        snprintf(text, size, "; request %" PRId64 " came before \"%s\"%s was met", tally->early_id,
                 one->after[0]->name, one->after_count > 1 ? " or another" : "");
}

static void say_late(const struct fa_expectation *one, char *text, size_t size)
{
    if (one->tallies[0].late == 0)
        text[0] = '\0';
    else
        snprintf(text, size, "; %" PRId64 " came after the time was over", one->tallies[0].late);
}

static void say_reason(const struct fa_expectation *one, char *text, size_t size)
{
    char wanted[64];
    char count[256];
    char order[192];
    char late[96];

    say_wanted(one, wanted, sizeof(wanted));
    say_count(one, count, sizeof(count));
    say_order(one, order, sizeof(order));
    say_late(one, late, sizeof(late));
    if (one->kind == FA_EXPECT_MUST_NOT)
        snprintf(text, size, "must not come, and %s%s%s", count, order, late);
    else if (one->at_least == 0 && one->at_most == FA_UNLIMITED)
        snprintf(text, size, "may come, and %s%s", count, late);
    else
        snprintf(text, size, "%s must come, and %s%s%s", wanted, count, order, late);
}

/* Nearest misses */

struct near {
    int64_t id;
    size_t differences;
};

struct nearest {
    struct near best[FA_EXPECT_NEAR];
    size_t count;
};

/* Fewer differences first; of as many, the newest. */
static void consider(struct nearest *nearest, struct near one)
{
    size_t place = nearest->count;

    while (place > 0 && nearest->best[place - 1].differences > one.differences)
        place--;
    if (place == FA_EXPECT_NEAR)
        return;
    if (nearest->count < FA_EXPECT_NEAR)
        nearest->count++;
    memmove(nearest->best + place + 1, nearest->best + place,
            (nearest->count - place - 1) * sizeof(*nearest->best));
    nearest->best[place] = one;
}

/* With an entry's parameters at hand. */
static size_t differ(const struct fa_match *match, const struct fa_journal_entry *entry,
                     void (*each)(void *context, const char *field, const char *wanted,
                                  const char *found),
                     void *context)
{
    struct fa_arena arena;
    struct fa_params params = {0};
    struct fa_match_subject subject = {.entry = entry, .params = &params, .arena = &arena};
    size_t count;

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_journal_params(entry, &arena, &params, &subject.params_are_whole) < 0)
        params.count = 0;
    count = fa_match_differences(match, &subject, each, context);
    fa_arena_clear(&arena);
    return count;
}

static struct nearest find_nearest(const struct report *report, const struct fa_expectation *one)
{
    const struct fa_journal *journal = report->expects->journal;
    struct nearest nearest = {.count = 0};
    size_t seen = 0;
    int64_t id;

    for (id = fa_journal_newest(journal);
         id >= fa_journal_oldest(journal) && id > one->since_id && seen < FA_EXPECT_NEAR_SCAN;
         id--) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);
        size_t differences;

        if (!entry || entry->account_id != report->account_id)
            continue;
        seen++;
        differences = differ(one->match, entry, NULL, NULL);
        if (differences > 0)
            consider(&nearest, (struct near){.id = id, .differences = differences});
    }
    return nearest;
}

static void write_difference(void *context, const char *field, const char *wanted,
                             const char *found)
{
    const struct report *report = context;

    fa_write_object(report->out, "");
    fa_write_text(report->out, "field", field);
    fa_write_text(report->out, "wanted", wanted);
    fa_write_text(report->out, "found", found);
    fa_write_end(report->out);
    say(report, "            %s: wanted %.300s", field, wanted);
    say(report, "            %*s  found %.300s", (int)strlen(field), "", found);
}

static void write_nearest(const struct report *report, const struct fa_expectation *one)
{
    struct nearest nearest = {.count = 0};
    size_t i;

    if (*report->near_left > 0) {
        nearest = find_nearest(report, one);
        (*report->near_left)--;
    }

    fa_write_list(report->out, "nearest");
    for (i = 0; i < nearest.count; i++) {
        const struct fa_journal_entry *entry =
            fa_journal_get(report->expects->journal, nearest.best[i].id);
        struct report copy = *report;

        fa_write_object(report->out, "");
        fa_journal_show(entry, false, report->out);
        say(report, "        near: request %" PRId64 ", %.64s, %s", entry->id,
            entry->action[0] ? entry->action : entry->path, fa_verdict_text(entry->verdict));
        fa_write_list(report->out, "differences");
        (void)differ(one->match, entry, write_difference, &copy);
        fa_write_end(report->out);
        fa_write_end(report->out);
    }
    fa_write_end(report->out);
}

/* Requests that are there and should not be, or should: the newest */

static void write_line(const struct report *report, const struct fa_journal_entry *entry)
{
    fa_write_object(report->out, "");
    fa_journal_show(entry, false, report->out);
    fa_write_end(report->out);
    say(report, "        request %" PRId64 ", %.64s, %s%s%.200s", entry->id,
        entry->action[0] ? entry->action : entry->path, fa_verdict_text(entry->verdict),
        entry->reason[0] ? ": " : "", entry->reason);
}

/* Does nothing take it, for certain? Its parameters are read once for all. */
static bool is_stray(const struct fa_group *group, const struct fa_journal_entry *entry)
{
    const struct fa_expectation *one = group ? group->first : NULL;
    struct fa_arena arena;
    struct fa_params params = {0};
    struct fa_match_subject subject = {.entry = entry, .params = &params, .arena = &arena};
    bool is_taken = false;

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_journal_params(entry, &arena, &params, &subject.params_are_whole) < 0)
        subject.params_are_whole = false;
    for (; one && !is_taken; one = one->next)
        is_taken = entry->id > one->since_id && fa_match_run(one->match, &subject) != FA_MATCH_NO;
    fa_arena_clear(&arena);
    return !is_taken;
}

/* @one: those that fit it; NULL: those that fit none */
static void write_requests(const struct report *report, const struct fa_expectation *one)
{
    const struct fa_journal *journal = report->expects->journal;
    size_t shown = 0;
    int64_t id;

    fa_write_list(report->out, "requests");
    for (id = fa_journal_newest(journal);
         id >= fa_journal_oldest(journal) && shown < FA_EXPECT_SHOWN; id--) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);

        if (!entry || entry->account_id != report->account_id)
            continue;
        if (one ? id <= one->since_id || fa_match_kept(one->match, entry) != FA_MATCH_YES
                : !is_stray(report->group, entry))
            continue;
        write_line(report, entry);
        shown++;
    }
    fa_write_end(report->out);
}

/* Expectations */

static const char *kind_text(enum fa_expect_kind kind)
{
    static const char *const texts[FA_EXPECT_KIND_MAX] = {"must", "may", "must_not"};

    return texts[kind];
}

static void write_counts(const struct fa_expectation *one, struct fa_writer *out)
{
    const struct fa_tally *tally = &one->tallies[0];

    fa_write_integer(out, "count", tally->count);
    fa_write_integer(out, "unknown", tally->unknown);
    fa_write_integer(out, "at_least", one->at_least);
    if (one->at_most != FA_UNLIMITED)
        fa_write_integer(out, "at_most", one->at_most);
    if (tally->first_id > 0) {
        fa_write_integer(out, "first_request", tally->first_id);
        fa_write_integer(out, "last_request", tally->last_id);
    }
    if (one->after_count > 0)
        fa_write_integer(out, "early", tally->early);
    if (one->within_ms > 0) {
        fa_write_integer(out, "within_ms", one->within_ms);
        fa_write_integer(out, "late", tally->late);
    }
}

static void write_after(const struct fa_expectation *one, struct fa_writer *out)
{
    size_t i;

    fa_write_list(out, "after");
    for (i = 0; i < one->after_count; i++)
        fa_write_text(out, "", one->after[i]->name);
    fa_write_end(out);
}

static bool has_too_many(const struct fa_expectation *one)
{
    return one->tallies[0].count > one->at_most ||
           (one->kind == FA_EXPECT_MUST && one->tallies[0].early > 0);
}

static enum fa_answer write_expectation(const struct report *report,
                                        const struct fa_expectation *one)
{
    enum fa_answer answer = fa_expectation_answer(one);
    char reason[REASON_MAX];

    say_reason(one, reason, sizeof(reason));
    say(report, "    %-11s %s: %s %.200s: %s", fa_answer_text(answer), one->name,
        kind_text(one->kind), fa_match_text(one->match), reason);
    fa_write_object(report->out, "");
    fa_write_text(report->out, "id", one->name);
    fa_write_text(report->out, "kind", kind_text(one->kind));
    fa_write_text(report->out, "answer", fa_answer_text(answer));
    fa_write_text(report->out, "reason", reason);
    fa_write_literal(report->out, "match", fa_match_text(one->match));
    write_counts(one, report->out);
    write_after(one, report->out);
    if (has_too_many(one))
        write_requests(report, one);
    else if (answer != FA_ANSWER_YES)
        write_nearest(report, one);
    fa_write_end(report->out);
    return answer;
}

static enum fa_answer write_expectations(const struct report *report, const char *name,
                                         size_t *ret_count)
{
    enum fa_answer answer = FA_ANSWER_YES;
    const struct fa_expectation *one;

    *ret_count = 0;
    fa_write_list(report->out, "expectations");
    for (one = report->group ? report->group->first : NULL; one; one = one->next) {
        if (name && strcmp(one->name, name) != 0)
            continue;
        answer = both(answer, write_expectation(report, one));
        (*ret_count)++;
    }
    fa_write_end(report->out);
    return answer;
}

/* What nobody expected; without any expectation that is everything. */
static struct fa_tally unexpected_of(const struct report *report)
{
    struct fa_tally all = {0};

    if (report->group && report->group->first)
        return report->group->unexpected[0];
    all.count = fa_journal_count(report->expects->journal, report->account_id).total;
    return all;
}

static enum fa_answer write_unexpected(const struct report *report)
{
    struct fa_tally tally = unexpected_of(report);
    enum fa_answer answer = tally.count > 0     ? FA_ANSWER_NO
                            : tally.unknown > 0 ? FA_ANSWER_UNKNOWN
                                                : FA_ANSWER_YES;

    fa_write_object(report->out, "unexpected");
    fa_write_text(report->out, "answer", fa_answer_text(answer));
    fa_write_integer(report->out, "count", tally.count);
    fa_write_integer(report->out, "unknown", tally.unknown);
    say(report, "    %-11s nothing else: %" PRId64 " came that nothing expects",
        fa_answer_text(answer), tally.count);
    if (tally.unknown > 0)
        say(report, "                %" PRId64 " were forgotten before this was asked",
            tally.unknown);
    write_requests(report, NULL);
    fa_write_end(report->out);
    return answer;
}

enum fa_answer fa_expects_verify(struct fa_expects *expects, int64_t account_id, const char *name,
                                 bool nothing_else, struct fa_writer *out, struct pm_buf *text)
{
    size_t near_left = NEAR_MAX;
    const struct report report = {
        .group = fa_group_find(expects, account_id),
        .expects = expects,
        .account_id = account_id,
        .out = out,
        .text = text,
        .near_left = &near_left,
    };
    size_t count;
    enum fa_answer answer = write_expectations(&report, name, &count);
    const char *reason = "";

    if (nothing_else)
        answer = both(answer, write_unexpected(&report));
    if (count == 0 && !nothing_else) {
        answer = FA_ANSWER_UNKNOWN;
        reason = "nothing was declared since the server was started, or since it was taken back";
        say(&report, "    %s", reason);
    }
    fa_write_text(out, "answer", fa_answer_text(answer));
    fa_write_text(out, "reason", reason);
    fa_write_text(out, "instance", fa_journal_instance(expects->journal));
    say(&report, "%s", fa_answer_text(answer));
    return answer;
}

void fa_wait_report(const struct fa_wait *wait, struct fa_writer *out, struct pm_buf *text)
{
    const struct fa_expectation *one = &wait->expectation;
    size_t near_left = 1;
    const struct report report = {
        .group = wait->group,
        .expects = wait->group->expects,
        .account_id = wait->group->account_id,
        .out = out,
        .text = text,
        .near_left = &near_left,
    };
    enum fa_answer answer = fa_expectation_answer(one);
    char reason[REASON_MAX];

    say_reason(one, reason, sizeof(reason));
    say(&report, "%s: %s", fa_answer_text(answer), reason);
    fa_write_text(out, "answer", fa_answer_text(answer));
    fa_write_text(out, "reason", reason);
    fa_write_integer(out, "count", one->tallies[0].count);
    fa_write_integer(out, "unknown", one->tallies[0].unknown);
    write_requests(&report, one);
    if (answer != FA_ANSWER_YES)
        write_nearest(&report, one);
    fa_write_text(out, "instance", fa_journal_instance(report.expects->journal));
}

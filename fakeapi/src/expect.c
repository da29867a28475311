#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "expect_private.h"
#include "journal.h"
#include "params.h"

#define ARENA_MAX (32 * 1024 * 1024) /* for the values of one request */

/* Groups */

static size_t place_of(const struct fa_expects *expects, int64_t account_id)
{
    size_t from = 0;
    size_t to = expects->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (expects->groups[middle]->account_id < account_id)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

struct fa_group *fa_group_find(const struct fa_expects *expects, int64_t account_id)
{
    size_t place = place_of(expects, account_id);

    if (place == expects->count || expects->groups[place]->account_id != account_id)
        return NULL;
    return expects->groups[place];
}

struct fa_group *fa_group_make(struct fa_expects *expects, int64_t account_id)
{
    struct fa_group *group = fa_group_find(expects, account_id);
    size_t place = place_of(expects, account_id);
    size_t size = expects->size ? 2 * expects->size : 4;
    struct fa_group **groups;

    if (group)
        return group;
    if (expects->count == expects->size) {
        groups = realloc(expects->groups, size * sizeof(*groups));
        if (!groups)
            return NULL;
        expects->groups = groups;
        expects->size = size;
    }
    group = calloc(1, sizeof(*group));
    if (!group)
        return NULL;
    group->account_id = account_id;
    group->expects = expects;
    memmove(expects->groups + place + 1, expects->groups + place,
            (expects->count - place) * sizeof(*expects->groups));
    expects->groups[place] = group;
    expects->count++;
    return group;
}

struct fa_expectation *fa_expectation_find(const struct fa_group *group, const char *name)
{
    struct fa_expectation *one;

    for (one = group->first; one; one = one->next)
        if (strcmp(one->name, name) == 0)
            return one;
    return NULL;
}

void fa_expectation_free(struct fa_expectation *expectation)
{
    fa_match_free(expectation->match);
    free(expectation);
}

static void free_all(struct fa_expectation *one)
{
    while (one) {
        struct fa_expectation *next = one->next;

        fa_expectation_free(one);
        one = next;
    }
}

/* Counting */

/* Is everything met that it has to come after? */
static bool is_due(const struct fa_expectation *one, int which, int64_t id)
{
    size_t i;

    for (i = 0; i < one->after_count; i++) {
        int64_t met_id = one->after[i]->tallies[which].met_id;

        if (met_id == 0 || met_id >= id)
            return false;
    }
    return true;
}

static bool is_over(const struct fa_expectation *one, int64_t now_ms)
{
    return one->within_ms > 0 && now_ms - one->declared_ms > one->within_ms;
}

static void count_one(struct fa_tally *tally, int64_t id)
{
    tally->count++;
    tally->last_id = id;
    if (tally->first_id == 0)
        tally->first_id = id;
}

static void count_fit(struct fa_expectation *one, int which, int64_t id, int64_t now_ms)
{
    struct fa_tally *tally = &one->tallies[which];
    bool is_early = !is_due(one, which, id);

    if (is_early && one->kind == FA_EXPECT_MUST_NOT)
        return;
    if (is_over(one, now_ms)) {
        tally->late++;
        return;
    }
    count_one(tally, id);
    if (is_early && tally->early++ == 0)
        tally->early_id = id;
    if (tally->met_id == 0 && tally->count >= one->at_least && !is_early)
        tally->met_id = id;
}

static enum fa_match_answer apply(struct fa_expectation *one, int which,
                                  const struct fa_match_subject *subject, int64_t now_ms)
{
    enum fa_match_answer answer = fa_match_run(one->match, subject);

    if (answer == FA_MATCH_YES)
        count_fit(one, which, subject->entry->id, now_ms);
    else if (answer == FA_MATCH_UNKNOWN)
        one->tallies[which].unknown++;
    return answer;
}

/* One outcome of a request: all expectations and waits of the account see it. */
static void apply_all(struct fa_group *group, int which, const struct fa_match_subject *subject)
{
    int64_t now_ms = group->expects->mono_ms();
    enum fa_match_answer best = FA_MATCH_NO;
    struct fa_expectation *one;
    struct fa_wait *wait;

    for (one = group->first; one; one = one->next) {
        enum fa_match_answer answer = apply(one, which, subject, now_ms);

        if (answer == FA_MATCH_YES || best == FA_MATCH_NO)
            best = answer;
    }
    for (wait = group->waits; wait; wait = wait->next)
        (void)apply(&wait->expectation, which, subject, now_ms);
    if (best == FA_MATCH_NO)
        count_one(&group->unexpected[which], subject->entry->id);
    else if (best == FA_MATCH_UNKNOWN)
        group->unexpected[which].unknown++;
}

static void make_pending(struct fa_group *group)
{
    if (group->is_pending)
        return;
    group->is_pending = true;
    group->next_pending = group->expects->pending;
    group->expects->pending = group;
}

/* `done` may end this wait, and start and end others. */
static void wake(struct fa_group *group)
{
    struct fa_wait *wait = group->waits;

    while (wait) {
        if (wait->is_done || fa_wait_answer(wait) != FA_ANSWER_YES) {
            wait = wait->next;
            continue;
        }
        wait->is_done = true;
        wait->done(wait->context, wait);
        wait = group->waits;
    }
}

/*
 * The subject as it is if the commit fails: an entry that is held for it may still do so, and then
 * the group waits for the outcome.
 *
 * @copy: the memory for it
 */
static struct fa_match_subject if_failed(struct fa_group *group,
                                         const struct fa_match_subject *subject,
                                         struct fa_journal_entry *copy)
{
    struct fa_match_subject other = *subject;

    if (!subject->entry->is_held ||
        subject->entry->id <= fa_journal_settled(group->expects->journal))
        return other;
    *copy = *subject->entry;
    fa_journal_fail(copy);
    other.entry = copy;
    make_pending(group);
    return other;
}

void fa_expects_note(struct fa_expects *expects, const struct fa_journal_entry *entry,
                     const struct fa_params *params)
{
    struct fa_group *group = expects->count > 0 ? fa_group_find(expects, entry->account_id) : NULL;
    struct fa_journal_entry copy;
    struct fa_match_subject other;
    struct fa_arena arena;
    const struct fa_match_subject subject = {
        .entry = entry, .params = params, .params_are_whole = true, .arena = &arena};

    if (!group || (!group->first && !group->waits))
        return;
    fa_arena_init(&arena, ARENA_MAX);
    other = if_failed(group, &subject, &copy);
    apply_all(group, 0, &subject);
    apply_all(group, 1, &other);
    fa_arena_clear(&arena);
    if (!group->is_pending)
        wake(group);
}

/* What did not come true is replaced by what did. */
static void settle_tallies(struct fa_tally tallies[2], bool has_failed)
{
    tallies[!has_failed] = tallies[has_failed];
}

static void settle_group(struct fa_group *group, bool has_failed)
{
    struct fa_expectation *one;
    struct fa_wait *wait;

    for (one = group->first; one; one = one->next)
        settle_tallies(one->tallies, has_failed);
    for (wait = group->waits; wait; wait = wait->next)
        settle_tallies(wait->expectation.tallies, has_failed);
    settle_tallies(group->unexpected, has_failed);
    group->is_pending = false;
}

void fa_expects_settle(struct fa_expects *expects, bool has_failed)
{
    struct fa_group *group = expects->pending;

    expects->pending = NULL;
    while (group) {
        struct fa_group *next = group->next_pending;

        settle_group(group, has_failed);
        wake(group);
        group = next;
    }
}

/* What came before */

static int64_t cleared_id(const struct fa_group *group)
{
    return fa_journal_count(group->expects->journal, group->account_id).cleared_id;
}

/* How many of the account's requests after this one are not there to be counted any more. */
static int64_t count_missing(const struct fa_group *group, int64_t since_id)
{
    const struct fa_journal *journal = group->expects->journal;
    struct fa_journal_counts counts = fa_journal_count(journal, group->account_id);
    int64_t gone = fa_journal_oldest(journal) - 1 - since_id; /* of all accounts */
    int64_t missing = 0;

    if (since_id < counts.cleared_id) {
        missing = counts.cleared_id - since_id;
        gone = fa_journal_oldest(journal) - 1 - counts.cleared_id;
    }
    if (gone > 0)
        missing += gone < counts.forgotten ? gone : counts.forgotten;
    return missing;
}

/* Call @see for what is remembered of the account, oldest first. */
static void replay(struct fa_group *group, int64_t since_id,
                   void (*see)(struct fa_group *group, const struct fa_match_subject *subject,
                               void *context),
                   void *context)
{
    const struct fa_journal *journal = group->expects->journal;
    int64_t id = fa_journal_oldest(journal);

    for (id = id > since_id ? id : since_id + 1; id <= fa_journal_newest(journal); id++) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);
        struct fa_arena arena;
        struct fa_params params = {0};
        struct fa_match_subject subject = {.entry = entry, .params = &params, .arena = &arena};

        if (!entry || entry->account_id != group->account_id)
            continue;
        fa_arena_init(&arena, ARENA_MAX);
        if (fa_journal_params(entry, &arena, &params, &subject.params_are_whole) < 0)
            subject.params_are_whole = false;
        see(group, &subject, context);
        fa_arena_clear(&arena);
    }
}

/* See replay(). What came before cannot be too late. */
static void see_for_one(struct fa_group *group, const struct fa_match_subject *subject,
                        void *context)
{
    struct fa_expectation *one = context;
    struct fa_journal_entry copy;
    struct fa_match_subject other = if_failed(group, subject, &copy);

    (void)apply(one, 0, subject, one->declared_ms);
    (void)apply(one, 1, &other, one->declared_ms);
}

/* Count what came before it was declared. */
static void recount(struct fa_group *group, struct fa_expectation *one)
{
    memset(one->tallies, 0, sizeof(one->tallies));
    one->tallies[0].unknown = one->tallies[1].unknown = count_missing(group, one->since_id);
    replay(group, one->since_id, see_for_one, one);
}

/* What of the remembered fits none of them. */
struct strays {
    struct fa_tally tallies[2];
};

static void count_stray(struct fa_tally *tally, const struct fa_group *group,
                        const struct fa_match_subject *subject)
{
    enum fa_match_answer best = FA_MATCH_NO;
    const struct fa_expectation *one;

    for (one = group->first; one && best != FA_MATCH_YES; one = one->next) {
        enum fa_match_answer answer =
            subject->entry->id > one->since_id ? fa_match_run(one->match, subject) : FA_MATCH_NO;

        if (answer != FA_MATCH_NO)
            best = answer;
    }
    if (best == FA_MATCH_NO)
        count_one(tally, subject->entry->id);
    else if (best == FA_MATCH_UNKNOWN)
        tally->unknown++;
}

/* See replay(). */
static void see_stray(struct fa_group *group, const struct fa_match_subject *subject, void *context)
{
    struct strays *strays = context;
    struct fa_journal_entry copy;
    struct fa_match_subject other = if_failed(group, subject, &copy);

    count_stray(&strays->tallies[0], group, subject);
    count_stray(&strays->tallies[1], group, &other);
}

static struct strays find_strays(struct fa_group *group)
{
    struct strays strays = {0};

    replay(group, cleared_id(group), see_stray, &strays);
    return strays;
}

/*
 * The expectations have changed: what fits none of them is counted anew among what is remembered.
 * Of what is forgotten, only what was known to fit is still known to.
 *
 * @before: what was found with the expectations as they were; NULL: nothing is known of what is
 *          forgotten
 */
static void recount_strays(struct fa_group *group, const struct strays *before)
{
    struct strays now = find_strays(group);
    int i;

    for (i = 0; i < 2; i++) {
        const struct fa_tally *known = &group->unexpected[i];
        int64_t lost = before ? known->count + known->unknown - before->tallies[i].count -
                                    before->tallies[i].unknown
                              : count_missing(group, cleared_id(group));

        now.tallies[i].unknown += lost;
        if (now.tallies[i].unknown < 0) /* what was known when it came may be cut off by now */
            now.tallies[i].unknown = 0;
        group->unexpected[i] = now.tallies[i];
    }
}

void fa_group_add(struct fa_group *group, struct fa_expectation *chain)
{
    bool was_counting = group->first != NULL;
    bool has_lost = count_missing(group, cleared_id(group)) > 0;
    struct strays before = {0};
    struct fa_expectation **last = &group->first;
    struct fa_expectation *one;

    if (was_counting && has_lost) /* else there is nothing but what is remembered */
        before = find_strays(group);
    while (*last)
        last = &(*last)->next;
    *last = chain;
    for (one = chain; one; one = one->next) {
        group->count++;
        recount(group, one);
    }
    recount_strays(group, was_counting && has_lost ? &before : NULL);
}

int fa_expects_declare(struct fa_expects *expects, int64_t account_id, const struct cJSON *json,
                       bool in_order, struct pm_buf *names, char *message, size_t size)
{
    struct fa_group *group = fa_group_make(expects, account_id);
    struct fa_expectation *chain;
    const struct fa_expectation *one;

    if (!group) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    if (fa_expectations_read(group, json, in_order, &chain, message, size) < 0)
        return -1;
    for (one = chain; one && names; one = one->next)
        (void)pm_buf_addf(names, "%s\"%s\"", one == chain ? "[" : ",", one->name);
    if (names)
        (void)pm_buf_addc(names, ']');
    fa_group_add(group, chain);
    return 0;
}

/* Taking back */

static const struct fa_expectation *find_follower(const struct fa_group *group,
                                                  const struct fa_expectation *wanted)
{
    const struct fa_expectation *one;
    size_t i;

    for (one = group->first; one; one = one->next)
        for (i = 0; i < one->after_count; i++)
            if (one->after[i] == wanted)
                return one;
    return NULL;
}

int fa_expects_remove(struct fa_expects *expects, int64_t account_id, const char *name,
                      char *message, size_t size)
{
    struct fa_group *group = fa_group_find(expects, account_id);
    struct fa_expectation *wanted = group ? fa_expectation_find(group, name) : NULL;
    const struct fa_expectation *follower = wanted ? find_follower(group, wanted) : NULL;
    struct fa_expectation **link;

    if (!wanted) {
        snprintf(message, size, "there is no expectation \"%.64s\"", name);
        return -1;
    }
    if (follower) {
        snprintf(message, size, "\"%s\" comes after it", follower->name);
        return -1;
    }
    for (link = &group->first; *link != wanted; link = &(*link)->next)
        continue;
    *link = wanted->next;
    group->count--;
    fa_expectation_free(wanted);
    recount_strays(group, NULL);
    return 0;
}

/* Call @change for the account's group, or for all. */
static void each_group(struct fa_expects *expects, int64_t account_id,
                       void (*change)(struct fa_group *group))
{
    size_t i;

    for (i = 0; i < expects->count; i++)
        if (account_id == FA_JOURNAL_ALL || expects->groups[i]->account_id == account_id)
            change(expects->groups[i]);
}

static void clear_group(struct fa_group *group)
{
    struct fa_expectation *one;
    struct fa_wait *wait;

    for (one = group->first; one; one = one->next) {
        one->since_id = cleared_id(group);
        memset(one->tallies, 0, sizeof(one->tallies));
    }
    for (wait = group->waits; wait; wait = wait->next) {
        wait->expectation.since_id = cleared_id(group);
        memset(wait->expectation.tallies, 0, sizeof(wait->expectation.tallies));
    }
    memset(group->unexpected, 0, sizeof(group->unexpected));
}

void fa_expects_clear(struct fa_expects *expects, int64_t account_id)
{
    each_group(expects, account_id, clear_group);
}

static void forget_group(struct fa_group *group)
{
    free_all(group->first);
    group->first = NULL;
    group->count = 0;
    memset(group->unexpected, 0, sizeof(group->unexpected));
}

size_t fa_expects_forget(struct fa_expects *expects, int64_t account_id)
{
    size_t before = fa_expects_count(expects, account_id);

    each_group(expects, account_id, forget_group);
    return before;
}

void fa_expects_drop(struct fa_expects *expects, int64_t account_id)
{
    struct fa_group *group = fa_group_find(expects, account_id);
    size_t place = place_of(expects, account_id);

    (void)fa_expects_forget(expects, account_id);
    if (!group || group->waits || group->is_pending) /* it is small, and may stay */
        return;
    free(group);
    expects->count--;
    memmove(expects->groups + place, expects->groups + place + 1,
            (expects->count - place) * sizeof(*expects->groups));
}

bool fa_expects_has(const struct fa_expects *expects, int64_t account_id, const char *name)
{
    const struct fa_group *group = fa_group_find(expects, account_id);

    return group && fa_expectation_find(group, name);
}

size_t fa_expects_count(const struct fa_expects *expects, int64_t account_id)
{
    size_t total = 0;
    size_t i;

    for (i = 0; i < expects->count; i++)
        if (account_id == FA_JOURNAL_ALL || expects->groups[i]->account_id == account_id)
            total += expects->groups[i]->count;
    return total;
}

/* Answers */

/* Is it known when what it comes after was met? */
static bool is_order_known(const struct fa_expectation *one)
{
    size_t i;

    for (i = 0; i < one->after_count; i++)
        if (one->after[i]->tallies[0].unknown > 0 || !is_order_known(one->after[i]))
            return false;
    return true;
}

/*
 * What comes after something that may have been met earlier than is known: of a must_not more may
 * have to count than was counted; of a must it is not known whether any came too early.
 */
static enum fa_answer answer_in_order(const struct fa_expectation *one)
{
    const struct fa_tally *tally = &one->tallies[0];

    if (one->kind == FA_EXPECT_MAY)
        return FA_ANSWER_YES;
    if (!is_order_known(one))
        return FA_ANSWER_UNKNOWN;
    if (one->kind == FA_EXPECT_MUST_NOT)
        return FA_ANSWER_YES;
    if (tally->early > 0)
        return FA_ANSWER_NO;
    return tally->unknown > 0 ? FA_ANSWER_UNKNOWN : FA_ANSWER_YES;
}

enum fa_answer fa_expectation_answer(const struct fa_expectation *one)
{
    const struct fa_tally *tally = &one->tallies[0];
    int64_t most = tally->count + tally->unknown;
    enum fa_answer order = one->after_count > 0 ? answer_in_order(one) : FA_ANSWER_YES;

    if (tally->count > one->at_most || most < one->at_least || order == FA_ANSWER_NO)
        return FA_ANSWER_NO;
    if (tally->count < one->at_least || most > one->at_most)
        return FA_ANSWER_UNKNOWN;
    return order;
}

/* Waiting */

struct fa_wait *fa_wait_start(struct fa_expects *expects, int64_t account_id,
                              struct fa_match *match, int64_t at_least, int64_t since_id,
                              void (*done)(void *context, struct fa_wait *wait), void *context)
{
    struct fa_group *group = fa_group_make(expects, account_id);
    struct fa_wait *wait = group ? calloc(1, sizeof(*wait)) : NULL;

    if (!wait) {
        fa_match_free(match);
        return NULL;
    }
    wait->group = group;
    wait->done = done;
    wait->context = context;
    wait->expectation = (struct fa_expectation){
        .kind = FA_EXPECT_MUST,
        .match = match,
        .at_least = at_least,
        .at_most = FA_UNLIMITED,
        .since_id = since_id < 0 ? cleared_id(group) : since_id,
    };
    recount(group, &wait->expectation);
    wait->next = group->waits;
    if (wait->next)
        wait->next->previous = wait;
    group->waits = wait;
    if (!group->is_pending)
        wake(group);
    return wait;
}

void fa_wait_end(struct fa_wait *wait)
{
    if (!wait)
        return;
    if (wait->previous)
        wait->previous->next = wait->next;
    else
        wait->group->waits = wait->next;
    if (wait->next)
        wait->next->previous = wait->previous;
    fa_match_free(wait->expectation.match);
    free(wait);
}

enum fa_answer fa_wait_answer(const struct fa_wait *wait)
{
    return fa_expectation_answer(&wait->expectation);
}

const char *fa_answer_text(enum fa_answer answer)
{
    static const char *const texts[] = {"no", "yes", "cannot know"};

    return texts[answer];
}

/* Beginning and end */

struct fa_expects *fa_expects_new(struct fa_journal *journal, int64_t (*mono_ms)(void))
{
    struct fa_expects *expects = calloc(1, sizeof(*expects));

    if (!expects)
        return NULL;
    expects->journal = journal;
    expects->mono_ms = mono_ms ? mono_ms : pm_clock_mono_ms;
    return expects;
}

void fa_expects_free(struct fa_expects *expects)
{
    size_t i;

    if (!expects)
        return;
    for (i = 0; i < expects->count; i++) {
        free_all(expects->groups[i]->first);
        while (expects->groups[i]->waits)
            fa_wait_end(expects->groups[i]->waits);
        free(expects->groups[i]);
    }
    free(expects->groups);
    free(expects);
}

#include "journal.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "clock.h"
#include "errors.h"
#include "mac.h"
#include "params.h"

#define WATCHERS_MAX 8
#define ALIGNMENT    16

struct account {
    int64_t id;
    struct fa_journal_counts counts;
};

struct watcher {
    void (*seen)(void *context, int64_t first_id, int64_t last_id);
    void *context;
};

/*
 * Entries lie in the ring one behind the other, each with its texts; what does not fit before the
 * end begins at the front. `slots` finds them by id.
 */
struct fa_journal {
    char *ring;
    size_t ring_size;
    size_t end; /* where the next one goes */
    struct fa_journal_entry **slots;
    size_t size;
    int64_t newest;
    int64_t oldest;
    int64_t settled;
    struct account *accounts; /* sorted by id */
    size_t account_count;
    size_t account_size;
    struct watcher watchers[WATCHERS_MAX];
    size_t watcher_count;
    int64_t started_ms;
    char instance[FA_JOURNAL_INSTANCE_SIZE];
};

/* What is copied with an entry */

static const size_t text_offsets[] = {
    offsetof(struct fa_journal_entry, peer),       offsetof(struct fa_journal_entry, method),
    offsetof(struct fa_journal_entry, path),       offsetof(struct fa_journal_entry, action),
    offsetof(struct fa_journal_entry, apikey),     offsetof(struct fa_journal_entry, checksum),
    offsetof(struct fa_journal_entry, reason),     offsetof(struct fa_journal_entry, section),
    offsetof(struct fa_journal_entry, deviations), offsetof(struct fa_journal_entry, diagnosis),
    offsetof(struct fa_journal_entry, mistake),    offsetof(struct fa_journal_entry, fault),
    offsetof(struct fa_journal_entry, reply_type), offsetof(struct fa_journal_entry, expected),
    offsetof(struct fa_journal_entry, signed_as),
};

static const struct {
    size_t offset;
    uint32_t max;
} byte_offsets[] = {
    {offsetof(struct fa_journal_entry, head), FA_JOURNAL_HEAD_MAX},
    {offsetof(struct fa_journal_entry, query), FA_JOURNAL_QUERY_MAX},
    {offsetof(struct fa_journal_entry, added), FA_JOURNAL_QUERY_MAX},
    {offsetof(struct fa_journal_entry, body), FA_JOURNAL_BODY_MAX},
    {offsetof(struct fa_journal_entry, reply_head), FA_JOURNAL_HEAD_MAX},
    {offsetof(struct fa_journal_entry, reply_body), FA_JOURNAL_REPLY_MAX},
};

#define TEXT_COUNT  (sizeof(text_offsets) / sizeof(text_offsets[0]))
#define BYTES_COUNT (sizeof(byte_offsets) / sizeof(byte_offsets[0]))

static const char **text_of(struct fa_journal_entry *entry, size_t i)
{
    return (const char **)(void *)((char *)entry + text_offsets[i]);
}

static struct fa_journal_bytes *bytes_of(struct fa_journal_entry *entry, size_t i)
{
    return (struct fa_journal_bytes *)(void *)((char *)entry + byte_offsets[i].offset);
}

/* Clip an entry to its limits; returns the size of all of it. */
static size_t measure(struct fa_journal_entry *entry, size_t text_lens[TEXT_COUNT])
{
    size_t total = sizeof(*entry) + entry->mask_count * sizeof(*entry->masks);
    size_t i;

    for (i = 0; i < TEXT_COUNT; i++) {
        if (!*text_of(entry, i))
            *text_of(entry, i) = "";
        text_lens[i] = strnlen(*text_of(entry, i), FA_JOURNAL_TEXT_MAX);
        total += text_lens[i] + 1;
    }
    for (i = 0; i < BYTES_COUNT; i++) {
        if (bytes_of(entry, i)->len > byte_offsets[i].max)
            bytes_of(entry, i)->len = byte_offsets[i].max;
        total += bytes_of(entry, i)->len + 1;
    }
    return (total + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Every text and all bytes end with a NUL. */
static const char *put(char **at, const char *bytes, size_t len)
{
    char *copy = *at;

    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    *at += len + 1;
    return copy;
}

static void copy_entry(struct fa_journal_entry *to, const struct fa_journal_entry *from,
                       const size_t text_lens[TEXT_COUNT])
{
    char *at = (char *)(to + 1);
    size_t i;

    *to = *from;
    if (to->mask_count > 0)
        memcpy(at, from->masks, to->mask_count * sizeof(*to->masks));
    to->masks = (const struct fa_mask *)(void *)at;
    at += to->mask_count * sizeof(*to->masks);
    for (i = 0; i < TEXT_COUNT; i++)
        *text_of(to, i) = put(&at, *text_of(to, i), text_lens[i]);
    for (i = 0; i < BYTES_COUNT; i++)
        bytes_of(to, i)->at = put(&at, bytes_of(to, i)->at, bytes_of(to, i)->len);
}

/* Accounts */

static size_t place_of(const struct fa_journal *journal, int64_t account_id)
{
    size_t from = 0;
    size_t to = journal->account_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (journal->accounts[middle].id < account_id)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct account *find_account(const struct fa_journal *journal, int64_t account_id)
{
    size_t place = place_of(journal, account_id);

    if (place == journal->account_count || journal->accounts[place].id != account_id)
        return NULL;
    return &journal->accounts[place];
}

/* NULL out of memory: its requests are remembered but not counted. */
static struct account *make_account(struct fa_journal *journal, int64_t account_id)
{
    struct account *account = find_account(journal, account_id);
    size_t place = place_of(journal, account_id);

    if (account)
        return account;
    if (journal->account_count == journal->account_size) {
        size_t size = journal->account_size ? 2 * journal->account_size : 4;
        struct account *accounts = realloc(journal->accounts, size * sizeof(*accounts));

        if (!accounts)
            return NULL;
        journal->accounts = accounts;
        journal->account_size = size;
    }
    memmove(journal->accounts + place + 1, journal->accounts + place,
            (journal->account_count - place) * sizeof(*journal->accounts));
    journal->account_count++;
    journal->accounts[place] = (struct account){.id = account_id};
    return &journal->accounts[place];
}

struct fa_journal_counts fa_journal_count(const struct fa_journal *journal, int64_t account_id)
{
    const struct account *account = find_account(journal, account_id);

    return account ? account->counts : (struct fa_journal_counts){0};
}

/* The ring */

static struct fa_journal_entry **slot_of(const struct fa_journal *journal, int64_t id)
{
    return &journal->slots[(size_t)(id - 1) % journal->size];
}

static void forget_oldest(struct fa_journal *journal)
{
    const struct fa_journal_entry *entry = *slot_of(journal, journal->oldest);
    struct account *account = entry->is_cleared ? NULL : find_account(journal, entry->account_id);

    if (account)
        account->counts.forgotten++;
    *slot_of(journal, journal->oldest) = NULL;
    journal->oldest++;
}

/* Is there room at `end`? If not, `end` may move to the front, or the oldest has to go. */
static bool has_room(struct fa_journal *journal, size_t size)
{
    size_t start;

    if (journal->oldest > journal->newest) {
        journal->end = 0;
        return true;
    }
    if (journal->newest - journal->oldest + 1 == (int64_t)journal->size)
        return false;
    start = (size_t)((char *)*slot_of(journal, journal->oldest) - journal->ring);
    if (start >= journal->end)
        return start - journal->end > size;
    if (journal->ring_size - journal->end >= size)
        return true;
    if (start <= size)
        return false;
    journal->end = 0;
    return true;
}

int64_t fa_journal_add(struct fa_journal *journal, const struct fa_journal_entry *given)
{
    struct fa_journal_entry clipped = *given;
    size_t text_lens[TEXT_COUNT];
    size_t size = measure(&clipped, text_lens);
    struct account *account = make_account(journal, given->account_id);
    struct fa_journal_entry *entry;

    while (!has_room(journal, size))
        forget_oldest(journal);
    entry = (struct fa_journal_entry *)(void *)(journal->ring + journal->end);
    journal->end += size;
    clipped.id = ++journal->newest;
    copy_entry(entry, &clipped, text_lens);
    *slot_of(journal, entry->id) = entry;
    if (account)
        account->counts.total++;
    if (!entry->is_held && journal->settled == entry->id - 1)
        fa_journal_settle(journal, false, entry->received_us);
    return journal->newest;
}

void fa_journal_fail(struct fa_journal_entry *entry)
{
    entry->verdict = FA_VERDICT_FAILED;
    entry->status = fa_error_info(FA_E_STORE)->status;
    entry->reason = "the commit failed: nothing of this request was stored";
    entry->section = fa_error_info(FA_E_STORE)->section;
    entry->has_lost_commit = true;
}

static void tell_watchers(const struct fa_journal *journal, int64_t first_id)
{
    size_t i;

    for (i = 0; i < journal->watcher_count; i++)
        journal->watchers[i].seen(journal->watchers[i].context, first_id, journal->settled);
}

void fa_journal_settle(struct fa_journal *journal, bool has_failed, int64_t now_us)
{
    int64_t first_id = journal->settled + 1;
    int64_t id = first_id > journal->oldest ? first_id : journal->oldest;

    for (; id <= journal->newest; id++) {
        struct fa_journal_entry *entry = *slot_of(journal, id);

        if (entry->is_held && has_failed)
            fa_journal_fail(entry);
        else if (entry->is_held)
            entry->committed_us = now_us - entry->received_us;
    }
    journal->settled = journal->newest;
    if (journal->settled >= first_id)
        tell_watchers(journal, first_id);
}

void fa_journal_sent(struct fa_journal *journal, int64_t id, int64_t now_us)
{
    struct fa_journal_entry *entry;

    if (id < journal->oldest || id > journal->newest)
        return;
    entry = *slot_of(journal, id);
    entry->sent_us = now_us - entry->received_us;
}

/* Looking */

const struct fa_journal_entry *fa_journal_get(const struct fa_journal *journal, int64_t id)
{
    const struct fa_journal_entry *entry;

    if (id < journal->oldest || id > journal->newest)
        return NULL;
    entry = *slot_of(journal, id);
    return entry->is_cleared ? NULL : entry;
}

int64_t fa_journal_newest(const struct fa_journal *journal)
{
    return journal->newest;
}

int64_t fa_journal_oldest(const struct fa_journal *journal)
{
    return journal->oldest;
}

int64_t fa_journal_settled(const struct fa_journal *journal)
{
    return journal->settled;
}

static void clear_counts(struct fa_journal *journal, int64_t account_id)
{
    size_t i;

    for (i = 0; i < journal->account_count; i++)
        if (account_id == FA_JOURNAL_ALL || journal->accounts[i].id == account_id)
            journal->accounts[i].counts = (struct fa_journal_counts){.cleared_id = journal->newest};
}

int64_t fa_journal_clear(struct fa_journal *journal, int64_t account_id)
{
    int64_t count = 0;
    int64_t id;

    for (id = journal->oldest; id <= journal->newest; id++) {
        struct fa_journal_entry *entry = *slot_of(journal, id);

        if (entry->is_cleared || (account_id != FA_JOURNAL_ALL && entry->account_id != account_id))
            continue;
        entry->is_cleared = true;
        count++;
    }
    clear_counts(journal, account_id);
    return count;
}

void fa_journal_drop(struct fa_journal *journal, int64_t account_id)
{
    const struct account *account = find_account(journal, account_id);
    size_t place = place_of(journal, account_id);

    (void)fa_journal_clear(journal, account_id);
    if (!account)
        return;
    journal->account_count--;
    memmove(journal->accounts + place, journal->accounts + place + 1,
            (journal->account_count - place) * sizeof(*journal->accounts));
}

int fa_journal_watch(struct fa_journal *journal,
                     void (*seen)(void *context, int64_t first_id, int64_t last_id), void *context)
{
    if (journal->watcher_count == WATCHERS_MAX)
        return -1;
    journal->watchers[journal->watcher_count++] =
        (struct watcher){.seen = seen, .context = context};
    return 0;
}

const char *fa_journal_instance(const struct fa_journal *journal)
{
    return journal->instance;
}

int64_t fa_journal_started_ms(const struct fa_journal *journal)
{
    return journal->started_ms;
}

/* What a public key has added comes after what was sent, as in the request itself. */
static int join_query(const struct fa_journal_entry *entry, struct fa_arena *arena,
                      const char **ret_query, size_t *ret_len)
{
    char *joined;

    *ret_query = entry->query.at;
    *ret_len = entry->query.len;
    if (entry->added.len == 0)
        return 0;
    joined = fa_arena_alloc(arena, (size_t)entry->query.len + entry->added.len + 2);
    if (!joined)
        return -1;
    memcpy(joined, entry->query.at, entry->query.len);
    joined[entry->query.len] = '&';
    memcpy(joined + entry->query.len + 1, entry->added.at, entry->added.len);
    *ret_query = joined;
    *ret_len = (size_t)entry->query.len + entry->added.len + 1;
    return 0;
}

int fa_journal_params(const struct fa_journal_entry *entry, struct fa_arena *arena,
                      struct fa_params *ret_params, bool *ret_is_whole)
{
    const char *query;
    size_t len;

    *ret_is_whole = entry->query.len == entry->query.whole &&
                    entry->added.len == entry->added.whole && entry->body.len == entry->body.whole;
    if (join_query(entry, arena, &query, &len) < 0)
        return FA_PARAMS_NO_MEMORY;
    return fa_params_parse(arena, query, len, entry->body.at, entry->body.len, ret_params);
}

const char *fa_verdict_text(enum fa_verdict verdict)
{
    static const char *const texts[FA_VERDICT_MAX] = {"accepted", "refused", "failed"};

    return verdict >= 0 && verdict < FA_VERDICT_MAX ? texts[verdict] : "";
}

/* Beginning and end */

struct fa_journal *fa_journal_new(size_t size, size_t bytes)
{
    struct fa_journal *journal = calloc(1, sizeof(*journal));

    if (!journal)
        return NULL;
    journal->size = size > 0 ? size : 1;
    journal->ring_size = bytes > 0 ? bytes : FA_JOURNAL_BYTES;
    if (journal->ring_size < FA_JOURNAL_BYTES_MIN)
        journal->ring_size = FA_JOURNAL_BYTES_MIN;
    journal->oldest = 1;
    journal->started_ms = pm_clock_wall_ms();
    journal->slots = calloc(journal->size, sizeof(struct fa_journal_entry *));
    journal->ring = malloc(journal->ring_size); /* the host gives pages as they are used */
    if (!journal->slots || !journal->ring || fa_random_key(journal->instance) < 0) {
        fa_journal_free(journal);
        return NULL;
    }
    return journal;
}

void fa_journal_free(struct fa_journal *journal)
{
    if (!journal)
        return;
    free(journal->accounts);
    free(journal->slots);
    free(journal->ring);
    free(journal);
}

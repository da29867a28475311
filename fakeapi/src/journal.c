#include "journal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

struct slot {
    struct fa_journal_entry entry;
    char *texts; /* all of the entry's, one after the other */
};

struct fa_journal {
    size_t size;
    int64_t newest;
    int64_t settled; /* up to this one, what is written is final */
    struct slot *slots;
};

static const size_t text_offsets[] = {
    offsetof(struct fa_journal_entry, peer),      offsetof(struct fa_journal_entry, method),
    offsetof(struct fa_journal_entry, path),      offsetof(struct fa_journal_entry, action),
    offsetof(struct fa_journal_entry, apikey),    offsetof(struct fa_journal_entry, params),
    offsetof(struct fa_journal_entry, checksum),  offsetof(struct fa_journal_entry, reason),
    offsetof(struct fa_journal_entry, section),   offsetof(struct fa_journal_entry, deviations),
    offsetof(struct fa_journal_entry, diagnosis),
};

#define TEXT_COUNT (sizeof(text_offsets) / sizeof(text_offsets[0]))

static const char **text_of(struct fa_journal_entry *entry, size_t i)
{
    return (const char **)(void *)((char *)entry + text_offsets[i]);
}

struct fa_journal *fa_journal_new(size_t size)
{
    struct fa_journal *journal = calloc(1, sizeof(*journal));

    if (!journal)
        return NULL;
    journal->size = size > 0 ? size : 1;
    journal->slots = calloc(journal->size, sizeof(*journal->slots));
    if (!journal->slots) {
        free(journal);
        return NULL;
    }
    return journal;
}

void fa_journal_free(struct fa_journal *journal)
{
    size_t i;

    if (!journal)
        return;
    for (i = 0; i < journal->size; i++)
        free(journal->slots[i].texts);
    free(journal->slots);
    free(journal);
}

static size_t index_of(const struct fa_journal *journal, int64_t id)
{
    return (size_t)(id - 1) % journal->size;
}

static char *copy_texts(struct fa_journal_entry *entry)
{
    size_t total = 0;
    char *texts;
    char *at;
    size_t i;

    for (i = 0; i < TEXT_COUNT; i++) {
        if (!*text_of(entry, i))
            *text_of(entry, i) = "";
        total += strlen(*text_of(entry, i)) + 1;
    }
    texts = malloc(total);
    if (!texts)
        return NULL;
    at = texts;
    for (i = 0; i < TEXT_COUNT; i++) {
        size_t len = strlen(*text_of(entry, i)) + 1;

        memcpy(at, *text_of(entry, i), len);
        *text_of(entry, i) = at;
        at += len;
    }
    return texts;
}

int fa_journal_add(struct fa_journal *journal, const struct fa_journal_entry *entry)
{
    struct slot *slot = &journal->slots[index_of(journal, ++journal->newest)];

    free(slot->texts);
    slot->entry = *entry;
    slot->entry.id = journal->newest;
    slot->texts = copy_texts(&slot->entry);
    return slot->texts ? 0 : -1;
}

static void fail(struct fa_journal_entry *entry)
{
    entry->verdict = FA_VERDICT_FAILED;
    entry->status = fa_error_info(FA_E_STORE)->status;
    entry->reason = "the commit failed: nothing of this request was stored";
    entry->section = fa_error_info(FA_E_STORE)->section;
}

void fa_journal_settle(struct fa_journal *journal, bool has_failed)
{
    int64_t id = fa_journal_oldest(journal);

    if (id <= journal->settled)
        id = journal->settled + 1;
    for (; has_failed && id <= journal->newest; id++)
        if (journal->slots[index_of(journal, id)].entry.is_held)
            fail(&journal->slots[index_of(journal, id)].entry);
    journal->settled = journal->newest;
}

const struct fa_journal_entry *fa_journal_get(const struct fa_journal *journal, int64_t id)
{
    const struct slot *slot;

    if (id < fa_journal_oldest(journal) || id > journal->newest)
        return NULL;
    slot = &journal->slots[index_of(journal, id)];
    return slot->texts ? &slot->entry : NULL;
}

int64_t fa_journal_newest(const struct fa_journal *journal)
{
    return journal->newest;
}

int64_t fa_journal_oldest(const struct fa_journal *journal)
{
    int64_t size = (int64_t)journal->size;

    return journal->newest > size ? journal->newest - size + 1 : 1;
}

const char *fa_verdict_text(enum fa_verdict verdict)
{
    static const char *const texts[FA_VERDICT_MAX] = {"accepted", "refused", "failed"};

    return verdict >= 0 && verdict < FA_VERDICT_MAX ? texts[verdict] : "";
}

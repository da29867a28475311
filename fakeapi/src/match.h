/*
 * A matcher: what a request must have been like, written in JSON, held against an entry of the
 * journal. Pure but for memory. Expectations, waits and the journal's filters are made of these.
 *
 *     {"action": "addResult", "verdict": "accepted", "monitor": 1,
 *      "params": {"timestamp": {"matches": "^2026-"}, "output": {"absent": true}},
 *      "results": {"user_login": "alice", "host": {"contains": "192.0.2."}},
 *      "checktime": {"from": "2026-11-22T12:00:00Z"}}
 *
 * All that is said must hold; what is not said may be anything. A value is a text or number that
 * must be equal, a list of them of which one must be, null for absent, or an object of tests:
 * `equals`, `one_of`, `contains`, `matches` (POSIX extended regular expression), `absent`.
 */
#ifndef FA_MATCH_H
#define FA_MATCH_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct fa_arena;
struct fa_journal_entry;
struct fa_match;
struct fa_params;
struct pm_buf;

#define FA_MATCH_CONDITIONS_MAX    64
#define FA_MATCH_CHOICES_MAX       256 /* of one_of */
#define FA_MATCH_REGEX_MAX         512 /* bytes */
#define FA_MATCH_REPEATS_MAX       255 /* of `{n,m}` */
#define FA_MATCH_GROUP_REPEATS_MAX 10  /* behind a group */

enum fa_match_answer {
    FA_MATCH_NO,
    FA_MATCH_YES,
    FA_MATCH_UNKNOWN, /* it depends on what of the request was not kept */
};

/* A request to be held against a matcher. */
struct fa_match_subject {
    const struct fa_journal_entry *entry;
    const struct fa_params *params;
    bool params_are_whole;
    struct fa_arena *arena; /* for values that have to be decoded */
};

/**
 * Make a matcher.
 *
 * @json:     an object; borrowed for the call
 * @message:  on failure one line that names the member, what is wrong with it, and what there is
 *
 * Errors: -1
 */
int fa_match_new(const struct cJSON *json, struct fa_match **ret_match, char *message, size_t size);

/** The same from text. */
int fa_match_parse(const char *text, size_t len, struct fa_match **ret_match, char *message,
                   size_t size);

/** NULL is allowed. */
void fa_match_free(struct fa_match *match);

enum fa_match_answer fa_match_run(const struct fa_match *match,
                                  const struct fa_match_subject *subject);

/** The same for an entry of the journal as far as it was kept; unknown also without memory. */
enum fa_match_answer fa_match_kept(const struct fa_match *match,
                                   const struct fa_journal_entry *entry);

/** How many fields it looks at: the most that can differ. */
size_t fa_match_field_count(const struct fa_match *match);

/**
 * Which fields differ?
 *
 * @each: called for each, with what was wanted and what there is, as a person would write it; NULL
 *        to count only
 *
 * Returns how many do.
 */
size_t fa_match_differences(const struct fa_match *match, const struct fa_match_subject *subject,
                            void (*each)(void *context, const char *field, const char *wanted,
                                         const char *found),
                            void *context);

/** The matcher as compact JSON. Lends as long as the matcher lives. */
const char *fa_match_text(const struct fa_match *match);

#endif

/*
 * The switches of PROTOCOL.md §6: what the server insists on. A profile sets them all, each can
 * then be set by name.
 */
#ifndef FA_CHECKS_H
#define FA_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakeapi.h"

struct pm_buf;

enum fa_name_scope {
    FA_SCOPE_NAME_TAG_TYPE,
    FA_SCOPE_NAME,
    FA_SCOPE_ALLOW, /* duplicates are allowed */
};

enum fa_replay {
    FA_REPLAY_OFF,
    FA_REPLAY_NOTE,
    FA_REPLAY_REFUSE,
};

/** What the documented "current time" of a timestamp may differ by; PROTOCOL.md §2.4. */
#define FA_TIMESTAMP_WINDOW_MS INT64_C(300000)

struct fa_checks {
    bool timestamp_form;
    int64_t timestamp_window_ms; /* 0: any time */
    bool order_is_bytes;         /* a checksum in another order is refused */
    bool allows_raw;             /* a checksum over undecoded values is accepted */
    bool allows_repair;          /* blanks for `+` and a trailing newline in the checksum */
    bool refuses_unknown;        /* parameters the action does not have, on signed requests */
    bool refuses_duplicates;     /* one name twice */
    bool results_are_declared;
    bool results_are_typed;
    bool names_fit_xml; /* in names and definitions, characters that XML cannot carry are refused */
    bool tells_diagnosis; /* X-Fakeapi-Diagnosis on a wrong checksum */
    enum fa_name_scope name_scope;
    enum fa_replay replay;
};

void fa_checks_init(struct fa_checks *checks, enum fa_profile profile);

/**
 * Set one switch.
 *
 * @text:     `NAME=VALUE`
 * @message:  on failure one line that names the switches or the values there are
 *
 * Errors: -1
 */
int fa_checks_set(struct fa_checks *checks, const char *text, char *message, size_t size);

/** Show every switch as fa_checks_set() takes it. */
void fa_checks_each(const struct fa_checks *checks,
                    void (*visit)(void *context, const char *name, const char *value),
                    void *context);

/** Append all switches as rows of a Markdown table. Failures stick to the buffer. */
void fa_checks_describe(struct pm_buf *buf);

/** `strict` or `vendor`. Errors: -1 */
int fa_profile_parse(const char *text, enum fa_profile *ret_profile);

#endif

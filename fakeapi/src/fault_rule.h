/*
 * One rule of faults.h, read from JSON. See FAULTS.md for its members.
 */
#ifndef FA_FAULT_RULE_H
#define FA_FAULT_RULE_H

#include <cjson/cJSON.h>

#include "faults.h"
#include "random.h"

enum fa_fault_distribution {
    FA_FAULT_NO_DELAY,
    FA_FAULT_FIXED,       /* a ms */
    FA_FAULT_UNIFORM,     /* from a to b */
    FA_FAULT_EXPONENTIAL, /* with the mean a */
    FA_FAULT_LOGNORMAL,   /* with the median a and sigma b */
};

struct fa_fault_delay {
    enum fa_fault_distribution distribution;
    double a;
    double b;
    int64_t max_ms;
};

struct fa_fault_effect {
    struct fa_fault_plan plan; /* all but what is drawn: delay, seeds */
    char retry_after[24];      /* when it was given as a number */
    bool has_end;
    struct fa_fault_delay delay;
    enum fa_fault_connection connection;
    int64_t refuse_ms;
};

/* Which of the requests that match are hit, counted from 1. */
struct fa_fault_occurrence {
    int64_t first;
    int64_t last;
    int64_t every; /* 0: all between first and last */
};

struct fa_fault_rule {
    struct fa_fault_rule *next;
    cJSON *json; /* as it was given; owns all texts */
    char id[FA_FAULT_ID_MAX + 1];
    const char *account; /* NULL: all; else `own_account` */
    char *own_account;
    const char *note;
    bool is_enabled;
    const cJSON *actions; /* a text, an array of texts, or NULL for any */
    int64_t monitor_id;   /* 0: any */
    const char *method;
    const char *path;
    const char *peer;
    const cJSON *params; /* an object, or NULL */
    struct fa_fault_occurrence occurrence;
    int64_t times; /* INT64_MAX: for ever */
    double probability;
    uint64_t seed;
    struct fa_random random;
    struct fa_fault_effect effect;
    int64_t matched;
    int64_t applied;
};

/* Where a rule is to hold. */
struct fa_fault_setting {
    const char *account; /* when the rule does not say; NULL for all */
    bool is_tls;         /* the server's: else rules about TLS are refused */
};

/**
 * Read one rule. Without an id in the JSON its id is "".
 *
 * @json: taken, also on failure
 *
 * Errors: NULL with a message
 */
struct fa_fault_rule *fa_fault_rule_new(cJSON *json, const struct fa_fault_setting *setting,
                                        char *message, size_t size);
void fa_fault_rule_free(struct fa_fault_rule *rule);

/** Is it about connections rather than requests? */
bool fa_fault_rule_is_early(const struct fa_fault_rule *rule);

/** Append it as JSON. Failures stick to the buffer. */
void fa_fault_rule_write(const struct fa_fault_rule *rule, struct pm_buf *buf);

#endif

/* Whose rows a page, an export or a stream is about: one monitor, or all of a tag. */
#ifndef FA_DASHBOARD_SUBJECT_H
#define FA_DASHBOARD_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct fa_account;
struct fa_store;
struct fa_visit;

struct fa_subject {
    const struct fa_account *account;
    bool is_tag;
    int64_t *monitor_ids; /* ascending, at most FA_SCAN_MONITORS_MAX */
    size_t monitor_count;
    bool is_cut;             /* the tag has more monitors than that */
    struct cJSON *monitors;  /* by ascending id: [{"id","name","path","tag","type"}] */
    struct cJSON *columns;   /* of all of them; see fa_model_columns() */
    char name[600];          /* of the monitor, or the tag */
    char path[3 * 512 + 64]; /* of its page */
};

/**
 * The monitor that the path names, or the tag of the account that it names, if the visitor may see
 * it. The caller clears it, also after an error.
 *
 * Errors: FA_STORE_FAILED, FA_STORE_ABSENT
 */
int fa_subject_monitor(struct fa_visit *visit, struct fa_subject *subject);
int fa_subject_tag(struct fa_visit *visit, struct fa_subject *subject);

/** One monitor by its id, without asking who may see it. */
int fa_subject_of(struct fa_visit *visit, int64_t monitor_id, struct fa_subject *subject);

void fa_subject_clear(struct fa_subject *subject);

/** The monitor with an id as it is in the list, or NULL. */
const struct cJSON *fa_subject_find(const struct fa_subject *subject, int64_t monitor_id);

/** The name of its column for the user, the host or the service of a login; NULL if it has none. */
enum fa_role { FA_ROLE_USER, FA_ROLE_HOST, FA_ROLE_SERVICE, FA_ROLE_EVENT, FA_ROLE_MAX };
const char *fa_subject_role(const struct fa_subject *subject, enum fa_role role);

#endif

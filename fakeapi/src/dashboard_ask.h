/* Pages that steer the server ask the control API for it, in the process (control.h). */
#ifndef FA_DASHBOARD_ASK_H
#define FA_DASHBOARD_ASK_H

#include <stddef.h>

struct cJSON;
struct fa_visit;
struct pm_buf;

#define FA_ASK_PROBLEM_SIZE 400

/**
 * Make a call.
 *
 * @target:   below /__fake, such as "/faults"
 * @body:     consumed; NULL for none
 * @ret_json: what it answered, the caller deletes it; NULL: not wanted
 * @problem:  on failure what was wrong and what to do; FA_ASK_PROBLEM_SIZE bytes
 *
 * Errors: -1
 */
int fa_ask(const struct fa_visit *visit, const char *method, const char *target, struct cJSON *body,
           struct cJSON **ret_json, char *problem);

/** `/faults`, or `/faults?account=KEY`; with an id `/faults/ID`. @account, @id: "" for none */
void fa_ask_target(struct pm_buf *target, const char *path, const char *id, const char *account);

/** Offer the accounts in a form, as `accounts`: [{"apikey","label","is_chosen"}]. */
void fa_ask_add_accounts(const struct fa_visit *visit, const char *chosen, struct cJSON *data);

/** Add JSON as a text to be shown; "" for NULL. */
void fa_ask_add_json(struct cJSON *item, const char *name, const struct cJSON *json);

#endif

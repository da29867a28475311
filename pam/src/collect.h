/* What is known about a login at this moment: PAM's items, the process, the clocks. */
#ifndef HOOK_COLLECT_H
#define HOOK_COLLECT_H

#include <security/pam_modules.h>

#include "event.h"

/**
 * Describe a login. What cannot be had is absent; an id there always is.
 *
 * @ret_event: borrows PAM's items and environment; valid until the module returns
 */
void hook_collect(pam_handle_t *pamh, enum pm_event_phase phase, struct pm_event *ret_event);

/** Remember an opened session in the handle, so that its close can name it. */
void hook_collect_remember(pam_handle_t *pamh, const struct pm_event *opened);

/** Name the remembered session in the event of its close; without one the event stays as it is. */
void hook_collect_recall(pam_handle_t *pamh, struct pm_event *event);

#endif

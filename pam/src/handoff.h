/*
 * Leaving an event for the agent: one symbolic link whose target is the record. One system call,
 * no descriptor, no file content, no peer, so that neither the limits of whoever calls su nor the
 * state of agent and network can suppress or delay it.
 */
#ifndef HOOK_HANDOFF_H
#define HOOK_HANDOFF_H

#include "event.h"

/**
 * Leave an event in the drop directory. Where the file system takes only short targets, the record
 * is made shorter.
 *
 * @drop: directory; absolute
 *
 * Errors: a negative errno: -ENOENT no such directory, -ENOSPC it is full, -EACCES, …
 */
int hook_handoff(const char *drop, const struct pm_event *event);

#endif

/*
 * What a case tells while it runs: one JSON object per line on a pipe, from the process of the case
 * to the runner.
 *
 *   {"begin":1,"file":…,"line":7,"text":"login: …","branch":"2"}    a step begins
 *   {"end":1,"verdict":"failed","message":…}                       and ends, with its number
 *   {"note":"agent.log"}                                           a file that belongs to the case
 *   {"verdict":"failed","message":…}                               the case has ended
 */
#ifndef SC_EVENT_H
#define SC_EVENT_H

#include "actor.h"

struct cJSON;
struct sc_node;
struct sc_stage;

/** Tell one. @event: taken */
void sc_event_send(struct sc_stage *stage, struct cJSON *event);

/** A step begins. Returns its number. */
int sc_event_begin(struct sc_stage *stage, const struct sc_node *step);
void sc_event_end(struct sc_stage *stage, int number, enum sc_verdict verdict, const char *message);

#endif

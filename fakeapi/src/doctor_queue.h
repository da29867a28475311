/*
 * Long examinations by the doctor (doctor.h), off the loop: one thread, started with the first
 * case, takes them from a short queue. A case is copied going in and a diagnosis handed over coming
 * out; nothing else is shared.
 */
#ifndef FA_DOCTOR_QUEUE_H
#define FA_DOCTOR_QUEUE_H

#include <stddef.h>

struct fa_diagnosis;
struct fa_doctor_case;
struct fa_doctor_queue;

#define FA_DOCTOR_QUEUE_MAX 8 /* ours: who comes last waits for two or three seconds */

/** Errors: NULL out of memory or descriptors */
struct fa_doctor_queue *fa_doctor_queue_new(void);

/**
 * Stop the thread. Cases that are left are done without a diagnosis, in this call. NULL is allowed.
 */
void fa_doctor_queue_free(struct fa_doctor_queue *queue);

/** A descriptor that can be read when fa_doctor_queue_finish() has something to do. */
int fa_doctor_queue_fd(const struct fa_doctor_queue *queue);

/**
 * Have a case examined patiently: all hypotheses, for a third of a second at most.
 *
 * @request:  copied; its limits are not looked at
 * @done:     called once, by fa_doctor_queue_finish(); its diagnosis is NULL when there is none
 *
 * Errors: -1 as many wait as may; out of memory; no thread
 */
int fa_doctor_queue_add(struct fa_doctor_queue *queue, const struct fa_doctor_case *request,
                        void (*done)(void *context, const struct fa_diagnosis *diagnosis),
                        void *context);

/** Call those whose examination is over. */
void fa_doctor_queue_finish(struct fa_doctor_queue *queue);

/** How many are in it, the one that is being examined included. */
size_t fa_doctor_queue_count(struct fa_doctor_queue *queue);

#endif

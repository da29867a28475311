/*
 * Figures about the server for Prometheus. Counting happens on the loop and costs a request a few
 * additions; everything else is looked up when somebody asks for the page. Labels come from the
 * tables of actions, verdicts and statuses alone, never from a request, so that nobody can make the
 * page grow.
 */
#ifndef FA_METRICS_H
#define FA_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "fakeapi.h"

#define FA_METRICS_PATH "/metrics"

struct fa_app;
struct fa_control;
struct fa_http_reply;
struct fa_http_request;
struct fa_metrics;
struct fa_route;

/** Errors: NULL out of memory */
struct fa_metrics *fa_metrics_new(void);
void fa_metrics_free(struct fa_metrics *metrics);

/** One request was answered. @route: NULL if it named no action. @is_spoiled: by a fault */
void fa_metrics_request(struct fa_metrics *metrics, const struct fa_route *route,
                        enum fa_verdict verdict, unsigned int status, int64_t duration_us,
                        bool is_spoiled);

/** How many requests were answered so. */
int64_t fa_metrics_total(const struct fa_metrics *metrics, enum fa_verdict verdict);

/** What was written in a turn of the loop was made durable, or could not be. */
void fa_metrics_commit(struct fa_metrics *metrics, int64_t duration_us, bool has_failed);

/* Where the doctor looked for a mistake. */
enum fa_doctor_place {
    FA_DOCTOR_SHORTLY,   /* on the loop */
    FA_DOCTOR_PATIENTLY, /* off it */
    FA_DOCTOR_REFUSED,   /* not patiently, since too many wait for that */
    FA_DOCTOR_PLACE_MAX,
};

/** @duration_us: of a patient search, with its waiting */
void fa_metrics_doctor(struct fa_metrics *metrics, enum fa_doctor_place place, int64_t duration_us);

/* What the page is made from. */
struct fa_metrics_page {
    struct fa_app *app;
    const struct fa_control *control; /* who may read it */
};

/** The page; an fa_http_handler with a struct fa_metrics_page. Whoever may steer the server reads
 * it. */
void fa_metrics_handle(void *page, const struct fa_http_request *request,
                       struct fa_http_reply *reply);

#endif

/* A server with nothing but the dashboard, filled by a test, and a client that asks it. */
#ifndef DASHBOARD_SITE_H
#define DASHBOARD_SITE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>

#include "app.h"
#include "dashboard.h"
#include "suite.h"

#define PASSWORD "correct horse"
#define T0       INT64_C(1306929600000) /* 2011-06-01 12:00:00 */

struct site {
    struct fa_app app;
    struct fa_store *store; /* the app's, as the journal */
    struct fa_http *http;
    struct fa_journal *journal;
    struct fa_dashboard *dashboard;
    pthread_t thread;
    sem_t done;
    void (*job)(struct site *site);
    char cookie[100]; /* `name=value` of a session, "" before signing in */
};

extern struct site site;

struct answer {
    int status;
    char *head, *body; /* both in `text` */
    char *text;
};

/** Begin with what `fill` puts into the store; NULL: nothing. */
void open_site(void (*fill)(struct site *site));
void close_site(void);

/** Run a function on the server's thread, to which the store belongs. */
void run_there(void (*job)(struct site *site));

/* To fill the store; they return ids. */
int64_t add_account_of(const char *apikey, const char *name, const char *user);
int64_t add_account(const char *apikey, const char *name); /* nobody can sign in to it */
int64_t add_monitor(int64_t account_id, const char *name);
void add_row(int64_t monitor_id, int64_t checktime_ms, int64_t number, const char *user);

/* To ask. The caller frees the `text` of an answer. */
int connect_there(void);
/** @more: further header fields and the empty line after them */
void send_request(int fd, const char *method, const char *path, const char *more);
struct answer request(const char *method, const char *path, const char *more);
/** @more: further header fields, the empty line after them, and a body */
struct answer request_with_body(const char *method, const char *path, const char *more);
struct answer get(const char *path);

/** The value of a header field; "" if absent. The caller frees it. */
char *field_of(const struct answer *answer, const char *name);

void check_status(const char *path, int status);
/** Does the page of that path contain the one text and not the other? NULL: whatever */
void check_page(const char *path, const char *wanted, const char *unwanted);

/** With the printed address, as admin. */
void sign_in(void);

#endif

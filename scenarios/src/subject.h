/*
 * What `expect` and `wait` look at: rows, requests, records, a value, a file, a log. Each is read
 * afresh and compared; what differs is said from both sides.
 */
#ifndef SC_SUBJECT_H
#define SC_SUBJECT_H

#include "shape.h"

struct pm_buf;
struct sc_call;

/* The keys that both actors share, to be put into their tables. */
#define SC_SUBJECT_KEYS                                                                              \
    {"rows",                                                                                         \
     SC_MATCHER,                                                                                     \
     false,                                                                                          \
     "Rows of a monitor, oldest first: a map is what a row must be like, a list is what all rows "   \
     "must be like.",                                                                                \
     NULL,                                                                                           \
     NULL},                                                                                          \
        {"requests", SC_MATCHER,                                                                     \
         false,      "Requests in the server's journal, oldest first, likewise; `params` is a map.", \
         NULL,       NULL},                                                                          \
        {"records", SC_MATCHER,                                                                      \
         false,     "Records in an agent's drop directory, oldest first, likewise.",                 \
         NULL,      NULL},                                                                           \
        {"value", SC_MATCHER, false, "A value, such as a variable; compared with `is`.",             \
         NULL,    NULL},                                                                             \
        {"file", SC_TEXT, false, "The content of a file; compared with `is`.", NULL, NULL},          \
        {"log", SC_TEXT,                                                                             \
         false, "What a fakeapi, an agent or a host has logged; compared with `is`.",                \
         NULL,  NULL},                                                                               \
        {"declared",                                                                                 \
         SC_WORD,                                                                                    \
         false,                                                                                      \
         "What was declared to the server: `met`, or `all` when nothing else may have come.",        \
         sc_subject_declared,                                                                        \
         NULL},                                                                                      \
        {"count", SC_MATCHER, false, "How many are like this; at least 1 if left out.", NULL, NULL}, \
        {"is", SC_MATCHER, false, "What a value, file or log must be like.", NULL, NULL},            \
        {"as",  SC_TEXT,                                                                             \
         false, "Publishes what was found by this name: the value, or the first item like this.",    \
         NULL,  NULL},                                                                               \
        {"on", SC_TEXT, false, "Of which fakeapi or agent, if there are several.", NULL, NULL},      \
        {"account", SC_TEXT, false, "Of which account.", NULL, NULL},                                \
        {"monitor", SC_TEXT,                                                                         \
         false,     "With rows: the tag of the monitors; `loginMonitor` if left out.",               \
         NULL,      NULL},                                                                           \
    {                                                                                                \
        "day", SC_TEXT, false, "With rows: another day than today, YYYY-MM-DD (UTC).", NULL, NULL    \
    }

extern const char *const sc_subject_declared[];

/** Declare to the server what must, may and must not come (`declare`). Returns 0 or -1. */
int sc_subject_declare(struct sc_call *call);

enum sc_answer {
    SC_YES,
    SC_NO,
    SC_CANNOT_KNOW, /* it could not be read; said in the call */
};

/** Look once. @why: gets both sides when the answer is no */
enum sc_answer sc_subject_look(struct sc_call *call, struct pm_buf *why);

/** The step does not name what to look at, or more than one thing: returns -1, said in the call. */
int sc_subject_check(struct sc_call *call);

/** Append where the newest login is, hop by hop, if it was rows that were looked for. */
void sc_subject_trace(struct sc_call *call, struct pm_buf *why);

#endif

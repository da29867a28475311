/* One line about what went wrong, for the person who reads the report of a test. */
#ifndef SC_ERROR_H
#define SC_ERROR_H

struct sc_error {
    char message[512];
};

/** Write the line. Returns -1, so that `return sc_error_set(…)` reads well. @err: may be NULL */
int sc_error_set(struct sc_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

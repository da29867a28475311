/*
 * One line per event on standard error, for programs only (libraries never log). Under systemd each
 * line carries its priority as sd-daemon(3) wants it. Control characters and bytes that are not
 * UTF-8 arrive as \xNN, so that no logged name can forge a line or steer a terminal.
 */
#ifndef PM_LOG_H
#define PM_LOG_H

enum pm_log_level {
    PM_LOG_ERROR,
    PM_LOG_WARNING,
    PM_LOG_INFO,
    PM_LOG_DEBUG,
    PM_LOG_LEVEL_MAX,
};

enum pm_log_format {
    PM_LOG_TEXT, /* `program: warning: message` */
    PM_LOG_JSON, /* {"time":"2026-01-31T12:00:00.000Z","level":"warning","program":…,"message":…} */
};

/* One more thing that a JSON line says. */
struct pm_log_field {
    const char *name; /* of letters and `_` */
    const char *text; /* NULL: the number counts */
    long long number;
};

#define PM_LOG_FIELD_MAX 1024 /* bytes of a field's text; what is longer is cut */

/** @program: borrowed for ever. Lines above @level are dropped. */
void pm_log_setup(const char *program, enum pm_log_level level, enum pm_log_format format);

/** Write one line in one write(2). Thread-safe. */
void pm_log(enum pm_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * The same with fields, which only JSON shows: the message must say it all to a person.
 *
 * @message: not a format
 */
void pm_log_fields(enum pm_log_level level, const struct pm_log_field *fields, int count,
                   const char *message);

#define pm_log_error(...)   pm_log(PM_LOG_ERROR, __VA_ARGS__)
#define pm_log_warning(...) pm_log(PM_LOG_WARNING, __VA_ARGS__)
#define pm_log_info(...)    pm_log(PM_LOG_INFO, __VA_ARGS__)
#define pm_log_debug(...)   pm_log(PM_LOG_DEBUG, __VA_ARGS__)

#endif

/*
 * One login or logout, and the record that carries it from the PAM module to the agent:
 * `v=1 id=… t=… phase=open service=sshd user=alice …` (paidmonitor-record(5)). Fixed memory and
 * libc only, because the PAM module links it. Pure: no clock, no I/O.
 */
#ifndef PM_EVENT_H
#define PM_EVENT_H

#include <stdint.h>
#include <stddef.h>

#define PM_EVENT_RECORD_SIZE       4096 /* a link's target, PATH_MAX with the NUL */
#define PM_EVENT_SHORT_RECORD_SIZE 1024 /* what a file system such as XFS takes, with the NUL */
#define PM_EVENT_ID_SIZE           33   /* 32 lower-case hexadecimal digits and a NUL */
#define PM_EVENT_NAME_SIZE         (13 + 1 + PM_EVENT_ID_SIZE)
#define PM_EVENT_TIME_MAX          INT64_C(9999999999999) /* 13 digits: 2286-11-20 */

enum pm_event_phase {
    PM_EVENT_OPEN,
    PM_EVENT_CLOSE,
    PM_EVENT_ACCOUNT,
    PM_EVENT_AUTH,
    PM_EVENT_PHASE_MAX,
};

enum pm_event_text {
    PM_EVENT_SERVICE,
    PM_EVENT_USER,
    PM_EVENT_RUSER,
    PM_EVENT_RHOST,
    PM_EVENT_TTY,
    PM_EVENT_CONN,      /* SSH_CONNECTION */
    PM_EVENT_AUTH_INFO, /* first line of SSH_AUTH_INFO_0 */
    PM_EVENT_TEXT_MAX,
};

enum pm_event_number {
    PM_EVENT_UID,
    PM_EVENT_EUID,
    PM_EVENT_LOGINUID,
    PM_EVENT_SESSION,
    PM_EVENT_PID,
    PM_EVENT_NUMBER_MAX,
};

/* Bytes as they came: any but NUL; not NUL-terminated unless a function says so. */
struct pm_event_view {
    const char *bytes; /* NULL: the item was absent */
    size_t len;
};

struct pm_event {
    char id[PM_EVENT_ID_SIZE];
    int64_t wall_ms; /* 0 … PM_EVENT_TIME_MAX */
    int64_t mono_ms; /* CLOCK_BOOTTIME; -1 absent */
    enum pm_event_phase phase;
    struct pm_event_view texts[PM_EVENT_TEXT_MAX]; /* borrowed */
    int64_t numbers[PM_EVENT_NUMBER_MAX];          /* -1 absent */
    char login_id[PM_EVENT_ID_SIZE];               /* close: id of the matching open; "" absent */
    int64_t opened_ms;                             /* close: time of it; -1 absent */
    unsigned clipped;                              /* bit 1 << enum pm_event_text: value was cut */
};

/** Everything absent, phase open, id empty, time 0. */
void pm_event_init(struct pm_event *event);

/** Point a text at a NUL-terminated string; NULL makes it absent. Keeps the pointer. */
void pm_event_set_text(struct pm_event *event, enum pm_event_text which, const char *text);

/** The name of a phase in records: "open", "close", "account", "auth". */
const char *pm_event_phase_name(enum pm_event_phase phase);

/**
 * Write 16 random bytes as an id.
 *
 * @id: at least PM_EVENT_ID_SIZE bytes
 */
void pm_event_format_id(const unsigned char random[16], char *id);

/**
 * The name of an event's link, `<time, 13 digits>-<id>`: names sort by time.
 *
 * @name: at least PM_EVENT_NAME_SIZE bytes
 */
void pm_event_format_name(const struct pm_event *event, char *name);

/**
 * Write an event as a record. A text longer than its limit (256 bytes; 3072 for the
 * authentication) is cut and marked. When the record would still be too long, the authentication is
 * halved three times, and then all limits until it fits; at a limit of 0 a text is left out and
 * marked.
 *
 * @size: of @record; PM_EVENT_RECORD_SIZE or PM_EVENT_SHORT_RECORD_SIZE
 *
 * Returns the length without the NUL, or 0 when @size is below PM_EVENT_SHORT_RECORD_SIZE
 */
size_t pm_event_encode(const struct pm_event *event, char *record, size_t size);

/**
 * Read a record. Unknown keys are skipped; anything else that pm_event_encode() cannot have
 * written is refused: another version, a known key twice, a missing id, time or phase, an encoded
 * NUL, a byte that should be encoded, a number out of range, a text over its limit.
 *
 * @record:     @len bytes and room for a NUL behind them; overwritten, and lent to @ret_event,
 *              whose texts are NUL-terminated inside it
 * @ret_reason: on failure one constant line, what is wrong with it
 *
 * Errors: -1
 */
int pm_event_decode(char *record, size_t len, struct pm_event *ret_event, const char **ret_reason);

#endif

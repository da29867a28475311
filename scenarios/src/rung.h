/*
 * How real a host is: the rungs of the ladder from libpam alone to a booted system. The same
 * scenario runs on each of them as far as it can.
 */
#ifndef SC_RUNG_H
#define SC_RUNG_H

struct pm_buf;
struct sc_settings;

enum sc_rung {
    SC_RUNG_PAM,       /* libpam with a private service directory, as any user */
    SC_RUNG_CWRAP,     /* a real sshd, as any user, under the cwrap libraries */
    SC_RUNG_ROOT,      /* a root file system, users and addresses of its own, in namespaces */
    SC_RUNG_CONTAINER, /* the same in a container */
    SC_RUNG_SYSTEMD,   /* a container in which systemd is booted */
    SC_RUNG_MAX,
};

/** Its name on the command line. */
const char *sc_rung_name(enum sc_rung rung);

/** The rung of this name. Errors: -1 */
int sc_rung_find(const char *name, enum sc_rung *ret_rung);

/**
 * The rung that hosts of this run are on: the one that was asked for, or the highest that the
 * machine allows, up to `root`: those above take seconds to start and must be asked for. It is
 * found out once.
 *
 * @why: gets the reason; NULL: not wanted
 */
enum sc_rung sc_rung_choose(const struct sc_settings *settings, struct pm_buf *why);

/** Returns 0, or -1 and says that a higher rung is needed. */
int sc_rung_at_least(const struct sc_settings *settings, enum sc_rung least, struct pm_buf *why);

#endif

/*
 * What tests of the agent as a program share: a directory with its configuration, secret, drop
 * directory, journal and log; running it; leaving events for it; looking at what it did. Every
 * function fails the test when it cannot do its work.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <stddef.h>
#include <sys/types.h>

#include "clock.h"
#include "event.h"
#include "journal.h"

#define WORLD_APIKEY "0123456789ABCDEFGHIJKLMNOP"
#define WORLD_SECRET "PONMLKJIHGFEDCBA9876543210"
#define WORLD_TAG    "loginMonitor" /* the default */
#define WORLD_NAME   "Logins"
#define WORLD_T      INT64_C(1763830000123) /* 2025-11-22 */

struct world {
    char dir[64], config[96], drop[96], journal[96], secret[96], log[96];
    pid_t agent;
    uid_t uid; /* that the agent runs as; 0: ours */
};

void world_open(struct world *world);
void world_close(struct world *world);

/** The path of a file in the world's directory. */
void world_path(const struct world *world, const char *name, char *path, size_t size);

/** Write a file anew, mode 0600. */
void world_write(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The configuration, for a server on a port of 127.0.0.1. */
void world_configure(const struct world *world, unsigned int port);

/** The same with further lines at its end, which may begin sections. */
void world_configure_also(const struct world *world, unsigned int port, const char *lines);

/**
 * Start a program with `--config … --verbose` and an option (NULL for none), its output into the
 * log.
 *
 * @fault: a variable of agent_faults.c with its @value, or NULL
 */
pid_t world_spawn(const struct world *world, const char *program, const char *option,
                  const char *fault, const char *value);

/** Its exit status, or the signal that killed it as a negative number. */
int world_wait(pid_t pid);

/** Run the agent with --once. Returns its exit status. */
int world_run_once(const struct world *world);

/** Run the agent as a service; end it by SIGTERM, which must succeed. */
void world_start_agent(struct world *world);
void world_stop_agent(struct world *world);

/** The log so far, or its first 4 KiB: Check takes no longer messages. Lent until the next call. */
const char *world_log(const struct world *world);

/** The login number n, at WORLD_T. */
struct pm_event world_login(int n);

/** Leave an event as the PAM module does. */
void world_drop(const struct world *world, const struct pm_event *event);
void world_drop_login(const struct world *world, int n);

/** How many links the drop directory has. */
int world_links(const struct world *world);

/** What the journal has. A visit while the agent has it open must not harm what the agent writes.
 */
struct pm_journal_counts world_journal(const struct world *world);

#define WORLD_DEADLINE_MS 30000

/* Wait for a condition, evaluated every few ms. */
#define WORLD_WAIT(world, condition)                                                             \
    do {                                                                                         \
        int64_t end_ms = pm_clock_mono_ms() + WORLD_DEADLINE_MS;                                 \
        while (!(condition)) {                                                                   \
            const struct timespec pause = {.tv_nsec = 5000000};                                  \
            ck_assert_msg(pm_clock_mono_ms() < end_ms, "waited in vain for: %s\n%s", #condition, \
                          world_log(world));                                                     \
            (void)nanosleep(&pause, NULL);                                                       \
        }                                                                                        \
    } while (0)

#endif

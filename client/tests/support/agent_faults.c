/*
 * Linked into a copy of the agent by --wrap, to bring about what cannot be waited for:
 * $CRASH_BEFORE names a step before which the copy kills itself, as kill -9 would;
 * $CLOCK_OFFSET_MS sets its clock wrong.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct pm_journal;

int __real_unlinkat(int dir_fd, const char *path, int flags);
int __wrap_unlinkat(int dir_fd, const char *path, int flags);
int __real_pm_journal_commit(struct pm_journal *journal);
int __wrap_pm_journal_commit(struct pm_journal *journal);
int __real_pm_journal_done(struct pm_journal *journal, const char *id, unsigned count,
                           int64_t now_ms);
int __wrap_pm_journal_done(struct pm_journal *journal, const char *id, unsigned count,
                           int64_t now_ms);
int64_t __real_pm_clock_wall_ms(void);
int64_t __wrap_pm_clock_wall_ms(void);

static void crash_before(const char *step)
{
    const char *wanted = getenv("CRASH_BEFORE");

    if (wanted && strcmp(wanted, step) == 0)
        (void)raise(SIGKILL);
}

int __wrap_pm_journal_commit(struct pm_journal *journal)
{
    crash_before("commit");
    return __real_pm_journal_commit(journal);
}

int __wrap_unlinkat(int dir_fd, const char *path, int flags)
{
    crash_before("unlink");
    return __real_unlinkat(dir_fd, path, flags);
}

int __wrap_pm_journal_done(struct pm_journal *journal, const char *id, unsigned count,
                           int64_t now_ms)
{
    crash_before("done");
    return __real_pm_journal_done(journal, id, count, now_ms);
}

int64_t __wrap_pm_clock_wall_ms(void)
{
    const char *offset = getenv("CLOCK_OFFSET_MS");

    return __real_pm_clock_wall_ms() + (offset ? strtoll(offset, NULL, 10) : 0);
}

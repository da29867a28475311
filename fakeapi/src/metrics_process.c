#include "metrics_process.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "prom.h"

#define FIELD_START 22 /* of /proc/PID/stat, proc(5): when it started, in ticks after the boot */

static void add_integer(struct pm_buf *to, const char *name, const char *help, int64_t value)
{
    pm_prom_family(to, name, "gauge", help);
    pm_prom_integer(to, name, value, NULL);
}

static int64_t time_us(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void add_cpu(struct pm_buf *to)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return;
    pm_prom_family(to, "process_cpu_seconds_total", "counter",
                   "User and system CPU time spent, in seconds.");
    pm_prom_seconds(to, "process_cpu_seconds_total",
                    time_us(&usage.ru_utime) + time_us(&usage.ru_stime), NULL);
}

static void add_memory(struct pm_buf *to)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long total, resident;
    int count;

    if (!file)
        return;
    count = fscanf(file, "%lld %lld", &total, &resident);
    (void)fclose(file);
    if (count != 2)
        return;
    add_integer(to, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
                total * sysconf(_SC_PAGESIZE));
    add_integer(to, "process_resident_memory_bytes", "Resident memory size in bytes.",
                resident * sysconf(_SC_PAGESIZE));
}

static void add_descriptors(struct pm_buf *to)
{
    DIR *dir = opendir("/proc/self/fd");
    struct rlimit limit;
    int64_t count = -1; /* the one that reads the directory */
    const struct dirent *entry;

    if (dir) {
        while ((entry = readdir(dir)) != NULL)
            count += entry->d_name[0] != '.';
        (void)closedir(dir);
        add_integer(to, "process_open_fds", "Number of open file descriptors.", count);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        add_integer(to, "process_max_fds", "Maximum number of open file descriptors.",
                    (int64_t)limit.rlim_cur);
}

/* The fields after the program's name, which may hold blanks and parentheses. */
static int read_start_ticks(long long *ret_ticks)
{
    FILE *file = fopen("/proc/self/stat", "re");
    char line[1024] = "";
    char *at;
    int field = 2;

    if (!file)
        return -1;
    (void)!fgets(line, sizeof(line), file); /* then the line stays empty */
    (void)fclose(file);
    for (at = strrchr(line, ')'); at && field < FIELD_START; field++)
        at = strchr(at + 1, ' ');
    return at && sscanf(at, "%lld", ret_ticks) == 1 ? 0 : -1;
}

/* Against the clock of the boot: when that was is not told in every sandbox. */
static void add_start(struct pm_buf *to)
{
    struct timespec since_boot;
    int64_t age_ms;
    long long ticks;

    if (read_start_ticks(&ticks) < 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) < 0)
        return;
    age_ms = (int64_t)since_boot.tv_sec * 1000 + since_boot.tv_nsec / 1000000 -
             ticks * 1000 / sysconf(_SC_CLK_TCK);
    pm_prom_family(to, "process_start_time_seconds", "gauge",
                   "Start time of the process since the epoch, in seconds.");
    pm_prom_seconds(to, "process_start_time_seconds", (pm_clock_wall_ms() - age_ms) * 1000, NULL);
}

void fa_metrics_process(struct pm_buf *to)
{
    add_cpu(to);
    add_memory(to);
    add_descriptors(to);
    add_start(to);
}

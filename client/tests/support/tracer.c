/* Running a process under ptrace; see tracer.h. */
#include "tracer.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"

#define OPTIONS         (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE)
#define STOPPED_BY_CALL (SIGTRAP | 0x80)

/* ---- the machine ---- */

#if defined(__x86_64__)

static bool set_registers(pid_t thread, long number, long result)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof(registers)};

    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) != 0)
        return false;
    registers.orig_rax = (unsigned long)number;
    registers.rax = (unsigned long)result;
    return ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all) == 0;
}

#elif defined(__aarch64__)

static bool set_registers(pid_t thread, long number, long result)
{
    struct user_regs_struct registers;
    int call = (int)number;
    struct iovec all = {&registers, sizeof(registers)}, one = {&call, sizeof(call)};

    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) != 0)
        return false;
    registers.regs[0] = (unsigned long)result;
    return ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all) == 0 &&
           ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &one) == 0;
}

#else

static bool set_registers(pid_t thread, long number, long result)
{
    (void)thread, (void)number, (void)result;
    return false;
}

#endif

/*
 * Calls that a full or broken disk, a lost connection or a lack of memory lets fail; other calls
 * pass until one of these comes. Not fcntl(): giving a lock back never fails on a local disk, and
 * SQLite waits 10 seconds for itself if it does.
 */
static bool may_fail(long number)
{
    static const long numbers[] = {
        SYS_openat,     SYS_read,       SYS_pread64,   SYS_write,      SYS_pwrite64,
        SYS_fsync,      SYS_fdatasync,  SYS_ftruncate, SYS_fallocate,  SYS_unlinkat,
        SYS_readlinkat, SYS_getdents64, SYS_lseek,     SYS_socket,     SYS_connect,
        SYS_sendto,     SYS_recvfrom,   SYS_mmap,      SYS_newfstatat, SYS_getsockopt,
        SYS_setsockopt,
#ifdef SYS_unlink
        SYS_unlink,
#endif
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(numbers); i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

/* ---- watching ---- */

struct watch {
    pid_t victim, until;
    const struct tracer_plan *plan;
    struct tracer_report report;
    pid_t failing; /* thread whose call is to fail; 0 none */
    bool is_over;
};

static void on_call(struct watch *watch, pid_t thread)
{
    const struct tracer_plan *plan = watch->plan;
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && watch->failing == thread) {
        (void)set_registers(thread, -1, -plan->error);
        watch->failing = 0;
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    watch->report.calls++;
    if (plan->at == 0 || watch->report.was_hit || watch->report.calls < plan->at)
        return;
    if (plan->error == 0) {
        watch->report.was_hit = true;
        (void)kill(watch->victim, SIGKILL);
    } else if (may_fail((long)info.entry.nr)) {
        watch->report.was_hit = set_registers(thread, -1, -plan->error);
        watch->failing = thread;
    }
}

/* Its threads have to be waited for before it is. */
static void kill_victim(struct watch *watch)
{
    pid_t pid;
    int status;

    (void)kill(watch->victim, SIGKILL);
    do {
        pid = waitpid(-1, &status, __WALL);
    } while ((pid < 0 && errno == EINTR) || (pid > 0 && pid != watch->victim));
    watch->victim = 0;
}

static void on_end(struct watch *watch, pid_t pid, int status)
{
    if (pid != watch->victim && pid != watch->until)
        return; /* a thread */
    watch->report.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    if (pid == watch->until && watch->victim != 0)
        kill_victim(watch);
    if (pid == watch->victim)
        watch->victim = 0;
    watch->is_over = watch->until == 0 || pid == watch->until;
}

static void on_stop(struct watch *watch, pid_t thread, int status)
{
    int stop = WSTOPSIG(status), signal = 0;

    if (stop == STOPPED_BY_CALL)
        on_call(watch, thread);
    else if (status >> 16 == 0) /* no event of ptrace's own */
        signal = stop;
    (void)ptrace(PTRACE_SYSCALL, thread, NULL, (long)signal);
}

/* The end of the time for a victim that hangs. */
static void check_deadline(struct watch *watch, int64_t end_ms)
{
    if (pm_clock_mono_ms() < end_ms || watch->report.was_late)
        return;
    watch->report.was_late = true;
    if (watch->victim != 0)
        (void)kill(watch->victim, SIGKILL);
    if (watch->until != 0)
        (void)kill(watch->until, SIGKILL);
}

static void on_alarm(int signal)
{
    (void)signal; /* ends waitpid() now and then */
}

static void start_alarm(void)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval often = {{0, 50000}, {0, 50000}};

    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &often, NULL);
}

static void stop_alarm(void)
{
    const struct itimerval never = {{0, 0}, {0, 0}};

    (void)setitimer(ITIMER_REAL, &never, NULL);
}

struct tracer_report tracer_watch(pid_t victim, pid_t until, const struct tracer_plan *plan)
{
    struct watch watch = {.victim = victim, .until = until, .plan = plan};
    int64_t end_ms = pm_clock_mono_ms() + plan->deadline_ms;
    int status;

    start_alarm();
    while (!watch.is_over) {
        pid_t pid = waitpid(-1, &status, __WALL);

        if (pid < 0 && errno == ECHILD)
            break;
        if (pid > 0 && WIFSTOPPED(status))
            on_stop(&watch, pid, status);
        else if (pid > 0)
            on_end(&watch, pid, status);
        check_deadline(&watch, end_ms);
    }
    stop_alarm();
    return watch.report;
}

bool tracer_attach(pid_t victim)
{
    char path[64];
    struct dirent *entry;
    bool attached = true;
    DIR *dir;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)victim);
    dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

        if (thread > 0)
            attached = attached && ptrace(PTRACE_SEIZE, thread, NULL, (long)OPTIONS) == 0 &&
                       ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0;
    }
    if (!dir)
        return false;
    (void)closedir(dir);
    return attached;
}

bool tracer_works(void)
{
    const struct tracer_plan plan = {.at = 1, .error = ENOENT, .deadline_ms = 5000};
    int go[2];
    pid_t pid;
    bool works;

    if (pipe2(go, O_CLOEXEC) != 0)
        return false;
    pid = fork();
    if (pid == 0) {
        char byte;

        (void)close(go[1]);
        (void)!read(go[0], &byte, 1); /* until it is watched, unless that call fails already */
        _exit(open("/", O_RDONLY | O_CLOEXEC) < 0 || errno == ENOENT ? 0 : 1);
    }
    works = pid > 0 && tracer_attach(pid);
    (void)close(go[0]);
    (void)close(go[1]);
    return works && tracer_watch(pid, 0, &plan).was_hit;
}

/* What tests of the agent as a program share; see world.h. */
#include "world.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void world_write(const char *path, const char *format, ...)
{
    va_list args;
    FILE *file;

    (void)unlink(path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
    va_start(args, format);
    (void)vfprintf(file, format, args);
    va_end(args);
    ck_assert_int_eq(fclose(file), 0);
}

void world_configure_also(const struct world *world, unsigned int port, const char *lines)
{
    world_write(world->config,
                "[api]\nurl = http://127.0.0.1:%u\napikey = " WORLD_APIKEY "\nsecret_file = %s\n"
                "[monitor]\nname = " WORLD_NAME "\n[agent]\ndrop_dir = %s\njournal = %s\n%s",
                port, world->secret, world->drop, world->journal, lines);
}

void world_configure(const struct world *world, unsigned int port)
{
    world_configure_also(world, port, "");
}

void world_path(const struct world *world, const char *name, char *path, size_t size)
{
    ck_assert_int_lt(snprintf(path, size, "%s/%s", world->dir, name), (int)size);
}

void world_open(struct world *world)
{
    memset(world, 0, sizeof(*world));
    (void)strcpy(world->dir, "/tmp/agent-world-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->dir));
    world_path(world, "agent.conf", world->config, sizeof(world->config));
    world_path(world, "drop", world->drop, sizeof(world->drop));
    world_path(world, "journal.db", world->journal, sizeof(world->journal));
    world_path(world, "secret", world->secret, sizeof(world->secret));
    world_path(world, "agent.log", world->log, sizeof(world->log));
    ck_assert_int_eq(mkdir(world->drop, 0700), 0);
    world_write(world->secret, WORLD_SECRET "\n");
}

void world_close(struct world *world)
{
    char command[96];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", world->dir);
    ck_assert_int_eq(system(command), 0);
}

pid_t world_spawn(const struct world *world, const char *program, const char *option,
                  const char *fault, const char *value)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = open(world->log, O_CREAT | O_WRONLY | O_APPEND, 0600);

        if (world->uid != 0 &&
            (setgroups(0, NULL) != 0 || setgid(world->uid) != 0 || setuid(world->uid) != 0))
            _exit(125);
        if (fault && setenv(fault, value, 1) != 0)
            _exit(126);
        (void)dup2(fd, STDOUT_FILENO);
        (void)dup2(fd, STDERR_FILENO);
        (void)execl(program, program, "--config", world->config, "--verbose", option, (char *)NULL);
        _exit(127);
    }
    return pid;
}

int world_wait(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int world_run_once(const struct world *world)
{
    return world_wait(world_spawn(world, PM_AGENT, "--once", NULL, NULL));
}

void world_start_agent(struct world *world)
{
    world->agent = world_spawn(world, PM_AGENT, NULL, NULL, NULL);
}

void world_stop_agent(struct world *world)
{
    ck_assert_int_eq(kill(world->agent, SIGTERM), 0);
    ck_assert_int_eq(world_wait(world->agent), 0);
}

const char *world_log(const struct world *world)
{
    static char text[4096];
    FILE *file = fopen(world->log, "r");
    size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    text[len] = '\0';
    if (file)
        (void)fclose(file);
    return text;
}

struct pm_event world_login(int n)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%032x", (unsigned)n);
    event.wall_ms = WORLD_T;
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    pm_event_set_text(&event, PM_EVENT_USER, "alice");
    pm_event_set_text(&event, PM_EVENT_RHOST, "192.0.2.77");
    return event;
}

void world_drop(const struct world *world, const struct pm_event *event)
{
    char name[PM_EVENT_NAME_SIZE], record[PM_EVENT_RECORD_SIZE], path[256];

    pm_event_format_name(event, name);
    (void)pm_event_encode(event, record, sizeof(record));
    (void)snprintf(path, sizeof(path), "%s/%s", world->drop, name);
    ck_assert_int_eq(symlink(record, path), 0);
}

void world_drop_login(const struct world *world, int n)
{
    struct pm_event event = world_login(n);

    world_drop(world, &event);
}

int world_links(const struct world *world)
{
    DIR *dir = opendir(world->drop);
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

struct pm_journal_counts world_journal(const struct world *world)
{
    struct pm_journal_counts counts;
    struct pm_journal *journal;
    struct pm_error err;

    ck_assert_msg(pm_journal_open(world->journal, PM_JOURNAL_SYNC, &journal, &err) == 0, "%s",
                  err.message);
    ck_assert_int_eq(pm_journal_count(journal, &counts), 0);
    pm_journal_free(journal);
    return counts;
}

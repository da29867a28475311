/*
 * paidmonitor-hook: what the PAM module does, for hosts that can only run a program from their
 * stack, by pam_exec or pam_script. It leaves the same record in the same way. It vouches for
 * nobody: in any phase but a session it exits with a failure, so that `sufficient` in front of it
 * opens no door, as it does with a notifier that exits with 0. See paidmonitor-hook(8).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "event.h"
#include "handoff.h"
#include "options.h"
#include "percent.h"

#define VOUCHES_FOR_NOBODY 1
#define NO_PHASE           PM_EVENT_PHASE_MAX
#define UNSET_ID           INT64_C(4294967295) /* what the kernel's audit prints for "none" */

struct options {
    const char *drop;
    bool debug;
};

/* ---- the environment ---- */

/*
 * PAM's items come last; whatever the environment of the login process had by the same name comes
 * before. An empty one is absent: pam_script writes it so.
 */
static const char *item(const char *name)
{
    size_t len = strlen(name);
    const char *value = NULL;
    char **entry;

    for (entry = environ; *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            value = *entry + len + 1;
    return value && value[0] != '\0' ? value : NULL;
}

/* pam_script hands over what was typed; nobody who looks at this process shall find it. */
static void forget_passwords(void)
{
    static const char *const names[] = {"PAM_AUTHTOK=", "PAM_OLDAUTHTOK="};
    char **entry;
    size_t i;

    for (entry = environ; *entry; entry++)
        for (i = 0; i < PM_ARRAY_LEN(names); i++)
            if (strncmp(*entry, names[i], strlen(names[i])) == 0)
                explicit_bzero(*entry, strlen(*entry));
}

/* ---- which phase ---- */

/* pam_script tells by the name it runs (the second layout is that of its versions 0.1), pam_exec
 * by PAM_TYPE. */
static const struct {
    const char *name;
    enum pm_event_phase phase; /* NO_PHASE: nothing is reported */
} phases[] = {
    {"pam_script_ses_open", PM_EVENT_OPEN},
    {"pam_script_ses_close", PM_EVENT_CLOSE},
    {"pam_script_acct", PM_EVENT_ACCOUNT},
    {"pam_script_auth", NO_PHASE},
    {"pam_script_passwd", NO_PHASE},
    {"onsessionopen", PM_EVENT_OPEN},
    {"onsessionclose", PM_EVENT_CLOSE},
    {"onauth", NO_PHASE},
    {"open_session", PM_EVENT_OPEN},
    {"close_session", PM_EVENT_CLOSE},
    {"account", PM_EVENT_ACCOUNT},
    {"auth", NO_PHASE},
    {"password", NO_PHASE},
};

static bool find_phase(const char *name, enum pm_event_phase *ret_phase)
{
    size_t i;

    for (i = 0; name && i < PM_ARRAY_LEN(phases); i++) {
        if (strcmp(phases[i].name, name) != 0)
            continue;
        *ret_phase = phases[i].phase;
        return true;
    }
    return false;
}

static bool know_phase(const char *program, enum pm_event_phase *ret_phase)
{
    const char *slash = strrchr(program, '/');

    return find_phase(slash ? slash + 1 : program, ret_phase) ||
           find_phase(item("PAM_TYPE"), ret_phase);
}

/* ---- the words on the line ---- */

/* It passes its own words on. */
static bool is_for_pam_script(const char *word)
{
    static const char *const words[] = {"dir=", "onerr=", "runas=", "expose="};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(words); i++)
        if (strncmp(word, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void take_word(const char *word, struct options *options)
{
    if (strncmp(word, "drop=/", 6) == 0 && strlen(word + 5) <= HOOK_DROP_MAX)
        options->drop = word + 5;
    else if (strcmp(word, "debug") == 0)
        options->debug = true;
    else if (!is_for_pam_script(word))
        syslog(LOG_ERR, "ignoring the word '%.128s'; drop= takes an absolute path", word);
}

/* ---- the event ---- */

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    int64_t ms;

    if (clock_gettime(clock, &now) != 0)
        return -1;
    ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    return ms > PM_EVENT_TIME_MAX ? -1 : ms;
}

/* A program gets random bytes from the kernel at its start, even where it may not ask for more. */
static void make_id(char *id)
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes))
        memcpy(bytes, (const void *)getauxval(AT_RANDOM), sizeof(bytes)); /* NOLINT */
    pm_event_format_id(bytes, id);
}

/* The beginning of a small file of /proc. */
static bool read_proc(const char *path, char *text, size_t size)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

    text[len < 0 ? 0 : len] = '\0';
    return len > 0;
}

static int64_t read_number(const char *path)
{
    char text[32], *end;
    int64_t number;

    if (!read_proc(path, text, sizeof(text)))
        return -1;
    number = strtoll(text, &end, 10);
    return end == text || number < 0 || number == UNSET_ID ? -1 : number;
}

/* Who the login process is; pam_exec has changed our own ids. */
static void collect_uids(struct pm_event *event, pid_t parent)
{
    char path[64], text[2048], *line;
    int64_t uid, euid;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)parent);
    if (!read_proc(path, text, sizeof(text)))
        return;
    line = strstr(text, "\nUid:");
    if (!line)
        return;
    line += strlen("\nUid:");
    uid = strtoll(line, &line, 10);
    euid = strtoll(line, NULL, 10);
    event->numbers[PM_EVENT_UID] = uid;
    event->numbers[PM_EVENT_EUID] = euid;
}

static void collect(struct pm_event *event, enum pm_event_phase phase)
{
    static const struct {
        const char *name;
        enum pm_event_text text;
    } items[] = {
        {"PAM_SERVICE", PM_EVENT_SERVICE}, {"PAM_USER", PM_EVENT_USER},
        {"PAM_RUSER", PM_EVENT_RUSER},     {"PAM_RHOST", PM_EVENT_RHOST},
        {"PAM_TTY", PM_EVENT_TTY},
    };
    int64_t wall_ms = read_clock(CLOCK_REALTIME);
    size_t i;

    pm_event_init(event);
    make_id(event->id);
    event->phase = phase;
    event->wall_ms = wall_ms < 0 ? 0 : wall_ms;
    event->mono_ms = read_clock(CLOCK_BOOTTIME);
    for (i = 0; i < PM_ARRAY_LEN(items); i++)
        pm_event_set_text(event, items[i].text, item(items[i].name));
    collect_uids(event, getppid());
    event->numbers[PM_EVENT_PID] = getppid();
    event->numbers[PM_EVENT_LOGINUID] = read_number("/proc/self/loginuid");
    event->numbers[PM_EVENT_SESSION] = read_number("/proc/self/sessionid");
}

/* ---- reporting ---- */

static const char *visible(const struct pm_event_view *text, char *buffer, size_t size)
{
    if (!text->bytes)
        return "-";
    (void)pm_percent_encode(text->bytes, text->len, ":/@,+$", buffer, size);
    return buffer;
}

static void say(int priority, const char *what, const struct pm_event *event, const char *why)
{
    char user[128], rhost[128], service[64];

    syslog(priority, "%s: %s %s of user %s from %s through %s: %s", what, event->id,
           pm_event_phase_name(event->phase),
           visible(&event->texts[PM_EVENT_USER], user, sizeof(user)),
           visible(&event->texts[PM_EVENT_RHOST], rhost, sizeof(rhost)),
           visible(&event->texts[PM_EVENT_SERVICE], service, sizeof(service)), why);
}

static void report(enum pm_event_phase phase, const struct options *options)
{
    struct pm_event event;
    int r;

    collect(&event, phase);
    r = hook_handoff(options->drop, &event);
    if (r == -EACCES && geteuid() != 0)
        say(LOG_ERR, "not reported", &event, "not root; write seteuid on the line of pam_exec");
    else if (r < 0)
        say(LOG_ERR, "not reported", &event, strerror(-r));
    else if (options->debug)
        say(LOG_DEBUG, "left for the agent", &event, options->drop);
}

/* Whoever called su may send signals to processes that still have his user id. */
static void belong_to_root(void)
{
    if (geteuid() == 0 && setresuid(0, 0, 0) != 0)
        syslog(LOG_WARNING, "staying the user's process: %m");
}

static int tell_what_it_is(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        (void)puts("paidmonitor-hook " PM_VERSION);
        return 0;
    }
    (void)puts(
        "paidmonitor-hook leaves a record of a login for paidmonitor-agent. It is run by PAM:\n"
        "\n"
        "  session optional pam_exec.so quiet seteuid " PM_HOOK_PATH " [drop=DIR] [debug]\n"
        "  session optional pam_script.so dir=" PM_HOOK_SCRIPT_DIR " [drop=DIR] [debug]\n"
        "\n"
        "Where it can be, the module pam_paidmonitor is better. Manual: paidmonitor-hook(8).");
    return argc > 1 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct options options = {.drop = HOOK_DROP_DEFAULT};
    enum pm_event_phase phase;
    int i;

    belong_to_root();
    forget_passwords();
    openlog("paidmonitor-hook", LOG_PID, LOG_AUTHPRIV);
    if (argc < 1 || !know_phase(argv[0], &phase))
        return tell_what_it_is(argc, argv);

    for (i = 1; i < argc; i++)
        take_word(argv[i], &options);
    if (phase != NO_PHASE)
        report(phase, &options);
    return phase == PM_EVENT_OPEN || phase == PM_EVENT_CLOSE ? 0 : VOUCHES_FOR_NOBODY;
}

/*
 * What is known about a login; see collect.h. Reads PAM's items and PAM's environment, never the
 * process environment, which belongs to the caller of su and sudo. No password is touched.
 */
#include "collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define LOGIN_DATA "paidmonitor_login"
#define UNSET_ID   INT64_C(4294967295) /* what the kernel's audit prints for "none" */

/* What open leaves in the handle for close. */
struct login {
    char id[PM_EVENT_ID_SIZE];
    int64_t wall_ms;
};

static const struct {
    int item;
    enum pm_event_text text;
} items[] = {
    {PAM_SERVICE, PM_EVENT_SERVICE}, {PAM_USER, PM_EVENT_USER}, {PAM_RUSER, PM_EVENT_RUSER},
    {PAM_RHOST, PM_EVENT_RHOST},     {PAM_TTY, PM_EVENT_TTY},
};

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    int64_t ms;

    if (clock_gettime(clock, &now) != 0)
        return -1;
    ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    return ms > PM_EVENT_TIME_MAX ? -1 : ms;
}

/*
 * Unlike any other id of this machine, though foreseeable: a process does not read the same
 * nanosecond since the start twice.
 */
static void improvise(unsigned char bytes[16])
{
    struct timespec wall = {0, 0}, up = {0, 0};
    uint64_t parts[2];

    (void)clock_gettime(CLOCK_REALTIME, &wall);
    (void)clock_gettime(CLOCK_BOOTTIME, &up);
    parts[0] = (uint64_t)wall.tv_sec * 1000000000 + (uint64_t)wall.tv_nsec;
    parts[1] = ((uint64_t)up.tv_sec * 1000000000 + (uint64_t)up.tv_nsec) << 24;
    parts[1] |= (uint64_t)getpid() & 0xffffff; /* process ids end at 2^22 */
    memcpy(bytes, parts, sizeof(parts));
}

/* The kernel's randomness may be refused, early in a start or by a filter: no login is lost for it.
 */
static void make_id(char *id)
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes))
        improvise(bytes);
    pm_event_format_id(bytes, id);
}

/* A number that the kernel prints into a file of /proc/self; -1 when there is none. */
static int64_t read_number(const char *path)
{
    char text[16] = "";
    int64_t number = 0;
    ssize_t len, i;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -1; /* no audit in this kernel, or no descriptor left by the caller's limits */
    len = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    if (len <= 0)
        return -1;
    for (i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (text[i] - '0');
    return i == 0 || number == UNSET_ID ? -1 : number;
}

static void collect_items(pam_handle_t *pamh, struct pm_event *event)
{
    size_t i;

    for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        const void *value = NULL;

        if (pam_get_item(pamh, items[i].item, &value) == PAM_SUCCESS)
            pm_event_set_text(event, items[i].text, value);
    }
}

/* Both come from sshd. */
static void collect_environment(pam_handle_t *pamh, struct pm_event *event)
{
    struct pm_event_view *auth = &event->texts[PM_EVENT_AUTH_INFO];

    pm_event_set_text(event, PM_EVENT_CONN, pam_getenv(pamh, "SSH_CONNECTION"));
    pm_event_set_text(event, PM_EVENT_AUTH_INFO, pam_getenv(pamh, "SSH_AUTH_INFO_0"));
    if (auth->bytes)
        auth->len = strcspn(auth->bytes, "\n"); /* a line for each method; the first one decides */
}

static void collect_process(struct pm_event *event)
{
    event->numbers[PM_EVENT_UID] = getuid();
    event->numbers[PM_EVENT_EUID] = geteuid();
    event->numbers[PM_EVENT_PID] = getpid();
    event->numbers[PM_EVENT_LOGINUID] = read_number("/proc/self/loginuid");
    event->numbers[PM_EVENT_SESSION] = read_number("/proc/self/sessionid");
}

void hook_collect(pam_handle_t *pamh, enum pm_event_phase phase, struct pm_event *ret_event)
{
    int64_t wall_ms = read_clock(CLOCK_REALTIME);

    pm_event_init(ret_event);
    make_id(ret_event->id);
    ret_event->phase = phase;
    ret_event->wall_ms = wall_ms < 0 ? 0 : wall_ms;
    ret_event->mono_ms = read_clock(CLOCK_BOOTTIME);
    collect_items(pamh, ret_event);
    collect_environment(pamh, ret_event);
    collect_process(ret_event);
}

static void free_login(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status; /* also called in forked copies of the process: nothing but memory happens here */
    free(data);
}

void hook_collect_remember(pam_handle_t *pamh, const struct pm_event *opened)
{
    struct login *login = malloc(sizeof(*login));

    if (!login)
        return; /* the close is reported without its login */
    memcpy(login->id, opened->id, sizeof(login->id));
    login->wall_ms = opened->wall_ms;
    if (pam_set_data(pamh, LOGIN_DATA, login, free_login) != PAM_SUCCESS)
        free(login);
}

void hook_collect_recall(pam_handle_t *pamh, struct pm_event *event)
{
    const void *data = NULL;
    const struct login *login;

    if (pam_get_data(pamh, LOGIN_DATA, &data) != PAM_SUCCESS || !data)
        return;
    login = data;
    memcpy(event->login_id, login->id, sizeof(event->login_id));
    event->opened_ms = login->wall_ms;
}

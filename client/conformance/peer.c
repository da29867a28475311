/* A program that answers lines; see peer.h. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "text.h"

#define END_GRACE_MS 2000

struct pm_peer {
    char *const *argv;
    int timeout_ms;
    pid_t pid; /* leader of its process group; 0: not running */
    int in;    /* we write */
    int out;   /* we read */
    char *problem;
};

/* One exchange. */
struct talk {
    const char *line;
    size_t left; /* of the line; its newline is still to come when 0 and !sent */
    bool sent;
    struct pm_buf *answer;
    int64_t deadline_ms;
};

static int problem(struct pm_peer *peer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int problem(struct pm_peer *peer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(peer->problem, PM_PEER_PROBLEM_MAX, format, args);
    va_end(args);
    return -1;
}

struct pm_peer *pm_peer_new(char *const argv[], int timeout_ms)
{
    struct pm_peer *peer = malloc(sizeof(*peer));

    if (peer)
        *peer = (struct pm_peer){.argv = argv, .timeout_ms = timeout_ms, .in = -1, .out = -1};
    return peer;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/*
 * Let it end by itself for a while, then kill it and what it started; the leader is reaped last, so
 * that the group is still its own. Returns its wait status, or -1 when it had to be killed.
 */
static int end(struct pm_peer *peer, int grace_ms)
{
    PM_AUTO_CLOSE int pidfd = pidfd_open(peer->pid, 0);
    struct pollfd leader = {.fd = pidfd, .events = POLLIN};
    bool has_ended;
    int status = 0;

    close_end(&peer->in);
    has_ended = pidfd >= 0 && poll(&leader, 1, grace_ms) > 0;
    (void)kill(-peer->pid, SIGKILL);
    while (waitpid(peer->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close_end(&peer->out);
    peer->pid = 0;
    return has_ended ? status : -1;
}

void pm_peer_free(struct pm_peer *peer)
{
    if (!peer)
        return;
    if (peer->pid > 0)
        (void)end(peer, END_GRACE_MS);
    free(peer);
}

/* Its own process group, signals as usual, our pipes as input and output. */
static int spawn(struct pm_peer *peer, int input, int output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, pipe_signal;
    int r;

    (void)sigemptyset(&none);
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    (void)posix_spawnattr_init(&attributes); /* allocates nothing */
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
    r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawnp(&peer->pid, peer->argv[0], &actions, &attributes, peer->argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        peer->pid = 0;
    errno = r;
    return r == 0 ? 0 : -1;
}

static int start(struct pm_peer *peer)
{
    int to[2], from[2], r;

    if (pipe2(to, O_CLOEXEC) < 0)
        return problem(peer, "cannot be started: %s", strerror(errno));
    if (pipe2(from, O_CLOEXEC) < 0) {
        close_end(&to[0]);
        close_end(&to[1]);
        return problem(peer, "cannot be started: %s", strerror(errno));
    }
    r = spawn(peer, to[0], from[1]);
    if (r < 0)
        (void)problem(peer, "cannot be started: %s", strerror(errno));
    close_end(&to[0]);
    close_end(&from[1]);
    peer->in = to[1];
    peer->out = from[0];
    (void)fcntl(peer->in, F_SETFL, O_NONBLOCK);
    (void)fcntl(peer->out, F_SETFL, O_NONBLOCK);
    if (r < 0) {
        close_end(&peer->in);
        close_end(&peer->out);
    }
    return r;
}

static int report_end(struct pm_peer *peer)
{
    int status = end(peer, END_GRACE_MS);

    if (status < 0)
        return problem(peer, "closed its input or output before it answered");
    if (WIFSIGNALED(status))
        return problem(peer, "was ended by signal %d (%s) before it answered", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    return problem(peer, "exited with status %d before it answered", WEXITSTATUS(status));
}

static int report_babble(struct pm_peer *peer, const char *what, const struct pm_buf *said)
{
    struct pm_buf shown;

    (void)end(peer, 0);
    pm_buf_init(&shown, PM_PEER_PROBLEM_MAX / 2);
    (void)pm_text_add_visible(&shown, said->data, said->len < 60 ? said->len : 60);
    (void)problem(peer, "%s: \"%s\"", what, shown.data ? shown.data : "");
    pm_buf_clear(&shown);
    return -1;
}

/* Write what fits. Errors: -1 it reads no more */
static int push(struct pm_peer *peer, struct talk *talk)
{
    while (!talk->sent) {
        bool is_newline = talk->left == 0;
        ssize_t n = write(peer->in, is_newline ? "\n" : talk->line, is_newline ? 1 : talk->left);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        talk->sent = is_newline;
        if (!is_newline) {
            talk->line += n;
            talk->left -= (size_t)n;
        }
    }
    return 0;
}

/* Read what is there. Returns bytes read, 0 when nothing is there. Errors: -1 the end */
static ssize_t pull(struct pm_peer *peer, struct pm_buf *answer)
{
    char bytes[PM_PEER_LINE_MAX];
    ssize_t n = read(peer->out, bytes, sizeof(bytes));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return -1;
    (void)pm_buf_add(answer, bytes, (size_t)n); /* overflow is seen in answer->failed */
    return n;
}

/* Is the answer complete, or wrong beyond hope? Returns 1 complete, 0 not yet. Errors: -1 */
static int check_answer(struct pm_peer *peer, const struct talk *talk)
{
    struct pm_buf *answer = talk->answer;
    const char *newline = answer->data ? memchr(answer->data, '\n', answer->len) : NULL;

    if (answer->failed)
        return report_babble(peer, "answered with a line that does not end", answer);
    if (!newline)
        return 0;
    if (newline != answer->data + answer->len - 1)
        return report_babble(peer, "answered with more than one line", answer);
    if (!talk->sent)
        return report_babble(peer, "answered before it had read the line", answer);
    answer->data[--answer->len] = '\0';
    return 1;
}

static int wait_for(struct pm_peer *peer, struct talk *talk)
{
    struct pollfd ends[2] = {{.fd = peer->out, .events = POLLIN},
                             {.fd = talk->sent ? -1 : peer->in, .events = POLLOUT}};
    int64_t left_ms = talk->deadline_ms - pm_clock_mono_ms();

    if (left_ms <= 0 || poll(ends, 2, (int)left_ms) == 0) {
        (void)end(peer, 0);
        return problem(peer, "did not answer within %d ms; does it flush its output?",
                       peer->timeout_ms);
    }
    return 0;
}

static int exchange(struct pm_peer *peer, struct talk *talk)
{
    for (;;) {
        bool reads = push(peer, talk) == 0;
        ssize_t n = pull(peer, talk->answer);
        int r = check_answer(peer, talk);

        if (r != 0)
            return r;
        if (n < 0 || (!reads && n == 0))
            return report_end(peer);
        if (n == 0 && wait_for(peer, talk) < 0)
            return -1;
    }
}

int pm_peer_ask(struct pm_peer *peer, const char *line, size_t len, struct pm_buf *answer,
                char *problem_text)
{
    struct talk talk = {.line = line, .left = len, .answer = answer};

    peer->problem = problem_text;
    pm_buf_clear(answer);
    pm_buf_init(answer, PM_PEER_LINE_MAX);
    if (peer->pid == 0 && start(peer) < 0)
        return -1;
    if (pull(peer, answer) > 0)
        return report_babble(peer, "said something before it was asked", answer);
    talk.deadline_ms = pm_clock_mono_ms() + peer->timeout_ms;
    return exchange(peer, &talk) < 0 ? -1 : 0;
}

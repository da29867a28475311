/*
 * How long a session takes to open: pam_open ROUNDS DIR SERVICE…
 *
 * Each service of the directory DIR is opened once per round, in a fresh process as sshd does, in
 * turns, so that what the machine does meanwhile hits all alike. Prints a line per service: its
 * name, then median and 99th percentile of pam_open_session, then the median from pam_start on, all
 * in ns.
 */
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct sample {
    int64_t open_ns;
    int64_t total_ns;
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int no_conversation(int count, const struct pam_message **messages,
                           struct pam_response **ret_responses, void *data)
{
    (void)count, (void)messages, (void)ret_responses, (void)data;
    return PAM_CONV_ERR;
}

static struct sample open_once(const char *dir, const char *service)
{
    const struct pam_conv conversation = {.conv = no_conversation};
    pam_handle_t *handle;
    struct sample sample;
    int64_t started, opening;

    started = now_ns();
    if (pam_start_confdir(service, "alice", &conversation, dir, &handle) != PAM_SUCCESS)
        _exit(1);
    pam_set_item(handle, PAM_RHOST, "198.51.100.5");
    pam_set_item(handle, PAM_TTY, "ssh");
    opening = now_ns();
    if (pam_open_session(handle, 0) != PAM_SUCCESS)
        _exit(1);
    sample.open_ns = now_ns() - opening;
    sample.total_ns = now_ns() - started;
    return sample;
}

static struct sample measure(const char *dir, const char *service)
{
    struct sample sample;
    int channel[2], status;
    pid_t pid;

    if (pipe(channel) < 0 || (pid = fork()) < 0)
        abort();
    if (pid == 0) {
        sample = open_once(dir, service);
        _exit(write(channel[1], &sample, sizeof(sample)) != sizeof(sample));
    }
    close(channel[1]);
    if (read(channel[0], &sample, sizeof(sample)) != sizeof(sample) ||
        waitpid(pid, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "pam_open: no session of service '%s'\n", service);
        exit(1);
    }
    close(channel[0]);
    return sample;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void report(const char *service, const struct sample *samples, int count)
{
    int64_t *open_ns = calloc((size_t)count, sizeof(*open_ns));
    int64_t *total_ns = calloc((size_t)count, sizeof(*total_ns));

    if (!open_ns || !total_ns)
        abort();
    for (int i = 0; i < count; i++) {
        open_ns[i] = samples[i].open_ns;
        total_ns[i] = samples[i].total_ns;
    }
    qsort(open_ns, (size_t)count, sizeof(*open_ns), compare);
    qsort(total_ns, (size_t)count, sizeof(*total_ns), compare);
    printf("%s %lld %lld %lld\n", service, (long long)open_ns[count / 2],
           (long long)open_ns[count * 99 / 100], (long long)total_ns[count / 2]);
    free(open_ns);
    free(total_ns);
}

int main(int argc, char **argv)
{
    const int rounds = argc > 3 ? atoi(argv[1]) : 0;
    const int services = argc - 3;
    struct sample *samples;

    if (rounds < 1) {
        fprintf(stderr, "usage: pam_open ROUNDS DIR SERVICE...\n");
        return 2;
    }
    samples = calloc((size_t)rounds * (size_t)services, sizeof(*samples));
    if (!samples)
        return 1;
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < services; k++)
            samples[k * rounds + i] = measure(argv[2], argv[3 + k]);
    for (int k = 0; k < services; k++)
        report(argv[3 + k], samples + k * rounds, rounds);
    free(samples);
    return 0;
}

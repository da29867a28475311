/* run: scenarios, several at a time, and reports about them. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "cleanup.h"
#include "clock.h"
#include "cmd.h"
#include "fs.h"
#include "pool.h"
#include "progress.h"
#include "report.h"
#include "result.h"
#include "rung.h"

#define TIMEOUT_MS  60000
#define REPEAT_MAX  100000
#define REPORTS_MAX 8

static const char help[] =
    "Usage: " CMD_PROGRAM " run [OPTION]... [FILE|FOLDER]...\n"
    "Run scenarios. Without a file: those that come with the program.\n"
    "\n"
    "  -j, --jobs N              so many at a time (as many as there are processors)\n"
    "  -k, --name PATTERN        only those whose id has PATTERN in it or matches it; may be "
    "repeated\n"
    "  -t, --tag TAG             only those with this tag; with !TAG, without it; may be repeated\n"
    "      --rung RUNG           how real hosts are: pam, cwrap, root, container, systemd\n"
    "                            (the highest of the first three that the machine allows)\n"
    "      --repeat N            run everything N times\n"
    "      --shuffle             in a random order, which follows from the seed\n"
    "      --seed N              of the order and of faults with a probability (a random one, "
    "shown)\n"
    "      --timeout DURATION    of a case that does not say another (60s)\n"
    "      --report FORMAT=FILE  text, tap, junit, json or html; FILE - is standard output; may "
    "be\n"
    "                            repeated\n"
    "      --artifacts DIR       where the directories of cases are made (below $TMPDIR)\n"
    "      --keep                keep the directories of cases that passed, too\n"
    "      --build DIR           use the programs of this build tree\n"
    "  -q, --quiet               say only what failed\n"
    "  -h, --help                show this help\n"
    "\n"
    "Exit status: 0 passed, 1 failed, 2 usage or a scenario that is none, 77 all skipped.\n";

enum option_id { RUNG = 256, REPEAT, SHUFFLE, SEED, TIMEOUT, REPORT, ARTIFACTS, KEEP, BUILD };

static const struct option option_names[] = {
    {"jobs", required_argument, NULL, 'j'},
    {"name", required_argument, NULL, 'k'},
    {"tag", required_argument, NULL, 't'},
    {"rung", required_argument, NULL, RUNG},
    {"repeat", required_argument, NULL, REPEAT},
    {"shuffle", no_argument, NULL, SHUFFLE},
    {"seed", required_argument, NULL, SEED},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"report", required_argument, NULL, REPORT},
    {"artifacts", required_argument, NULL, ARTIFACTS},
    {"keep", no_argument, NULL, KEEP},
    {"build", required_argument, NULL, BUILD},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct options {
    struct sc_settings settings;
    struct cmd_choice choice;
    struct sc_report reports[REPORTS_MAX];
    size_t report_count;
    const char *artifacts;
    int64_t timeout_ms;
    size_t jobs, repeat;
    bool shuffles, keeps, is_quiet, wants_help;
};

/* ---- the command line ---- */

static int take_number(const char *name, const char *text, uint64_t least, uint64_t most,
                       uint64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    if (!isdigit((unsigned char)text[0]) || *end || errno != 0 || *ret_number < least ||
        *ret_number > most)
        return cmd_usage("--%s takes a number from %llu to %llu, not '%s'", name,
                         (unsigned long long)least, (unsigned long long)most, text);
    return 0;
}

static int take_size(const char *name, const char *text, size_t most, size_t *ret_size)
{
    uint64_t number;
    int r = take_number(name, text, 1, most, &number);

    if (r == 0)
        *ret_size = (size_t)number;
    return r;
}

static int take_rung(struct options *options, const char *text)
{
    enum sc_rung rung;

    if (sc_rung_find(text, &rung) < 0)
        return cmd_usage("there is no rung '%s'; there are pam, cwrap, root, container, systemd",
                         text);
    options->settings.rung = text;
    return 0;
}

static int take_report(struct options *options, const char *text)
{
    if (options->report_count == REPORTS_MAX)
        return cmd_usage("at most %d reports", REPORTS_MAX);
    if (sc_report_parse(text, &options->reports[options->report_count]) < 0)
        return cmd_usage("--report takes FORMAT=FILE with text, tap, junit, json or html, not '%s'",
                         text);
    options->settings.wants_evidence |= options->reports[options->report_count].wants_evidence;
    options->report_count++;
    return 0;
}

static int take(struct options *options, int option, const char *text)
{
    switch (option) {
    case 'j':
        return take_size("jobs", text, 256, &options->jobs);
    case 'k':
        return cmd_choice_name(&options->choice, text) < 0 ? cmd_usage("too many names") : 0;
    case 't':
        return cmd_choice_tag(&options->choice, text) < 0 ? cmd_usage("too many tags") : 0;
    case RUNG:
        return take_rung(options, text);
    case REPEAT:
        return take_size("repeat", text, REPEAT_MAX, &options->repeat);
    case SEED:
        return take_number("seed", text, 0, UINT32_MAX, &options->settings.seed);
    case TIMEOUT:
        return sc_shape_duration(text, &options->timeout_ms) < 0
                   ? cmd_usage("--timeout takes a duration such as 90s, not '%s'", text)
                   : 0;
    case REPORT:
        return take_report(options, text);
    case ARTIFACTS:
        options->artifacts = text;
        return 0;
    case BUILD:
        options->settings.build_dir = text;
        return access(text, X_OK) < 0 ? cmd_usage("--build %s: %s", text, strerror(errno)) : 0;
    case SHUFFLE:
        options->shuffles = true;
        return 0;
    case KEEP:
        options->keeps = true;
        return 0;
    case 'q':
        options->is_quiet = true;
        return 0;
    case 'h':
        options->wants_help = true;
        return 0;
    default:
        return CMD_USAGE; /* getopt has complained */
    }
}

static int parse(int argc, char **argv, struct options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t seed = (uint32_t)pm_clock_wall_ms() ^ (uint32_t)getpid(); /* any will do */
    int option, r;

    *options = (struct options){.settings.seed = seed,
                                .timeout_ms = TIMEOUT_MS,
                                .repeat = 1,
                                .jobs = processors > 0 ? (size_t)processors : 1};
    while ((option = getopt_long(argc, argv, "j:k:t:qh", option_names, NULL)) != -1) {
        r = take(options, option, optarg);
        if (r != 0)
            return r;
    }
    return 0;
}

/* ---- what is run ---- */

/* SplitMix64 (Steele, Lea, Flood 2014): the same order for the same seed, on every machine. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void shuffle(struct sc_result *results, size_t count, uint64_t seed)
{
    size_t i;

    for (i = count; i > 1; i--) {
        size_t other = (size_t)(next_random(&seed) % i);
        struct sc_result swapped = results[i - 1];

        results[i - 1] = results[other];
        results[other] = swapped;
    }
}

static struct sc_result *choose(const struct options *options, const struct sc_suite *suite,
                                size_t *ret_count)
{
    struct sc_result *results = calloc(suite->count * options->repeat + 1, sizeof(*results));
    size_t round, i, n = 0;

    for (round = 1; results && round <= options->repeat; round++)
        for (i = 0; i < suite->count; i++)
            if (cmd_is_chosen(&options->choice, &suite->cases[i]))
                results[n++] = (struct sc_result){.scase = &suite->cases[i], .round = (int)round};
    if (results && options->shuffles)
        shuffle(results, n, options->settings.seed);
    *ret_count = n;
    return results;
}

/* A folder of the run's own, so that runs do not meet. The caller frees it. */
static char *make_root(const struct options *options)
{
    const char *tmp = getenv("TMPDIR");
    char *root;

    if (options->artifacts) {
        if (pm_fs_make_dirs(options->artifacts, 0755) < 0)
            return NULL;
        return realpath(options->artifacts, NULL);
    }
    if (asprintf(&root, "%s/" CMD_PROGRAM ".XXXXXX", tmp && tmp[0] ? tmp : "/tmp") < 0)
        return NULL;
    if (mkdtemp(root))
        return root;
    free(root);
    return NULL;
}

static int status_of(const struct sc_progress *progress, size_t failed)
{
    if (failed > 0)
        return CMD_FAILED;
    return progress->skipped == progress->total ? CMD_SKIPPED : CMD_PASSED;
}

static void announce(const struct options *options, const struct sc_suite *suite, size_t count)
{
    struct pm_buf why;

    if (options->is_quiet)
        return;
    (void)printf("%zu case%s", count, count == 1 ? "" : "s");
    if (options->shuffles)
        (void)printf(", shuffled with seed %llu", (unsigned long long)options->settings.seed);
    if (sc_suite_uses(suite, "host")) {
        pm_buf_init(&why, 512);
        (void)printf(", hosts on the rung %s",
                     sc_rung_name(sc_rung_choose(&options->settings, &why)));
        (void)printf(" (%s)", why.data ? why.data : "");
        pm_buf_clear(&why);
    }
    (void)printf("\n");
    (void)fflush(stdout); /* before processes are forked that would print it again */
}

static int report_all(const struct options *options, const struct sc_result *results, size_t count)
{
    int status = 0;
    size_t i;

    for (i = 0; i < options->report_count; i++)
        if (sc_report_write(&options->reports[i], results, count) < 0)
            status = cmd_usage("cannot write the report %s: %s", options->reports[i].path,
                               strerror(errno));
    return status;
}

static int run_chosen(const struct options *options, const struct sc_suite *suite,
                      struct sc_result *results, size_t count)
{
    PM_AUTO_FREE char *root = make_root(options);
    struct sc_progress progress = {.out = stdout,
                                   .is_terminal = isatty(STDOUT_FILENO) == 1,
                                   .is_quiet = options->is_quiet,
                                   .total = count};
    const struct sc_pool pool = {.settings = &options->settings,
                                 .suite = suite,
                                 .root_dir = root,
                                 .jobs = options->jobs,
                                 .timeout_ms = options->timeout_ms,
                                 .keeps = options->keeps,
                                 .progress = &progress};
    size_t failed;
    int status;

    if (!root)
        return cmd_usage("cannot make a directory for the cases: %s", strerror(errno));
    announce(options, suite, count);
    failed = sc_pool_run(&pool, results, count);
    sc_progress_end(&progress);
    status = report_all(options, results, count);
    sc_pool_tidy(&pool, results, count);
    return status != 0 ? CMD_FAILED : status_of(&progress, failed);
}

static int run(const struct options *options, char **paths, int count)
{
    struct sc_suite suite = {0};
    struct sc_result *results = NULL;
    size_t chosen = 0, i;
    int status = cmd_load(&suite, &options->settings, paths, count);

    if (status == 0) {
        results = choose(options, &suite, &chosen);
        status = chosen > 0 ? run_chosen(options, &suite, results, chosen)
                            : cmd_usage("no case has such a name and tags");
    }
    for (i = 0; i < chosen; i++)
        sc_result_clear(&results[i]);
    free(results);
    sc_suite_free(&suite);
    return status;
}

int cmd_run(int argc, char **argv)
{
    struct options options;
    int status = parse(argc, argv, &options);

    if (status != 0)
        return status;
    if (options.wants_help) {
        (void)fputs(help, stdout);
        return cmd_flush(CMD_PASSED);
    }
    cmd_locate(&options.settings);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* once, before processes and threads */
    status = run(&options, argv + optind, argc - optind);
    curl_global_cleanup();
    return cmd_flush(status);
}

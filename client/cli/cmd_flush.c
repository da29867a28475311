/* paidmonitor flush: wait until the agent has delivered everything. */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "history.h"
#include "json.h"
#include "log.h"
#include "spool.h"

#define LOOK_EVERY_MS  100
#define SAY_EVERY_MS   1000  /* off a terminal */
#define STUCK_AFTER_MS 10000 /* without progress, one asks whether the agent runs */
#define BAR_WIDTH      30

struct flush {
    struct pm_history_overview journal;
    int64_t left, total;     /* to be delivered: now, and all that was seen */
    int64_t done, set_aside; /* when it began */
    int64_t began_ms, moved_ms, said_ms, said_left;
    bool is_terminal, has_warned;
};

static int look(struct cli *cli, struct pm_history *history, struct flush *flush)
{
    int64_t before = flush->left;
    struct pm_error err;
    struct spool spool;

    spool_look(cli->config.drop_dir, &spool); /* first: what moves on meanwhile is counted twice */
    if (pm_history_overview(history, pm_clock_wall_ms(), &flush->journal, &err) < 0)
        return cli_fail(cli, &err);
    flush->left = flush->journal.waiting + (spool.count > 0 ? spool.count : 0);
    if (flush->left > before)
        flush->total += flush->left - before;
    if (flush->left != before)
        flush->moved_ms = pm_clock_mono_ms();
    return 0;
}

static void draw_bar(const struct flush *flush)
{
    int64_t done = flush->total - flush->left;
    int filled = flush->total > 0 ? (int)(done * BAR_WIDTH / flush->total) : BAR_WIDTH;
    static const char full[] = "##############################";

    (void)fprintf(stderr, "\r[%-*.*s] %" PRId64 " of %" PRId64 " delivered\033[K", BAR_WIDTH,
                  filled, full, done, flush->total);
    (void)fflush(stderr);
}

static void show(struct flush *flush, int64_t now_ms)
{
    if (flush->is_terminal) {
        draw_bar(flush);
    } else if (flush->left != flush->said_left && now_ms - flush->said_ms >= SAY_EVERY_MS) {
        (void)fprintf(stderr, "%" PRId64 " left\n", flush->left);
        flush->said_ms = now_ms;
        flush->said_left = flush->left;
    }
    if (flush->has_warned || now_ms - flush->moved_ms < STUCK_AFTER_MS)
        return;
    flush->has_warned = true;
    pm_log_warning("%snothing moves; does paidmonitor-agent run? Last error: %s",
                   flush->is_terminal ? "\n" : "",
                   flush->journal.last_error[0] ? flush->journal.last_error : "none");
}

static int wait_until_empty(struct cli *cli, struct pm_history *history, int64_t within_ms,
                            struct flush *flush)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};

    for (;;) {
        int64_t now_ms = pm_clock_mono_ms();
        int r = look(cli, history, flush);

        if (r != 0)
            return r;
        if (flush->left > 0 || flush->is_terminal)
            show(flush, now_ms);
        if (flush->left == 0)
            return 0;
        if (within_ms > 0 && now_ms - flush->began_ms >= within_ms)
            return CLI_NETWORK;
        (void)nanosleep(&pause, NULL);
    }
}

static int print(const struct cli *cli, const struct flush *flush, int64_t lost)
{
    int64_t delivered = flush->journal.done - flush->done;
    struct pm_buf buf;

    pm_buf_init(&buf, PM_ERROR_TEXT_SIZE);
    if (cli->is_json) {
        json_open(&buf, '{');
        json_int_member(&buf, "delivered", delivered);
        json_int_member(&buf, "left", flush->left);
        json_int_member(&buf, "setAside", lost);
        json_close(&buf, '}');
    } else {
        (void)pm_buf_addf(&buf, "%" PRId64 " delivered, %" PRId64 " left, %" PRId64 " set aside",
                          delivered, flush->left, lost);
    }
    return json_print(&buf);
}

static int conclude(const struct cli *cli, const struct flush *flush, int r)
{
    int64_t lost = flush->journal.set_aside - flush->set_aside;
    int printed;

    if (flush->is_terminal)
        (void)fputc('\n', stderr);
    printed = print(cli, flush, lost);
    if (printed != CLI_OK)
        return printed;
    if (r != 0)
        return cli_error(cli, r, "not empty in time; last error: %s",
                         flush->journal.last_error[0] ? flush->journal.last_error : "none");
    return lost > 0 ? CLI_REFUSED : CLI_OK;
}

static int run(struct cli *cli)
{
    struct flush flush = {.began_ms = pm_clock_mono_ms(), .said_ms = -SAY_EVERY_MS};
    struct pm_history *history = NULL;
    int64_t within = 0;
    struct pm_error err;
    int r = cli_load(cli);

    if (r == 0)
        r = cli_take_number(cli, "within", &within);
    if (r != 0)
        return r;
    if (pm_history_open(cli->config.journal, &history, &err) < 0)
        return cli_fail(cli, &err);
    flush.is_terminal = isatty(STDERR_FILENO) && !cli->is_json;
    flush.moved_ms = flush.began_ms;
    r = look(cli, history, &flush);
    flush.set_aside = flush.journal.set_aside;
    flush.done = flush.journal.done;
    if (r == 0)
        r = wait_until_empty(cli, history, within * 1000, &flush);
    pm_history_free(history);
    return r == 0 || r == CLI_NETWORK ? conclude(cli, &flush, r) : r;
}

static const struct cli_option options[] = {
    {.name = "within", .argument = "SECONDS", .help = "give up then (default: never)"},
    {.letter = 0},
};

const struct cli_command cmd_flush = {
    .name = "flush",
    .summary = "Wait until everything is delivered",
    .details = "It waits for the agent, which has to run; it delivers nothing itself.",
    .options = options,
    .run = run,
};

/* paidmonitor conformance: put the known answers of the checksum to a signer, and report. */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "fs.h"
#include "judge.h"
#include "peer.h"
#include "report.h"
#include "serve.h"
#include "values.h"
#include "vectors.h"

#define VECTORS_MAX      (64u << 20) /* ours */
#define REPORT_MAX       (256u << 20)
#define ANSWER_TIMEOUT_S 10
#define CLIENT_TIMEOUT_S 60
#define TIMEOUT_MAX_S    600
#define SILENCES_MAX     3 /* in a row; then the signer is not asked any more */
#define PORT_MAX         65535

extern const unsigned char pm_embed_signing_json[];
extern const size_t pm_embed_signing_json_size;

/* One run of the command. */
struct run {
    struct cli *cli;
    enum pm_report_format format;
    int timeout_s; /* 0: as each way of testing has it */
    unsigned int port;
    struct pm_vectors *vectors;
    struct pm_outcome *outcomes;
    size_t count;
};

/* ---- what to do ---- */

static int take_number(struct cli *cli, const char *name, int64_t max, int64_t *ret_number)
{
    const char *text = cli_get(cli, name);

    if (text && values_read_int(text, 0, max, ret_number) < 0)
        return cli_usage(cli, "--%s takes a number up to %d, not '%s'", name, (int)max, text);
    return 0;
}

static int take_options(struct run *run)
{
    struct cli *cli = run->cli;
    const char *format = cli_get(cli, "format");
    int64_t timeout_s = 0, port = 0;
    int ways =
        (cli_get(cli, "exec") != NULL) + (cli_get(cli, "serve") != NULL) + (cli->operand_count > 0);

    if (ways > 1)
        return cli_usage(cli, "--exec, --serve and a program exclude one another");
    if (cli->is_json)
        return cli_usage(cli, "--json is not for reports; use --format");
    if (format && pm_report_format_by_name(format, &run->format) < 0)
        return cli_usage(cli, "--format takes text, tap or junit, not '%s'", format);
    if (!cli_get(cli, "serve") && (cli_get(cli, "port") || cli_get(cli, "port-file")))
        return cli_usage(cli, "--port and --port-file go with --serve");
    if (take_number(cli, "timeout", TIMEOUT_MAX_S, &timeout_s) != 0 ||
        take_number(cli, "port", PORT_MAX, &port) != 0)
        return CLI_USAGE;
    run->timeout_s = (int)timeout_s;
    run->port = (unsigned int)port;
    return 0;
}

/* ---- known answers ---- */

static int read_file(const struct cli *cli, const char *path, struct pm_buf *content)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char bytes[65536];
    size_t n;

    if (!file)
        return cli_error(cli, CLI_CONFIG, "cannot read %s: %s", path, strerror(errno));
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        if (pm_buf_add(content, bytes, n) < 0)
            return cli_error(cli, CLI_CONFIG, "%s is larger than %u bytes", path, VECTORS_MAX);
    }
    if (ferror(file))
        return cli_error(cli, CLI_CONFIG, "cannot read %s: %s", path, strerror(errno));
    return 0;
}

static int load_file(struct run *run, const char *path)
{
    struct pm_error err;
    struct pm_buf content;
    int r;

    pm_buf_init(&content, VECTORS_MAX);
    r = read_file(run->cli, path, &content);
    if (r == 0 &&
        pm_vectors_read(content.data ? content.data : "", content.len, &run->vectors, &err) < 0)
        r = cli_error(run->cli, CLI_CONFIG, "%s: %s", path, err.message);
    pm_buf_clear(&content);
    return r;
}

static int load_vectors(struct run *run)
{
    const char *path = cli_get(run->cli, "vectors");
    struct pm_error err;

    if (path)
        return load_file(run, path);
    if (pm_vectors_read((const char *)pm_embed_signing_json, pm_embed_signing_json_size,
                        &run->vectors, &err) < 0)
        return cli_fail(run->cli, &err);
    return 0;
}

/* ---- ways of testing: each fills in run->outcomes ---- */

static int alloc_outcomes(struct run *run)
{
    run->outcomes = calloc(run->vectors->count, sizeof(*run->outcomes));
    if (!run->outcomes)
        return cli_error(run->cli, CLI_SYSTEM, "out of memory");
    run->count = run->vectors->count;
    return 0;
}

/* Errors: a negative enum pm_err */
static int sign(const struct pm_vector *vector, char *checksum)
{
    struct pm_params *params;
    size_t i;
    int r = 0;

    if (!vector->params)
        return pm_sign_bytes(vector->secret, vector->secret_len, vector->text, vector->text_len,
                             checksum);
    params = pm_params_new();
    if (!params)
        return PM_ERR_SYSTEM;
    for (i = 0; i < vector->param_count && r == 0; i++)
        r = pm_params_add(params, vector->params[i].name, vector->params[i].value);
    if (r == 0)
        r = pm_sign(params, vector->secret, vector->secret_len, checksum);
    pm_params_free(params);
    return r;
}

static int test_own_signer(struct run *run)
{
    char checksum[PM_CHECKSUM_SIZE];
    size_t i;

    if (alloc_outcomes(run) != 0)
        return CLI_SYSTEM;
    for (i = 0; i < run->count; i++) {
        const struct pm_vector *vector = &run->vectors->items[i];
        int r = sign(vector, checksum);

        r = r < 0 ? pm_judge_failure(vector, pm_err_text(r), &run->outcomes[i])
                  : pm_judge_answer(vector, checksum, strlen(checksum), &run->outcomes[i]);
        if (r < 0)
            return cli_error(run->cli, CLI_SYSTEM, "out of memory");
    }
    return 0;
}

/* Ask for one checksum. @silences: failures to answer in a row */
static int ask(struct pm_peer *peer, const struct pm_vector *vector, int *silences,
               struct pm_outcome *ret_outcome)
{
    char problem[PM_PEER_PROBLEM_MAX];
    struct pm_buf answer;
    int r;

    if (*silences == SILENCES_MAX)
        return pm_judge_failure(vector, "was not asked, having failed to answer three times",
                                ret_outcome);
    pm_buf_init(&answer, 0);
    r = pm_peer_ask(peer, vector->request, strlen(vector->request), &answer, problem);
    *silences = r < 0 ? *silences + 1 : 0;
    r = r < 0 ? pm_judge_failure(vector, problem, ret_outcome)
              : pm_judge_answer(vector, answer.data, answer.len, ret_outcome);
    pm_buf_clear(&answer);
    return r;
}

static int test_program(struct run *run, char *const argv[])
{
    int timeout_s = run->timeout_s > 0 ? run->timeout_s : ANSWER_TIMEOUT_S;
    struct pm_peer *peer;
    int silences = 0, r = 0;
    size_t i;

    (void)signal(SIGPIPE, SIG_IGN); /* a program that died is told by its status */
    if (alloc_outcomes(run) != 0)
        return CLI_SYSTEM;
    peer = pm_peer_new(argv, timeout_s * 1000);
    for (i = 0; peer && i < run->count && r == 0; i++)
        r = ask(peer, &run->vectors->items[i], &silences, &run->outcomes[i]);
    if (!peer || r < 0)
        r = cli_error(run->cli, CLI_SYSTEM, "out of memory");
    pm_peer_free(peer);
    return r;
}

static int test_command(struct run *run, const char *command)
{
    char shell[] = "/bin/sh", option[] = "-c";
    PM_AUTO_FREE char *copy = strdup(command);
    char *const argv[] = {shell, option, copy, NULL};

    return copy ? test_program(run, argv) : cli_error(run->cli, CLI_SYSTEM, "out of memory");
}

/* On standard error: the report may go to standard output. */
static void say_ready(const char *url)
{
    (void)fprintf(stderr, "ready: GET %s/next\n", url);
}

static int test_client(struct run *run)
{
    struct pm_serve_options options = {
        .port = run->port,
        .port_file = cli_get(run->cli, "port-file"),
        .timeout_ms = (run->timeout_s > 0 ? run->timeout_s : CLIENT_TIMEOUT_S) * 1000,
        .ready = say_ready,
    };
    struct pm_error err;

    if (pm_serve(run->vectors, &options, &run->outcomes, &run->count, &err) < 0)
        return cli_fail(run->cli, &err);
    return 0;
}

static int test(struct run *run)
{
    const char *command = cli_get(run->cli, "exec");

    if (cli_get(run->cli, "serve"))
        return test_client(run);
    if (command)
        return test_command(run, command);
    if (run->cli->operand_count > 0)
        return test_program(run, run->cli->operands);
    return test_own_signer(run);
}

/* ---- the report ---- */

static const char *subject(const struct cli *cli)
{
    const char *command = cli_get(cli, "exec");

    if (command)
        return command;
    if (cli_get(cli, "serve"))
        return "HTTP client";
    return cli->operand_count > 0 ? cli->operands[0] : "libpaidmonitor";
}

static int write_report(const struct run *run, const struct pm_buf *report)
{
    const char *path = cli_get(run->cli, "output");

    if (!path) {
        (void)fwrite(report->data, 1, report->len, stdout); /* main() checks the stream */
        return 0;
    }
    if (pm_fs_replace(path, report->data, report->len, 0644) < 0)
        return cli_error(run->cli, CLI_SYSTEM, "cannot write %s: %s", path, strerror(errno));
    return 0;
}

static int report(const struct run *run)
{
    struct pm_buf buf;
    int r;

    pm_buf_init(&buf, REPORT_MAX);
    if (pm_report_write(run->format, subject(run->cli), run->outcomes, run->count, &buf) < 0)
        r = cli_error(run->cli, CLI_SYSTEM, "out of memory");
    else
        r = write_report(run, &buf);
    pm_buf_clear(&buf);
    if (r != 0)
        return r;
    return pm_report_failures(run->outcomes, run->count) > 0 ? CLI_REFUSED : CLI_OK;
}

static void run_clear(struct run *run)
{
    size_t i;

    for (i = 0; run->outcomes && i < run->count; i++)
        pm_outcome_clear(&run->outcomes[i]);
    free(run->outcomes);
    pm_vectors_free(run->vectors);
}

static int run_conformance(struct cli *cli)
{
    struct run run = {.cli = cli};
    int r = take_options(&run);

    if (r == 0)
        r = load_vectors(&run);
    if (r == 0)
        r = test(&run);
    if (r == 0)
        r = report(&run);
    run_clear(&run);
    return r;
}

static const struct cli_option options[] = {
    {.name = "exec", .argument = "COMMAND", .help = "test this signer, run by the shell"},
    {.name = "serve", .help = "test an HTTP client: hand out instructions, judge requests"},
    {.name = "port", .argument = "N", .help = "for --serve; any free one by default"},
    {.name = "port-file", .argument = "FILE", .help = "for --serve; gets the port once it listens"},
    {.name = "vectors", .argument = "FILE", .help = "other known answers than those built in"},
    {.name = "format", .argument = "FORMAT", .help = "of the report: text, tap or junit"},
    {.name = "output", .argument = "FILE", .help = "where the report goes"},
    {.letter = 0},
};

const struct cli_command cmd_conformance = {
    .name = "conformance",
    .operands = "[-- PROGRAM [ARGUMENT]…]",
    .summary = "Test a signer, in any language, against known answers",
    .details =
        "The signer reads one JSON object per line, {\"secret\":…,\"params\":[[name,value],…]} or\n"
        "{\"secret\":…,\"text\":…}, and answers each with a line, the checksum, within --timeout\n"
        "(default 10 seconds). Without a signer, paidmonitor's own is tested.\n"
        "With --serve an HTTP client asks GET /next for instructions, and sends the signed\n"
        "requests; the run ends after the last, or --timeout (60 seconds) without any.\n"
        "Exit status: 0 all passed, 1 some failed.",
    .options = options,
    .run = run_conformance,
};

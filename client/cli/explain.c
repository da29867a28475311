/*
 * A request as somebody copied it, taken apart for the doctor of signatures. Unlike the signer it
 * keeps the order and the raw bytes, since both are where mistakes show.
 */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "doctor.h"
#include "doctor_maps.h"

#define REQUEST_MAX (4 * PM_PARAMS_BYTES_MAX) /* every byte as %XX, and the URL */
#define WIDTH_PLAIN 100                       /* columns where there is no terminal */

/* What was given, and what its parameters point into. */
struct request {
    struct pm_buf input;
    struct fa_doctor_param *params;
    struct pm_buf *decoded; /* two per parameter */
    size_t count, room;
};

static void request_clear(struct request *request)
{
    size_t i;

    for (i = 0; i < 2 * request->room && request->decoded; i++)
        pm_buf_clear(&request->decoded[i]);
    free(request->decoded);
    free(request->params);
    pm_buf_clear(&request->input);
}

static int request_init(struct request *request, size_t room)
{
    size_t i;

    request->room = room;
    request->params = calloc(room, sizeof(request->params[0]));
    request->decoded = calloc(room, 2 * sizeof(request->decoded[0]));
    if (!request->params || !request->decoded)
        return -1;
    for (i = 0; i < 2 * room; i++)
        pm_buf_init(&request->decoded[i], REQUEST_MAX);
    return 0;
}

/* ---- operands: plain names and values ---- */

static int take_operands(struct cli *cli, struct request *request)
{
    size_t i;

    if (request_init(request, cli->operand_count) < 0)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    for (i = 0; i < cli->operand_count; i++) {
        const char *operand = cli->operands[i], *equals = strchr(operand, '=');

        if (!equals)
            return cli_usage(cli, "'%s' is not NAME=VALUE", operand);
        request->params[request->count++] = (struct fa_doctor_param){
            .name = {operand, (size_t)(equals - operand)},
            .value = {equals + 1, strlen(equals + 1)},
        };
    }
    return 0;
}

/* ---- standard input: a form body; a URL or a request line before it ---- */

static int read_input(const struct cli *cli, struct pm_buf *input)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cli_error(cli, CLI_SYSTEM, "cannot read standard input: %s", strerror(errno));
        if (pm_buf_add(input, bytes, (size_t)n) < 0)
            return cli_error(cli, CLI_USAGE, "the request is longer than %u bytes", REQUEST_MAX);
    }
    return 0;
}

static struct fa_bytes decode(struct pm_buf *buf, struct fa_bytes raw)
{
    fa_map_form_decode(buf, raw.at, raw.len);
    return (struct fa_bytes){buf->data ? buf->data : "", buf->len};
}

static void add_pair(struct request *request, struct fa_bytes pair, bool in_query)
{
    const char *equals = memchr(pair.at, '=', pair.len);
    size_t name_len = equals ? (size_t)(equals - pair.at) : pair.len;
    size_t value_at = equals ? name_len + 1 : name_len;
    struct fa_doctor_param *param = &request->params[request->count];
    struct pm_buf *decoded = &request->decoded[2 * request->count];

    if (pair.len == 0)
        return;
    param->raw_name = (struct fa_bytes){pair.at, name_len};
    param->raw_value = (struct fa_bytes){pair.at + value_at, pair.len - value_at};
    param->name = decode(&decoded[0], param->raw_name);
    param->value = decode(&decoded[1], param->raw_value);
    param->in_query = in_query;
    request->count++;
}

static bool starts_with(struct fa_bytes text, const char *start)
{
    return text.len >= strlen(start) && memcmp(text.at, start, strlen(start)) == 0;
}

/* The query of a URL, a request target or a request line; false when the line is none of them. */
static bool take_query(struct fa_bytes *line)
{
    static const char *const starts[] = {"http://", "https://", "/", "?", "GET ", "POST "};
    const char *mark, *end;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(starts) && !starts_with(*line, starts[i]); i++)
        ;
    if (i == PM_ARRAY_LEN(starts))
        return false;
    end = memmem(line->at, line->len, " HTTP/", strlen(" HTTP/"));
    if (end)
        line->len = (size_t)(end - line->at);
    mark = memchr(line->at, '?', line->len);
    if (mark)
        *line = (struct fa_bytes){mark + 1, (size_t)(line->at + line->len - (mark + 1))};
    else
        line->len = 0;
    return true;
}

static void add_line(struct request *request, struct fa_bytes line)
{
    bool in_query;

    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    in_query = take_query(&line);
    while (line.len > 0) {
        const char *end = memchr(line.at, '&', line.len);
        size_t len = end ? (size_t)(end - line.at) : line.len;

        add_pair(request, (struct fa_bytes){line.at, len}, in_query);
        len += end ? 1 : 0;
        line = (struct fa_bytes){line.at + len, line.len - len};
    }
}

static size_t count_separators(const struct pm_buf *input)
{
    size_t count = 0, i;

    for (i = 0; i < input->len; i++)
        count += input->data[i] == '&' || input->data[i] == '\n';
    return count;
}

static int take_input(struct cli *cli, struct request *request)
{
    struct fa_bytes rest;
    int r = read_input(cli, &request->input);

    if (r != 0)
        return r;
    if (request_init(request, count_separators(&request->input) + 1) < 0)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    rest = (struct fa_bytes){request->input.data, request->input.len};
    while (rest.len > 0) {
        const char *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;

        add_line(request, (struct fa_bytes){rest.at, len});
        len += end ? 1 : 0;
        rest = (struct fa_bytes){rest.at + len, rest.len - len};
    }
    return 0;
}

/* ---- the examination ---- */

static struct fa_bytes find(const struct request *request, const char *name, const char *otherwise)
{
    size_t i;

    for (i = 0; i < request->count; i++) {
        const struct fa_bytes *own = &request->params[i].name;

        if (own->len == strlen(name) && strncasecmp(own->at, name, own->len) == 0)
            return request->params[i].value;
    }
    return (struct fa_bytes){otherwise, otherwise ? strlen(otherwise) : 0};
}

static size_t terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_PLAIN;
    return size.ws_col;
}

static int print(const struct cli *cli, const struct fa_diagnosis *diagnosis)
{
    struct pm_buf out;
    int r;

    pm_buf_init(&out, REQUEST_MAX);
    if (cli->is_json)
        r = fa_diagnosis_json(diagnosis, &out) < 0 || pm_buf_addc(&out, '\n') < 0 ? -1 : 0;
    else
        r = fa_diagnosis_text(diagnosis, terminal_width(), &out);
    if (r == 0)
        (void)fwrite(out.data, 1, out.len, stdout);
    pm_buf_clear(&out);
    if (r < 0)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    return diagnosis->verdict == FA_DIAGNOSIS_RIGHT ? CLI_OK : CLI_REFUSED;
}

static int examine(const struct cli *cli, const struct request *request, struct fa_bytes checksum)
{
    const struct fa_doctor_case doubtful = {
        .params = request->params,
        .count = request->count,
        .secret = {cli->secret.bytes, cli->secret.len},
        .apikey = find(request, "apikey", cli->config.apikey),
        .checksum = checksum,
        .hypotheses_max = FA_DOCTOR_HYPOTHESES_PATIENT,
        .bytes_max = FA_DOCTOR_BYTES_PATIENT,
    };
    struct fa_diagnosis diagnosis;
    int r;

    if (fa_doctor_examine(&doubtful, &diagnosis) < 0)
        return cli_error(cli, CLI_SYSTEM, "cannot examine the checksum");
    r = print(cli, &diagnosis);
    fa_diagnosis_clear(&diagnosis);
    return r;
}

int explain(struct cli *cli, const char *checksum)
{
    struct request request = {.count = 0};
    struct fa_bytes doubtful = {checksum, strlen(checksum)};
    int r;

    pm_buf_init(&request.input, REQUEST_MAX);
    r = cli->operand_count > 0 ? take_operands(cli, &request) : take_input(cli, &request);
    if (r == 0 && strcmp(checksum, "-") == 0) {
        doubtful = find(&request, "checksum", NULL);
        if (!doubtful.at)
            r = cli_usage(cli, "the request has no parameter named checksum");
    }
    if (r == 0 && request.count == 0)
        r = cli_usage(cli, "there is no request to examine");
    if (r == 0)
        r = examine(cli, &request, doubtful);
    request_clear(&request);
    return r;
}

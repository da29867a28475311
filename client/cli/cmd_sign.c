/* paidmonitor sign: the checksum of a request, and the text it covers. Speaks to nobody. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "explain.h"
#include "json.h"
#include "text.h"

#define FORM_MAX (3 * PM_PARAMS_BYTES_MAX) /* every byte as %XX */

static int add_operand(struct pm_params *params, const char *operand)
{
    const char *equals = strchr(operand, '=');

    if (!equals)
        return PM_ERR_USAGE;
    return pm_params_add_bytes(params, operand, (size_t)(equals - operand), equals + 1,
                               strlen(equals + 1));
}

static int add_operands(struct cli *cli, struct pm_params *params)
{
    size_t i;

    for (i = 0; i < cli->operand_count; i++) {
        int r = add_operand(params, cli->operands[i]);

        if (r == PM_ERR_USAGE)
            return cli_usage(cli, "'%s' is not NAME=VALUE", cli->operands[i]);
        if (r < 0)
            return cli_error(cli, CLI_USAGE, "the parameters are too large");
    }
    return 0;
}

/* All of standard input; a final line break is the editor's, not the form's. */
static int read_form(const struct cli *cli, struct pm_buf *form)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cli_error(cli, CLI_SYSTEM, "cannot read standard input: %s", strerror(errno));
        if (pm_buf_add(form, bytes, (size_t)n) < 0)
            return cli_error(cli, CLI_USAGE, "the form is longer than %u bytes", FORM_MAX);
    }
    while (form->len > 0 && strchr("\r\n", form->data[form->len - 1]))
        form->len--;
    return 0;
}

static int add_stdin(struct cli *cli, struct pm_params *params)
{
    struct pm_buf form;
    int r;

    pm_buf_init(&form, FORM_MAX);
    r = read_form(cli, &form);
    if (r == 0 && pm_params_add_form(params, form.len > 0 ? form.data : "", form.len) < 0)
        r = cli_error(cli, CLI_USAGE,
                      "standard input is not a form body such as action=getMonitors&version=2");
    if (r == 0 && pm_params_count(params) == 0)
        r = cli_usage(cli, "there is nothing to sign");
    pm_buf_clear(&form);
    return r;
}

static int print(const struct cli *cli, const char *text, size_t len, const char *checksum)
{
    struct pm_buf buf;

    if (cli_get(cli, "checksum-only")) {
        (void)printf("%s\n", checksum);
        return CLI_OK;
    }
    pm_buf_init(&buf, 8 * PM_PARAMS_BYTES_MAX);
    if (cli->is_json) {
        json_open(&buf, '{');
        json_name(&buf, "text");
        (void)pm_text_add_json(&buf, text, len);
        json_text_member(&buf, "checksum", checksum);
        json_close(&buf, '}');
    } else {
        (void)pm_buf_adds(&buf, "text      ");
        (void)pm_text_add_visible(&buf, text, len);
        (void)pm_buf_addf(&buf, "\nchecksum  %s", checksum);
    }
    return json_print(&buf);
}

static int sign(struct cli *cli, const struct pm_params *params)
{
    char checksum[PM_CHECKSUM_SIZE];
    PM_AUTO_FREE char *text = NULL;
    size_t len = 0;

    if (pm_sign_text(params, &text, &len) < 0 ||
        pm_sign_bytes(cli->secret.bytes, cli->secret.len, text, len, checksum) < 0)
        return cli_error(cli, CLI_SYSTEM, "cannot compute the checksum");
    return print(cli, text, len, checksum);
}

static int sign_request(struct cli *cli)
{
    struct pm_params *params = pm_params_new();
    int r;

    if (!params)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    r = cli->operand_count > 0 ? add_operands(cli, params) : add_stdin(cli, params);
    if (r == 0)
        r = sign(cli, params);
    pm_params_free(params);
    return r;
}

static int run(struct cli *cli)
{
    const char *fd = cli_get(cli, "secret-fd"), *doubtful = cli_get(cli, "explain");
    int r;

    if (cli->operand_count == 0 && fd && strcmp(fd, "0") == 0)
        return cli_usage(cli, "standard input cannot hold both the secret key and the form");
    r = cli_load(cli);
    if (r == 0)
        r = cli_load_secret(cli);
    if (r == 0)
        r = doubtful ? explain(cli, doubtful) : sign_request(cli);
    return r;
}

static const struct cli_option options[] = {
    {.name = "checksum-only", .letter = 'q', .help = "print nothing but the checksum"},
    {.name = "explain",
     .argument = "CHECKSUM",
     .help = "say what is wrong with this checksum; - for the request's own"},
    {.letter = 0},
};

const struct cli_command cmd_sign = {
    .name = "sign",
    .operands = "[NAME=VALUE]…",
    .summary = "Compute the checksum of a request",
    .details = "Prints the text that is signed (parameters sorted by name, each name followed by\n"
               "its value) and its checksum. Without operands the parameters are read from\n"
               "standard input, as a form body: name=value&name=value, percent-encoded.\n"
               "A parameter named checksum is left out. Nothing is sent.\n\n"
               "--explain finds the mistake that made a wrong checksum, shows what was signed and\n"
               "what should have been, and says how to mend it. Give it the request as it was\n"
               "sent, in its order: a URL or request line on a line of its own, the body on the\n"
               "next. Exit status 0: the checksum is right; 1: it is wrong.",
    .options = options,
    .run = run,
};

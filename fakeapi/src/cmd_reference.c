#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "ctl_manual.h"
#include "describe.h"

#define DOCUMENT_MAX (4 * 1024 * 1024)

static const char help[] =
    "Usage: " CMD_PROGRAM " reference [--openapi | --control | --manual]\n"
    "Print what the server speaks: every action and its parameters, from its own tables.\n"
    "\n"
    "  --openapi  as an OpenAPI 3 document instead of Markdown; also at /__fake/openapi.json\n"
    "  --control  the control API as such a document; also at /__fake/control.json\n"
    "  --manual   the control API as the manual page paidmonitor-fakeapi-ctl(1)\n"
    "  --help\n";

static int print(int (*describe)(struct pm_buf *buf))
{
    struct pm_buf buf;
    int status = CMD_FAILED;

    pm_buf_init(&buf, DOCUMENT_MAX);
    if (describe(&buf) == 0) {
        (void)fwrite(buf.data, 1, buf.len, stdout); /* cmd_flush() sees what failed */
        status = cmd_flush();
    }
    pm_buf_clear(&buf);
    return status;
}

int cmd_reference(int argc, char **argv)
{
    static const struct {
        const char *option;
        int (*describe)(struct pm_buf *buf);
    } documents[] = {
        {"", fa_describe_reference},
        {"--openapi", fa_describe_openapi},
        {"--control", fa_describe_control},
        {"--manual", ctl_manual},
    };
    const char *option = argc > 1 ? argv[1] : "";
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(documents); i++)
        if (argc <= 2 && strcmp(option, documents[i].option) == 0)
            return print(documents[i].describe);
    if (argc == 2 && strcmp(option, "--help") == 0) {
        fputs(help, stdout);
        return cmd_flush();
    }
    fputs(help, stderr);
    return CMD_USAGE;
}

#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "describe.h"

#define DOCUMENT_MAX (4 * 1024 * 1024)

static const char help[] =
    "Usage: " CMD_PROGRAM " reference [--openapi]\n"
    "Print what the server speaks: every action and its parameters, from its own tables.\n"
    "\n"
    "  --openapi  as an OpenAPI 3 document instead of Markdown; also at /__fake/openapi.json\n"
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
    const char *option = argc > 1 ? argv[1] : "";

    if (argc == 1)
        return print(fa_describe_reference);
    if (argc == 2 && strcmp(option, "--openapi") == 0)
        return print(fa_describe_openapi);
    if (argc == 2 && strcmp(option, "--help") == 0) {
        fputs(help, stdout);
        return cmd_flush();
    }
    fputs(help, stderr);
    return CMD_USAGE;
}

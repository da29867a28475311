#include "cmd_spec.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "checks.h"
#include "cleanup.h"
#include "cmd.h"
#include "log.h"
#include "vclock.h"

#define FILE_MAX_BYTES (1024 * 1024)

void cmd_spec_init(struct cmd_spec *spec)
{
    *spec = (struct cmd_spec){.options = FA_SERVER_OPTIONS_INIT};
    spec->options.checks = spec->checks;
}

/* The options */

int cmd_bad_value(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, CMD_PROGRAM ": --%s \"%s\": %s\n", option, value, wanted);
    return CMD_USAGE;
}

int cmd_parse_number(const char *text, long min, long max, long *ret_value)
{
    char *end;

    if (!isdigit((unsigned char)text[0])) /* strtol() alone takes blanks and signs */
        return -1;
    errno = 0;
    *ret_value = strtol(text, &end, 10);
    return errno != 0 || *end != '\0' || *ret_value < min || *ret_value > max ? -1 : 0;
}

static int take_profile(struct cmd_spec *spec, const char *text)
{
    if (fa_profile_parse(text, &spec->options.profile) < 0)
        return cmd_bad_value("profile", text, "must be strict or vendor");
    return CMD_OK;
}

static int take_check(struct cmd_spec *spec, const char *text)
{
    struct fa_checks scratch = {0};
    char message[512];

    if (fa_checks_set(&scratch, text, message, sizeof(message)) < 0)
        return cmd_bad_value("check", text, message);
    if (spec->check_count == CMD_SPEC_LIST_MAX)
        return cmd_bad_value("check", text, "too many checks");
    spec->checks[spec->check_count++] = text;
    return CMD_OK;
}

static int take_clock(struct cmd_spec *spec, const char *text)
{
    struct fa_vclock_setting scratch;
    char message[256];

    if (fa_vclock_parse(text, 0, 0, &scratch, message, sizeof(message)) < 0)
        return cmd_bad_value("clock", text, message);
    spec->options.clock = text;
    return CMD_OK;
}

static int take_tls(struct cmd_spec *spec, const char *text)
{
    if (strcmp(text, "auto") != 0 && strcmp(text, "off") != 0)
        return cmd_bad_value("tls", text, "must be auto or off");
    spec->options.tls_auto = strcmp(text, "auto") == 0;
    return CMD_OK;
}

static int keep_fault(struct cmd_spec *spec, const char *text, bool is_file)
{
    if (spec->fault_count == CMD_SPEC_LIST_MAX)
        return cmd_bad_value("fault", text, "too many; @FILE can hold an array of them");
    spec->faults[spec->fault_count++] = (struct cmd_spec_fault){.text = text, .is_file = is_file};
    return CMD_OK;
}

static int take_fault(struct cmd_spec *spec, const char *text)
{
    return keep_fault(spec, text[0] == '@' ? text + 1 : text, text[0] == '@');
}

int cmd_spec_take_faults(struct cmd_spec *spec, const char *path)
{
    return keep_fault(spec, path, true);
}

static int take_journal(struct cmd_spec *spec, const char *text)
{
    long size;

    if (cmd_parse_number(text, 1, 10000000, &size) < 0)
        return cmd_bad_value("journal", text, "must be a number from 1 to 10000000");
    spec->options.journal_size = (size_t)size;
    return CMD_OK;
}

static int take_store(struct cmd_spec *spec, const char *text)
{
    spec->options.store = text;
    return CMD_OK;
}

int cmd_spec_take(struct cmd_spec *spec, int id, const char *value)
{
    static int (*const takers[])(struct cmd_spec * spec, const char *text) = {
        [CMD_SPEC_STORE - CMD_SPEC_STORE] = take_store,
        [CMD_SPEC_PROFILE - CMD_SPEC_STORE] = take_profile,
        [CMD_SPEC_CHECK - CMD_SPEC_STORE] = take_check,
        [CMD_SPEC_CLOCK - CMD_SPEC_STORE] = take_clock,
        [CMD_SPEC_TLS - CMD_SPEC_STORE] = take_tls,
        [CMD_SPEC_FAULT - CMD_SPEC_STORE] = take_fault,
        [CMD_SPEC_JOURNAL - CMD_SPEC_STORE] = take_journal,
    };

    if (id < CMD_SPEC_STORE || id - CMD_SPEC_STORE >= (int)PM_ARRAY_LEN(takers))
        return -1;
    return takers[id - CMD_SPEC_STORE](spec, value);
}

/* Faults */

static int read_file(const char *path, struct pm_buf *buf)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    char bytes[4096];
    ssize_t len;

    if (fd < 0)
        return -1;
    while ((len = read(fd, bytes, sizeof(bytes))) > 0)
        if (pm_buf_add(buf, bytes, (size_t)len) < 0) {
            errno = EFBIG;
            return -1;
        }
    return len < 0 ? -1 : 0;
}

static int add(struct fa_server *server, const char *json, const char *source)
{
    char message[512];

    if (fa_server_fault(server, json, message, sizeof(message)) == 0)
        return CMD_OK;
    pm_log_error("%s: %s", source, message);
    return CMD_CONFIG;
}

static int add_fault(struct fa_server *server, const struct cmd_spec_fault *fault)
{
    struct pm_buf json;
    int status = CMD_CONFIG;

    if (!fault->is_file)
        return add(server, fault->text, "--fault");
    pm_buf_init(&json, FILE_MAX_BYTES);
    if (read_file(fault->text, &json) < 0)
        pm_log_error("cannot read the faults \"%s\": %s", fault->text, strerror(errno));
    else
        status = add(server, json.data ? json.data : "", fault->text);
    pm_buf_clear(&json);
    return status;
}

int cmd_spec_add_faults(const struct cmd_spec *spec, struct fa_server *server)
{
    int status = CMD_OK;
    size_t i;

    for (i = 0; i < spec->fault_count && status == CMD_OK; i++)
        status = add_fault(server, &spec->faults[i]);
    return status;
}

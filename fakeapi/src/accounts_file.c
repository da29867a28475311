/* Accounts from an INI file; the only user of inih in the server. */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "buf.h"
#include "cleanup.h"
#include "text.h"

#define SHOWN_MAX 4096 /* of a name; marks are longer than what they stand for */

enum key {
    APIKEY,
    SECRETKEY,
    USER,
    PASSWORD,
    RESELLER,
    KEY_COUNT,
};

static const char *const key_names[KEY_COUNT] = {
    [APIKEY] = "apikey",     [SECRETKEY] = "secretkey", [USER] = "user",
    [PASSWORD] = "password", [RESELLER] = "reseller",
};

struct reading {
    struct fa_accounts *accounts;
    const char *path;
    char *message;
    size_t size;
    FILE *file;
    int at;        /* line read last; Debian's inih is built without line numbers */
    char *section; /* the account being read; NULL before the first */
    int line;      /* of its first key */
    char *values[KEY_COUNT];
    bool has_failed;
};

static int complain(struct reading *reading, int line, const char *what, const char *name)
{
    struct pm_buf shown;

    pm_buf_init(&shown, SHOWN_MAX);
    if (name)
        (void)pm_text_add_marked(&shown, name, strlen(name)); /* without memory it is not named */
    snprintf(reading->message, reading->size, "%s:%d: %s%s%s%s", reading->path, line, what,
             shown.data ? " \"" : "", shown.data ? shown.data : "", shown.data ? "\"" : "");
    pm_buf_clear(&shown);
    reading->has_failed = true;
    return 0;
}

static void forget(struct reading *reading)
{
    size_t i;

    for (i = 0; i < KEY_COUNT; i++) {
        free(reading->values[i]);
        reading->values[i] = NULL;
    }
    free(reading->section);
    reading->section = NULL;
}

static int put_account(struct reading *reading)
{
    const struct fa_account_spec spec = {
        .apikey = reading->values[APIKEY],
        .secretkey = reading->values[SECRETKEY],
        .name = reading->section,
        .user = reading->values[USER],
        .password = reading->values[PASSWORD],
        .reseller = reading->values[RESELLER],
    };
    char why[200];

    if (!reading->section)
        return 1;
    if (fa_accounts_put(reading->accounts, &spec, why, sizeof(why)) < 0)
        return complain(reading, reading->line, why, NULL);
    forget(reading);
    return 1;
}

static int begin_section(struct reading *reading, const char *section, int line)
{
    if (reading->section && strcmp(reading->section, section) == 0)
        return 1;
    if (section[0] == '\0')
        return complain(reading, line, "a key stands before the first [account]", NULL);
    if (!put_account(reading))
        return 0;
    reading->section = strdup(section);
    reading->line = line;
    return reading->section != NULL;
}

/* The reader of inih: fgets() that counts. */
static char *read_line(char *text, int size, void *context)
{
    struct reading *reading = context;

    reading->at++;
    return fgets(text, size, reading->file);
}

/* The handler of inih: 1 is good, 0 an error. */
static int take_key(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    int line = reading->at;
    size_t i;

    if (reading->has_failed || !begin_section(reading, section, line))
        return 0;
    for (i = 0; i < KEY_COUNT; i++) {
        if (strcmp(key_names[i], name) != 0)
            continue;
        if (reading->values[i])
            return complain(reading, line, "twice the key", name);
        reading->values[i] = strdup(value);
        return reading->values[i] != NULL;
    }
    return complain(reading, line, "unknown key", name);
}

/* Secrets of others are not taken from a file that others can read or write. */
static FILE *open_private(const char *path, char *message, size_t size)
{
    struct stat info;
    FILE *file;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &info) < 0) {
        snprintf(message, size, "cannot read the accounts file \"%s\": %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return NULL;
    }
    if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0) {
        snprintf(message, size,
                 "the accounts file \"%s\" holds secrets: it must be a file that only its owner can"
                 " read (chmod 600)",
                 path);
        (void)close(fd);
        return NULL;
    }
    file = fdopen(fd, "r");
    if (!file) {
        snprintf(message, size, "out of memory");
        (void)close(fd);
    }
    return file;
}

int fa_accounts_read_file(struct fa_accounts *accounts, const char *path, char *message,
                          size_t size)
{
    struct reading reading = {.accounts = accounts, .path = path, .message = message, .size = size};
    PM_AUTO_FCLOSE FILE *file = open_private(path, message, size);
    size_t before = fa_accounts_count(accounts);
    int bad_line;

    if (!file)
        return -1;
    reading.file = file;
    bad_line = ini_parse_stream(read_line, &reading, take_key, &reading);
    if (bad_line == 0 && !reading.has_failed)
        (void)put_account(&reading);
    forget(&reading);
    if (reading.has_failed)
        return -1;
    if (bad_line != 0) {
        snprintf(message, size, "%s:%d: neither a [section] nor a key = value", path, bad_line);
        return -1;
    }
    if (fa_accounts_count(accounts) == 0 && before == 0) {
        snprintf(message, size, "%s: holds no account", path);
        return -1;
    }
    return 0;
}

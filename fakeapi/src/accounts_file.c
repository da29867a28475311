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

#define NAME_MAX_BYTES 49 /* inih would cut a longer one without a word */

/* A section of the file. */
struct entry {
    char *name;
    char *values[KEY_COUNT];
    int line; /* of its first key */
};

struct reading {
    const char *path;
    char *message;
    size_t size;
    FILE *file;
    int at; /* line read last; Debian's inih is built without line numbers */
    struct entry *entries;
    size_t count;
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

static int no_memory(struct reading *reading)
{
    return complain(reading, reading->at, "out of memory", NULL);
}

static void forget(struct reading *reading)
{
    size_t i;
    size_t k;

    for (i = 0; i < reading->count; i++) {
        for (k = 0; k < KEY_COUNT; k++)
            free(reading->entries[i].values[k]);
        free(reading->entries[i].name);
    }
    free(reading->entries);
}

/* The entry of the section being read: the last, or a new one. NULL after complaining. */
static struct entry *entry_of(struct reading *reading, const char *section)
{
    struct entry *last = reading->count > 0 ? &reading->entries[reading->count - 1] : NULL;
    struct entry *entries;

    if (last && strcmp(last->name, section) == 0)
        return last;
    if (section[0] == '\0') {
        (void)complain(reading, reading->at, "a key stands before the first [account]", NULL);
        return NULL;
    }
    entries = realloc(reading->entries, (reading->count + 1) * sizeof(*entries));
    if (entries)
        reading->entries = entries;
    last = entries ? &entries[reading->count] : NULL;
    if (last)
        *last = (struct entry){.name = strdup(section), .line = reading->at};
    if (!last || !last->name) {
        (void)no_memory(reading);
        return NULL;
    }
    reading->count++;
    return last;
}

/* What inih would cut or take for two lines. */
static bool is_too_long(struct reading *reading, const char *text, int size)
{
    size_t len = strlen(text);
    const char *name = text + strspn(text, " \t");
    int next;

    if (name[0] == '[' && strcspn(name + 1, "]\n") > NAME_MAX_BYTES) {
        (void)complain(reading, reading->at, "the name of an account is longer than 49 bytes",
                       NULL);
        return true;
    }
    if (len + 1 < (size_t)size || text[len - 1] == '\n')
        return false;
    next = fgetc(reading->file);
    if (next == EOF)
        return false;
    (void)snprintf(reading->message, reading->size, "%s:%d: the line is longer than %d bytes",
                   reading->path, reading->at, size - 1);
    reading->has_failed = true;
    return true;
}

/* The reader of inih: fgets() that counts. */
static char *read_line(char *text, int size, void *context)
{
    struct reading *reading = context;

    reading->at++;
    if (reading->has_failed || !fgets(text, size, reading->file))
        return NULL;
    return is_too_long(reading, text, size) ? NULL : text;
}

/* The handler of inih: 1 is good, 0 an error. */
static int take_key(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    struct entry *entry = reading->has_failed ? NULL : entry_of(reading, section);
    size_t i;

    if (!entry)
        return 0;
    for (i = 0; i < KEY_COUNT; i++) {
        if (strcmp(key_names[i], name) != 0)
            continue;
        if (entry->values[i])
            return complain(reading, reading->at, "twice the key", name);
        entry->values[i] = strdup(value);
        return entry->values[i] ? 1 : no_memory(reading);
    }
    return complain(reading, reading->at, "unknown key", name);
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
    if (!S_ISREG(info.st_mode) || (info.st_mode & 037) != 0 ||
        (info.st_uid != 0 && info.st_uid != geteuid())) {
        snprintf(message, size,
                 "the accounts file \"%s\" holds secrets: it must be a file of root or of this user"
                 " (chown), and nobody else may read it (chmod 600)",
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

static int read_entries(struct reading *reading)
{
    int bad_line = ini_parse_stream(read_line, reading, take_key, reading);

    if (reading->has_failed)
        return -1;
    if (bad_line != 0) {
        (void)complain(reading, bad_line, "neither a [section] nor a key = value", NULL);
        return -1;
    }
    return 0;
}

/* Of two accounts with one apikey the second would replace the first. */
static int refuse_twins(struct reading *reading)
{
    size_t i;
    size_t k;

    for (i = 1; i < reading->count; i++) {
        for (k = 0; k < i; k++) {
            const char *apikey = reading->entries[i].values[APIKEY];
            const char *other = reading->entries[k].values[APIKEY];

            if (!apikey || !other || strcmp(apikey, other) != 0)
                continue;
            (void)snprintf(reading->message, reading->size, "%s:%d: the same apikey as in line %d",
                           reading->path, reading->entries[i].line, reading->entries[k].line);
            return -1;
        }
    }
    return 0;
}

static int put_entries(struct reading *reading, struct fa_accounts *accounts)
{
    PM_AUTO_FREE struct fa_account_spec *specs = calloc(reading->count + 1, sizeof(*specs));
    char why[200];
    size_t bad;
    size_t i;

    if (!specs) {
        (void)no_memory(reading);
        return -1;
    }
    for (i = 0; i < reading->count; i++) {
        const struct entry *entry = &reading->entries[i];

        specs[i] = (struct fa_account_spec){
            .apikey = entry->values[APIKEY],
            .secretkey = entry->values[SECRETKEY],
            .name = entry->name,
            .user = entry->values[USER],
            .password = entry->values[PASSWORD],
            .reseller = entry->values[RESELLER],
        };
    }
    if (fa_accounts_put_all(accounts, specs, reading->count, why, sizeof(why), &bad) == 0)
        return 0;
    (void)complain(reading, bad < reading->count ? reading->entries[bad].line : reading->at, why,
                   NULL);
    return -1;
}

int fa_accounts_read_file(struct fa_accounts *accounts, const char *path, char *message,
                          size_t size)
{
    struct reading reading = {.path = path, .message = message, .size = size};
    PM_AUTO_FCLOSE FILE *file = open_private(path, message, size);
    int r;

    if (!file)
        return -1;
    reading.file = file;
    r = read_entries(&reading);
    if (r == 0)
        r = refuse_twins(&reading);
    if (r == 0)
        r = put_entries(&reading, accounts);
    forget(&reading);
    if (r == 0 && fa_accounts_count(accounts) == 0) {
        snprintf(message, size, "%s: holds no account", path);
        return -1;
    }
    return r;
}

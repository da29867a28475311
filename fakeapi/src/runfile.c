#include "runfile.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "cmd.h"
#include "ctl_http.h"
#include "fs.h"
#include "text.h"

#define FILE_SIZE 8192

/* Folders */

/* NULL if there is none. */
static const char *home_dir(void)
{
    const char *home = getenv("HOME");
    const struct passwd *user;

    if (home && home[0] == '/')
        return home;
    user = getpwuid(geteuid());
    return user && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

static char *join(const char *dir, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

char *fa_state_dir(void)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home;

    if (state && state[0] == '/')
        return join(state, CMD_PROGRAM);
    home = home_dir();
    return home ? join(home, ".local/state/" CMD_PROGRAM) : NULL;
}

char *fa_run_dir(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    PM_AUTO_FREE char *state = NULL;
    char *dir;

    if (!runtime || runtime[0] != '/')
        state = fa_state_dir();
    dir = state ? join(state, "run") : runtime ? join(runtime, CMD_PROGRAM) : NULL;
    if (dir && pm_fs_make_dirs(dir, 0700) == 0)
        return dir;
    free(dir);
    return NULL;
}

/* Writing */

static void add_member(struct pm_buf *buf, const char *name, const char *value)
{
    (void)pm_buf_addf(buf, "%s\"%s\":", buf->len > 0 ? "," : "{", name); /* failures stick */
    (void)pm_text_add_json(buf, value, strlen(value));
}

/* Not synced: it tells of a process, which no power cut survives. */
static int write_private(const char *path, const char *bytes, size_t len)
{
    PM_AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return -1;
    return write(fd, bytes, len) == (ssize_t)len ? 0 : -1;
}

int runfile_write(const char *url, const char *token_file, const char *ca_file, char **ret_path)
{
    PM_AUTO_FREE char *dir = fa_run_dir();
    char *path = NULL;
    struct pm_buf buf;
    int r = -1;

    if (!dir || asprintf(&path, "%s/%ld.json", dir, (long)getpid()) < 0)
        return -1;
    pm_buf_init(&buf, FILE_SIZE - 1);
    add_member(&buf, "url", url);
    if (token_file)
        add_member(&buf, "token_file", token_file);
    if (ca_file)
        add_member(&buf, "ca_file", ca_file);
    if (pm_buf_adds(&buf, "}\n") == 0)
        r = write_private(path, buf.data, buf.len);
    pm_buf_clear(&buf);
    if (r == 0)
        *ret_path = path;
    else
        free(path);
    return r;
}

void runfile_remove(char *path)
{
    if (path)
        (void)unlink(path); /* what stays is seen to be dead by the next reader */
    free(path);
}

/* Finding */

static char *take_member(const cJSON *json, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));

    return text ? strdup(text) : NULL;
}

static int read_file(int dir_fd, const char *name, struct ctl_server *ret_server)
{
    char text[FILE_SIZE];
    PM_AUTO_CLOSE int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    cJSON *json;

    if (len < 0)
        return -1;
    json = cJSON_ParseWithLength(text, (size_t)len);
    *ret_server = (struct ctl_server){
        .url = take_member(json, "url"),
        .token_file = take_member(json, "token_file"),
        .ca_file = take_member(json, "ca_file"),
    };
    cJSON_Delete(json);
    if (ret_server->url)
        return 0;
    runfile_clear(ret_server);
    return -1;
}

/* Is it the file of a process that is still there? What dead ones left is removed. */
static bool is_alive(int dir_fd, const char *name)
{
    char *end;
    long pid = strtol(name, &end, 10);
    bool is_runfile = strcmp(end, ".json") == 0;

    if (pid <= 0 || (!is_runfile && strcmp(end, ".token") != 0 && strcmp(end, ".ca.pem") != 0))
        return false;
    if (kill((pid_t)pid, 0) == 0 || errno == EPERM)
        return is_runfile;
    (void)unlinkat(dir_fd, name, 0);
    return false;
}

#define SHOWN_MAX 256

struct search {
    const char *url;
    struct ctl_server found;
    size_t count;
    char shown[SHOWN_MAX]; /* where those are that were found */
};

static void take_found(struct search *search, struct ctl_server *server)
{
    size_t len;

    if (search->url && strcmp(search->url, server->url) != 0) {
        runfile_clear(server);
        return;
    }
    runfile_clear(&search->found);
    search->found = *server;
    len = strlen(search->shown);
    (void)snprintf(search->shown + len, sizeof(search->shown) - len, " %s", server->url);
    search->count++;
}

static void look_into(struct search *search, const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        struct ctl_server server;

        if (is_alive(dirfd(dir), entry->d_name) &&
            read_file(dirfd(dir), entry->d_name, &server) == 0)
            take_found(search, &server);
    }
    if (dir)
        (void)closedir(dir);
}

int runfile_find(const char *url, struct ctl_server *ret_server, char *message, size_t size)
{
    PM_AUTO_FREE char *dir = fa_run_dir();
    struct search search = {.url = url};

    if (dir)
        look_into(&search, dir);
    if (search.count == 1) {
        *ret_server = search.found;
        return 0;
    }
    runfile_clear(&search.found);
    if (search.count == 0)
        (void)snprintf(message, size,
                       "no server of this user runs here; say where one is with "
                       "--url or $PAIDMONITOR_FAKEAPI_URL");
    else
        (void)snprintf(message, size,
                       "more than one server of this user runs here:%s; say which "
                       "with --url or $PAIDMONITOR_FAKEAPI_URL",
                       search.shown);
    return -1;
}

void runfile_clear(struct ctl_server *server)
{
    free(server->url);
    free(server->token_file);
    free(server->ca_file);
    *server = (struct ctl_server){0};
}

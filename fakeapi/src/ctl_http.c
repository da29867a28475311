#include "ctl_http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "secret.h"

#define LIBRARY      "libcurl.so.4"
#define CONNECT_MS   5000L
#define CALL_MS      60000L
#define HEADER_MAX   (PM_SECRET_MAX + 64)
#define FUNCTION_MAX 7

/* What is used of libcurl, by its own names and types. */
struct library {
    void *handle;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&(curl_easy_setopt)) easy_setopt;
    __typeof__(&curl_easy_perform) easy_perform;
    __typeof__(&(curl_easy_getinfo)) easy_getinfo;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
};

struct ctl_http {
    struct library curl;
    CURL *easy;
    const struct ctl_server *server;
    struct pm_secret token; /* empty for none */
    const struct ctl_call *call;
    struct pm_buf *error;
    char message[CURL_ERROR_SIZE];
};

static int load(struct library *curl, char *message, size_t size)
{
    const struct {
        const char *name;
        void *at;
    } functions[FUNCTION_MAX] = {
        {"curl_easy_init", &curl->easy_init},           {"curl_easy_setopt", &curl->easy_setopt},
        {"curl_easy_perform", &curl->easy_perform},     {"curl_easy_getinfo", &curl->easy_getinfo},
        {"curl_easy_cleanup", &curl->easy_cleanup},     {"curl_slist_append", &curl->slist_append},
        {"curl_slist_free_all", &curl->slist_free_all},
    };
    size_t i;

    curl->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (i = 0; curl->handle && i < FUNCTION_MAX; i++) {
        void *function = dlsym(curl->handle, functions[i].name);

        if (!function)
            break;
        memcpy(functions[i].at, &function, sizeof(function)); /* as POSIX wants it for functions */
    }
    if (curl->handle && i == FUNCTION_MAX)
        return 0;
    (void)snprintf(message, size, "this command needs libcurl (package libcurl4): %s", dlerror());
    return -1;
}

static int read_token(struct ctl_http *http, char *message, size_t size)
{
    const char *path = http->server->token_file;
    const char *token = getenv(CMD_TOKEN_VARIABLE);

    if (path && access(path, F_OK) < 0) {
        snprintf(message, size,
                 "cannot read the token file '%s': %s; a server that wants a token "
                 "says in which file it is when it starts",
                 path, strerror(errno));
        return -1;
    }
    if (path)
        return pm_secret_read_file(&http->token, path, message, size);
    if (!token || token[0] == '\0' || pm_secret_set(&http->token, token, strlen(token)) == 0)
        return 0;
    snprintf(message, size, "%s is longer than %d bytes", CMD_TOKEN_VARIABLE, PM_SECRET_MAX);
    return -1;
}

int ctl_http_new(const struct ctl_server *server, struct ctl_http **ret_http, char *message,
                 size_t size)
{
    struct ctl_http *http = calloc(1, sizeof(*http));

    if (!http) {
        (void)snprintf(message, size, "out of memory");
        return -1;
    }
    http->server = server;
    if (read_token(http, message, size) < 0 || load(&http->curl, message, size) < 0) {
        ctl_http_free(http);
        return -1;
    }
    http->easy = http->curl.easy_init();
    if (!http->easy) {
        (void)snprintf(message, size, "libcurl cannot be set up");
        ctl_http_free(http);
        return -1;
    }
    *ret_http = http;
    return 0;
}

void ctl_http_free(struct ctl_http *http)
{
    if (!http)
        return;
    if (http->easy)
        http->curl.easy_cleanup(http->easy);
    if (http->curl.handle)
        (void)dlclose(http->curl.handle);
    pm_secret_clear(&http->token);
    free(http);
}

/* CURLOPT_WRITEFUNCTION */
static size_t take_bytes(char *bytes, size_t one, size_t len, void *context)
{
    struct ctl_http *http = context;
    long status = 0;
    int r;

    (void)one; /* always 1 */
    (void)http->curl.easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    r = status >= 400 ? pm_buf_add(http->error, bytes, len)
                      : http->call->take(http->call->context, bytes, len);
    return r < 0 ? CURL_WRITEFUNC_ERROR : len;
}

static struct curl_slist *add_header(struct ctl_http *http, struct curl_slist *list,
                                     const char *name, const char *value)
{
    char line[HEADER_MAX];
    struct curl_slist *longer;

    (void)snprintf(line, sizeof(line), "%s%s", name, value);
    longer = http->curl.slist_append(list, line);
    explicit_bzero(line, sizeof(line));
    return longer ? longer : list;
}

static struct curl_slist *headers_of(struct ctl_http *http)
{
    const struct ctl_call *call = http->call;
    struct curl_slist *list = add_header(http, NULL, "Expect:", "");

    if (http->token.len > 0)
        list = add_header(http, list, "Authorization: Bearer ", http->token.bytes);
    /* Without a type libcurl would name one that forms have, too. */
    return add_header(
        http, list, "Content-Type: ", call->content_type ? call->content_type : "application/json");
}

#define SET(option, value) (http->curl.easy_setopt(http->easy, (option), (value)) == CURLE_OK)

static bool set_all(struct ctl_http *http, const char *url, struct curl_slist *headers)
{
    const struct ctl_call *call = http->call;
    bool has_body = strcmp(call->method, "GET") != 0;

    return SET(CURLOPT_URL, url) && SET(CURLOPT_CUSTOMREQUEST, call->method) &&
           SET(CURLOPT_PROTOCOLS_STR, "http,https") && SET(CURLOPT_NOPROXY, "*") &&
           SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) &&
           SET(CURLOPT_TIMEOUT_MS, call->is_patient ? 0L : CALL_MS) &&
           SET(CURLOPT_HTTPHEADER, headers) && SET(CURLOPT_ERRORBUFFER, http->message) &&
           SET(CURLOPT_WRITEFUNCTION, take_bytes) && SET(CURLOPT_WRITEDATA, http) &&
           (!http->server->ca_file || SET(CURLOPT_CAINFO, http->server->ca_file)) &&
           (!has_body || (SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len) &&
                          SET(CURLOPT_POSTFIELDS, call->body ? call->body : "")));
}

int ctl_http_call(struct ctl_http *http, const struct ctl_call *call, struct pm_buf *ret_error,
                  char *message, size_t size)
{
    struct curl_slist *headers;
    char *url = NULL;
    long status = 0;
    CURLcode code = CURLE_OUT_OF_MEMORY;

    http->call = call;
    http->error = ret_error;
    http->message[0] = '\0';
    headers = headers_of(http);
    if (asprintf(&url, "%s%s", http->server->url, call->target) >= 0) {
        if (set_all(http, url, headers))
            code = http->curl.easy_perform(http->easy);
        free(url);
    }
    http->curl.slist_free_all(headers);
    (void)http->curl.easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || status >= 400)
        return (int)status;
    (void)snprintf(message, size, "%s: %s", http->server->url,
                   http->message[0] ? http->message : "the call failed");
    return -1;
}

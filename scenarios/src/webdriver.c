/* A headless Chromium by WebDriver; see webdriver.h. Numbered sections are those of the standard.
 */
#include "webdriver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <openssl/evp.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "fs.h"
#include "percent.h"
#include "proc.h"

#define START_TIMEOUT_MS   60000
#define DRIVER_TRIES       3
#define COMMAND_TIMEOUT_MS 60000L
#define USE_TIMEOUT_MS     5000
#define POLL_MS            20
#define REPLY_MAX          (64u << 20) /* a screenshot of a long page */

/* W3C WebDriver, section 12: the "web element identifier" */
#define ELEMENT_KEY "element-6066-11e4-a52e-4f735466cecf"

struct sc_browser {
    struct sc_proc *driver;
    CURL *curl;
    struct curl_slist *headers;
    char base[64];     /* of the driver */
    char session[128]; /* "/session/<id>", empty before there is one */
    struct pm_buf reply;
};

/* ---- commands ---- */

static size_t collect(char *bytes, size_t size, size_t count, void *browser)
{
    struct sc_browser *b = browser;

    return pm_buf_add(&b->reply, bytes, size * count) < 0 ? 0 : size * count;
}

/* The driver's answer is {"value": …}; an error is one with "error" and "message" in it. */
static int take_value(struct sc_browser *b, const char *path, cJSON **ret_value,
                      struct sc_error *err)
{
    cJSON *reply = cJSON_ParseWithLength(b->reply.data ? b->reply.data : "", b->reply.len);
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(reply, "value");
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(value, "message");
    int r = 0;

    cJSON_Delete(reply);
    if (!value)
        return sc_error_set(err, "%s: the driver's answer made no sense", path);
    if (cJSON_GetObjectItemCaseSensitive(value, "error"))
        r = sc_error_set(err, "%.*s (%s)",
                         (int)strcspn(cJSON_IsString(message) ? message->valuestring : "?", "\n"),
                         cJSON_IsString(message) ? message->valuestring : "?", path);
    if (r == 0 && ret_value)
        *ret_value = PM_TAKE(value);
    cJSON_Delete(value);
    return r;
}

/* Send one command. @body: consumed; NULL for a GET, or for a DELETE of the session itself */
static int command(struct sc_browser *b, const char *method, const char *path, cJSON *body,
                   cJSON **ret_value, struct sc_error *err)
{
    PM_AUTO_FREE char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    char url[sizeof(b->base) + sizeof(b->session) + 200];
    CURLcode code;

    cJSON_Delete(body);
    (void)snprintf(url, sizeof(url), "%s%s%s", b->base, b->session, path);
    pm_buf_reset(&b->reply);
    curl_easy_reset(b->curl);
    curl_easy_setopt(b->curl, CURLOPT_URL, url);
    curl_easy_setopt(b->curl, CURLOPT_CUSTOMREQUEST, method);
    if (text)
        curl_easy_setopt(b->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(b->curl, CURLOPT_HTTPHEADER, b->headers);
    curl_easy_setopt(b->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(b->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(b->curl, CURLOPT_TIMEOUT_MS, COMMAND_TIMEOUT_MS);
    curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, b);
    code = curl_easy_perform(b->curl);
    if (code != CURLE_OK)
        return sc_error_set(err, "%s: %s", path, curl_easy_strerror(code));
    return take_value(b, path, ret_value, err);
}

static int get(struct sc_browser *b, const char *path, cJSON **ret_value, struct sc_error *err)
{
    return command(b, "GET", path, NULL, ret_value, err);
}

static int post(struct sc_browser *b, const char *path, cJSON *body, cJSON **ret_value,
                struct sc_error *err)
{
    if (!body)
        return sc_error_set(err, "%s: out of memory", path);
    return command(b, "POST", path, body, ret_value, err);
}

/* {name: value}, the body of most commands. */
static cJSON *object_of(const char *name, const char *value)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, name, value);
    return object;
}

/* Chromium's own protocol, for what WebDriver has no command for. */
static int devtools(struct sc_browser *b, const char *name, cJSON *params, cJSON **ret_value,
                    struct sc_error *err)
{
    cJSON *body = object_of("cmd", name);

    cJSON_AddItemToObject(body, "params", params);
    return post(b, "/goog/cdp/execute", body, ret_value, err);
}

/* A text out of a value, which is consumed. */
static int text_of(cJSON *value, char **ret_text, struct sc_error *err)
{
    PM_AUTO_FREE char *text = NULL;

    if (cJSON_IsString(value))
        text = strdup(value->valuestring);
    cJSON_Delete(value);
    if (!text)
        return sc_error_set(err, "the driver's answer is no text");
    *ret_text = PM_TAKE(text);
    return 0;
}

/* ---- begin and end ---- */

bool sc_browser_is_installed(void)
{
    return access("/usr/bin/chromedriver", X_OK) == 0;
}

/* A new session (section 8.1) in a window without a screen. */
static cJSON *session_request(const char *scratch)
{
    static const char *const fixed[] = {
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    };
    cJSON *body = cJSON_CreateObject();
    cJSON *wanted =
        cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "capabilities"), "alwaysMatch");
    cJSON *args =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(wanted, "goog:chromeOptions"), "args");
    char profile[200];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(fixed); i++)
        cJSON_AddItemToArray(args, cJSON_CreateString(fixed[i]));
    (void)snprintf(profile, sizeof(profile), "--user-data-dir=%s/profile", scratch);
    cJSON_AddItemToArray(args, cJSON_CreateString(profile));
    cJSON_AddItemToObject(wanted, "goog:loggingPrefs", object_of("browser", "ALL"));
    return body;
}

static int start_session(struct sc_browser *b, struct sc_error *err)
{
    const cJSON *id;
    cJSON *value = NULL;
    int r = 0;

    if (post(b, "/session", session_request(sc_proc_scratch(b->driver)), &value, err) < 0)
        return -1;
    id = cJSON_GetObjectItemCaseSensitive(value, "sessionId");
    if (cJSON_IsString(id) && strlen(id->valuestring) < 100)
        (void)snprintf(b->session, sizeof(b->session), "/session/%s", id->valuestring);
    else
        r = sc_error_set(err, "the driver gave no session");
    cJSON_Delete(value);
    return r;
}

/* Start the driver on a port of its choice and learn which. Errors: -1, and there is none */
static int try_driver(struct sc_browser *b, struct sc_error *err)
{
    static const char *const argv[] = {"chromedriver", "--port=0", NULL};
    static const char announcement[] = "started successfully on port ";
    char line[200];
    const char *port;

    if (sc_proc_start(argv, &b->driver, err) < 0)
        return -1;
    if (sc_proc_wait_line(b->driver, announcement, START_TIMEOUT_MS, line, sizeof(line), err) < 0) {
        sc_proc_stop(b->driver);
        b->driver = NULL;
        return -1;
    }
    port = strstr(line, announcement) + strlen(announcement);
    (void)snprintf(b->base, sizeof(b->base), "http://127.0.0.1:%d", atoi(port));
    return 0;
}

/* It chooses a port that is free by IPv4, takes the same by IPv6, and gives up if another program
 * has it: then the next one chooses again. */
static int start_driver(struct sc_browser *b, struct sc_error *err)
{
    int tries = DRIVER_TRIES;

    while (try_driver(b, err) < 0)
        if (--tries == 0)
            return -1;
    return 0;
}

int sc_browser_open(struct sc_browser **ret_browser, struct sc_error *err)
{
    struct sc_browser *b = calloc(1, sizeof(*b));

    if (!b)
        return sc_error_set(err, "out of memory");
    pm_buf_init(&b->reply, REPLY_MAX);
    b->curl = curl_easy_init();
    b->headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    if (!b->curl || !b->headers) {
        (void)sc_error_set(err, "out of memory");
        goto fail;
    }
    if (start_driver(b, err) < 0 || start_session(b, err) < 0)
        goto fail;
    *ret_browser = b;
    return 0;

fail:
    sc_browser_close(b);
    return -1;
}

void sc_browser_close(struct sc_browser *b)
{
    if (!b)
        return;
    sc_proc_stop(b->driver);
    curl_slist_free_all(b->headers);
    curl_easy_cleanup(b->curl);
    pm_buf_clear(&b->reply);
    free(b);
}

/* ---- what it is shown on ---- */

static int set_size(struct sc_browser *b, const struct sc_browser_view *view, struct sc_error *err)
{
    cJSON *params = cJSON_CreateObject();

    cJSON_AddNumberToObject(params, "width", view->width);
    cJSON_AddNumberToObject(params, "height", view->height);
    cJSON_AddNumberToObject(params, "deviceScaleFactor", 1);
    cJSON_AddBoolToObject(params, "mobile", false);
    return devtools(b, "Emulation.setDeviceMetricsOverride", params, NULL, err);
}

static int set_colours(struct sc_browser *b, const struct sc_browser_view *view,
                       struct sc_error *err)
{
    cJSON *params = cJSON_CreateObject();
    cJSON *feature = object_of("name", "prefers-color-scheme");

    cJSON_AddStringToObject(feature, "value", view->is_dark ? "dark" : "light");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(params, "features"), feature);
    return devtools(b, "Emulation.setEmulatedMedia", params, NULL, err);
}

int sc_browser_set_view(struct sc_browser *b, const struct sc_browser_view *view,
                        struct sc_error *err)
{
    cJSON *zone = object_of("timezoneId", view->time_zone ? view->time_zone : "");

    if (devtools(b, "Emulation.setTimezoneOverride", zone, NULL, err) < 0)
        return -1;
    if (set_size(b, view, err) < 0)
        return -1;
    return set_colours(b, view, err);
}

int sc_browser_allow_scripts(struct sc_browser *b, bool is_allowed, struct sc_error *err)
{
    cJSON *params = cJSON_CreateObject();

    cJSON_AddBoolToObject(params, "value", !is_allowed);
    return devtools(b, "Emulation.setScriptExecutionDisabled", params, NULL, err);
}

int sc_browser_screenshot(struct sc_browser *b, const char *path, struct sc_error *err)
{
    PM_AUTO_FREE char *base64 = NULL;
    PM_AUTO_FREE unsigned char *png = NULL;
    PM_AUTO_FREE char *directory = strdup(path);
    cJSON *params = cJSON_CreateObject(), *value = NULL;
    size_t len;

    cJSON_AddBoolToObject(params, "captureBeyondViewport", true);
    if (devtools(b, "Page.captureScreenshot", params, &value, err) < 0)
        return -1;
    if (text_of(cJSON_DetachItemFromObjectCaseSensitive(value, "data"), &base64, err) < 0) {
        cJSON_Delete(value);
        return -1;
    }
    cJSON_Delete(value);

    len = strlen(base64);
    png = malloc(len + 1);
    if (!png || !directory || EVP_DecodeBlock(png, (unsigned char *)base64, (int)len) < 0)
        return sc_error_set(err, "the driver's picture cannot be decoded");
    len = len / 4 * 3 - (len - strcspn(base64, "=")); /* the decoder counts padding as bytes */

    if (strrchr(directory, '/'))
        *strrchr(directory, '/') = '\0';
    if (pm_fs_make_dirs(directory, 0755) < 0 || pm_fs_replace(path, png, len, 0644) < 0)
        return sc_error_set(err, "cannot write '%s'", path);
    return 0;
}

/* ---- pages ---- */

int sc_browser_go(struct sc_browser *b, const char *url, struct sc_error *err)
{
    return post(b, "/url", object_of("url", url), NULL, err);
}

int sc_browser_url(struct sc_browser *b, char **ret_url, struct sc_error *err)
{
    cJSON *value = NULL;

    return get(b, "/url", &value, err) < 0 ? -1 : text_of(value, ret_url, err);
}

/* ---- elements ---- */

static cJSON *locator(const char *css)
{
    cJSON *body = object_of("using", "css selector");

    cJSON_AddStringToObject(body, "value", css);
    return body;
}

/* The path of a command on the first element that matches. */
static int element_path(struct sc_browser *b, const char *css, const char *suffix, char *path,
                        size_t size, struct sc_error *err)
{
    PM_AUTO_FREE char *id = NULL;
    cJSON *value = NULL;
    int r;

    if (post(b, "/element", locator(css), &value, err) < 0)
        return -1;
    r = text_of(cJSON_DetachItemFromObjectCaseSensitive(value, ELEMENT_KEY), &id, err);
    cJSON_Delete(value);
    if (r < 0)
        return -1;
    if (snprintf(path, size, "/element/%s/%s", id, suffix) >= (int)size)
        return sc_error_set(err, "'%s': the driver's name of the element is too long", css);
    return 0;
}

int sc_browser_text(struct sc_browser *b, const char *css, char **ret_text, struct sc_error *err)
{
    cJSON *value = NULL;
    char path[200];

    if (element_path(b, css, "text", path, sizeof(path), err) < 0 || get(b, path, &value, err) < 0)
        return -1;
    return text_of(value, ret_text, err);
}

int sc_browser_attribute(struct sc_browser *b, const char *css, const char *name, char **ret_value,
                         struct sc_error *err)
{
    char encoded[64], suffix[80], path[200];
    cJSON *value = NULL;

    (void)pm_percent_encode(name, strlen(name), "", encoded, sizeof(encoded));
    (void)snprintf(suffix, sizeof(suffix), "attribute/%s", encoded);
    if (element_path(b, css, suffix, path, sizeof(path), err) < 0 || get(b, path, &value, err) < 0)
        return -1;
    if (!cJSON_IsNull(value))
        return text_of(value, ret_value, err);
    cJSON_Delete(value);
    *ret_value = NULL;
    return 0;
}

int sc_browser_count(struct sc_browser *b, const char *css, size_t *ret_count, struct sc_error *err)
{
    cJSON *value = NULL;

    if (post(b, "/elements", locator(css), &value, err) < 0)
        return -1;
    *ret_count = (size_t)cJSON_GetArraySize(value);
    cJSON_Delete(value);
    return 0;
}

/* The page may change between an element's being found and its being used, or lie under something
 * that goes away: a person would just try again. */
static bool is_passing(const struct sc_error *err)
{
    static const char *const passing[] = {"stale element", "click intercepted", "not interactable"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(passing); i++)
        if (strstr(err->message, passing[i]))
            return true;
    return false;
}

/* @text: NULL for a click */
static int use_once(struct sc_browser *b, const char *css, const char *text, struct sc_error *err)
{
    char path[200];

    if (element_path(b, css, text ? "value" : "click", path, sizeof(path), err) < 0)
        return -1;
    return post(b, path, text ? object_of("text", text) : cJSON_CreateObject(), NULL, err);
}

static int use(struct sc_browser *b, const char *css, const char *text, struct sc_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int64_t deadline_ms = pm_clock_mono_ms() + USE_TIMEOUT_MS;
    struct sc_error own;

    while (use_once(b, css, text, &own) < 0) {
        if (!is_passing(&own) || pm_clock_mono_ms() >= deadline_ms)
            return sc_error_set(err, "%s", own.message);
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

int sc_browser_click(struct sc_browser *b, const char *css, struct sc_error *err)
{
    return use(b, css, NULL, err);
}

int sc_browser_type(struct sc_browser *b, const char *css, const char *text, struct sc_error *err)
{
    return use(b, css, text, err);
}

/* ---- scripts ---- */

int sc_browser_run(struct sc_browser *b, const char *script, cJSON **ret_value,
                   struct sc_error *err)
{
    cJSON *body = object_of("script", script);

    cJSON_AddArrayToObject(body, "args");
    return post(b, "/execute/sync", body, ret_value, err);
}

int sc_browser_wait(struct sc_browser *b, const char *expression, int64_t timeout_ms,
                    struct sc_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int64_t deadline_ms = pm_clock_mono_ms() + timeout_ms;
    PM_AUTO_FREE char *script = NULL;

    if (asprintf(&script, "return Boolean(%s)", expression) < 0)
        return sc_error_set(err, "out of memory");
    for (;;) {
        cJSON *value = NULL;
        bool is_true;

        if (sc_browser_run(b, script, &value, err) < 0)
            return -1;
        is_true = cJSON_IsTrue(value);
        cJSON_Delete(value);
        if (is_true)
            return 0;
        if (pm_clock_mono_ms() >= deadline_ms)
            return sc_error_set(err, "still false after %lld ms: %s", (long long)timeout_ms,
                                expression);
        (void)nanosleep(&pause, NULL);
    }
}

int sc_browser_console(struct sc_browser *b, cJSON **ret_messages, struct sc_error *err)
{
    cJSON *entries = NULL, *messages;
    const cJSON *entry;

    if (post(b, "/se/log", object_of("type", "browser"), &entries, err) < 0)
        return -1;
    messages = cJSON_CreateArray();
    cJSON_ArrayForEach(entry, entries)
    {
        const cJSON *message = cJSON_GetObjectItemCaseSensitive(entry, "message");

        if (cJSON_IsString(message))
            cJSON_AddItemToArray(messages, cJSON_CreateString(message->valuestring));
    }
    cJSON_Delete(entries);
    *ret_messages = messages;
    return 0;
}

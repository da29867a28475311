/* `browser`: a headless Chromium that does what a person would do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "fake.h"
#include "outcome.h"
#include "stage.h"
#include "webdriver.h"

#define WITHIN_MS   20000
#define VIEW_WIDTH  1280
#define VIEW_HEIGHT 800

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `browser` if left out. The first step with a name opens it.",
     NULL, NULL},
    {"width", SC_NUMBER, false, "Of the page, when it is opened; 1280 if left out.", NULL, NULL},
    {"dark", SC_TRUTH, false, "When it is opened: prefers dark colours.", NULL, NULL},
    {"time_zone", SC_TEXT, false, "When it is opened: the person's, such as Europe/Zurich.", NULL,
     NULL},
    {"go", SC_TEXT, false, "Go to an address; one that begins with `/` is of the fakeapi.", NULL,
     NULL},
    {"fill", SC_FIELDS, false, "Type into elements: a map of CSS selectors and texts.", NULL, NULL},
    {"click", SC_TEXT, false, "Click an element, by a CSS selector.", NULL, NULL},
    {"see", SC_LIST, false, "Texts that come to be seen.", NULL, NULL},
    {"not_see", SC_LIST, false, "Texts that are not there.", NULL, NULL},
    {"in", SC_TEXT, false, "Where to look for texts, a CSS selector; the whole page if left out.",
     NULL, NULL},
    {"until", SC_TEXT, false, "An expression in JavaScript that comes to be true.", NULL, NULL},
    {"count", SC_MAP, false, "How many elements there come to be.", NULL,
     (const struct sc_key[]){{"of", SC_TEXT, true, "A CSS selector.", NULL, NULL},
                             {"is", SC_NUMBER, true, "So many.", NULL, NULL},
                             {0}}},
    {"quiet", SC_TRUTH, false, "true: the console must have no errors since the last look.", NULL,
     NULL},
    {"screenshot", SC_TEXT, false, "Keep a picture of the page by this name.", NULL, NULL},
    {"within", SC_DURATION, false, "How long to wait for what is seen; 20s if left out.", NULL,
     NULL},
    {0},
};

/* ---- opening ---- */

static struct sc_browser *open_browser(struct sc_call *call, const char *name)
{
    const struct sc_browser_view view = {
        .width = (int)sc_arg_number(call, "width", VIEW_WIDTH),
        .height = VIEW_HEIGHT,
        .is_dark = sc_arg_truth(call, "dark", false),
        .time_zone = sc_arg_text(call, "time_zone"),
    };
    struct sc_browser *browser;
    struct sc_error err;

    if (sc_browser_open(&browser, &err) < 0) {
        (void)sc_call_fail(call, "%s", err.message);
        return NULL;
    }
    if (sc_browser_set_view(browser, &view, &err) == 0 && sc_thing_add(call, name, browser))
        return browser;
    (void)sc_call_fail(call, "%s", err.message);
    sc_browser_close(browser);
    return NULL;
}

static struct sc_browser *get_browser(struct sc_call *call)
{
    const char *name = sc_arg_text(call, "as");
    struct sc_thing *thing = sc_thing_find(call->stage, name, &sc_actor_browser);

    return thing ? thing->state : open_browser(call, name);
}

/* ---- what a person does ---- */

typedef int act(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                struct sc_error *err);

static int go(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
              struct sc_error *err)
{
    const struct sc_fake *fake;
    PM_AUTO_FREE char *url = NULL;

    if (value->valuestring[0] != '/')
        return sc_browser_go(browser, value->valuestring, err);
    fake = sc_fake_get(call, NULL);
    if (!fake || asprintf(&url, "%s%s", fake->url, value->valuestring) < 0)
        return -1;
    return sc_browser_go(browser, url, err);
}

static int fill(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                struct sc_error *err)
{
    const cJSON *item;

    (void)call;
    cJSON_ArrayForEach(item, value)
    {
        if (sc_browser_type(browser, item->string, item->valuestring, err) < 0)
            return -1;
    }
    return 0;
}

static int click(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                 struct sc_error *err)
{
    (void)call;
    return sc_browser_click(browser, value->valuestring, err);
}

/* ---- what a person sees ---- */

/* A text as JavaScript writes it. The caller frees it. */
static char *quoted(const char *text)
{
    cJSON *string = cJSON_CreateString(text);
    char *printed = cJSON_PrintUnformatted(string);

    cJSON_Delete(string);
    return printed;
}

static int wait_for(struct sc_call *call, struct sc_browser *browser, const char *expression,
                    struct sc_error *err)
{
    return sc_browser_wait(browser, expression, sc_arg_duration(call, "within", WITHIN_MS), err);
}

/* An expression that is true when the text is rendered in the place. */
static char *is_seen(struct sc_call *call, const char *text)
{
    const char *in = sc_arg_text(call, "in");
    PM_AUTO_FREE char *place = quoted(in ? in : "body");
    PM_AUTO_FREE char *wanted = quoted(text);
    char *expression;

    if (asprintf(&expression,
                 "[...document.querySelectorAll(%s)].some(e => e.innerText.includes(%s))",
                 place ? place : "''", wanted ? wanted : "''") < 0)
        return NULL;
    return expression;
}

static int quote_page(struct sc_call *call, struct sc_browser *browser, const char *what)
{
    const char *in = sc_arg_text(call, "in");
    char *text = NULL;

    if (sc_browser_text(browser, in ? in : "body", &text, NULL) == 0)
        (void)sc_call_fail(call, "%s; what is seen:\n%.2000s\n", what, text);
    else
        (void)sc_call_fail(call, "%s; the place is not there\n", what);
    free(text);
    return -1;
}

static int see(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
               struct sc_error *err)
{
    const cJSON *item;
    char what[512];

    cJSON_ArrayForEach(item, value)
    {
        PM_AUTO_FREE char *expression = is_seen(call, item->valuestring);

        (void)snprintf(what, sizeof(what), "expected to see '%s'", item->valuestring);
        if (expression && wait_for(call, browser, expression, err) < 0)
            return quote_page(call, browser, what);
    }
    return 0;
}

static int not_see(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                   struct sc_error *err)
{
    const cJSON *item;
    char what[512];

    cJSON_ArrayForEach(item, value)
    {
        PM_AUTO_FREE char *expression = is_seen(call, item->valuestring);
        PM_AUTO_FREE char *script = NULL;
        cJSON *is_there = NULL;
        bool is_true;

        if (!expression || asprintf(&script, "return %s", expression) < 0 ||
            sc_browser_run(browser, script, &is_there, err) < 0)
            return -1;
        is_true = cJSON_IsTrue(is_there);
        cJSON_Delete(is_there);
        (void)snprintf(what, sizeof(what), "expected not to see '%s'", item->valuestring);
        if (is_true)
            return quote_page(call, browser, what);
    }
    return 0;
}

static int until(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                 struct sc_error *err)
{
    return wait_for(call, browser, value->valuestring, err);
}

static int count(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                 struct sc_error *err)
{
    const char *of = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "of"));
    int wanted = (int)cJSON_GetObjectItemCaseSensitive(value, "is")->valuedouble;
    PM_AUTO_FREE char *place = quoted(of);
    PM_AUTO_FREE char *expression = NULL;
    size_t is = 0;

    if (asprintf(&expression, "document.querySelectorAll(%s).length === %d", place, wanted) < 0 ||
        wait_for(call, browser, expression, err) == 0)
        return 0;
    (void)sc_browser_count(browser, of, &is, NULL);
    return sc_error_set(err, "expected %d elements '%s', but there are %zu", wanted, of, is);
}

static int quiet(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                 struct sc_error *err)
{
    cJSON *messages = NULL;
    PM_AUTO_FREE char *printed = NULL;
    int r = 0;

    (void)call;
    (void)value;
    if (sc_browser_console(browser, &messages, err) < 0)
        return -1;
    printed = cJSON_PrintUnformatted(messages);
    if (cJSON_GetArraySize(messages) > 0)
        r = sc_error_set(err, "the console says: %s", printed ? printed : "?");
    cJSON_Delete(messages);
    return r;
}

static int screenshot(struct sc_call *call, struct sc_browser *browser, const cJSON *value,
                      struct sc_error *err)
{
    PM_AUTO_FREE char *path = NULL;

    if (asprintf(&path, "%s/%s.png", call->stage->dir, value->valuestring) < 0)
        return -1;
    return sc_browser_screenshot(browser, path, err);
}

/* In the order in which a person does them. */
static const struct {
    const char *key;
    act *act;
} acts[] = {
    {"go", go},           {"fill", fill},   {"click", click},
    {"until", until},     {"see", see},     {"count", count},
    {"not_see", not_see}, {"quiet", quiet}, {"screenshot", screenshot},
};

static enum sc_verdict step(struct sc_call *call)
{
    struct sc_browser *browser;
    struct sc_error err = {""};
    size_t i;

    if (!sc_browser_is_installed())
        return sc_call_skip(call, "needs a browser (chromium-driver)");
    browser = get_browser(call);
    if (!browser)
        return SC_FAIL;
    for (i = 0; i < PM_ARRAY_LEN(acts); i++) {
        const cJSON *value = sc_arg(call, acts[i].key);

        if (value && acts[i].act(call, browser, value, &err) < 0)
            return call->message.len > 0 ? SC_FAIL
                                         : sc_call_fail(call, "%s: %s", acts[i].key, err.message);
    }
    return SC_PASS;
}

static void evidence(struct sc_thing *thing)
{
    PM_AUTO_FREE char *path = NULL;

    if (asprintf(&path, "%s/%s.png", thing->stage->dir, thing->name) >= 0)
        (void)sc_browser_screenshot(thing->state, path, NULL);
}

static void reset(struct sc_thing *thing)
{
    sc_browser_close(thing->state);
}

const struct sc_actor sc_actor_browser = {
    .name = "browser",
    .about =
        "A headless Chromium. One step does its parts in the order go, fill, click, until, see,\n"
        "count, not_see, quiet, screenshot.",
    .short_key = "go",
    .keys = keys,
    .step = step,
    .reset = reset,
    .evidence = evidence,
};

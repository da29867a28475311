/*
 * Whole requests, from the raw bytes of target and body to those of the answer, on a server with
 * one account. Input: a line `vendor` if that profile is to be in force, then requests, each a line
 * `METHOD TARGET` and a line with the body; with `*` behind the method the request is signed here,
 * so that what lies behind the signature is reached as well.
 */
#include <cjson/cJSON.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "arena.h"
#include "buf.h"
#include "checksum.h"
#include "clock.h"
#include "doctor.h"
#include "expect.h"
#include "fuzz.h"
#include "routes.h"

#define REQUESTS       8
#define ARENA_MAX      (4u << 20)
#define REQUEST_MAX    (1u << 20)
#define MESSAGE_SIZE   200
#define HYPOTHESES_MAX 50

static const char vendor[] = "vendor\n";
static const char apikey[] = "FUZZAPIKEY";
static const char secret[] = "XQSECRETKEY9ZB4MXW2K8VTJ5N";

int __real_fa_doctor_examine(const struct fa_doctor_case *request, struct fa_diagnosis *diagnosis);
int __wrap_fa_doctor_examine(const struct fa_doctor_case *request, struct fa_diagnosis *diagnosis);

/* The doctor has a target of its own; here it would take nearly all the time. */
int __wrap_fa_doctor_examine(const struct fa_doctor_case *request, struct fa_diagnosis *diagnosis)
{
    struct fa_doctor_case brief = *request;

    brief.hypotheses_max = HYPOTHESES_MAX;
    return __real_fa_doctor_examine(&brief, diagnosis);
}

static struct fa_app open_app(enum fa_profile profile)
{
    const struct fa_account_spec spec = {.apikey = apikey, .secretkey = secret, .name = "fuzz"};
    struct fa_app app = {0};
    char message[MESSAGE_SIZE];

    app.settings = fa_settings_new(profile);
    FUZZ_REQUIRE(fa_store_open("memory", &app.store, message, sizeof(message)) == 0);
    app.accounts = fa_accounts_new(app.store);
    app.journal = fa_journal_new(REQUESTS, 0);
    app.expects = fa_expects_new(app.journal, NULL);
    app.replays = fa_replays_new(app.store);
    app.clock = fa_vclock_new(NULL);
    app.metrics = fa_metrics_new();
    app.faults = fa_faults_new(false);
    FUZZ_REQUIRE(app.settings && app.accounts && app.journal && app.expects && app.replays &&
                 app.clock && app.metrics && app.faults);
    FUZZ_REQUIRE(fa_accounts_put(app.accounts, &spec, message, sizeof(message)) == 0);
    FUZZ_REQUIRE(fa_app_commit(&app) == 0);
    return app;
}

static void close_app(struct fa_app *app)
{
    fa_settings_free(app->settings);
    fa_faults_free(app->faults);
    fa_metrics_free(app->metrics);
    fa_vclock_free(app->clock);
    fa_replays_free(app->replays);
    fa_expects_free(app->expects);
    fa_journal_free(app->journal);
    fa_accounts_free(app->accounts);
    fa_store_close(app->store);
}

/* Append what makes the request one of our account. */
static void sign(struct pm_buf *body, const char *query)
{
    struct fa_mac *mac = fa_mac_new(secret, strlen(secret));
    const struct fa_checksum_form form = {false, false};
    struct fa_params params;
    struct fa_arena arena;
    char timestamp[PM_CLOCK_TIMESTAMP_SIZE], checksum[FA_CHECKSUM_SIZE];
    size_t i;

    pm_clock_timestamp(pm_clock_wall_ms(), timestamp, sizeof(timestamp));
    (void)pm_buf_addf(body, "&apikey=%s&timestamp=%s", apikey, timestamp);
    fa_arena_init(&arena, ARENA_MAX);
    if (fa_params_parse(&arena, query, strlen(query), body->data, body->len, &params) == 0) {
        FUZZ_REQUIRE(fa_checksum_compute(&arena, mac, &params, form, checksum) == 0);
        (void)pm_buf_adds(body, "&checksum=");
        for (i = 0; checksum[i]; i++)
            (void)pm_buf_addf(body, "%%%02X", (unsigned char)checksum[i]);
    }
    fa_arena_clear(&arena);
    fa_mac_free(mac);
}

/* ---- what must hold ---- */

static bool is_documented(unsigned int status)
{
    enum fa_error error;

    for (error = FA_OK + 1; error < FA_E_MAX; error++)
        if (fa_error_info(error)->status == status)
            return true;
    return status == 200;
}

static void require_readable(const struct fa_http_reply *reply)
{
    xmlDocPtr document;
    cJSON *json;

    if (strcmp(reply->content_type, FA_CONTENT_JSON) == 0) {
        json = cJSON_ParseWithOpts(reply->body.data, NULL, 1);
        FUZZ_REQUIRE(json);
        cJSON_Delete(json);
        return;
    }
    document =
        xmlReadMemory(reply->body.data, (int)reply->body.len, NULL, "UTF-8",
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
    FUZZ_REQUIRE(document);
    xmlFreeDoc(document);
}

/* Neither as it stands nor decoded. */
static void require_hidden(const struct fa_journal_bytes *kept)
{
    char *decoded = malloc((size_t)kept->len + 1);

    FUZZ_REQUIRE(decoded && !fuzz_holds(kept->at, kept->len, secret));
    FUZZ_REQUIRE(!fuzz_holds(decoded, fa_form_decode(kept->at, kept->len, decoded), secret));
    free(decoded);
}

static void require_noted(const struct fa_app *app, int64_t before, unsigned int status)
{
    const struct fa_journal_entry *entry = fa_journal_get(app->journal, before + 1);

    FUZZ_REQUIRE(entry && fa_journal_newest(app->journal) == before + 1);
    FUZZ_REQUIRE(entry->status == status);
    FUZZ_REQUIRE((status < 400) == (entry->verdict == FA_VERDICT_ACCEPTED));
    FUZZ_REQUIRE((status < 400) == (entry->reason[0] == '\0'));
    require_hidden(&entry->query);
    require_hidden(&entry->body);
    require_hidden(&entry->added);
    require_hidden(&entry->reply_body);
    FUZZ_REQUIRE(!strstr(entry->reason, secret));
    FUZZ_REQUIRE(!strstr(entry->deviations, secret) && !strstr(entry->apikey, secret));
    FUZZ_REQUIRE(!strstr(entry->action, secret) && !strstr(entry->path, secret));
    FUZZ_REQUIRE(!strstr(entry->checksum, secret) && !strstr(entry->diagnosis, secret));
}

/* Did the request show the secret key itself? Then the answer may quote it. */
static bool shows_secret(const struct fa_http_request *request)
{
    char *decoded = malloc(request->query_len + request->body_len + 1);
    bool shows;
    size_t len;

    FUZZ_REQUIRE(decoded);
    len = fa_form_decode(request->query, request->query_len, decoded);
    shows = fuzz_holds(decoded, len, secret);
    len = fa_form_decode(request->body, request->body_len, decoded);
    shows = shows || fuzz_holds(decoded, len, secret);
    free(decoded);
    return shows;
}

static void handle(struct fa_app *app, const struct fa_http_request *request)
{
    struct fa_http_reply reply = {.status = 200};
    int64_t before = fa_journal_newest(app->journal);

    pm_buf_init(&reply.body, FA_HTTP_REPLY_MAX);
    pm_buf_init(&reply.headers, FA_HTTP_HEADERS_MAX);
    fa_app_handle(app, request, &reply);
    FUZZ_REQUIRE(is_documented(reply.status) && reply.status < 500);
    FUZZ_REQUIRE(!reply.body.failed && reply.body.len > 0);
    FUZZ_REQUIRE(reply.status < 400 || shows_secret(request) ||
                 !fuzz_holds(reply.body.data, reply.body.len, secret));
    require_readable(&reply);
    require_noted(app, before, reply.status);
    FUZZ_REQUIRE(reply.after_commit == fa_store_is_dirty(app->store));
    FUZZ_REQUIRE(fa_app_commit(app) == 0);
    pm_buf_clear(&reply.body);
    pm_buf_clear(&reply.headers);
}

static void check_request(struct fa_app *app, char *line, const char *bytes, size_t len)
{
    char *target = strchr(line, ' ');
    char *mark = strchr(line, '*');
    char *query = target ? strchr(target, '?') : NULL;
    struct pm_buf body;
    struct fa_http_request request = {.method = line, .path = "/", .query = "", .peer = "peer"};

    if (query) {
        *query++ = '\0';
        request.query = query;
        request.query_len = strlen(query);
    }
    if (target) {
        *target++ = '\0';
        request.path = target;
    }
    pm_buf_init(&body, REQUEST_MAX);
    (void)pm_buf_adds(&body, "");
    (void)pm_buf_add(&body, bytes, len);
    if (mark && (!target || mark < target)) {
        *mark = '\0';
        sign(&body, request.query);
    }
    request.body = body.data;
    request.body_len = body.len;
    handle(app, &request);
    pm_buf_clear(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    bool is_vendor = size >= strlen(vendor) && memcmp(data, vendor, strlen(vendor)) == 0;
    struct fa_app app = open_app(is_vendor ? FA_PROFILE_VENDOR : FA_PROFILE_STRICT);
    size_t count, line_len, body_len;

    if (is_vendor)
        free(fuzz_line(&input, &line_len));
    for (count = 0; count < REQUESTS && input.left > 0; count++) {
        char *line = fuzz_line(&input, &line_len);
        char *body = fuzz_line(&input, &body_len);

        check_request(&app, line, body, body_len);
        free(line);
        free(body);
    }
    close_app(&app);
    return 0;
}

/*
 * The requests of libpaidmonitor, over real HTTP, for every known answer that is a request of
 * version 2: what arrives must be what was meant, under the right checksum.
 */
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "buf.h"
#include "http.h"
#include "judge.h"
#include "paidmonitor.h"
#include "vectors.h"

#define FEWEST_REQUESTS 150 /* else the vectors are no longer what this test takes them for */

/* The test that the next request belongs to. */
static _Atomic(const struct pm_vector *) current;

static void answer(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    struct pm_outcome outcome;

    (void)context;
    ck_assert_int_eq(pm_arrival_judge(atomic_load(&current), "POST", request, &outcome), 0);
    reply->status = outcome.passed ? 200 : 400;
    (void)pm_buf_addf(&reply->body,
                      outcome.passed ? "{\"status\":\"ok\",\"data\":null}" : "{\"error\":\"%s\"}",
                      outcome.reason);
    pm_outcome_clear(&outcome);
}

static void *serve(void *http)
{
    fa_http_run(http);
    return NULL;
}

static struct pm_vectors *read_vectors(void)
{
    FILE *file = fopen(PM_SOURCE_DIR "/scenarios/vectors/signing.json", "re");
    struct pm_vectors *vectors;
    struct pm_buf json;
    char bytes[4096];
    size_t n;

    ck_assert_ptr_nonnull(file);
    pm_buf_init(&json, 64u << 20);
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        ck_assert_int_eq(pm_buf_add(&json, bytes, n), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(pm_vectors_read(json.data, json.len, &vectors, NULL), 0);
    pm_buf_clear(&json);
    return vectors;
}

static const char *value_of(const struct pm_vector *vector, const char *name)
{
    size_t i;

    for (i = 0; i < vector->param_count; i++) {
        if (strcmp(vector->params[i].name, name) == 0)
            return vector->params[i].value;
    }
    return NULL;
}

/* What the client adds by itself, and would add twice. */
static bool is_clients_own(const char *name)
{
    static const char *const names[] = {"action",     "apikey", "version",  "timestamp",
                                        "validation", "output", "authToken"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_request(const struct pm_vector *vector)
{
    const char *version = vector->params ? value_of(vector, "version") : NULL;

    return vector->result == PM_VECTOR_VALID && vector->is_secret_text && version &&
           strcmp(version, "2") == 0 && value_of(vector, "action") && vector->apikey[0] &&
           !value_of(vector, "validation") && !value_of(vector, "output");
}

static void send_request(const char *url, const struct pm_vector *vector)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
    struct pm_params *params = pm_params_new();
    struct pm_client *client;
    struct pm_reply reply = {.body = NULL};
    struct pm_error err;
    size_t i;
    int r;

    options.url = url;
    options.apikey = vector->apikey;
    options.secret = vector->secret;
    options.secret_len = vector->secret_len;
    for (i = 0; i < vector->param_count; i++) {
        const struct pm_vector_param *param = &vector->params[i];

        if (!is_clients_own(param->name))
            ck_assert_int_eq(pm_params_add(params, param->name, param->value), 0);
    }
    ck_assert_int_eq(pm_client_new(&options, &client, &err), 0);
    r = pm_client_call(client, PM_POST, PM_PATH_CUSTOM, value_of(vector, "action"), params, &reply,
                       &err);
    ck_assert_msg(r == 0, "test %d (%s): %s", (int)vector->id, vector->comment, err.message);
    pm_reply_clear(&reply);
    pm_client_free(client);
    pm_params_free(params);
}

START_TEST(test_requests_arrive_as_they_were_meant)
{
    struct fa_http_options options = {.address = "127.0.0.1"};
    struct pm_vectors *vectors = read_vectors();
    char message[256], url[64];
    struct fa_http *http;
    size_t sent = 0, i;
    pthread_t thread;

    ck_assert_int_eq(fa_http_new(&options, &http, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_http_mount(http, "", answer, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, http), 0);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", fa_http_port(http));
    for (i = 0; i < vectors->count; i++) {
        if (!is_request(&vectors->items[i]))
            continue;
        atomic_store(&current, &vectors->items[i]);
        send_request(url, &vectors->items[i]);
        sent++;
    }
    ck_assert_uint_ge(sent, FEWEST_REQUESTS);
    fa_http_stop(http);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    fa_http_free(http);
    pm_vectors_free(vectors);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_requests_arrive_as_they_were_meant),
};

TEST_MAIN("conformance of requests", cases)

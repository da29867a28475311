/* One HTTP request and its answer; see transport.h. */
#include "transport.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "text.h"

#define POLL_MS       1000 /* how long to sleep at most; a cancellation wakes the poll at once */
#define CONNS_MAX     1
#define CONN_IDLE_SEC 30 /* after that a new connection is safer than one the server may close */

struct pm_transport {
    CURLM *multi; /* owns the kept connection */
    CURL *easy;
    struct curl_slist *headers;
    char *ca_file;
    char *proxy;
    char *user_agent;
    long connect_timeout_ms;
    long timeout_ms;
    atomic_bool is_cancelled;
    struct pm_buf body;
    char curl_error[CURL_ERROR_SIZE];
};

void pm_answer_clear(struct pm_answer *answer)
{
    free(answer->body);
    *answer = (struct pm_answer){.date_ms = -1, .retry_after_ms = -1};
}

/* ---- addresses ---- */

static bool is_loopback(const char *host)
{
    struct in_addr address;

    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static int check_parts(CURLU *parts, const char *url, bool allow_plain_http, struct pm_error *err)
{
    static const CURLUPart unwanted[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                         CURLUPART_FRAGMENT};
    char *scheme = NULL, *host = NULL, *text;
    bool is_https, is_http, is_near;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(unwanted); i++) {
        text = NULL;
        /* libcurl passes over an empty query or fragment, but a path would be appended to it. */
        if (curl_url_get(parts, unwanted[i], &text, 0) == CURLUE_OK || strpbrk(url, "?#")) {
            curl_free(text);
            return pm_error_set(err, PM_ERR_CONFIG,
                                "the URL must be scheme and host only, without user, query or "
                                "fragment");
        }
    }
    (void)curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
    (void)curl_url_get(parts, CURLUPART_HOST, &host, 0);
    is_https = scheme && strcmp(scheme, "https") == 0;
    is_http = scheme && strcmp(scheme, "http") == 0;
    is_near = host && is_loopback(host);
    curl_free(scheme);
    curl_free(host);
    if (is_https || (is_http && (is_near || allow_plain_http)))
        return 0;
    if (is_http)
        return pm_error_set(err, PM_ERR_CONFIG,
                            "'%s' would send everything in the clear; use https, or set "
                            "allow_plain_http = yes",
                            url);
    return pm_error_set(err, PM_ERR_CONFIG, "'%s' is not an https URL", url);
}

int pm_transport_check_url(const char *url, bool allow_plain_http, char **ret_base,
                           struct pm_error *err)
{
    CURLU *parts;
    char *base;
    int r;

    if (!url || url[0] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG, "no URL of the API was given");
    parts = curl_url();
    if (!parts)
        return pm_error_nomem(err);
    if (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK)
        r = pm_error_set(err, PM_ERR_CONFIG, "'%s' is not a URL such as https://www.example.com",
                         url);
    else
        r = check_parts(parts, url, allow_plain_http, err);
    curl_url_cleanup(parts);
    if (r < 0)
        return r;

    base = strdup(url);
    if (!base)
        return pm_error_nomem(err);
    while (base[strlen(base) - 1] == '/')
        base[strlen(base) - 1] = '\0';
    *ret_base = base;
    return 0;
}

/* ---- answers ---- */

/* Seconds; the end of the year 9999, the last that a header can say. */
#define DATE_MAX INT64_C(253402300799)

/* A date of a header in ms, or -1. */
static int64_t read_date(const char *text)
{
    time_t date = curl_getdate(text, NULL);

    return date < 0 || date > DATE_MAX ? -1 : (int64_t)date * 1000;
}

int64_t pm_transport_retry_after(const char *text, int64_t now_ms)
{
    int64_t wait_ms, date_ms;

    if (text[0] >= '0' && text[0] <= '9' && text[strspn(text, "0123456789")] == '\0') {
        errno = 0;
        wait_ms = strtoll(text, NULL, 10);
        if (errno != 0 || wait_ms > PM_RETRY_AFTER_MAX_MS / 1000)
            return PM_RETRY_AFTER_MAX_MS;
        return wait_ms * 1000;
    }
    if (text[0] < 'A' || text[0] > 'Z') /* every form of a date begins with the weekday */
        return -1;
    date_ms = read_date(text);
    if (date_ms < 0)
        return -1;
    wait_ms = date_ms - now_ms;
    if (wait_ms < 0)
        return 0;
    return wait_ms < PM_RETRY_AFTER_MAX_MS ? wait_ms : PM_RETRY_AFTER_MAX_MS;
}

static const char *header(CURL *easy, const char *name)
{
    struct curl_header *found = NULL;

    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value
                                                                                  : "";
}

static void read_headers(struct pm_transport *transport, struct pm_answer *answer)
{
    struct pm_buf location;

    answer->date_ms = read_date(header(transport->easy, "Date"));
    answer->retry_after_ms =
        pm_transport_retry_after(header(transport->easy, "Retry-After"),
                                 answer->date_ms < 0 ? pm_clock_wall_ms() : answer->date_ms);
    pm_buf_init(&location, sizeof(answer->location) - 1);
    (void)pm_text_add_visible(&location, header(transport->easy, "Location"),
                              strlen(header(transport->easy, "Location")));
    (void)snprintf(answer->location, sizeof(answer->location), "%s",
                   location.data ? location.data : "");
    pm_buf_clear(&location);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    struct pm_transport *transport = user;

    return pm_buf_add(&transport->body, bytes, size * count) < 0 ? 0 : size * count;
}

/* ---- failures ---- */

/* libcurl's reasons in our terms; what is not listed is the network's fault. */
static const struct {
    CURLcode curl;
    int code;
    const char *text;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, PM_ERR_NETWORK, "the host name cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, PM_ERR_NETWORK, "the proxy's name cannot be resolved"},
    {CURLE_COULDNT_CONNECT, PM_ERR_NETWORK, "no connection"},
    {CURLE_OPERATION_TIMEDOUT, PM_ERR_NETWORK, "no complete answer in time"},
    {CURLE_GOT_NOTHING, PM_ERR_NETWORK, "the server closed the connection without an answer"},
    {CURLE_PARTIAL_FILE, PM_ERR_NETWORK, "the answer ended early"},
    {CURLE_PEER_FAILED_VERIFICATION, PM_ERR_CONFIG, "the server's certificate is not trusted"},
    {CURLE_SSL_CACERT_BADFILE, PM_ERR_CONFIG, "the CA file cannot be read"},
    {CURLE_SSL_ISSUER_ERROR, PM_ERR_CONFIG, "the certificate's issuer is wrong"},
    {CURLE_UNSUPPORTED_PROTOCOL, PM_ERR_REPLY, "the answer is not HTTP"},
    {CURLE_WEIRD_SERVER_REPLY, PM_ERR_REPLY, "the answer is not HTTP"},
    {CURLE_URL_MALFORMAT, PM_ERR_CONFIG, "the URL is malformed"},
    {CURLE_OUT_OF_MEMORY, PM_ERR_SYSTEM, "out of memory"},
};

static int fail(struct pm_transport *transport, CURLcode curl, struct pm_error *err)
{
    const char *detail =
        transport->curl_error[0] ? transport->curl_error : curl_easy_strerror(curl);
    long sent = 0;
    size_t i;

    (void)curl_easy_getinfo(transport->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (err)
        err->maybe_done = sent > 0;
    if (transport->is_cancelled)
        return pm_error_set(err, PM_ERR_CANCELLED, "cancelled");
    if (transport->body.failed)
        return pm_error_set(err, PM_ERR_LIMIT, "the answer is longer than %u bytes", PM_ANSWER_MAX);
    for (i = 0; i < PM_ARRAY_LEN(failures); i++)
        if (failures[i].curl == curl)
            return pm_error_set(err, failures[i].code, "%s: %s", failures[i].text, detail);
    return pm_error_set(err, PM_ERR_NETWORK, "the request failed: %s", detail);
}

/* ---- the handle ---- */

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_state;

static void global_init(void)
{
    global_state = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int copy_text(char **target, const char *text)
{
    if (!text)
        return 0;
    *target = strdup(text);
    return *target ? 0 : -1;
}

int pm_transport_new(const struct pm_client_options *options, struct pm_transport **ret_transport,
                     struct pm_error *err)
{
    struct pm_transport *transport;

    if (options->connect_timeout_ms <= 0 || options->timeout_ms <= 0)
        return pm_error_set(err, PM_ERR_CONFIG, "timeouts must be positive");
    if (options->ca_file && access(options->ca_file, R_OK) != 0)
        return pm_error_set(err, PM_ERR_CONFIG, "cannot read the CA file '%s': %s",
                            options->ca_file, strerror(errno));
    (void)pthread_once(&global_once, global_init);
    transport = global_state == CURLE_OK ? calloc(1, sizeof(*transport)) : NULL;
    if (!transport)
        return pm_error_nomem(err);

    atomic_init(&transport->is_cancelled, false);
    transport->connect_timeout_ms = options->connect_timeout_ms;
    transport->timeout_ms = options->timeout_ms;
    pm_buf_init(&transport->body, PM_ANSWER_MAX);
    transport->multi = curl_multi_init();
    transport->easy = curl_easy_init();
    /* No `Expect: 100-continue`: it costs a round trip, and up to a second where it is ignored. */
    transport->headers = curl_slist_append(NULL, "Expect:");
    if (!transport->multi || !transport->easy || !transport->headers ||
        copy_text(&transport->ca_file, options->ca_file) < 0 ||
        copy_text(&transport->proxy, options->proxy) < 0 ||
        copy_text(&transport->user_agent,
                  options->user_agent ? options->user_agent : "paidmonitor/" PM_VERSION) < 0) {
        pm_transport_free(transport);
        return pm_error_nomem(err);
    }
    (void)curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)CONNS_MAX);
    *ret_transport = transport;
    return 0;
}

void pm_transport_free(struct pm_transport *transport)
{
    if (!transport)
        return;
    curl_easy_cleanup(transport->easy);
    (void)curl_multi_cleanup(transport->multi);
    curl_slist_free_all(transport->headers);
    pm_buf_clear(&transport->body);
    free(transport->ca_file);
    free(transport->proxy);
    free(transport->user_agent);
    free(transport);
}

void pm_transport_cancel(struct pm_transport *transport)
{
    transport->is_cancelled = true;
    (void)curl_multi_wakeup(transport->multi);
}

void pm_transport_resume(struct pm_transport *transport)
{
    transport->is_cancelled = false;
}

/* ---- sending ---- */

#define SET(option, value) (curl_easy_setopt(easy, (option), (value)) == CURLE_OK)

static bool set_connection(CURL *easy, const struct pm_transport *transport)
{
    return SET(CURLOPT_PROTOCOLS_STR, "http,https") && SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_SSL_VERIFYPEER, 1L) && SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
           SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           (!transport->ca_file ||
            (SET(CURLOPT_CAINFO, transport->ca_file) && SET(CURLOPT_CAPATH, NULL))) &&
           /* An empty string keeps libcurl from reading http_proxy and no_proxy. */
           SET(CURLOPT_PROXY, transport->proxy ? transport->proxy : "") &&
           SET(CURLOPT_NOPROXY, "") && SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
           SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_MAXAGE_CONN, (long)CONN_IDLE_SEC) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, transport->connect_timeout_ms) &&
           SET(CURLOPT_TIMEOUT_MS, transport->timeout_ms);
}

static bool set_request(CURL *easy, struct pm_transport *transport, const char *url,
                        const char *body, size_t body_len)
{
    return SET(CURLOPT_URL, url) && SET(CURLOPT_USERAGENT, transport->user_agent) &&
           SET(CURLOPT_HTTPHEADER, transport->headers) &&
           (!body || (SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len) &&
                      SET(CURLOPT_POSTFIELDS, body))) &&
           SET(CURLOPT_WRITEFUNCTION, take_body) && SET(CURLOPT_WRITEDATA, transport) &&
           SET(CURLOPT_ERRORBUFFER, transport->curl_error);
}

/* Run the prepared request to its end; a cancellation ends it too. */
static CURLcode perform(struct pm_transport *transport)
{
    CURLcode result = CURLE_ABORTED_BY_CALLBACK;
    int running = 1, left;
    CURLMsg *message;

    if (curl_multi_add_handle(transport->multi, transport->easy) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    while (running > 0 && !transport->is_cancelled) {
        if (curl_multi_perform(transport->multi, &running) != CURLM_OK ||
            (running > 0 && curl_multi_poll(transport->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK))
            break;
    }
    while ((message = curl_multi_info_read(transport->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            result = message->data.result;
    (void)curl_multi_remove_handle(transport->multi, transport->easy);
    return result;
}

int pm_transport_send(struct pm_transport *transport, const char *url, const char *body,
                      size_t body_len, struct pm_answer *ret_answer, struct pm_error *err)
{
    struct pm_answer answer = {.date_ms = -1, .retry_after_ms = -1};
    CURL *easy = transport->easy;
    CURLcode result;
    long status = 0;

    curl_easy_reset(easy);
    pm_buf_reset(&transport->body);
    transport->curl_error[0] = '\0';
    if (!set_connection(easy, transport) || !set_request(easy, transport, url, body, body_len))
        return pm_error_nomem(err);

    result = perform(transport);
    if (result != CURLE_OK)
        return fail(transport, result, err);

    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = (int)status;
    read_headers(transport, &answer);
    answer.len = transport->body.len;
    answer.body = pm_buf_take(&transport->body);
    if (!answer.body)
        return pm_error_nomem(err);
    *ret_answer = answer;
    return 0;
}

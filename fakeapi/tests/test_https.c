/* TLS on the wire: certificates good and wrong, handshakes that break, those of clients, and faults
 * of replies under it. The client is GnuTLS with a socket of its own. */
#include "suite.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificate.h"
#include "clock.h"
#include "site.h"

#define DEADLINE_MS 10000
#define READY       "GET /__fake/ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define GET                                                                                     \
    "GET /customMonitorApi?action=getMonitors&apikey=" SITE_KEY "&version=2 HTTP/1.1\r\nHost: " \
    "h\r\n\r\n"

/* A client and what it knows. */
struct client {
    gnutls_session_t session;
    gnutls_certificate_credentials_t trust;
    int fd;
    char bytes[4096];
    size_t len;
    int ended; /* 0 after a farewell, else the error */
};

static struct client client;

static void start_with(struct fa_server_options *options)
{
    char message[256];

    options->tls_auto = options->tls_cert == NULL;
    ck_assert_msg(fa_server_start(options, &site, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
}

static void start(void)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;

    start_with(&options);
}

static void fault(const char *json)
{
    char message[512] = "";

    ck_assert_msg(fa_server_fault(site, json, message, sizeof(message)) == 0, "%s", message);
}

static void trust(const char *pem)
{
    const gnutls_datum_t authority = {(unsigned char *)(uintptr_t)pem, (unsigned int)strlen(pem)};

    ck_assert_int_eq(gnutls_certificate_allocate_credentials(&client.trust), 0);
    if (pem[0] != '\0')
        ck_assert_int_eq(
            gnutls_certificate_set_x509_trust_mem(client.trust, &authority, GNUTLS_X509_FMT_PEM),
            1);
}

static void show(const struct fa_certificate *own)
{
    const gnutls_datum_t certificate = {(unsigned char *)own->certificate,
                                        (unsigned int)strlen(own->certificate)};
    const gnutls_datum_t key = {(unsigned char *)own->key, (unsigned int)strlen(own->key)};

    ck_assert_int_eq(
        gnutls_certificate_set_x509_key_mem(client.trust, &certificate, &key, GNUTLS_X509_FMT_PEM),
        0);
}

/* Connect and shake hands. @name: whom the client believes to speak to. Returns what GnuTLS does.
 */
static int shake(const char *name)
{
    int r;

    client.fd = peer_connect(fa_server_port(site));
    ck_assert_int_eq(gnutls_init(&client.session, GNUTLS_CLIENT), 0);
    ck_assert_int_eq(gnutls_set_default_priority(client.session), 0);
    ck_assert_int_eq(gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.trust),
                     0);
    gnutls_session_set_verify_cert(client.session, name, 0);
    gnutls_transport_set_int(client.session, client.fd);
    gnutls_handshake_set_timeout(client.session, DEADLINE_MS);
    do
        r = gnutls_handshake(client.session);
    while (r < 0 && !gnutls_error_is_fatal(r));
    return r;
}

static void hang_up(void)
{
    gnutls_deinit(client.session);
    (void)close(client.fd);
}

static void send_text(const char *text)
{
    ck_assert_int_eq(gnutls_record_send(client.session, text, strlen(text)), (ssize_t)strlen(text));
}

/* Read to the end. */
static void read_all(void)
{
    ssize_t len;

    gnutls_record_set_timeout(client.session, DEADLINE_MS);
    client.len = 0;
    do {
        len = gnutls_record_recv(client.session, client.bytes + client.len,
                                 sizeof(client.bytes) - 1 - client.len);
        if (len > 0)
            client.len += (size_t)len;
    } while (len > 0 || len == GNUTLS_E_AGAIN || len == GNUTLS_E_INTERRUPTED);
    client.ended = (int)len;
    client.bytes[client.len] = '\0';
}

static void exchange(const char *text)
{
    ck_assert_int_eq(shake("localhost"), 0);
    send_text(text);
    read_all();
    hang_up();
}

static void stop(void)
{
    gnutls_certificate_free_credentials(client.trust);
    fa_server_stop(site);
}

static void expect_ready(void)
{
    exchange(READY);
    ck_assert_ptr_nonnull(strstr(client.bytes, "{\"ready\":true}"));
    ck_assert_int_eq(client.ended, 0);
}

/* Certificates */

START_TEST(test_who_trusts_the_authority_is_served)
{
    start();
    ck_assert_int_eq(strncmp(fa_server_url(site), "https://127.0.0.1:", 18), 0);
    trust(fa_server_authority(site));
    expect_ready();
    ck_assert_int_eq(shake("127.0.0.1"), 0);
    hang_up();
    stop();
}
END_TEST

START_TEST(test_who_does_not_trust_it_breaks_off)
{
    start();
    trust("");
    ck_assert_int_eq(shake("localhost"), GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
    ck_assert_uint_ne(
        gnutls_session_get_verify_cert_status(client.session) & GNUTLS_CERT_SIGNER_NOT_FOUND, 0);
    hang_up();
    stop();
}
END_TEST

START_TEST(test_plain_http_is_not_served)
{
    start();
    trust(fa_server_authority(site));
    peer_exchange(fa_server_port(site), READY, strlen(READY), &site_reply);
    ck_assert_ptr_null(strstr(site_reply.bytes, "HTTP/1.1"));
    expect_ready();
    stop();
}
END_TEST

START_TEST(test_wrong_certificates_are_wrong_in_exactly_one_way)
{
    static const struct {
        const char *tls;
        unsigned int status;
    } rows[] = {
        {"expired", GNUTLS_CERT_EXPIRED},
        {"not_yet_valid", GNUTLS_CERT_NOT_ACTIVATED},
        {"other_name", GNUTLS_CERT_UNEXPECTED_OWNER},
        {"unknown_ca", GNUTLS_CERT_SIGNER_NOT_FOUND},
    };
    size_t i;

    start();
    trust(fa_server_authority(site));
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[128];

        snprintf(json, sizeof(json), "{\"times\":1,\"effect\":{\"tls\":\"%s\"}}", rows[i].tls);
        fault(json);
        ck_assert_int_eq(shake("localhost"), GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
        ck_assert_msg(gnutls_session_get_verify_cert_status(client.session) ==
                          (rows[i].status | GNUTLS_CERT_INVALID),
                      "%s: %x", rows[i].tls, gnutls_session_get_verify_cert_status(client.session));
        hang_up();
        expect_ready();
    }
    stop();
}
END_TEST

START_TEST(test_handshakes_are_broken_in_every_way)
{
    static const struct {
        const char *tls;
        int error;
    } rows[] = {
        {"alert", GNUTLS_E_FATAL_ALERT_RECEIVED},
        {"close", GNUTLS_E_PREMATURE_TERMINATION},
        {"garbage", GNUTLS_E_UNSUPPORTED_VERSION_PACKET},
    };
    size_t i;

    start();
    trust(fa_server_authority(site));
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[128];
        int r;

        snprintf(json, sizeof(json), "{\"times\":1,\"effect\":{\"tls\":\"%s\"}}", rows[i].tls);
        fault(json);
        r = shake("localhost");
        /* what is closed with bytes unread is reset; what noise looks like is the seed's secret */
        ck_assert_msg(r == rows[i].error || (i > 0 && r < 0), "%s: %s", rows[i].tls,
                      gnutls_strerror(r));
        if (i == 0)
            ck_assert_int_eq(gnutls_alert_get(client.session), GNUTLS_A_HANDSHAKE_FAILURE);
        hang_up();
        expect_ready();
    }
    stop();
}
END_TEST

START_TEST(test_a_handshake_can_be_left_hanging)
{
    struct pollfd ready = {.events = POLLIN | POLLRDHUP};

    start();
    trust(fa_server_authority(site));
    fault("{\"times\":1,\"effect\":{\"tls\":\"hang\"}}");
    ready.fd = peer_connect(fa_server_port(site));
    expect_ready(); /* a later one was served, this one has heard nothing */
    ck_assert_int_eq(poll(&ready, 1, 0), 0);
    (void)close(ready.fd);
    stop();
}
END_TEST

START_TEST(test_old_versions_are_refused)
{
    start();
    trust(fa_server_authority(site));
    client.fd = peer_connect(fa_server_port(site));
    ck_assert_int_eq(gnutls_init(&client.session, GNUTLS_CLIENT), 0);
    ck_assert_int_eq(gnutls_priority_set_direct(client.session,
                                                "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0", NULL),
                     0);
    ck_assert_int_eq(gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.trust),
                     0);
    gnutls_transport_set_int(client.session, client.fd);
    ck_assert_int_lt(gnutls_handshake(client.session), 0);
    hang_up();
    stop();
}
END_TEST

START_TEST(test_certificates_of_clients_are_asked_for_and_checked)
{
    struct fa_authority *ours = fa_authority_new();
    struct fa_authority *other = fa_authority_new();
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fa_certificate own;
    char path[] = "/tmp/test_https.XXXXXX";
    int fd = mkstemp(path);
    int i;

    ck_assert(ours && other && fd >= 0);
    ck_assert_int_eq(write(fd, fa_authority_pem(ours), strlen(fa_authority_pem(ours))),
                     (ssize_t)strlen(fa_authority_pem(ours)));
    options.tls_client_ca = path;
    start_with(&options);
    for (i = 0; i < 3; i++) { /* none, a stranger's, ours */
        trust(fa_server_authority(site));
        if (i > 0) {
            ck_assert_int_eq(fa_authority_issue_client(i == 1 ? other : ours, "agent", &own), 0);
            show(&own);
            fa_certificate_clear(&own);
        }
        if (shake("localhost") == 0) { /* TLS 1.3 tells the client afterwards */
            (void)gnutls_record_send(client.session, READY, strlen(READY));
            read_all();
        }
        ck_assert_msg((strstr(client.bytes, "ready") != NULL) == (i == 2), "%d", i);
        hang_up();
        if (i < 2)
            gnutls_certificate_free_credentials(client.trust);
    }
    stop();
    fa_authority_free(ours);
    fa_authority_free(other);
    (void)close(fd);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Replies */

START_TEST(test_truncated_replies_end_without_a_farewell)
{
    start();
    trust(fa_server_authority(site));
    fault("{\"id\":\"x\",\"effect\":{\"truncate\":20}}");
    exchange(GET);
    ck_assert_uint_eq(client.len, 20);
    ck_assert_int_eq(strncmp(client.bytes, "HTTP/1.1 200 OK\r\nDat", 20), 0);
    ck_assert_int_eq(client.ended, 0);
    fault("{\"id\":\"x\",\"effect\":{\"truncate\":20,\"then\":\"close\"}}");
    exchange(GET);
    ck_assert_uint_eq(client.len, 20);
    ck_assert_int_eq(client.ended, GNUTLS_E_PREMATURE_TERMINATION);
    fault("{\"id\":\"x\",\"effect\":{\"close\":\"after\"}}");
    exchange(GET);
    ck_assert_uint_eq(client.len, 0);
    ck_assert_int_eq(client.ended, GNUTLS_E_PREMATURE_TERMINATION);
    fault("{\"id\":\"x\",\"effect\":{\"reset\":\"after\"}}");
    exchange(GET);
    ck_assert_uint_eq(client.len, 0);
    ck_assert_int_lt(client.ended, 0);
    fa_server_faults_clear(site);
    expect_ready();
    stop();
}
END_TEST

START_TEST(test_drips_delays_and_lies_are_encrypted_too)
{
    int64_t began_ms;

    start();
    trust(fa_server_authority(site));
    fault("{\"id\":\"x\",\"effect\":{\"drip\":{\"bytes\":16,\"every_ms\":10},\"delay_ms\":50,"
          "\"content_length\":5}}");
    began_ms = pm_clock_mono_ms();
    exchange(GET);
    ck_assert_int_ge(pm_clock_mono_ms() - began_ms, 50);
    ck_assert_ptr_nonnull(strstr(client.bytes, "\r\nContent-Length: 7\r\n\r\n[]"));
    fault("{\"id\":\"x\",\"effect\":{\"garbage\":3000}}");
    exchange(GET);
    ck_assert_uint_eq(client.len, 3000);
    fa_server_faults_clear(site);
    expect_ready();
    stop();
}
END_TEST

START_TEST(test_cookies_of_the_dashboard_stay_on_tls)
{
    char request[512];

    start();
    trust(fa_server_authority(site));
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
             strstr(fa_server_dashboard_url(site), "/dashboard"));
    exchange(request);
    ck_assert_ptr_nonnull(strstr(client.bytes, "\r\nSet-Cookie: "));
    ck_assert_ptr_nonnull(strstr(client.bytes, "; Secure\r\n"));
    stop();
}
END_TEST

/* Two servers at a time share no authority. */
START_TEST(test_each_server_has_an_authority_of_its_own)
{
    struct fa_server *first;

    start();
    first = site;
    start();
    trust(fa_server_authority(first));
    ck_assert_int_eq(shake("localhost"), GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
    hang_up();
    stop();
    fa_server_stop(first);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_who_trusts_the_authority_is_served),
    TEST(test_who_does_not_trust_it_breaks_off),
    TEST(test_plain_http_is_not_served),
    TEST(test_wrong_certificates_are_wrong_in_exactly_one_way),
    TEST(test_handshakes_are_broken_in_every_way),
    TEST(test_a_handshake_can_be_left_hanging),
    TEST(test_old_versions_are_refused),
    TEST(test_certificates_of_clients_are_asked_for_and_checked),
    TEST(test_truncated_replies_end_without_a_farewell),
    TEST(test_drips_delays_and_lies_are_encrypted_too),
    TEST(test_cookies_of_the_dashboard_stay_on_tls),
    TEST(test_each_server_has_an_authority_of_its_own),
};

TEST_MAIN("https", cases)

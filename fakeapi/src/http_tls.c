/* What TLS needs beside libmicrohttpd's own; see http_private.h. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http_private.h"

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A connection that is to be shown another certificate, until libmicrohttpd has taken it in. */
struct choice {
    struct choice *next;
    int fd;
    enum fa_http_certificate certificate;
};

struct fa_http_secrecy {
    gnutls_certificate_credentials_t others[FA_HTTP_CERTIFICATE_MAX];
    struct choice *choices;
};

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info ? info->tls_session : NULL;
}

/* Setting up */

unsigned int fa_http_tls_flags(const struct fa_http *http)
{
    return http->options.tls ? MHD_USE_TLS : 0;
}

void fa_http_tls_options(const struct fa_http *http, struct MHD_OptionItem *options)
{
    const struct fa_http_tls *tls = http->options.tls;
    size_t i = 0;

    if (tls) {
        options[i++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                               (void *)(uintptr_t)tls->certificate};
        options[i++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)tls->key};
        options[i++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES};
    }
    if (tls && tls->client_ca)
        options[i++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0,
                                               (void *)(uintptr_t)tls->client_ca};
    options[i] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

void fa_http_tls_end(struct fa_http *http)
{
    struct fa_http_secrecy *secrecy = http->secrecy;
    size_t i;

    if (!secrecy)
        return;
    for (i = 0; i < FA_HTTP_CERTIFICATE_MAX; i++)
        if (secrecy->others[i])
            gnutls_certificate_free_credentials(secrecy->others[i]);
    while (secrecy->choices) {
        struct choice *choice = secrecy->choices;

        secrecy->choices = choice->next;
        free(choice);
    }
    free(secrecy);
    http->secrecy = NULL;
}

/* Certificates that are wrong on purpose */

static int load(struct fa_http *http, enum fa_http_certificate which)
{
    const struct fa_http_tls *tls = http->options.tls;
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_datum_t certificate = {NULL, 0};
    gnutls_datum_t key = {NULL, 0};
    const char *texts[2];

    if (tls->other(tls->context, which, &texts[0], &texts[1]) < 0 ||
        gnutls_certificate_allocate_credentials(&credentials) < 0)
        return -1;
    certificate.data = (unsigned char *)(uintptr_t)texts[0];
    certificate.size = (unsigned int)strlen(texts[0]);
    key.data = (unsigned char *)(uintptr_t)texts[1];
    key.size = (unsigned int)strlen(texts[1]);
    if (gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM) <
        0) {
        gnutls_certificate_free_credentials(credentials);
        return -1;
    }
    http->secrecy->others[which] = credentials;
    return 0;
}

static struct choice **find_choice(struct fa_http_secrecy *secrecy, int fd)
{
    struct choice **at = &secrecy->choices;

    while (*at && (*at)->fd != fd)
        at = &(*at)->next;
    return at;
}

int fa_http_tls_choose(struct fa_http *http, int fd, enum fa_http_certificate which)
{
    struct choice *choice;

    if (!http->options.tls || which == FA_HTTP_CERTIFICATE_GOOD)
        return 0;
    if (!http->secrecy)
        http->secrecy = calloc(1, sizeof(*http->secrecy));
    if (!http->secrecy || (!http->secrecy->others[which] && load(http, which) < 0))
        return -1;
    choice = malloc(sizeof(*choice));
    if (!choice)
        return -1;
    *choice = (struct choice){.next = http->secrecy->choices, .fd = fd, .certificate = which};
    http->secrecy->choices = choice;
    return 0;
}

void fa_http_tls_forget(struct fa_http *http, int fd)
{
    struct choice **at = http->secrecy ? find_choice(http->secrecy, fd) : NULL;
    struct choice *choice = at ? *at : NULL;

    if (!choice)
        return;
    *at = choice->next;
    free(choice);
}

static void show_other(struct fa_http *http, gnutls_session_t session, int fd)
{
    struct choice *choice = http->secrecy ? *find_choice(http->secrecy, fd) : NULL;

    if (!choice)
        return;
    (void)gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                                 http->secrecy->others[choice->certificate]); /* memory: the good */
    fa_http_tls_forget(http, fd);
}

/* Certificates of clients */

static int verify_client(gnutls_session_t session)
{
    unsigned int status;

    if (gnutls_certificate_verify_peers2(session, &status) < 0 || status != 0)
        return GNUTLS_E_CERTIFICATE_ERROR;
    return 0;
}

void fa_http_tls_started(struct fa_http *http, struct MHD_Connection *connection, int fd)
{
    gnutls_session_t session = http->options.tls ? session_of(connection) : NULL;

    if (!session)
        return;
    show_other(http, session, fd);
    if (!http->options.tls->client_ca)
        return;
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_function(session, verify_client);
}

/* Sending past libmicrohttpd */

static ssize_t send_encrypted(gnutls_session_t session, const void *bytes, size_t len)
{
    ssize_t sent = gnutls_record_send(session, bytes, len);

    if (sent >= 0)
        return sent;
    errno = sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED ? EAGAIN : EPIPE;
    return -1;
}

ssize_t fa_http_wire_send(struct fa_http_exchange *exchange, const void *bytes, size_t len)
{
    gnutls_session_t session =
        exchange->http->options.tls ? session_of(exchange->connection) : NULL;

    if (session)
        return send_encrypted(session, bytes, len);
    return send(exchange->peer->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

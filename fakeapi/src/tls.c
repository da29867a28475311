#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "certificate.h"
#include "cleanup.h"

#define FILE_MAX_BYTES (1024 * 1024)

struct fa_tls {
    struct fa_http_tls http;
    struct fa_authority *authority; /* NULL until one is needed */
    bool is_made;                   /* the server's certificate is the authority's */
    char *client_ca;
    char host[HOST_NAME_MAX + 1];
    char address[64];
    struct fa_certificate certificates[FA_HTTP_CERTIFICATE_MAX];
};

/* Reading */

static int read_bytes(int fd, struct pm_buf *buf)
{
    char bytes[4096];
    ssize_t len;

    while ((len = read(fd, bytes, sizeof(bytes))) > 0)
        if (pm_buf_add(buf, bytes, (size_t)len) < 0)
            return -1;
    return len < 0 ? -1 : 0;
}

/* @what: for the message. The caller frees the text. */
static char *read_file(const char *path, const char *what, char *message, size_t size)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct pm_buf buf;

    pm_buf_init(&buf, FILE_MAX_BYTES);
    errno = fd < 0 ? errno : EFBIG; /* unless reading says otherwise */
    if (fd < 0 || read_bytes(fd, &buf) < 0) {
        snprintf(message, size, "cannot read the %s \"%s\": %s", what, path, strerror(errno));
        pm_buf_clear(&buf);
        return NULL;
    }
    if (buf.len > 0)
        return pm_buf_take(&buf);
    snprintf(message, size, "the %s \"%s\" is empty", what, path);
    return NULL;
}

static int read_pair(struct fa_tls *tls, const struct fa_tls_options *options, char *message,
                     size_t size)
{
    struct fa_certificate *pair = &tls->certificates[FA_HTTP_CERTIFICATE_GOOD];
    char reason[128];

    pair->certificate = read_file(options->certificate_file, "certificate", message, size);
    if (!pair->certificate)
        return -1;
    pair->key = read_file(options->key_file, "key", message, size);
    if (!pair->key)
        return -1;
    if (fa_certificate_check(pair->certificate, pair->key, reason, sizeof(reason)) == 0)
        return 0;
    snprintf(message, size, "\"%s\" and \"%s\" cannot be used: %s", options->certificate_file,
             options->key_file, reason);
    return -1;
}

static int read_client_ca(struct fa_tls *tls, const char *path, char *message, size_t size)
{
    if (!path)
        return 0;
    tls->client_ca = read_file(path, "authority of clients", message, size);
    if (!tls->client_ca)
        return -1;
    if (fa_certificate_check_authority(tls->client_ca) == 0)
        return 0;
    snprintf(message, size, "the authority of clients \"%s\" is no certificate in PEM form", path);
    return -1;
}

/* Making */

static int make_certificate(struct fa_tls *tls, enum fa_http_certificate which)
{
    const char *const names[] = {"localhost", "127.0.0.1", "::1", tls->address, tls->host, NULL};

    if (!tls->authority)
        tls->authority = fa_authority_new();
    if (!tls->authority)
        return -1;
    return fa_authority_issue(tls->authority, which, names, &tls->certificates[which]);
}

/* fa_http_tls.other */
static int other_certificate(void *context, enum fa_http_certificate which,
                             const char **ret_certificate, const char **ret_key)
{
    struct fa_tls *tls = context;

    if (!tls->certificates[which].key && make_certificate(tls, which) < 0)
        return -1;
    *ret_certificate = tls->certificates[which].certificate;
    *ret_key = tls->certificates[which].key;
    return 0;
}

static int make_pair(struct fa_tls *tls, char *message, size_t size)
{
    tls->is_made = true;
    if (make_certificate(tls, FA_HTTP_CERTIFICATE_GOOD) == 0)
        return 0;
    snprintf(message, size, "cannot make a certificate");
    return -1;
}

static void set_names(struct fa_tls *tls, const struct fa_tls_options *options)
{
    snprintf(tls->address, sizeof(tls->address), "%s", options->address);
    if (gethostname(tls->host, sizeof(tls->host)) < 0 || tls->host[0] == '\0')
        strcpy(tls->host, "localhost");
    tls->host[HOST_NAME_MAX] = '\0';
}

int fa_tls_new(const struct fa_tls_options *options, struct fa_tls **ret_tls, char *message,
               size_t size)
{
    struct fa_tls *tls = calloc(1, sizeof(*tls));
    const struct fa_certificate *good;

    if (!tls) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    set_names(tls, options);
    if ((options->certificate_file ? read_pair(tls, options, message, size)
                                   : make_pair(tls, message, size)) < 0 ||
        read_client_ca(tls, options->client_ca_file, message, size) < 0) {
        fa_tls_free(tls);
        return -1;
    }
    good = &tls->certificates[FA_HTTP_CERTIFICATE_GOOD];
    tls->http = (struct fa_http_tls){.certificate = good->certificate,
                                     .key = good->key,
                                     .client_ca = tls->client_ca,
                                     .other = other_certificate,
                                     .context = tls};
    *ret_tls = tls;
    return 0;
}

void fa_tls_free(struct fa_tls *tls)
{
    size_t i;

    if (!tls)
        return;
    for (i = 0; i < FA_HTTP_CERTIFICATE_MAX; i++)
        fa_certificate_clear(&tls->certificates[i]);
    fa_authority_free(tls->authority);
    free(tls->client_ca);
    free(tls);
}

const struct fa_http_tls *fa_tls_http(const struct fa_tls *tls)
{
    return &tls->http;
}

const char *fa_tls_authority(const struct fa_tls *tls)
{
    return tls->is_made ? fa_authority_pem(tls->authority) : NULL;
}

#include "certificate.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR_S       3600L
#define DAY_S        (24 * HOUR_S)
#define LIFETIME_S   (30 * DAY_S)
#define SERIAL_SIZE  16
#define KEY_ID_SIZE  32
#define BITS         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)
#define ORGANISATION "paidmonitor-fakeapi, for tests only"

struct fa_authority {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    char *pem;
};

/* What a certificate says. */
struct content {
    const char *name; /* common name */
    bool is_authority;
    unsigned int usage;
    const char *purpose;      /* its OID; NULL for none */
    const char *const *names; /* subjectAltName, ended by NULL; NULL for none */
    long from_s;              /* against now */
    long until_s;
};

/* Making one. Functions of GnuTLS return a negative number on failure, and so do these. */

static int set_serial(gnutls_x509_crt_t certificate)
{
    unsigned char number[SERIAL_SIZE];
    int r = gnutls_rnd(GNUTLS_RND_NONCE, number, sizeof(number));

    if (r < 0)
        return r;
    number[0] = (number[0] & 0x7f) | 0x40; /* positive, and as long as it says */
    return gnutls_x509_crt_set_serial(certificate, number, sizeof(number));
}

static int set_name(gnutls_x509_crt_t certificate, const char *name)
{
    int r = gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, 0,
                                          ORGANISATION, sizeof(ORGANISATION) - 1);

    if (r < 0)
        return r;
    return gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                         (unsigned int)strlen(name));
}

static int set_span(gnutls_x509_crt_t certificate, const struct content *content)
{
    time_t now = time(NULL);
    int r = gnutls_x509_crt_set_activation_time(certificate, now + content->from_s);

    return r < 0 ? r : gnutls_x509_crt_set_expiration_time(certificate, now + content->until_s);
}

/* Bytes of an address, in @bytes; 0 if the text is none. */
static size_t read_address(const char *text, unsigned char bytes[sizeof(struct in6_addr)])
{
    if (inet_pton(AF_INET, text, bytes) == 1)
        return sizeof(struct in_addr);
    return inet_pton(AF_INET6, text, bytes) == 1 ? sizeof(struct in6_addr) : 0;
}

static bool is_plain(const char *name)
{
    return name[0] != '\0' && name[strcspn(name, ",;:=\\\"' @")] == '\0';
}

/* Returns 1 if it was added, 0 if it is neither an address nor could be a host's name. */
static int add_name(gnutls_x509_crt_t certificate, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    size_t len = read_address(name, address);
    int r;

    if (len == 0 && !is_plain(name))
        return 0;
    if (len > 0)
        r = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address,
                                                 (unsigned int)len, GNUTLS_FSAN_APPEND);
    else
        r = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name,
                                                 (unsigned int)strlen(name), GNUTLS_FSAN_APPEND);
    return r < 0 ? r : 1;
}

/* At least one of them. */
static int add_names(gnutls_x509_crt_t certificate, const char *const *names)
{
    int count = 0;

    for (; *names; names++) {
        int r = add_name(certificate, *names);

        if (r < 0)
            return r;
        count += r;
    }
    return count > 0 ? 0 : GNUTLS_E_INVALID_REQUEST;
}

/* Whose key it is, and who signs. */
static int set_key_ids(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
    unsigned char id[KEY_ID_SIZE];
    size_t size = sizeof(id);
    int r = gnutls_x509_crt_get_key_id(certificate, 0, id, &size);

    if (r >= 0)
        r = gnutls_x509_crt_set_subject_key_id(certificate, id, size);
    size = sizeof(id);
    if (r >= 0)
        r = gnutls_x509_crt_get_key_id(issuer, 0, id, &size);
    return r < 0 ? r : gnutls_x509_crt_set_authority_key_id(certificate, id, size);
}

static int set_uses(gnutls_x509_crt_t certificate, const struct content *content)
{
    int r = gnutls_x509_crt_set_basic_constraints(certificate, content->is_authority,
                                                  content->is_authority ? 0 : -1);

    if (r >= 0)
        r = gnutls_x509_crt_set_key_usage(certificate, content->usage);
    if (r >= 0 && content->purpose)
        r = gnutls_x509_crt_set_key_purpose_oid(certificate, content->purpose, 0);
    return r;
}

static int fill(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer, gnutls_x509_privkey_t key,
                const struct content *content)
{
    int r = gnutls_x509_crt_set_version(certificate, 3);

    if (r >= 0)
        r = set_serial(certificate);
    if (r >= 0)
        r = set_name(certificate, content->name);
    if (r >= 0)
        r = set_span(certificate, content);
    if (r >= 0)
        r = gnutls_x509_crt_set_key(certificate, key);
    if (r >= 0)
        r = set_uses(certificate, content);
    if (r >= 0 && content->names)
        r = add_names(certificate, content->names);
    return r < 0 ? r : set_key_ids(certificate, issuer);
}

/* @issuer: NULL: signed by itself. Errors: NULL */
static gnutls_x509_crt_t make(const struct content *content, gnutls_x509_privkey_t key,
                              gnutls_x509_crt_t issuer, gnutls_x509_privkey_t issuer_key)
{
    gnutls_x509_crt_t certificate;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return NULL;
    if (!issuer)
        issuer = certificate;
    if (fill(certificate, issuer, key, content) >= 0 &&
        gnutls_x509_crt_sign2(certificate, issuer, issuer_key, GNUTLS_DIG_SHA256, 0) >= 0)
        return certificate;
    gnutls_x509_crt_deinit(certificate);
    return NULL;
}

/* Errors: NULL */
static gnutls_x509_privkey_t make_key(void)
{
    gnutls_x509_privkey_t key;

    if (gnutls_x509_privkey_init(&key) < 0)
        return NULL;
    if (gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, BITS, 0) >= 0)
        return key;
    gnutls_x509_privkey_deinit(key);
    return NULL;
}

/* PEM */

/* Takes what GnuTLS has exported; the caller frees the text. Errors: NULL */
static char *text_of(int r, gnutls_datum_t *pem)
{
    char *text = NULL;

    if (r < 0)
        return NULL;
    text = strndup((const char *)pem->data, pem->size);
    explicit_bzero(pem->data, pem->size);
    gnutls_free(pem->data);
    return text;
}

static char *certificate_text(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t pem;
    int r = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem);

    return text_of(r, &pem);
}

static char *key_text(gnutls_x509_privkey_t key)
{
    gnutls_datum_t pem;
    int r =
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

    return text_of(r, &pem);
}

/* The authority */

struct fa_authority *fa_authority_new(void)
{
    static const struct content content = {
        .name = "throw-away authority",
        .is_authority = true,
        .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN,
        .from_s = -HOUR_S,
        .until_s = LIFETIME_S,
    };
    struct fa_authority *authority = calloc(1, sizeof(*authority));

    if (!authority)
        return NULL;
    authority->key = make_key();
    if (authority->key)
        authority->certificate = make(&content, authority->key, NULL, authority->key);
    if (authority->certificate)
        authority->pem = certificate_text(authority->certificate);
    if (authority->pem)
        return authority;
    fa_authority_free(authority);
    return NULL;
}

void fa_authority_free(struct fa_authority *authority)
{
    if (!authority)
        return;
    free(authority->pem);
    if (authority->certificate)
        gnutls_x509_crt_deinit(authority->certificate);
    if (authority->key)
        gnutls_x509_privkey_deinit(authority->key);
    free(authority);
}

const char *fa_authority_pem(const struct fa_authority *authority)
{
    return authority->pem;
}

/* Issuing */

static int issue(const struct fa_authority *authority, const struct content *content,
                 struct fa_certificate *ret_certificate)
{
    gnutls_x509_privkey_t key = make_key();
    gnutls_x509_crt_t certificate =
        key ? make(content, key, authority->certificate, authority->key) : NULL;

    *ret_certificate = (struct fa_certificate){NULL, NULL};
    if (certificate) {
        ret_certificate->certificate = certificate_text(certificate);
        ret_certificate->key = key_text(key);
        gnutls_x509_crt_deinit(certificate);
    }
    if (key)
        gnutls_x509_privkey_deinit(key);
    if (ret_certificate->certificate && ret_certificate->key)
        return 0;
    fa_certificate_clear(ret_certificate);
    return -1;
}

static int issue_server(const struct fa_authority *authority, enum fa_http_certificate which,
                        const char *const *names, struct fa_certificate *ret_certificate)
{
    static const char *const other_names[] = {"other.example", NULL};
    struct content content = {
        .name = "paidmonitor-fakeapi",
        .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
        .purpose = GNUTLS_KP_TLS_WWW_SERVER,
        .names = names,
        .from_s = -HOUR_S,
        .until_s = LIFETIME_S,
    };

    if (which == FA_HTTP_CERTIFICATE_OTHER_NAME)
        content.names = other_names;
    if (which == FA_HTTP_CERTIFICATE_EXPIRED) {
        content.from_s = -2 * DAY_S;
        content.until_s = -DAY_S;
    }
    if (which == FA_HTTP_CERTIFICATE_NOT_YET_VALID)
        content.from_s = DAY_S;
    return issue(authority, &content, ret_certificate);
}

int fa_authority_issue(const struct fa_authority *authority, enum fa_http_certificate which,
                       const char *const *names, struct fa_certificate *ret_certificate)
{
    struct fa_authority *stranger =
        which == FA_HTTP_CERTIFICATE_UNKNOWN_CA ? fa_authority_new() : NULL;
    int r = -1;

    if (which != FA_HTTP_CERTIFICATE_UNKNOWN_CA || stranger)
        r = issue_server(stranger ? stranger : authority, which, names, ret_certificate);
    fa_authority_free(stranger);
    return r;
}

int fa_authority_issue_client(const struct fa_authority *authority, const char *name,
                              struct fa_certificate *ret_certificate)
{
    const struct content content = {
        .name = name,
        .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
        .purpose = GNUTLS_KP_TLS_WWW_CLIENT,
        .from_s = -HOUR_S,
        .until_s = LIFETIME_S,
    };

    return issue(authority, &content, ret_certificate);
}

void fa_certificate_clear(struct fa_certificate *certificate)
{
    free(certificate->certificate);
    if (certificate->key)
        explicit_bzero(certificate->key, strlen(certificate->key));
    free(certificate->key);
    *certificate = (struct fa_certificate){NULL, NULL};
}

/* Checking */

static gnutls_datum_t datum_of(const char *pem)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)pem, /* is only read */
                            .size = (unsigned int)strlen(pem)};
}

/* Errors: NULL */
static gnutls_x509_crt_t parse_certificate(const char *pem)
{
    gnutls_datum_t datum = datum_of(pem);
    gnutls_x509_crt_t certificate;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return NULL;
    if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM) >= 0)
        return certificate;
    gnutls_x509_crt_deinit(certificate);
    return NULL;
}

/* The identity of a key. Errors: negative, as GnuTLS says it */
static int read_key_id(const char *pem, unsigned char id[KEY_ID_SIZE])
{
    gnutls_datum_t datum = datum_of(pem);
    size_t size = KEY_ID_SIZE;
    gnutls_x509_privkey_t key;
    int r = gnutls_x509_privkey_init(&key);

    if (r < 0)
        return r;
    r = gnutls_x509_privkey_import2(key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (r >= 0)
        r = gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id, &size);
    gnutls_x509_privkey_deinit(key);
    return r;
}

/* Is it a key that only a passphrase opens? */
static bool is_encrypted(const char *pem)
{
    return strstr(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") || strstr(pem, "ENCRYPTED\n");
}

int fa_certificate_check(const char *certificate, const char *key, char *message, size_t size)
{
    gnutls_x509_crt_t parsed = parse_certificate(certificate);
    unsigned char id[KEY_ID_SIZE] = {0};
    unsigned char key_id[KEY_ID_SIZE] = {1};
    size_t id_size = sizeof(id);
    int r = -1;

    if (!parsed || gnutls_x509_crt_get_key_id(parsed, GNUTLS_KEYID_USE_SHA256, id, &id_size) < 0)
        snprintf(message, size, "the certificate is no certificate in PEM form");
    else if (is_encrypted(key))
        snprintf(message, size, "the key has a passphrase; the server has nobody to ask for it");
    else if (read_key_id(key, key_id) < 0)
        snprintf(message, size, "the key is no private key in PEM form");
    else if (memcmp(id, key_id, sizeof(id)) != 0)
        snprintf(message, size, "the key is not the one of the certificate");
    else
        r = 0;
    if (parsed)
        gnutls_x509_crt_deinit(parsed);
    return r;
}

int fa_certificate_check_authority(const char *pem)
{
    gnutls_x509_crt_t certificate = parse_certificate(pem);

    if (!certificate)
        return -1;
    gnutls_x509_crt_deinit(certificate);
    return 0;
}

#include "certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define HOUR_S       3600L
#define DAY_S        (24 * HOUR_S)
#define LIFETIME_S   (30 * DAY_S)
#define SERIAL_BITS  127
#define NAMES_MAX    4096
#define CURVE        "P-256"
#define ORGANISATION "paidmonitor-fakeapi, for tests only"

struct fa_authority {
    EVP_PKEY *key;
    X509 *certificate;
    char *pem;
};

/* What a certificate says. */
struct content {
    const char *name; /* common name */
    const char *constraints;
    const char *usage;
    const char *purpose; /* NULL for none */
    const char *names;   /* subjectAltName; NULL for none */
    long from_s;         /* against now */
    long until_s;
};

/* Making one */

static int add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    int r;

    if (!value)
        return 0;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension)
        return -1;
    r = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return r == 1 ? 0 : -1;
}

static int set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    int r = -1;

    if (number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)))
        r = 0;
    BN_free(number);
    return r;
}

static int set_name(X509 *certificate, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    const unsigned char *organisation = (const unsigned char *)ORGANISATION;

    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, organisation, -1, -1, 0) == 1 &&
                   X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                              (const unsigned char *)name, -1, -1, 0) == 1
               ? 0
               : -1;
}

static int fill(X509 *certificate, X509 *issuer, EVP_PKEY *key, const struct content *content)
{
    if (X509_set_version(certificate, X509_VERSION_3) != 1 || set_serial(certificate) < 0 ||
        set_name(certificate, content->name) < 0 ||
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1 ||
        !X509_gmtime_adj(X509_getm_notBefore(certificate), content->from_s) ||
        !X509_gmtime_adj(X509_getm_notAfter(certificate), content->until_s) ||
        X509_set_pubkey(certificate, key) != 1)
        return -1;
    if (add_extension(certificate, issuer, NID_basic_constraints, content->constraints) < 0 ||
        add_extension(certificate, issuer, NID_key_usage, content->usage) < 0 ||
        add_extension(certificate, issuer, NID_ext_key_usage, content->purpose) < 0 ||
        add_extension(certificate, issuer, NID_subject_alt_name, content->names) < 0 ||
        add_extension(certificate, issuer, NID_subject_key_identifier, "hash") < 0)
        return -1;
    return add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
}

/* @issuer: NULL: signed by itself. Errors: NULL */
static X509 *make(const struct content *content, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *certificate = X509_new();

    if (certificate && fill(certificate, issuer ? issuer : certificate, key, content) == 0 &&
        X509_sign(certificate, issuer_key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* PEM */

static char *text_of(BIO *bio)
{
    char *bytes;
    long len = BIO_get_mem_data(bio, &bytes);

    return len > 0 ? strndup(bytes, (size_t)len) : NULL;
}

/* The caller frees them. Errors: NULL */
static char *certificate_text(X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (bio && PEM_write_bio_X509(bio, certificate) == 1)
        text = text_of(bio);
    BIO_free(bio);
    return text;
}

static char *key_text(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
        text = text_of(bio);
    BIO_free(bio);
    return text;
}

/* The authority */

struct fa_authority *fa_authority_new(void)
{
    static const struct content content = {
        .name = "throw-away authority",
        .constraints = "critical,CA:TRUE,pathlen:0",
        .usage = "critical,keyCertSign,cRLSign",
        .from_s = -HOUR_S,
        .until_s = LIFETIME_S,
    };
    struct fa_authority *authority = calloc(1, sizeof(*authority));

    if (!authority)
        return NULL;
    authority->key = EVP_EC_gen(CURVE);
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
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    free(authority);
}

const char *fa_authority_pem(const struct fa_authority *authority)
{
    return authority->pem;
}

/* Issuing */

static bool is_address(const char *name)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);

    ASN1_OCTET_STRING_free(address);
    return address != NULL;
}

/* What would mean something else in OpenSSL's notation is no host name either. */
static bool is_plain(const char *name)
{
    return name[0] != '\0' && name[strcspn(name, ",;:=\\\"' @")] == '\0';
}

static void add_names(struct pm_buf *buf, const char *const *names)
{
    for (; *names; names++)
        if (is_address(*names))
            (void)pm_buf_addf(buf, "%sIP:%s", buf->len > 0 ? "," : "", *names);
        else if (is_plain(*names))
            (void)pm_buf_addf(buf, "%sDNS:%s", buf->len > 0 ? "," : "", *names);
}

static int issue(const struct fa_authority *authority, const struct content *content,
                 struct fa_certificate *ret_certificate)
{
    EVP_PKEY *key = EVP_EC_gen(CURVE);
    X509 *certificate = key ? make(content, key, authority->certificate, authority->key) : NULL;

    *ret_certificate = (struct fa_certificate){NULL, NULL};
    if (certificate) {
        ret_certificate->certificate = certificate_text(certificate);
        ret_certificate->key = key_text(key);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (ret_certificate->certificate && ret_certificate->key)
        return 0;
    fa_certificate_clear(ret_certificate);
    return -1;
}

static int issue_server(const struct fa_authority *authority, enum fa_http_certificate which,
                        const char *names, struct fa_certificate *ret_certificate)
{
    struct content content = {
        .name = "paidmonitor-fakeapi",
        .constraints = "critical,CA:FALSE",
        .usage = "critical,digitalSignature",
        .purpose = "serverAuth",
        .names = names,
        .from_s = -HOUR_S,
        .until_s = LIFETIME_S,
    };

    if (which == FA_HTTP_CERTIFICATE_OTHER_NAME)
        content.names = "DNS:other.example";
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
    struct pm_buf text;
    int r = -1;

    pm_buf_init(&text, NAMES_MAX);
    add_names(&text, names);
    if (!text.failed && text.len > 0 && (which != FA_HTTP_CERTIFICATE_UNKNOWN_CA || stranger))
        r = issue_server(stranger ? stranger : authority, which, text.data, ret_certificate);
    pm_buf_clear(&text);
    fa_authority_free(stranger);
    return r;
}

int fa_authority_issue_client(const struct fa_authority *authority, const char *name,
                              struct fa_certificate *ret_certificate)
{
    const struct content content = {
        .name = name,
        .constraints = "critical,CA:FALSE",
        .usage = "critical,digitalSignature",
        .purpose = "clientAuth",
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

static X509 *parse_certificate(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    return certificate;
}

/* Answers the question for a passphrase: there is nobody to ask. */
static int no_passphrase(char *buf, int size, int is_writing, void *context)
{
    (void)buf;
    (void)size;
    (void)is_writing;
    *(bool *)context = true;
    return -1;
}

static EVP_PKEY *parse_key(const char *pem, bool *ret_is_encrypted)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key;

    *ret_is_encrypted = false;
    key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, ret_is_encrypted) : NULL;
    BIO_free(bio);
    return key;
}

int fa_certificate_check(const char *certificate, const char *key, char *message, size_t size)
{
    bool is_encrypted;
    X509 *parsed = parse_certificate(certificate);
    EVP_PKEY *parsed_key = parse_key(key, &is_encrypted);
    int r = -1;

    if (!parsed)
        snprintf(message, size, "the certificate is no certificate in PEM form");
    else if (is_encrypted)
        snprintf(message, size, "the key has a passphrase; the server has nobody to ask for it");
    else if (!parsed_key)
        snprintf(message, size, "the key is no private key in PEM form");
    else if (X509_check_private_key(parsed, parsed_key) != 1)
        snprintf(message, size, "the key is not the one of the certificate");
    else
        r = 0;
    X509_free(parsed);
    EVP_PKEY_free(parsed_key);
    return r;
}

int fa_certificate_check_authority(const char *pem)
{
    X509 *certificate = parse_certificate(pem);

    X509_free(certificate);
    return certificate ? 0 : -1;
}

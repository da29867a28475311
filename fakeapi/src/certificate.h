/*
 * Certificates: made on the spot for --tls auto and for faults, and looked at before they are used.
 * A throw-away authority lives in memory alone; its key never reaches a file.
 */
#ifndef FA_CERTIFICATE_H
#define FA_CERTIFICATE_H

#include <stddef.h>

#include "http.h"

struct fa_authority;

/* PEM texts; empty them with fa_certificate_clear(). */
struct fa_certificate {
    char *certificate;
    char *key;
};

/** A new authority with a name of its own. Errors: NULL GnuTLS failed */
struct fa_authority *fa_authority_new(void);
void fa_authority_free(struct fa_authority *authority);

/** Its certificate, for those who shall trust it, as PEM. Lends as long as the authority lives. */
const char *fa_authority_pem(const struct fa_authority *authority);

/**
 * Issue a server's certificate.
 *
 * @which:  good, or wrong in what way
 * @names:  host names and addresses it is for, ended by NULL
 *
 * Errors: -1 GnuTLS failed
 */
int fa_authority_issue(const struct fa_authority *authority, enum fa_http_certificate which,
                       const char *const *names, struct fa_certificate *ret_certificate);

/** Issue a client's certificate. Errors: -1 GnuTLS failed */
int fa_authority_issue_client(const struct fa_authority *authority, const char *name,
                              struct fa_certificate *ret_certificate);

void fa_certificate_clear(struct fa_certificate *certificate);

/**
 * Do the two belong together?
 *
 * @message:  on failure what is wrong: one line without the names of the files
 *
 * Errors: -1
 */
int fa_certificate_check(const char *certificate, const char *key, char *message, size_t size);

/** Is there at least one certificate in it? Errors: -1 */
int fa_certificate_check_authority(const char *pem);

#endif

/*
 * What the server shows under TLS: a certificate and key from files, or made on the spot by a
 * throw-away authority; and the wrong ones that faults ask for, made when the first one does. The
 * protocol itself is http_tls.c's.
 */
#ifndef FA_TLS_H
#define FA_TLS_H

#include <stddef.h>

#include "http.h"

struct fa_tls;

struct fa_tls_options {
    const char *certificate_file; /* PEM, with its chain; NULL: both are made */
    const char *key_file;
    const char *client_ca_file; /* clients must show a certificate of these; NULL: none */
    const char *address;        /* one more name for a certificate that is made */
};

/**
 * Read, check, or make.
 *
 * @message: on failure one line for a person, with the file
 *
 * Errors: -1
 */
int fa_tls_new(const struct fa_tls_options *options, struct fa_tls **ret_tls, char *message,
               size_t size);
void fa_tls_free(struct fa_tls *tls);

/** For fa_http_options.tls; lends as long as @tls lives. */
const struct fa_http_tls *fa_tls_http(const struct fa_tls *tls);

/** The certificate of the authority that made the server's, PEM; NULL when it came from a file. */
const char *fa_tls_authority(const struct fa_tls *tls);

#endif

/*
 * The checksum of a request (PROTOCOL.md, section 2.2), made right, or wrong in a way that is asked
 * for. It is neither the client's signer nor the server's: a case that holds both to it does not
 * take the word of either.
 */
#ifndef SC_SIGN_H
#define SC_SIGN_H

#include "shape.h"

struct cJSON;

/** The keys of `sign` when it is a map. */
extern const struct sc_key sc_sign_keys[];

/**
 * @params: a map of texts, as they are before they are encoded for the wire
 * @secret: the secret key
 * @how:    a map by sc_sign_keys; NULL: right
 *
 * Returns the checksum; the caller frees it. Errors: NULL out of memory
 */
char *sc_sign(const struct cJSON *params, const char *secret, const struct cJSON *how);

/** Percent-encode as a form does. The caller frees it. Errors: NULL */
char *sc_sign_encode(const char *text);

#endif

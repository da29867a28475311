/*
 * Known answers of the checksum, read from a file of the form that scenarios/vectors/README.md
 * describes. Values only: nothing here signs or judges.
 */
#ifndef PM_VECTORS_H
#define PM_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pm_buf;
struct pm_error;

enum pm_vector_result {
    PM_VECTOR_VALID,      /* the checksum is the right one */
    PM_VECTOR_INVALID,    /* it is not */
    PM_VECTOR_ACCEPTABLE, /* it is not, but tolerant servers take it */
    PM_VECTOR_RESULT_MAX,
};

struct pm_vector_param {
    const char *name;
    const char *value;
};

struct pm_vector {
    int64_t id;
    enum pm_vector_result result;
    const char *comment;
    const char *secret; /* any bytes, NUL-terminated */
    size_t secret_len;
    bool is_secret_text;                  /* valid UTF-8 without NUL */
    const struct pm_vector_param *params; /* in the order sent; NULL: only the text is signed */
    size_t param_count;
    const char *text; /* canonical; any bytes, NUL-terminated */
    size_t text_len;
    const char *checksum;
    const char *request; /* one line of JSON for a signer, without newline */
    const char *apikey;  /* of the parameters; "" when there is none */
};

struct pm_vectors {
    const struct pm_vector *items;
    size_t count;
};

/**
 * Read and check a file's content.
 *
 * @ret_vectors: free with pm_vectors_free()
 *
 * Errors: PM_ERR_CONFIG  not such a file; the message names the test
 *         PM_ERR_SYSTEM  no memory
 */
int pm_vectors_read(const char *json, size_t len, struct pm_vectors **ret_vectors,
                    struct pm_error *err);
void pm_vectors_free(struct pm_vectors *vectors);

/** "valid", "invalid" or "acceptable". */
const char *pm_vector_result_name(enum pm_vector_result result);

/** Append the parameters as JSON, [["name","value"],…]. Errors: -1 as pm_buf_add() */
int pm_vector_add_params(struct pm_buf *out, const struct pm_vector *vector);

#endif

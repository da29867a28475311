/*
 * A file of known answers. Input: the file.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "paidmonitor.h"
#include "vectors.h"

static void require_sound(const struct pm_vector *vector)
{
    size_t i;

    FUZZ_REQUIRE(vector->result < PM_VECTOR_RESULT_MAX);
    FUZZ_REQUIRE(pm_vector_result_name(vector->result));
    FUZZ_REQUIRE(vector->comment && vector->checksum && vector->apikey);
    FUZZ_REQUIRE(vector->secret[vector->secret_len] == '\0');
    FUZZ_REQUIRE(vector->text[vector->text_len] == '\0');
    fuzz_require_one_line(vector->request);
    FUZZ_REQUIRE(vector->request[0] == '{');
    for (i = 0; i < vector->param_count; i++)
        FUZZ_REQUIRE(vector->params[i].name[0] != '\0' && vector->params[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_vectors *vectors = NULL;
    struct pm_error err = {0};
    size_t len, i;
    char *json = fuzz_rest(&input, &len);
    int r = pm_vectors_read(json, len, &vectors, &err);

    if (r == 0) {
        for (i = 0; i < vectors->count; i++)
            require_sound(&vectors->items[i]);
        pm_vectors_free(vectors);
    } else {
        FUZZ_REQUIRE(r == PM_ERR_CONFIG && err.code == r && err.message[0] != '\0');
        fuzz_require_one_line(err.message);
    }
    free(json);
    return 0;
}

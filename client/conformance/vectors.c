/* Known answers of the checksum; see vectors.h. */
#include "vectors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "node.h"
#include "pool.h"
#include "text.h"

#define REQUEST_MAX (16u << 20) /* ours: parameters have at most 1 MiB, escaped six times that */

static const char *const result_names[] = {
    [PM_VECTOR_VALID] = "valid",
    [PM_VECTOR_INVALID] = "invalid",
    [PM_VECTOR_ACCEPTABLE] = "acceptable",
};

/* What the caller sees, and the memory of all of it. */
struct book {
    struct pm_vectors vectors; /* first, so that the one is the other */
    struct pm_vector *items;
    struct pm_pool *pool;
};

const char *pm_vector_result_name(enum pm_vector_result result)
{
    return result_names[result];
}

static int refuse(struct pm_error *err, const struct pm_vector *vector, const char *reason)
{
    return pm_error_set(err, PM_ERR_CONFIG, "test %lld: %s", (long long)vector->id, reason);
}

static int hex_digit(char digit)
{
    const char *at = digit ? strchr("0123456789abcdef", digit) : NULL;

    return at ? (int)(at - "0123456789abcdef") : -1;
}

/* Decode lower-case hexadecimal digits into the pool. */
static int read_hex(struct pm_pool *pool, const char *hex, const char **ret_bytes, size_t *ret_len)
{
    size_t len = strlen(hex) / 2, i;
    char *bytes = pm_pool_alloc(pool, len + 1, 1);

    if (!bytes)
        return PM_ERR_SYSTEM;
    for (i = 0; i < len; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return PM_ERR_CONFIG;
        bytes[i] = (char)(high << 4 | low);
    }
    *ret_bytes = bytes;
    *ret_len = len;
    return strlen(hex) % 2 == 0 ? 0 : PM_ERR_CONFIG;
}

/* A member that is there as text or, under the other name, in hexadecimal; never both. */
static int read_bytes(struct pm_pool *pool, const struct pm_node *test, const char *name,
                      const char *hex_name, const char **ret_bytes, size_t *ret_len)
{
    const struct pm_node *text = pm_node_get(test, name), *hex = pm_node_get(test, hex_name);
    const struct pm_node *one = text ? text : hex;

    if (!text == !hex || one->kind != PM_NODE_STRING)
        return PM_ERR_CONFIG;
    if (hex)
        return read_hex(pool, hex->text, ret_bytes, ret_len);
    *ret_bytes = text->text;
    *ret_len = strlen(text->text);
    return 0;
}

static bool is_pair(const struct pm_node *pair)
{
    return pair->kind == PM_NODE_LIST && pair->count == 2 && pair->first->kind == PM_NODE_STRING &&
           pair->last->kind == PM_NODE_STRING;
}

static int read_params(struct pm_pool *pool, const struct pm_node *list, struct pm_vector *vector)
{
    struct pm_vector_param *params = pm_pool_alloc(pool, list->count + 1, sizeof(*params));
    const struct pm_node *pair;

    if (!params)
        return PM_ERR_SYSTEM;
    if (list->kind != PM_NODE_LIST)
        return PM_ERR_CONFIG;
    vector->params = params;
    for (pair = list->first; pair; pair = pair->next) {
        if (!is_pair(pair) || pair->first->text[0] == '\0')
            return PM_ERR_CONFIG;
        params->name = pair->first->text;
        params->value = pair->last->text;
        if (strcmp(params->name, "apikey") == 0)
            vector->apikey = params->value;
        params++;
        vector->param_count++;
    }
    return 0;
}

static int read_result(const struct pm_node *test, enum pm_vector_result *ret_result)
{
    const char *text = pm_node_text(test, "result");
    enum pm_vector_result result;

    for (result = 0; result < PM_VECTOR_RESULT_MAX; result++) {
        if (strcmp(text, result_names[result]) == 0) {
            *ret_result = result;
            return 0;
        }
    }
    return PM_ERR_CONFIG;
}

static void add_pair(struct pm_buf *out, const struct pm_vector_param *param)
{
    (void)pm_buf_addc(out, '[');
    (void)pm_text_add_json(out, param->name, strlen(param->name));
    (void)pm_buf_addc(out, ',');
    (void)pm_text_add_json(out, param->value, strlen(param->value));
    (void)pm_buf_addc(out, ']');
}

int pm_vector_add_params(struct pm_buf *out, const struct pm_vector *vector)
{
    size_t i;

    (void)pm_buf_addc(out, '[');
    for (i = 0; i < vector->param_count; i++) {
        if (i > 0)
            (void)pm_buf_addc(out, ',');
        add_pair(out, &vector->params[i]);
    }
    return pm_buf_addc(out, ']');
}

static void add_member(struct pm_buf *out, const struct pm_node *test, const char *name)
{
    const struct pm_node *member = pm_node_get(test, name);

    if (!member)
        return;
    (void)pm_buf_addf(out, "%c\"%s\":", out->len == 0 ? '{' : ',', name);
    (void)pm_text_add_json(out, member->text, strlen(member->text));
}

/* The line that a signer is asked: the key, and the parameters or else the text. */
static int write_request(struct pm_pool *pool, const struct pm_node *test, struct pm_vector *vector)
{
    struct pm_buf line;

    pm_buf_init(&line, REQUEST_MAX);
    add_member(&line, test, "secret");
    add_member(&line, test, "secretHex");
    if (vector->params) {
        (void)pm_buf_adds(&line, ",\"params\":");
        (void)pm_vector_add_params(&line, vector);
    } else {
        add_member(&line, test, "text");
        add_member(&line, test, "textHex");
    }
    (void)pm_buf_addc(&line, '}');
    vector->request = line.failed ? NULL : pm_pool_copy(pool, line.data, line.len);
    pm_buf_clear(&line);
    return vector->request ? 0 : PM_ERR_SYSTEM;
}

static int read_vector(struct pm_pool *pool, const struct pm_node *test, struct pm_vector *vector,
                       struct pm_error *err)
{
    const struct pm_node *params = pm_node_get(test, "params");
    const struct pm_node *checksum = pm_node_get(test, "checksum");

    if (pm_node_int(pm_node_get(test, "id"), &vector->id) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "a test without an id");
    vector->comment = pm_node_text(test, "comment");
    vector->is_secret_text = pm_node_get(test, "secret") != NULL;
    vector->apikey = "";
    if (read_result(test, &vector->result) < 0)
        return refuse(err, vector, "result is neither valid nor invalid nor acceptable");
    if (read_bytes(pool, test, "secret", "secretHex", &vector->secret, &vector->secret_len) < 0)
        return refuse(err, vector, "needs secret, or secretHex in hexadecimal");
    if (read_bytes(pool, test, "text", "textHex", &vector->text, &vector->text_len) < 0)
        return refuse(err, vector, "needs text, or textHex in hexadecimal");
    if (params && read_params(pool, params, vector) < 0)
        return refuse(err, vector, "params are not a list of [name, value]");
    if (!checksum || checksum->kind != PM_NODE_STRING)
        return refuse(err, vector, "needs a checksum");
    vector->checksum = checksum->text;
    return write_request(pool, test, vector) < 0 ? pm_error_nomem(err) : 0;
}

static int read_tests(struct book *book, const struct pm_node *tests, struct pm_error *err)
{
    const struct pm_node *test;
    int r = 0;

    book->items = pm_pool_alloc(book->pool, tests->count, sizeof(*book->items));
    if (!book->items)
        return pm_error_nomem(err);
    book->vectors.items = book->items;
    for (test = tests->first; test && r == 0; test = test->next)
        r = read_vector(book->pool, test, &book->items[book->vectors.count++], err);
    return r;
}

static int read_book(struct book *book, const char *json, size_t len, struct pm_error *err)
{
    const struct pm_node *tests;
    struct pm_node *root;
    int64_t count;

    if (pm_node_read_json(book->pool, json, len, &root) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "not a JSON document");
    if (strcmp(pm_node_text(root, "algorithm"), "HMACSHA1") != 0)
        return pm_error_set(err, PM_ERR_CONFIG, "algorithm is not HMACSHA1");
    tests = pm_node_get(root, "tests");
    if (!tests || tests->kind != PM_NODE_LIST || tests->count == 0)
        return pm_error_set(err, PM_ERR_CONFIG, "holds no tests");
    if (pm_node_int(pm_node_get(root, "numberOfTests"), &count) < 0 ||
        (size_t)count != tests->count)
        return pm_error_set(err, PM_ERR_CONFIG, "numberOfTests is not %zu", tests->count);
    return read_tests(book, tests, err);
}

int pm_vectors_read(const char *json, size_t len, struct pm_vectors **ret_vectors,
                    struct pm_error *err)
{
    struct book *book = calloc(1, sizeof(*book));
    int r;

    if (!book)
        return pm_error_nomem(err);
    book->pool = pm_pool_new();
    r = book->pool ? read_book(book, json, len, err) : pm_error_nomem(err);
    if (r < 0) {
        pm_vectors_free(&book->vectors);
        return r;
    }
    *ret_vectors = &book->vectors;
    return 0;
}

void pm_vectors_free(struct pm_vectors *vectors)
{
    struct book *book = (struct book *)vectors;

    if (!book)
        return;
    pm_pool_free(book->pool);
    free(book);
}

/*
 * The head of a request. Input: a line `VERSION TARGET`, then a line `Name:value` per field.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "http.h"
#include "http_head.h"

#define FIELDS 32

struct field {
    char *line;
    size_t len;
};

static bool is_called(const struct field *field, const char *name)
{
    size_t len = strlen(name);

    return field->len >= len && strncasecmp(field->line, name, len) == 0 &&
           (field->len == len || field->line[len] == ':');
}

/* The fields of that name; *ret_value is that of the last. */
static size_t count_fields(const struct field *fields, size_t count, const char *name,
                           const char **ret_value)
{
    size_t found = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (!is_called(&fields[i], name))
            continue;
        *ret_value = fields[i].line + strlen(name) + (fields[i].len > strlen(name));
        found++;
    }
    return found;
}

static void note_field(struct fa_http_head *head, const struct field *field)
{
    const char *colon = memchr(field->line, ':', field->len);
    const char *value = colon ? colon + 1 : field->line + field->len;

    fa_http_head_field(head, field->line, colon ? (size_t)(colon - field->line) : field->len, value,
                       (size_t)(field->line + field->len - value));
}

/* What passes has one meaning only (RFC 9112, section 6.3). */
static void require_sound(const char *version, const char *target, const struct field *fields,
                          size_t count, uint64_t length)
{
    const char *value = NULL;
    size_t hosts = count_fields(fields, count, "Host", &value);
    size_t lengths;
    size_t i, k;

    FUZZ_REQUIRE(strcmp(version, "HTTP/1.1") == 0 ? hosts == 1 : hosts <= 1);
    FUZZ_REQUIRE(target[0] == '/');
    for (i = 0; target[i]; i++)
        FUZZ_REQUIRE((unsigned char)target[i] >= 0x20 && target[i] != 0x7f);
    FUZZ_REQUIRE(count_fields(fields, count, "Transfer-Encoding", &value) == 0);
    lengths = count_fields(fields, count, "content-length", &value);
    FUZZ_REQUIRE(lengths <= 1 && length <= FA_HTTP_BODY_MAX);
    FUZZ_REQUIRE(lengths == 1 ? strspn(value, "0123456789") == strlen(value) : length == 0);
    FUZZ_REQUIRE(lengths == 0 || strtoull(value, NULL, 10) == length);
    for (i = 0; i < count; i++)
        for (k = 0; k < fields[i].len; k++)
            FUZZ_REQUIRE(fields[i].line[k] != '\0' && fields[i].line[k] != '\r');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t len, count = 0, i;
    char *version = fuzz_line(&input, &len);
    char *target = memchr(version, ' ', len);
    struct fa_http_head head = {.method = "GET", .version = version};
    struct field fields[FIELDS];
    unsigned int status;
    uint64_t length = UINT64_MAX;

    if (target)
        *target++ = '\0';
    while (input.left > 0 && count < FIELDS) {
        fields[count].line = fuzz_line(&input, &fields[count].len);
        note_field(&head, &fields[count++]);
    }
    status = fa_http_head_check(&head, target ? target : "", &length);
    if (status == 0)
        require_sound(version, target, fields, count, length);
    else
        FUZZ_REQUIRE(status == 400 || status == 411 || status == 413 || status == 505);
    for (i = 0; i < count; i++)
        free(fields[i].line);
    free(version);
    return 0;
}

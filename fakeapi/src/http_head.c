#include "http_head.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"

/* RFC 9110, section 5.6.2: the characters of a header field's name. */
static bool is_token(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (text[i] == '\0' ||
            (!isalnum((unsigned char)text[i]) && !strchr("!#$%&'*+-.^_`|~", text[i])))
            return false;
    return len > 0;
}

static bool has_control(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

static bool is_named(const char *name, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(name, wanted, len) == 0;
}

const char *fa_http_head_origin(const char *target)
{
    const char *path;

    if (strncasecmp(target, "http://", strlen("http://")) != 0)
        return target;
    path = strpbrk(target + strlen("http://"), "/?");
    if (!path)
        return "/";
    return *path == '/' ? path : target;
}

void fa_http_head_field(struct fa_http_head *head, const char *name, size_t name_len,
                        const char *value, size_t value_len)
{
    if (!is_token(name, name_len) || has_control(value, value_len))
        head->bad_count++;
    if (is_named(name, name_len, "host"))
        head->host_count++;
    if (is_named(name, name_len, "transfer-encoding"))
        head->encoding_count++;
    if (is_named(name, name_len, "content-length")) {
        head->length_count++;
        head->length = value;
    }
}

/* Digits only: strtoull alone would take blanks, signs and what follows. */
static bool parse_length(const char *text, uint64_t *ret_length)
{
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *ret_length = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

/* Blanks reach us from clients that forget to escape (PROTOCOL.md §1.3); but at the end they are
 * more likely a second one before the version, and control bytes are nobody's. */
static bool is_target(const char *target)
{
    return target[0] == '/' && !has_control(target, strlen(target)) && !strchr(target, '\t') &&
           target[strlen(target) - 1] != ' ';
}

unsigned int fa_http_head_check(struct fa_http_head *head, const char *target, uint64_t *ret_length)
{
    bool is_1_1 = strcmp(head->version, "HTTP/1.1") == 0;
    bool is_1_0 = strcmp(head->version, "HTTP/1.0") == 0;
    uint64_t length = 0;
    bool is_number = !head->length || parse_length(head->length, &length);
    const struct {
        bool is_broken;
        unsigned int status;
        const char *reason;
    } rules[] = {
        {!is_1_1 && !is_1_0, 505, "the HTTP version is neither 1.0 nor 1.1"},
        {head->is_torn, 400, "a line of the head is folded, ends without CR LF, or holds a NUL"},
        {!is_token(head->method, strlen(head->method)), 400, "the method is no token"},
        {!is_target(target), 400,
         "the target is no path, ends with a blank, or holds a control character"},
        {head->bad_count > 0, 400, "a header field has a malformed name or a control character"},
        {head->length_count > 1, 400, "Content-Length is given twice"},
        {head->host_count > 1, 400, "Host is given twice"},
        {is_1_1 && head->host_count == 0, 400, "Host is missing"},
        {head->encoding_count > 0 && head->length_count > 0, 400,
         "both Content-Length and Transfer-Encoding are given"},
        {head->encoding_count > 0, 411, "the body has a Transfer-Encoding and no Content-Length"},
        {!is_number, 400, "Content-Length is no number"},
        {length > FA_HTTP_BODY_MAX, 413, "the body is larger than 1 MiB"},
    };
    size_t i;

    *ret_length = length;
    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].is_broken) {
            head->reason = rules[i].reason;
            return rules[i].status;
        }
    }
    return 0;
}

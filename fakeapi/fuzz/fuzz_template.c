/*
 * Templates and the escaping of what they show. Input: the data, JSON in one line; then the
 * template.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fuzz.h"
#include "params.h"
#include "template.h"

#define INPUT_MAX    600 /* loops within loops take their time */
#define SECTIONS_MAX 3
#define PAGE_MAX     (256u << 10)

/* Nothing that could end a text, an attribute, or a line unseen. */
static void require_escaped(const char *text, size_t len)
{
    const char *mark = text;

    FUZZ_REQUIRE(fa_is_text(text, len));
    FUZZ_REQUIRE(!strpbrk(text, "<>\"'"));
    while ((mark = strchr(mark, '&')) != NULL) {
        FUZZ_REQUIRE(mark[1] == '#');
        mark += 2 + strspn(mark + 2, "0123456789");
        FUZZ_REQUIRE(*mark == ';');
    }
}

static void check_escape(const char *text, size_t len)
{
    struct pm_buf escaped;

    pm_buf_init(&escaped, PAGE_MAX);
    (void)pm_buf_adds(&escaped, "");
    FUZZ_REQUIRE(fa_template_escape(&escaped, text, len) == 0);
    FUZZ_REQUIRE(strlen(escaped.data) == escaped.len);
    require_escaped(escaped.data, escaped.len);
    pm_buf_clear(&escaped);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part)) != NULL) {
        count++;
        text += strlen(part);
    }
    return count;
}

static void check_render(const cJSON *data, const char *text, size_t len)
{
    const struct fa_template set[] = {{"page", text, len}, {"part", "[{{.}}]", 7}};
    bool is_plain = fa_is_text(text, len) && !strpbrk(text, "<>\"'&");
    char message[200] = "";
    struct pm_buf page;

    pm_buf_init(&page, PAGE_MAX);
    (void)pm_buf_adds(&page, "");
    if (fa_template_render(set, 2, "page", data, &page, message, sizeof(message)) < 0)
        FUZZ_REQUIRE(message[0] != '\0' && strlen(message) < sizeof(message));
    else if (is_plain)
        require_escaped(page.data, page.len);
    FUZZ_REQUIRE(page.len <= PAGE_MAX);
    pm_buf_clear(&page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t json_len, len;
    char *json, *text;
    cJSON *values;

    if (size > INPUT_MAX)
        return 0;
    json = fuzz_line(&input, &json_len);
    text = fuzz_rest(&input, &len);
    values = cJSON_Parse(json);
    check_escape(json, json_len);
    if (values && count_of(text, "{{#") <= SECTIONS_MAX)
        check_render(values, text, len);
    cJSON_Delete(values);
    free(json);
    free(text);
    return 0;
}

/* An entry of the journal as a known answer of the checksum; see journal_show.h. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "checksum.h"
#include "journal.h"
#include "journal_show.h"
#include "params.h"
#include "text.h"

#define ARENA_MAX (4 * 1024 * 1024)
#define TEXT_MAX  (64 * 1024)

/* Everything that one test is made of. */
struct vector {
    const struct fa_journal_entry *entry;
    struct fa_arena arena;
    struct fa_params params;
    struct pm_buf text;
    char checksum[FA_CHECKSUM_SIZE + sizeof("\n")]; /* under FA_VECTOR_SECRET; "" for a wrong one */
    enum fa_step_verdict verdict;
};

static const char *result_of(const struct vector *vector)
{
    if (vector->verdict == FA_STEP_FAILED)
        return "invalid";
    return vector->verdict == FA_STEP_FORGIVEN ? "acceptable" : "valid";
}

/* A checksum that was mended before it was compared: spoil it in the same way. */
static void spoil(struct vector *vector)
{
    const char *received = vector->entry->checksum;
    char *plus;

    while (strchr(received, ' ') && (plus = strchr(vector->checksum, '+')))
        *plus = ' ';
    if (strchr(received, '\n'))
        memcpy(vector->checksum + strlen(vector->checksum), "\n", sizeof("\n"));
}

static int sign(struct vector *vector)
{
    const struct fa_checksum_form form = {
        .is_raw = vector->entry->steps.signs_raw,
        .ignores_case = vector->entry->steps.signs_without_case,
    };
    struct fa_mac *mac = fa_mac_new(FA_VECTOR_SECRET, strlen(FA_VECTOR_SECRET));
    int r = mac ? fa_checksum_compute(&vector->arena, mac, &vector->params, form, vector->checksum)
                : -1;

    fa_mac_free(mac);
    if (r == 0 && vector->verdict == FA_STEP_FORGIVEN)
        spoil(vector);
    return r;
}

/* Strings of a test are text without NUL; other bytes are told in hexadecimal. */
static bool is_all_text(const struct fa_params *params)
{
    size_t i;

    for (i = 0; i < params->count; i++)
        if (!fa_is_text(params->items[i].name, params->items[i].name_len) ||
            !fa_is_text(params->items[i].value, params->items[i].value_len) ||
            params->items[i].name_len == 0)
            return false;
    return true;
}

static void add_string(struct pm_buf *buf, const char *name, const char *text)
{
    (void)pm_buf_addf(buf, ",\"%s\":", name);
    (void)pm_text_add_json(buf, text, strlen(text));
}

static void add_params(struct pm_buf *buf, const struct fa_params *params)
{
    bool is_first = true;
    size_t i;

    (void)pm_buf_adds(buf, ",\"params\":[");
    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        if (fa_param_is(param, "checksum"))
            continue;
        (void)pm_buf_adds(buf, is_first ? "[" : ",[");
        (void)pm_text_add_json(buf, param->name, param->name_len);
        (void)pm_buf_addc(buf, ',');
        (void)pm_text_add_json(buf, param->value, param->value_len);
        (void)pm_buf_addc(buf, ']');
        is_first = false;
    }
    (void)pm_buf_addc(buf, ']');
}

static void add_text(struct pm_buf *buf, const struct pm_buf *text, bool is_text)
{
    size_t i;

    (void)pm_buf_adds(buf, is_text ? ",\"text\":" : ",\"textHex\":\"");
    if (is_text) {
        (void)pm_text_add_json(buf, text->data ? text->data : "", text->len);
        return;
    }
    for (i = 0; i < text->len; i++)
        (void)pm_buf_addf(buf, "%02x", (unsigned char)text->data[i]);
    (void)pm_buf_addc(buf, '"');
}

static void add_comment(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    struct pm_buf comment;

    pm_buf_init(&comment, TEXT_MAX);
    (void)pm_buf_addf(&comment, "request %lld, %s", (long long)entry->id,
                      entry->action[0] ? entry->action : "no action");
    if (entry->mistake[0])
        (void)pm_buf_addf(&comment, ": %s", entry->mistake);
    add_string(buf, "comment", comment.failed ? "a request" : comment.data);
    pm_buf_clear(&comment);
}

static void add_test(struct pm_buf *buf, const struct vector *vector, size_t id)
{
    bool is_text = is_all_text(&vector->params);

    (void)pm_buf_addf(buf, "{\"id\":%zu", id);
    add_comment(buf, vector->entry);
    (void)pm_buf_addf(buf, ",\"flags\":[\"%s\"]", is_text ? "ActionRequest" : "BinaryText");
    add_string(buf, "source", "paidmonitor-fakeapi");
    add_string(buf, "secret", FA_VECTOR_SECRET);
    if (is_text)
        add_params(buf, &vector->params);
    add_text(buf, &vector->text, is_text);
    add_string(buf, "checksum", vector->checksum[0] ? vector->checksum : vector->entry->checksum);
    add_string(buf, "result", result_of(vector));
    (void)pm_buf_addc(buf, '}');
}

static int make(struct vector *vector, size_t id, struct pm_buf *buf)
{
    bool is_whole;

    if (fa_journal_params(vector->entry, &vector->arena, &vector->params, &is_whole) < 0)
        return FA_SHOW_FAILED;
    if (!is_whole)
        return FA_SHOW_NOT_KEPT;
    if (fa_checksum_text(&vector->arena, &vector->params, &vector->text) < 0)
        return FA_SHOW_FAILED;
    if (vector->verdict != FA_STEP_FAILED && sign(vector) < 0)
        return FA_SHOW_FAILED;
    add_test(buf, vector, id);
    return buf->failed ? FA_SHOW_FAILED : 0;
}

int fa_journal_vector(const struct fa_journal_entry *entry, size_t id, struct pm_buf *buf)
{
    struct vector vector = {.entry = entry, .verdict = fa_step_verdict(entry, FA_STEP_CHECKSUM)};
    int r;

    if (vector.verdict == FA_STEP_SKIPPED)
        return FA_SHOW_NO_CHECKSUM;
    fa_arena_init(&vector.arena, ARENA_MAX);
    pm_buf_init(&vector.text, TEXT_MAX);
    r = make(&vector, id, buf);
    pm_buf_clear(&vector.text);
    fa_arena_clear(&vector.arena);
    return r;
}

int fa_journal_vectors_begin(size_t count, struct pm_buf *buf)
{
    return pm_buf_addf(buf,
                       "{\"algorithm\":\"HMACSHA1\",\"schema\":\"signing.schema.json\","
                       "\"numberOfTests\":%zu,\"notes\":{"
                       "\"ActionRequest\":\"The parameters of a real request, as they were sent.\","
                       "\"BinaryText\":\"The text is not UTF-8, or contains NUL. Only the HMAC is "
                       "tested.\"},\"tests\":[",
                       count);
}

int fa_journal_vectors_end(struct pm_buf *buf)
{
    return pm_buf_adds(buf, "]}\n");
}

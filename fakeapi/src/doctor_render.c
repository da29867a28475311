/* A diagnosis for people, machines and headers; see doctor.h. */
#include "doctor.h"

#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "text.h"

#define LABEL_WIDTH 12   /* "  Expected  " */
#define WHOLE_MAX   4096 /* ours: bytes of a text shown without a difference to look at */
#define WIDTH_LEAST 40

static const struct {
    const char *name, *headline, *sentence;
} verdicts[FA_DIAGNOSIS_VERDICT_MAX] = {
    [FA_DIAGNOSIS_RIGHT] = {"right", "The checksum is right", "it is what the text and key give"},
    [FA_DIAGNOSIS_EXPLAINED] = {"explained", "The checksum is wrong", NULL},
    [FA_DIAGNOSIS_KEY] = {"key", "The checksum is wrong",
                          "no known mistake explains it; nothing in these values is easily altered "
                          "on the way, so most likely it was made with another secret key, or a "
                          "value was changed after signing"},
    [FA_DIAGNOSIS_TEXT] = {"text", "The checksum is wrong",
                           "no known mistake explains it; it was made with another secret key, or "
                           "of a text that differs in an unknown way"},
    [FA_DIAGNOSIS_FORM] = {"form", "The checksum is wrong",
                           "what came has the form of no known checksum"},
};

const char *fa_diagnosis_verdict_name(enum fa_diagnosis_verdict verdict)
{
    return verdicts[verdict].name;
}

int fa_diagnosis_sentence(const struct fa_diagnosis *diagnosis, struct pm_buf *out)
{
    size_t i;

    if (diagnosis->verdict != FA_DIAGNOSIS_EXPLAINED)
        return pm_buf_adds(out, verdicts[diagnosis->verdict].sentence);
    for (i = 0; i < diagnosis->mistake_count; i++) {
        if (i > 0)
            (void)pm_buf_adds(out, i + 1 == diagnosis->mistake_count ? ", and " : ", ");
        (void)pm_buf_adds(out, diagnosis->mistakes[i].title);
    }
    return out->failed ? -1 : 0;
}

/* ---- text ---- */

static void add_label(struct pm_buf *out, const char *label)
{
    (void)pm_buf_addf(out, "  %-*s", LABEL_WIDTH - 2, label);
}

/* Words, broken into lines below each other. */
static void add_paragraph(struct pm_buf *out, const char *label, const char *text, size_t width)
{
    size_t column = LABEL_WIDTH;
    const char *word = text;

    add_label(out, label);
    while (*word) {
        size_t len = strcspn(word, " ");

        if (column > LABEL_WIDTH && column + 1 + len > width) {
            (void)pm_buf_addf(out, "\n%*s", LABEL_WIDTH, "");
            column = LABEL_WIDTH;
        }
        if (column > LABEL_WIDTH) {
            (void)pm_buf_addc(out, ' ');
            column++;
        }
        (void)pm_buf_add(out, word, len);
        column += len;
        word += len;
        word += strspn(word, " ");
    }
    (void)pm_buf_addc(out, '\n');
}

static size_t count_columns(const char *text, size_t len)
{
    size_t columns = 0, i;

    for (i = 0; i < len; i++)
        columns += (text[i] & 0xc0) != 0x80;
    return columns;
}

/* The first bytes that make up so many columns. */
static size_t bytes_of_columns(const char *text, size_t len, size_t columns)
{
    size_t i = 0;

    while (i < len && columns > 0) {
        i++;
        while (i < len && (text[i] & 0xc0) == 0x80)
            i++;
        columns--;
    }
    return i;
}

/* How many columns a part of a text takes when it is made visible. */
static size_t visible_columns(const char *bytes, size_t len)
{
    struct pm_buf visible;
    size_t columns;

    pm_buf_init(&visible, len * 4); /* each byte as \xNN */
    (void)pm_text_add_visible(&visible, bytes, len);
    columns = count_columns(visible.data, visible.len);
    pm_buf_clear(&visible);
    return columns;
}

/* The end of what comes before, in so many columns; `…` when there is more. Returns its columns. */
static size_t add_before(struct pm_buf *out, const char *bytes, size_t len, size_t width)
{
    struct pm_buf visible;
    size_t columns, skip = 0;

    if (len == 0)
        return 0;
    pm_buf_init(&visible, len * 4);
    (void)pm_text_add_visible(&visible, bytes, len);
    columns = count_columns(visible.data, visible.len);
    if (columns > width) {
        skip = bytes_of_columns(visible.data, visible.len, columns - width + 1);
        columns = width;
        (void)pm_buf_adds(out, "…");
    }
    (void)pm_buf_add(out, visible.data + skip, visible.len - skip);
    pm_buf_clear(&visible);
    return columns;
}

/* The beginning of what comes after, likewise. */
static void add_after(struct pm_buf *out, const char *bytes, size_t len, size_t width)
{
    struct pm_buf visible;

    pm_buf_init(&visible, len * 4);
    (void)pm_text_add_visible(&visible, bytes, len);
    if (count_columns(visible.data, visible.len) <= width) {
        (void)pm_buf_add(out, visible.data, visible.len);
    } else {
        (void)pm_buf_add(out, visible.data, bytes_of_columns(visible.data, visible.len, width - 1));
        (void)pm_buf_adds(out, "…");
    }
    pm_buf_clear(&visible);
}

/* One below the other around their first difference, which stands in one column. */
static void add_both_texts(struct pm_buf *out, const struct fa_diagnosis *diagnosis, size_t width)
{
    size_t place = diagnosis->first_difference, room = width - LABEL_WIDTH, column;
    const char *expected = diagnosis->expected_text + place;
    const char *client = diagnosis->client_text + place;
    size_t expected_left = diagnosis->expected_len - place;
    size_t client_left = diagnosis->client_len - place;
    size_t after = visible_columns(expected, expected_left);

    if (after < visible_columns(client, client_left))
        after = visible_columns(client, client_left);
    after = after < room / 2 ? after : room / 2;

    add_label(out, "Expected");
    column = add_before(out, diagnosis->expected_text, place, room - after);
    add_after(out, expected, expected_left, room - column);
    (void)pm_buf_addc(out, '\n');
    add_label(out, "Signed");
    (void)add_before(out, diagnosis->client_text, place, room - after);
    add_after(out, client, client_left, room - column);
    (void)pm_buf_addf(out, "\n%*s^ first difference, at byte %zu\n", (int)(LABEL_WIDTH + column),
                      "", place);
}

static void add_one_text(struct pm_buf *out, const struct fa_diagnosis *diagnosis)
{
    size_t len = diagnosis->expected_len < WHOLE_MAX ? diagnosis->expected_len : WHOLE_MAX;
    bool is_text_right = diagnosis->client_text || diagnosis->verdict == FA_DIAGNOSIS_RIGHT;

    add_label(out, is_text_right ? "Text" : "Expected");
    (void)pm_text_add_visible(out, diagnosis->expected_text, len);
    if (len < diagnosis->expected_len)
        (void)pm_buf_addf(out, "… (%zu bytes in all)", diagnosis->expected_len);
    (void)pm_buf_addc(out, '\n');
}

static void add_mistakes(struct pm_buf *out, const struct fa_diagnosis *diagnosis, size_t width)
{
    size_t i;

    for (i = 0; i < diagnosis->mistake_count; i++) {
        const struct fa_diagnosis_mistake *mistake = &diagnosis->mistakes[i];

        if (diagnosis->mistake_count > 1)
            add_paragraph(out, "Mistake", mistake->title, width);
        if (i == 0 || strcmp(mistake->rule, diagnosis->mistakes[i - 1].rule) != 0)
            add_paragraph(out, "Rule", mistake->rule, width);
        if (i == 0 || strcmp(mistake->mend, diagnosis->mistakes[i - 1].mend) != 0)
            add_paragraph(out, "Mend", mistake->mend, width);
    }
    for (i = 0; i < diagnosis->also_count; i++)
        add_paragraph(out, i == 0 ? "Or" : "", diagnosis->also[i].title, width);
}

static void add_headline(struct pm_buf *out, const struct fa_diagnosis *diagnosis)
{
    (void)pm_buf_addf(out, "%s: ", verdicts[diagnosis->verdict].headline);
    if (diagnosis->mistake_count > 1)
        (void)pm_buf_addf(out, "%zu mistakes together explain it", diagnosis->mistake_count);
    else
        (void)fa_diagnosis_sentence(diagnosis, out);
    (void)pm_buf_adds(out, ".\n\n");
}

static void add_effort(struct pm_buf *out, const struct fa_diagnosis *diagnosis)
{
    if (diagnosis->verdict != FA_DIAGNOSIS_KEY && diagnosis->verdict != FA_DIAGNOSIS_TEXT)
        return;
    (void)pm_buf_addf(out, "\n  %zu wrong ways of signing were tried%s.\n", diagnosis->tried,
                      diagnosis->exhausted ? ", the limit; `paidmonitor sign --explain` tries more"
                                           : "");
}

int fa_diagnosis_text(const struct fa_diagnosis *diagnosis, size_t width, struct pm_buf *out)
{
    width = width < WIDTH_LEAST + LABEL_WIDTH ? WIDTH_LEAST + LABEL_WIDTH : width;
    add_headline(out, diagnosis);
    add_mistakes(out, diagnosis, width);
    if (diagnosis->mistake_count > 0)
        (void)pm_buf_addc(out, '\n');
    if (diagnosis->texts_differ)
        add_both_texts(out, diagnosis, width);
    else
        add_one_text(out, diagnosis);
    (void)pm_buf_addc(out, '\n');
    add_label(out, "Checksum");
    (void)pm_buf_addf(out, "expected %s\n%*sreceived ", diagnosis->expected_checksum, LABEL_WIDTH,
                      "");
    add_after(out, diagnosis->received, diagnosis->received_len, width - LABEL_WIDTH);
    (void)pm_buf_addc(out, '\n');
    add_effort(out, diagnosis);
    return out->failed ? -1 : 0;
}

/* ---- JSON ---- */

static void add_string(struct pm_buf *out, const char *name, const char *bytes, size_t len)
{
    (void)pm_buf_addf(out, "\"%s\":", name);
    (void)pm_text_add_json(out, bytes, len);
}

static void add_json_mistakes(struct pm_buf *out, const char *name,
                              const struct fa_diagnosis_mistake *mistakes, size_t count)
{
    size_t i;

    (void)pm_buf_addf(out, ",\"%s\":[", name);
    for (i = 0; i < count; i++) {
        const struct fa_diagnosis_mistake *mistake = &mistakes[i];

        (void)pm_buf_adds(out, i > 0 ? ",{" : "{");
        add_string(out, "id", mistake->id, strlen(mistake->id));
        (void)pm_buf_addc(out, ',');
        add_string(out, "title", mistake->title, strlen(mistake->title));
        (void)pm_buf_addc(out, ',');
        add_string(out, "rule", mistake->rule, strlen(mistake->rule));
        (void)pm_buf_addc(out, ',');
        add_string(out, "mend", mistake->mend, strlen(mistake->mend));
        (void)pm_buf_addc(out, '}');
    }
    (void)pm_buf_addc(out, ']');
}

static void add_json_client(struct pm_buf *out, const struct fa_diagnosis *diagnosis)
{
    (void)pm_buf_adds(out, "},\"received\":{");
    if (diagnosis->client_text) {
        add_string(out, "text", diagnosis->client_text, diagnosis->client_len);
        (void)pm_buf_addc(out, ',');
    }
    add_string(out, "checksum", diagnosis->received, diagnosis->received_len);
    (void)pm_buf_addc(out, '}');
    if (diagnosis->texts_differ)
        (void)pm_buf_addf(out, ",\"firstDifference\":%zu", diagnosis->first_difference);
}

int fa_diagnosis_json(const struct fa_diagnosis *diagnosis, struct pm_buf *out)
{
    struct pm_buf sentence;

    pm_buf_init(&sentence, out->max);
    (void)fa_diagnosis_sentence(diagnosis, &sentence);
    (void)pm_buf_addf(out, "{\"verdict\":\"%s\",", verdicts[diagnosis->verdict].name);
    add_string(out, "summary", sentence.data ? sentence.data : "", sentence.len);
    pm_buf_clear(&sentence);
    add_json_mistakes(out, "mistakes", diagnosis->mistakes, diagnosis->mistake_count);
    add_json_mistakes(out, "also", diagnosis->also, diagnosis->also_count);
    (void)pm_buf_adds(out, ",\"expected\":{");
    add_string(out, "text", diagnosis->expected_text, diagnosis->expected_len);
    (void)pm_buf_addc(out, ',');
    add_string(out, "checksum", diagnosis->expected_checksum, strlen(diagnosis->expected_checksum));
    add_json_client(out, diagnosis);
    (void)pm_buf_addf(out, ",\"tried\":%zu,\"exhausted\":%s}", diagnosis->tried,
                      diagnosis->exhausted ? "true" : "false");
    return out->failed ? -1 : 0;
}

/* ---- header ---- */

/* As much as fits, other bytes than printable ASCII as `?`. */
static void add_ascii(struct pm_buf *out, const char *text, size_t end)
{
    for (; *text && out->len < end; text++) {
        if ((*text & 0xc0) != 0x80) /* one mark per character */
            (void)pm_buf_addc(out, *text >= ' ' && *text <= '~' ? *text : '?');
    }
}

int fa_diagnosis_header(const struct fa_diagnosis *diagnosis, struct pm_buf *out)
{
    size_t end = out->len + FA_DIAGNOSIS_HEADER_MAX, i;
    struct pm_buf text;

    pm_buf_init(&text, out->max);
    for (i = 0; i < diagnosis->mistake_count; i++)
        (void)pm_buf_addf(&text, "%s%s", i > 0 ? "," : "", diagnosis->mistakes[i].id);
    if (diagnosis->mistake_count == 0)
        (void)pm_buf_addf(&text, "unexplained-%s", verdicts[diagnosis->verdict].name);
    (void)pm_buf_adds(&text, ": ");
    (void)fa_diagnosis_sentence(diagnosis, &text);
    if (diagnosis->texts_differ)
        (void)pm_buf_addf(&text, "; first difference at byte %zu", diagnosis->first_difference);
    for (i = 0; i < diagnosis->mistake_count; i++) {
        if (i == 0 || strcmp(diagnosis->mistakes[i].mend, diagnosis->mistakes[i - 1].mend) != 0)
            (void)pm_buf_addf(&text, "%s%s", i > 0 ? " " : "; mend: ", diagnosis->mistakes[i].mend);
    }
    add_ascii(out, text.data ? text.data : "", end);
    out->failed = out->failed || text.failed;
    pm_buf_clear(&text);
    return out->failed ? -1 : 0;
}

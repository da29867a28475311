/* Texts fit to be shown; see doctor_shown.h. */
#include "doctor_shown.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define SHOWN_MAX (64u << 10) /* ours: bytes of a text that are kept to be shown */

#define LAYERS_MAX 3 /* of percent-encoding around a secret, PROTOCOL.md §1.3 */

/* Letters, since they survive most mistakes; replaced at the end. */
#define STAND_IN_SECRET "zzSECRETKEYzz"
#define STAND_IN_OTHER  "zzHIDDENVALUEzz"

static bool is_credential(struct fa_bytes name)
{
    static const char *const names[] = {"authToken", "password", "secretkey"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(names); i++) {
        if (fa_bytes_equal_nocase(name, names[i]))
            return true;
    }
    return false;
}

/* Where `needle` begins in `hay` at or after `from`, without regard to case; hay.len: nowhere. */
static size_t find_nocase(struct fa_bytes hay, size_t from, struct fa_bytes needle)
{
    for (; needle.len > 0 && from + needle.len <= hay.len; from++) {
        size_t i = 0;

        while (i < needle.len &&
               (hay.at[from + i] == needle.at[i] ||
                ((hay.at[from + i] ^ needle.at[i]) == 0x20 && (hay.at[from + i] | 0x20) >= 'a' &&
                 (hay.at[from + i] | 0x20) <= 'z')))
            i++;
        if (i == needle.len)
            return from;
    }
    return hay.len;
}

/* Append with every occurrence of `what` replaced. */
static void add_replaced(struct pm_buf *out, struct fa_bytes in, struct fa_bytes what,
                         const char *by)
{
    size_t at = 0;

    while (at < in.len) {
        size_t found = find_nocase(in, at, what);

        (void)pm_buf_add(out, in.at + at, found - at);
        if (found == in.len)
            return;
        (void)pm_buf_adds(out, by);
        at = found + what.len;
    }
}

/* Does the secret come to light when the bytes are decoded a few times? */
static bool hides_secret(struct fa_bytes in, struct fa_bytes secret)
{
    struct pm_buf layers[2];
    bool is_hidden = false;
    size_t i;

    pm_buf_init(&layers[0], FA_DOCTOR_BYTES_PATIENT);
    pm_buf_init(&layers[1], FA_DOCTOR_BYTES_PATIENT);
    for (i = 0; i < LAYERS_MAX && !is_hidden && in.len > 0 && memchr(in.at, '%', in.len); i++) {
        struct pm_buf *out = &layers[i % 2];

        pm_buf_reset(out);
        fa_map_form_decode(out, in.at, in.len);
        in = (struct fa_bytes){out->data, out->len};
        is_hidden = out->failed || find_nocase(in, 0, secret) < in.len;
    }
    pm_buf_clear(&layers[0]);
    pm_buf_clear(&layers[1]);
    return is_hidden;
}

/* A copy with stand-ins for what is secret. */
static struct fa_bytes veil(struct pm_buf *buf, struct fa_bytes in, struct fa_bytes secret,
                            bool is_whole)
{
    pm_buf_init(buf, FA_DOCTOR_BYTES_PATIENT);
    if (!in.at)
        return in;
    if (is_whole || hides_secret(in, secret))
        (void)pm_buf_adds(buf, STAND_IN_OTHER);
    else
        add_replaced(buf, in, secret, STAND_IN_SECRET);
    return (struct fa_bytes){buf->data ? buf->data : "", buf->len};
}

/* A copy of the request in which stand-ins are in place of everything secret. */
struct veiled {
    struct fa_doctor_case request;
    struct fa_doctor_param *params;
    struct pm_buf *buffers; /* four per parameter */
};

static void veiled_clear(struct veiled *veiled)
{
    size_t i;

    for (i = 0; veiled->buffers && i < veiled->request.count * 4; i++)
        pm_buf_clear(&veiled->buffers[i]);
    free(veiled->buffers);
    free(veiled->params);
}

static struct fa_doctor_param veil_param(struct pm_buf *buffers, const struct fa_doctor_param *in,
                                         struct fa_bytes secret)
{
    bool hides = is_credential(in->name);

    return (struct fa_doctor_param){
        .name = veil(&buffers[0], in->name, secret, false),
        .value = veil(&buffers[1], in->value, secret, hides),
        .raw_name = veil(&buffers[2], in->raw_name, secret, false),
        .raw_value = veil(&buffers[3], in->raw_value, secret, hides),
        .in_query = in->in_query,
    };
}

static int veiled_init(struct veiled *veiled, const struct fa_doctor_case *request)
{
    bool failed = false;
    size_t i;

    *veiled = (struct veiled){.request = *request};
    veiled->params = calloc(request->count + 1, sizeof(veiled->params[0]));
    veiled->buffers = calloc(request->count + 1, 4 * sizeof(veiled->buffers[0]));
    if (!veiled->params || !veiled->buffers) {
        veiled_clear(veiled);
        return -1;
    }
    veiled->request.params = veiled->params;
    veiled->request.secret = (struct fa_bytes){STAND_IN_SECRET, strlen(STAND_IN_SECRET)};
    for (i = 0; i < request->count; i++)
        veiled->params[i] =
            veil_param(&veiled->buffers[i * 4], &request->params[i], request->secret);
    for (i = 0; i < request->count * 4; i++)
        failed = failed || veiled->buffers[i].failed;
    if (failed)
        veiled_clear(veiled);
    return failed ? -1 : 0;
}

/* What stood for a secret becomes what the reader sees. */
static void unveil(struct pm_buf *out, struct fa_bytes in)
{
    struct pm_buf between;

    pm_buf_init(&between, FA_DOCTOR_BYTES_PATIENT);
    add_replaced(&between, in, (struct fa_bytes){STAND_IN_SECRET, strlen(STAND_IN_SECRET)},
                 "<secretkey>");
    in = (struct fa_bytes){between.data ? between.data : "", between.len};
    add_replaced(out, in, (struct fa_bytes){STAND_IN_OTHER, strlen(STAND_IN_OTHER)}, "<hidden>");
    out->failed = out->failed || between.failed;
    pm_buf_clear(&between);
}

/* A string to be shown: without the secret, wherever it comes from, and cut when very long. */
static int show(struct fa_bytes in, struct fa_bytes secret, char **ret_text, size_t *ret_len)
{
    struct pm_buf veiled, shown;

    pm_buf_init(&shown, FA_DOCTOR_BYTES_PATIENT);
    unveil(&shown, veil(&veiled, in.at ? in : (struct fa_bytes){"", 0}, secret, false));
    shown.failed = shown.failed || veiled.failed;
    pm_buf_clear(&veiled);
    *ret_len = shown.len < SHOWN_MAX ? shown.len : SHOWN_MAX;
    *ret_text = pm_buf_take(&shown);
    if (!*ret_text)
        return -1;
    (*ret_text)[*ret_len] = '\0';
    return 0;
}

/* Where two strings part, moved back to the start of a UTF-8 character. */
static size_t first_difference(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t at = 0;

    while (at < a_len && at < b_len && a[at] == b[at])
        at++;
    while (at > 0 &&
           ((at < a_len && (a[at] & 0xc0) == 0x80) || (at < b_len && (b[at] & 0xc0) == 0x80)))
        at--;
    return at;
}

/* The text of a draft with these choices, fit to be shown. */
static int show_draft(struct fa_draft *draft, const struct fa_choice *choices, size_t count,
                      struct fa_bytes secret, char **ret_text, size_t *ret_len)
{
    if (fa_draft_build(draft, choices, count) < 0)
        return -1;
    return show(fa_draft_text(draft), secret, ret_text, ret_len);
}

static void compare_texts(struct fa_diagnosis *diagnosis)
{
    diagnosis->texts_differ =
        diagnosis->client_len != diagnosis->expected_len ||
        memcmp(diagnosis->client_text, diagnosis->expected_text, diagnosis->client_len) != 0;
    diagnosis->first_difference =
        first_difference(diagnosis->expected_text, diagnosis->expected_len, diagnosis->client_text,
                         diagnosis->client_len);
}

int fa_shown_texts(const struct fa_doctor_case *request, struct fa_doctor_mac *mac,
                   const struct fa_choice *choices, size_t count, struct fa_diagnosis *diagnosis)
{
    struct fa_bytes secret = request->secret;
    struct fa_draft draft;
    struct veiled veiled;
    int r;

    if (veiled_init(&veiled, request) < 0)
        return -1;
    r = fa_draft_init(&draft, &veiled.request, mac);
    if (r < 0)
        goto done;

    r = show_draft(&draft, NULL, 0, secret, &diagnosis->expected_text, &diagnosis->expected_len);
    if (r == 0 && diagnosis->verdict == FA_DIAGNOSIS_EXPLAINED) {
        r = show_draft(&draft, choices, count, secret, &diagnosis->client_text,
                       &diagnosis->client_len);
        if (r == 0)
            compare_texts(diagnosis);
    }
    if (r == 0)
        r = show(request->checksum, secret, &diagnosis->received, &diagnosis->received_len);
    fa_draft_clear(&draft);

done:
    veiled_clear(&veiled);
    return r;
}

/* Signing a request in one way, right or wrong; see doctor_draft.h. */
#include "doctor_draft.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define ADDED_MAX       8          /* parameters that mistakes add; more than can be combined */
#define PARAM_BUFFERS   4          /* two for the name, two for the value */
#define PARAM_BYTES_MAX (4u << 20) /* ours: an encoded body of the largest size fits */
#define TEXT_BYTES_MAX  (8u << 20)
#define KEY_BYTES_MAX   (64u << 10)

static const struct fa_join right_join = {.head = NULL};

int fa_bytes_compare(struct fa_bytes a, struct fa_bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.at, b.at, len) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* PROTOCOL.md §2.3 step 3: by name, in the order of bytes. */
static int compare_names(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return fa_bytes_compare(a->name, b->name);
}

static int compare_sent(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return (a->sent > b->sent) - (a->sent < b->sent);
}

static int compare_right(const void *a, const void *b)
{
    const struct fa_draft_param *left = a, *right = b;
    int order = compare_names(left, right);

    if (order == 0)
        order = fa_bytes_compare(left->value, right->value);
    return order != 0 ? order : compare_sent(left, right);
}

bool fa_bytes_equal_nocase(struct fa_bytes a, const char *b)
{
    size_t i;

    if (strlen(b) != a.len)
        return false;
    for (i = 0; i < a.len; i++) {
        char left = a.at[i] >= 'A' && a.at[i] <= 'Z' ? (char)(a.at[i] | 0x20) : a.at[i];
        char right = b[i] >= 'A' && b[i] <= 'Z' ? (char)(b[i] | 0x20) : b[i];

        if (left != right)
            return false;
    }
    return true;
}

bool fa_doctor_is_checksum(struct fa_bytes name)
{
    return fa_bytes_equal_nocase(name, "checksum");
}

/* Never NULL, for functions of the library that ask for that even when there is nothing to read. */
static struct fa_bytes some(struct fa_bytes bytes)
{
    return bytes.at ? bytes : (struct fa_bytes){"", 0};
}

static void take_right_params(struct fa_draft *draft)
{
    size_t i;

    for (i = 0; i < draft->request->count; i++) {
        const struct fa_doctor_param *in = &draft->request->params[i];

        if (fa_doctor_is_checksum(in->name))
            continue;
        draft->right[draft->right_count] = (struct fa_draft_param){
            .name = some(in->name),
            .value = some(in->value),
            .raw_name = some(in->raw_name.at ? in->raw_name : in->name),
            .raw_value = some(in->raw_value.at ? in->raw_value : in->value),
            .sent = i,
            .in_query = in->in_query,
            .buffers = draft->buffers + draft->right_count * PARAM_BUFFERS,
        };
        draft->right_count++;
    }
    if (draft->right_count > 1)
        qsort(draft->right, draft->right_count, sizeof(draft->right[0]), compare_right);
}

int fa_draft_init(struct fa_draft *draft, const struct fa_doctor_case *request,
                  struct fa_doctor_mac *mac)
{
    size_t room = request->count + ADDED_MAX, i;

    *draft = (struct fa_draft){.request = request, .mac = mac, .room = room};
    draft->right = calloc(room, sizeof(draft->right[0]));
    draft->params = calloc(room, sizeof(draft->params[0]));
    draft->buffers = calloc(room, PARAM_BUFFERS * sizeof(draft->buffers[0]));
    if (!draft->right || !draft->params || !draft->buffers) {
        fa_draft_clear(draft);
        return -1;
    }
    for (i = 0; i < room * PARAM_BUFFERS; i++)
        pm_buf_init(&draft->buffers[i], PARAM_BYTES_MAX);
    for (i = 0; i < 2; i++) {
        pm_buf_init(&draft->text[i], TEXT_BYTES_MAX);
        pm_buf_init(&draft->key_buffers[i], KEY_BYTES_MAX);
    }
    take_right_params(draft);
    return 0;
}

/* Key and text may hold the secret key. */
static void wipe(struct pm_buf *buf)
{
    if (buf->data)
        explicit_bzero(buf->data, buf->size);
    pm_buf_clear(buf);
}

void fa_draft_clear(struct fa_draft *draft)
{
    size_t i;

    for (i = 0; draft->buffers && i < draft->room * PARAM_BUFFERS; i++)
        wipe(&draft->buffers[i]);
    for (i = 0; i < 2; i++) {
        wipe(&draft->text[i]);
        wipe(&draft->key_buffers[i]);
    }
    free(draft->buffers);
    free(draft->params);
    free(draft->right);
    *draft = (struct fa_draft){.request = NULL};
}

struct fa_bytes fa_draft_text(const struct fa_draft *draft)
{
    const struct pm_buf *text = &draft->text[draft->text_at];

    return (struct fa_bytes){text->data ? text->data : "", text->len};
}

static struct fa_bytes bytes_of(const struct pm_buf *buf)
{
    return (struct fa_bytes){buf->data ? buf->data : "", buf->len};
}

/* Of two buffers the one that does not hold these bytes, emptied. */
static struct pm_buf *other_buffer(struct pm_buf *buffers, struct fa_bytes held)
{
    struct pm_buf *buf = buffers[0].data == held.at ? &buffers[1] : &buffers[0];

    pm_buf_reset(buf);
    return buf;
}

struct fa_draft_param *fa_draft_find(struct fa_draft *draft, const char *name)
{
    size_t i;

    for (i = 0; i < draft->count; i++) {
        if (fa_bytes_equal_nocase(draft->params[i].name, name))
            return &draft->params[i];
    }
    return NULL;
}

void fa_draft_add(struct fa_draft *draft, struct fa_bytes name, struct fa_bytes value)
{
    size_t i, slot = draft->right_count;

    if (draft->count == draft->room)
        return;
    for (i = 0; i < draft->count; i++) {
        if (draft->params[i].sent >= draft->request->count)
            slot++;
    }
    draft->params[draft->count++] = (struct fa_draft_param){
        .name = name,
        .value = value,
        .raw_name = name,
        .raw_value = value,
        .sent = draft->request->count + slot,
        .buffers = draft->buffers + slot * PARAM_BUFFERS,
    };
}

void fa_draft_remove(struct fa_draft *draft, struct fa_draft_param *param)
{
    size_t after = (size_t)(draft->params + draft->count - (param + 1));

    memmove(param, param + 1, after * sizeof(*param));
    draft->count--;
}

struct pm_buf *fa_draft_new_value(struct fa_draft_param *param)
{
    return other_buffer(param->buffers + 2, param->value);
}

void fa_draft_set_value(struct fa_draft_param *param, const struct pm_buf *buf)
{
    param->value = bytes_of(buf);
}

struct pm_buf *fa_draft_new_key(struct fa_draft *draft)
{
    return other_buffer(draft->key_buffers, draft->key);
}

void fa_draft_set_key(struct fa_draft *draft, const struct pm_buf *buf)
{
    draft->key = bytes_of(buf);
}

struct pm_buf *fa_draft_new_text(struct fa_draft *draft, struct fa_bytes *ret_old)
{
    *ret_old = fa_draft_text(draft);
    draft->text_at = 1 - draft->text_at;
    pm_buf_reset(&draft->text[draft->text_at]);
    return &draft->text[draft->text_at];
}

/* ---- what a mistake does when it has no function of its own ---- */

static void transform(const struct fa_mistake *mistake, struct pm_buf *out, struct fa_bytes in)
{
    if (mistake->before)
        (void)pm_buf_adds(out, mistake->before);
    if (mistake->map)
        mistake->map(out, in.at, in.len);
    else if (mistake->encoding)
        fa_map_encode(mistake->encoding, out, in.at, in.len);
    else if (mistake->cut)
        fa_map_cut(mistake->cut, out, in.at, in.len);
    else
        (void)pm_buf_add(out, in.at, in.len);
    if (mistake->after)
        (void)pm_buf_adds(out, mistake->after);
}

static void change_key(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    struct pm_buf *out = fa_draft_new_key(draft);

    transform(mistake, out, draft->key);
    fa_draft_set_key(draft, out);
}

static void change_algorithm(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    draft->scheme = mistake->scheme;
    draft->digest = mistake->digest;
}

static void change_names(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    size_t i;

    for (i = 0; i < draft->count; i++) {
        struct fa_draft_param *param = &draft->params[i];
        struct pm_buf *out = other_buffer(param->buffers, param->name);

        transform(mistake, out, param->name);
        param->name = bytes_of(out);
    }
}

static void change_values(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    size_t i;

    for (i = 0; i < draft->count; i++) {
        struct fa_draft_param *param = &draft->params[i];
        struct pm_buf *out;

        if (mistake->only && !fa_bytes_equal_nocase(param->name, mistake->only))
            continue;
        out = fa_draft_new_value(param);
        transform(mistake, out, param->value);
        fa_draft_set_value(param, out);
    }
}

static void change_order(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    draft->compare = mistake->compare;
}

static void change_join(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    draft->join = mistake->join;
}

static void change_text(struct fa_draft *draft, const struct fa_mistake *mistake)
{
    struct fa_bytes old;
    struct pm_buf *out = fa_draft_new_text(draft, &old);

    transform(mistake, out, old);
}

static void (*const changes[FA_STAGE_MAX])(struct fa_draft *, const struct fa_mistake *) = {
    [FA_STAGE_KEY] = change_key,         [FA_STAGE_ALGORITHM] = change_algorithm,
    [FA_STAGE_NAMES] = change_names,     [FA_STAGE_CHARSET] = change_values,
    [FA_STAGE_VALUES] = change_values,   [FA_STAGE_TIMESTAMP] = change_values,
    [FA_STAGE_ENCODING] = change_values, [FA_STAGE_ORDER] = change_order,
    [FA_STAGE_JOIN] = change_join,       [FA_STAGE_TEXT] = change_text,
};

/* ---- building ---- */

static void start(struct fa_draft *draft)
{
    if (draft->right_count > 0)
        memcpy(draft->params, draft->right, draft->right_count * sizeof(draft->params[0]));
    draft->count = draft->right_count;
    draft->join = &right_join;
    draft->compare = compare_names;
    draft->repeated_as_sent = false;
    draft->key = some(draft->request->secret);
    draft->scheme = FA_DOCTOR_SCHEME_HMAC;
    draft->digest = FA_DOCTOR_DIGEST_SHA1;
    pm_buf_reset(&draft->text[0]);
    pm_buf_reset(&draft->text[1]);
}

/* The order of the draft; where it leaves two equal, repeated names go by value, others as sent. */
static int compare(const struct fa_draft *draft, const struct fa_draft_param *a,
                   const struct fa_draft_param *b)
{
    int order = draft->compare(a, b);

    if (order == 0 && !draft->repeated_as_sent && compare_names(a, b) == 0)
        order = fa_bytes_compare(a->value, b->value);
    return order != 0 ? order : compare_sent(a, b);
}

/* By insertion: what comes is nearly sorted, but for mistakes of the order. */
static void sort(struct fa_draft *draft)
{
    size_t i, k;

    for (i = 1; i < draft->count; i++) {
        struct fa_draft_param param = draft->params[i];

        for (k = i; k > 0 && compare(draft, &draft->params[k - 1], &param) > 0; k--)
            draft->params[k] = draft->params[k - 1];
        draft->params[k] = param;
    }
}

static void add_optional(struct pm_buf *out, const char *text)
{
    if (text)
        (void)pm_buf_adds(out, text);
}

static void add_piece(struct pm_buf *out, const struct fa_join *join, struct fa_bytes piece)
{
    if (join->map)
        join->map(out, piece.at, piece.len);
    else
        (void)pm_buf_add(out, piece.at, piece.len);
}

static void add_pair(struct pm_buf *out, const struct fa_join *join,
                     const struct fa_draft_param *param)
{
    struct fa_bytes first = join->values_first ? param->value : param->name;
    struct fa_bytes second = join->values_first ? param->name : param->value;

    if (!join->without_names)
        add_piece(out, join, first);
    add_optional(out, join->middle);
    if (!join->without_values)
        add_piece(out, join, second);
}

/* PROTOCOL.md §2.3 step 4: name and value, nothing between. */
static void join(struct fa_draft *draft)
{
    const struct fa_join *join = draft->join;
    struct fa_bytes old;
    struct pm_buf *out = fa_draft_new_text(draft, &old);
    size_t i;

    add_optional(out, join->head);
    for (i = 0; i < draft->count; i++) {
        if (i > 0)
            add_optional(out, join->between);
        add_pair(out, join, &draft->params[i]);
    }
    add_optional(out, join->tail);
}

/* Did a buffer in use fail? Its failure is forgotten then, for the next build. */
static bool take_failure(struct pm_buf *buffers, size_t count)
{
    bool failed = false;
    size_t i;

    for (i = 0; i < count; i++) {
        if (buffers[i].failed) {
            failed = true;
            pm_buf_reset(&buffers[i]);
        }
    }
    return failed;
}

static bool has_failed(struct fa_draft *draft)
{
    bool failed = take_failure(draft->text, 2);
    size_t i;

    failed = take_failure(draft->key_buffers, 2) || failed;
    for (i = 0; i < draft->count; i++)
        failed = take_failure(draft->params[i].buffers, PARAM_BUFFERS) || failed;
    return failed;
}

int fa_draft_build(struct fa_draft *draft, const struct fa_choice *choices, size_t count)
{
    enum fa_stage stage;
    size_t i = 0;

    start(draft);
    for (stage = 0; stage < FA_STAGE_WIRE; stage++) {
        for (; i < count && choices[i].mistake->stage == stage; i++) {
            if (choices[i].mistake->apply)
                choices[i].mistake->apply(draft, choices[i].variant);
            else
                changes[stage](draft, choices[i].mistake);
        }
        if (stage == FA_STAGE_ORDER)
            sort(draft);
        if (stage == FA_STAGE_JOIN)
            join(draft);
    }
    return has_failed(draft) ? -1 : 0;
}

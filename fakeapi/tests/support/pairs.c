/* Every pair of mistakes; see pairs.h. */
#include "pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "doctor_draft.h"

#define SINGLES_MAX 640
#define PAIRS_MAX   (SINGLES_MAX * SINGLES_MAX / 2)

struct digest {
    uint8_t bytes[FA_DOCTOR_MAC_SIZE];
    size_t len;
};

struct made {
    struct fa_choice choices[2];
    size_t count;
    struct digest digest;
};

struct pairs {
    struct fa_doctor_case request;
    struct fa_doctor_mac *mac;
    struct fa_draft draft;
    struct made *singles, *pairs;
    size_t single_count, pair_count;
    char last[200];
};

#define BYTES(text)            \
    {                          \
        text, sizeof(text) - 1 \
    }
#define PARAM(its_name, its_value, query)                                       \
    {                                                                           \
        .name = BYTES(its_name), .value = BYTES(its_value), .in_query = (query) \
    }

static const struct fa_doctor_param params[] = {
    PARAM("version", "2", true),
    PARAM("action", "addResult", true),
    PARAM("timestamp", "2011-06-01 13:45:07", false),
    PARAM("apikey", "1234567890ABCDEFGHIJKLMNOP", false),
    PARAM("p1", "y", false),
    PARAM("p", "x", false),
    PARAM("monitorId", "305", false),
    PARAM("monitor", "zz", false),
    PARAM("checktime", "1306929600000", false),
    PARAM("results",
          "user_login:Zo\xc3\xab  M\xc3\xbcller+1;path:%2Fhome\\tx\\\\y/z;note:\"50%\" & 'more' "
          "<b> $HOME ~\xe2\x9c\x93;",
          false),
    PARAM("Zone", " two\nlines ", false),
    PARAM("names[0]", "True*", false),
    PARAM("multi", "True", false),
    PARAM("tag", "b", false),
    PARAM("tag", "a", false),
    PARAM("empty", "", false),
};

/* Sign with some mistakes. */
static bool make(struct pairs *pairs, struct made *made)
{
    struct fa_draft *draft = &pairs->draft;

    if (fa_draft_build(draft, made->choices, made->count) < 0)
        return false;
    made->digest.len = fa_doctor_mac_compute(pairs->mac, draft->scheme, draft->digest, draft->key,
                                             fa_draft_text(draft), made->digest.bytes);
    return made->digest.len > 0;
}

static bool is_same(const struct digest *a, const struct digest *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool is_among_singles(const struct pairs *pairs, const struct digest *digest)
{
    size_t i;

    for (i = 0; i < pairs->single_count; i++) {
        if (is_same(&pairs->singles[i].digest, digest))
            return true;
    }
    return false;
}

/* The first "single" is to have made no mistake at all. */
static void collect_singles(struct pairs *pairs)
{
    size_t i, variant;

    (void)make(pairs, &pairs->singles[pairs->single_count++]);
    for (i = 0; i < fa_catalogue_count; i++) {
        size_t variants = fa_mistake_variants(&fa_catalogue[i], &pairs->request);

        for (variant = 0; variant < variants; variant++) {
            struct made made = {.choices = {{&fa_catalogue[i], variant}}, .count = 1};

            if (pairs->single_count < SINGLES_MAX && make(pairs, &made) &&
                !is_among_singles(pairs, &made.digest))
                pairs->singles[pairs->single_count++] = made;
        }
    }
}

static void collect_pairs(struct pairs *pairs)
{
    size_t i, k;

    for (i = 1; i < pairs->single_count; i++) {
        for (k = i + 1; k < pairs->single_count; k++) {
            struct made made = {
                .choices = {pairs->singles[i].choices[0], pairs->singles[k].choices[0]},
                .count = 2};
            enum fa_stage stage = made.choices[0].mistake->stage;

            if (stage == made.choices[1].mistake->stage && fa_stage_is_exclusive(stage))
                continue;
            if (make(pairs, &made) && !is_among_singles(pairs, &made.digest))
                pairs->pairs[pairs->pair_count++] = made;
        }
    }
}

struct pairs *pairs_new(void)
{
    struct pairs *pairs = calloc(1, sizeof(*pairs));

    if (!pairs)
        return NULL;
    pairs->request = (struct fa_doctor_case){
        .params = params,
        .count = PM_ARRAY_LEN(params),
        .secret = BYTES("PONMLKJIHGFEDCBA0987654321"),
        .apikey = BYTES("1234567890ABCDEFGHIJKLMNOP"),
    };
    pairs->mac = fa_doctor_mac_new();
    pairs->singles = calloc(SINGLES_MAX, sizeof(pairs->singles[0]));
    pairs->pairs = calloc(PAIRS_MAX, sizeof(pairs->pairs[0]));
    if (!pairs->mac || !pairs->singles || !pairs->pairs ||
        fa_draft_init(&pairs->draft, &pairs->request, pairs->mac) < 0) {
        pairs_free(pairs);
        return NULL;
    }
    collect_singles(pairs);
    collect_pairs(pairs);
    return pairs;
}

void pairs_free(struct pairs *pairs)
{
    if (!pairs)
        return;
    if (pairs->draft.request)
        fa_draft_clear(&pairs->draft);
    fa_doctor_mac_free(pairs->mac);
    free(pairs->singles);
    free(pairs->pairs);
    free(pairs);
}

size_t pairs_single_count(const struct pairs *pairs)
{
    return pairs->single_count - 1;
}

size_t pairs_count(const struct pairs *pairs)
{
    return pairs->pair_count;
}

const char *pairs_last(const struct pairs *pairs)
{
    return pairs->last;
}

static enum pair_outcome judge(const struct made *made, const struct fa_diagnosis *diagnosis)
{
    size_t i;

    if (diagnosis->verdict != FA_DIAGNOSIS_EXPLAINED)
        return PAIR_MISSED;
    if (diagnosis->mistake_count > made->count)
        return PAIR_LONGER;
    for (i = 0; i < made->count; i++) {
        if (i >= diagnosis->mistake_count ||
            strcmp(diagnosis->mistakes[i].id, made->choices[i].mistake->id) != 0)
            return PAIR_EQUIVALENT;
    }
    return PAIR_NAMED;
}

static enum pair_outcome examine(struct pairs *pairs, const struct made *made,
                                 size_t hypotheses_max, size_t *ret_tried)
{
    struct fa_doctor_case request = pairs->request;
    struct fa_diagnosis diagnosis;
    enum pair_outcome outcome;
    struct pm_buf checksum;

    (void)snprintf(pairs->last, sizeof(pairs->last), "%s(%zu) %s(%zu)",
                   made->choices[0].mistake->id, made->choices[0].variant,
                   made->count > 1 ? made->choices[1].mistake->id : "", made->choices[1].variant);
    pm_buf_init(&checksum, 2 * FA_DOCTOR_MAC_SIZE);
    fa_map_base64(&checksum, (const char *)made->digest.bytes, made->digest.len);
    request.checksum = (struct fa_bytes){checksum.data, checksum.len};
    request.hypotheses_max = hypotheses_max;
    request.bytes_max = FA_DOCTOR_BYTES_PATIENT;
    if (fa_doctor_examine(&request, &diagnosis) < 0)
        abort(); /* out of memory */
    outcome = judge(made, &diagnosis);
    *ret_tried = diagnosis.tried;
    fa_diagnosis_clear(&diagnosis);
    pm_buf_clear(&checksum);
    return outcome;
}

enum pair_outcome pairs_examine_single(struct pairs *pairs, size_t index, size_t *ret_tried)
{
    return examine(pairs, &pairs->singles[index + 1], 0, ret_tried);
}

enum pair_outcome pairs_examine(struct pairs *pairs, size_t index, size_t hypotheses_max,
                                size_t *ret_tried)
{
    return examine(pairs, &pairs->pairs[index], hypotheses_max, ret_tried);
}

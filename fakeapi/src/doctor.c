/*
 * The search for the mistakes behind a wrong checksum; see doctor.h. A hypothesis is a set of
 * choices from the catalogue. All of one mistake are tried first, then of two, then of three; among
 * equals the everyday ones first. A mistake that changes nothing in this request, or nothing that
 * an earlier one did not, is left out of the combinations: that makes most searches short.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "doctor_draft.h"
#include "doctor_shown.h"
#include "doctor_wire.h"
#include "text.h"

#define CHOICES_MAX   640 /* ours: the catalogue with its variants, and room */
#define COMBINED_MAX  3
#define RANK_MAX      2
#define SEEN_SIZE     (1u << 16)
#define CHECKSUM_SIZE 20
#define SHOWN_MAX     (64u << 10) /* ours: bytes of a text that are kept to be shown */

/* What a choice does alone, computed once. */
struct single {
    struct fa_choice choice;
    size_t text_at, text_len; /* in `texts`, for stages of the text */
    size_t key_at, key_len;   /* in `keys`, for the stage of the key */
    uint64_t hash;            /* of the text */
    bool is_effective;
};

struct search {
    const struct fa_doctor_case *request;
    struct fa_doctor_mac *mac;
    struct fa_draft draft;
    struct fa_targets targets;
    struct single singles[CHOICES_MAX];
    size_t count;
    struct pm_buf texts, keys, right_text;
    uint64_t *seen; /* hashes of texts tried with the right key and algorithm */
    size_t seen_count;
    size_t tried, tried_max, bytes, bytes_max;
    bool (*must_stop)(void *context);
    void *context;
    bool exhausted;

    struct fa_choice found[COMBINED_MAX];
    size_t found_count;
    const struct fa_target *target; /* set when something was found */
    uint8_t right_digest[FA_DOCTOR_MAC_SIZE];
};

/* ---- bookkeeping ---- */

#define ASK_EVERY 64 /* hypotheses: less than a tenth of a millisecond */

static uint64_t hash_bytes(struct fa_bytes bytes)
{
    uint64_t hash = 0x9e3779b97f4a7c15u ^ bytes.len, word;
    size_t i;

    for (i = 0; i < bytes.len; i += sizeof(word)) {
        word = 0;
        memcpy(&word, bytes.at + i, bytes.len - i < sizeof(word) ? bytes.len - i : sizeof(word));
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}

/* True the first time. A full table forgets nothing but takes no more: texts are then tried twice.
 */
static bool is_new(struct search *search, uint64_t hash)
{
    size_t place = hash % SEEN_SIZE;

    while (search->seen[place] != 0 && search->seen[place] != hash)
        place = (place + 1) % SEEN_SIZE;
    if (search->seen[place] == hash)
        return false;
    if (search->seen_count < SEEN_SIZE / 2) {
        search->seen[place] = hash;
        search->seen_count++;
    }
    return true;
}

static bool is_text_stage(enum fa_stage stage)
{
    return stage > FA_STAGE_ALGORITHM;
}

/* Is there budget for one more hypothesis over a text of this length? */
static bool may_try(struct search *search, size_t len)
{
    size_t cost = len + 16 * search->draft.right_count;

    if (search->tried >= search->tried_max || cost > search->bytes_max - search->bytes)
        search->exhausted = true;
    if (search->must_stop && search->tried % ASK_EVERY == ASK_EVERY - 1 &&
        search->must_stop(search->context))
        search->exhausted = true;
    return !search->exhausted;
}

/* Sign, compare with every target; true ends the search. */
static bool try_digest(struct search *search, struct fa_bytes key, struct fa_bytes text,
                       const struct fa_choice *choices, size_t count)
{
    enum fa_doctor_scheme scheme = FA_DOCTOR_SCHEME_HMAC;
    enum fa_doctor_digest digest = FA_DOCTOR_DIGEST_SHA1;
    uint8_t bytes[FA_DOCTOR_MAC_SIZE];
    size_t i, len;

    for (i = 0; i < count; i++) {
        if (choices[i].mistake->stage == FA_STAGE_ALGORITHM) {
            scheme = choices[i].mistake->scheme;
            digest = choices[i].mistake->digest;
        }
    }
    search->tried++;
    search->bytes += text.len + 16 * search->draft.right_count;
    len = fa_doctor_mac_compute(search->mac, scheme, digest, key, text, bytes);
    search->target = fa_wire_find(&search->targets, bytes, len);
    if (!search->target)
        return false;
    for (i = 0; i < count; i++)
        search->found[i] = choices[i];
    search->found_count = count;
    return true;
}

/* ---- one mistake ---- */

static struct fa_bytes text_of(const struct search *search, const struct single *single)
{
    return (struct fa_bytes){search->texts.data + single->text_at, single->text_len};
}

static struct fa_bytes key_of(const struct search *search, const struct single *single)
{
    return (struct fa_bytes){search->keys.data + single->key_at, single->key_len};
}

static struct fa_bytes right_text(const struct search *search)
{
    return (struct fa_bytes){search->right_text.data ? search->right_text.data : "",
                             search->right_text.len};
}

static bool same_bytes(struct fa_bytes a, struct fa_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Does the key differ from the right one and from all before? */
static bool is_new_key(const struct search *search, struct fa_bytes key)
{
    size_t i;

    if (same_bytes(key, search->request->secret))
        return false;
    for (i = 0; i < search->count; i++) {
        const struct single *single = &search->singles[i];

        if (single->choice.mistake->stage == FA_STAGE_KEY && single->is_effective &&
            same_bytes(key, key_of(search, single)))
            return false;
    }
    return true;
}

/* Keep what one choice makes of the text or the key. False: the budget for bytes is used up. */
static bool keep_single(struct search *search, struct single *single)
{
    struct fa_bytes text = fa_draft_text(&search->draft), key = search->draft.key;

    if (single->choice.mistake->stage == FA_STAGE_KEY) {
        single->is_effective = is_new_key(search, key);
        single->key_at = search->keys.len;
        single->key_len = key.len;
        return pm_buf_add(&search->keys, key.at, key.len) == 0;
    }
    if (single->choice.mistake->stage == FA_STAGE_ALGORITHM) {
        single->is_effective = true;
        return true;
    }
    single->hash = hash_bytes(text);
    single->is_effective = is_new(search, single->hash);
    single->text_at = search->texts.len;
    single->text_len = text.len;
    return !single->is_effective || pm_buf_add(&search->texts, text.at, text.len) == 0;
}

/* Try one choice alone. Returns 1 found, 0 not, -1 the search is over. */
static int try_single(struct search *search, const struct fa_choice *choice)
{
    struct single *single = &search->singles[search->count];

    if (search->count == CHOICES_MAX || !may_try(search, search->right_text.len)) {
        search->exhausted = true;
        return -1;
    }
    *single = (struct single){.choice = *choice};
    if (fa_draft_build(&search->draft, choice, 1) < 0)
        return 0; /* larger than any request may be */
    if (!keep_single(search, single)) {
        search->exhausted = true;
        return -1;
    }
    search->count++;
    return single->is_effective &&
           try_digest(search, search->draft.key, fa_draft_text(&search->draft), choice, 1);
}

static int try_singles_of_rank(struct search *search, unsigned rank)
{
    size_t i, variant;

    for (i = 0; i < fa_catalogue_count; i++) {
        size_t variants = fa_mistake_variants(&fa_catalogue[i], search->request);

        for (variant = 0; variant < variants && fa_catalogue[i].rank == rank; variant++) {
            int r = try_single(search, &(struct fa_choice){&fa_catalogue[i], variant});

            if (r != 0)
                return r;
        }
    }
    return 0;
}

static int compare_singles(const void *a, const void *b)
{
    const struct fa_choice *left = &((const struct single *)a)->choice;
    const struct fa_choice *right = &((const struct single *)b)->choice;

    if (left->mistake != right->mistake)
        return left->mistake < right->mistake ? -1 : 1;
    return (left->variant > right->variant) - (left->variant < right->variant);
}

/* Everyday ones first: of mistakes that come to the same, the likeliest is named and combined. */
static int try_singles(struct search *search)
{
    unsigned rank;
    int r = 0;

    for (rank = 0; rank <= RANK_MAX && r == 0; rank++)
        r = try_singles_of_rank(search, rank);
    if (r == 0)
        qsort(search->singles, search->count, sizeof(search->singles[0]), compare_singles);
    return r;
}

/* ---- several mistakes ---- */

static bool may_combine(const struct single *a, const struct single *b)
{
    return a->choice.mistake->stage != b->choice.mistake->stage ||
           !fa_stage_is_exclusive(a->choice.mistake->stage);
}

/* Sign with these; the text of a single choice and every key are there already. */
static bool try_combination(struct search *search, const struct single *const *parts, size_t count)
{
    struct fa_choice choices[COMBINED_MAX], *text_choices = choices;
    struct fa_bytes key = search->request->secret, text = right_text(search);
    size_t i, texts = 0;

    for (i = 0; i < count; i++) {
        choices[i] = parts[i]->choice;
        if (choices[i].mistake->stage == FA_STAGE_KEY)
            key = key_of(search, parts[i]);
        if (is_text_stage(choices[i].mistake->stage) && texts++ == 0)
            text_choices = &choices[i];
    }
    if (texts == 1)
        text = text_of(search, parts[count - 1]); /* stages of the text come last */
    if (texts > 1) {
        if (fa_draft_build(&search->draft, text_choices, texts) < 0)
            return false;
        text = fa_draft_text(&search->draft);
        if (texts == count && !is_new(search, hash_bytes(text)))
            return false;
    }
    return may_try(search, text.len) && try_digest(search, key, text, choices, count);
}

/* One pass over the combinations: how many at once, their ranks together, from which stage on. */
struct pass {
    size_t size;
    unsigned rank;
    enum fa_stage from;
};

/* Likely ones first. What a shell does to a text, it often does three times over. */
static const struct pass passes[] = {
    {2, 0, FA_STAGE_KEY}, {3, 0, FA_STAGE_TEXT}, {2, 1, FA_STAGE_KEY},
    {2, 2, FA_STAGE_KEY}, {3, 1, FA_STAGE_TEXT}, {2, 3, FA_STAGE_KEY},
    {2, 4, FA_STAGE_KEY}, {3, 0, FA_STAGE_KEY},  {3, 1, FA_STAGE_KEY},
};

static bool fits(const struct pass *pass, const struct single *const *parts, size_t have,
                 const struct single *single, unsigned rank)
{
    size_t i;

    if (!single->is_effective || single->choice.mistake->rank > rank ||
        single->choice.mistake->stage < pass->from)
        return false;
    for (i = 0; i < have; i++) {
        if (!may_combine(parts[i], single))
            return false;
    }
    return true;
}

/* All sets that begin with these parts and go on from `first`, their further ranks exactly `rank`.
 */
static bool combine(struct search *search, const struct pass *pass, const struct single **parts,
                    size_t have, size_t first, unsigned rank)
{
    size_t i;

    if (have == pass->size)
        return rank == 0 && try_combination(search, parts, have);
    for (i = first; i < search->count && !search->exhausted; i++) {
        const struct single *single = &search->singles[i];

        if (!fits(pass, parts, have, single, rank))
            continue;
        parts[have] = single;
        if (combine(search, pass, parts, have + 1, i + 1, rank - single->choice.mistake->rank))
            return true;
    }
    return false;
}

static bool try_combinations(struct search *search)
{
    const struct single *parts[COMBINED_MAX];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(passes); i++) {
        if (combine(search, &passes[i], parts, 0, 0, passes[i].rank))
            return true;
    }
    return false;
}

/* ---- the search as a whole ---- */

static void search_clear(struct search *search)
{
    if (search->keys.data)
        explicit_bzero(search->keys.data, search->keys.size);
    if (search->texts.data)
        explicit_bzero(search->texts.data, search->texts.size);
    pm_buf_clear(&search->keys);
    pm_buf_clear(&search->texts);
    pm_buf_clear(&search->right_text);
    fa_draft_clear(&search->draft);
    fa_doctor_mac_free(search->mac);
    free(search->seen);
    free(search);
}

static struct search *search_new(const struct fa_doctor_case *request)
{
    struct search *search = calloc(1, sizeof(*search));

    if (!search)
        return NULL;
    search->request = request;
    search->tried_max = request->hypotheses_max ? request->hypotheses_max : FA_DOCTOR_HYPOTHESES;
    search->bytes_max = request->bytes_max ? request->bytes_max : FA_DOCTOR_BYTES;
    search->must_stop = request->must_stop;
    search->context = request->context;
    pm_buf_init(&search->texts, search->bytes_max);
    pm_buf_init(&search->keys, search->bytes_max);
    pm_buf_init(&search->right_text, FA_DOCTOR_BYTES_PATIENT);
    search->seen = calloc(SEEN_SIZE, sizeof(search->seen[0]));
    search->mac = fa_doctor_mac_new();
    if (!search->seen || !search->mac || fa_draft_init(&search->draft, request, search->mac) < 0 ||
        fa_wire_read(request->checksum, &search->targets) < 0) {
        search_clear(search);
        return NULL;
    }
    return search;
}

/* Make the right text and digest; they are the first hypothesis. Errors: -1 */
static int sign_right(struct search *search)
{
    struct fa_bytes text;

    if (fa_draft_build(&search->draft, NULL, 0) < 0)
        return -1;
    text = fa_draft_text(&search->draft);
    if (pm_buf_add(&search->right_text, text.at, text.len) < 0)
        return -1;
    if (fa_doctor_mac_compute(search->mac, FA_DOCTOR_SCHEME_HMAC, FA_DOCTOR_DIGEST_SHA1,
                              search->request->secret, right_text(search),
                              search->right_digest) != CHECKSUM_SIZE)
        return -1;
    (void)is_new(search, hash_bytes(text));
    return 0;
}

static void run(struct search *search)
{
    if (search->targets.count == 0 ||
        try_digest(search, search->request->secret, right_text(search), NULL, 0))
        return;
    if (try_singles(search) == 0)
        (void)try_combinations(search);
}

/* ---- the diagnosis ---- */

/* Mistakes that need no search: the checksum is something else of the request. */
static const struct fa_mistake instead[] = {
    {.id = "checksum-empty",
     .stage = FA_STAGE_WIRE,
     .title = "the checksum was empty",
     .mend = "Look where the checksum gets lost: the variable or the pipe is empty."},
    {.id = "checksum-is-secret",
     .stage = FA_STAGE_WIRE,
     .title = "the secret key itself was sent as the checksum",
     .mend = "Never send the secret key. Have it replaced now: it has been on the wire."},
    {.id = "checksum-is-apikey",
     .stage = FA_STAGE_WIRE,
     .title = "the apikey was sent as the checksum"},
    {.id = "checksum-is-text",
     .stage = FA_STAGE_WIRE,
     .title = "the text was sent as the checksum, without signing it"},
};

static const struct fa_mistake *find_instead(const struct search *search)
{
    const struct fa_bytes these[] = {
        {"", 0}, search->request->secret, search->request->apikey, right_text(search)};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(these); i++) {
        if (same_bytes(search->request->checksum, these[i]))
            return &instead[i];
    }
    return NULL;
}

/* The title with its variant in place, cut at a whole character when it is too long. */
static void write_title(struct fa_diagnosis_mistake *out, const struct fa_choice *choice,
                        const struct fa_doctor_case *request)
{
    const char *title = choice->mistake->title, *gap = strstr(title, "{}");
    struct pm_buf text;
    size_t len = 0, step;

    pm_buf_init(&text, FA_WIRE_RECEIVED_MAX * 8);
    (void)pm_buf_add(&text, title, gap ? (size_t)(gap - title) : strlen(title));
    if (gap) {
        choice->mistake->describe(request, choice->variant, &text);
        (void)pm_buf_adds(&text, gap + 2);
    }
    while (len < text.len) {
        step = pm_text_utf8_len(text.data + len, text.len - len);
        step = step > 0 ? step : 1;
        if (len + step >= sizeof(out->title))
            break;
        len += step;
    }
    memcpy(out->title, text.data ? text.data : "", len);
    out->title[len] = '\0';
    pm_buf_clear(&text);
}

static void write_mistake(struct fa_diagnosis_mistake *out, const struct fa_choice *choice,
                          const struct fa_doctor_case *request)
{
    const struct fa_mistake *mistake = choice->mistake;

    out->id = mistake->id;
    out->rule = fa_stage_rule(mistake->stage);
    out->mend = mistake->mend ? mistake->mend : fa_stage_mend(mistake->stage);
    write_title(out, choice, request);
}

static void add_mistake(struct fa_diagnosis *diagnosis, const struct fa_choice *choice,
                        const struct fa_doctor_case *request)
{
    write_mistake(&diagnosis->mistakes[diagnosis->mistake_count++], choice, request);
}

/* Other single mistakes that make the same text of this request. */
static void add_also(struct search *search, struct fa_diagnosis *diagnosis)
{
    uint64_t hash;
    size_t i, variant;

    if (search->found_count != 1 || !is_text_stage(search->found[0].mistake->stage))
        return;
    hash = search->singles[search->count - 1].hash;
    for (i = 0; i < fa_catalogue_count; i++) {
        const struct fa_mistake *mistake = &fa_catalogue[i];
        size_t variants = fa_mistake_variants(mistake, search->request);

        for (variant = 0; variant < variants && is_text_stage(mistake->stage); variant++) {
            struct fa_choice choice = {mistake, variant};

            if (diagnosis->also_count == FA_DIAGNOSIS_ALSO_MAX)
                return;
            if (mistake == search->found[0].mistake ||
                fa_draft_build(&search->draft, &choice, 1) < 0 ||
                hash_bytes(fa_draft_text(&search->draft)) != hash)
                continue;
            write_mistake(&diagnosis->also[diagnosis->also_count++], &choice, search->request);
        }
    }
}

static void explain(struct search *search, struct fa_diagnosis *diagnosis)
{
    size_t i;

    diagnosis->verdict = FA_DIAGNOSIS_EXPLAINED;
    for (i = 0; i < search->found_count; i++)
        add_mistake(diagnosis, &search->found[i], search->request);
    for (i = 0; i < search->target->mistake_count; i++)
        add_mistake(diagnosis, &(struct fa_choice){search->target->mistakes[i], 0},
                    search->request);
    if (diagnosis->mistake_count == 0)
        diagnosis->verdict = FA_DIAGNOSIS_RIGHT;
    add_also(search, diagnosis);
}

/* Does it hold a byte that shells, encoders or character sets are known to alter? */
static bool is_delicate(struct fa_bytes value)
{
    size_t i;

    for (i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.at[i];

        if (byte <= ' ' || byte > 0x7e || strchr("%+&\\\"'$`*", byte))
            return true;
    }
    return false;
}

/* Could anything but the key have gone wrong? Every timestamp has its blank, which clients know. */
static bool could_be_altered(const struct fa_doctor_case *request)
{
    size_t i;

    for (i = 0; i < request->count; i++) {
        const struct fa_doctor_param *param = &request->params[i];

        if (!fa_doctor_is_checksum(param->name) &&
            !fa_bytes_equal_nocase(param->name, "timestamp") && is_delicate(param->value))
            return true;
    }
    return false;
}

/* Nothing explains it: say at least what kind of thing was received. */
static enum fa_diagnosis_verdict guess(const struct search *search)
{
    static const size_t sizes[] = {CHECKSUM_SIZE, 16, 28, 32, 48, 64};
    size_t i, k;

    for (i = 0; i < search->targets.count; i++) {
        const struct fa_target *target = &search->targets.items[i];

        for (k = 0; k < PM_ARRAY_LEN(sizes); k++) {
            if (target->match == FA_MATCH_WHOLE && target->len == sizes[k])
                return could_be_altered(search->request) ? FA_DIAGNOSIS_TEXT : FA_DIAGNOSIS_KEY;
        }
    }
    return FA_DIAGNOSIS_FORM;
}

static int write_expected(const struct search *search, struct fa_diagnosis *diagnosis)
{
    struct pm_buf base64;
    int r;

    pm_buf_init(&base64, sizeof(diagnosis->expected_checksum) - 1);
    fa_map_base64(&base64, (const char *)search->right_digest, CHECKSUM_SIZE);
    r = base64.failed ? -1 : 0;
    if (r == 0)
        memcpy(diagnosis->expected_checksum, base64.data, base64.len + 1);
    pm_buf_clear(&base64);
    return r;
}

int fa_doctor_examine(const struct fa_doctor_case *request, struct fa_diagnosis *ret_diagnosis)
{
    struct fa_diagnosis diagnosis = {.verdict = FA_DIAGNOSIS_FORM};
    struct search *search = search_new(request);
    const struct fa_mistake *other;
    int r = -1;

    if (!search)
        return -1;
    if (sign_right(search) < 0 || write_expected(search, &diagnosis) < 0)
        goto done;

    other = find_instead(search);
    if (!other)
        run(search);
    if (other) {
        diagnosis.verdict = FA_DIAGNOSIS_EXPLAINED;
        add_mistake(&diagnosis, &(struct fa_choice){other, 0}, request);
    } else if (search->target) {
        explain(search, &diagnosis);
    } else {
        diagnosis.verdict = guess(search);
    }
    diagnosis.tried = search->tried;
    diagnosis.exhausted = search->exhausted;
    r = fa_shown_texts(request, search->mac, search->found, search->found_count, &diagnosis);
    if (r == 0)
        *ret_diagnosis = diagnosis;
    else
        fa_diagnosis_clear(&diagnosis);

done:
    search_clear(search);
    return r;
}

void fa_diagnosis_clear(struct fa_diagnosis *diagnosis)
{
    free(diagnosis->expected_text);
    free(diagnosis->client_text);
    free(diagnosis->received);
    *diagnosis = (struct fa_diagnosis){.verdict = FA_DIAGNOSIS_FORM};
}

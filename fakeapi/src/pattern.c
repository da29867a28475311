#include "pattern.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define UNLIMITED INT_MAX

enum step_kind {
    STEP_BYTE,  /* this one */
    STEP_SET,   /* one of a set */
    STEP_BEGIN, /* of the text */
    STEP_END,
    STEP_FORK, /* go on at both */
    STEP_JUMP,
    STEP_FITS,
};

/* Distances are from the step itself, so that a piece of an expression can be moved and copied. */
struct step {
    enum step_kind kind;
    int value; /* the byte, or the number of the set */
    int first;
    int second;
};

struct set {
    uint8_t bits[(UCHAR_MAX + 1) / CHAR_BIT];
};

/* The places that may fit. */
struct places {
    int *at;
    int count;
};

struct fa_pattern {
    struct step *steps;
    int count;
    struct set *sets;
    int set_count;
    struct places now;
    struct places next;
    int *open;       /* places whose forks are still to be followed */
    unsigned *round; /* in which a place was noted last */
    unsigned rounds;
};

/* Making one */

struct making {
    struct fa_pattern *pattern;
    const char *at;
    const char *wrong;
    int depth;
};

static void fail(struct making *making, const char *wrong)
{
    if (!making->wrong)
        making->wrong = wrong;
}

/* Make room for @count steps at @place, moving the rest. */
static struct step *insert(struct making *making, int place, int count)
{
    struct fa_pattern *pattern = making->pattern;
    struct step *steps = pattern->steps + place;

    if (making->wrong || count > FA_PATTERN_STEPS_MAX - pattern->count) {
        fail(making, "repeats too much");
        return NULL;
    }
    memmove(steps + count, steps, (size_t)(pattern->count - place) * sizeof(*steps));
    pattern->count += count;
    memset(steps, 0, (size_t)count * sizeof(*steps));
    return steps;
}

static void put(struct making *making, int place, struct step step)
{
    struct step *room = insert(making, place, 1);

    if (room)
        *room = step;
}

static void add(struct making *making, struct step step)
{
    put(making, making->pattern->count, step);
}

static void set_byte(struct set *set, int byte)
{
    set->bits[byte / CHAR_BIT] |= (uint8_t)(1U << (byte % CHAR_BIT));
}

static bool has_byte(const struct set *set, int byte)
{
    return set->bits[byte / CHAR_BIT] >> (byte % CHAR_BIT) & 1;
}

static void add_set(struct making *making, const struct set *set)
{
    struct fa_pattern *pattern = making->pattern;
    struct set *sets = realloc(pattern->sets, (size_t)(pattern->set_count + 1) * sizeof(*sets));

    if (!sets) {
        fail(making, "needs memory that there is not");
        return;
    }
    pattern->sets = sets;
    sets[pattern->set_count] = *set;
    add(making, (struct step){.kind = STEP_SET, .value = pattern->set_count++});
}

/* All but NUL, as regexec() has it. */
static void add_any(struct making *making)
{
    struct set set;

    memset(&set, 0xff, sizeof(set));
    set.bits[0] &= (uint8_t)~1U;
    add_set(making, &set);
}

/* Brackets */

/* By the C locale's names; isalpha() and its like would ask the host program's. */
static const struct {
    const char *name;
    const char *ranges; /* pairs of the first and the last */
} classes[] = {
    {"alpha", "azAZ"}, {"digit", "09"},     {"alnum", "azAZ09"},  {"upper", "AZ"},
    {"lower", "az"},   {"space", "\t\r  "}, {"blank", "\t\t  "},  {"punct", "!/:@[`{~"},
    {"print", " ~"},   {"graph", "!~"},     {"xdigit", "09afAF"}, {"cntrl", "\x01\x1f\x7f\x7f"},
};

#define CLASS_COUNT (sizeof(classes) / sizeof(classes[0]))

static void set_range(struct set *set, int first, int last)
{
    for (; first <= last; first++)
        set_byte(set, first);
}

static void set_class(struct making *making, struct set *set, const char *name, size_t len)
{
    const char *range;
    size_t i = 0;

    while (i < CLASS_COUNT &&
           (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0))
        i++;
    if (i == CLASS_COUNT) {
        fail(making, "has an unknown class of characters");
        return;
    }
    for (range = classes[i].ranges; *range; range += 2)
        set_range(set, (unsigned char)range[0], (unsigned char)range[1]);
    if (strcmp(classes[i].name, "cntrl") == 0)
        set_byte(set, '\0');
}

/* One character, perhaps as `[.x.]` or `[=x=]`. */
static int read_element(struct making *making)
{
    const char *at = making->at;

    if (at[0] != '[' || !at[1] || !strchr(".=", at[1])) {
        making->at++;
        return (unsigned char)at[0];
    }
    if (!at[2] || at[3] != at[1] || at[4] != ']') {
        fail(making, "has a character of several letters");
        return 0;
    }
    making->at += strlen("[.x.]");
    return (unsigned char)at[2];
}

static void read_range(struct making *making, struct set *set)
{
    int first = read_element(making);
    int last = first;

    if (making->at[0] == '-' && making->at[1] && making->at[1] != ']') {
        making->at++;
        last = read_element(making);
    }
    set_range(set, first, last);
}

static void read_brackets(struct making *making)
{
    bool is_negative = making->at[1] == '^';
    struct set set = {{0}};
    const char *begin;
    size_t i;

    making->at += 1 + is_negative;
    begin = making->at;
    while (*making->at && (*making->at != ']' || making->at == begin) && !making->wrong) {
        const char *end = strstr(making->at, ":]");

        if (strncmp(making->at, "[:", 2) == 0 && end) {
            set_class(making, &set, making->at + 2, (size_t)(end - making->at) - 2);
            making->at = end + 2;
        } else {
            read_range(making, &set);
        }
    }
    making->at += *making->at == ']';
    for (i = 0; is_negative && i < sizeof(set.bits); i++)
        set.bits[i] = (uint8_t)~set.bits[i];
    add_set(making, &set);
}

/* Repeating what stands from @begin to the end */

static void copy_piece(struct making *making, int begin, int len, int times)
{
    for (; times > 0 && !making->wrong; times--) {
        struct step *steps = insert(making, making->pattern->count, len);

        if (steps)
            memcpy(steps, making->pattern->steps + begin, (size_t)len * sizeof(*steps));
    }
}

static void make_optional(struct making *making, int begin)
{
    int len = making->pattern->count - begin;

    put(making, begin, (struct step){.kind = STEP_FORK, .first = 1, .second = len + 1});
}

static void make_loop(struct making *making, int begin)
{
    int len = making->pattern->count - begin;

    put(making, begin, (struct step){.kind = STEP_FORK, .first = 1, .second = len + 2});
    add(making, (struct step){.kind = STEP_JUMP, .first = -len - 1});
}

static void repeat(struct making *making, int begin, int least, int most)
{
    struct fa_pattern *pattern = making->pattern;
    int len = pattern->count - begin;
    int last;

    if (most == 0) {
        pattern->count = begin;
        return;
    }
    copy_piece(making, begin, len, least - 1);
    if (most == least || making->wrong)
        return;
    copy_piece(making, begin, len, least > 0); /* what follows need not come */
    last = pattern->count - len;
    if (most == UNLIMITED) {
        make_loop(making, last);
        return;
    }
    make_optional(making, last);
    copy_piece(making, last, len + 1, most - (least > 0 ? least : 0) - 1);
}

static int read_number(struct making *making)
{
    int number = 0;

    for (; isdigit((unsigned char)*making->at); making->at++)
        number = number < FA_PATTERN_STEPS_MAX ? 10 * number + (*making->at - '0') : number;
    return number;
}

/* `{n}`, `{n,}`, `{n,m}`, `{,m}` */
static void read_bounds(struct making *making, int begin)
{
    int least = read_number(making);
    int most = least;

    if (*making->at == ',') {
        making->at++;
        most = isdigit((unsigned char)*making->at) ? read_number(making) : UNLIMITED;
    }
    making->at += *making->at == '}';
    repeat(making, begin, least, most);
}

static void read_repetition(struct making *making, int begin)
{
    while (*making->at && strchr("*+?{", *making->at) && !making->wrong) {
        switch (*making->at++) {
        case '*':
            repeat(making, begin, 0, UNLIMITED);
            break;
        case '+':
            repeat(making, begin, 1, UNLIMITED);
            break;
        case '?':
            repeat(making, begin, 0, 1);
            break;
        default:
            read_bounds(making, begin);
            break;
        }
    }
}

/* Items, what stands one after another, and what stands beside one another */

static void read_choices(struct making *making);

static void read_escaped(struct making *making)
{
    unsigned char byte = (unsigned char)making->at[1];

    if (byte == '\0' || isalnum(byte) || strchr("<>`'", byte)) {
        fail(making, "has a \\ before a letter or the like");
        return;
    }
    making->at += 2;
    add(making, (struct step){.kind = STEP_BYTE, .value = byte});
}

static void read_group(struct making *making)
{
    making->at++;
    making->depth++;
    read_choices(making);
    making->depth--;
    making->at += *making->at == ')';
}

static void read_item(struct making *making)
{
    switch (*making->at) {
    case '(':
        read_group(making);
        break;
    case '[':
        read_brackets(making);
        break;
    case '\\':
        read_escaped(making);
        break;
    case '.':
        making->at++;
        add_any(making);
        break;
    case '^':
    case '$':
        add(making, (struct step){.kind = *making->at++ == '^' ? STEP_BEGIN : STEP_END});
        break;
    default:
        add(making, (struct step){.kind = STEP_BYTE, .value = (unsigned char)*making->at++});
        break;
    }
}

static void read_sequence(struct making *making)
{
    while (*making->at && *making->at != '|' && (*making->at != ')' || making->depth == 0) &&
           !making->wrong) {
        int begin = making->pattern->count;

        read_item(making);
        read_repetition(making, begin);
    }
}

static void read_choices(struct making *making)
{
    struct fa_pattern *pattern = making->pattern;
    int begin = pattern->count;
    int jump;

    read_sequence(making);
    if (*making->at != '|' || making->wrong)
        return;
    making->at++;
    put(making, begin,
        (struct step){.kind = STEP_FORK, .first = 1, .second = pattern->count - begin + 2});
    jump = pattern->count;
    add(making, (struct step){.kind = STEP_JUMP});
    read_choices(making);
    if (!making->wrong)
        pattern->steps[jump].first = pattern->count - jump;
}

/* Steps were made room for generously; places get it now that their number is known. */
static void make_places(struct making *making)
{
    struct fa_pattern *pattern = making->pattern;
    size_t count = (size_t)pattern->count;

    pattern->now.at = calloc(count, sizeof(int));
    pattern->next.at = calloc(count, sizeof(int));
    pattern->open = calloc(2 * count + 1, sizeof(int)); /* each fork leaves two, once */
    pattern->round = calloc(count, sizeof(unsigned));
    if (!pattern->now.at || !pattern->next.at || !pattern->open || !pattern->round)
        fail(making, "needs memory that there is not");
}

static void shrink(struct fa_pattern *pattern)
{
    struct step *steps = realloc(pattern->steps, (size_t)pattern->count * sizeof(*steps));

    if (steps)
        pattern->steps = steps;
}

struct fa_pattern *fa_pattern_new(const char *text, const char **ret_wrong)
{
    struct making making = {.pattern = calloc(1, sizeof(struct fa_pattern)), .at = text};

    *ret_wrong = "needs memory that there is not";
    if (!making.pattern)
        return NULL;
    making.pattern->steps = calloc(FA_PATTERN_STEPS_MAX, sizeof(struct step));
    if (!making.pattern->steps)
        fail(&making, *ret_wrong);
    else
        read_choices(&making);
    add(&making, (struct step){.kind = STEP_FITS});
    if (!making.wrong)
        make_places(&making);
    if (!making.wrong) {
        shrink(making.pattern);
        return making.pattern;
    }
    *ret_wrong = making.wrong;
    fa_pattern_free(making.pattern);
    return NULL;
}

void fa_pattern_free(struct fa_pattern *pattern)
{
    if (!pattern)
        return;
    free(pattern->steps);
    free(pattern->sets);
    free(pattern->now.at);
    free(pattern->next.at);
    free(pattern->open);
    free(pattern->round);
    free(pattern);
}

/* Fitting */

struct moment {
    bool is_begin;
    bool is_end;
};

static bool is_noted(struct fa_pattern *pattern, int place)
{
    if (pattern->round[place] == pattern->rounds)
        return true;
    pattern->round[place] = pattern->rounds;
    return false;
}

static bool holds(enum step_kind kind, struct moment moment)
{
    return kind == STEP_BEGIN ? moment.is_begin : moment.is_end;
}

/* Note all places that are reached from this one without a byte. Returns whether it fits. */
static bool note(struct fa_pattern *pattern, struct places *places, int place, struct moment moment)
{
    int count = 0;

    pattern->open[count++] = place;
    while (count > 0) {
        int at = pattern->open[--count];
        const struct step *step = &pattern->steps[at];

        if (is_noted(pattern, at))
            continue;
        if (step->kind == STEP_FITS)
            return true;
        if (step->kind == STEP_BYTE || step->kind == STEP_SET)
            places->at[places->count++] = at;
        else if (step->kind == STEP_FORK || step->kind == STEP_JUMP)
            pattern->open[count++] = at + step->first;
        else if (holds(step->kind, moment))
            pattern->open[count++] = at + 1;
        if (step->kind == STEP_FORK)
            pattern->open[count++] = at + step->second;
    }
    return false;
}

static bool takes(const struct fa_pattern *pattern, const struct step *step, int byte)
{
    return step->kind == STEP_BYTE ? step->value == byte
                                   : has_byte(&pattern->sets[step->value], byte);
}

/* So many rounds that their number begins anew. */
static void next_round(struct fa_pattern *pattern)
{
    if (++pattern->rounds != 0)
        return;
    memset(pattern->round, 0, (size_t)pattern->count * sizeof(*pattern->round));
    pattern->rounds = 1;
}

bool fa_pattern_fits(struct fa_pattern *pattern, const char *text, size_t len)
{
    size_t i;
    int k;

    pattern->now.count = 0;
    next_round(pattern);
    if (note(pattern, &pattern->now, 0, (struct moment){true, len == 0}))
        return true;
    for (i = 0; i < len; i++) {
        struct moment moment = {false, i + 1 == len};
        struct places now = pattern->now;

        pattern->next.count = 0;
        next_round(pattern);
        for (k = 0; k < now.count; k++)
            if (takes(pattern, &pattern->steps[now.at[k]], (unsigned char)text[i]) &&
                note(pattern, &pattern->next, now.at[k] + 1, moment))
                return true;
        if (note(pattern, &pattern->next, 0, moment)) /* or it begins here */
            return true;
        pattern->now = pattern->next;
        pattern->next = now;
    }
    return false;
}

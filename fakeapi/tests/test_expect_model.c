/*
 * Expectations against a naive model: random requests, commits that fail, expectations that come
 * and go, a journal that forgets; the model keeps every request there ever was and counts anew each
 * time. What is answered yes or no must be so; cannot know is only for what was forgotten.
 */
#include "suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "expect_private.h"
#include "journal.h"
#include "params.h"

#define RUNS         300
#define STEPS        600
#define ACCOUNTS     3
#define ACTIONS      3
#define TAGS         3
#define ANY          (-1)
#define DECLARED_MAX 8
#define REQUESTS_MAX (STEPS + 1)
#define MANY         1000000

/* Random numbers, the same in every run: xorshift64*. */
static uint64_t seed;

static int draw(int count)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (int)((seed * UINT64_C(2685821657736338717)) >> 33) % count;
}

/* The model */

struct request {
    int account;
    int action;
    int tag;
    bool is_held;
    bool has_failed;
    bool is_cleared;
    int64_t at_ms;
};

struct declared {
    char name[32];
    int account;
    enum fa_expect_kind kind;
    int action; /* or ANY */
    int tag;
    int verdict; /* ANY, 0 accepted, 1 failed */
    int64_t at_least;
    int64_t at_most;
    int64_t since_id;
    int64_t within_ms;
    int64_t declared_ms;
    int64_t declared_id; /* what came up to this one cannot be too late */
    bool is_complete;    /* nothing was forgotten when it was declared */
    int after;           /* index of another, or ANY */
    bool is_there;
};

struct truth {
    int64_t count;
    int64_t met_id;
    int64_t early;
};

static struct request requests[REQUESTS_MAX]; /* by id */
static int64_t newest;
static struct declared all[STEPS];
static int all_count;
static int64_t now_ms;

static bool fits(const struct declared *one, int64_t id)
{
    const struct request *request = &requests[id];

    return request->account == one->account && id > one->since_id && !request->is_cleared &&
           (one->action == ANY || one->action == request->action) &&
           (one->tag == ANY || one->tag == request->tag) &&
           (one->verdict == ANY || one->verdict == (request->has_failed ? 1 : 0));
}

static bool is_late(const struct declared *one, int64_t id)
{
    return one->within_ms > 0 && id > one->declared_id &&
           requests[id].at_ms - one->declared_ms > one->within_ms;
}

static struct truth count(const struct declared *one)
{
    struct truth other = {0};
    struct truth truth = {0};
    int64_t id;

    if (one->after != ANY)
        other = count(&all[one->after]);
    for (id = 1; id <= newest; id++) {
        bool is_early = one->after != ANY && (other.met_id == 0 || other.met_id >= id);

        if (!fits(one, id) || (is_early && one->kind == FA_EXPECT_MUST_NOT) || is_late(one, id))
            continue;
        truth.count++;
        truth.early += is_early;
        if (truth.met_id == 0 && truth.count >= one->at_least && !is_early)
            truth.met_id = id;
    }
    return truth;
}

static bool is_so(const struct declared *one)
{
    struct truth truth = count(one);

    return truth.count >= one->at_least && truth.count <= one->at_most &&
           !(one->after != ANY && one->kind == FA_EXPECT_MUST && truth.early > 0);
}

static int64_t count_strays(int account)
{
    int64_t strays = 0;
    int64_t id;
    int i;

    for (id = 1; id <= newest; id++) {
        bool is_expected = false;

        if (requests[id].account != account || requests[id].is_cleared)
            continue;
        for (i = 0; i < all_count; i++)
            is_expected |= all[i].is_there && fits(&all[i], id);
        strays += !is_expected;
    }
    return strays;
}

/* The real thing */

static struct fa_journal *journal;
static struct fa_expects *expects;

static int64_t read_ms(void)
{
    return now_ms;
}

static void come(void)
{
    struct request *request = &requests[++newest];
    struct fa_arena arena;
    struct fa_params params;
    char action[8];
    char body[64];
    int len;

    *request = (struct request){.account = draw(ACCOUNTS),
                                .action = draw(ACTIONS),
                                .tag = draw(TAGS),
                                .is_held = draw(3) > 0,
                                .at_ms = now_ms};
    snprintf(action, sizeof(action), "a%d", request->action);
    len = snprintf(body, sizeof(body), "action=%s&tag=t%d", action, request->tag);
    const struct fa_journal_entry entry = {
        .account_id = request->account,
        .status = 200,
        .verdict = FA_VERDICT_ACCEPTED,
        .is_held = request->is_held,
        .committed_us = -1,
        .action = action,
        .body = {body, (uint32_t)len, (uint32_t)len},
    };

    fa_arena_init(&arena, 1 << 16);
    ck_assert_int_eq(fa_params_parse(&arena, "", 0, body, (size_t)len, &params), 0);
    ck_assert_int_eq(fa_journal_add(journal, &entry), newest);
    fa_expects_note(expects, fa_journal_get(journal, newest), &params);
    fa_arena_clear(&arena);
}

static void settle(bool has_failed)
{
    int64_t id;

    for (id = fa_journal_settled(journal) + 1; id <= newest; id++)
        requests[id].has_failed = has_failed && requests[id].is_held;
    fa_journal_settle(journal, has_failed, 0);
    fa_expects_settle(expects, has_failed);
}

static int pick_other(const struct declared *one)
{
    int tries;

    for (tries = 0; tries < 4; tries++) {
        int i = draw(all_count + 1);

        if (i < all_count && all[i].is_there && all[i].account == one->account)
            return i;
    }
    return ANY;
}

static void write_json(const struct declared *one, char *json, size_t size)
{
    static const char *const kinds[] = {"must", "may", "must_not"};
    char text[3][48] = {"", "", ""};
    char counts[96] = "";
    char within[48] = "";
    char after[48] = "";

    if (one->action != ANY)
        snprintf(text[0], sizeof(text[0]), "\"action\":\"a%d\",", one->action);
    if (one->tag != ANY)
        snprintf(text[1], sizeof(text[1]), "\"params\":{\"tag\":\"t%d\"},", one->tag);
    if (one->verdict != ANY)
        snprintf(text[2], sizeof(text[2]), "\"verdict\":\"%s\",",
                 one->verdict == 0 ? "accepted" : "failed");
    if (one->kind == FA_EXPECT_MUST)
        snprintf(counts, sizeof(counts), ",\"at_least\":%d", (int)one->at_least);
    if (one->kind != FA_EXPECT_MUST_NOT && one->at_most != FA_UNLIMITED)
        snprintf(counts + strlen(counts), sizeof(counts) - strlen(counts), ",\"at_most\":%d",
                 (int)one->at_most);
    if (one->within_ms > 0)
        snprintf(within, sizeof(within), ",\"within\":%d", (int)one->within_ms);
    if (one->after != ANY)
        snprintf(after, sizeof(after), ",\"after\":\"%.30s\"", all[one->after].name);
    snprintf(json, size, "{\"id\":\"%s\",\"%s\":{%s%s%s\"method\":{\"absent\":true}}%s%s%s%s}",
             one->name, kinds[one->kind], text[0], text[1], text[2], counts, within, after,
             one->since_id > 0 && one->since_id == newest ? ",\"since\":\"now\"" : "");
}

static struct declared draw_expectation(void)
{
    struct declared one = {
        .account = draw(ACCOUNTS),
        .kind = (enum fa_expect_kind)draw(FA_EXPECT_KIND_MAX),
        .action = draw(ACTIONS + 1) - 1,
        .tag = draw(TAGS + 1) - 1,
        .verdict = draw(3) - 1,
        .at_least = draw(4),
        .at_most = draw(2) ? FA_UNLIMITED : 3 + draw(20),
        .declared_ms = now_ms,
        .declared_id = newest,
        .is_there = true,
    };

    snprintf(one.name, sizeof(one.name), "e%d", all_count);
    one.after = pick_other(&one);
    if (one.kind != FA_EXPECT_MUST)
        one.at_least = 0;
    if (one.kind == FA_EXPECT_MUST_NOT)
        one.at_most = 0;
    if (draw(4) == 0)
        one.within_ms = 1 + draw(200);
    one.since_id = fa_journal_count(journal, one.account).cleared_id;
    if (draw(3) == 0)
        one.since_id = newest;
    return one;
}

static void declare(void)
{
    struct declared one = draw_expectation();
    char json[512];
    char message[256] = "";
    cJSON *parsed;

    if (fa_expects_count(expects, one.account) == DECLARED_MAX)
        return;
    write_json(&one, json, sizeof(json));
    parsed = cJSON_Parse(json);
    ck_assert_msg(fa_expects_declare(expects, one.account, parsed, false, NULL, message,
                                     sizeof(message)) == 0,
                  "%s: %s", json, message);
    cJSON_Delete(parsed);
    one.is_complete =
        fa_group_find(expects, one.account) &&
        fa_expectation_find(fa_group_find(expects, one.account), one.name)->tallies[0].unknown == 0;
    all[all_count++] = one;
}

static bool is_needed(int wanted)
{
    int i;

    for (i = 0; i < all_count; i++)
        if (all[i].is_there && all[i].after == wanted)
            return true;
    return false;
}

static void take_back(void)
{
    int i = all_count > 0 ? draw(all_count) : 0;
    bool needed = is_needed(i);
    char message[256];

    if (all_count == 0 || !all[i].is_there)
        return;
    ck_assert_int_eq(
        fa_expects_remove(expects, all[i].account, all[i].name, message, sizeof(message)),
        needed ? -1 : 0);
    all[i].is_there = needed;
}

static void clear(void)
{
    int account = draw(ACCOUNTS);
    int64_t id;
    int i;

    (void)fa_journal_clear(journal, account);
    fa_expects_clear(expects, account);
    for (id = 1; id <= newest; id++)
        requests[id].is_cleared |= requests[id].account == account;
    for (i = 0; i < all_count; i++)
        if (all[i].account == account)
            all[i].since_id = newest;
}

/* Comparing */

/* Was nothing forgotten of what it comes after? */
static bool is_known(const struct declared *one)
{
    return one->after == ANY || (all[one->after].is_complete && is_known(&all[one->after]));
}

static void check_one(const struct declared *one)
{
    const struct fa_group *group = fa_group_find(expects, one->account);
    const struct fa_expectation *real = fa_expectation_find(group, one->name);
    const struct fa_tally *tally = &real->tallies[0];
    struct truth truth = count(one);
    enum fa_answer answer = fa_expectation_answer(real);

    /* What is known of order, when something was forgotten, can hide what must not come. */
    if (one->after == ANY) {
        ck_assert_int_le(tally->count, truth.count);
        ck_assert_int_ge(tally->count + tally->unknown, truth.count);
    }
    if (tally->unknown == 0 && is_known(one)) {
        ck_assert_int_eq(tally->count, truth.count);
        ck_assert_int_ne(answer, FA_ANSWER_UNKNOWN);
    }
    if (answer == FA_ANSWER_YES)
        ck_assert_msg(is_so(one), "%s: yes, but it is not so", one->name);
    if (answer == FA_ANSWER_NO)
        ck_assert_msg(!is_so(one), "%s: no, but it is so", one->name);
}

static void check_all(void)
{
    int account;
    int i;

    for (i = 0; i < all_count; i++)
        if (all[i].is_there)
            check_one(&all[i]);
    for (account = 0; account < ACCOUNTS; account++) {
        const struct fa_group *group = fa_group_find(expects, account);
        int64_t strays = count_strays(account);

        if (!group || !group->first)
            continue;
        ck_assert_int_le(group->unexpected[0].count, strays);
        ck_assert_int_ge(group->unexpected[0].count + group->unexpected[0].unknown, strays);
    }
}

static void run_once(size_t remembered)
{
    int i;

    journal = fa_journal_new(remembered, 0);
    expects = fa_expects_new(journal, read_ms);
    newest = 0;
    all_count = 0;
    now_ms = 1000;
    for (i = 0; i < STEPS; i++) {
        int what = draw(100);

        now_ms += draw(20);
        if (what < 75)
            come();
        else if (what < 87)
            settle(draw(4) == 0);
        else if (what < 95)
            declare();
        else if (what < 99)
            take_back();
        else
            clear();
        if (fa_journal_settled(journal) == newest)
            check_all();
    }
    fa_expects_free(expects);
    fa_journal_free(journal);
}

/* Sanitizers make everything ten times slower. */
static bool is_sanitized(void)
{
    const char *sanitizers = getenv("PM_SANITIZE");

    return sanitizers && sanitizers[0];
}

START_TEST(test_answers_are_those_of_a_complete_list)
{
    int runs = is_sanitized() ? RUNS / 10 : RUNS;
    int run;

    for (run = 0; run < runs; run++) {
        seed = UINT64_C(88172645463325252) + (uint64_t)run;
        run_once(run % 3 == 0 ? REQUESTS_MAX : 1 + (size_t)draw(run % 3 == 1 ? 10 : 200));
    }
}
END_TEST

/* Many */

static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long pages = 0;
    long resident = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%ld %ld", &pages, &resident), 2);
    (void)fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void come_often(int64_t from, int64_t to, const struct fa_params params[2])
{
    static const char *const bodies[] = {"action=even&tag=x", "action=odd&tag=y"};
    int64_t id;

    for (id = from; id <= to; id++) {
        const char *body = bodies[id % 2];
        const struct fa_journal_entry entry = {
            .account_id = 1,
            .status = 200,
            .verdict = FA_VERDICT_ACCEPTED,
            .is_held = id % 8 != 0,
            .committed_us = -1,
            .action = id % 2 ? "odd" : "even",
            .body = {body, (uint32_t)strlen(body), (uint32_t)strlen(body)},
        };

        fa_expects_note(expects, fa_journal_get(journal, fa_journal_add(journal, &entry)),
                        &params[id % 2]);
        if (id % 32 == 0) {
            fa_journal_settle(journal, id % 3200 == 0, 0);
            fa_expects_settle(expects, id % 3200 == 0);
        }
    }
}

/* Of each 3200 requests the last 32 are in a turn whose commit fails; every eighth is not held. */
START_TEST(test_a_million_are_counted_exactly_in_flat_memory)
{
    static const char json[] =
        "[{\"id\":\"odd\",\"must\":{\"action\":\"odd\",\"params\":{\"tag\":\"y\"},\"verdict\":"
        "\"accepted\"}},{\"id\":\"lost\",\"must\":{\"verdict\":\"failed\"}},"
        "{\"id\":\"never\",\"must_not\":{\"params\":{\"tag\":\"z\"}}}]";
    int64_t many = is_sanitized() ? MANY / 10 : MANY;
    int64_t lost = many / 3200 * 28;
    cJSON *parsed = cJSON_Parse(json);
    const struct fa_group *group;
    struct fa_params params[2];
    struct fa_arena arena;
    char message[256];
    long before_kib;

    many = many / 3200 * 3200;
    fa_arena_init(&arena, 1 << 16);
    (void)fa_params_parse(&arena, "", 0, "action=even&tag=x", 17, &params[0]);
    (void)fa_params_parse(&arena, "", 0, "action=odd&tag=y", 16, &params[1]);
    journal = fa_journal_new(1000, 0);
    expects = fa_expects_new(journal, read_ms);
    ck_assert_int_eq(fa_expects_declare(expects, 1, parsed, false, NULL, message, sizeof(message)),
                     0);
    cJSON_Delete(parsed);
    come_often(1, 32000, params);
    before_kib = resident_kib();
    come_often(32001, many, params);
    ck_assert_int_le(resident_kib() - before_kib, 512);
    group = fa_group_find(expects, 1);
    ck_assert_int_eq(fa_expectation_find(group, "lost")->tallies[0].count, lost);
    ck_assert_int_eq(fa_expectation_find(group, "odd")->tallies[0].count,
                     many / 2 - many / 3200 * 16);
    ck_assert_int_eq(fa_expectation_find(group, "never")->tallies[0].count, 0);
    ck_assert_int_eq(fa_expectation_find(group, "odd")->tallies[0].unknown, 0);
    ck_assert_int_eq(group->unexpected[0].count, many / 2 - many / 3200 * 12);
    ck_assert_int_eq(fa_journal_count(journal, 1).total, many);
    fa_expects_free(expects);
    fa_journal_free(journal);
    fa_arena_clear(&arena);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_answers_are_those_of_a_complete_list),
    TEST(test_a_million_are_counted_exactly_in_flat_memory),
};

TEST_MAIN("expect_model", cases)

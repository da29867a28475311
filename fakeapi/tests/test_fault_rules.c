/* Fault rules as values: how they are read, whom they hit, how they come together, and that a run
 * can be repeated exactly. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "faults.h"
#include "params.h"
#include "random.h"

static struct fa_faults *faults;
static char id[FA_FAULT_ID_MAX + 1];
static char message[512];

static void start(void)
{
    faults = fa_faults_new(true);
    ck_assert_ptr_nonnull(faults);
}

static void stop(void)
{
    fa_faults_free(faults);
}

static void add(const char *json)
{
    ck_assert_msg(fa_faults_add(faults, json, strlen(json), NULL, id, message, sizeof(message)) ==
                      0,
                  "%s: %s", json, message);
}

/* A request as the rules see it; @query becomes its parameters. */
static struct fa_fault_plan ask(const char *account, const char *action, const char *query)
{
    struct fa_arena arena;
    struct fa_params params;
    struct fa_fault_plan plan;
    const struct fa_fault_request request = {.account = account,
                                             .action = action,
                                             .method = "POST",
                                             .path = "/customMonitorApi",
                                             .peer = "127.0.0.1",
                                             .params = &params};

    fa_arena_init(&arena, 64 * 1024);
    ck_assert_int_eq(fa_params_parse(&arena, query, strlen(query), "", 0, &params), 0);
    fa_faults_decide(faults, &request, &plan);
    fa_arena_clear(&arena);
    return plan;
}

static bool hits(const char *query)
{
    return ask("KEY", "addResult", query).names[0] != '\0';
}

/* Reading */

START_TEST(test_wrong_rules_are_refused_with_the_member_and_what_it_must_be)
{
    static const struct {
        const char *json;
        const char *message;
    } rows[] = {
        {"", "line 1: this is no JSON"},
        {"{\n\n\"effect\":}", "line 3: this is no JSON"},
        {"{\"effect\":{\"status\":503}} x", "this is no JSON"},
        {"[]", "there is no fault in it"},
        {"7", "a fault: must be an object"},
        {"[{\"effect\":{\"status\":503}},7]", "a fault: must be an object"},
        {"{}", "effect: is missing or empty"},
        {"{\"effect\":{}}", "effect: is missing or empty"},
        {"{\"effect\":7}", "effect.: must be an object"},
        {"{\"effect\":{\"status\":503},\"efect\":1}",
         "efect: there is no such member; there are id"},
        {"{\"effect\":{\"status\":503,\"status\":500}}", "effect.status: stands there twice"},
        {"{\"effect\":{\"stat\":503}}", "effect.stat: there is no such member; there are status"},
        {"{\"effect\":{\"status\":99}}", "effect.status: must be a whole number from 200 to 599"},
        {"{\"effect\":{\"status\":\"503\"}}", "effect.status: must be a whole number"},
        {"{\"effect\":{\"status\":503.5}}", "effect.status: must be a whole number"},
        {"{\"effect\":{\"error\":\"nope\"}}", "effect.error: must be one of authentication"},
        {"{\"effect\":{\"detail\":\"x\",\"status\":500}}", "effect.detail: needs an \"error\""},
        {"{\"effect\":{\"retry_after\":[]}}", "effect.retry_after: must be a number of seconds"},
        {"{\"effect\":{\"retry_after\":\"a\\r\\nb\"}}", "effect.retry_after: must be"},
        {"{\"effect\":{\"status\":200,\"content_type\":\"a\\nb\"}}",
         "effect.content_type: must not hold control characters"},
        {"{\"effect\":{\"when\":\"later\",\"status\":500}}",
         "effect.when: must be one of \"before\", \"after\""},
        {"{\"effect\":{\"delay_ms\":0}}", "effect.delay_ms: must be a whole number from 1 to"},
        {"{\"effect\":{\"delay_ms\":\"1s\"}}", "effect.delay_ms: must be a number or an object"},
        {"{\"effect\":{\"delay_ms\":{\"distribution\":\"normal\"}}}",
         "effect.delay_ms.distribution: must be one of \"fixed\", \"uniform\", \"exponential\","
         " \"lognormal\""},
        {"{\"effect\":{\"delay_ms\":{\"distribution\":\"uniform\",\"min\":5}}}",
         "effect.delay_ms.max: must be a number from 0 to 600000"},
        {"{\"effect\":{\"delay_ms\":{\"distribution\":\"uniform\",\"min\":5,\"max\":4}}}",
         "effect.delay_ms.max: must not be less than min"},
        {"{\"effect\":{\"delay_ms\":{\"distribution\":\"exponential\",\"mean\":5,\"median\":4}}}",
         "effect.delay_ms.median: there is no such member in \"exponential\"; there are mean max"},
        {"{\"effect\":{\"truncate\":\"half\"}}", "effect.truncate: must be a number of bytes"},
        {"{\"effect\":{\"truncate\":\"101%\"}}", "effect.truncate: must be a number of bytes"},
        {"{\"effect\":{\"truncate\":\"5%x%\"}}", "effect.truncate: must be a number of bytes"},
        {"{\"effect\":{\"content_length\":0}}", "effect.content_length: a lie by 0 is none"},
        {"{\"effect\":{\"drip\":7}}", "effect.drip.: must be an object"},
        {"{\"effect\":{\"drip\":{\"bytes\":0}}}", "effect.drip.bytes: must be a whole number"},
        {"{\"effect\":{\"duplicate\":1}}", "effect.duplicate: must be a whole number from 2"},
        {"{\"effect\":{\"close\":\"during\"}}", "effect.close: must be one of \"before\""},
        {"{\"effect\":{\"close\":true,\"reset\":true}}", "effect.reset: there is another end"},
        {"{\"effect\":{\"black_hole\":true,\"then\":\"close\"}}", "effect.then: there is another"},
        {"{\"effect\":{\"malformed\":1}}", "effect.malformed: must be true or false"},
        {"{\"effect\":{\"clock_skew_ms\":1e300}}", "effect.clock_skew_ms: must be a whole number"},
        {"{\"effect\":{\"connection\":\"x\"}}", "effect.connection: must be one of \"close\""},
        {"{\"effect\":{\"connection\":\"close\",\"status\":500}}",
         "effect: \"status\" does not go with"},
        {"{\"effect\":{\"connection\":\"close\",\"tls\":\"alert\"}}", "effect.tls: there is"},
        {"{\"effect\":{\"connection\":\"close\"},\"match\":{\"action\":\"x\"}}",
         "match: of a connection only the peer is known"},
        {"{\"effect\":{\"connection\":\"close\"},\"account\":\"KEY\"}",
         "account: a connection has none"},
        {"{\"effect\":{\"status\":500,\"refuse_ms\":5}}", "effect.refuse_ms: goes with"},
        {"{\"effect\":{\"status\":500},\"id\":\"a b\"}", "id: must be 1 to 64 letters"},
        {"{\"effect\":{\"status\":500},\"id\":\"\"}", "id: must be 1 to 64 letters"},
        {"{\"effect\":{\"status\":500},\"account\":7}", "account: must be an apikey"},
        {"{\"effect\":{\"status\":500},\"match\":{\"action\":[7]}}", "match.action: must be the"},
        {"{\"effect\":{\"status\":500},\"match\":{\"monitor\":\"5\"}}", "match.monitor: must be"},
        {"{\"effect\":{\"status\":500},\"match\":{\"params\":{\"a\":7}}}",
         "match.params: \"a\" must be a text, null for absent"},
        {"{\"effect\":{\"status\":500},\"occurrence\":0}", "occurrence: must be a number from 1"},
        {"{\"effect\":{\"status\":500},\"occurrence\":\"5-2\"}", "occurrence: must be"},
        {"{\"effect\":{\"status\":500},\"occurrence\":\"every 0\"}", "occurrence: must be"},
        {"{\"effect\":{\"status\":500},\"occurrence\":\"every\"}", "occurrence: must be"},
        {"{\"effect\":{\"status\":500},\"occurrence\":\"99999999999999999999\"}",
         "occurrence: must be"},
        {"{\"effect\":{\"status\":500},\"times\":0}", "times: must be a whole number from 1"},
        {"{\"effect\":{\"status\":500},\"probability\":1.5}", "probability: must be a number"},
        {"{\"effect\":{\"status\":500},\"seed\":-1}", "seed: must be a whole number from 0"},
        {"{\"effect\":{\"status\":500},\"enabled\":1}", "enabled: must be true or false"},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(fa_faults_add(faults, rows[i].json, strlen(rows[i].json), NULL, id, message,
                                    sizeof(message)) == -1,
                      "%s is taken", rows[i].json);
        ck_assert_msg(strstr(message, rows[i].message) != NULL, "%s: \"%s\" is not in \"%s\"",
                      rows[i].json, rows[i].message, message);
    }
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 0);
    stop();
}
END_TEST

START_TEST(test_an_array_is_taken_all_or_none)
{
    static const char bad[] = "[{\"effect\":{\"status\":500}},{\"effect\":{\"status\":1}}]";

    start();
    ck_assert_int_eq(fa_faults_add(faults, bad, strlen(bad), NULL, id, message, sizeof(message)),
                     -1);
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 0);
    add("[{\"effect\":{\"status\":500}},{\"effect\":{\"status\":501}}]");
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 2);
    ck_assert_str_eq(id, "f2");
    stop();
}
END_TEST

START_TEST(test_rules_about_tls_need_a_server_that_speaks_it)
{
    static const char json[] = "{\"effect\":{\"tls\":\"expired\"}}";

    faults = fa_faults_new(false);
    ck_assert_int_eq(fa_faults_add(faults, json, strlen(json), NULL, id, message, sizeof(message)),
                     -1);
    ck_assert_ptr_nonnull(strstr(message, "start it with --tls"));
    stop();
}
END_TEST

START_TEST(test_what_is_printed_can_be_read_again)
{
    static const char json[] =
        "{\"id\":\"a\",\"account\":\"KEY\",\"enabled\":false,\"note\":\"why\",\"match\":{"
        "\"action\":"
        "[\"addResult\",\"addMonitor\"],\"monitor\":5,\"params\":{\"a\":null,\"b\":\"1\"}},"
        "\"occurrence\":\"2-5\",\"times\":3,\"probability\":0.5,\"seed\":7,\"effect\":{\"delay_"
        "ms\":"
        "{\"distribution\":\"uniform\",\"min\":1,\"max\":2}},\"matched\":0,\"applied\":0}";
    struct pm_buf printed;
    int i;

    start();
    add(json);
    for (i = 0; i < 2; i++) {
        pm_buf_init(&printed, 4096);
        ck_assert_int_eq(fa_faults_write(faults, NULL, "a", &printed), 0);
        ck_assert_str_eq(printed.data, json);
        add(printed.data);
        pm_buf_clear(&printed);
    }
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 1);
    ck_assert_int_eq(fa_faults_write(faults, NULL, "b", &printed), -1);
    stop();
}
END_TEST

/* FAULTS.md */

static char *read_manual(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(PM_SOURCE_DIR "/fakeapi/FAULTS.md", "re");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    (void)fclose(file);
    return text;
}

START_TEST(test_every_example_of_the_manual_is_a_rule)
{
    static const char begin[] = "```json\n";
    char *manual = read_manual();
    char *at = manual;
    int count = 0;

    start();
    while ((at = strstr(at, begin)) != NULL) {
        char *end = strstr(at += strlen(begin), "```");

        ck_assert_ptr_nonnull(end);
        *end = '\0';
        add(at);
        at = end + 1;
        count++;
    }
    ck_assert_int_gt(count, 20);
    free(manual);
    stop();
}
END_TEST

START_TEST(test_every_member_stands_in_the_manual)
{
    static const char *const objects[] = {"{\"x\":1}", "{\"effect\":{\"x\":1}}",
                                          "{\"match\":{\"x\":1}}"};
    char *manual = read_manual();
    size_t i;

    start();
    for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        char *list;
        char *name;

        ck_assert_int_eq(fa_faults_add(faults, objects[i], strlen(objects[i]), NULL, id, message,
                                       sizeof(message)),
                         -1);
        list = strstr(message, "there are ");
        ck_assert_ptr_nonnull(list);
        for (name = strtok(list + strlen("there are "), " "); name; name = strtok(NULL, " ")) {
            char quoted[2][64];

            snprintf(quoted[0], sizeof(quoted[0]), "`%s`", name);
            snprintf(quoted[1], sizeof(quoted[1]), "\"%s\":", name);
            ck_assert_msg(strstr(manual, quoted[0]) || strstr(manual, quoted[1]), "%s", name);
        }
    }
    free(manual);
    stop();
}
END_TEST

/* Whom they hit */

START_TEST(test_matching_looks_at_account_action_monitor_and_parameters)
{
    static const struct {
        const char *match;
        bool hits;
    } rows[] = {
        {"{}", true},
        {"{\"action\":\"addResult\"}", true},
        {"{\"action\":\"addresult\"}", false},
        {"{\"action\":[\"addMonitor\",\"addResult\"]}", true},
        {"{\"action\":[]}", false},
        {"{\"monitor\":5}", true},
        {"{\"monitor\":50}", false},
        {"{\"method\":\"POST\"}", true},
        {"{\"method\":\"GET\"}", false},
        {"{\"path\":\"/customMonitorApi\"}", true},
        {"{\"path\":\"/api\"}", false},
        {"{\"peer\":\"127.0.0.1\"}", true},
        {"{\"peer\":\"127.0.0.2\"}", false},
        {"{\"params\":{\"results\":\"user:alice;\"}}", true},
        {"{\"params\":{\"results\":\"user:alice\"}}", false},
        {"{\"params\":{\"results\":{\"contains\":\"alice\"}}}", true},
        {"{\"params\":{\"results\":{\"contains\":\"bob\"}}}", false},
        {"{\"params\":{\"none\":null}}", true},
        {"{\"params\":{\"results\":null}}", false},
        {"{\"params\":{\"none\":\"\"}}", false},
        {"{\"params\":{\"empty\":\"\"}}", true},
        {"{\"action\":\"addResult\",\"monitor\":6}", false},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[256];

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"match\":%s,\"effect\":{\"status\":500}}",
                 rows[i].match);
        add(json);
        ck_assert_msg(hits("monitorId=5&results=user%3Aalice%3B&empty=") == rows[i].hits, "%s",
                      rows[i].match);
    }
    stop();
}
END_TEST

START_TEST(test_occurrences_times_and_switches_decide_which_of_them_are_hit)
{
    static const struct {
        const char *members;
        const char *hits; /* of ten requests */
    } rows[] = {
        {"\"occurrence\":3", "  x       "},
        {"\"occurrence\":\"3\"", "  x       "},
        {"\"occurrence\":\"2-5\"", " xxxx     "},
        {"\"occurrence\":\"8-\"", "       xxx"},
        {"\"occurrence\":\"every 4\"", "   x   x  "},
        {"\"occurrence\":\"every 1\"", "xxxxxxxxxx"},
        {"\"times\":2", "xx        "},
        {"\"times\":2,\"occurrence\":\"every 3\"", "  x  x    "},
        {"\"probability\":0", "          "},
        {"\"probability\":1", "xxxxxxxxxx"},
        {"\"enabled\":false", "          "},
    };
    size_t i;
    size_t k;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[256];
        char found[11] = "";

        snprintf(json, sizeof(json), "{\"id\":\"x\",%s,\"effect\":{\"status\":500}}",
                 rows[i].members);
        add(json);
        for (k = 0; k < 10; k++)
            found[k] = hits("") ? 'x' : ' ';
        ck_assert_msg(strcmp(found, rows[i].hits) == 0, "%s: \"%s\"", rows[i].members, found);
    }
    stop();
}
END_TEST

START_TEST(test_counters_tell_who_matched_and_who_was_hit)
{
    int64_t matched;
    int64_t applied;
    int i;

    start();
    add("{\"id\":\"x\",\"match\":{\"action\":\"addResult\"},\"occurrence\":\"every 3\","
        "\"effect\":{\"status\":500}}");
    for (i = 0; i < 10; i++) {
        (void)hits("");
        (void)ask("KEY", "other", "");
    }
    ck_assert_int_eq(fa_faults_counts(faults, NULL, "x", &matched, &applied), 0);
    ck_assert_int_eq(matched, 10);
    ck_assert_int_eq(applied, 3);
    ck_assert_int_eq(fa_faults_enable(faults, NULL, "x", false), 0);
    (void)hits("");
    ck_assert_int_eq(fa_faults_counts(faults, NULL, "x", &matched, &applied), 0);
    ck_assert_int_eq(matched, 10);
    ck_assert_int_eq(fa_faults_counts(faults, NULL, "y", &matched, &applied), -1);
    stop();
}
END_TEST

/* Seeds */

static void draw(const char *seed, char *sequence, size_t count)
{
    char json[256];
    size_t i;

    snprintf(json, sizeof(json),
             "{\"id\":\"x\",\"probability\":0.3,%s\"effect\":{\"delay_ms\":"
             "{\"distribution\":\"lognormal\",\"median\":20,\"sigma\":1,\"max\":90}}}",
             seed);
    add(json);
    for (i = 0; i < count; i++)
        sequence[i] = (char)ask("KEY", "addResult", "").spoil.delay_ms;
}

START_TEST(test_the_same_seed_gives_the_same_run)
{
    enum { COUNT = 1000 };
    static char first[COUNT];
    static char second[COUNT];
    size_t hit = 0;
    size_t i;

    start();
    draw("\"seed\":7,", first, COUNT);
    draw("\"seed\":7,", second, COUNT);
    ck_assert_mem_eq(first, second, COUNT);
    draw("\"seed\":8,", second, COUNT);
    ck_assert_mem_ne(first, second, COUNT);
    draw("", first, COUNT);
    draw("\"seed\":1,", second, COUNT);
    ck_assert_mem_eq(first, second, COUNT);
    for (i = 0; i < COUNT; i++)
        hit += second[i] > 0;
    ck_assert_uint_ge(hit, 240);
    ck_assert_uint_le(hit, 360);
    stop();
}
END_TEST

START_TEST(test_other_requests_do_not_disturb_the_sequence_of_a_seed)
{
    static const char json[] = "{\"id\":\"x\",\"match\":{\"action\":\"addResult\"},\"seed\":3,"
                               "\"probability\":0.5,\"effect\":{\"status\":500}}";
    char alone[65] = "";
    char among[65] = "";
    size_t i;

    start();
    add(json);
    for (i = 0; i < 64; i++)
        alone[i] = hits("") ? 'x' : ' ';
    add(json);
    for (i = 0; i < 64; i++) {
        (void)ask("KEY", "getMonitors", "");
        among[i] = hits("") ? 'x' : ' ';
    }
    ck_assert_str_eq(alone, among);
    stop();
}
END_TEST

START_TEST(test_delays_follow_their_distributions)
{
    static const struct {
        const char *delay;
        double mean_min, mean_max;
        int64_t min, max;
    } rows[] = {
        {"70", 70, 70, 70, 70},
        {"{\"distribution\":\"fixed\",\"ms\":70}", 70, 70, 70, 70},
        {"{\"distribution\":\"uniform\",\"min\":100,\"max\":200}", 145, 155, 100, 200},
        {"{\"distribution\":\"exponential\",\"mean\":100}", 93, 107, 0, 600000},
        {"{\"distribution\":\"exponential\",\"mean\":100,\"max\":150}", 70, 85, 0, 150},
        /* exp(sigma^2/2) times the median */
        {"{\"distribution\":\"lognormal\",\"median\":100,\"sigma\":0.5}", 108, 118, 1, 600000},
    };
    enum { COUNT = 5000 };
    size_t i;
    size_t k;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double sum = 0;
        char json[256];

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":{\"delay_ms\":%s}}", rows[i].delay);
        add(json);
        for (k = 0; k < COUNT; k++) {
            int64_t delay_ms = ask("KEY", "addResult", "").spoil.delay_ms;

            ck_assert_int_ge(delay_ms, rows[i].min);
            ck_assert_int_le(delay_ms, rows[i].max);
            sum += (double)delay_ms;
        }
        ck_assert_msg(sum / COUNT >= rows[i].mean_min && sum / COUNT <= rows[i].mean_max,
                      "%s: mean %f", rows[i].delay, sum / COUNT);
    }
    stop();
}
END_TEST

/* Source: the reference implementation's first numbers for the seed 1234567 */
START_TEST(test_random_numbers_are_those_of_splitmix64)
{
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
    struct fa_random random = {.state = 1234567};
    size_t i;

    for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        ck_assert_uint_eq(fa_random_next(&random), expected[i]);
    for (i = 0; i < 1000; i++) {
        double fraction = fa_random_fraction(&random);

        ck_assert(fraction >= 0 && fraction < 1);
    }
}
END_TEST

/* Together */

START_TEST(test_several_rules_add_delays_and_the_first_one_says_the_rest)
{
    struct fa_fault_plan plan;
    char text[256];

    start();
    add("[{\"id\":\"a\",\"effect\":{\"delay_ms\":100,\"clock_skew_ms\":5}},"
        "{\"id\":\"b\",\"effect\":{\"delay_ms\":20,\"truncate\":7,\"clock_skew_ms\":-3}},"
        "{\"id\":\"c\",\"effect\":{\"status\":503,\"when\":\"after\",\"truncate\":9}},"
        "{\"id\":\"d\",\"effect\":{\"status\":500,\"when\":\"after\",\"then\":\"reset\"}},"
        "{\"id\":\"e\",\"match\":{\"action\":\"other\"},\"effect\":{\"delay_ms\":1000}}]");
    plan = ask("KEY", "addResult", "");
    ck_assert_str_eq(plan.names, "a b c d");
    ck_assert_int_eq(plan.spoil.delay_ms, 120);
    ck_assert_int_eq(plan.clock_skew_ms, 2);
    ck_assert_int_eq(plan.spoil.cut, 7);
    ck_assert_uint_eq(plan.status, 503);
    ck_assert_int_eq(plan.spoil.end, FA_HTTP_END_RESET);
    ck_assert(!plan.is_before);
    fa_fault_describe(&plan, text, sizeof(text));
    ck_assert_str_eq(text, "a b c d, status 503, clock off by 2 ms, after 120 ms, cut at 7 bytes,"
                           " reset");
    stop();
}
END_TEST

START_TEST(test_one_rule_that_keeps_a_request_from_being_handled_is_enough)
{
    start();
    add("[{\"id\":\"a\",\"effect\":{\"status\":500,\"when\":\"after\"}},"
        "{\"id\":\"b\",\"effect\":{\"close\":\"before\"}}]");
    ck_assert(ask("KEY", "addResult", "").is_before);
    stop();
}
END_TEST

START_TEST(test_stages_have_defaults)
{
    static const struct {
        const char *effect;
        bool is_before;
    } rows[] = {
        {"{\"status\":500}", true},
        {"{\"error\":\"token\"}", true},
        {"{\"status\":500,\"when\":\"after\"}", false},
        {"{\"body\":\"x\"}", false},
        {"{\"close\":true}", true},
        {"{\"close\":\"after\"}", false},
        {"{\"reset\":\"after\",\"status\":500}", false},
        {"{\"black_hole\":\"before\"}", true},
        {"{\"truncate\":5}", false},
        {"{\"delay_ms\":5}", false},
        {"{\"truncate\":5,\"when\":\"before\"}", true},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[256];

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":%s}", rows[i].effect);
        add(json);
        ck_assert_msg(ask("KEY", "a", "").is_before == rows[i].is_before, "%s", rows[i].effect);
    }
    stop();
}
END_TEST

/* Accounts */

static void add_for(const char *account, const char *json)
{
    ck_assert_int_eq(
        fa_faults_add(faults, json, strlen(json), account, id, message, sizeof(message)), 0);
}

START_TEST(test_each_account_has_its_own_rules_and_ids)
{
    static const char json[] = "{\"id\":\"x\",\"effect\":{\"status\":500}}";

    start();
    add_for("A", json);
    add_for("B", json);
    add_for(NULL, json);
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 3);
    ck_assert_str_eq(ask("A", "a", "").names, "x x");
    ck_assert_str_eq(ask("C", "a", "").names, "x");
    ck_assert_int_eq(fa_faults_remove(faults, "A", "x"), 0);
    ck_assert_int_eq(fa_faults_remove(faults, "A", "x"), -1);
    ck_assert_int_eq(fa_faults_enable(faults, "C", "x", true), -1);
    ck_assert_uint_eq(fa_faults_count(faults, "B"), 1);
    ck_assert_int_eq(fa_faults_remove(faults, NULL, "x"), 0); /* the one for all goes first */
    ck_assert_str_eq(ask("C", "a", "").names, "");
    ck_assert_str_eq(ask("B", "a", "").names, "x");
    ck_assert_uint_eq(fa_faults_clear(faults, "B"), 1);
    ck_assert_uint_eq(fa_faults_count(faults, NULL), 0);
    stop();
}
END_TEST

START_TEST(test_a_rule_that_says_whose_it_is_stays_so)
{
    start();
    add_for("A", "{\"account\":\"B\",\"effect\":{\"status\":500}}");
    add_for("A", "{\"account\":null,\"effect\":{\"status\":500}}");
    ck_assert_str_eq(ask("A", "a", "").names, "f2");
    ck_assert_str_eq(ask("B", "a", "").names, "f1 f2");
    stop();
}
END_TEST

START_TEST(test_the_number_of_rules_is_bounded)
{
    size_t i;

    start();
    for (i = 0; i < FA_FAULTS_MAX; i++)
        add("{\"effect\":{\"status\":500}}");
    ck_assert_int_eq(fa_faults_add(faults, "{\"effect\":{\"status\":500}}", 25, NULL, id, message,
                                   sizeof(message)),
                     -1);
    ck_assert_ptr_nonnull(strstr(message, "more than 1000"));
    ck_assert_uint_lt(strlen(ask("A", "a", "").names), FA_FAULT_NAMES_MAX);
    stop();
}
END_TEST

/* Connections */

START_TEST(test_a_connection_has_the_fate_of_the_first_rule_that_hits_it)
{
    struct fa_fault_welcome welcome;

    start();
    ck_assert(!fa_faults_watch_connections(faults));
    add("[{\"id\":\"a\",\"match\":{\"peer\":\"127.0.0.2\"},\"effect\":{\"connection\":\"close\"}},"
        "{\"id\":\"b\",\"occurrence\":2,\"effect\":{\"connection\":\"refuse\",\"refuse_ms\":50}},"
        "{\"id\":\"c\",\"effect\":{\"tls\":\"expired\"}},"
        "{\"id\":\"d\",\"effect\":{\"status\":500}}]");
    ck_assert(fa_faults_watch_connections(faults));
    fa_faults_welcome(faults, "127.0.0.1", &welcome);
    ck_assert_int_eq(welcome.connection, FA_FAULT_TLS_EXPIRED);
    ck_assert_str_eq(welcome.names, "c");
    fa_faults_welcome(faults, "127.0.0.1", &welcome);
    ck_assert_int_eq(welcome.connection, FA_FAULT_CONNECT_REFUSE);
    ck_assert_int_eq(welcome.refuse_ms, 50);
    fa_faults_welcome(faults, "127.0.0.2", &welcome);
    ck_assert_int_eq(welcome.connection, FA_FAULT_CONNECT_CLOSE);
    ck_assert_str_eq(ask("A", "a", "").names, "d");
    stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_wrong_rules_are_refused_with_the_member_and_what_it_must_be),
    TEST(test_an_array_is_taken_all_or_none),
    TEST(test_rules_about_tls_need_a_server_that_speaks_it),
    TEST(test_what_is_printed_can_be_read_again),
    TEST(test_every_example_of_the_manual_is_a_rule),
    TEST(test_every_member_stands_in_the_manual),
    TEST(test_matching_looks_at_account_action_monitor_and_parameters),
    TEST(test_occurrences_times_and_switches_decide_which_of_them_are_hit),
    TEST(test_counters_tell_who_matched_and_who_was_hit),
    TEST(test_the_same_seed_gives_the_same_run),
    TEST(test_other_requests_do_not_disturb_the_sequence_of_a_seed),
    TEST(test_delays_follow_their_distributions),
    TEST(test_random_numbers_are_those_of_splitmix64),
    TEST(test_several_rules_add_delays_and_the_first_one_says_the_rest),
    TEST(test_one_rule_that_keeps_a_request_from_being_handled_is_enough),
    TEST(test_stages_have_defaults),
    TEST(test_each_account_has_its_own_rules_and_ids),
    TEST(test_a_rule_that_says_whose_it_is_stays_so),
    TEST(test_the_number_of_rules_is_bounded),
    TEST(test_a_connection_has_the_fate_of_the_first_rule_that_hits_it),
};

TEST_MAIN("fault_rules", cases)

/* Expressions, held against the host's regexec(), and against text that costs it minutes. */
#include "suite.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "random.h"

static struct fa_pattern *make(const char *expression)
{
    const char *wrong = "";
    struct fa_pattern *pattern = fa_pattern_new(expression, &wrong);

    ck_assert_msg(pattern != NULL, "%s %s", expression, wrong);
    return pattern;
}

START_TEST(test_expressions_fit_as_the_hosts_do)
{
    static const char *const expressions[] = {
        "",
        "a",
        "^a",
        "a$",
        "^$",
        "a|b",
        "^(su|sudo)$",
        "^2026-",
        "a*",
        "^a+b?$",
        "^a{2}$",
        "^a{2,}$",
        "^a{1,3}b$",
        "^a{,2}$",
        "a{0}b",
        "^(ab){2}$",
        "^(ab|c){1,2}$",
        "(a|)b",
        "()",
        "^()*a$",
        "a.b",
        "[ab]c",
        "^[^ab]$",
        "^[]a]+$",
        "^[^]a]$",
        "^[a-c-]+$",
        "[[:digit:]]+",
        "^[[:alpha:]_]+$",
        "[[:space:]]",
        "^[[:punct:]]$",
        "^[[.a.]-c]$",
        "[[=b=]]",
        "\\.",
        "^\\(a\\)$",
        "a\\|b",
        "(^a|b$)",
        "a$b",
        "a^b",
        "^(a|b)*c$",
        ")",
        "a)b",
        "^(a(b|c)d){2}$",
        "(a|b)+(c|ab)*$",
        "^(a?){3}$",
        "[ab]*a[ab]{3}c",
        "^((a)|(b))c",
    };
    static const char *const texts[] = {
        "",       "a",       "b",     "c",      "ab",         "ba",       "aa",      "aaa",
        "aab",    "abab",    "abc",   "ac",     "bc",         "a.b",      "a\nb",    "a|b",
        "(a)",    "su",      "sudo",  "sudos",  "2026-11-22", "x2026-",   "alice_7", "]",
        "]a",     "-",       "!",     " ",      "\t",         "\xc3\xa4", ")",       "a)b",
        "abdacd", "abaabbc", "aaaac", "babbbc", "7",          "_",
    };
    size_t i;
    size_t k;

    for (i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
        struct fa_pattern *pattern = make(expressions[i]);
        regex_t regex;

        ck_assert_msg(regcomp(&regex, expressions[i], REG_EXTENDED | REG_NOSUB) == 0, "%s",
                      expressions[i]);
        for (k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            ck_assert_msg(fa_pattern_fits(pattern, texts[k], strlen(texts[k])) ==
                              (regexec(&regex, texts[k], 0, NULL, 0) == 0),
                          "/%s/ and \"%s\"", expressions[i], texts[k]);
        regfree(&regex);
        fa_pattern_free(pattern);
    }
}
END_TEST

static void add_piece(struct fa_random *random, char *text)
{
    static const char *const pieces[] = {"a",    "b",     "c",     ".",   "(", ")", "|",
                                         "*",    "+",     "?",     "{2}", "^", "$", "[ab]",
                                         "[^a]", "{1,2}", "(a|b)", "(ab", "c)"};

    strcat(text, pieces[fa_random_next(random) % (sizeof(pieces) / sizeof(pieces[0]))]);
}

START_TEST(test_random_expressions_fit_as_the_hosts_do)
{
    struct fa_random random = {.state = 7};
    int compared = 0;
    int i;
    int k;

    for (i = 0; i < 20000; i++) {
        char expression[64] = "";
        char text[12] = "";
        regex_t regex;
        struct fa_pattern *pattern;

        for (k = (int)(fa_random_next(&random) % 8); k >= 0; k--)
            add_piece(&random, expression);
        for (k = 0; k < 9; k++)
            text[k] = "abc"[fa_random_next(&random) % 3];
        text[fa_random_next(&random) % 10] = '\0';
        if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0)
            continue;
        pattern = make(expression);
        ck_assert_msg(fa_pattern_fits(pattern, text, strlen(text)) ==
                          (regexec(&regex, text, 0, NULL, 0) == 0),
                      "/%s/ and \"%s\"", expression, text);
        fa_pattern_free(pattern);
        regfree(&regex);
        compared++;
    }
    ck_assert_int_gt(compared, 2000);
}
END_TEST

/* The host's takes gigabytes and minutes for it. */
START_TEST(test_no_text_takes_it_long)
{
    struct fa_pattern *pattern = make("[ab]*a[ab]{255}c");
    struct fa_random random = {.state = 1};
    size_t len = 64 * 1024;
    char *text = malloc(len);
    size_t i;

    ck_assert_ptr_nonnull(text);
    for (i = 0; i < len; i++)
        text[i] = "ab"[fa_random_next(&random) % 2];
    ck_assert(!fa_pattern_fits(pattern, text, len));
    memset(text, 'a', len);
    text[len - 1] = 'c';
    ck_assert(fa_pattern_fits(pattern, text, len));
    free(text);
    fa_pattern_free(pattern);
}
END_TEST

START_TEST(test_what_it_cannot_do_is_said)
{
    static const struct {
        const char *expression;
        const char *wrong;
    } rows[] = {
        {"\\w+", "\\ before a letter"},
        {"\\<a", "\\ before a letter"},
        {"(a{200}b{200}){10}", "repeats too much"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *wrong = "";

        ck_assert_msg(!fa_pattern_new(rows[i].expression, &wrong), "%s", rows[i].expression);
        ck_assert_msg(strstr(wrong, rows[i].wrong) != NULL, "%s: %s", rows[i].expression, wrong);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_expressions_fit_as_the_hosts_do),
    TEST(test_random_expressions_fit_as_the_hosts_do),
    TEST(test_no_text_takes_it_long),
    TEST(test_what_it_cannot_do_is_said),
};

TEST_MAIN("pattern", cases)

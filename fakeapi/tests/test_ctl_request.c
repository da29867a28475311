/* From the words of ctl to requests, and from answers to what people read. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "ctl_request.h"
#include "ctl_show.h"

#define ARGS_MAX 12

/* A table of its own: what a call is made into must not change with the server's. */
static const struct fa_control_param params[] = {
    {.name = "apikey", .place = FA_IN_PATH, .type = FA_CONTROL_TEXT, .about = "whose"},
    {.name = "id", .place = FA_IN_PATH, .type = FA_CONTROL_INTEGER, .about = "which"},
    {.name = "max_count", .place = FA_IN_QUERY, .type = FA_CONTROL_INTEGER, .about = "how many"},
    {.name = "mode",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_WORD,
     .words = "fast slow",
     .about = "how"},
    {.name = "name", .place = FA_IN_BODY, .type = FA_CONTROL_TEXT, .about = "called what"},
    {.name = "times", .place = FA_IN_BODY, .type = FA_CONTROL_INTEGER, .about = "how often"},
    {.name = "on", .place = FA_IN_BODY, .type = FA_CONTROL_FLAG, .about = "whether"},
    {.name = "match", .place = FA_IN_BODY, .type = FA_CONTROL_JSON, .about = "which ones"},
    {.name = "after", .place = FA_IN_BODY, .type = FA_CONTROL_DURATION, .about = "when"},
    {.name = "to",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_TEXT,
     .is_argument = true,
     .about = "where to"},
};

static const struct fa_control_route route = {
    .method = "POST",
    .path = "/things/{apikey}/parts/{id}",
    .words = "thing part",
    .params = params,
    .param_count = PM_ARRAY_LEN(params),
    .about = "Does it",
    .answers = "`ok`",
    .list = "things",
    .columns = "id name at_ms",
};

static const struct fa_control_param file_params[] = {
    {.name = "lines",
     .place = FA_IN_WHOLE,
     .type = FA_CONTROL_LINES,
     .is_required = true,
     .about = "what to keep"},
};

static const struct fa_control_route file_route = {
    .method = "POST",
    .path = "/import",
    .words = "import",
    .params = file_params,
    .param_count = PM_ARRAY_LEN(file_params),
    .about = "Takes a file",
    .answers = "`ok`",
};

struct row {
    const char *args[ARGS_MAX];
    const char *target; /* or NULL, refused with */
    const char *body;   /* the message */
};

static void check_row(const struct row *row)
{
    struct ctl_request request;
    char *args[ARGS_MAX];
    char message[256] = "";
    int argc = 0;

    for (; argc < ARGS_MAX && row->args[argc]; argc++)
        args[argc] = strdup(row->args[argc]);
    if (ctl_request_make(&route, argc, args, &request, message, sizeof(message)) < 0) {
        ck_assert_msg(!row->target && strstr(message, row->body), "%s: %s", row->args[0], message);
    } else {
        ck_assert_msg(row->target != NULL, "taken: %s", request.target.data);
        ck_assert_str_eq(request.target.data, row->target);
        ck_assert_str_eq(request.body.data ? request.body.data : "", row->body);
        ck_assert(!request.content_type == (row->body[0] == '\0'));
        ctl_request_clear(&request);
    }
    while (argc > 0)
        free(args[--argc]);
}

START_TEST(test_arguments_become_a_request)
{
    static const struct row rows[] = {
        {{"KEY", "7"}, "/__fake/things/KEY/parts/7", ""},
        {{"a/b c?", "\xc3\xa4"}, "/__fake/things/a%2Fb%20c%3F/parts/%C3%A4", ""},
        {{"--name", "x", "K", "1"}, "/__fake/things/K/parts/1", "{\"name\":\"x\"}"},
        {{"K", "--name=x=y", "1"}, "/__fake/things/K/parts/1", "{\"name\":\"x=y\"}"},
        {{"K", "1", "--max-count", "5", "--mode=fast"},
         "/__fake/things/K/parts/1?max_count=5&mode=fast",
         ""},
        {{"K", "1", "--max_count=5&x"}, "/__fake/things/K/parts/1?max_count=5%26x", ""},
        {{"K", "1", "--times", "3", "--on", "--name", "y"},
         "/__fake/things/K/parts/1",
         "{\"times\":3,\"on\":true,\"name\":\"y\"}"},
        {{"K", "1", "--on=false"}, "/__fake/things/K/parts/1", "{\"on\":false}"},
        {{"K", "1", "--times", "many"}, "/__fake/things/K/parts/1", "{\"times\":\"many\"}"},
        {{"K", "1", "--after", "5m"}, "/__fake/things/K/parts/1", "{\"after\":\"5m\"}"},
        {{"K", "1", "--match", "{\"a\": [1]}"},
         "/__fake/things/K/parts/1",
         "{\"match\":{\"a\":[1]}}"},
        {{"K", "1", "-90s"}, "/__fake/things/K/parts/1", "{\"to\":\"-90s\"}"},
        {{"K", "1", "--to", "x"}, "/__fake/things/K/parts/1", "{\"to\":\"x\"}"},
        {{"--", "--K", "1"}, "/__fake/things/--K/parts/1", ""},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        check_row(&rows[i]);
}
END_TEST

START_TEST(test_wrong_arguments_are_named)
{
    static const struct row rows[] = {
        {{"K"}, NULL, "id is missing: which"},
        {{"K", "1", "2", "3"}, NULL, "one argument too many: \"3\""},
        {{"K", ""}, NULL, "must not be empty"},
        {{"K", "1", "--nope"}, NULL, "this call has no option \"nope\""},
        {{"K", "1", "--apikey", "x"}, NULL, "this call has no option \"apikey\""},
        {{"K", "1", "--name"}, NULL, "a value must follow \"--name\""},
        {{"K", "1", "--name", "a", "--name", "b"}, NULL, "there twice"},
        {{"K", "1", "--match", "{"}, NULL, "this option takes JSON, or @FILE: \"match\""},
        {{"K", "1", "--match", "@/nonexistent/x"}, NULL, "cannot read \"/nonexistent/x\""},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        check_row(&rows[i]);
}
END_TEST

START_TEST(test_file_goes_as_it_is)
{
    char path[] = "/tmp/test_ctl_request.XXXXXX";
    int fd = mkstemp(path);
    char *args[] = {path};
    struct ctl_request request;
    char message[256];

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "{}\n[]\n", 6), 6);
    (void)close(fd);
    ck_assert_int_eq(ctl_request_make(&file_route, 1, args, &request, message, sizeof(message)), 0);
    ck_assert_str_eq(request.content_type, "application/x-ndjson");
    ck_assert_str_eq(request.body.data, "{}\n[]\n");
    ctl_request_clear(&request);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ctl_request_make(&file_route, 1, args, &request, message, sizeof(message)),
                     -1);
    ck_assert_ptr_nonnull(strstr(message, "cannot read"));
    ck_assert_int_eq(ctl_request_make(&file_route, 0, args, &request, message, sizeof(message)),
                     -1);
    ck_assert_ptr_nonnull(strstr(message, "FILE is missing: what to keep"));
}
END_TEST

START_TEST(test_every_call_with_words_is_found_by_them)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;

    for (i = 0; i < count; i++) {
        char *words = routes[i].words ? strdup(routes[i].words) : NULL;
        char *args[ARGS_MAX];
        char *rest = NULL;
        int argc = 0;
        int used;

        if (!words)
            continue;
        for (args[argc] = strtok_r(words, " ", &rest); args[argc];)
            args[++argc] = strtok_r(NULL, " ", &rest);
        ck_assert_ptr_eq(ctl_route_find(argc, args, &used), &routes[i]);
        ck_assert_int_eq(used, argc);
        free(words);
    }
}
END_TEST

static void check_shown(const char *json, const char *text)
{
    cJSON *answer = cJSON_Parse(json);
    struct pm_buf buf;

    ck_assert_ptr_nonnull(answer);
    pm_buf_init(&buf, 65536);
    ck_assert_int_eq(ctl_show(&buf, &route, answer), 0);
    ck_assert_str_eq(buf.data, text);
    pm_buf_clear(&buf);
    cJSON_Delete(answer);
}

START_TEST(test_answers_become_tables_and_lines)
{
    check_shown("{\"things\":[{\"id\":1,\"name\":\"a\",\"at_ms\":1306929600250},"
                "{\"id\":100,\"name\":\"\xc3\xa4\xc3\xb6\",\"more\":[]}],\"count\":2}",
                "id   name  at_ms\n"
                "1    a     2011-06-01T12:00:00.250Z\n"
                "100  \xc3\xa4\xc3\xb6    \n"
                "count                 2\n");
    check_shown("{\"ok\":true,\"inside\":{\"a\":null}}",
                "ok                    true\ninside                {\"a\":null}\n");
}
END_TEST

START_TEST(test_answers_cannot_steer_a_terminal)
{
    check_shown("{\"name\":\"\\u001b[31mred\\n\\u202e\"}",
                "name                  \\x1b[31mred\\x0a\\xe2\\x80\\xae\n");
}
END_TEST

START_TEST(test_help_names_every_option)
{
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, 65536);
    ctl_help_route(&buf, &route);
    ck_assert_ptr_eq(
        strstr(buf.data, "Usage: paidmonitor-fakeapi ctl thing part APIKEY ID TO [OPTION]...\n"),
        buf.data);
    for (i = 0; i < PM_ARRAY_LEN(params); i++)
        ck_assert_msg(strstr(buf.data, params[i].about) != NULL, "%s", params[i].name);
    ck_assert_ptr_nonnull(strstr(buf.data, "--max-count N"));
    ck_assert_ptr_nonnull(strstr(buf.data, "how: fast slow\n"));
    pm_buf_clear(&buf);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_arguments_become_a_request),
    TEST(test_wrong_arguments_are_named),
    TEST(test_file_goes_as_it_is),
    TEST(test_every_call_with_words_is_found_by_them),
    TEST(test_answers_become_tables_and_lines),
    TEST(test_answers_cannot_steer_a_terminal),
    TEST(test_help_names_every_option),
};

TEST_MAIN("ctl_request", cases)

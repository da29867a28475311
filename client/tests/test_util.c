/* util: buffers, the vendor's date form, percent-encoding, secrets, visible text, whole files. */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "fs.h"
#include "percent.h"
#include "secret.h"
#include "text.h"

START_TEST(test_buf_never_exceeds_its_ceiling)
{
    struct pm_buf buf;

    pm_buf_init(&buf, 5);
    ck_assert_int_eq(pm_buf_adds(&buf, "abcde"), 0);
    ck_assert_int_eq(pm_buf_addc(&buf, 'f'), -1);
    ck_assert_str_eq(buf.data, "abcde");
    ck_assert(buf.failed);
    pm_buf_reset(&buf);
    ck_assert_int_eq(pm_buf_addf(&buf, "%d", 12345), 0);
    ck_assert_str_eq(buf.data, "12345");
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_buf_take_gives_an_empty_string_when_nothing_was_added)
{
    struct pm_buf buf;
    char *text;

    pm_buf_init(&buf, 5);
    text = pm_buf_take(&buf);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

START_TEST(test_clock_prints_and_reads_gmt)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01 00:00:00"},
        {1306929600000, "2011-06-01 12:00:00"},
        {1709164799999, "2024-02-28 23:59:59"},
        {-1000, "1969-12-31 23:59:59"},
        {4102444800000, "2100-01-01 00:00:00"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[PM_CLOCK_TIMESTAMP_SIZE];
        int64_t back;

        pm_clock_timestamp(rows[i].ms, text, sizeof(text));
        ck_assert_str_eq(text, rows[i].text);
        ck_assert_int_eq(pm_clock_parse_timestamp(text, &back), 0);
        ck_assert_int_eq(back, rows[i].ms - (rows[i].ms % 1000 + 1000) % 1000);
    }
}
END_TEST

START_TEST(test_clock_refuses_what_is_no_date)
{
    static const char *const rows[] = {
        "",
        "2011-06-01",
        "2011-06-01T12:00:00",
        "2011-02-30 12:00:00",
        "2011-13-01 12:00:00",
        "2011-06-01 25:00:00",
        "2011-06-01 12:00:61",
        "2011-06-01 12:00:00 ",
        " 2011-06-01 12:00:00",
        "2011-06-01%2012:00:00",
        "2011-6-1 12:00:00",
    };
    int64_t ms;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(pm_clock_parse_timestamp(rows[i], &ms) == -1, "accepted '%s'", rows[i]);
}
END_TEST

START_TEST(test_percent_round_trips_every_byte)
{
    unsigned char bytes[256], back[256 * 3];
    char text[256 * 3 + 1];
    size_t len, i;

    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    ck_assert_uint_eq(pm_percent_encode(bytes, sizeof(bytes), "", text, sizeof(text)), 256);
    for (i = 0; text[i]; i++)
        ck_assert(pm_percent_is_unreserved((unsigned char)text[i]) || text[i] == '%');
    ck_assert_int_eq(pm_percent_decode(text, strlen(text), back, &len), 0);
    ck_assert_uint_eq(len, sizeof(bytes));
    ck_assert_mem_eq(back, bytes, sizeof(bytes));
}
END_TEST

START_TEST(test_percent_encodes_a_byte_whole_or_not_at_all)
{
    char text[6];

    ck_assert_uint_eq(pm_percent_encode("ab;c", 4, "", text, sizeof(text)), 3);
    ck_assert_str_eq(text, "ab%3B");
    ck_assert_uint_eq(pm_percent_encode("abc;", 4, "", text, sizeof(text)), 3);
    ck_assert_str_eq(text, "abc");
    ck_assert_uint_eq(pm_percent_encode("a:b", 3, ":", text, sizeof(text)), 3);
    ck_assert_str_eq(text, "a:b");
}
END_TEST

START_TEST(test_percent_refuses_broken_sequences)
{
    static const char *const rows[] = {"%", "%4", "%zz", "a%4", "%%41", "%4g"};
    char bytes[8];
    size_t len, i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_int_eq(pm_percent_decode(rows[i], strlen(rows[i]), bytes, &len), -1);
}
END_TEST

START_TEST(test_text_shows_controls_and_bad_bytes)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"two\nlines", "two\\x0alines"},
        {"\x1b[31m", "\\x1b[31m"},
        {"Z\xc3\xbcrich", "Z\xc3\xbcrich"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc0\xaf", "\\xc0\\xaf"},
        {"rtl\xe2\x80\xaetxt", "rtl\\xe2\\x80\\xaetxt"},
        {"back\\slash", "back\\\\slash"},
    };
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, 1000);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pm_buf_reset(&buf);
        ck_assert_int_eq(pm_text_add_visible(&buf, rows[i].in, strlen(rows[i].in)), 0);
        ck_assert_str_eq(buf.data, rows[i].out);
    }
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_text_marks_what_hides_once)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"CORP\\alice", "CORP\\alice"},
        {"Z\xc3\xbcrich", "Z\xc3\xbcrich"},
        {"a\nb", "a\u27e8U+000A\u27e9b"},
        {"\x1b[31m", "\u27e8U+001B\u27e9[31m"},
        {"\xff\xc0", "\u27e80xFF\u27e9\u27e80xC0\u27e9"},
        {"rtl\xe2\x80\xaetxt", "rtl\u27e8U+202E\u27e9txt"},
        {"soft\xc2\xadhyphen", "soft\u27e8U+00AD\u27e9hyphen"},
        {"tag\xf3\xa0\x81\x81", "tag\u27e8U+E0041\u27e9"},
        {"\u27e8U+202E\u27e9", "\u27e8U+202E\u27e9"},
    };
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, 1000);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pm_buf_reset(&buf);
        ck_assert_int_eq(pm_text_add_marked(&buf, rows[i].in, strlen(rows[i].in)), 0);
        ck_assert_str_eq(buf.data, rows[i].out);
    }
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_text_json_escapes)
{
    struct pm_buf buf;

    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_text_add_json(&buf, "a\"b\\c\n\xff\0z", 9), 0);
    ck_assert_str_eq(buf.data, "\"a\\\"b\\\\c\\u000a\xef\xbf\xbd\\u0000z\"");
    pm_buf_clear(&buf);
}
END_TEST

/* A file in a fresh directory, with this content and mode. */
static void write_file(char *path, size_t size, const char *content, mode_t mode)
{
    char directory[] = "/tmp/pm-test-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(path, size, "%s/key", directory);
    ck_assert_int_eq(pm_fs_replace(path, content, strlen(content), mode), 0);
}

static void remove_file(char *path)
{
    ck_assert_int_eq(unlink(path), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(rmdir(path), 0);
}

START_TEST(test_secret_takes_the_first_line_of_a_private_file)
{
    struct pm_secret secret = {.len = 0};
    char path[PATH_MAX], message[300];

    write_file(path, sizeof(path), "PONMLKJIHGFEDCBA0987654321\nsecond line\n", 0600);
    ck_assert_int_eq(pm_secret_read_file(&secret, path, message, sizeof(message)), 0);
    ck_assert_str_eq(secret.bytes, "PONMLKJIHGFEDCBA0987654321");
    pm_secret_clear(&secret);
    ck_assert_uint_eq(secret.len, 0);
    remove_file(path);
}
END_TEST

START_TEST(test_secret_refuses_files_that_others_could_have_read)
{
    static const struct {
        const char *content;
        mode_t mode;
        const char *says;
    } rows[] = {
        {"S3cr3t\n", 0644, "chmod 600"},
        {"S3cr3t\n", 0620, "chmod 600"},
        {"", 0600, "is empty"},
        {"\nS3cr3t", 0600, "is empty"},
    };
    struct pm_secret secret;
    char path[PATH_MAX], message[300];
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file(path, sizeof(path), rows[i].content, rows[i].mode);
        ck_assert_int_eq(pm_secret_read_file(&secret, path, message, sizeof(message)), -1);
        ck_assert_msg(strstr(message, rows[i].says), "row %zu says: %s", i, message);
        ck_assert_ptr_null(strstr(message, "S3cr3t"));
        remove_file(path);
    }
    ck_assert_int_eq(pm_secret_read_file(&secret, "/nonexistent", message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "No such file"));
    ck_assert_int_eq(pm_secret_read_file(&secret, "/dev/null", message, sizeof(message)), -1);
}
END_TEST

START_TEST(test_fs_replace_leaves_the_old_file_when_it_fails)
{
    char path[PATH_MAX];

    write_file(path, sizeof(path), "old", 0600);
    ck_assert_int_eq(pm_fs_replace(path, "new", 3, 0640), 0);
    remove_file(path);
    ck_assert_int_eq(pm_fs_replace("/nonexistent/file", "x", 1, 0600), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_buf_never_exceeds_its_ceiling),
    TEST(test_buf_take_gives_an_empty_string_when_nothing_was_added),
    TEST(test_clock_prints_and_reads_gmt),
    TEST(test_clock_refuses_what_is_no_date),
    TEST(test_percent_round_trips_every_byte),
    TEST(test_percent_encodes_a_byte_whole_or_not_at_all),
    TEST(test_percent_refuses_broken_sequences),
    TEST(test_text_shows_controls_and_bad_bytes),
    TEST(test_text_marks_what_hides_once),
    TEST(test_text_json_escapes),
    TEST(test_secret_takes_the_first_line_of_a_private_file),
    TEST(test_secret_refuses_files_that_others_could_have_read),
    TEST(test_fs_replace_leaves_the_old_file_when_it_fails),
};

TEST_MAIN("util", cases)

/*
 * Every request of data/http1_corpus: what two parsers could read in two ways is refused and its
 * connection closed, so that nothing can be smuggled past a proxy in front; what is good is served.
 */
#include "suite.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "site.h"

#define CORPUS_MIN  150
#define DEADLINE_MS 10000
#define MUTATIONS   2000 /* unless HTTP_MUTATIONS says otherwise */
#define STRICT_MAX  4    /* a goal: of 150 requests */
#define SECOND      "GET /__fake/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define MARK        "{\"health\":\"ok\"}" /* the answer to it */

struct row {
    char verdict[16];
    char name[128];
    char bytes[1024];
    size_t len;
};

static int hex(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, digit);

    ck_assert(digit != '\0' && at);
    return (int)(at - digits);
}

static void unescape(const char *text, struct row *row)
{
    static const char letters[] = "rnt\\";
    static const char bytes[] = "\r\n\t\\";

    for (row->len = 0; *text; text++) {
        char byte = *text;

        ck_assert_uint_lt(row->len, sizeof(row->bytes));
        if (byte == '\\' && *++text == 'x') {
            byte = (char)(16 * hex(text[1]) + hex(text[2]));
            text += 2;
        } else if (byte == '\\') {
            ck_assert_ptr_nonnull(strchr(letters, *text));
            byte = bytes[strchr(letters, *text) - letters];
        }
        row->bytes[row->len++] = byte;
    }
}

/* Returns whether there is one. */
static bool read_row(FILE *file, struct row *row)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    bool is_row = false;

    while (!is_row && (len = getline(&line, &size, file)) > 0) {
        char *name = strchr(line, '\t');
        char *bytes = name ? strchr(name + 1, '\t') : NULL;

        line[len - 1] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        ck_assert_msg(bytes != NULL, "%s", line);
        *name = *bytes = '\0';
        snprintf(row->verdict, sizeof(row->verdict), "%s", line);
        snprintf(row->name, sizeof(row->name), "%s", name + 1);
        unescape(bytes + 1, row);
        is_row = true;
    }
    free(line);
    return is_row;
}

/* What came back until the server closed. */
static struct {
    char bytes[16384];
    size_t len;
    int count;       /* replies in it */
    int statuses[4]; /* of the first ones */
} got;

static size_t body_len(const char *head, const char *end, bool is_head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");

    return length && length < end && !is_head ? strtoul(length + 17, NULL, 10) : 0;
}

static void count_replies(bool first_is_head)
{
    const char *at = got.bytes;
    const char *end;

    got.count = 0;
    while (strncmp(at, "HTTP/1.1 ", 9) == 0 && (end = strstr(at, "\r\n\r\n")) != NULL) {
        ck_assert_int_lt(got.count, 4);
        got.statuses[got.count] = atoi(at + 9);
        at = end + 4 + body_len(at, end, first_is_head && got.count == 0);
        got.count++;
    }
}

static void send_row(const struct row *row)
{
    int fd = peer_connect(fa_server_port(site));
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    ssize_t len;

    peer_send(fd, row->bytes, row->len);
    peer_send(fd, SECOND, strlen(SECOND));
    got.len = 0;
    do {
        ck_assert_msg(poll(&ready, 1, DEADLINE_MS) == 1, "%s: it hangs", row->name);
        len = recv(fd, got.bytes + got.len, sizeof(got.bytes) - 1 - got.len, 0);
        got.len += len > 0 ? (size_t)len : 0;
    } while (len > 0);
    (void)close(fd);
    got.bytes[got.len] = '\0';
    count_replies(strncmp(row->bytes, "HEAD ", 5) == 0);
}

/* Does not wait for the end: what was changed may well wait for more. One thread serves: what came
 * before a later request was looked at before that was answered. */
static void send_mutant(const struct row *row)
{
    int fd = peer_connect(fa_server_port(site));
    ssize_t len;

    peer_send(fd, row->bytes, row->len);
    peer_send(fd, SECOND, strlen(SECOND));
    peer_get(fa_server_port(site), "/__fake/ready", &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    got.len = 0;
    while ((len = recv(fd, got.bytes + got.len, sizeof(got.bytes) - 1 - got.len, MSG_DONTWAIT)) > 0)
        got.len += (size_t)len;
    (void)close(fd);
    got.bytes[got.len] = '\0';
    count_replies(strncmp(row->bytes, "HEAD ", 5) == 0);
}

static bool is_framing_refusal(int status)
{
    return status == 400 || status == 411 || status == 413 || status == 505;
}

static bool is_served(int count)
{
    int i;

    for (i = 0; i < count; i++)
        if (i >= got.count || is_framing_refusal(got.statuses[i]))
            return false;
    return true;
}

static bool is_as_expected(const struct row *row)
{
    bool has_second = strstr(got.bytes, MARK) != NULL;
    int count = 1;

    if (strcmp(row->verdict, "refuse") == 0 || strcmp(row->verdict, "strict") == 0)
        return !has_second && got.count <= 1 && (got.count == 0 || got.statuses[0] >= 400);
    if (strcmp(row->verdict, "close") == 0)
        return !has_second && got.count == 1 && is_served(1);
    ck_assert_int_eq(sscanf(row->verdict, "accept %d", &count), 1);
    return has_second && got.count == count + 1 && is_served(count);
}

START_TEST(test_the_corpus)
{
    FILE *file = fopen(PM_SOURCE_DIR "/fakeapi/tests/data/http1_corpus", "re");
    struct row row;
    int wrong = 0;
    int strict = 0;
    int count = 0;

    ck_assert_ptr_nonnull(file);
    site_start(FA_PROFILE_STRICT, NULL);
    for (; read_row(file, &row); count++) {
        send_row(&row);
        strict += strcmp(row.verdict, "strict") == 0;
        if (is_as_expected(&row))
            continue;
        fprintf(stderr, "%s: %s, but %d replies:\n%s\n", row.name, row.verdict, got.count,
                got.bytes);
        wrong++;
    }
    (void)fclose(file);
    ck_assert_int_ge(count, CORPUS_MIN);
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_le(strict, STRICT_MAX);
    ck_assert_uint_eq(fa_server_journal_count(site, "addResult", FA_VERDICT_ANY), 0);
    site_stop();
}
END_TEST

/* Returns how many rows there are. */
static size_t read_rows(struct row *rows, size_t max)
{
    FILE *file = fopen(PM_SOURCE_DIR "/fakeapi/tests/data/http1_corpus", "re");
    size_t count = 0;

    ck_assert_ptr_nonnull(file);
    while (count < max && read_row(file, &rows[count]))
        count++;
    (void)fclose(file);
    return count;
}

/* A few bytes changed, inserted or taken away; the seed is the same in every run. */
static void mutate(struct row *row)
{
    static const char interesting[] = "\r\n \t:0\0,;\x7fTC";
    int changes = 1 + rand() % 4;

    for (; changes > 0 && row->len > 1 && row->len < sizeof(row->bytes) - 1; changes--) {
        size_t at = (size_t)rand() % row->len;
        char byte = interesting[(size_t)rand() % (sizeof(interesting) - 1)];
        int kind = rand() % 3;

        if (kind == 0) {
            row->bytes[at] = byte;
        } else if (kind == 1) {
            memmove(row->bytes + at + 1, row->bytes + at, row->len - at);
            row->bytes[at] = byte;
            row->len++;
        } else {
            memmove(row->bytes + at, row->bytes + at + 1, row->len - at - 1);
            row->len--;
        }
    }
}

/* Whatever came, nothing hangs, nothing falls over, and each refusal is the last answer. */
START_TEST(test_mutations_of_the_corpus)
{
    static struct row rows[400];
    size_t count = read_rows(rows, sizeof(rows) / sizeof(rows[0]));
    const char *wanted = getenv("HTTP_MUTATIONS");
    int left = wanted ? atoi(wanted) : MUTATIONS;

    srand(1);
    site_start(FA_PROFILE_STRICT, NULL);
    for (; left > 0; left--) {
        struct row row = rows[(size_t)rand() % count];
        int i;

        mutate(&row);
        send_mutant(&row);
        for (i = 0; i + 1 < got.count; i++)
            ck_assert_msg(!is_framing_refusal(got.statuses[i]), "an answer after a refusal: %s",
                          got.bytes);
    }
    peer_get(fa_server_port(site), "/__fake/health", &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_the_corpus),
    TEST(test_mutations_of_the_corpus),
};

TEST_MAIN("http_corpus", cases)

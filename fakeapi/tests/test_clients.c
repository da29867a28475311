/*
 * Requests as the surviving public clients send them, byte for byte (PROTOCOL.md §5): signed and
 * encoded by hand here, so that the server cannot agree with itself. What strays from the
 * documentation must be noted in the journal.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "site.h"

#define CUSTOM "/customMonitorApi"

static char now[32];

static void start(enum fa_profile profile)
{
    time_t seconds = time(NULL);
    struct tm parts;

    site_start(profile, NULL);
    gmtime_r(&seconds, &parts);
    strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &parts);
}

static void put_char(FILE *out, unsigned char byte, const char *safe)
{
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
        (byte >= 'a' && byte <= 'z') || (byte && strchr(safe, byte)))
        fputc(byte, out);
    else if (byte == ' ' && !strchr(safe, '%'))
        fputc('+', out);
    else
        fprintf(out, "%%%02X", byte);
}

/* Encode as java.net.URLEncoder: a blank becomes `+`. With a `%` in @safe: as RFC 3986, `%20`. */
static char *encode(const char *text, const char *safe)
{
    char *encoded = NULL;
    size_t len;
    FILE *out = open_memstream(&encoded, &len);

    for (; *text; text++)
        put_char(out, (unsigned char)*text, safe);
    (void)fclose(out);
    return encoded;
}

/* The checksum of a text made by hand, encoded for a form. */
static char *checksum_of(const char *text)
{
    char checksum[64];

    peer_checksum(SITE_SECRET, strlen(SITE_SECRET), text, strlen(text), checksum);
    return encode(checksum, "");
}

static void post_body(const char *target, const char *body)
{
    peer_post(fa_server_port(site), target, body, strlen(body), &site_reply);
}

static void expect_deviation(const char *part)
{
    char *deviations = fa_server_journal_deviations(site, NULL);

    ck_assert_ptr_nonnull(deviations);
    if (part)
        ck_assert_msg(strstr(deviations, part) != NULL, "\"%s\" is not in \"%s\"", part,
                      deviations);
    else
        ck_assert_str_eq(deviations, "");
    free(deviations);
}

/* The article's scripts: --data-urlencode, so blanks are %20; the look-up wants XML. */
START_TEST(test_article_scripts)
{
    char text[1024];
    char body[2048];
    char *time_text;
    char *checksum;

    start(FA_PROFILE_STRICT);
    snprintf(
        text, sizeof(text),
        "actionaddMonitorapikey" SITE_KEY
        "namelogin monitorresultParamsuser_login:Login Name:logins:3;"
        "host:Host Address:hostaddress:3;srv:Service:service:3tagloginMonitortimestamp%sversion2",
        now);
    checksum = checksum_of(text);
    time_text = encode(now, "%-");
    snprintf(body, sizeof(body),
             "action=addMonitor&apikey=" SITE_KEY
             "&name=login%%20monitor&resultParams=user_login%%3ALogin%%20"
             "Name%%3Alogins%%3A3%%3Bhost%%3AHost%%20Address%%3Ahostaddress%%3A3%%3Bsrv%%3AService%"
             "%3Aservice%%3A3"
             "&tag=loginMonitor&timestamp=%s&version=2&checksum=%s",
             time_text, checksum);
    post_body(CUSTOM, body);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    expect_deviation(NULL);
    site_get("output=xml&version=2&action=getMonitors&tag=loginMonitor");
    site_expect_part("<monitor><id>1</id>");
    free(checksum);
    free(time_text);
    site_stop();
}
END_TEST

/* Java: fields, then the whole, then the form: three layers; all in the query of a POST. */
START_TEST(test_java_sdk)
{
    static const char *const inner =
        "n%3AN+a%3AN%252FA%3A3"; /* n:N a:N%2FA:3, encoded as a whole */
    char text[1024];
    char target[2048];
    char *time_text;
    char *params;
    char *checksum;

    start(FA_PROFILE_VENDOR);
    snprintf(text, sizeof(text),
             "actionaddMonitorapikey" SITE_KEY "namem%%2BmresultParams%stagttimestamp%sversion2",
             inner, now);
    checksum = checksum_of(text);
    time_text = encode(now, "-");
    params = encode(inner, "");
    snprintf(target, sizeof(target),
             CUSTOM "?action=addMonitor&apikey=" SITE_KEY
                    "&name=m%%252Bm&resultParams=%s&tag=t&timestamp=%s"
                    "&version=2&checksum=%s",
             params, time_text, checksum);
    post_body(target, "");
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    site_get("action=getMonitorInfo&monitorId=1");
    site_expect_part("\"name\":\"m+m\"");
    site_expect_part("\"displayName\":\"N a\",\"uom\":\"N/A\",\"dataType\":\"3\"");
    free(checksum);
    free(time_text);
    free(params);
    site_stop();
}
END_TEST

/* Python: each pair quoted as a whole, so that its colon becomes %3A; seconds as milliseconds. */
START_TEST(test_python_sdk)
{
    struct peer_form form = site_form("addResult");

    start(FA_PROFILE_STRICT);
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams",
            "foo%3AFoo:n:2;bar:Bar::3", NULL);
    site_expect(400, "{\"status\":\"Invalid resultParams\"}");
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams",
            "foo:Foo%20Bar:N%2FA:2;bar:Bar::3", NULL);
    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "checktime", "1306929600000");
    peer_form_add(&form, "results", "foo%3A10;bar%3Ax%20y");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getMonitorResults&monitorId=1&year=2011&month=6&day=1");
    site_expect_part("{\"foo\":\"10\",\"bar\":\"x y\",");
    site_stop();
}
END_TEST

/* The first PHP SDK signs encoded values and posts them raw, checksum and all. */
START_TEST(test_first_php_sdk)
{
    static const enum fa_profile profiles[] = {FA_PROFILE_VENDOR, FA_PROFILE_STRICT};
    char text[1024];
    char body[2048];
    char checksum[64];
    size_t i;

    for (i = 0; i < 2; i++) {
        start(profiles[i]);
        snprintf(text, sizeof(text),
                 "actionaddMonitorapikey" SITE_KEY
                 "namem+nresultParamsp:Position:N%%2FA:3tagttimestamp%sversion2",
                 now);
        peer_checksum(SITE_SECRET, strlen(SITE_SECRET), text, strlen(text), checksum);
        snprintf(body, sizeof(body),
                 "action=addMonitor&apikey=" SITE_KEY
                 "&name=m+n&resultParams=p:Position:N%%2FA:3&tag=t"
                 "&timestamp=%s&version=2&checksum=%s",
                 now, checksum);
        post_body(CUSTOM, body);
        if (profiles[i] == FA_PROFILE_STRICT) {
            site_expect(403, "{\"error\":\"Authentication failure\"}");
        } else {
            site_expect(200, "{\"status\":\"ok\",\"data\":1}");
            expect_deviation("undecoded values (PROTOCOL.md §2.3)");
            site_get("action=getMonitorInfo&monitorId=1");
            site_expect_part("\"name\":\"m n\"");
            site_expect_part("\"uom\":\"N/A\"");
        }
        site_stop();
    }
}
END_TEST

/* Java sorts without regard to case. */
START_TEST(test_order_without_regard_to_case)
{
    static const enum fa_profile profiles[] = {FA_PROFILE_VENDOR, FA_PROFILE_STRICT};
    size_t i;

    for (i = 0; i < 2; i++) {
        char text[1024];
        char body[2048];
        char *checksum;
        char *time_text;

        start(profiles[i]);
        snprintf(text, sizeof(text),
                 "actionaddMonitorAPIKEY" SITE_KEY "namemresultParamsa:A::3tagttimestamp%sversion2",
                 now);
        checksum = checksum_of(text);
        time_text = encode(now, "-");
        snprintf(body, sizeof(body),
                 "action=addMonitor&APIKEY=" SITE_KEY
                 "&name=m&resultParams=a:A::3&tag=t&timestamp=%s&version=2&checksum=%s",
                 time_text, checksum);
        post_body(CUSTOM, body);
        ck_assert_int_eq(site_reply.status, profiles[i] == FA_PROFILE_STRICT ? 403 : 200);
        if (profiles[i] == FA_PROFILE_VENDOR)
            expect_deviation("without regard to case");
        free(checksum);
        free(time_text);
        site_stop();
    }
}
END_TEST

/* PowerShell creates the tag in two layers and looks it up in one; both must mean the same. */
START_TEST(test_powershell_tags)
{
    start(FA_PROFILE_STRICT);
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "[exchange+sample]", "resultParams",
            "q:Queue:N%2FA:2;", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    site_get("action=getMonitors&tag=[exchange+sample]");
    site_expect_part("\"tag\":\"[exchange sample]\"");
    site_get("action=getMonitors&tag=%5Bexchange%20sample%5D&nocache=1");
    site_expect_part("\"id\":\"1\"");
    site_stop();
}
END_TEST

static void fetch_token(char *token)
{
    site_get("action=authToken&secretkey=" SITE_SECRET);
    /* VBScript and PowerShell cut it out by position. */
    ck_assert_uint_eq(strlen(site_reply.body), 42);
    memcpy(token, strchr(site_reply.body, ':') + 2, 26);
    token[26] = '\0';
}

/* The bash family: raw values, a token, a timestamp encoded twice; `[]` means create it. */
START_TEST(test_bash_scripts)
{
    char body[2048];
    char token[27];

    start(FA_PROFILE_VENDOR);
    fetch_token(token);
    site_get("action=getMonitors&tag=t&name=m&type=BASH");
    site_expect(200, "[]");
    snprintf(
        body, sizeof(body),
        "apikey=" SITE_KEY "&validation=token&authToken=%s&timestamp=2011-08-09%%252009:41:44"
        "&action=addMonitor&name=m&tag=t&type=BASH&resultParams=status:Status::3;pid:pid::2:true"
        "&additionalResultParams=details:Details::3&isMultiValue=true",
        token);
    post_body("/customMonitorApi", body);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    snprintf(body, sizeof(body),
             "apikey=" SITE_KEY
             "&validation=token&authToken=%s&timestamp=x&action=addResult&monitorId=1"
             "&checktime=1306929600000&results=status%%3A%%5BOK%%2CNOK%%5D%%3Bpid%%3A%%5B11%%2C12%%"
             "5D%%3Badditional"
             "Results%%3A%%5B%%5B%%7B%%2522details%%2522%%3A%%20%%2522x%%3Ay%%2522%%7D%%5D%%2C%%5B%"
             "%7B%%2522details%%2522%%3A1%%7D%%5D%%5D",
             token);
    post_body("/customMonitorApi", body);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    ck_assert_int_eq(fa_server_rows(site, 1), 2);
    site_get("action=getAdditionalResults&monitorId=1&checktime=1306929600000");
    site_expect(200, "[{\"details\":\"x:y\"},{\"details\":1}]");
    site_get("action=getMonitors&tag=t&name=m&type=BASH");
    ck_assert_uint_gt(strlen(site_reply.body), 10);
    site_stop();
}
END_TEST

/* C# with a trailing &, blanks left raw; PowerShell with apiKey and settings of `name:…:false`. */
START_TEST(test_other_token_clients)
{
    char body[2048];
    char token[27];

    start(FA_PROFILE_VENDOR);
    fetch_token(token);
    snprintf(body, sizeof(body),
             "action=addMonitor&apikey=" SITE_KEY
             "&validation=token&authToken=%s&timestamp=2011-06-01 12:00:00"
             "&name=My Monitor&tag=my tag&resultParams=a:A:N/A:3;b:B: :3;&",
             token);
    post_body(CUSTOM, body);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    snprintf(body, sizeof(body),
             "&&apiKey=" SITE_KEY
             "&output=json&version=2&validation=token&authToken=%s&action=addMonitor"
             "&name=p&tag=p&type=&resultParams=a:A: :3&monitorParams=a:A: :3:false",
             token);
    post_body(CUSTOM "/", body);
    site_expect(200, "{\"status\":\"ok\",\"data\":2}");
    site_get("action=getMonitorInfo&monitorId=2");
    site_expect_part("\"uom\":\" \"");
    site_expect_part("\"type\":\"custom\"");
    snprintf(body, sizeof(body),
             "/customMonitorApi?action=deleteMonitor&monitorId=1,2&apikey=" SITE_KEY
             "&validation=token&authToken=%s",
             token);
    post_body(body, "");
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_stop();
}
END_TEST

/* Python 2 and the curl of its time put what they were given into the request line. */
START_TEST(test_raw_blanks_in_the_target)
{
    start(FA_PROFILE_STRICT);
    site_do(CUSTOM, "addMonitor", "name", "my monitor", "tag", "my tag", "resultParams", "a:A::3",
            NULL);
    site_get_target(CUSTOM "/?apikey=" SITE_KEY "&output=xml&version=2&action=getMonitors"
                           "&tag=my tag&name=my monitor");
    site_expect_part("<monitors><monitor><id>1</id><tag>my tag</tag>");
    site_stop();
}
END_TEST

/* C# signs output and validation, and writes True. */
START_TEST(test_dotnet_sdk)
{
    start(FA_PROFILE_STRICT);
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", "a:A::3",
            "monitorParams", "p:P:v:3:True", "multiValue", "True", "output", "XML", "validation",
            "HMACSHA1", NULL);
    site_expect(200, "<result><status>ok</status><data>1</data></result>");
    expect_deviation(NULL);
    site_get("action=getMonitorInfo&monitorId=1&excludeHidden=True&output=XML");
    site_expect_part("<monitorParams></monitorParams>");
    site_stop();
}
END_TEST

/* Perl, PHP and C# send local time, the article the time of its writing; §2.4. */
START_TEST(test_local_time)
{
    static const struct {
        int64_t off_s;
        const char *deviation;
    } rows[] = {
        {0, NULL},
        {-290, NULL},
        {-310, "s before the server's clock (GMT) (PROTOCOL.md §2.4)"},
        {14 * 3600, "s after the server's clock (GMT) (PROTOCOL.md §2.4)"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(FA_PROFILE_VENDOR);
        fa_server_clock_offset(site, -1000 * rows[i].off_s);
        site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", "a:A::3",
                "timestamp", now, NULL);
        site_expect(200, "{\"status\":\"ok\",\"data\":1}");
        expect_deviation(rows[i].deviation);
        site_stop();
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_article_scripts),
    TEST(test_java_sdk),
    TEST(test_python_sdk),
    TEST(test_first_php_sdk),
    TEST(test_order_without_regard_to_case),
    TEST(test_powershell_tags),
    TEST(test_bash_scripts),
    TEST(test_other_token_clients),
    TEST(test_raw_blanks_in_the_target),
    TEST(test_dotnet_sdk),
    TEST(test_local_time),
};

TEST_MAIN("clients", cases)

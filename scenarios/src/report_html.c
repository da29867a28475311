/*
 * One HTML page that needs nothing else: each case with its timeline, what went wrong, the server's
 * journal, logs and screenshots. It holds no script; what it shows came from logins and is escaped.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <openssl/evp.h>

#include "buf.h"
#include "case.h"
#include "cleanup.h"
#include "report.h"
#include "report_escape.h"
#include "result.h"

#define PICTURE_MAX (16u << 20)
#define LOG_SHOWN   16384 /* bytes at the end of a log */

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Scenarios</title>\n<style>\n"
    ":root{color-scheme:light dark;--line:#8884;--pass:#2a7d3c;--fail:#c0392b;--skip:#8a6d1a}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.5rem}h3{font-size:1rem;margin:1rem 0 .25rem}\n"
    "details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:.3rem .7rem}\n"
    "summary{cursor:pointer;display:flow-root list-item}summary b{font-weight:600}\n"
    "summary small{float:right;opacity:.7}\n"
    ".passed{color:var(--pass)}.failed{color:var(--fail)}.skipped{color:var(--skip)}\n"
    "table{border-collapse:collapse;width:100%;font-size:13px}\n"
    "th,td{text-align:left;padding:.15rem .5rem;border-top:1px solid var(--line);"
    "vertical-align:top;overflow-wrap:anywhere}\n"
    "pre{font:12.5px/1.4 ui-monospace,monospace;overflow:auto;background:#8881;padding:.6rem;"
    "border-radius:.3rem;white-space:pre-wrap}\n"
    ".timeline td:nth-child(2),.timeline td:last-child{white-space:nowrap}\n"
    ".bar{position:relative;height:.8rem;min-width:10rem;width:22%;padding:0}\n"
    ".bar i{position:absolute;top:.35rem;height:.55rem;min-width:2px;border-radius:2px;"
    "background:currentColor}\n"
    "section{overflow-x:auto}@media(max-width:40rem){.bar{display:none}"
    "section table{min-width:32rem}}\n"
    "img{max-width:100%;border:1px solid var(--line);border-radius:.3rem}\n</style>\n";

static void print_text(FILE *out, const char *text)
{
    sc_print_xml(out, text, strlen(text));
}

/* ---- timeline ---- */

static double percent(int64_t part_ms, int64_t whole_ms)
{
    return whole_ms > 0 ? 100.0 * (double)part_ms / (double)whole_ms : 0;
}

static void print_step(FILE *out, const struct sc_result *result, const struct sc_step_result *step)
{
    int64_t end_ms = step->end_ms >= 0 ? step->end_ms : result->duration_ms;

    (void)fprintf(out,
                  "<tr class=\"%s\"><td class=bar><i style=\"left:%.2f%%;width:%.2f%%\"></i>"
                  "<td>%lld&#8239;ms<td>",
                  sc_verdict_text(step->verdict), percent(step->begin_ms, result->duration_ms),
                  percent(end_ms - step->begin_ms, result->duration_ms),
                  (long long)(end_ms - step->begin_ms));
    print_text(out, step->text);
    (void)fputs("<td>", out);
    print_text(out, strrchr(step->file, '/') ? strrchr(step->file, '/') + 1 : step->file);
    (void)fprintf(out, ":%d\n", step->line);
}

static void print_timeline(FILE *out, const struct sc_result *result)
{
    size_t i;

    if (result->step_count == 0)
        return;
    (void)fputs("<h3>Timeline</h3>\n<section><table class=timeline>\n", out);
    for (i = 0; i < result->step_count; i++)
        print_step(out, result, &result->steps[i]);
    (void)fputs("</table></section>\n", out);
}

/* ---- evidence ---- */

static int read_file(const struct sc_result *result, const char *name, struct pm_buf *bytes)
{
    PM_AUTO_FREE char *path = NULL;
    PM_AUTO_FCLOSE FILE *file = NULL;
    char part[16384];
    size_t len;

    if (asprintf(&path, "%s/%s", result->dir, name) < 0)
        return -1;
    file = fopen(path, "re");
    while (file && (len = fread(part, 1, sizeof(part), file)) > 0)
        if (pm_buf_add(bytes, part, len) < 0)
            return -1;
    return file ? 0 : -1;
}

static void print_cell(FILE *out, const cJSON *entry, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(entry, name);
    PM_AUTO_FREE char *printed =
        cJSON_IsString(value) ? strdup(value->valuestring) : cJSON_PrintUnformatted(value);

    (void)fputs("<td>", out);
    print_text(out, value && printed ? printed : "");
}

static void print_journal(FILE *out, const char *name, const struct pm_buf *bytes)
{
    static const char *const columns[] = {"time",   "verdict", "status", "method",
                                          "action", "reason",  "fault",  "duration_us"};
    cJSON *journal = cJSON_ParseWithLength(bytes->data ? bytes->data : "", bytes->len);
    const cJSON *entry;
    size_t i;

    (void)fputs("<h3>", out);
    print_text(out, name);
    (void)fputs("</h3>\n<section><table><tr>", out);
    for (i = 0; i < PM_ARRAY_LEN(columns); i++)
        (void)fprintf(out, "<th>%s", columns[i]);
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(journal, "requests"))
    {
        (void)fputs("\n<tr>", out);
        for (i = 0; i < PM_ARRAY_LEN(columns); i++)
            print_cell(out, entry, columns[i]);
    }
    (void)fputs("</table></section>\n", out);
    cJSON_Delete(journal);
}

static void print_log(FILE *out, const char *name, const struct pm_buf *bytes)
{
    size_t skipped = bytes->len > LOG_SHOWN ? bytes->len - LOG_SHOWN : 0;

    if (bytes->len == 0)
        return;
    (void)fputs("<h3>", out);
    print_text(out, name);
    (void)fputs("</h3>\n<pre>", out);
    sc_print_xml(out, bytes->data + skipped, bytes->len - skipped);
    (void)fputs("</pre>\n", out);
}

static void print_picture(FILE *out, const char *name, const struct pm_buf *bytes)
{
    PM_AUTO_FREE unsigned char *base64 = malloc(bytes->len * 4 / 3 + 8);

    if (!base64 || bytes->len == 0)
        return;
    (void)EVP_EncodeBlock(base64, (const unsigned char *)bytes->data, (int)bytes->len);
    (void)fputs("<h3>", out);
    print_text(out, name);
    (void)fprintf(out,
                  "</h3>\n<img alt=\"what the browser showed\" src=\"data:image/png;base64,%s\">\n",
                  (const char *)base64);
}

static const struct {
    const char *ending;
    void (*print)(FILE *out, const char *name, const struct pm_buf *bytes);
} evidence[] = {
    {".journal.json", print_journal},
    {".png", print_picture},
    {".log", print_log},
    {".status", print_log},
};

static bool ends_with(const char *name, const char *ending)
{
    size_t len = strlen(name), end = strlen(ending);

    return len > end && strcmp(name + len - end, ending) == 0;
}

/* Logs only of what failed: they make the page long. */
static void print_evidence(FILE *out, const struct sc_result *result, const char *name)
{
    struct pm_buf bytes;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(evidence); i++) {
        if (!ends_with(name, evidence[i].ending) ||
            (evidence[i].print == print_log && result->verdict != SC_FAIL))
            continue;
        pm_buf_init(&bytes, PICTURE_MAX);
        if (read_file(result, name, &bytes) == 0)
            evidence[i].print(out, name, &bytes);
        pm_buf_clear(&bytes);
        return;
    }
}

static void print_all_evidence(FILE *out, const struct sc_result *result)
{
    struct dirent **entries;
    int count = result->dir ? scandir(result->dir, &entries, NULL, alphasort) : -1, i;

    if (count < 0)
        return;
    for (i = 0; i < count; i++) {
        print_evidence(out, result, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* ---- the page ---- */

static void print_case(FILE *out, const struct sc_result *result)
{
    const char *verdict = sc_verdict_text(result->verdict);

    (void)fprintf(out, "<details%s>\n<summary><b class=%s>%s</b> ",
                  result->verdict == SC_FAIL ? " open" : "", verdict, verdict);
    print_text(out, result->scase->name);
    (void)fputs(" <small>", out);
    print_text(out, result->scase->id);
    (void)fprintf(out, " · %lld&#8239;ms</small></summary>\n", (long long)result->duration_ms);
    if (result->scase->about) {
        (void)fputs("<p>", out);
        print_text(out, result->scase->about);
        (void)fputs("</p>\n", out);
    }
    if (result->verdict != SC_PASS) {
        (void)fputs("<pre>", out);
        print_text(out, sc_result_message(result));
        (void)fputs("</pre>\n", out);
    }
    print_timeline(out, result);
    print_all_evidence(out, result);
    (void)fputs("</details>\n", out);
}

static void print_verdict(FILE *out, const struct sc_result *results, size_t count,
                          enum sc_verdict verdict)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (results[i].verdict == verdict)
            print_case(out, &results[i]);
}

/* What failed comes first. */
void sc_report_html(FILE *out, const struct sc_result *results, size_t count)
{
    static const enum sc_verdict order[] = {SC_FAIL, SC_SKIP, SC_PASS};
    size_t i, sums[SC_VERDICT_MAX] = {0};

    for (i = 0; i < count; i++)
        sums[results[i].verdict]++;
    (void)fputs(head, out);
    (void)fprintf(out,
                  "<h1>Scenarios: <span class=passed>%zu passed</span>, <span class=failed>%zu "
                  "failed</span>, <span class=skipped>%zu skipped</span></h1>\n",
                  sums[SC_PASS], sums[SC_FAIL], sums[SC_SKIP]);
    for (i = 0; i < PM_ARRAY_LEN(order); i++)
        print_verdict(out, results, count, order[i]);
}

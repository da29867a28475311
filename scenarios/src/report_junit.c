/* JUnit XML, as Jenkins, GitLab and GitHub's reporters read it. */
#include <string.h>

#include "case.h"
#include "report.h"
#include "report_escape.h"
#include "result.h"

/* The folder is the suite's class. */
static void print_name(FILE *out, const char *id)
{
    const char *slash = strchr(id, '/');

    (void)fputs(" classname=\"", out);
    sc_print_xml(out, id, slash ? (size_t)(slash - id) : 0);
    (void)fputs("\" name=\"", out);
    sc_print_xml(out, slash ? slash + 1 : id, strlen(slash ? slash + 1 : id));
    (void)fputs("\"", out);
}

static void print_failure(FILE *out, const struct sc_result *result)
{
    const struct sc_step_result *step = sc_result_failed_step(result);
    const char *message = sc_result_message(result);

    (void)fputs("    <failure message=\"", out);
    sc_print_xml(out, message, strcspn(message, "\n"));
    (void)fputs("\">", out);
    if (step) {
        (void)fprintf(out, "%s:%d: ", step->file, step->line);
        sc_print_xml(out, step->text, strlen(step->text));
        (void)fputc('\n', out);
    }
    sc_print_xml(out, message, strlen(message));
    (void)fputs("</failure>\n", out);
}

static void print_case(FILE *out, const struct sc_result *result)
{
    (void)fputs("  <testcase", out);
    print_name(out, result->scase->id);
    (void)fprintf(out, " time=\"%.3f\">\n", (double)result->duration_ms / 1000);
    if (result->verdict == SC_FAIL)
        print_failure(out, result);
    if (result->verdict == SC_SKIP) {
        (void)fputs("    <skipped message=\"", out);
        sc_print_xml(out, sc_result_message(result), strlen(sc_result_message(result)));
        (void)fputs("\"/>\n", out);
    }
    (void)fputs("  </testcase>\n", out);
}

void sc_report_junit(FILE *out, const struct sc_result *results, size_t count)
{
    size_t i, sums[SC_VERDICT_MAX] = {0};
    int64_t total_ms = 0;

    for (i = 0; i < count; i++) {
        sums[results[i].verdict]++;
        total_ms += results[i].duration_ms;
    }
    (void)fprintf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuite name=\"paidmonitor-scenario\" tests=\"%zu\" failures=\"%zu\""
                  " skipped=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
                  count, sums[SC_FAIL], sums[SC_SKIP], (double)total_ms / 1000);
    for (i = 0; i < count; i++)
        print_case(out, &results[i]);
    (void)fputs("</testsuite>\n", out);
}

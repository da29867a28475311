/* TAP version 13 (https://testanything.org/tap-version-13-specification.html). */
#include <string.h>

#include "case.h"
#include "report.h"
#include "result.h"

/* A `#` would begin a directive, a line end a line. */
static void print_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            (void)fputc('\\', out);
        (void)fputc(*text == '\n' ? ' ' : *text, out);
    }
}

/* A block of YAML, whose literal text keeps its lines. */
static void print_details(FILE *out, const struct sc_result *result)
{
    const struct sc_step_result *step = sc_result_failed_step(result);
    const char *line = sc_result_message(result);

    (void)fprintf(out, "  ---\n  duration_ms: %lld\n", (long long)result->duration_ms);
    if (step)
        (void)fprintf(out, "  at: \"%s:%d\"\n", step->file, step->line);
    (void)fputs("  message: |2\n", out);
    while (*line) {
        int len = (int)strcspn(line, "\n");

        (void)fprintf(out, "    %.*s\n", len, line);
        line += len + (line[len] == '\n');
    }
    (void)fputs("  ...\n", out);
}

void sc_report_tap(FILE *out, const struct sc_result *results, size_t count)
{
    size_t i;

    (void)fprintf(out, "TAP version 13\n1..%zu\n", count);
    for (i = 0; i < count; i++) {
        const struct sc_result *result = &results[i];

        (void)fprintf(out, "%sok %zu - ", result->verdict == SC_FAIL ? "not " : "", i + 1);
        print_escaped(out, result->scase->id);
        if (result->verdict == SC_SKIP) {
            (void)fputs(" # SKIP ", out);
            print_escaped(out, sc_result_message(result));
        }
        (void)fputc('\n', out);
        if (result->verdict == SC_FAIL)
            print_details(out, result);
    }
}

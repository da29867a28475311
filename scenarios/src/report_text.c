/* For people: every case with its steps and how long they took. */
#include <string.h>

#include "case.h"
#include "progress.h"
#include "report.h"
#include "result.h"

static void print_case(FILE *out, const struct sc_result *result)
{
    size_t i;

    (void)fprintf(out, "%s: %s (%lld ms)\n  %s\n", result->scase->id,
                  sc_verdict_text(result->verdict), (long long)result->duration_ms,
                  result->scase->name);
    for (i = 0; i < result->step_count; i++) {
        const struct sc_step_result *step = &result->steps[i];

        (void)fprintf(out, "  %6lld ms  %s\n", (long long)step->begin_ms, step->text);
    }
    if (result->verdict != SC_PASS)
        sc_progress_explain(out, result);
}

void sc_report_text(FILE *out, const struct sc_result *results, size_t count)
{
    size_t i, sums[SC_VERDICT_MAX] = {0};

    for (i = 0; i < count; i++) {
        print_case(out, &results[i]);
        sums[results[i].verdict]++;
    }
    (void)fprintf(out, "%zu passed, %zu failed, %zu skipped\n", sums[SC_PASS], sums[SC_FAIL],
                  sums[SC_SKIP]);
}

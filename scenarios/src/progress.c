/* What one sees while cases run; see progress.h. */
#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>

#include "case.h"
#include "result.h"

#define CLEAR "\r\033[K"

static size_t width(FILE *out)
{
    struct winsize size = {0};

    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void sc_progress_show(struct sc_progress *progress, const struct sc_result *const *running,
                      size_t count)
{
    char line[512];
    int len;

    if (!progress->is_terminal)
        return;
    len = snprintf(line, sizeof(line), "[%zu/%zu]", progress->done, progress->total);
    if (progress->failed > 0)
        len += snprintf(line + len, sizeof(line) - (size_t)len, " %zu failed", progress->failed);
    if (count > 0)
        (void)snprintf(
            line + len, sizeof(line) - (size_t)len, " %s%s%s", running[0]->scase->id,
            running[0]->step_count > 0 ? " · " : "",
            running[0]->step_count > 0 ? running[0]->steps[running[0]->step_count - 1].text : "");
    (void)fprintf(progress->out, CLEAR "%.*s", (int)width(progress->out) - 1, line);
    (void)fflush(progress->out);
}

static void print_indented(FILE *out, const char *text)
{
    while (*text) {
        int len = (int)strcspn(text, "\n");

        (void)fprintf(out, "    %.*s\n", len, text);
        text += len + (text[len] == '\n');
    }
}

void sc_progress_explain(FILE *out, const struct sc_result *result)
{
    const struct sc_step_result *step = sc_result_failed_step(result);

    if (step)
        (void)fprintf(out, "  %s:%d: %s\n", step->file, step->line, step->text);
    print_indented(out, sc_result_message(result));
    if (result->dir)
        (void)fprintf(out, "  evidence: %s\n", result->dir);
}

static void print_result(FILE *out, const struct sc_result *result)
{
    static const char *const words[] = {[SC_PASS] = "ok", [SC_FAIL] = "FAILED", [SC_SKIP] = "skip"};

    (void)fprintf(out, "%-6s %s (%lld ms)\n", words[result->verdict], result->scase->id,
                  (long long)result->duration_ms);
    if (result->verdict == SC_FAIL)
        sc_progress_explain(out, result);
    else if (result->verdict == SC_SKIP)
        print_indented(out, sc_result_message(result));
    else if (result->dir)
        (void)fprintf(out, "  kept: %s\n", result->dir);
}

void sc_progress_done(struct sc_progress *progress, const struct sc_result *result,
                      const struct sc_result *const *running, size_t count)
{
    progress->done++;
    progress->failed += result->verdict == SC_FAIL;
    progress->skipped += result->verdict == SC_SKIP;
    if (progress->is_terminal)
        (void)fputs(CLEAR, progress->out);
    if (!progress->is_quiet || result->verdict == SC_FAIL)
        print_result(progress->out, result);
    (void)fflush(progress->out);
    sc_progress_show(progress, running, count);
}

void sc_progress_end(struct sc_progress *progress)
{
    if (progress->is_terminal)
        (void)fputs(CLEAR, progress->out);
    (void)fprintf(progress->out, "%zu passed, %zu failed, %zu skipped\n",
                  progress->done - progress->failed - progress->skipped, progress->failed,
                  progress->skipped);
    (void)fflush(progress->out);
}

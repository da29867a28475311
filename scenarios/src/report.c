/* The formats of reports; see report.h. */
#include "report.h"

#include <string.h>

#include "cleanup.h"

static const struct {
    const char *name;
    void (*print)(FILE *out, const struct sc_result *results, size_t count);
    bool wants_evidence;
} formats[] = {
    {"text", sc_report_text, false},   {"tap", sc_report_tap, false},
    {"junit", sc_report_junit, false}, {"json", sc_report_json, false},
    {"html", sc_report_html, true},
};

int sc_report_parse(const char *text, struct sc_report *report)
{
    const char *equals = strchr(text, '=');
    size_t i;

    for (i = 0; equals && equals[1] && i < PM_ARRAY_LEN(formats); i++) {
        if (strlen(formats[i].name) == (size_t)(equals - text) &&
            strncmp(formats[i].name, text, (size_t)(equals - text)) == 0) {
            *report = (struct sc_report){.print = formats[i].print,
                                         .path = equals + 1,
                                         .wants_evidence = formats[i].wants_evidence};
            return 0;
        }
    }
    return -1;
}

int sc_report_write(const struct sc_report *report, const struct sc_result *results, size_t count)
{
    bool is_stdout = strcmp(report->path, "-") == 0;
    FILE *out = is_stdout ? stdout : fopen(report->path, "we");
    int r;

    if (!out)
        return -1;
    report->print(out, results, count);
    r = ferror(out) ? -1 : 0;
    if (is_stdout)
        return fflush(out) != 0 ? -1 : r;
    return fclose(out) != 0 ? -1 : r;
}

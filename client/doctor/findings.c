/* What the doctor found; see findings.h. */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_known(const struct findings *findings, const char *code, const char *place)
{
    size_t i;

    for (i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].code, code) == 0 &&
            strcmp(findings->items[i].place, place) == 0)
            return true;
    return false;
}

static void append(struct findings *findings, struct finding finding)
{
    struct finding *items =
        reallocarray(findings->items, findings->count + 1, sizeof(*findings->items));

    if (!items || !finding.place || !finding.text) {
        findings->items = items ? items : findings->items;
        findings->failed = true;
        free(finding.place);
        free(finding.text);
        return;
    }
    findings->items = items;
    findings->items[findings->count++] = finding;
}

void findings_add(struct findings *findings, enum severity severity, const char *code,
                  const char *place, const char *remedy, const char *format, ...)
{
    struct finding finding = {.severity = severity, .code = code, .remedy = remedy};
    va_list args;

    if (is_known(findings, code, place))
        return;
    va_start(args, format);
    if (vasprintf(&finding.text, format, args) < 0)
        finding.text = NULL;
    va_end(args);
    finding.place = strdup(place);
    append(findings, finding);
}

size_t findings_count(const struct findings *findings, enum severity severity)
{
    size_t count = 0, i;

    for (i = 0; i < findings->count; i++)
        count += findings->items[i].severity == severity;
    return count;
}

const char *findings_severity_name(enum severity severity)
{
    static const char *const names[FINDING_SEVERITY_MAX] = {
        [FINDING_OK] = "ok",
        [FINDING_NOTE] = "note",
        [FINDING_WARNING] = "warning",
        [FINDING_PROBLEM] = "problem",
    };

    return names[severity];
}

void findings_clear(struct findings *findings)
{
    size_t i;

    for (i = 0; i < findings->count; i++) {
        free(findings->items[i].place);
        free(findings->items[i].text);
    }
    free(findings->items);
    *findings = (struct findings){.items = NULL};
}

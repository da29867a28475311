/* Outcomes as a report; see report.h. The only user of libxml2's writer in the client. */
#include "report.h"

#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "judge.h"
#include "text.h"
#include "vectors.h"

#define TEXT_FAILURES_MAX 20         /* ours: what a person reads */
#define XML_TEXT_MAX      (1u << 20) /* ours: one attribute */

typedef int (*writer)(const char *subject, const struct pm_outcome *outcomes, size_t count,
                      struct pm_buf *out);

size_t pm_report_failures(const struct pm_outcome *outcomes, size_t count)
{
    size_t failures = 0, i;

    for (i = 0; i < count; i++)
        failures += outcomes[i].passed ? 0 : 1;
    return failures;
}

static int add_visible(struct pm_buf *out, const char *text)
{
    return pm_text_add_visible(out, text, strlen(text));
}

/* ---- text ---- */

static void add_text_line(struct pm_buf *out, const char *label, const char *text)
{
    if (text[0])
        (void)pm_buf_addf(out, "    %-9s %s\n", label, text);
}

static void add_text_failure(struct pm_buf *out, const struct pm_outcome *outcome)
{
    (void)pm_buf_addf(out, "FAIL %lld  ", (long long)outcome->vector->id);
    (void)add_visible(out, outcome->vector->comment);
    (void)pm_buf_addc(out, '\n');
    add_text_line(out, "expected", outcome->expected);
    add_text_line(out, "got", outcome->got);
    add_text_line(out, "because", outcome->reason);
    add_text_line(out, "hint", outcome->hint);
}

/* The hint that most failures share, which is often the only thing to mend. */
static const char *commonest_hint(const struct pm_outcome *outcomes, size_t count,
                                  size_t *ret_count)
{
    const char *hint = "";
    size_t most = 0, i, j;

    for (i = 0; i < count; i++) {
        size_t same = 0;

        for (j = i; j < count && outcomes[i].hint[0]; j++)
            same += strcmp(outcomes[i].hint, outcomes[j].hint) == 0;
        if (same > most) {
            most = same;
            hint = outcomes[i].hint;
        }
    }
    *ret_count = most;
    return hint;
}

static void add_text_failures(struct pm_buf *out, const struct pm_outcome *outcomes, size_t count)
{
    size_t failures = pm_report_failures(outcomes, count), shown = 0, same, i;
    const char *hint = commonest_hint(outcomes, count, &same);

    for (i = 0; i < count && shown < TEXT_FAILURES_MAX; i++) {
        if (!outcomes[i].passed) {
            add_text_failure(out, &outcomes[i]);
            shown++;
        }
    }
    if (failures > shown)
        (void)pm_buf_addf(out, "… and %zu more; --format tap lists all\n", failures - shown);
    if (same > 1)
        (void)pm_buf_addf(out, "%zu of %zu failures have one explanation: %s\n", same, failures,
                          hint);
}

static int write_text(const char *subject, const struct pm_outcome *outcomes, size_t count,
                      struct pm_buf *out)
{
    size_t failures = pm_report_failures(outcomes, count);

    add_text_failures(out, outcomes, count);
    (void)add_visible(out, subject);
    return pm_buf_addf(out, ": %zu tests, %zu passed, %zu failed\n", count, count - failures,
                       failures);
}

/* ---- TAP ---- */

/* A description: `#` would begin a directive. */
static void add_tap_description(struct pm_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#')
            (void)pm_buf_addc(out, '\\');
        (void)pm_buf_addc(out, *text);
    }
}

static void add_tap_line(struct pm_buf *out, const char *label, const char *text)
{
    (void)pm_buf_addf(out, "  %s: ", label);
    (void)pm_text_add_json(out, text, strlen(text)); /* JSON strings are YAML strings */
    (void)pm_buf_addc(out, '\n');
}

static void add_tap_diagnosis(struct pm_buf *out, const struct pm_outcome *outcome)
{
    (void)pm_buf_adds(out, "  ---\n");
    add_tap_line(out, "message", outcome->reason);
    add_tap_line(out, "expected", outcome->expected);
    add_tap_line(out, "got", outcome->got);
    add_tap_line(out, "hint", outcome->hint);
    (void)pm_buf_adds(out, "  ...\n");
}

static void add_tap_outcome(struct pm_buf *out, const struct pm_outcome *outcome, size_t number)
{
    struct pm_buf description;

    pm_buf_init(&description, out->max);
    (void)add_visible(&description, outcome->vector->comment);
    (void)pm_buf_addf(out, "%sok %zu - %lld ", outcome->passed ? "" : "not ", number,
                      (long long)outcome->vector->id);
    add_tap_description(out, description.data ? description.data : "");
    (void)pm_buf_addc(out, '\n');
    if (!outcome->passed)
        add_tap_diagnosis(out, outcome);
    pm_buf_clear(&description);
}

static int write_tap(const char *subject, const struct pm_outcome *outcomes, size_t count,
                     struct pm_buf *out)
{
    size_t i;

    (void)pm_buf_adds(out, "TAP version 13\n# ");
    (void)add_visible(out, subject);
    (void)pm_buf_addf(out, "\n1..%zu\n", count);
    for (i = 0; i < count; i++)
        add_tap_outcome(out, &outcomes[i], i + 1);
    return out->failed ? -1 : 0;
}

/* ---- JUnit ---- */

#define TAG(text) ((const xmlChar *)(text))

/* Visible text has no characters that XML forbids but two, U+FFFE and U+FFFF. */
static void xml_clean(char *text)
{
    for (; (text = strstr(text, "\xef\xbf")); text += 2) {
        if ((unsigned char)text[2] >= 0xbe)
            text[2] = '\xbd'; /* U+FFFD, the replacement character */
    }
}

/* @text: visible already */
static bool xml_attribute(xmlTextWriter *xml, const char *name, struct pm_buf *text)
{
    bool ok = !text->failed && pm_buf_adds(text, "") == 0;

    if (ok) {
        xml_clean(text->data);
        ok = xmlTextWriterWriteAttribute(xml, TAG(name), TAG(text->data)) >= 0;
    }
    pm_buf_clear(text);
    return ok;
}

static bool xml_count(xmlTextWriter *xml, const char *name, size_t count)
{
    return xmlTextWriterWriteFormatAttribute(xml, TAG(name), "%zu", count) >= 0;
}

static bool xml_failure(xmlTextWriter *xml, const struct pm_outcome *outcome)
{
    struct pm_buf message, text;
    bool ok;

    pm_buf_init(&message, XML_TEXT_MAX);
    pm_buf_init(&text, XML_TEXT_MAX);
    (void)pm_buf_adds(&message, outcome->reason);
    add_text_failure(&text, outcome);
    ok = xmlTextWriterStartElement(xml, TAG("failure")) >= 0 &&
         xml_attribute(xml, "message", &message) && !text.failed;
    if (ok) {
        xml_clean(text.data);
        ok =
            xmlTextWriterWriteString(xml, TAG(text.data)) >= 0 && xmlTextWriterEndElement(xml) >= 0;
    }
    pm_buf_clear(&text);
    return ok;
}

static bool xml_outcome(xmlTextWriter *xml, const struct pm_outcome *outcome)
{
    const char *result = pm_vector_result_name(outcome->vector->result);
    struct pm_buf name;

    pm_buf_init(&name, XML_TEXT_MAX);
    (void)pm_buf_addf(&name, "%lld ", (long long)outcome->vector->id);
    (void)add_visible(&name, outcome->vector->comment);
    return xmlTextWriterStartElement(xml, TAG("testcase")) >= 0 &&
           xmlTextWriterWriteFormatAttribute(xml, TAG("classname"), "signing.%s", result) >= 0 &&
           xml_attribute(xml, "name", &name) && (outcome->passed || xml_failure(xml, outcome)) &&
           xmlTextWriterEndElement(xml) >= 0;
}

static bool xml_suite(xmlTextWriter *xml, const char *subject, const struct pm_outcome *outcomes,
                      size_t count)
{
    struct pm_buf name;
    size_t i;
    bool ok;

    pm_buf_init(&name, XML_TEXT_MAX);
    (void)add_visible(&name, subject);
    ok = xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL) >= 0 &&
         xmlTextWriterStartElement(xml, TAG("testsuites")) >= 0 &&
         xmlTextWriterStartElement(xml, TAG("testsuite")) >= 0 &&
         xml_attribute(xml, "name", &name) && xml_count(xml, "tests", count) &&
         xml_count(xml, "failures", pm_report_failures(outcomes, count));
    for (i = 0; ok && i < count; i++)
        ok = xml_outcome(xml, &outcomes[i]);
    return ok && xmlTextWriterEndDocument(xml) >= 0;
}

static int write_junit(const char *subject, const struct pm_outcome *outcomes, size_t count,
                       struct pm_buf *out)
{
    xmlBuffer *bytes = xmlBufferCreate();
    xmlTextWriter *xml = bytes ? xmlNewTextWriterMemory(bytes, 0) : NULL;
    int r = -1;

    if (xml) {
        (void)xmlTextWriterSetIndent(xml, 1);
        if (xml_suite(xml, subject, outcomes, count) && xmlTextWriterFlush(xml) >= 0)
            r = pm_buf_add(out, xmlBufferContent(bytes), (size_t)xmlBufferLength(bytes));
        xmlFreeTextWriter(xml);
    }
    xmlBufferFree(bytes);
    return r;
}

static const struct {
    const char *name;
    writer write;
} formats[] = {
    [PM_REPORT_TEXT] = {"text", write_text},
    [PM_REPORT_TAP] = {"tap", write_tap},
    [PM_REPORT_JUNIT] = {"junit", write_junit},
};

const char *pm_report_format_name(enum pm_report_format format)
{
    return formats[format].name;
}

int pm_report_format_by_name(const char *name, enum pm_report_format *ret_format)
{
    enum pm_report_format format;

    for (format = 0; format < PM_REPORT_FORMAT_MAX; format++) {
        if (strcmp(name, formats[format].name) == 0) {
            *ret_format = format;
            return 0;
        }
    }
    return -1;
}

int pm_report_write(enum pm_report_format format, const char *subject,
                    const struct pm_outcome *outcomes, size_t count, struct pm_buf *out)
{
    return formats[format].write(subject, outcomes, count, out);
}

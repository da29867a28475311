/* Log lines of the programs; see log.h. */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "text.h"

#define LINE_MAX_BYTES (256 * 1024) /* some 20 fields, each byte escaped */

static struct {
    const char *program;
    enum pm_log_level level;
    enum pm_log_format format;
    bool under_systemd;
} settings = {.program = "paidmonitor", .level = PM_LOG_INFO};

static const struct {
    const char *name;
    const char *systemd; /* sd-daemon(3) */
} levels[PM_LOG_LEVEL_MAX] = {
    [PM_LOG_ERROR] = {"error", "<3>"},
    [PM_LOG_WARNING] = {"warning", "<4>"},
    [PM_LOG_INFO] = {"info", "<6>"},
    [PM_LOG_DEBUG] = {"debug", "<7>"},
};

void pm_log_setup(const char *program, enum pm_log_level level, enum pm_log_format format)
{
    settings.program = program;
    settings.level = level;
    settings.format = format;
    settings.under_systemd = getenv("JOURNAL_STREAM") != NULL;
}

static void add_text(struct pm_buf *line, enum pm_log_level level, const char *message)
{
    if (settings.under_systemd)
        (void)pm_buf_adds(line, levels[level].systemd);
    (void)pm_buf_addf(line, "%s: ", settings.program);
    if (level != PM_LOG_INFO)
        (void)pm_buf_addf(line, "%s: ", levels[level].name);
    (void)pm_text_add_visible(line, message, strlen(message));
}

static void add_fields(struct pm_buf *line, const struct pm_log_field *fields, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        (void)pm_buf_addf(line, ",\"%s\":", fields[i].name);
        if (fields[i].text)
            (void)pm_text_add_json(line, fields[i].text, strnlen(fields[i].text, PM_LOG_FIELD_MAX));
        else
            (void)pm_buf_addf(line, "%lld", fields[i].number);
    }
}

static void add_json(struct pm_buf *line, enum pm_log_level level,
                     const struct pm_log_field *fields, int count, const char *message)
{
    char stamp[PM_CLOCK_TIMESTAMP_SIZE];
    int64_t now_ms = pm_clock_wall_ms();

    pm_clock_timestamp(now_ms, stamp, sizeof(stamp));
    stamp[10] = 'T';
    (void)pm_buf_addf(line, "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"program\":", stamp,
                      (int)(now_ms % 1000), levels[level].name);
    (void)pm_text_add_json(line, settings.program, strlen(settings.program));
    (void)pm_buf_adds(line, ",\"message\":");
    (void)pm_text_add_json(line, message, strlen(message));
    add_fields(line, fields, count);
    (void)pm_buf_addc(line, '}');
}

void pm_log(enum pm_log_level level, const char *format, ...)
{
    char message[4096];
    va_list args;

    if (level > settings.level)
        return;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    pm_log_fields(level, NULL, 0, message);
}

void pm_log_fields(enum pm_log_level level, const struct pm_log_field *fields, int count,
                   const char *message)
{
    struct pm_buf line;

    if (level > settings.level)
        return;
    pm_buf_init(&line, LINE_MAX_BYTES);
    if (settings.format == PM_LOG_JSON)
        add_json(&line, level, fields, count, message);
    else
        add_text(&line, level, message);
    if (pm_buf_addc(&line, '\n') == 0 && write(STDERR_FILENO, line.data, line.len) < 0) {
        /* nobody reads our log: there is nowhere left to say so */
    }
    pm_buf_clear(&line);
}

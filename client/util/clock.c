/* Clocks and the vendor's date form; see clock.h. */
#include "clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    if (clock_gettime(id, &now) != 0)
        return 0; /* cannot happen for the two clocks used here */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t pm_clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t pm_clock_mono_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t pm_clock_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t pm_clock_thread_ms(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void pm_clock_timestamp(int64_t wall_ms, char *text, size_t size)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm tm;

    if (!gmtime_r(&seconds, &tm))
        memset(&tm, 0, sizeof(tm));
    (void)snprintf(text, size, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool is_form(const char *text, const char *form)
{
    for (; *form; text++, form++) {
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    }
    return *text == '\0';
}

static int digits(const char *text, int count)
{
    int value = 0;

    while (count-- > 0)
        value = value * 10 + (*text++ - '0');
    return value;
}

int pm_clock_parse_timestamp(const char *text, int64_t *ret_wall_ms)
{
    struct tm tm = {0}, back;
    time_t seconds;

    if (!is_form(text, "0000-00-00 00:00:00"))
        return -1;
    tm.tm_year = digits(text, 4) - 1900;
    tm.tm_mon = digits(text + 5, 2) - 1;
    tm.tm_mday = digits(text + 8, 2);
    tm.tm_hour = digits(text + 11, 2);
    tm.tm_min = digits(text + 14, 2);
    tm.tm_sec = digits(text + 17, 2);
    back = tm;
    seconds = timegm(&back);
    /* timegm() repairs 02-30 and 25:00 silently; a date that comes back changed was not one. */
    if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday ||
        back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
        return -1;

    *ret_wall_ms = (int64_t)seconds * 1000;
    return 0;
}

/* Which rows a page shows; see dashboard_view.h. */
#include "dashboard_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "dashboard_query.h"

#define FILTER       "f."
#define YEAR_9999_MS INT64_C(253402300800000)

/* ---- reading ---- */

static const char *end_of_number(const char *text, int64_t *ret_number)
{
    char *end;

    *ret_number = strtoll(text, &end, 10);
    return end == text ? NULL : end;
}

/* `24h` in ms; 0 if it makes no sense. */
static int64_t read_span(const char *text)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    int64_t count;
    const char *end = end_of_number(text, &count);
    size_t i;

    for (i = 0; end && i < sizeof(units) / sizeof(units[0]); i++)
        if (end[0] == units[i].letter && end[1] == '\0' && count > 0 && count < 100000)
            return count * units[i].ms;
    return 0;
}

/* Times that do not fit into years of four digits make no sense, and would not fit into sums. */
static int read_time(const char *text, int64_t *ret_ms)
{
    struct tm parts = {0};
    const char *end = end_of_number(text, ret_ms);

    if (end && *end == '\0')
        return *ret_ms > -YEAR_9999_MS && *ret_ms < YEAR_9999_MS ? 0 : -1;
    end = strptime(text, "%Y-%m-%dT%H:%M", &parts);
    if (end && *end == ':')
        end = strptime(end, ":%S", &parts);
    if (!end || *end != '\0')
        return -1;
    *ret_ms = (int64_t)timegm(&parts) * 1000;
    return 0;
}

static int read_place(const char *text, struct fa_place *ret_place)
{
    struct fa_place place = {0};
    const char *end = end_of_number(text, &place.checktime_ms);

    if (!end || *end != '.' || !(end = end_of_number(end + 1, &place.number)))
        return -1;
    if (*end == '.' && !(end = end_of_number(end + 1, &place.monitor_id)))
        return -1;
    if (*end != '\0')
        return -1;
    *ret_place = place;
    return 0;
}

static void copy(char *to, const char *from)
{
    (void)snprintf(to, FA_VIEW_TEXT_SIZE, "%s", from);
}

struct reading {
    struct fa_view *view;
    int64_t now_ms;
};

static int read_pair(void *context, const char *name, const char *value)
{
    struct reading *reading = context;
    struct fa_view *view = reading->view;
    int64_t ms;

    if (strcmp(name, "q") == 0)
        copy(view->search, value);
    else if (strcmp(name, "by") == 0)
        copy(view->by, value);
    else if (strncmp(name, FILTER, strlen(FILTER)) == 0)
        fa_view_set_filter(view, name + strlen(FILTER), value);
    else if (strcmp(name, "before") == 0)
        view->is_placed = read_place(value, &view->before) == 0;
    else if (strcmp(name, "from") == 0 && read_time(value, &ms) == 0)
        view->from_ms = ms;
    else if (strcmp(name, "to") == 0 && read_time(value, &ms) == 0)
        view->to_ms = ms;
    else if (strcmp(name, "last") == 0 && read_span(value) > 0)
        (void)snprintf(view->last, sizeof(view->last), "%s", value);
    return 0;
}

void fa_view_read(struct fa_view *view, const char *query, int64_t now_ms)
{
    struct reading reading = {view, now_ms};

    *view = (struct fa_view){.from_ms = INT64_MIN, .to_ms = INT64_MAX, .before = FA_PLACE_NEWEST};
    (void)fa_query_each(query, read_pair, &reading); /* read_pair() never ends it */
    if (!view->last[0])
        return;
    view->from_ms = now_ms - read_span(view->last);
    view->to_ms = INT64_MAX; /* clocks of hosts may be ahead of ours */
}

/* ---- writing ---- */

static void write_range(const struct fa_view *view, struct pm_buf *address)
{
    if (view->last[0]) {
        fa_query_add(address, "last", view->last);
        return;
    }
    if (view->from_ms != INT64_MIN)
        fa_query_add_number(address, "from", view->from_ms);
    if (view->to_ms != INT64_MAX)
        fa_query_add_number(address, "to", view->to_ms);
}

void fa_view_write(const struct fa_view *view, struct pm_buf *address)
{
    char text[FA_VIEW_TEXT_SIZE + 80];
    size_t i;

    if (view->search[0])
        fa_query_add(address, "q", view->search);
    for (i = 0; i < view->filter_count; i++) {
        (void)snprintf(text, sizeof(text), FILTER "%s", view->filters[i].name);
        fa_query_add(address, text, view->filters[i].value);
    }
    write_range(view, address);
    if (view->by[0])
        fa_query_add(address, "by", view->by);
    if (!view->is_placed)
        return;
    (void)snprintf(text, sizeof(text), "%" PRId64 ".%" PRId64 ".%" PRId64,
                   view->before.checktime_ms, view->before.number, view->before.monitor_id);
    fa_query_add(address, "before", text);
}

/* ---- filters ---- */

static size_t find_filter(const struct fa_view *view, const char *name)
{
    size_t i = 0;

    while (i < view->filter_count && strcmp(view->filters[i].name, name) != 0)
        i++;
    return i;
}

void fa_view_set_filter(struct fa_view *view, const char *name, const char *value)
{
    size_t at = find_filter(view, name);
    bool is_there = at < view->filter_count;

    if (value[0] == '\0') {
        if (is_there)
            view->filters[at] = view->filters[--view->filter_count];
        return;
    }
    if (!is_there && (at == FA_VIEW_FILTERS || strlen(name) >= FA_VIEW_TEXT_SIZE))
        return;
    if (!is_there)
        view->filter_count++;
    copy(view->filters[at].name, name);
    copy(view->filters[at].value, value);
}

const char *fa_view_filter(const struct fa_view *view, const char *name)
{
    size_t at = find_filter(view, name);

    return at < view->filter_count ? view->filters[at].value : "";
}

bool fa_view_is_picky(const struct fa_view *view)
{
    return view->search[0] || view->filter_count > 0;
}

bool fa_view_has_range(const struct fa_view *view)
{
    return view->from_ms != INT64_MIN || view->to_ms != INT64_MAX;
}

bool fa_view_is_newest(const struct fa_view *view)
{
    return !view->is_placed && view->to_ms == INT64_MAX;
}

/* ---- which rows ---- */

static bool fits(const char *wanted, const char *text)
{
    if (wanted[0] == '=')
        return strcmp(wanted + 1, text) == 0;
    if (wanted[0] == '!')
        return !strcasestr(text, wanted + 1);
    return strcasestr(text, wanted) != NULL;
}

static const char *value_of(const struct fa_row *row, const char *name)
{
    size_t i;

    for (i = 0; i < row->value_count; i++)
        if (strcmp(row->values[i].name, name) == 0)
            return row->values[i].text;
    return "";
}

static bool has_text(const struct fa_row *row, const char *text)
{
    size_t i;

    for (i = 0; i < row->value_count; i++)
        if (strcasestr(row->values[i].text, text))
            return true;
    return false;
}

bool fa_view_takes(const struct fa_view *view, const struct fa_row *row)
{
    size_t i;

    if (view->search[0] && !has_text(row, view->search))
        return false;
    for (i = 0; i < view->filter_count; i++)
        if (!fits(view->filters[i].value, value_of(row, view->filters[i].name)))
            return false;
    return true;
}

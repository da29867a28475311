/*
 * The record of a login. Input: a record.
 */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fuzz.h"

static void require_same_text(const struct pm_event *a, const struct pm_event *b,
                              enum pm_event_text which)
{
    const struct pm_event_view *one = &a->texts[which], *other = &b->texts[which];

    FUZZ_REQUIRE(!one->bytes == !other->bytes && one->len == other->len);
    FUZZ_REQUIRE(!one->bytes || memcmp(one->bytes, other->bytes, one->len) == 0);
}

static void require_same(const struct pm_event *a, const struct pm_event *b)
{
    size_t i;

    FUZZ_REQUIRE(strcmp(a->id, b->id) == 0 && strcmp(a->login_id, b->login_id) == 0);
    FUZZ_REQUIRE(a->wall_ms == b->wall_ms && a->mono_ms == b->mono_ms);
    FUZZ_REQUIRE(a->opened_ms == b->opened_ms && a->phase == b->phase);
    FUZZ_REQUIRE(a->clipped == b->clipped);
    for (i = 0; i < PM_EVENT_TEXT_MAX; i++)
        require_same_text(a, b, i);
    for (i = 0; i < PM_EVENT_NUMBER_MAX; i++)
        FUZZ_REQUIRE(a->numbers[i] == b->numbers[i]);
}

static void require_sound(const struct pm_event *event)
{
    char name[PM_EVENT_NAME_SIZE];
    size_t i;

    FUZZ_REQUIRE(strspn(event->id, "0123456789abcdef") == PM_EVENT_ID_SIZE - 1);
    FUZZ_REQUIRE(event->wall_ms >= 0 && event->wall_ms <= PM_EVENT_TIME_MAX);
    FUZZ_REQUIRE(event->phase < PM_EVENT_PHASE_MAX);
    for (i = 0; i < PM_EVENT_TEXT_MAX; i++)
        FUZZ_REQUIRE(!event->texts[i].bytes ||
                     strlen(event->texts[i].bytes) == event->texts[i].len);
    for (i = 0; i < PM_EVENT_NUMBER_MAX; i++)
        FUZZ_REQUIRE(event->numbers[i] >= -1);
    pm_event_format_name(event, name);
    FUZZ_REQUIRE(strlen(name) == PM_EVENT_NAME_SIZE - 1);
}

/* What was read can be written, and reads the same. */
static void require_round_trip(const struct pm_event *event)
{
    char record[PM_EVENT_RECORD_SIZE], copy[PM_EVENT_RECORD_SIZE];
    size_t len = pm_event_encode(event, record, sizeof(record));
    struct pm_event again;
    const char *reason;

    FUZZ_REQUIRE(len > 0 && len < sizeof(record) && strlen(record) == len);
    memcpy(copy, record, len + 1);
    FUZZ_REQUIRE(pm_event_decode(copy, len, &again, &reason) == 0);
    if (event->clipped == again.clipped) /* else it did not fit, and says so */
        require_same(event, &again);
    else
        FUZZ_REQUIRE((event->clipped & ~again.clipped) == 0);
}

/* Where there is less room, less is written, still readable and still the same login. */
static void require_short_form(const struct pm_event *event)
{
    char record[PM_EVENT_SHORT_RECORD_SIZE];
    size_t len = pm_event_encode(event, record, sizeof(record));
    struct pm_event again;
    const char *reason;

    FUZZ_REQUIRE(len > 0 && len < sizeof(record));
    FUZZ_REQUIRE(pm_event_decode(record, len, &again, &reason) == 0);
    FUZZ_REQUIRE(strcmp(again.id, event->id) == 0 && again.wall_ms == event->wall_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    const char *reason = NULL;
    struct pm_event event;
    size_t len;
    char *record = fuzz_rest(&input, &len);

    if (pm_event_decode(record, len, &event, &reason) == 0) {
        require_sound(&event);
        require_round_trip(&event);
        require_short_form(&event);
    } else {
        FUZZ_REQUIRE(reason && reason[0] != '\0');
    }
    free(record);
    return 0;
}

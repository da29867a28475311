#include "transfer_places.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"

const struct fa_place_object fa_place_objects[] = {
    {"agent", FA_PLACE_KIND_MAX, FA_PLACE_AGENT, false},
    {"job", FA_PLACE_AGENT, FA_PLACE_KIND_MAX, false},
    {"page", FA_PLACE_KIND_MAX, FA_PLACE_PAGE, false},
    {"contact", FA_PLACE_KIND_MAX, FA_PLACE_CONTACT, false},
    {"public key", FA_PLACE_KIND_MAX, FA_PLACE_KIND_MAX, false},
    {"page module", FA_PLACE_PAGE, FA_PLACE_KIND_MAX, true},
    {"notification rule", FA_PLACE_MONITOR, FA_PLACE_KIND_MAX, true},
};

const size_t fa_place_object_count = sizeof(fa_place_objects) / sizeof(fa_place_objects[0]);

enum fa_place_kind fa_place_of_field(const char *field)
{
    static const struct {
        const char *field;
        enum fa_place_kind kind;
    } fields[] = {
        {"monitorId", FA_PLACE_MONITOR}, {"dataModuleId", FA_PLACE_MONITOR},
        {"agentId", FA_PLACE_AGENT},     {"pageId", FA_PLACE_PAGE},
        {"contactId", FA_PLACE_CONTACT},
    };
    size_t i;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(fields[i].field, field) == 0)
            return fields[i].kind;
    return FA_PLACE_KIND_MAX;
}

int fa_places_add(struct fa_places *places, enum fa_place_kind kind, int64_t id)
{
    size_t count = places->of[kind].count;
    int64_t *ids = places->of[kind].ids;

    if ((count & (count + 1)) == 0) { /* 0, 1, 3, 7 …: full, so make room for as many again */
        ids = realloc(ids, (count * 2 + 1) * sizeof(*ids));
        if (!ids)
            return -1;
        places->of[kind].ids = ids;
    }
    ids[count] = id;
    places->of[kind].count++;
    return 0;
}

struct reading {
    struct fa_places *places;
    enum fa_place_kind kind;
};

/* fa_monitor_fn */
static int add_monitor(void *context, const struct fa_monitor *monitor)
{
    return fa_places_add(context, FA_PLACE_MONITOR, monitor->id);
}

/* fa_object_fn */
static int add_object(void *context, const struct fa_object *object)
{
    const struct reading *reading = context;

    return fa_places_add(reading->places, reading->kind, object->id);
}

int fa_places_read(struct fa_places *places, struct fa_store *store, int64_t account_id)
{
    const struct fa_monitor_filter filter = {.account_id = account_id};
    size_t i;

    fa_places_clear(places);
    places->account_id = account_id;
    if (fa_store_monitors(store, &filter, add_monitor, places) < 0)
        return -1;
    for (i = 0; i < fa_place_object_count; i++) {
        struct reading reading = {places, fa_place_objects[i].place};

        if (reading.kind != FA_PLACE_KIND_MAX &&
            fa_store_objects(store, account_id, fa_place_objects[i].kind, 0, 0, add_object,
                             &reading) < 0)
            return -1;
    }
    return 0;
}

void fa_places_clear(struct fa_places *places)
{
    size_t i;

    for (i = 0; i < FA_PLACE_KIND_MAX; i++)
        free(places->of[i].ids);
    *places = (struct fa_places){0};
}

int64_t fa_place_of_id(const struct fa_places *places, enum fa_place_kind kind, int64_t id)
{
    size_t low = 0;
    size_t high = places->of[kind].count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (places->of[kind].ids[middle] == id)
            return (int64_t)middle + 1;
        if (places->of[kind].ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

int64_t fa_place_id(const struct fa_places *places, enum fa_place_kind kind, int64_t place)
{
    if (place < 1 || (uint64_t)place > places->of[kind].count)
        return 0;
    return places->of[kind].ids[place - 1];
}

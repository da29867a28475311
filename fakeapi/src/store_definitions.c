#include "store_definitions.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define SLOTS          64 /* monitors; two that share a slot take turns */
#define DEFINITION_MAX (4 * 1024 * 1024)

struct params {
    bool is_known;
    struct fa_monitor_param *items;
    size_t count;
    size_t size;
};

struct slot {
    int64_t monitor_id; /* 0: empty */
    struct fa_arena arena;
    struct fa_monitor monitor;
    struct params params[FA_PARAM_KIND_MAX];
};

struct fa_store_definitions {
    struct slot slots[SLOTS];
    bool is_shown; /* a visitor reads: nothing may be freed */
    bool is_stale; /* forget all as soon as it has returned */
};

struct fa_store_definitions *fa_store_definitions_new(void)
{
    return calloc(1, sizeof(struct fa_store_definitions));
}

static void empty(struct slot *slot)
{
    fa_arena_clear(&slot->arena);
    memset(slot, 0, sizeof(*slot));
}

void fa_store_definitions_forget(struct fa_store_definitions *definitions)
{
    size_t i;

    definitions->is_stale = definitions->is_shown;
    for (i = 0; i < SLOTS && !definitions->is_shown; i++)
        if (definitions->slots[i].monitor_id != 0)
            empty(&definitions->slots[i]);
}

void fa_store_definitions_free(struct fa_store_definitions *definitions)
{
    if (definitions)
        fa_store_definitions_forget(definitions);
    free(definitions);
}

/* Copies */

struct copying {
    struct slot *slot;
    struct params *params;
    bool has_failed;
};

static const char *copy_text(struct copying *copying, const char *text)
{
    const char *copy = fa_arena_copy(&copying->slot->arena, text, strlen(text));

    copying->has_failed |= !copy;
    return copy;
}

/* fa_monitor_fn */
static int copy_monitor(void *context, const struct fa_monitor *monitor)
{
    struct copying *copying = context;
    struct fa_monitor *copy = &copying->slot->monitor;

    *copy = *monitor;
    copy->name = copy_text(copying, monitor->name);
    copy->tag = copy_text(copying, monitor->tag);
    copy->type = copy_text(copying, monitor->type);
    copy->agent_name = copy_text(copying, monitor->agent_name);
    copy->plugin_id = copy_text(copying, monitor->plugin_id);
    copy->order_id = copy_text(copying, monitor->order_id);
    copy->gui_style = copy_text(copying, monitor->gui_style);
    return 0;
}

static struct fa_monitor_param *add_param(struct copying *copying)
{
    struct params *params = copying->params;
    size_t size = params->size == 0 ? 8 : 2 * params->size;
    struct fa_monitor_param *items;

    if (params->count < params->size)
        return &params->items[params->count++];
    items = fa_arena_alloc(&copying->slot->arena, size * sizeof(*items));
    if (!items)
        return NULL;
    if (params->count > 0)
        memcpy(items, params->items, params->count * sizeof(*items));
    params->items = items;
    params->size = size;
    return &items[params->count++];
}

/* fa_monitor_param_fn */
static int copy_param(void *context, const struct fa_monitor_param *param)
{
    struct copying *copying = context;
    struct fa_monitor_param *copy = add_param(copying);

    if (!copy)
        return FA_STORE_FAILED;
    *copy = *param;
    copy->name = copy_text(copying, param->name);
    copy->display_name = copy_text(copying, param->display_name);
    copy->uom = copy_text(copying, param->uom);
    copy->value = copy_text(copying, param->value);
    copy->groups = copy_text(copying, param->groups);
    copy->aggregate = copy_text(copying, param->aggregate);
    return 0;
}

/* Remembering */

void fa_store_definitions_check(struct fa_store *store, int64_t mark)
{
    if (mark != store->definitions_mark)
        fa_store_definitions_forget(store->definitions);
    store->definitions_mark = mark;
    store->is_current = true;
}

/* The slot of a monitor that is remembered by now; NULL if there is no such monitor, or no way. */
static struct slot *find(struct fa_store *store, int64_t monitor_id)
{
    struct fa_store_definitions *definitions = store->definitions;
    struct slot *slot = &definitions->slots[(uint64_t)monitor_id % SLOTS];
    struct copying copying = {.slot = slot};

    if ((fa_store_is_shared(store) && !store->is_current) || definitions->is_shown ||
        monitor_id == 0)
        return NULL;
    if (slot->monitor_id == monitor_id)
        return slot;
    empty(slot);
    fa_arena_init(&slot->arena, DEFINITION_MAX);
    if (fa_store_read_monitor(store, 0, monitor_id, copy_monitor, &copying) == 0 &&
        !copying.has_failed) {
        slot->monitor_id = monitor_id;
        return slot;
    }
    empty(slot);
    return NULL;
}

static const struct params *find_params(struct fa_store *store, int64_t monitor_id,
                                        enum fa_param_kind kind)
{
    struct slot *slot = find(store, monitor_id);
    struct copying copying = {.slot = slot};

    if (!slot)
        return NULL;
    copying.params = &slot->params[kind];
    if (copying.params->is_known)
        return copying.params;
    if (fa_store_read_params(store, monitor_id, kind, copy_param, &copying) != 0 ||
        copying.has_failed) {
        empty(slot);
        return NULL;
    }
    copying.params->is_known = true;
    return copying.params;
}

static void end_show(struct fa_store_definitions *definitions)
{
    definitions->is_shown = false;
    if (definitions->is_stale)
        fa_store_definitions_forget(definitions);
}

int fa_store_definitions_monitor(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                                 fa_monitor_fn visit, void *context, bool *ret_is_known)
{
    const struct slot *slot = find(store, monitor_id);
    int r;

    *ret_is_known = slot != NULL;
    if (!slot || (account_id != 0 && account_id != slot->monitor.account_id))
        return FA_STORE_ABSENT;
    store->definitions->is_shown = true;
    r = visit(context, &slot->monitor);
    end_show(store->definitions);
    return r;
}

int fa_store_definitions_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                                fa_monitor_param_fn visit, void *context, bool *ret_is_known)
{
    const struct params *params = find_params(store, monitor_id, kind);
    size_t i;
    int r = 0;

    *ret_is_known = params != NULL;
    if (!params)
        return 0;
    store->definitions->is_shown = true;
    for (i = 0; i < params->count && r == 0; i++)
        r = visit(context, &params->items[i]);
    end_show(store->definitions);
    return r;
}

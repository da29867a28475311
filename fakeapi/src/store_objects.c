/* Things of which only the fields matter: agents, jobs, pages, contacts … */
#include "store_run.h"

int fa_store_object_add(struct fa_store *store, const struct fa_object *object, int64_t *ret_id)
{
    return fa_store_insert(store, ret_id, FA_SQL_OBJECT_ADD, object->account_id, object->parent_id,
                           object->kind, object->data);
}

int fa_store_object_set(struct fa_store *store, const struct fa_object *object)
{
    return fa_store_change(store, FA_SQL_OBJECT_SET, object->account_id, object->id, object->kind,
                           object->data);
}

int fa_store_object_delete(struct fa_store *store, int64_t account_id, const char *kind, int64_t id)
{
    int r = fa_store_change(store, FA_SQL_OBJECT_DELETE, account_id, kind, id);

    if (r < 0)
        return r;
    return fa_store_write(store, FA_SQL_OBJECT_DELETE_CHILDREN, account_id, id);
}

struct objects_visit {
    fa_object_fn visit;
    void *context;
};

/* fa_db_row_fn */
static int show_object(void *context, const struct fa_db_row *row)
{
    const struct objects_visit *each = context;
    const struct fa_object object = {
        .id = fa_db_integer(row, 0),
        .account_id = fa_db_integer(row, 1),
        .parent_id = fa_db_integer(row, 2),
        .kind = fa_db_text(row, 3),
        .data = fa_db_text(row, 4),
    };

    return each->visit(each->context, &object);
}

int fa_store_objects(struct fa_store *store, int64_t account_id, const char *kind,
                     int64_t parent_id, int64_t id, fa_object_fn visit, void *context)
{
    struct objects_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_object, &each, FA_SQL_OBJECTS, account_id, kind, parent_id,
                          id);
}

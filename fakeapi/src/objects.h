/*
 * Things that are kept as the fields they were given: agents, jobs, pages, contacts and the like.
 * The fields are a JSON object whose names are those of the action's parameters.
 */
#ifndef FA_OBJECTS_H
#define FA_OBJECTS_H

#include "app.h"
#include "json.h"

/* One object, in the call's arena. */
struct fa_thing {
    int64_t id;
    int64_t parent_id;
    int64_t account_id;
    const struct fa_json *fields;
};

/**
 * Keep the parameters of the request as a new object.
 *
 * @extra: further fields, `name, value, …, NULL`; NULL for none
 *
 * Errors: FA_E_STORE
 */
enum fa_error fa_thing_add(struct fa_call *call, const char *kind, int64_t parent_id,
                           const char *const *extra, int64_t *ret_id);

/** Change the fields that were sent; the others stay. Errors: FA_E_INVALID naming @arg; FA_E_STORE
 */
enum fa_error fa_thing_edit(struct fa_call *call, const char *kind, const char *arg);

/**
 * Save one with what the request changes.
 *
 * @extra:  fields that get a value of ours, as above
 * @skip:   the parameter that says which object; no field
 *
 * Errors: FA_E_STORE
 */
enum fa_error fa_thing_save(struct fa_call *call, const char *kind, const struct fa_thing *thing,
                            const char *const *extra, const char *skip);

/** Read what the store shows. Errors: FA_STORE_FAILED */
int fa_thing_read(struct fa_call *call, const struct fa_object *object, struct fa_thing *ret_thing);

/** Delete what the ids of @arg name, all or none. Errors: as above */
enum fa_error fa_things_delete(struct fa_call *call, const char *kind, const char *arg);

/** Find one by the id in @arg. Errors: as above */
enum fa_error fa_thing_find(struct fa_call *call, const char *kind, const char *arg,
                            struct fa_thing *ret_thing);

/** Show all of a kind, of any parent if that is 0, in ascending ids. Errors: FA_E_STORE */
enum fa_error fa_things_list(struct fa_call *call, const char *kind, int64_t parent_id,
                             void (*show)(struct fa_call *call, const struct fa_thing *thing));

/** A field as text; "" if it is not there. */
const char *fa_thing_text(const struct fa_thing *thing, const char *name);

/** Write the id under a name, then every field. */
void fa_thing_write(struct fa_call *call, const char *element, const char *id_name,
                    const struct fa_thing *thing);

/** Answer `{"status":"ok","data":{"<name>":N}}`. Returns FA_OK. */
enum fa_error fa_answer_named_id(struct fa_call *call, const char *name, int64_t id);

#endif

/* Things of an account by their place among those of their kind, in both directions; transfer.h. */
#ifndef FA_TRANSFER_PLACES_H
#define FA_TRANSFER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fa_store;

/* The kinds that others refer to. */
enum fa_place_kind {
    FA_PLACE_MONITOR,
    FA_PLACE_AGENT,
    FA_PLACE_PAGE,
    FA_PLACE_CONTACT,
    FA_PLACE_KIND_MAX,
};

struct fa_places {
    int64_t account_id;
    struct {
        int64_t *ids; /* ascending */
        size_t count;
    } of[FA_PLACE_KIND_MAX];
};

/* The objects that are carried, in an order in which what is referred to comes first. */
struct fa_place_object {
    const char *kind;
    enum fa_place_kind parent; /* FA_PLACE_KIND_MAX: has none */
    enum fa_place_kind place;  /* what it is itself; FA_PLACE_KIND_MAX: nothing refers to it */
    bool follows_monitors;     /* refers to them; monitors refer to agents */
};
extern const struct fa_place_object fa_place_objects[];
extern const size_t fa_place_object_count;

/** What a field of an object's data refers to; FA_PLACE_KIND_MAX for nothing. */
enum fa_place_kind fa_place_of_field(const char *field);

/** Read what the account has. @places: all zero, or read before. Errors: -1 the store, or no memory
 */
int fa_places_read(struct fa_places *places, struct fa_store *store, int64_t account_id);
void fa_places_clear(struct fa_places *places);

/** Errors: -1 out of memory */
int fa_places_add(struct fa_places *places, enum fa_place_kind kind, int64_t id);

/** 1, 2, 3 …; 0 if it is not there. */
int64_t fa_place_of_id(const struct fa_places *places, enum fa_place_kind kind, int64_t id);
/** 0 if there is no such place. */
int64_t fa_place_id(const struct fa_places *places, enum fa_place_kind kind, int64_t place);

#endif

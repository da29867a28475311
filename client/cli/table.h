/* Aligned columns for people, safe on any terminal whatever the cells hold. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table {
    char **cells; /* row by row, the first row is the head */
    size_t count;
    size_t size;
    size_t columns;
    bool failed;
};

void table_init(struct table *table, size_t columns);

/** Add the next cell; after the last column a row begins. NULL counts as empty. */
void table_add(struct table *table, const char *text);
void table_add_int(struct table *table, int64_t value);

/** Print and clear. Returns an exit status. */
int table_print(struct table *table);

#endif

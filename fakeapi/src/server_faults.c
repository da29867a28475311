/* libfakeapi: faults. */
#include <string.h>

#include "app.h"
#include "faults.h"
#include "server.h"

struct fault_wish {
    const char *json;
    const char *id;
    char *message;
    size_t size;
    int64_t matched;
    int64_t applied;
    int r;
};

static void add_faults(struct fa_server *server, void *context)
{
    struct fault_wish *wish = context;
    char id[FA_FAULT_ID_MAX + 1];

    wish->r = fa_faults_add(fa_server_app(server)->faults, wish->json, strlen(wish->json), NULL, id,
                            wish->message, wish->size);
}

int fa_server_fault(struct fa_server *server, const char *json, char *message, size_t size)
{
    struct fault_wish wish = {.json = json, .message = message, .size = size};

    fa_server_run(server, add_faults, &wish);
    return wish.r;
}

static void clear_faults(struct fa_server *server, void *context)
{
    (void)context;
    (void)fa_faults_clear(fa_server_app(server)->faults, NULL);
}

void fa_server_faults_clear(struct fa_server *server)
{
    fa_server_run(server, clear_faults, NULL);
}

static void count_faults(struct fa_server *server, void *context)
{
    struct fault_wish *wish = context;

    wish->r = fa_faults_counts(fa_server_app(server)->faults, NULL, wish->id, &wish->matched,
                               &wish->applied);
}

int64_t fa_server_fault_applied(struct fa_server *server, const char *id)
{
    struct fault_wish wish = {.id = id};

    fa_server_run(server, count_faults, &wish);
    return wish.r < 0 ? -1 : wish.applied;
}

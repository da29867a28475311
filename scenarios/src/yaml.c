/* YAML into nodes, event by event; see yaml.h. */
#include "yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libfyaml.h>

#include "buf.h"
#include "cleanup.h"
#include "complaint.h"
#include "node.h"

#define FILE_MAX  (1u << 20)
#define DEPTH_MAX 40

struct reader {
    struct fy_parser *parser;
    const struct sc_source *source;
    struct sc_complaints *complaints;
    size_t known; /* complaints that there were before, of other files */
};

/* ---- events into nodes ---- */

static const struct fy_mark *start_mark(struct fy_event *event)
{
    struct fy_token *token = fy_event_get_token(event);

    return token ? fy_token_start_mark(token) : NULL;
}

static const struct fy_mark *end_mark(struct fy_event *event)
{
    struct fy_token *token = fy_event_get_token(event);

    return token ? fy_token_end_mark(token) : NULL;
}

static int refuse(struct reader *reader, struct fy_event *event, const char *what)
{
    const struct fy_mark *mark = start_mark(event);

    return sc_complain_at(reader->complaints, reader->source, mark ? mark->line + 1 : 0,
                          mark ? mark->column + 1 : 0, 1, what);
}

/* The mark counts characters, a node counts bytes. */
static int byte_column(const char *text, size_t pos)
{
    size_t start = pos;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    return (int)(pos - start) + 1;
}

static struct sc_node *new_node(struct reader *reader, struct fy_event *event,
                                enum sc_node_kind kind)
{
    const struct fy_mark *start = start_mark(event), *end = end_mark(event);
    struct sc_node *node = calloc(1, sizeof(*node));
    size_t len = strlen(reader->source->text);

    if (!node)
        return NULL;
    node->kind = kind;
    node->source = reader->source;
    node->width = 1;
    if (start && start->input_pos <= len) {
        node->line = start->line + 1;
        node->column = byte_column(reader->source->text, start->input_pos);
        if (kind == SC_NODE_SCALAR && end && end->input_pos > start->input_pos)
            node->width = (int)(end->input_pos - start->input_pos);
    }
    return node;
}

static struct sc_node *scalar(struct reader *reader, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    struct sc_node *node = new_node(reader, event, SC_NODE_SCALAR);
    size_t len = 0;
    const char *text = token ? fy_token_get_text(token, &len) : "";

    if (!node)
        return NULL;
    node->text = strndup(text ? text : "", len);
    node->is_plain = token && fy_scalar_token_get_style(token) == FYSS_PLAIN;
    if (node->text && strlen(node->text) == len)
        return node;
    (void)refuse(reader, event, "a text cannot hold a zero byte");
    sc_node_free(node);
    return NULL;
}

static struct sc_node *value(struct reader *reader, struct fy_event *event, int depth);

static int append(struct sc_node *parent, struct sc_node *key, struct sc_node *item)
{
    size_t size = (parent->count + 1) * sizeof(*parent->items);
    struct sc_node **items = realloc(parent->items, size), **keys;

    if (items)
        parent->items = items;
    keys = items && key ? realloc(parent->keys, size) : NULL;
    if (keys)
        parent->keys = keys;
    if (!items || (key && !keys)) {
        sc_node_free(key);
        sc_node_free(item);
        return -1;
    }
    items[parent->count] = item;
    if (key)
        keys[parent->count] = key;
    parent->count++;
    return 0;
}

static struct fy_event *next_event(struct reader *reader)
{
    return fy_parser_parse(reader->parser);
}

static int list_items(struct reader *reader, struct sc_node *list, int depth)
{
    struct fy_event *event;
    struct sc_node *item;

    while ((event = next_event(reader)) && event->type != FYET_SEQUENCE_END) {
        item = value(reader, event, depth + 1);
        fy_parser_event_free(reader->parser, event);
        if (!item || append(list, NULL, item) < 0)
            return -1;
    }
    fy_parser_event_free(reader->parser, event);
    return event ? 0 : -1;
}

static struct sc_node *map_key(struct reader *reader, struct fy_event *event,
                               const struct sc_node *map)
{
    struct sc_node *key;

    if (event->type != FYET_SCALAR) {
        (void)refuse(reader, event, "a key must be a word");
        return NULL;
    }
    key = value(reader, event, DEPTH_MAX);
    if (key && sc_node_get(map, key->text)) {
        (void)sc_complain(reader->complaints, key, "'%s' is given twice", key->text);
        sc_node_free(key);
        return NULL;
    }
    return key;
}

static int map_items(struct reader *reader, struct sc_node *map, int depth)
{
    struct fy_event *event;
    struct sc_node *key, *item;

    while ((event = next_event(reader)) && event->type != FYET_MAPPING_END) {
        key = map_key(reader, event, map);
        fy_parser_event_free(reader->parser, event);
        if (!key)
            return -1;
        event = next_event(reader);
        item = event ? value(reader, event, depth + 1) : NULL;
        fy_parser_event_free(reader->parser, event);
        if (!item) {
            sc_node_free(key);
            return -1;
        }
        if (append(map, key, item) < 0)
            return -1;
    }
    fy_parser_event_free(reader->parser, event);
    return event ? 0 : -1;
}

static struct sc_node *collection(struct reader *reader, struct fy_event *event, int depth)
{
    bool is_map = event->type == FYET_MAPPING_START;
    struct sc_node *node = new_node(reader, event, is_map ? SC_NODE_MAP : SC_NODE_LIST);

    if (depth >= DEPTH_MAX) {
        (void)refuse(reader, event, "this is nested too deeply");
        sc_node_free(node);
        return NULL;
    }
    if (node && (is_map ? map_items : list_items)(reader, node, depth) == 0)
        return node;
    sc_node_free(node);
    return NULL;
}

static struct fy_token *decoration(const struct fy_event *event)
{
    struct fy_token *anchor = NULL, *tag = NULL;

    if (event->type == FYET_SCALAR) {
        anchor = event->scalar.anchor;
        tag = event->scalar.tag;
    } else if (event->type == FYET_MAPPING_START) {
        anchor = event->mapping_start.anchor;
        tag = event->mapping_start.tag;
    } else if (event->type == FYET_SEQUENCE_START) {
        anchor = event->sequence_start.anchor;
        tag = event->sequence_start.tag;
    }
    return anchor ? anchor : tag;
}

/* The node that begins with this event; NULL after a complaint or without memory. */
static struct sc_node *value(struct reader *reader, struct fy_event *event, int depth)
{
    if (event->type == FYET_ALIAS || decoration(event)) {
        (void)refuse(reader, event, "anchors, aliases and tags are not part of this language");
        return NULL;
    }
    if (event->type == FYET_SCALAR)
        return scalar(reader, event);
    if (event->type == FYET_MAPPING_START || event->type == FYET_SEQUENCE_START)
        return collection(reader, event, depth);
    (void)refuse(reader, event, "a value is missing here");
    return NULL;
}

/* ---- a stream of one document ---- */

static struct sc_node *document(struct reader *reader)
{
    struct sc_node *root = NULL;
    struct fy_event *event;

    while ((event = next_event(reader))) {
        enum fy_event_type type = event->type;
        bool is_framing =
            type == FYET_STREAM_START || type == FYET_DOCUMENT_START || type == FYET_DOCUMENT_END;

        if (root && type == FYET_DOCUMENT_START) {
            (void)refuse(reader, event, "one file is one scenario: there is a second document");
            sc_node_free(root);
            root = NULL;
            is_framing = false;
        } else if (!is_framing && type != FYET_STREAM_END) {
            root = value(reader, event, 0);
        }
        fy_parser_event_free(reader->parser, event);
        if (type == FYET_STREAM_END || (!is_framing && !root))
            break;
    }
    return root;
}

static void swallow(struct fy_diag *diag, void *user, const char *text, size_t len)
{
    (void)diag;
    (void)user;
    (void)text;
    (void)len;
}

/* What the library found wrong; the first complaint is the one that explains the others. */
static void report(struct reader *reader, struct fy_diag *diag)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);

    if (error)
        (void)sc_complain_at(reader->complaints, reader->source, error->line, error->column, 1,
                             error->msg);
    else if (reader->complaints->count == reader->known)
        (void)sc_complain_at(reader->complaints, reader->source, 0, 0, 1, "this is no scenario");
}

static struct sc_node *parse(struct reader *reader, size_t len)
{
    struct fy_diag_cfg how = {.output_fn = swallow, .level = FYET_ERROR, .module_mask = ~0u};
    struct fy_diag *diag = fy_diag_create(&how);
    struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
    struct sc_node *root = NULL;

    if (diag) {
        fy_diag_set_collect_errors(diag, true);
        reader->parser = fy_parser_create(&cfg);
    }
    if (reader->parser && fy_parser_set_string(reader->parser, reader->source->text, len) == 0) {
        root = document(reader);
        if (!root || fy_diag_got_error(diag)) {
            report(reader, diag);
            sc_node_free(root);
            root = NULL;
        }
    }
    fy_diag_reset_error(diag); /* frees what it has collected, which nothing else does */
    fy_parser_destroy(reader->parser);
    fy_diag_unref(diag);
    return root;
}

/* ---- files ---- */

static struct sc_source *new_source(const char *path, const char *text, size_t len)
{
    struct sc_source *source = calloc(1, sizeof(*source));

    if (!source)
        return NULL;
    source->path = strdup(path);
    source->text = strndup(text, len);
    if (source->path && source->text)
        return source;
    sc_sources_free(source);
    return NULL;
}

int sc_yaml_parse(const char *name, const char *text, size_t len, struct sc_source **sources,
                  struct sc_node **ret_root, struct sc_complaints *complaints)
{
    struct sc_source *source = new_source(name, text, len);
    struct reader reader = {.source = source, .complaints = complaints, .known = complaints->count};

    if (!source)
        return -1;
    source->next = *sources;
    *sources = source;
    if (strlen(source->text) != len)
        return sc_complain_at(complaints, source, 0, 0, 1, "the file holds a zero byte");
    *ret_root = parse(&reader, len);
    if (!*ret_root && complaints->count == reader.known)
        return sc_complain_at(complaints, source, 0, 0, 1, "out of memory");
    return *ret_root ? 0 : -1;
}

static int read_all(int fd, struct pm_buf *text)
{
    char bytes[16384];
    ssize_t len;

    while ((len = read(fd, bytes, sizeof(bytes))) > 0)
        if (pm_buf_add(text, bytes, (size_t)len) < 0) {
            errno = EFBIG;
            return -1;
        }
    return len < 0 ? -1 : 0;
}

int sc_yaml_load(const char *path, struct sc_source **sources, struct sc_node **ret_root,
                 struct sc_complaints *complaints)
{
    PM_AUTO_FREE char *name = strdup(path);
    struct sc_source nameless = {.path = name};
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct pm_buf text;
    int r;

    pm_buf_init(&text, FILE_MAX);
    if (fd < 0 || read_all(fd, &text) < 0)
        r = sc_complain_at(complaints, &nameless, 0, 0, 1, strerror(errno));
    else
        r = sc_yaml_parse(path, text.data ? text.data : "", text.len, sources, ret_root,
                          complaints);
    pm_buf_clear(&text);
    return r;
}

void sc_sources_free(struct sc_source *source)
{
    while (source) {
        struct sc_source *next = source->next;

        free(source->path);
        free(source->text);
        free(source);
        source = next;
    }
}

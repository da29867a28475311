/* Reading an XML answer into a tree; see node.h. The only user of libxml2 in the library. */
#include "node.h"

#include <libxml/xmlreader.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "pool.h"

#define DEPTH_MAX 32          /* ours; the API's answers have at most five levels */
#define TEXT_MAX  (1u << 20u) /* of one element; an answer is no longer */

static const char *const lists[] = {
    "monitors", "results",    "agents",        "jobs", "resultParams", "additionalResultParams",
    "params",   "publicKeys", "monitorParams",
};

/* Roots that stand for an error when they hold text only (PROTOCOL.md §4). */
static const char *const error_roots[] = {"error", "status"};

static bool is_among(const char *name, const char *const *names, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

struct reader {
    struct pm_pool *pool;
    xmlTextReader *xml;
    struct pm_node *open[DEPTH_MAX];
    struct pm_buf texts[DEPTH_MAX]; /* text of each open element so far */
    int depth;                      /* open elements */
    struct pm_node *root;
};

/* The text ends an element that turned out to have no child elements. */
static int close_element(struct reader *reader)
{
    struct pm_node *node = reader->open[--reader->depth];
    struct pm_buf *text = &reader->texts[reader->depth];

    if (is_among(node->name, lists, PM_ARRAY_LEN(lists)) && text->len == 0)
        node->kind = PM_NODE_LIST;
    else if (node->count > 0)
        node->kind = PM_NODE_OBJECT;
    else
        node->text = pm_pool_copy(reader->pool, text->data ? text->data : "", text->len);
    pm_buf_clear(text);
    return node->text ? 0 : PM_ERR_SYSTEM;
}

static int open_element(struct reader *reader)
{
    const char *name = (const char *)xmlTextReaderConstLocalName(reader->xml);
    struct pm_node *parent = reader->depth > 0 ? reader->open[reader->depth - 1] : NULL;
    struct pm_node *node;

    if (reader->depth == DEPTH_MAX)
        return PM_ERR_REPLY;
    node = pm_node_add(reader->pool, parent, PM_NODE_STRING, name, "");
    if (!node)
        return PM_ERR_SYSTEM;
    if (parent)
        pm_buf_clear(&reader->texts[reader->depth - 1]); /* white space between elements */
    else
        reader->root = node;
    pm_buf_init(&reader->texts[reader->depth], TEXT_MAX);
    reader->open[reader->depth++] = node;
    return xmlTextReaderIsEmptyElement(reader->xml) ? close_element(reader) : 0;
}

static int add_text(struct reader *reader)
{
    struct pm_node *node = reader->open[reader->depth - 1];
    const char *text = (const char *)xmlTextReaderConstValue(reader->xml);

    if (node->count > 0 || !text)
        return 0;
    return pm_buf_adds(&reader->texts[reader->depth - 1], text) < 0 ? PM_ERR_SYSTEM : 0;
}

static int take_event(struct reader *reader)
{
    switch (xmlTextReaderNodeType(reader->xml)) {
    case XML_READER_TYPE_ELEMENT:
        return open_element(reader);
    case XML_READER_TYPE_END_ELEMENT:
        return close_element(reader);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        return add_text(reader);
    case XML_READER_TYPE_COMMENT:
        return 0;
    default: /* document types, entities, processing instructions: not the API's */
        return PM_ERR_REPLY;
    }
}

static void ignore_message(void *user, const char *message, xmlParserSeverities severity,
                           xmlTextReaderLocatorPtr locator)
{
    (void)user, (void)message, (void)severity, (void)locator; /* libraries never print */
}

static int read_all(struct reader *reader)
{
    int more, r;

    while ((more = xmlTextReaderRead(reader->xml)) == 1) {
        r = take_event(reader);
        if (r < 0)
            return r;
    }
    return more == 0 && reader->root ? 0 : PM_ERR_REPLY;
}

/* Give the root the shape that the JSON answer has. */
static int shape_root(struct reader *reader, struct pm_node **ret_root)
{
    struct pm_node *root = reader->root, *outer;

    if (root->kind == PM_NODE_STRING &&
        is_among(root->name, error_roots, PM_ARRAY_LEN(error_roots))) {
        outer = pm_node_add(reader->pool, NULL, PM_NODE_OBJECT, "", "");
        if (!outer)
            return PM_ERR_SYSTEM;
        outer->first = outer->last = root;
        outer->count = 1;
        root = outer;
    }
    *ret_root = root;
    return 0;
}

int pm_node_read_xml(struct pm_pool *pool, const char *bytes, size_t len, struct pm_node **ret_root)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    struct reader reader = {.pool = pool};
    int r;

    if (len > TEXT_MAX)
        return PM_ERR_REPLY;
    reader.xml = xmlReaderForMemory(bytes, (int)len, NULL, "UTF-8", options);
    if (!reader.xml)
        return PM_ERR_SYSTEM;
    xmlTextReaderSetErrorHandler(reader.xml, ignore_message, NULL);
    r = read_all(&reader);
    while (reader.depth > 0)
        pm_buf_clear(&reader.texts[--reader.depth]);
    xmlFreeTextReader(reader.xml);
    return r < 0 ? r : shape_root(&reader, ret_root);
}

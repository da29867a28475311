/*
 * A scenario. Input: the file. Whatever it holds, it is taken or refused; a refusal has a complaint
 * with the file's name, and every part of the tree has a place in the text.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "case.h"
#include "complaint.h"
#include "fuzz.h"
#include "node.h"
#include "shape.h"
#include "yaml.h"

static void require_places(const struct sc_node *node, size_t size)
{
    size_t i;

    FUZZ_REQUIRE(node->line >= 0 && (size_t)node->line <= size + 1);
    FUZZ_REQUIRE(node->column >= 0 && (size_t)node->column <= size + 1);
    FUZZ_REQUIRE(node->width >= 1 && (size_t)node->width <= size + 1);
    for (i = 0; i < node->count; i++) {
        require_places(node->items[i], size);
        if (node->keys)
            FUZZ_REQUIRE(node->keys[i]->kind == SC_NODE_SCALAR);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_complaints complaints;
    struct sc_source *sources = NULL;
    struct sc_node *root = NULL;
    int r;

    sc_complaints_init(&complaints);
    r = sc_yaml_parse("x.yaml", (const char *)data, size, &sources, &root, &complaints);
    if (r == 0) {
        cJSON *json = sc_node_json(root);

        require_places(root, size);
        FUZZ_REQUIRE(json != NULL);
        r = sc_shape_check(root, sc_case_keys, "a scenario", &complaints);
        cJSON_Delete(json);
    }
    FUZZ_REQUIRE((r == 0) == (complaints.count == 0));
    FUZZ_REQUIRE(r == 0 || strncmp(complaints.text.data, "x.yaml:", 7) == 0);
    sc_node_free(root);
    sc_sources_free(sources);
    sc_complaints_clear(&complaints);
    return 0;
}

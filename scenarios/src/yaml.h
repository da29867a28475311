/* Reading YAML into nodes. This is the only place that knows libfyaml. */
#ifndef SC_YAML_H
#define SC_YAML_H

#include <stddef.h>

struct sc_complaints;
struct sc_node;
struct sc_source;

/**
 * Read one file. Aliases and anchors, tags, several documents, doubled keys and keys that are no
 * texts are refused: a scenario says everything where it stands.
 *
 * @sources:  the file is put in front of this list, which owns it; see sc_sources_free()
 * @ret_root: the caller frees it before the sources
 *
 * Errors: -1, with complaints
 */
int sc_yaml_load(const char *path, struct sc_source **sources, struct sc_node **ret_root,
                 struct sc_complaints *complaints);

/** The same from memory. @name: for complaints */
int sc_yaml_parse(const char *name, const char *text, size_t len, struct sc_source **sources,
                  struct sc_node **ret_root, struct sc_complaints *complaints);

void sc_sources_free(struct sc_source *sources);

#endif

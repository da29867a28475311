/* schema and reference: the language, printed from its tables. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "actor.h"
#include "cleanup.h"
#include "cmd.h"
#include "match.h"
#include "needs.h"
#include "shape.h"

/* ---- schema ---- */

#define VARIABLE "\\$\\{"

static cJSON *of_type(const char *type)
{
    cJSON *schema = cJSON_CreateObject();

    cJSON_AddStringToObject(schema, "type", type);
    return schema;
}

static cJSON *reference_to(const char *name)
{
    cJSON *schema = cJSON_CreateObject();
    char path[100];

    (void)snprintf(path, sizeof(path), "#/definitions/%s", name);
    cJSON_AddStringToObject(schema, "$ref", path);
    return schema;
}

static cJSON *list_of(cJSON *items)
{
    cJSON *schema = of_type("array");

    cJSON_AddItemToObject(schema, "items", items);
    return schema;
}

static cJSON *matching(const char *pattern)
{
    cJSON *schema = of_type("string");

    cJSON_AddStringToObject(schema, "pattern", pattern);
    return schema;
}

/* One of two. */
static cJSON *either(cJSON *a, cJSON *b)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "anyOf");

    cJSON_AddItemToArray(list, a);
    cJSON_AddItemToArray(list, b);
    return schema;
}

static cJSON *non_empty(cJSON *schema, const char *limit)
{
    cJSON_AddNumberToObject(schema, limit, 1);
    return schema;
}

static cJSON *number_schema(void)
{
    cJSON *schema = of_type("integer");

    cJSON_AddNumberToObject(schema, "minimum", 0);
    return schema;
}

static cJSON *map_of(cJSON *values)
{
    cJSON *schema = of_type("object");

    cJSON_AddItemToObject(schema, "additionalProperties", values);
    return schema;
}

static cJSON *word_schema(const struct sc_key *key)
{
    cJSON *schema = cJSON_CreateObject(), *words = cJSON_AddArrayToObject(schema, "enum");
    size_t i;

    for (i = 0; key->words[i]; i++)
        cJSON_AddItemToArray(words, cJSON_CreateString(key->words[i]));
    return schema;
}

static cJSON *map_schema(const struct sc_key *keys);

/* Variables may stand for anything but steps. */
static cJSON *value_schema(const struct sc_key *key)
{
    switch (key->type) {
    case SC_TEXT:
        return reference_to("scalar");
    case SC_NUMBER:
        return either(number_schema(), matching(VARIABLE));
    case SC_TRUTH:
        return either(of_type("boolean"), matching(VARIABLE));
    case SC_DURATION:
        return either(matching("^[0-9]+(ms|s|m|h|d)$"), matching(VARIABLE));
    case SC_WORD:
        return either(word_schema(key), matching(VARIABLE));
    case SC_LIST:
        return either(reference_to("scalar"), list_of(reference_to("scalar")));
    case SC_FIELDS:
        return either(map_of(reference_to("scalar")), matching(VARIABLE));
    case SC_MAP:
        return either(map_schema(key->keys), matching(VARIABLE));
    case SC_STEPS:
        return reference_to("steps");
    case SC_BRANCHES:
        return non_empty(list_of(reference_to("steps")), "minItems");
    case SC_ROWS:
        return non_empty(list_of(non_empty(of_type("object"), "minProperties")), "minItems");
    case SC_MATCHER:
    case SC_TYPE_MAX:
        break;
    }
    return cJSON_CreateObject(); /* anything */
}

static cJSON *map_schema(const struct sc_key *keys)
{
    cJSON *schema = of_type("object"), *properties, *required = cJSON_CreateArray();

    properties = cJSON_AddObjectToObject(schema, "properties");
    for (; keys->name; keys++) {
        cJSON *value = value_schema(keys);

        cJSON_AddStringToObject(value, "description", keys->about);
        cJSON_AddItemToObject(properties, keys->name, value);
        if (keys->is_required)
            cJSON_AddItemToArray(required, cJSON_CreateString(keys->name));
    }
    cJSON_AddFalseToObject(schema, "additionalProperties");
    if (cJSON_GetArraySize(required) > 0)
        cJSON_AddItemToObject(schema, "required", required);
    else
        cJSON_Delete(required);
    return schema;
}

static cJSON *actor_schema(const struct sc_actor *actor)
{
    cJSON *schema = map_schema(actor->keys);

    if (actor->short_key)
        schema = either(reference_to("scalar"), schema);
    cJSON_AddStringToObject(schema, "description", actor->about);
    return schema;
}

static cJSON *step_schema(void)
{
    const struct sc_actor *const *actor;
    cJSON *schema = of_type("object"), *properties;

    cJSON_AddNumberToObject(schema, "minProperties", 1);
    cJSON_AddNumberToObject(schema, "maxProperties", 1);
    cJSON_AddFalseToObject(schema, "additionalProperties");
    properties = cJSON_AddObjectToObject(schema, "properties");
    for (actor = sc_actors(); *actor; actor++)
        cJSON_AddItemToObject(properties, (*actor)->name, actor_schema(*actor));
    return schema;
}

static cJSON *scalar_schema(void)
{
    static const char *const types[] = {"string", "number", "boolean", "null"};
    cJSON *schema = cJSON_CreateObject();

    cJSON_AddItemToObject(schema, "type", cJSON_CreateStringArray(types, PM_ARRAY_LEN(types)));
    return schema;
}

static cJSON *need_schema(void)
{
    const struct sc_need *need;
    struct cJSON *words = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(words, "enum");

    for (need = sc_needs(); need->name; need++)
        cJSON_AddItemToArray(list, cJSON_CreateString(need->name));
    return either(words, matching("^program [^ ]"));
}

static cJSON *scenario_schema(void)
{
    cJSON *schema = map_schema(sc_case_keys), *definitions, *properties, *row, *required;

    cJSON_AddStringToObject(schema, "$schema", "http://json-schema.org/draft-07/schema#");
    cJSON_AddStringToObject(schema, "title", "A scenario of paidmonitor-scenario(1)");
    properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    cJSON_ReplaceItemInObjectCaseSensitive(
        properties, "needs", either(reference_to("need"), list_of(reference_to("need"))));
    row = of_type("object");
    required = cJSON_AddArrayToObject(row, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString("case"));
    cJSON_ReplaceItemInObjectCaseSensitive(properties, "rows", non_empty(list_of(row), "minItems"));
    definitions = cJSON_AddObjectToObject(schema, "definitions");
    cJSON_AddItemToObject(definitions, "scalar", scalar_schema());
    cJSON_AddItemToObject(definitions, "need", need_schema());
    cJSON_AddItemToObject(definitions, "step", step_schema());
    cJSON_AddItemToObject(definitions, "steps",
                          non_empty(list_of(reference_to("step")), "minItems"));
    return schema;
}

static void print_schema(void)
{
    cJSON *schema = scenario_schema();
    PM_AUTO_FREE char *text = cJSON_Print(schema);

    (void)puts(text ? text : "{}");
    cJSON_Delete(schema);
}

/* ---- reference ---- */

static const char *const type_names[SC_TYPE_MAX] = {
    [SC_TEXT] = "text",
    [SC_NUMBER] = "number",
    [SC_TRUTH] = "true or false",
    [SC_DURATION] = "duration",
    [SC_WORD] = "word",
    [SC_LIST] = "list of texts",
    [SC_FIELDS] = "map of texts",
    [SC_MAP] = "map",
    [SC_MATCHER] = "anything",
    [SC_STEPS] = "steps",
    [SC_BRANCHES] = "lists of steps",
    [SC_ROWS] = "rows",
};

static void print_keys(const struct sc_key *keys, const char *indent)
{
    size_t i;

    for (; keys->name; keys++) {
        (void)printf("%s* `%s` (%s%s", indent, keys->name, type_names[keys->type],
                     keys->is_required ? ", required" : "");
        for (i = 0; keys->words && keys->words[i]; i++)
            (void)printf("%s `%s`", i == 0 ? ":" : "", keys->words[i]);
        (void)printf("): %s\n", keys->about);
        if (keys->keys)
            print_keys(keys->keys, "  ");
    }
}

static void print_reference(void)
{
    const struct sc_actor *const *actor;
    const struct sc_operator *op;
    const struct sc_need *need;

    (void)puts("## A file\n");
    print_keys(sc_case_keys, "");
    (void)puts("\n## Actors");
    for (actor = sc_actors(); *actor; actor++) {
        (void)printf("\n### %s\n\n%s\n", (*actor)->name, (*actor)->about);
        if ((*actor)->short_key)
            (void)printf("`%s: text` stands for `%s: {%s: text}`.\n", (*actor)->name,
                         (*actor)->name, (*actor)->short_key);
        (void)puts("");
        print_keys((*actor)->keys, "");
    }
    (void)puts("\n## Operators of matchers\n");
    for (op = sc_match_operators(); op->name; op++)
        (void)printf("* `%s`: %s\n", op->name, op->about);
    (void)puts("\n## Needs\n");
    for (need = sc_needs(); need->name; need++)
        (void)printf("* `%s`: %s\n", need->name, need->about);
    (void)puts("* `program NAME`: a program in PATH");
}

/* ---- commands ---- */

static int print(int argc, char **argv, const char *help, void (*print_it)(void))
{
    static const struct option names[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        if (option != 'h')
            return CMD_USAGE;
        (void)fputs(help, stdout);
        return cmd_flush(CMD_PASSED);
    }
    if (optind < argc)
        return cmd_usage("'%s' is one word too many", argv[optind]);
    print_it();
    return cmd_flush(CMD_PASSED);
}

int cmd_schema(int argc, char **argv)
{
    return print(argc, argv,
                 "Usage: " CMD_PROGRAM " schema\n"
                 "Print the JSON Schema (draft 7) of scenarios, for editors and other programs.\n"
                 "\n"
                 "  -h, --help  show this help\n",
                 print_schema);
}

int cmd_reference(int argc, char **argv)
{
    return print(argc, argv,
                 "Usage: " CMD_PROGRAM " reference\n"
                 "Print what a scenario may say, in Markdown.\n"
                 "\n"
                 "  -h, --help  show this help\n",
                 print_reference);
}

/* The documents made from the tables: that they are whole, and say what the server does. */
#include "suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "describe.h"
#include "routes.h"
#include "site.h"

static const cJSON *at(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

    ck_assert_msg(item != NULL, "no member \"%s\"", name);
    return item;
}

START_TEST(test_openapi_has_every_action_with_its_parameters)
{
    struct pm_buf buf;
    cJSON *document;
    const cJSON *schemas;
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    size_t i;
    size_t k;

    pm_buf_init(&buf, 4 << 20);
    ck_assert_int_eq(fa_describe_openapi(&buf), 0);
    document = cJSON_Parse(buf.data);
    ck_assert_ptr_nonnull(document);
    ck_assert_str_eq(cJSON_GetStringValue(at(document, "openapi")), "3.0.3");
    schemas = at(at(document, "components"), "schemas");
    for (i = 0; i < count; i++) {
        const cJSON *schema = at(schemas, routes[i].action);
        size_t required = 1;

        for (k = 0; k < routes[i].arg_count; k++) {
            const cJSON *property = at(at(schema, "properties"), routes[i].args[k].name);

            ck_assert_str_eq(cJSON_GetStringValue(at(property, "x-section")),
                             routes[i].args[k].section);
            required += routes[i].args[k].is_required;
        }
        ck_assert_int_eq(cJSON_GetArraySize(at(schema, "required")), (int)required);
    }
    cJSON_Delete(document);
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_openapi_lists_each_action_where_it_is_served)
{
    static const char *const methods[] = {"get", "post"};
    struct pm_buf buf;
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    cJSON *document;
    int want = 0;
    int found = 0;
    size_t i;

    pm_buf_init(&buf, 4 << 20);
    ck_assert_int_eq(fa_describe_openapi(&buf), 0);
    document = cJSON_Parse(buf.data);
    for (i = 0; i < count; i++)
        want += routes[i].paths == FA_PATH_BOTH ? 2 : 1;
    for (i = 0; i < 4; i++) {
        const cJSON *operation =
            at(at(at(document, "paths"), i < 2 ? "/api" : "/customMonitorApi"), methods[i % 2]);
        const cJSON *holder = i % 2 == 0 ? cJSON_GetArrayItem(at(operation, "parameters"), 0)
                                         : at(at(at(operation, "requestBody"), "content"),
                                              "application/x-www-form-urlencoded");

        found += cJSON_GetArraySize(at(at(holder, "schema"), "oneOf"));
    }
    ck_assert_int_eq(found, want);
    cJSON_Delete(document);
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_openapi_is_served)
{
    site_start(FA_PROFILE_STRICT, NULL);
    site_get_target("/__fake/openapi.json");
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_int_eq(strncmp(site_reply.body, "{\"openapi\":\"3.0.3\",", 19), 0);
    site_stop();
}
END_TEST

START_TEST(test_reference_page_is_up_to_date)
{
    FILE *file = fopen(PM_SOURCE_DIR "/fakeapi/REFERENCE.md", "r");
    char *text = NULL;
    size_t size = 0;
    struct pm_buf buf;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, EOF, file), 0);
    (void)fclose(file);
    pm_buf_init(&buf, 4 << 20);
    ck_assert_int_eq(fa_describe_reference(&buf), 0);
    ck_assert_msg(strcmp(text, buf.data) == 0,
                  "write it anew: paidmonitor-fakeapi reference > fakeapi/REFERENCE.md");
    pm_buf_clear(&buf);
    free(text);
}
END_TEST

/* PROTOCOL.md says why; what it does not mention must not be served. */
START_TEST(test_protocol_mentions_every_action_and_parameter)
{
    FILE *file = fopen(PM_SOURCE_DIR "/fakeapi/PROTOCOL.md", "r");
    char *text = NULL;
    size_t size = 0;
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    char quoted[64];
    size_t i;
    size_t k;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, EOF, file), 0);
    (void)fclose(file);
    for (i = 0; i < count; i++) {
        ck_assert_msg(strstr(text, routes[i].action) != NULL, "%s", routes[i].action);
        for (k = 0; k < routes[i].arg_count && strcmp(routes[i].section, "3.13") != 0; k++) {
            snprintf(quoted, sizeof(quoted), "`%s`", routes[i].args[k].name);
            ck_assert_msg(strstr(text, quoted) != NULL, "%s of %s", quoted, routes[i].action);
        }
    }
    free(text);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_openapi_has_every_action_with_its_parameters),
    TEST(test_openapi_lists_each_action_where_it_is_served),
    TEST(test_openapi_is_served),
    TEST(test_reference_page_is_up_to_date),
    TEST(test_protocol_mentions_every_action_and_parameter),
};

TEST_MAIN("describe", cases)

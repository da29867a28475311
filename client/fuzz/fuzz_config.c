/*
 * The configuration file. Input: the file.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fuzz.h"

static void require_sound(const struct pm_config *config)
{
    FUZZ_REQUIRE(config->secret_file && config->monitor_name && config->monitor_tag);
    FUZZ_REQUIRE(config->drop_dir && config->journal);
    FUZZ_REQUIRE(config->connect_timeout_ms > 0 && config->timeout_ms > 0);
    FUZZ_REQUIRE(!config->url || config->url[0] != '\0');
    FUZZ_REQUIRE(config->drop_dir[0] != '\0' && config->monitor_tag[0] != '\0');
}

/* The name is the template with each %h replaced. */
static void check_name(const struct pm_config *config)
{
    struct pm_error err = {0};
    char *name = NULL;

    if (pm_config_monitor_name(config, "host", &name, &err) == 0)
        FUZZ_REQUIRE(strchr(config->monitor_name, '%') || strcmp(name, config->monitor_name) == 0);
    else
        FUZZ_REQUIRE(err.code == PM_ERR_CONFIG && strchr(config->monitor_name, '%'));
    free(name);
}

/* A complaint begins with the file, and the line if it is about one. */
static void require_complaint(const struct pm_error *err, const char *path)
{
    FUZZ_REQUIRE(err->code == PM_ERR_CONFIG);
    FUZZ_REQUIRE(strstr(err->message, path) != NULL);
    fuzz_require_one_line(err->message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_error err = {0};
    struct pm_config config;
    size_t len;
    char *text = fuzz_rest(&input, &len);
    const char *path = fuzz_file(text, len);

    FUZZ_REQUIRE(pm_config_init(&config, &err) == 0);
    if (pm_config_read(&config, path, &err) == 0) {
        require_sound(&config);
        check_name(&config);
    } else {
        require_complaint(&err, path);
    }
    pm_config_clear(&config);
    free(text);
    return 0;
}

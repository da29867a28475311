/*
 * Faults: a rule or an array of them. Input: JSON. What is taken prints as what prints the same
 * again, and decides the same in the same order.
 */
#include <string.h>

#include "buf.h"
#include "faults.h"
#include "fuzz.h"
#include "params.h"

#define PRINTED_MAX (16u << 20)
#define ROUNDS      8

static struct fa_faults *read(const char *json, size_t len)
{
    struct fa_faults *faults = fa_faults_new(true);
    char id[FA_FAULT_ID_MAX + 1];
    char message[512] = "";

    FUZZ_REQUIRE(faults);
    if (fa_faults_add(faults, json, len, NULL, id, message, sizeof(message)) == 0) {
        FUZZ_REQUIRE(id[0] != '\0' && fa_faults_count(faults, NULL) > 0);
        return faults;
    }
    FUZZ_REQUIRE(message[0] != '\0' && fa_faults_count(faults, NULL) == 0);
    fa_faults_free(faults);
    return NULL;
}

static void print(const struct fa_faults *faults, struct pm_buf *printed)
{
    pm_buf_init(printed, PRINTED_MAX);
    FUZZ_REQUIRE(fa_faults_write(faults, NULL, NULL, printed) == 0 && !printed->failed);
}

static void require_sane(const struct fa_fault_plan *plan)
{
    char text[512];

    FUZZ_REQUIRE(plan->spoil.delay_ms >= 0 && plan->spoil.delay_ms <= FA_FAULT_DELAY_MAX_MS);
    FUZZ_REQUIRE(plan->status == 0 || (plan->status >= 200 && plan->status <= 599));
    FUZZ_REQUIRE(strlen(plan->names) < FA_FAULT_NAMES_MAX);
    FUZZ_REQUIRE(plan->spoil.copies <= 16);
    fa_fault_describe(plan, text, sizeof(text));
    FUZZ_REQUIRE((text[0] == '\0') == (plan->names[0] == '\0'));
}

static void require_same_decisions(struct fa_faults *a, struct fa_faults *b)
{
    const struct fa_params params = {0};
    const struct fa_fault_request request = {.account = "KEY",
                                             .action = "addResult",
                                             .method = "POST",
                                             .path = "/customMonitorApi",
                                             .peer = "127.0.0.1",
                                             .params = &params};
    struct fa_fault_plan plans[2];
    struct fa_fault_welcome welcomes[2];
    int round;

    for (round = 0; round < ROUNDS; round++) {
        fa_faults_decide(a, &request, &plans[0]);
        fa_faults_decide(b, &request, &plans[1]);
        require_sane(&plans[0]);
        FUZZ_REQUIRE(strcmp(plans[0].names, plans[1].names) == 0);
        FUZZ_REQUIRE(plans[0].spoil.delay_ms == plans[1].spoil.delay_ms);
        FUZZ_REQUIRE(plans[0].noise_seed == plans[1].noise_seed);
        fa_faults_welcome(a, "127.0.0.1", &welcomes[0]);
        fa_faults_welcome(b, "127.0.0.1", &welcomes[1]);
        FUZZ_REQUIRE(welcomes[0].connection == welcomes[1].connection);
    }
}

static void check(const char *json, size_t len)
{
    struct fa_faults *first = read(json, len);
    struct fa_faults *second;
    struct pm_buf printed;
    struct pm_buf again;

    if (!first)
        return;
    print(first, &printed);
    second = read(printed.data, printed.len);
    FUZZ_REQUIRE(second);
    print(second, &again);
    FUZZ_REQUIRE(printed.len == again.len && memcmp(printed.data, again.data, again.len) == 0);
    require_same_decisions(first, second);
    pm_buf_clear(&printed);
    pm_buf_clear(&again);
    fa_faults_free(first);
    fa_faults_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((const char *)data, size);
    return 0;
}

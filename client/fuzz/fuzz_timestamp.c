/*
 * The vendor's form of a date. Input: a text; its first eight bytes also serve as a time.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fuzz.h"

#define YEAR_0     INT64_C(-62167219200000) /* 0000-01-01 00:00:00 */
#define YEAR_10000 INT64_C(253402300800000)

/* A text that is accepted is the only one for its time. */
static void check_text(const char *text)
{
    char printed[PM_CLOCK_TIMESTAMP_SIZE];
    int64_t ms;

    if (pm_clock_parse_timestamp(text, &ms) < 0)
        return;
    FUZZ_REQUIRE(ms >= YEAR_0 && ms < YEAR_10000 && ms % 1000 == 0);
    pm_clock_timestamp(ms, printed, sizeof(printed));
    FUZZ_REQUIRE(strcmp(printed, text) == 0);
}

/* Any time can be printed; those of four-digit years can be read back. */
static void check_time(int64_t ms)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];
    int64_t back;

    pm_clock_timestamp(ms, text, sizeof(text));
    FUZZ_REQUIRE(strlen(text) < sizeof(text));
    if (ms < YEAR_0 || ms >= YEAR_10000)
        return;
    FUZZ_REQUIRE(pm_clock_parse_timestamp(text, &back) == 0);
    FUZZ_REQUIRE(back <= ms && ms - back < 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    int64_t ms = 0;
    size_t len;
    char *text = fuzz_rest(&input, &len);

    memcpy(&ms, text, len < sizeof(ms) ? len : sizeof(ms));
    check_text(text);
    check_time(ms);
    check_time(ms % (YEAR_10000 - YEAR_0) + YEAR_0);
    free(text);
    return 0;
}

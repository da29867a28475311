/*
 * What verifying one request costs, without HTTP, store or journal: reading the form and computing
 * the checksum. Prints microseconds of processor time per request; not a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "checksum.h"
#include "params.h"

#define ROUNDS 200000

static const char body[] =
    "action=addResult&apikey=1234567890ABCDEFGHIJKLMNOP&checktime=1306929600000&monitorId=305&"
    "results="
    "user_login%3Aroot%3Bhost%3A10.0.0.5%3Bsrv%3Asshd&timestamp=2011-06-01%2012%3A00%3A00&version=2"
    "&checksum=dU8VxeBAJvRKPdvJlLTFKanre7s%3D";

static double cpu_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail for this clock */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int verify(struct fa_mac *mac, struct fa_arena *arena)
{
    char checksum[FA_CHECKSUM_SIZE];
    struct fa_params params;
    const struct fa_param *received;

    if (fa_params_parse(arena, "", 0, body, strlen(body), &params) < 0 ||
        fa_checksum_compute(arena, mac, &params, (struct fa_checksum_form){0}, checksum) < 0)
        return -1;
    received = fa_params_find(&params, "checksum");
    return received && fa_is_same(checksum, strlen(checksum), received->value, received->value_len)
               ? 0
               : -1;
}

int main(void)
{
    static const char secret[] = "PONMLKJIHGFEDCBA0987654321";
    struct fa_mac *mac = fa_mac_new(secret, strlen(secret));
    struct fa_arena arena;
    double began = cpu_us();
    int i;

    for (i = 0; i < ROUNDS; i++) {
        fa_arena_init(&arena, 1 << 20);
        if (!mac || verify(mac, &arena) < 0) {
            fputs("the request does not verify\n", stderr);
            return EXIT_FAILURE;
        }
        fa_arena_clear(&arena);
    }
    printf("verify_us %.2f\n", (cpu_us() - began) / ROUNDS);
    fa_mac_free(mac);
    return EXIT_SUCCESS;
}

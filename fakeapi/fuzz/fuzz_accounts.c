/*
 * The accounts file. Input: the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "fuzz.h"
#include "store.h"

#define MESSAGE_SIZE 200

/* Keys that a request could not carry must not have been taken. */
static void require_sound(const struct fa_principal *principal)
{
    const struct fa_account *account = &principal->account;
    const char *at;

    FUZZ_REQUIRE(account->apikey[0] != '\0' && principal->mac);
    for (at = account->apikey; *at; at++)
        FUZZ_REQUIRE(*at > 0x20 && *at < 0x7f);
}

/* Every account that the file names can be found under its key. */
static void require_known(const struct fa_accounts *accounts, char *text)
{
    char *line;

    for (line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
        const struct fa_principal *principal;
        char apikey[128];
        int end = 0;

        if (sscanf(line, "apikey=%127[0-9A-Za-z]%n", apikey, &end) != 1 || line[end] != '\0')
            continue;
        principal = fa_accounts_find(accounts, apikey);
        FUZZ_REQUIRE(principal && strcmp(principal->account.apikey, apikey) == 0);
        require_sound(principal);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_store *store;
    struct fa_accounts *accounts;
    char message[MESSAGE_SIZE] = "";
    size_t len;
    char *text = fuzz_rest(&input, &len);

    FUZZ_REQUIRE(fa_store_open("memory", &store, message, sizeof(message)) == 0);
    accounts = fa_accounts_new(store);
    FUZZ_REQUIRE(accounts);
    if (fa_accounts_read_file(accounts, fuzz_file(text, len), message, sizeof(message)) == 0) {
        FUZZ_REQUIRE(fa_accounts_count(accounts) > 0);
        require_known(accounts, text);
    } else {
        FUZZ_REQUIRE(message[0] != '\0' && strlen(message) < sizeof(message));
        FUZZ_REQUIRE(!strpbrk(message, "\r\n"));
    }
    fa_accounts_free(accounts);
    fa_store_close(store);
    free(text);
    return 0;
}

/*
 * What the module takes in a login: this program stands for the host process. It calls each entry
 * point between two marks that strace sees, and prints what memory the module has. See
 * test_footprint.sh.
 *
 *     footprint MODULE DROP CONFDIR    CONFDIR holds the PAM service `footprint`
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

typedef int (*entry_point)(pam_handle_t *pamh, int flags, int argc, const char **argv);

static int no_conversation(int count, const struct pam_message **messages,
                           struct pam_response **responses, void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    return PAM_CONV_ERR;
}

/* KiB in the lines of that name, in @path; of mappings of @file alone when it is given. */
static long sum_kib(const char *path, const char *name, const char *file)
{
    FILE *stream = fopen(path, "re");
    int is_wanted = !file;
    char line[512];
    long sum = 0;

    while (stream && fgets(line, sizeof(line), stream)) {
        long start, end;

        if (file && sscanf(line, "%lx-%lx ", &start, &end) == 2)
            is_wanted = strstr(line, file) != NULL;
        else if (is_wanted && strncmp(line, name, strlen(name)) == 0)
            sum += atol(line + strlen(name));
    }
    if (stream)
        (void)fclose(stream);
    return sum;
}

static long anonymous_kib(void)
{
    return sum_kib("/proc/self/smaps_rollup", "Anonymous:", NULL);
}

static void call(void *module, pam_handle_t *pamh, const char *name, const char *mark,
                 const char **argv)
{
    void *symbol = dlsym(module, name);
    entry_point function;

    if (!symbol)
        exit(2);
    memcpy(&function, &symbol, sizeof(function));
    (void)access(mark, F_OK);
    (void)function(pamh, 0, 2, argv);
    (void)access("/mark/end", F_OK);
}

int main(int argc, char **argv)
{
    static const struct pam_conv conversation = {no_conversation, NULL};
    const char *drop = argc == 4 ? argv[2] : "";
    const char *failure[] = {drop, "report=failure"};
    const char *login[] = {drop, "report=login"};
    const char *session[] = {drop, "strict"};
    pam_handle_t *pamh = NULL;
    long before;
    void *module;

    if (argc != 4 ||
        pam_start_confdir("footprint", "alice", &conversation, argv[3], &pamh) != PAM_SUCCESS)
        return 2;
    (void)pam_set_item(pamh, PAM_RHOST, "192.0.2.77");
    (void)pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA");
    before = anonymous_kib();

    module = dlopen(argv[1], RTLD_NOW);
    if (!module)
        return 2;
    call(module, pamh, "pam_sm_authenticate", "/mark/auth", failure);
    call(module, pamh, "pam_sm_acct_mgmt", "/mark/account", login);
    call(module, pamh, "pam_sm_open_session", "/mark/open", session);
    call(module, pamh, "pam_sm_close_session", "/mark/close", session);
    call(module, pamh, "pam_sm_setcred", "/mark/setcred", login);
    call(module, pamh, "pam_sm_chauthtok", "/mark/chauthtok", login);

    printf("mapped %ld\n", sum_kib("/proc/self/smaps", "Rss:", argv[1]));
    printf("anonymous %ld\n", anonymous_kib() - before);
    return pam_end(pamh, PAM_SUCCESS) != PAM_SUCCESS;
}

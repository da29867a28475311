/*
 * Runs a fuzz target over the files of directories, so that it is an ordinary test as well:
 *
 *     fuzz_<name> FILE|DIRECTORY…
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fuzz.h"

static size_t count;

/* In memory of exactly the file's size, so that sanitizers see every byte read beyond it. */
static void run_file(const char *path)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    PM_AUTO_FREE uint8_t *bytes = NULL;
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0)
        err(2, "%s", path);
    bytes = malloc(size > 0 ? (size_t)size : 1);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        errx(2, "%s: cannot be read", path);
    if (getenv("FUZZ_VERBOSE"))
        (void)fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
    count++;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_path(const char *path)
{
    struct dirent **entries;
    int i, n = scandir(path, &entries, is_visible, alphasort);

    if (n < 0 && errno == ENOTDIR) {
        run_file(path);
        return;
    }
    if (n < 0)
        err(2, "%s", path);
    for (i = 0; i < n; i++) {
        PM_AUTO_FREE char *file = NULL;

        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
            errx(2, "out of memory");
        run_file(file);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++)
        run_path(argv[i]);
    if (count == 0)
        errx(2, "usage: %s FILE|DIRECTORY…", argv[0]);
    (void)printf("%zu inputs\n", count);
    return 0;
}

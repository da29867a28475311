/*
 * What fuzz targets share. A target is one function that takes any bytes, hands them to a parser,
 * and requires of the outcome what must hold whatever the bytes were.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The target. Returns 0. Source: https://llvm.org/docs/LibFuzzer.html */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A property that must hold; ends the program if it does not, whatever NDEBUG says. */
#define FUZZ_REQUIRE(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* What is left of the input of one run. */
struct fuzz_input {
    const char *at;
    size_t left;
};

struct fuzz_input fuzz_input(const uint8_t *data, size_t size);

/**
 * Take the bytes up to the next newline, or all that is left.
 *
 * Returns a copy with a NUL behind it, in memory of exactly that size, which the caller frees; it
 * may hold other NULs.
 */
char *fuzz_line(struct fuzz_input *input, size_t *ret_len);

/** Likewise all that is left. */
char *fuzz_rest(struct fuzz_input *input, size_t *ret_len);

/** Does the text occur among the bytes? */
bool fuzz_holds(const char *bytes, size_t len, const char *text);

/** No control character, hence one line that cannot steer a terminal. */
void fuzz_require_one_line(const char *text);

/** A file of this program's own with these bytes, readable by its owner only. Returns its path. */
const char *fuzz_file(const char *bytes, size_t len);

#endif

#ifndef TESTS_CONFORMANCE_H
#define TESTS_CONFORMANCE_H

#include "buf.h"

#include <jansson.h>

/* The cases in $CRAWL_SHARED/conformance (else ../shared/conformance), which
 * are not part of the project: where they are absent a test skips and says so. */

/* The array "cases" of a file there. NULL, after saying so, if it is absent;
 * else the caller gives it back with json_decref(). */
json_t *conformance_cases(const char *file);

/* A string of a case; "" where it is null or absent. */
const char *conformance_string(const json_t *c, const char *key);

/* The bytes of a string in base64, in a block of exactly their size, so that a
 * sanitizer sees a read beyond it; the caller frees data. */
struct slice conformance_bytes(const json_t *c, const char *key);

/* What passed; of `name`, printed by conformance_end(). */
struct conformance_count {
    const char *name;
    unsigned passed, failed;
};

/* Counts, and names the case if it failed, with what came instead of what was expected. */
void conformance_check(struct conformance_count *count, const json_t *c, const char *got, const char *expected);

/* Prints the count. False if something failed. */
bool conformance_end(const struct conformance_count *count);

#endif

#ifndef CRAWL_NEAREST_H
#define CRAWL_NEAREST_H

#include <stddef.h>

/* "Did you mean": the name among names[] that `word` was probably meant to be, by edit distance (a swap of two
 * neighbours counts once), or NULL if none is near enough to be worth saying. Pure. */
const char *nearest_name(const char *word, const char *const *names, size_t count);

#endif

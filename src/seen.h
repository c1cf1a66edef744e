#ifndef CRAWL_SEEN_H
#define CRAWL_SEEN_H

#include <stddef.h>
#include <stdint.h>

/* Which URLs are known: 64-bit hash -> row id. 16 bytes an entry and at most a quarter more
 * for room to grow; nothing else in the program grows with the crawl. Not for several threads at once: the frontier's
 * lock guards it.
 */
struct seen;

struct seen *seen_new(void); /* never NULL */
void seen_free(struct seen *seen);

/* The id under `hash`, or 0. */
int64_t seen_find(const struct seen *seen, uint64_t hash);

/* Puts id (not 0) under `hash` unless one is there. Returns the one that is there now: `id` if it was new. */
int64_t seen_add(struct seen *seen, uint64_t hash, int64_t id);

/* Asks the processor for the memory that a seen_find() of `hash` will need: for batches. */
void seen_prefetch(const struct seen *seen, uint64_t hash);

size_t seen_count(const struct seen *seen);

#endif

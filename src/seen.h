#ifndef CRAWL_SEEN_H
#define CRAWL_SEEN_H

#include <stddef.h>
#include <stdint.h>

/* Which URLs are known: 64-bit hash -> id. 12 bytes an entry and at most a third more for room to grow; nothing
 * else in the program grows with the crawl. It grows in small parts, so that no call takes long. Not for several
 * threads at once: the frontier's lock guards it.
 *
 * The hashes must be evenly spread over all 64 bits.
 */
struct seen;

#define SEEN_ID_MAX (((int64_t)1 << 40) - 1)

struct seen *seen_new(void); /* never NULL */
void seen_free(struct seen *seen);

/* The id under `hash`, or 0. */
int64_t seen_find(const struct seen *seen, uint64_t hash);

/* Puts id (1 to SEEN_ID_MAX) under `hash` unless one is there. Returns the one that is there now: `id` if it was new.
 */
int64_t seen_add(struct seen *seen, uint64_t hash, int64_t id);

/* Puts id (likewise) under `hash`, in place of the one that is there, if any. */
void seen_set(struct seen *seen, uint64_t hash, int64_t id);

/* Asks the processor for the memory that a seen_find() of `hash` will need: for batches. */
void seen_prefetch(const struct seen *seen, uint64_t hash);

size_t seen_count(const struct seen *seen);

#endif

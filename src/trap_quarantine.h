#ifndef CRAWL_TRAP_QUARANTINE_H
#define CRAWL_TRAP_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

/* A set of 64-bit keys, each with words that say why it is there. Keys are only ever added, at most 1,024 of them.
 *
 * Threads: any. Looking needs no lock, and while the set is empty hardly anything at all.
 */
struct quarantine;

struct quarantine *quarantine_new(void);
void quarantine_free(struct quarantine *q);

/* False: the key is there already, or there is no room. `why` is copied. */
bool quarantine_add(struct quarantine *q, uint64_t key, const char *why);

bool quarantine_is_empty(const struct quarantine *q);

/* The words of a key, valid as long as the set; NULL: it is not there. */
const char *quarantine_find(const struct quarantine *q, uint64_t key);

#endif

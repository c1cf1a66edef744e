#ifndef CRAWL_TESTS_STORE_MEMORY_H
#define CRAWL_TESTS_STORE_MEMORY_H

#include "store.h"

/* A second store, in memory: what store.h promises and nothing else. What was written stays in a struct memory_rows, so
 * that a closed store can be opened again. Not for several threads at once.
 */
struct memory_rows;

struct memory_rows *memory_rows_new(void);
void memory_rows_free(struct memory_rows *rows);

/* The rows must outlive the store. Never NULL. */
struct store *store_memory_open(struct memory_rows *rows);

/* From now on store_write() fails after this many more calls; -1: never. */
void memory_rows_fail_after(struct memory_rows *rows, int calls);

/* What became of a URL: PAGE_PENDING if it has no page (yet). */
enum page_outcome memory_rows_outcome(const struct memory_rows *rows, const char *url);

#endif

#ifndef CRAWL_MEM_H
#define CRAWL_MEM_H

#include <stddef.h>

/* Memory for small things. No call here returns NULL: when the machine has
 * nothing left the program says so once and ends with exit status 1, for the
 * database is sound at any instant and the same command goes on. Large things
 * are bodies, and those are bounded by `struct budget`. Libraries that would
 * make of a lack of memory a result (a page cut short, a failed request) are
 * given these functions for their own; so nothing untrue is recorded. SQLite
 * keeps its own: it undoes what it began, and says so.
 *
 * Threads: any.
 */

/* Once, before any thread: large blocks, which bodies are, go back to the system as soon as they are freed, and small
 * ones stay. Left to itself glibc soon takes bodies from the heap too, which then stays as large and as full of holes
 * as it ever was; so memory in use would not be bounded by the budget. Does nothing with other libraries. */
void mem_tune(void);

/* Gives unused memory back to the system. What one thread allocates and another frees, some at once and some after an
 * hour, leaves holes: without this a crawl of a million pages grows by half, though it holds no more. Any thread; takes
 * milliseconds. */
void mem_trim(void);

/* Says that there is no memory left for `size` bytes, and ends the program: for who asked elsewhere. */
_Noreturn void mem_exhausted(size_t size);

/* `size` bytes, not set. */
void *mem_alloc(size_t size);

/* `size` bytes, all zero. */
void *mem_new(size_t size);

/* `count` things of `size` bytes, all zero; aborts when the product overflows. */
void *mem_array(size_t count, size_t size);

/* The block made `size` bytes long; `block` may be NULL. */
void *mem_resize(void *block, size_t size);

/* A copy of `size` bytes with a NUL behind them. */
char *mem_copy(const void *bytes, size_t size);

/* A copy of a string; NULL gives NULL. */
char *mem_string(const char *string);

#endif

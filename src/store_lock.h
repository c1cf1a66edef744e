#ifndef CRAWL_STORE_LOCK_H
#define CRAWL_STORE_LOCK_H

#include "err.h"

#include <stdbool.h>

/* One crawl at a time on a file: a lock on PATH-lock, held by the kernel, so it ends with the process however that
 * ends. Not on the database itself: closing it here would drop SQLite's own locks (POSIX locks are by process).
 *
 * Threads: one at a time.
 */
struct store_lock;

/* Takes the lock for `path`. NULL with the reason in *err; *in_use tells whether another crawl has it (then the words
 * name its pid and since when). */
struct store_lock *store_lock_take(const char *path, bool *in_use, struct err *err);

/* Removes the lock file and gives the lock up. NULL is fine. */
void store_lock_release(struct store_lock *lock);

#endif

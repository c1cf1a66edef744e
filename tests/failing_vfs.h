#ifndef CRAWL_TESTS_FAILING_VFS_H
#define CRAWL_TESTS_FAILING_VFS_H

#include <stdbool.h>

/* The system under SQLite, made to fail: a VFS over the usual one, which becomes the default. Threads: any, but
 * for this call. */
void failing_vfs_install(void);

/* After `calls` more writes, truncations, syncs and creations the next fails with the SQLite code given (and all after
 * it too, with `for_good`). -1: none fails. */
void failing_vfs_fail_after(int calls, int code, bool for_good);

/* How many calls have failed since. */
int failing_vfs_failed(void);

#endif

#ifndef CRAWL_FRESH_H
#define CRAWL_FRESH_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>

/* --fresh: what is at `path` becomes path.~N~, with the least N that is free (GNU's numbered backups), so that a crawl
 * begins anew; the new name is added to *kept, nothing if there was no file. Whenever this is cut short, the old
 * database is whole under one of the names. False: it could not be kept. The caller holds the store_lock of `path`. */
bool fresh_keep_old(const char *path, struct buf *kept, struct err *err);

/* Undoes fresh_keep_old(): what was begun at `path` goes, and the old database is there again, no longer at `kept`.
 * False: it could not be moved; it is whole as `kept` then. The caller still holds the lock, and has closed the file.
 */
bool fresh_put_back(const char *path, const char *kept, struct err *err);

#endif

#ifndef CRAWL_FRESH_H
#define CRAWL_FRESH_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>

/* --fresh: what is at `path` becomes path.~N~, with the least N that is free (GNU's numbered backups), so that a crawl
 * begins anew; the new name is added to *kept, nothing if there was no file. Whenever this is cut short, the old
 * database is whole under one of the names. False: it is in use by a crawl (*in_use), or could not be kept. */
bool fresh_keep_old(const char *path, struct buf *kept, bool *in_use, struct err *err);

#endif

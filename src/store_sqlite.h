#ifndef CRAWL_STORE_SQLITE_H
#define CRAWL_STORE_SQLITE_H

#include "store.h"

/* The store in one SQLite file; see store.h. Opens `path` as store_open() says. */
struct store *store_sqlite_open(const char *path, const struct store_options *options, enum store_failure *why,
                                struct err *err);

#endif

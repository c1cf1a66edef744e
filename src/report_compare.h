#ifndef CRAWL_REPORT_COMPARE_H
#define CRAWL_REPORT_COMPARE_H

#include "buf.h"
#include "err.h"
#include "reader.h"

#include <stdbool.h>

/* What has changed since an older crawl: pages that are new, gone, newly broken, mended, or have another title. Both
 * databases are read once, in the order of their URLs.
 *
 * Appends a section of a report, of up to 60 rows a kind of change and about `bytes`. URLs of `origin` are shown
 * without it. False with the reason: one of the two cannot be read. */
bool report_compare_add(struct buf *out, struct reader *reader, struct reader *older, struct slice origin, size_t bytes,
                        struct err *err);

#endif

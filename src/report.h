#ifndef CRAWL_REPORT_H
#define CRAWL_REPORT_H

#include "buf.h"
#include "err.h"
#include "reader.h"

#include <stdbool.h>
#include <stdint.h>

#define REPORT_BYTES_MOST 300000

/* What a crawl has found, as one HTML file that needs nothing else, asks nobody for anything, and in which text of
 * strangers does nothing: styles and script are constants whose hashes its Content-Security-Policy names.
 *
 * Appends it, less than REPORT_BYTES_MOST. `older`, the database of an earlier crawl, adds what has changed since;
 * NULL: nothing is compared. `made_ms` is when (wall clock). False with the reason: the database cannot be read. */
bool report_add(struct buf *out, struct reader *reader, struct reader *older, int64_t made_ms, struct err *err);

#endif

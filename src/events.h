#ifndef CRAWL_EVENTS_H
#define CRAWL_EVENTS_H

#include "err.h"
#include "page.h"

#include <stdbool.h>
#include <stddef.h>

/* --events: a line of JSON for each page as it is recorded, for programs that read along.
 *
 * A line is an object; its "type" says what it is of: "page", "sitemap", "robots", "external", "skipped" (a URL that
 * waited and was not fetched after all), and last "summary". Text of strangers is valid UTF-8 and escaped.
 *
 * A slow reader slows the crawl down; one that went away ends the events, not the crawl.
 *
 * Threads: open and close by one; add by one at a time.
 */
struct events;

/* Appends to the file `path`; "-" is standard output. NULL with a reason. */
struct events *events_open(const char *path, struct err *err);

/* Lines for these pages, in one write; those of kinds that are no page have none. `e` may be NULL. */
void events_add(struct events *e, struct page *const *pages, size_t count);

/* The last line: `json` is an object with at least one member. `e` may be NULL. */
void events_add_summary(struct events *e, const char *json);

/* False if something could not be written, but for a reader that went away. NULL is fine: true. */
bool events_close(struct events *e);

/* The line of one page, with newline; nothing for kinds that have none. */
void events_add_line(struct buf *out, const struct page *page);

#endif

#ifndef CRAWL_TESTS_MADE_PAGE_H
#define CRAWL_TESTS_MADE_PAGE_H

#include "page.h"

/* Pages as they come to the writer, made by hand: ids and tickets as the frontier would give them are the caller's. */

/* A document that was answered with `status` (0: PAGE_TIMEOUT), as text/html when 200. */
struct page *made_page(int64_t id, const char *url, int status);

/* PAGE_SEEDS, PAGE_REFILL ...: without a row. */
struct page *made_other(enum page_kind kind);

/* The title, copied into the pool; before it, all links must have been added. */
void made_title(struct page *page, const char *title);

/* A link to a URL that is new and waits on host `host_id` (0: it is skipped as off_scope), at depth 1. The origin
 * ends at the third '/'. A first URL of a host brings the host: set host_is_new. Valid until the next. */
struct page_link *made_link(struct page *page, int64_t id, const char *url, int64_t host_id);

/* The same, to a URL that is known already. */
struct page_link *made_known_link(struct page *page, int64_t id, const char *url);

#endif

#ifndef CRAWL_NOTICES_H
#define CRAWL_NOTICES_H

#include "page.h"
#include "robots.h"

/* What a user should hear while it happens, though the crawl goes on: a host that asks for long rests, a robots.txt
 * that is read in part. Said for the first hosts one by one, then once that there are more. Threads: any. */

#define NOTICES_MAX 20 /* hosts named */

/* A robots.txt has come: `rules` is what `page` says. `cap_ms`: the longest Crawl-delay that is obeyed. */
void notices_robots(const struct page *page, const struct robots *rules, int64_t cap_ms);

#endif

#ifndef CRAWL_NOTICES_H
#define CRAWL_NOTICES_H

#include "page.h"
#include "robots.h"
#include "scope.h"

/* What a user should hear while it happens, though the crawl goes on: a host that asks for long rests, a robots.txt
 * that is read in part. Said for the first hosts one by one, then once that there are more. Threads: any. */

#define NOTICES_MAX 20 /* hosts named */

/* A robots.txt has come: `rules` is what `page` says. `cap_ms`: the longest Crawl-delay that is obeyed. */
void notices_robots(const struct page *page, const struct robots *rules, int64_t cap_ms);

/* The links of `page` have been judged. The first time that a pattern's limit was hit, so that it could not be known
 * whether it matches: that is said. */
void notices_patterns(const struct page *page, const struct scope *scope);

#endif

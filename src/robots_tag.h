#ifndef CRAWL_ROBOTS_TAG_H
#define CRAWL_ROBOTS_TAG_H

#include "buf.h"

/* What a page says to robots, in X-Robots-Tag headers joined by commas: "noindex,
 * nofollow", "none", "crawl: nofollow". A rule behind "name:" counts for
 * that product token only; names of others are passed over up to the next name.
 * Gives enum html_robots, or-ed. Pure. */
unsigned robots_tag_read(struct slice header, const char *product_token);

#endif

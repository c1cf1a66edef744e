#ifndef CRAWL_ROBOTS_TAG_H
#define CRAWL_ROBOTS_TAG_H

#include "buf.h"

/* What a page says to robots, in X-Robots-Tag fields, one a line: "noindex, nofollow", "none", "crawl: nofollow". What
 * stands behind "name:" counts for that product token only, up to the next name or the end of the field: the next field
 * is for all again. Gives enum html_robots, or-ed. Pure. */
unsigned robots_tag_read(struct slice header, const char *product_token);

#endif

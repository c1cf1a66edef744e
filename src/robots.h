#ifndef CRAWL_ROBOTS_H
#define CRAWL_ROBOTS_H

#include "buf.h"

#include <stdint.h>

/* robots.txt by RFC 9309. Pure. Threads: a parsed struct robots is constant, and
 * may be read by any number of threads.
 */
struct robots;

#define ROBOTS_BODY_LIMIT (512u * 1024) /* bytes parsed; RFC 9309, 2.5 wants at least 500 KiB */

/* The rules of `body` (any bytes; BOM, CR, LF and CRLF taken) for one product
 * token, such as "crawl". All groups that name it are one; without one the groups
 * for "*" are. Only the first ROBOTS_BODY_LIMIT bytes count; a line cut there is dropped. Never NULL. */
struct robots *robots_parse(struct slice body, const char *product_token);

void robots_free(struct robots *robots);

/* What it takes, in bytes; of NULL: 0. */
size_t robots_memory(const struct robots *robots);

/* Why a URL is allowed or refused. */
struct robots_verdict {
    bool allowed;
    unsigned line;     /* of the rule in the file, from 1; 0: no rule matched, so allowed */
    struct slice rule; /* that line's text, "Disallow: /x"; inside the struct robots */
};

/* May `target` (path and query, as url_target() gives it) be fetched? The longest match
 * decides, Allow on a tie; %xx and raw bytes compare as RFC 9309, 2.2.2 says. Linear in
 * pattern and target whatever the stars. "/robots.txt" is always allowed. */
struct robots_verdict robots_check(const struct robots *robots, struct slice target);

/* Crawl-delay of the group in milliseconds, or -1. Unusable values count as none. */
int64_t robots_delay_ms(const struct robots *robots);

/* Sitemap lines of the whole file, in order, no repeats, as written (trimmed); valid while `robots` is. */
size_t robots_sitemap_count(const struct robots *robots);
struct slice robots_sitemap(const struct robots *robots, size_t index);

/* How many bytes of the body were left out for being beyond the limit. */
size_t robots_bytes_left_out(const struct robots *robots);

#endif

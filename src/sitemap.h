#ifndef CRAWL_SITEMAP_H
#define CRAWL_SITEMAP_H

#include "buf.h"

#include <stdint.h>

/* Sitemaps: urlset, index, text list, RSS, Atom (sitemaps.org), from any bytes. Entity expansion is off, nothing
 * is ever loaded. Pure. Threads: any.
 */

enum sitemap_kind { SITEMAP_NONE, SITEMAP_URLSET, SITEMAP_INDEX, SITEMAP_TEXT, SITEMAP_RSS, SITEMAP_ATOM };

/* "none", "urlset", "index", "text", "rss", "atom". */
const char *sitemap_kind_name(enum sitemap_kind kind);

struct sitemap_limits {
    size_t unpacked_bytes; /* of a gzip body; beyond it reading stops */
    size_t urls;           /* most URLs told; sitemaps.org has 50,000 */
};

/* Told for each entry in order: the URL as written (trimmed, references decoded), and its lastmod in
 * milliseconds since 1970 UTC, or -1. False stops the reading. */
typedef bool sitemap_tell(void *arg, struct slice loc, int64_t lastmod_ms);

/* Reads a sitemap. `charset_label` is the charset of its Content-Type, empty for none; the type itself says nothing
 * that the bytes do not say better. gzip is seen by its magic bytes, nested twice at most. Streams: memory does not
 * grow with the size. What stands before an error counts. `truncated` (may be NULL) tells whether a limit or an error
 * ended it early. */
enum sitemap_kind sitemap_read(struct slice body, struct slice charset_label, const struct sitemap_limits *limits,
                               sitemap_tell *tell, void *arg, bool *truncated);

#endif

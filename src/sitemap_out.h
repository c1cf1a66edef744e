#ifndef CRAWL_SITEMAP_OUT_H
#define CRAWL_SITEMAP_OUT_H

#include "buf.h"

#include <stdint.h>

/* How the entries of a sitemap are told, whatever its form. Pure. One thread at a time. */

/* Whom the entries are told, and how many more. */
struct sitemap_out {
    bool (*tell)(void *arg, struct slice loc, int64_t lastmod_ms); /* false: no more */
    void *arg;
    size_t urls_left;
    struct buf text; /* the URL being told */
    bool over;       /* the listener or the limit ended it: nothing more is told */
};

/* Tells one entry, made valid UTF-8. */
void sitemap_tell_entry(struct sitemap_out *out, struct slice loc, int64_t lastmod_ms);

/* Without the white space round it; that of Unicode, too, for no-break spaces round URLs are common. */
struct slice sitemap_trimmed(struct slice text);

#endif

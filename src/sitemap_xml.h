#ifndef CRAWL_SITEMAP_XML_H
#define CRAWL_SITEMAP_XML_H

#include "sitemap_out.h"

/* The sitemaps that are XML: urlset, index, RSS, Atom. Pure. One thread at a time. */

/* What the root element says it is. */
enum sitemap_root {
    SITEMAP_ROOT_NONE, /* none of these, or there is none */
    SITEMAP_ROOT_URLSET,
    SITEMAP_ROOT_INDEX,
    SITEMAP_ROOT_RSS, /* 2.0 and its elders, and 1.0, which is RDF */
    SITEMAP_ROOT_ATOM
};

struct sitemap_xml;

/* Reads into *out, which must outlive it. Never NULL; ends with sitemap_xml_free().
 *
 * An element is one of the sitemap's if it has the namespace of the root, the root's default one, none, or
 * that of any version of the protocol; so image:loc is none, and neither a prefix nor a wrong version matters.
 * Where tags do not match, the innermost open element with that name ends, and the URL that was open within it is
 * dropped, for it may be half of one. */
struct sitemap_xml *sitemap_xml_new(struct sitemap_out *out);

void sitemap_xml_feed(struct sitemap_xml *x, struct slice bytes);

/* The document is over: tells the entry still open, if its URL is whole. Sets *broken if the end was missing. */
enum sitemap_root sitemap_xml_finish(struct sitemap_xml *x, bool *broken);

void sitemap_xml_free(struct sitemap_xml *x);

#endif

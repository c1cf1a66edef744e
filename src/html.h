#ifndef CRAWL_HTML_H
#define CRAWL_HTML_H

#include "html_facts.h"

/* What a page says: title, links and a few facts about it, as a browser with
 * scripts off would see them (WHATWG HTML). `token` condenses the page to a
 * short one, libxml2's SAX parser reads that; no tree is ever built.
 *
 * Threads: a struct html belongs to one thread; it is reused from page to page
 * and holds memory of its own between them.
 */

struct html;
struct echo;

/* Never NULL. `robots_name` is the product token for <meta name=TOKEN>, such as
 * "crawl"; it must outlive the struct. */
struct html *html_new(const struct html_limits *limits, const char *robots_name);
void html_free(struct html *html);

/* From the next page on text_hash and the like are filled in, as with html_limits.text_hashes, or not. */
void html_set_text(struct html *html, bool hashes);

/* From the next page on text_echo_hash is filled in, too, where text_hashes is set: these words are left out, which
 * must live as long as they are set. NULL: no more. */
void html_set_echo(struct html *html, const struct echo *echo);

/* Reads a page: valid UTF-8, as charset_decode() gives it, of any length. Always
 * gives a result, in time linear in the size, for there is no page a browser would refuse. With
 * `xml` (application/xhtml+xml, other XML) it is read as XML: elements in the XHTML namespace
 * count, up to the first error. The facts belong to `html`. */
const struct html_facts *html_read(struct html *html, struct slice page, bool xml);

/* The facts are done with: gives back what a page of uncommon size needed. */
void html_forget(struct html *html);

#endif

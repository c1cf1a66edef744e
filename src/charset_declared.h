#ifndef CRAWL_CHARSET_DECLARED_H
#define CRAWL_CHARSET_DECLARED_H

#include "charset.h"

/* What a page says of its own encoding, in its bytes, before they are decoded.
 * For charset_of_page(). All give NULL where nothing usable is said. UTF-16
 * means UTF-8 here and, in a meta, x-user-defined windows-1252, as the HTML
 * standard has it. Threads: any.
 */

/* The first meta element of the page that an HTML parser would see (not in a
 * comment, a script, a title ...) and that names an encoding: for which the
 * standard has the parser start afresh, however late it comes. */
const struct charset *charset_by_meta(struct slice page);

/* "Prescan a byte stream to determine its encoding" without its last resort, the
 * XML declaration. Unlike a parser it sees metas in scripts and titles too.
 * `start` is what is to be looked at, at most 1,024 bytes. */
const struct charset *charset_by_prescan(struct slice start);

/* "Get an XML encoding", and UTF-16 where "<?x" stands in UTF-16. */
const struct charset *charset_by_xml(struct slice start);

#endif

#ifndef CRAWL_TOKEN_H
#define CRAWL_TOKEN_H

#include "token_wants.h"

/* Condenses an HTML page to a short one: passes once over its bytes, by the
 * tokenization and tree construction rules of the HTML standard with scripting off
 * (WHATWG HTML, 13.2), and writes down what matters, in the order found, as XML that
 * is well-formed by construction and the same to every XML parser:
 *
 *   <page>
 *     <html lang=""/>
 *     <title>text</title>        of an HTML title element. If there are several, the last one
 *                                written is the first in tree order (foster parenting)
 *     <base href=""/>            the same holds for base
 *     <meta .../> <link .../> <area href="" rel=""/> <frame src=""/> <img src="" srcset=""/> ...
 *     <a href="" rel="" hreflang="">text and alt texts of images inside</a>
 *     <heading/> <heading-end/>  text between them is the first h1's with text
 *     <body/>                    a body begins
 *     <frameset/>                ... and is thrown away: what came since <body/> does not count
 *     <long/>                    an element left out because its URL is longer than asked for
 *   </page>
 *
 * Elements that do not count (in templates, SVG, raw text, ignored by the parser) are
 * not there. Values and text are escaped as token_write.h says. Time is linear
 * in the page, memory bounded by the limits and by the depth, which is cut off at
 * 262,144. Threads: one at a time.
 */

struct token;

struct token *token_new(void);
void token_free(struct token *t);

/* Reads `page`, which is valid UTF-8, and gives the short page to flush() in pieces
 * of about 64 KB, each ending behind an element or within text; the last one has `last`
 * set. *hashes is set if wanted. */
void token_read(struct token *t, struct slice page, const struct token_wants *wants,
                void (*flush)(void *context, struct slice piece, bool last), void *context, struct token_text *hashes);

#endif

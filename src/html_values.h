#ifndef CRAWL_HTML_VALUES_H
#define CRAWL_HTML_VALUES_H

#include "buf.h"

/* What the values of certain attributes say. Pure. Threads: any. */

/* The next token of a list separated by ASCII white space, or by commas too. False: there is none. */
bool html_value_token(struct slice *rest, bool commas, struct slice *token);

/* rel of a link: enum html_rel, or-ed; content of meta robots: enum html_robots, or-ed. */
unsigned html_value_rel(struct slice rel);
unsigned html_value_robots(struct slice content);

/* Which kinds of link (bit 1 << enum html_link_kind) a link element's rel says. */
unsigned html_value_link_kinds(struct slice rel);

/* The shared declarative refresh steps (WHATWG HTML, 4.2.5.3) for a meta's content or a Refresh
 * header. False: it is no refresh. *url is empty when it names none. */
bool html_value_refresh(struct slice content, int *seconds, struct slice *url);

/* The next URL of a srcset (WHATWG HTML, 4.8.4.3.10). False: there is none. */
bool html_value_srcset(struct slice *rest, struct slice *url);

/* What is left without ASCII white space at the ends. */
struct slice html_value_trim(struct slice value);

#endif

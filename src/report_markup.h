#ifndef CRAWL_REPORT_MARKUP_H
#define CRAWL_REPORT_MARKUP_H

#include "buf.h"

/* Text of strangers as HTML that does nothing. All append. Pure. */

/* The text, valid, escaped, controls and bidirectional controls made visible; cut in its middle to about `most`
 * characters, 0: whole. Fit for element content and for attributes in double quotes. */
void markup_add_text(struct buf *out, struct slice text, size_t most);

/* A link to `url` if that is http or https, which a browser shows as `shown` (cut); else only the text. No referrer. */
void markup_add_link(struct buf *out, struct slice url, struct slice shown);

/* The same, shown without `origin` ("https://example.org") if it begins so and a path follows. */
void markup_add_url(struct buf *out, struct slice url, struct slice origin);

/* The length of the origin that `url` begins with: up to the slash of its path. 0: it is not http(s). */
size_t markup_origin_size(struct slice url);

/* "12 431", with blanks that do not break the line. */
void markup_add_number(struct buf *out, long long number);

#endif

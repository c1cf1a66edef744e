#ifndef CRAWL_DOMAIN_PUNYCODE_H
#define CRAWL_DOMAIN_PUNYCODE_H

#include "buf.h"

#include <stdint.h>

/* Punycode, RFC 3492, without the "xn--" in front. Time is quadratic in the
 * length of the label: callers bound it. Pure. Threads: any. */

/* Appends the encoding of points[0, count). False when the limit of `out` cut it. */
bool punycode_encode(struct buf *out, const uint32_t *points, size_t count);

/* Decodes lower-case `in` into points[], which has room for in.size of them.
 * False: it is no Punycode. */
bool punycode_decode(struct slice in, uint32_t *points, size_t *count);

#endif

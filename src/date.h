#ifndef CRAWL_DATE_H
#define CRAWL_DATE_H

#include "buf.h"

#include <stdint.h>

/* Dates as sitemaps and feeds have them. Pure. Threads: any. */

/* Milliseconds since 1970 UTC, or -1 for what is no date since then. Takes the forms of the W3C ("2005", "2005-01",
 * "2005-01-31", "2005-01-31T10:00:00.5+02:00"; a blank for the T, and a zone without colon, too) and of mail
 * (RFC 5322 and its elders: "Mon, 31 Jan 2005 10:00 +0200", "31 Jan 05 10:00:00 EST"). Without a zone it is UTC.
 * White space round it does not count. */
int64_t date_parse_ms(struct slice text);

#endif

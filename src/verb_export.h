#ifndef CRAWL_VERB_EXPORT_H
#define CRAWL_VERB_EXPORT_H

#include "verb.h"

/* The formats of crawl export that are more than rows. Each writes and closes what -o names, and gives the exit
 * status. */

/* sitemaps.org: pages that are good, indexable and their own canonical. Beyond 50,000 of them, or 50 MB, an index at
 * -o and its parts beside it. */
int export_sitemap(const struct options *options, struct reader *reader);

/* Graphviz: recorded pages and the links among them. */
int export_dot(const struct options *options, struct reader *reader);

/* JUnit: what --fail-on names, of this command or else of the last run, as test cases. */
int export_junit(const struct options *options, struct reader *reader);

#endif

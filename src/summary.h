#ifndef CRAWL_SUMMARY_H
#define CRAWL_SUMMARY_H

#include "options.h"
#include "store.h"
#include "tally.h"

/* What a run has come to, in words for people and as JSON for programs. */
struct summary {
    const struct options *options;
    struct tally_counts counts;
    struct store_totals totals;
    enum store_outcome outcome;
    double seconds;
};

/* To standard error, unless --quiet. */
void summary_print(const struct summary *summary);

/* One JSON object, without a newline: the record of the run, and --json. */
void summary_add_json(const struct summary *summary, struct buf *out);

/* The -v line of a page. */
void summary_log_page(const struct page *page);

/* "crawl 0.1.0, libcurl/7.88.1 ..., libxml2/2.9.14, SQLite/3.40.1, PCRE2/10.42": what runs, not what it was compiled
 * with. */
const char *summary_versions(void);

/* For -V: the same over several lines, with what the libraries can do. */
void summary_add_versions(struct buf *out);

#endif

#ifndef CRAWL_TALLY_H
#define CRAWL_TALLY_H

#include "page.h"

#include <stddef.h>
#include <stdint.h>

/* What this run has recorded so far, in numbers: for the display, the limits, the
 * summary and the exit status.
 *
 * Threads: the writer adds, any other reads copies; one small lock inside.
 */
struct tally;

struct tally_counts {
    int64_t pages; /* documents recorded, whatever became of them */
    int64_t outcomes[PAGE_OUTCOME_COUNT];
    int64_t skips[SKIP_REASON_COUNT]; /* URLs recorded as skipped in this run */
    int64_t status_class[6];          /* [2]: answers 200 to 299 ...; [0]: no answer */
    int64_t titles, titles_missing;   /* of pages that are HTML and ok */
    int64_t links;                    /* found on pages, repeats on a page left out */
    int64_t links_left_out;
    int64_t sitemaps, robots_files, externals;
    int64_t tries;                  /* requests for documents */
    int64_t wire_bytes, body_bytes; /* everything that was fetched */
    int64_t seeds, seeds_answered;  /* seeds recorded; of these with an HTTP answer that is no error */
    int64_t slowest_ms;
    char slowest_url[300];
    char last_url[300]; /* the page recorded last; raw, not fit for a terminal yet */
    int last_status;
    int32_t last_ms;
};

struct tally *tally_new(void);
void tally_free(struct tally *t);
void tally_add(struct tally *t, struct page *const *pages, size_t count);
void tally_read(struct tally *t, struct tally_counts *counts);

#endif

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

/* A page to be named. Raw text, not fit for a terminal yet, and cut to fit. */
struct tally_page {
    char url[300];
    int status;
    enum page_outcome outcome;
    enum page_skip skip;
    uint32_t skip_line; /* of robots.txt; 0: none */
    char error[160];
    int32_t total_ms;
};

struct tally_counts {
    int64_t pages; /* documents recorded, whatever became of them */
    int64_t outcomes[PAGE_OUTCOME_COUNT];
    int64_t skips[SKIP_REASON_COUNT]; /* URLs recorded as skipped in this run */
    int64_t
        answers[6]; /* [2]: those with 200 to 299 ...; [0]: no whole answer: time-outs, DNS errors, cut bodies ... */
    /* Parts of outcomes[PAGE_HTTP_ERROR]: */
    int64_t not_found;              /* 404 and 410 */
    int64_t refused;                /* 401 and 403 */
    int64_t too_many;               /* 429 */
    int64_t server_errors;          /* 5xx */
    int64_t titles, titles_missing; /* of pages that are HTML and ok */
    int64_t links;                  /* found on pages, repeats on a page left out */
    int64_t links_left_out;
    int64_t sitemaps, robots_files, externals, probes;
    int64_t tries;                  /* requests for documents */
    int64_t wire_bytes, body_bytes; /* everything that was fetched */
    int64_t seeds, seeds_answered;  /* seeds recorded; of these with an HTTP answer that is no error */
    struct tally_page bad_seed;     /* the first that was not; url "": none */
    int64_t seeds_moved;            /* redirected out of scope, at once or in steps */
    char moved_seed[300];           /* the first of these, where it left; likewise */
    char moved_to[300];
    struct tally_page slowest; /* url "": none */
    struct tally_page last;    /* the page recorded last; likewise */
};

struct tally *tally_new(void);
void tally_free(struct tally *t);
void tally_add(struct tally *t, struct page *const *pages, size_t count);
void tally_read(struct tally *t, struct tally_counts *counts);

/* Pages for which there was no whole answer: time-outs, errors of DNS, TLS and the like, answers that cannot be used.
 */
int64_t tally_failures(const struct tally_counts *counts);

#endif

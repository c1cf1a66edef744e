#ifndef CRAWL_REPORT_DATA_H
#define CRAWL_REPORT_DATA_H

#include "err.h"
#include "held.h"
#include "reader.h"
#include "report_tree.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers of a report: one pass over all pages, which are only counted, so that memory grows with the number of
 * hosts and of parts of paths (up to a limit), not of pages. One thread. */

enum report_class { /* what a page came to, in the colours of the report */
                    REPORT_OK,
                    REPORT_OTHER_TYPE,
                    REPORT_REDIRECT,
                    REPORT_CLIENT_ERROR, /* 4xx */
                    REPORT_SERVER_ERROR, /* 5xx, and what means nothing */
                    REPORT_FAILED,       /* no usable answer */
                    REPORT_CLASS_COUNT
};

enum {
    REPORT_DEPTHS = 17,        /* the last: and more */
    REPORT_STEPS = 33,         /* of times, and of sizes: see report_time_step() */
    REPORT_MS_MOST = 120000,   /* longer times count as this one */
    REPORT_MOMENTS = 96,       /* of the timeline */
    REPORT_TITLE_STEPS = 21,   /* of five characters; the last: and more */
    REPORT_TYPES = 4096,       /* of the table `mime` */
    REPORT_RUNS = 64,          /* the last ones */
    REPORT_HOSTS_MOST = 20000, /* looked at one by one */
    REPORT_SLOW_MS = 1000      /* a page that took longer is slow */
};

struct report_host {
    int64_t id, pages, ok, broken, bytes;
    uint32_t times[REPORT_STEPS];
};

struct report_type {
    int id; /* in `mime` */
    int64_t pages, bytes;
};

struct report_run {
    int64_t id, begin_ms, end_ms; /* of what it recorded */
    int64_t offset_ms;            /* in the timeline, where runs follow each other without gaps */
};

struct report_data {
    int64_t pages, bytes, wire_bytes;
    int64_t classes[REPORT_CLASS_COUNT];
    int64_t deepest;
    int64_t depths[REPORT_DEPTHS][REPORT_CLASS_COUNT];
    int64_t timed; /* pages with a time */
    int64_t time_steps[REPORT_STEPS];
    uint32_t *times; /* pages by milliseconds: REPORT_MS_MOST + 1 of them */
    int64_t sized, size_steps[REPORT_STEPS];
    int64_t moments[REPORT_MOMENTS][2]; /* pages without and with an error */
    int64_t span_ms;                    /* of all runs together, from the first page to the last */
    int64_t took_ms;                    /* likewise, as the runs say themselves: for pages a second */
    struct report_run runs[REPORT_RUNS];
    size_t run_count;
    int64_t held_ms[HELD_COUNT]; /* how long each cause held the crawl back, of all runs */
    int64_t title_steps[REPORT_TITLE_STEPS];
    int64_t titled, untitled; /* pages of HTML that were fetched */
    struct report_type types[REPORT_TYPES];
    struct report_host *hosts; /* by pages, most first */
    size_t host_count;
    struct report_tree *tree;
    /* Counted by queries: */
    int64_t broken_links, broken_targets, duplicate_titles, duplicate_pages, redirect_chains, known, skipped, waiting;
    char *origin; /* of most pages: "https://example.org"; "" if there are none */
};

/* NULL with the reason. */
struct report_data *report_data_new(struct reader *reader, struct err *err);
void report_data_free(struct report_data *data); /* NULL is fine */

/* Which step of time_steps a time falls into: six a power of ten. And where a step begins. */
size_t report_time_step(int64_t ms);
int64_t report_step_ms(size_t step);

/* The same for sizes: the first is 0 and less than 1 kB, then each begins at twice the one before. */
size_t report_size_step(int64_t bytes);
int64_t report_step_bytes(size_t step);

/* The least time that `percent` of the pages did not exceed, in ms; -1: no page has a time. */
int64_t report_percentile(const struct report_data *data, double percent);

/* The same of a host, to the step's accuracy: where its step begins. */
int64_t report_host_percentile(const struct report_host *host, double percent);

#endif

#ifndef CRAWL_SUMMARY_H
#define CRAWL_SUMMARY_H

#include "held.h"
#include "options.h"
#include "store.h"
#include "tally.h"

/* What a run has come to, in words for people and as JSON for programs. All of it from numbers; main thread. */
struct summary {
    const struct options *options;
    struct tally_counts counts; /* of this run */
    struct store_totals totals; /* of the database */
    struct store_titles titles; /* likewise; of this run if they were not compared */
    int64_t soft_404s; /* pages of the database that answered 200, and say what is said of names that are not there */
    enum store_outcome outcome;
    const char *limit;       /* RUN_LIMIT: the option that set it, "--max-pages" */
    int64_t recorded_before; /* by earlier runs */
    int64_t elapsed_ms;
    int64_t held_ms[HELD_COUNT]; /* how long each cause held it back */
    int64_t database_bytes;      /* -1: not known yet */
    int64_t undecided;           /* times that a pattern's limit was hit: what it was asked about was skipped */
    int exit_status;
};

/* All of it to standard error, unless --quiet; what went wrong as a whole (no seed could be fetched, a site that
 * refuses nearly everything) with what one can do about it. */
void summary_print(const struct summary *summary);

/* The same without the words of advice, as lines of text of up to `columns` columns; the first is to have room for
 * "crawl: ". What an earlier run did stands apart from what this one did. */
void summary_add_text(const struct summary *summary, int columns, struct buf *out);

/* Two commands that are worth a try next, a line each. */
void summary_add_next(const struct summary *summary, struct buf *out);

/* True if no seed was answered, and nothing else was good. */
bool summary_found_nothing(const struct summary *summary);

/* What was wrong as a whole: an error (no seed could be fetched), or hints, each told by a call. */
void summary_hints(const struct summary *summary, void (*tell)(void *arg, bool is_error, const char *words), void *arg);

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

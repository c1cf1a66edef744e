#ifndef CRAWL_TEST_VERB_RUN_H
#define CRAWL_TEST_VERB_RUN_H

#include "buf.h"
#include "site.h"
#include "whole.h"

/* Runs the program itself, as a user does: `crawl VERB --config=none -d DATABASE ARGS...`. It is found in
 * $top_builddir. */
struct verb_run {
    int status;          /* exit status; 128 and more: ended by a signal */
    struct buf out, err; /* standard output and error, as they came */
};

/* "{site}" at the start of an argument stands for the site's root. `site` may be NULL. */
void verb_run(struct verb_run *run, const struct whole *whole, const struct site *site, const char *const *args);
void verb_run_free(struct verb_run *run);

/* The same with a terminal of so many columns as standard output. */
void verb_run_on_terminal(struct verb_run *run, const struct whole *whole, int columns, const char *const *args);

#define VERB_RUN(run, whole, site, ...) verb_run(run, whole, site, (const char *const[]){__VA_ARGS__, NULL})

/* The output with what differs from run to run replaced: the site's root by {site}, its port by PORT, times of day by
 * TIME, "12 ms" by "N ms", the database's folder by {folder}. Valid until the next call. */
const char *verb_run_plain(const struct buf *text, const struct whole *whole, const struct site *site);

#endif

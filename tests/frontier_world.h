#ifndef CRAWL_TESTS_FRONTIER_WORLD_H
#define CRAWL_TESTS_FRONTIER_WORLD_H

#include "frontier.h"

#include <pthread.h>

/* A world for tests of the frontier: hosts of pages that link to each other, with a store in memory and a writer that
 * commits in order of tickets, late. No network, no clock of its own. Threads: world_crawl() starts and joins them.
 */
struct world_row {
    char *url;
    int64_t found_on, host_id, same_as;
    uint16_t depth;
    uint8_t via, tries, redirects, skip;
    int64_t chain[PAGE_REDIRECTS_MAX];
    bool committed, done;
    int fetched; /* requests of it */
    enum page_outcome outcome;
};

struct world {
    struct frontier_limits limits;
    struct host_rules rules;
    int hosts;          /* http://h0.example ... */
    int pages;          /* of each host: /0 ... */
    int links;          /* of each page: to pages drawn by a number that depends on the page alone */
    int batch;          /* pages the writer commits at once at least, if so many are to come */
    const char *robots; /* text of every robots.txt; NULL: 404 */
    int robots_status;  /* 0: 200, or 404 without text */
    int fails_every;    /* every n-th request fails with 503 first; 0: none */
    int64_t stop_after; /* requests, then frontier_stop(); 0: never */
    bool abandon;
    bool lanes;    /* some pages wait for others to be learnt from (true) */
    int addresses; /* host K is at 10.0.0.(K % addresses); 0: at its own */

    struct frontier *frontier;
    pthread_mutex_t lock;   /* guards all below */
    struct world_row *rows; /* by id */
    int64_t row_count, row_room;
    struct host_state **host_rows; /* by id */
    int64_t host_count;
    int64_t requests, robots_requests, refills, states;
    int64_t last_ticket;
    int64_t most_window; /* most URLs seen waiting in the window */
    int at_once[256];    /* requests under way, by address; and the most there ever were at one */
    int most_at_once;
    int64_t turned_away;
};

/* An empty world with limits that fit tests: no rest between requests, window 1000, one taker. */
struct world *world_new(void);
void world_free(struct world *w);

/* Makes the frontier, tells it what the rows say (resume), offers page 0 of each host unless rows are there, crawls
 * with limits.takers threads to the end, and frees the frontier. */
void world_crawl(struct world *w);

/* Of committed rows: how many are done without a skip, are skipped for this reason, wait. */
int64_t world_done(const struct world *w);
int64_t world_skipped(const struct world *w, enum page_skip skip);
int64_t world_waiting(const struct world *w);
const struct world_row *world_row(const struct world *w, const char *url); /* NULL: none */

/* How many pages can be reached from page 0 of all hosts. */
int64_t world_reachable(const struct world *w);

#endif

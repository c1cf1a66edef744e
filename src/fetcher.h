#ifndef CRAWL_FETCHER_H
#define CRAWL_FETCHER_H

#include "frontier.h"
#include "http.h"
#include "queue.h"

/* A fetcher thread: takes pages from the frontier as their time comes, lets their
 * transfers run side by side, and hands what arrived to the parsers. It blocks on
 * the frontier when it has nothing to do, else on its transfers; the frontier wakes it from there.
 */
struct fetcher {
    int taker; /* its number at the frontier, from 0 */
    struct frontier *frontier;
    struct http *http;
    struct queue *to_parse;

    /* Once it has ended. */
    bool failed; /* it lacked something of this machine, and stopped the crawl */
    struct err failure;
};

/* The thread's start; `arg` is its struct fetcher. Returns NULL when the crawl is over or stopped. */
void *fetcher_main(void *arg);

#endif

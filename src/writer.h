#ifndef CRAWL_WRITER_H
#define CRAWL_WRITER_H

#include "err.h"
#include "frontier.h"
#include "page.h"
#include "queue.h"
#include "store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many pages the writer would rather find in its queue, and how long it waits for them. A transaction costs 0.03 ms
 * of CPU besides its rows, as much as a page: one with each page doubled the cost of recording. What a crash can lose
 * is that moment's pages, to be fetched again: no more than a few transfers' worth. */
#define WRITER_WANTS       16
#define WRITER_PATIENCE_MS 10

/* The one writer thread: takes all pages that wait, records them in the order of their tickets in one transaction,
 * answers those that ask for waiting URLs, and frees them. It waits for nobody but the queue, in which
 * pages gather (queue_gather(); queue_hurry() ends that).
 *
 * When the store fails it says so once, stops the frontier, and goes on emptying its queue, so that all others come to
 * their end; nothing is recorded any more.
 */
struct writer_context {
    struct queue *to_write;
    struct store *store; /* the writer's until it has ended */
    struct frontier *frontier;

    /* Told of pages that are now safe in the store, before they are freed; may be NULL. */
    void (*recorded)(void *arg, struct page *const *pages, size_t count);
    void *recorded_arg;

    /* What came of it; to be read once the thread has ended. */
    bool failed;
    struct err failure; /* why, if it did */
    int64_t written;    /* pages handed to the store, of all kinds */
    int64_t batches;    /* transactions */
};

/* The thread's start; `arg` is its struct writer_context. Returns NULL when to_write is closed and empty. */
void *writer_main(void *arg);

#endif

#ifndef CRAWL_CRAWL_H
#define CRAWL_CRAWL_H

#include "options.h"

/* A whole crawl: opens the store, reads the seeds, starts the threads, waits for
 * the end and takes everything down in one order, whatever the reason: finished, a limit, a signal, a full disk, a
 * thread that would not start.
 *
 * One crawl at a time in a process; called by the main thread. Signals are the
 * caller's: it tells of them by crawl_interrupt().
 */

enum crawl_exit {
    CRAWL_DONE = 0, /* or a limit asked for */
    CRAWL_INTERNAL = 1,
    CRAWL_USAGE = 2,
    CRAWL_FILE = 3,
    CRAWL_NO_SEED = 4,
    CRAWL_FAIL_ON = 8,
    CRAWL_IN_USE = 11,
    CRAWL_SIGNAL = 128 /* plus the signal's number */
};

/* Runs it; everything a user should know has been said. Returns the exit status. */
int crawl_run(const struct options *options);

/* From a signal handler: `signal` was caught. The crawl stops in order within moments. */
void crawl_interrupt(int signal);

/* From a signal handler: say how far it is (SIGUSR1); the window changed (SIGWINCH). */
void crawl_ask_status(void);
void crawl_ask_redraw(void);

#endif

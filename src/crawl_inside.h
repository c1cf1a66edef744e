#ifndef CRAWL_CRAWL_INSIDE_H
#define CRAWL_CRAWL_INSIDE_H

#include "crawl.h"

#include "budget.h"
#include "crawl_settings.h"
#include "events.h"
#include "fetcher.h"
#include "parser.h"
#include "progress.h"
#include "queue.h"
#include "store.h"
#include "tally.h"
#include "writer.h"

#include <pthread.h>

/* What the files of `crawl` share; nobody else includes this. */

struct crawl {
    const struct options *options;
    struct crawl_settings *settings;
    struct store *store;
    bool makes_database; /* there was none before */
    struct scope *scope;
    struct frontier *frontier;
    struct budget *budget;
    struct queue *to_parse, *to_write;
    struct http_shared *shared;
    struct tally *tally;
    struct trap *trap;       /* NULL: --no-traps */
    struct soft404 *soft404; /* NULL: --no-soft-404 */
    struct progress *progress;
    struct events *events; /* NULL: none wanted */
    struct fetcher *fetchers;
    struct parser *parsers;
    struct writer_context writer;
    pthread_t *fetcher_threads, *parser_threads, writer_thread;
    int fetchers_started, parsers_started;
    bool writer_started;
    bool seeds_written;   /* some went to the writer */
    int64_t seeds_given;  /* usable ones of this command */
    char first_host[256]; /* of the first seed, of an earlier run if there is one; "" none yet */
    int64_t done_before;  /* URLs that earlier runs recorded */
    int64_t started_ms;
    enum store_outcome outcome;
    int stopped_by;         /* RUN_INTERRUPTED: the signal */
    int64_t stopped_ms;     /* when it was seen, or the time was up; 0: neither */
    const char *limit;      /* the option that ended it; NULL: none */
    enum crawl_exit status; /* CRAWL_DONE unless something went wrong */
    bool failure_said;      /* of the store, at the end: what follows from it need not be */
};

/* --- crawl_build.c ------------------------------------------------------------------ */

/* A first look at the seeds, before anything is made or changed. False: none is usable, or one of the operands is not;
 * c->status says how it ends. */
bool crawl_look_at_seeds(struct crawl *c, struct err *err);

/* Makes the parts that all threads share, and tells them what the store knows. False: c->status says how it ends. */
bool crawl_build(struct crawl *c, struct err *err);

/* Reads all seeds, once the writer runs: they make the scope, so all are known before the first is fetched. False
 * likewise. */
bool crawl_read_seeds(struct crawl *c, struct err *err);

/* --- crawl_end.c -------------------------------------------------------------------- */

/* All threads have ended: counts up, looks for faults, closes the store, and says what came of it. */
void crawl_close_run(struct crawl *c);

#endif

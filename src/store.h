#ifndef CRAWL_STORE_H
#define CRAWL_STORE_H

#include "err.h"
#include "frontier.h"
#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a crawl is kept. The database is the crawl: what is not committed did not happen, what is committed is never
 * done twice; resuming is nothing but opening the same address. This header knows no database; store_sqlite.c and, for
 * tests, store_memory.c implement it.
 *
 * Threads: a store belongs to one thread at a time: main opens it, the writer uses it, main closes it.
 */
struct store;

struct store_options {
    const char *args;     /* the command, for the record of the run */
    const char *settings; /* options in force as JSON object text, likewise */
    const char *versions; /* of program and libraries, likewise */
    bool deterministic;   /* a new database differs from another in times alone: its hash is not keyed at random */
    bool release_traps;   /* URLs that were skipped as a trap wait again, and the traps are forgotten */
    bool keep_links;      /* --links: rows in `link` at all */
    bool fresh;           /* what is at the address is kept under another name, PATH.~N~, and a new one begun */
    bool sync_full;       /* survive a power cut to the last commit */
};

enum store_failure { STORE_FILE, STORE_FOREIGN, STORE_NEWER, STORE_IN_USE }; /* why opening failed: exit 3, 3, 3, 11 */

/* Opens the crawl at `address` (a file name; "memory:" in tests), makes or migrates it, and begins a run. NULL with the
 * reason in words and kind: not ours, newer, locked by a running crawl (words name pid and since when). What is refused
 * is left untouched. */
struct store *store_open(const char *address, const struct store_options *options, enum store_failure *why,
                         struct err *err);

/* A random number made with the database: the seed of its keyed hash. */
uint64_t store_hash_seed(struct store *s);

/* Told once at start, hosts first, then URLs in order of ids. What is told is valid during the call. */
typedef void store_tell_host(void *arg, const struct host_state *state);
typedef void store_tell_known(void *arg, int64_t id, struct slice url, uint64_t text_hash, uint64_t key_hash,
                              int64_t host_id, enum frontier_known state);
bool store_hosts(struct store *s, store_tell_host *tell, void *arg, struct err *err);
bool store_known(struct store *s, store_tell_known *tell, void *arg, struct err *err);

/* URLs that were seeds of earlier runs, for their scope. */
typedef void store_tell_seed(void *arg, struct slice url);
bool store_seeds(struct store *s, store_tell_seed *tell, void *arg, struct err *err);

/* Traps that earlier runs found: what a struct page_trap of them said. */
typedef void store_tell_trap(void *arg, unsigned kind, const char *shape, const char *why);
bool store_traps(struct store *s, store_tell_trap *tell, void *arg, struct err *err);

/* Probes that were wanted in earlier runs: by their URLs. */
struct store_probe {
    struct slice url;
    bool answered;
    struct slice title; /* of a good page that was the answer; else data NULL */
};
typedef void store_tell_probe(void *arg, const struct store_probe *probe);
bool store_probes(struct store *s, store_tell_probe *tell, void *arg, struct err *err);

/* Up to `max` waiting rows of a host with id > after, in order of ids. The rows' slices are valid until the next call.
 * Returns how many, -1 on failure. */
long store_claim(struct store *s, int64_t host_id, int64_t after, size_t max, const struct waiting_url **rows,
                 struct err *err);

/* The stored state of a host into *state, to be freed by host_state_free(); NULL if there is none. False on failure. */
bool store_host(struct store *s, int64_t host_id, struct host_state **state, struct err *err);

/* Records pages, in this order, with their links, new URLs, new hosts and host states, in ONE transaction; of a
 * PAGE_TRY that there was one. Recording a page twice is the same as once. The pages stay the caller's. False: nothing
 * of it was recorded; the reason says what to do (disk full ...). */
bool store_write(struct store *s, struct page *const *pages, size_t count, struct err *err);

/* Host states at the end of a run. */
bool store_write_hosts(struct store *s, const struct host_state *states, size_t count, struct err *err);

enum store_outcome { RUN_COMPLETE, RUN_LIMIT, RUN_INTERRUPTED, RUN_FAILED, RUN_NONE /* ended before it began */ };

/* How many URLs are in which state, each counted by itself in the store: the completeness proof. */
struct store_totals {
    int64_t known, recorded, skipped, waiting;
};
bool store_totals(struct store *s, struct store_totals *totals, struct err *err);

/* Marks the good pages of all runs that say what their host said of a name that it does not have (soft404_is_like()).
 * *count: how many there are. After the crawl. */
bool store_mark_soft404(struct store *s, int64_t *count, struct err *err);

/* Titles of good pages, of all runs. */
struct store_titles {
    int64_t titles;           /* pages that have one */
    int64_t duplicated;       /* texts that more than one page has for its title; -1: not known */
    int64_t duplicated_pages; /* those pages */
    int64_t missing;          /* HTML pages that have none, or an empty one */
};
bool store_titles(struct store *s, struct store_titles *titles, struct err *err);

/* What a site can be found wanting in, in all runs. */
enum store_finding_kind {
    FINDING_BROKEN,       /* a URL of the crawl that is no good page, redirect, or file of another type */
    FINDING_SERVER_ERROR, /* one that was answered with 5xx */
    FINDING_EXTERNAL,     /* a link out of scope that is broken (PAGE_EXTERNAL) */
    FINDING_TITLE,        /* a title that several pages have */
    FINDING_SOFT_404,     /* a page that store_mark_soft404() has marked */
    FINDING_SEED,         /* a seed that was refused, or answered with an error or not at all */
    FINDING_KINDS
};

struct store_finding {
    struct slice url;      /* FINDING_TITLE: the first page that has it */
    struct slice found_on; /* the first page that links there; FINDING_TITLE: another that has it; empty: none */
    struct slice outcome;  /* name of what became of it, or of why it was skipped */
    struct slice error;    /* one line of detail; empty: none */
    struct slice title;    /* FINDING_TITLE */
    int status;            /* 0: none */
    int64_t pages;         /* that link there, 0: not known; FINDING_TITLE: that have it */
};

/* Tells the first `max` findings of a kind, in the order in which they were found; valid during the call. Returns how
 * many there are in all, -1 on failure. */
typedef void store_tell_finding(void *arg, const struct store_finding *finding);
int64_t store_findings(struct store *s, enum store_finding_kind kind, size_t max, store_tell_finding *tell, void *arg,
                       struct err *err);

/* End of run: notes outcome and stats (JSON object text), or forgets the run if it was none; makes indexes, full-text
 * and ANALYZE if the run was complete or limited, checkpoints into one file that can be mailed, closes; what .fresh put
 * aside for a run that was none has its name again. s may be NULL. False: something of this failed, the data are safe.
 */
bool store_close(struct store *s, enum store_outcome outcome, const char *stats, struct err *err);

/* For tests: called, if set, at named points: "begin", "commit", "committed" of each transaction, "close", "indexed".
 */
extern void (*store_fault)(const char *point);

/* --- For who implements a store: its struct begins with a struct store ---------- */
struct store_calls {
    uint64_t (*hash_seed)(struct store *s);
    bool (*hosts)(struct store *s, store_tell_host *tell, void *arg, struct err *err);
    bool (*known)(struct store *s, store_tell_known *tell, void *arg, struct err *err);
    bool (*seeds)(struct store *s, store_tell_seed *tell, void *arg, struct err *err);
    bool (*traps)(struct store *s, store_tell_trap *tell, void *arg, struct err *err);
    bool (*probes)(struct store *s, store_tell_probe *tell, void *arg, struct err *err);
    bool (*mark_soft404)(struct store *s, int64_t *count, struct err *err);
    long (*claim)(struct store *s, int64_t host_id, int64_t after, size_t max, const struct waiting_url **rows,
                  struct err *err);
    bool (*host)(struct store *s, int64_t host_id, struct host_state **state, struct err *err);
    bool (*write)(struct store *s, struct page *const *pages, size_t count, struct err *err);
    bool (*write_hosts)(struct store *s, const struct host_state *states, size_t count, struct err *err);
    bool (*totals)(struct store *s, struct store_totals *totals, struct err *err);
    bool (*titles)(struct store *s, struct store_titles *titles, struct err *err);
    int64_t (*findings)(struct store *s, enum store_finding_kind kind, size_t max, store_tell_finding *tell, void *arg,
                        struct err *err);
    bool (*close)(struct store *s, enum store_outcome outcome, const char *stats, struct err *err);
};

struct store {
    const struct store_calls *calls;
};

#endif

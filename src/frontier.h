#ifndef CRAWL_FRONTIER_H
#define CRAWL_FRONTIER_H

#include "host.h"
#include "page.h"
#include "robots.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one place that decides: which URL is new, whose turn it is, how politely, whether the crawl is over.
 * It is the bounded blocking queue from which fetchers pull, and into which parsers push without ever waiting: what
 * finds no room in its window is parked, which costs no memory, for its row is in the store; the writer reads it back
 * when the host's part of the window runs low.
 *
 * Order. Row ids of URLs and hosts are given out here, in the order found. Every page that frontier_finish() has
 * seen carries a ticket; the writer must record pages in the order of tickets, so that no row is committed before
 * the rows it refers to.
 *
 * Lanes. So that what is fetched of a trap follows from the site alone, and not from which answer came first, URLs of
 * clusters that have not said much yet are handed out level by level, and by their text within a level; those of
 * clusters that repeat themselves one at a time, when nothing else of the host is left to do. All others, which are
 * nearly all, in the order found.
 *
 * The end is exact: over when nothing is active and nothing waits or is parked, or when stopping and nothing is active.
 *
 * Threads. One lock inside; any thread may call anything. It calls back only wake(), without the lock held.
 */
struct frontier;

#define FRONTIER_AS_HOST (-1)

struct frontier_limits {
    size_t window;            /* URLs held in memory, all hosts (64 k) */
    size_t transfers;         /* pages out for fetching at once, all takers */
    size_t stalled;           /* so many more while others hang: at hosts where nothing has begun or ended ... */
    int64_t stalled_after_ms; /* ... for so long, a quarter of it where no answer ever came; 0: 2 s */
    /* Requests at once to one address, of whatever hosts; 0: no limit; FRONTIER_AS_HOST: as many as the host that asks
     * may have. */
    int32_t address_requests;
    int32_t loopback_requests; /* likewise, of 127.0.0.0/8 and ::1 */
    int takers;                /* fetcher threads, numbered from 0 */
    int64_t max_pages;         /* documents handed out in this run; 0: no limit */
    int64_t max_bytes;         /* that may come over the network before nothing more is handed out; 0: no limit */
    int64_t query_variants;    /* documents with the same path, over all runs; more are skipped as SKIP_TRAP; 0: no
                                  limit */
    int max_tries;             /* requests for one URL, the first one included */
    int max_redirects;         /* hops in a row, at most PAGE_REDIRECTS_MAX */
    size_t idle_hosts;         /* hosts that have nothing to do but stay in memory; others are forgotten; 0: 4,096 */
    size_t idle_bytes;         /* of what robots.txt forbids at them; 0: 32 MB */
    int64_t robots_age_ms;     /* a robots.txt older than this is asked for again; 0: 24 h */
    bool one_by_one;    /* --deterministic: one page after the other, in the order found; takers and transfers 1 */
    bool robots;        /* false: --no-robots: none is asked for, none obeyed */
    bool sitemaps;      /* offer the sitemaps that robots.txt names, else /sitemap.xml */
    uint64_t hash_seed; /* of the database */
    const char *robots_token; /* product token for rules */
    /* Whether a document that waits is not to be fetched after all, with the reason in words; NULL: none is. Called
     * with the frontier's lock held: it must be quick and take no lock. */
    bool (*refuses)(void *arg, struct slice url, char *why, size_t why_size);
    void *refuses_arg;
    /* The clusters of URLs (see trap.h) that a document's belongs to; NULL: nothing waits in lanes. False: it is
     * refused, as above. Called likewise. */
    bool (*kinds)(void *arg, struct slice url, uint64_t keys[PAGE_KINDS]);
    void *kinds_arg;
    const struct host_rules *(*rules_for)(void *arg, struct slice origin); /* overrides per host; never NULL */
    void *rules_arg;
};

struct frontier *frontier_new(const struct frontier_limits *limits);
void frontier_free(struct frontier *f); /* frees what waits; nothing may be active */

/* How the words begin by which URLs are skipped of a host whose robots.txt answered with a status that is no
 * permission, and by which those beyond limits.query_variants are. */
#define FRONTIER_WORDS_ROBOTS   "robots.txt answered "
#define FRONTIER_WORDS_VARIANTS "trap guard: query variants (--max-query-variants="

/* --- Before the crawl: what the store knows --------------------------------- */
enum frontier_known {
    KNOWN_DONE,
    KNOWN_SKIPPED,
    KNOWN_WAITING,
    KNOWN_CHECKED, /* out of scope, and was asked for once (--check-external) */
    KNOWN_TO_CHECK /* likewise, and is to be */
};

/* A host of an earlier run. Before its URLs. `state` is copied. */
void frontier_add_host(struct frontier *f, const struct host_state *state);

/* A URL of an earlier run, in order of ids. key_hash == text_hash if the key is the text. Waiting ones are parked: they
 * are read back by refill like all others. By one thread, and no other calls anything meanwhile. */
void frontier_add_known(struct frontier *f, int64_t id, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                        enum frontier_known state);

/* Likewise. Of one that is done or waits, its text: counts for limits.query_variants. */
void frontier_add_variant(struct frontier *f, struct slice url);

/* A probe that was wanted, and not answered: its host is known. After all URLs. */
void frontier_add_probe(struct frontier *f, struct slice url);

/* --- Fetchers ---------------------------------------------------------------- */
/* wake(arg) is called, from any thread, when taker may have something to do while it is away from frontier_take().
 * NULL: no more; when that returns no call is under way, so that what `arg` points to can go. */
void frontier_set_taker(struct frontier *f, int taker, void (*wake)(void *arg), void *arg);

/* Takes up to `max` pages whose time has come, into pages[]. Hosts stay with one taker as long as they have work
 * (connections are kept alive there), and move to an idle one else. A page may come with `skip` set (robots.txt refuses
 * it, the host was given up), with an outcome (its host cannot be reached), or as PAGE_REFILL: it is not to be fetched
 * but goes on to frontier_finish() and the writer. With `wait` it blocks until there is at least one, or the crawl is
 * over or stopping (then 0). Without, it returns at once, and *pause_ms says after how long to look again: -1 when only
 * wake() can bring something. */
size_t frontier_take(struct frontier *f, int taker, struct page **pages, size_t max, bool wait, int64_t *pause_ms);

/* A page is about to be connected to `address` ("192.0.2.1"), which is known from now on to be its host's. False: as
 * many requests run there as may, and the page is to come back unsent, by frontier_abandon(). */
bool frontier_connects(struct frontier *f, struct page *page, const char *address);

/* A page goes out to its host now. `address`: of the connection; NULL: not the host's own but that of a proxy. False:
 * it must not go out but is to come back, as above; its host may have asked for time while it connected. */
bool frontier_sent(struct frontier *f, struct page *page, const char *address);

/* A page with `leaves` is on its way by now: its host rests from here on. Soon after frontier_sent(), before anything
 * else is done with it. */
void frontier_left(struct frontier *f, struct page *page);

/* The transfer has ended (or was given up, HOST_ABANDONED): the host may be asked again. Before anything else is done
 * with the page, by the taker of it, which afterwards looks with frontier_take() before it waits for anything. */
void frontier_arrived(struct frontier *f, struct page *page, enum host_answer answer);

/* If another try of `page` is allowed and may help, takes it back (it waits again, at the end of its back-off) and
 * gives true: the page then no longer belongs to the caller. One step: the crawl cannot end in between. `try`, which
 * tells of the one that failed, gets along what must be known of the host after a crash; NULL: there is none. */
bool frontier_retry(struct frontier *f, struct page *page, struct page *try);

/* Gives back a page that was to be fetched but was not, when stopping or because its address had no room: it waits as
 * if it had never been taken. Frees the page. */
void frontier_abandon(struct frontier *f, struct page *page);

/* --- Parsers ----------------------------------------------------------------- */
/* The page is done but for being recorded: offers its links (gives them ids; the new ones that are to be followed wait
 * from now on, or are parked), sets its ticket, and ends its being active, in one step. For a PAGE_ROBOTS it takes
 * page->rules and the outcome for page->robots_for; a redirect of it (redirect_link) is asked for next, five at most,
 * then it counts as not there (RFC 9309, 2.3.1.2). A redirect in a circle, or beyond max_redirects, becomes
 * PAGE_REDIRECT_LOOP here. Where page->probe is set, that is asked for next. A page that was not taken (seeds) is just
 * recorded. Next the page must go to the writer. */
void frontier_finish(struct frontier *f, struct page *page);

/* What was to be learnt from the page that is finished is in force, and page->kinds says what of its clusters: before,
 * with one_by_one, nothing more is handed out, and else nothing more of its lane. After each frontier_finish() of a
 * page that was taken. */
void frontier_learnt(struct frontier *f, struct page *page);

/* The 64-bit keyed hash that tells URLs apart. */
uint64_t frontier_hash(const struct frontier *f, struct slice text);

/* --- Writer ------------------------------------------------------------------ */
struct waiting_url { /* a row that waits, as the store has it */
    int64_t id, found_on;
    struct slice url;
    uint16_t depth;
    uint8_t via;
    uint8_t tries;
    uint8_t redirects;
    bool external; /* only to be checked */
    int64_t chain[PAGE_REDIRECTS_MAX];
};

/* What a PAGE_REFILL asks for: the host's row (`state` wanted) and waiting rows with id > after, at most `max`. */
struct refill {
    int64_t host_id;
    bool wants_state;
    int64_t after;
    size_t max;
};

/* Reads what the page asks for; false if the page brings state only and nothing is asked. */
bool frontier_refill_wanted(struct frontier *f, const struct page *page, struct refill *wanted);

/* The answer. `state` NULL: not asked for or none stored. Fewer than `max` rows: there are no more. After what was
 * asked before has been committed. */
void frontier_refill(struct frontier *f, const struct page *page, const struct host_state *state,
                     const struct waiting_url *rows, size_t count);

/* --- Main -------------------------------------------------------------------- */
/* Hand out nothing more. With `abandon`, running transfers are to be given up too (frontier_is_abandoning()). */
void frontier_stop(struct frontier *f, bool abandon);
bool frontier_is_stopping(const struct frontier *f);   /* no lock: cheap */
bool frontier_is_abandoning(const struct frontier *f); /* likewise */

/* Waits until the crawl is over, at most `timeout_ms`; true if it is. */
bool frontier_wait(struct frontier *f, int64_t timeout_ms);

enum frontier_rest {                     /* why a host may not be asked yet */
                     FRONTIER_REST_RATE, /* --rate, --wait */
                     FRONTIER_REST_CRAWL_DELAY,
                     FRONTIER_REST_HOLD /* Retry-After, or failures */
};

struct frontier_counts {
    int64_t known;    /* URLs ever seen */
    int64_t waiting;  /* in the window */
    int64_t parked;   /* in the store only */
    int64_t active;   /* taken, not finished */
    int64_t fetching; /* of these: with a fetcher */
    int64_t hosts, hosts_live, hosts_given_up;
    int64_t resting;         /* hosts with waiting URLs that may not be asked yet: rest or hold */
    int64_t full;            /* hosts with waiting URLs at their concurrency */
    int64_t taken;           /* documents handed out in this run */
    bool pages_reached;      /* --max-pages */
    bool bytes_reached;      /* --quota */
    int64_t next_due_ms;     /* until the next host is due; -1: none */
    char resting_host[80];   /* the host of `resting` that is due first, for "held back by" */
    enum frontier_rest rest; /* why it rests */
};
void frontier_counts(struct frontier *f, struct frontier_counts *counts);

/* Tells every live host's state, for the end of the run. Called without the crawl running. */
void frontier_each_host(struct frontier *f, void (*tell)(void *arg, const struct host_state *state), void *arg);

#endif

#ifndef CRAWL_FRONTIER_INSIDE_H
#define CRAWL_FRONTIER_INSIDE_H

#include "frontier.h"
#include "seen.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files frontier_*.c share, and nobody else includes. Unless it says otherwise, every function here is called
 * with the frontier's lock held, and `now_ms` is clock_ms() of that moment.
 */

/* A URL in the window. Small, for there are many: the struct page is made when it is taken. */
struct waiting {
    struct waiting *next;
    int64_t id;
    int64_t due_ms; /* not before this; INT64_MIN: as soon as the host may be asked */
    union {
        int64_t found_on;
        struct host *robots_for; /* of a PAGE_ROBOTS */
    };
    uint32_t url_size;
    uint16_t depth;
    uint16_t hops;  /* as in struct page; */
    uint16_t rank;  /* in a lane */
    uint32_t trail; /* until it was placed of the page that it was found on */
    uint8_t kind;   /* enum page_kind */
    uint8_t via, tries, redirects;
    uint8_t external; /* as in struct page */
    bool in_lane;     /* counts among those out of the lanes of its host, though it waits again */
    bool wants_text;  /* as in struct page_kinds */
    bool placed;
    char tail[]; /* `redirects` ids of the chain, then the URL */
};

struct waiting_list {
    struct waiting *first, *last;
    size_t count;
};

/* By rank, and then by text: a heap. */
struct lane {
    struct waiting **items;
    size_t count, room;
};

#define LEVELS 16

/* How deep a document lies that is out, and since when it is. */
struct level {
    uint16_t depth;
    int64_t since_ms;
};

enum host_robots {
    ROBOTS_UNKNOWN,    /* to be asked before anything else */
    ROBOTS_RULES,      /* rules say what is allowed; NULL: everything */
    ROBOTS_REFUSED,    /* answered by an error of the server: nothing is allowed (RFC 9309, 2.3.1.4) */
    ROBOTS_UNREACHABLE /* no answer: no page of it will have one */
};

/* URLs of a host wait in three places: `ready`, `delayed` and the lanes in the window, and parked in the store. What is
 * parked has an id above loaded_up_to, and whatever has such an id is parked, but for the ids in `ahead`. So as long as
 * something is parked all that is new must be parked too, and reading the rows above loaded_up_to in order of ids
 * brings each once. */
struct host {
    int64_t id;
    char *origin; /* "https://www.example.org" */
    struct host_pace pace;

    struct robots *rules;
    char *robots_error;      /* ROBOTS_UNREACHABLE: what went wrong; NULL: nothing */
    int64_t robots_ms;       /* wall clock; 0: never */
    int64_t robots_stale_ms; /* from then on it is to be asked again */
    int robots_status;       /* as in struct host_state */
    enum host_robots robots;
    enum page_outcome robots_outcome;
    bool robots_asked; /* its robots.txt is on the way, or will be tried again */

    struct waiting_list ready;   /* first in, first out */
    struct waiting_list delayed; /* for another try; by due_ms */
    struct lane young;           /* of clusters of which not enough is known */
    struct waiting_list batch;   /* of these, those that go next */
    struct lane repeats;         /* of clusters that repeat themselves */
    struct waiting_list
        robots_queue;         /* robots.txt to be tried again, or of other hosts that redirected here; by due_ms */
    int64_t parked;           /* rows that wait in the store only */
    int64_t parked_at_finish; /* of these, how many had a smaller ticket than the refill that is on its way */
    int64_t loaded_up_to;     /* highest id that was put into the window */
    int64_t *ahead; /* ids above loaded_up_to that are in the window all the same: rows that were skipped at first */
    size_t ahead_count;
    size_t refill_rows; /* rows that the refill on its way may bring */
    int64_t admitted;   /* documents, all runs */
    int64_t sitemaps;   /* handed out in this run */
    int64_t listed;     /* new URLs that its sitemaps brought in this run */
    int64_t
        may_take; /* documents that may still be taken, if --host-max-pages was found exceeded late; else INT64_MAX */

    uint32_t origin_size;
    int active;                /* pages out, of whatever kind */
    int lane_out;              /* pages out of its lanes that are not learnt from yet */
    int learning;              /* of these, those that are finished but for the first of a cluster */
    uint32_t ready_at[LEVELS]; /* how many of `ready` lie how deep, the last place for all below */
    struct level *levels;      /* of its documents that are out: `level_count` of them */
    uint32_t level_count, level_room;
    bool wants_state;        /* its row must be read before anything is asked for */
    bool row_known;          /* but was told at the start: only the text of its robots.txt is missing */
    bool refill_asked;       /* a PAGE_REFILL is out, or not yet answered */
    bool dirty;              /* something that must survive a crash has changed: goes with the next page */
    bool changed;            /* its row in the store is not what it should be at the end */
    bool in_doubt;           /* while requests run: stands in the list of doubtful hosts */
    bool live;               /* has, or will have, something to do */
    bool full;               /* has URLs, but as many requests run as may */
    bool queues;             /* of its address, for a seat */
    bool has_seat;           /* was called: one of the seats there is kept for its next request */
    struct address *address; /* where it was last connected to; NULL: not known, or there is no limit for it */
    struct host *queue_before, *queue_after;

    int taker;        /* whose heap or line it is in while live; -1: never was */
    int turn_left;    /* requests that may still begin before it stands in line again; 0: it has no turn */
    bool in_line;     /* something can be taken, but others come first */
    size_t heap_at;   /* place in the heap + 1; 0: not in it */
    int64_t event_ms; /* last start or end of a request */
    int64_t due_ms;   /* in the heap: when something can be taken; in the line: since when */
    struct host *next_in_table;
    struct host *line_before, *line_after;
    /* In the list of idle hosts while not live, in that of asked ones while requests run. */
    struct host *list_before, *list_after;
};

struct host_list {
    struct host *first, *last;
    size_t count;
};

struct taker {
    pthread_cond_t turn;
    struct host **heap; /* by due_ms: hosts that have their turn, or rest */
    size_t heap_count, heap_room;
    struct host *line_first, *line_last; /* hosts that could be asked at once, but have no turn */
    size_t live;                         /* live hosts that are its */
    int64_t look_at_ms;                  /* it will look again by then; INT64_MIN: it is looking, or has been woken */
    bool blocked;                        /* inside frontier_take() */
    bool starved;                        /* something is due, but as many transfers run as may */
    bool has_enough;                     /* the first in its line does not begin its turn before pages were read */
    bool to_wake;                        /* in the list of those to be woken */
    int waking;                          /* wake() is being called so many times at this moment */
    void (*wake)(void *arg);
    void *wake_arg;
    struct taker *next_to_wake;
};

#define FRONTIER_ADDRESSES 1024 /* size of their table: it holds those of hosts that are in memory */

struct frontier {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* over, stopping, or a wake() has returned */
    struct frontier_limits limits;
    /* The same in words, for what they leave out: as long as the frontier, of which links point to them. */
    char words_redirects[48], words_variants[80];
    int64_t started_wall_ms;

    struct known_batch *told;    /* of earlier runs, not yet taken in; NULL: nothing */
    struct known_filler *filler; /* that takes it in; NULL: none is at work */
    struct seen *seen;           /* URLs: id << 3, or-ed with enum seen_flag; hosts: id */
    struct host **table;
    size_t table_size; /* a power of two */
    size_t resident;   /* hosts in memory */
    struct address *addresses[FRONTIER_ADDRESSES];
    struct host_list idle;     /* not live, longest so first */
    size_t idle_bytes;         /* of their rules */
    struct host_list asked;    /* requests of them run; by event_ms */
    struct host_list doubtful; /* likewise: hosts that never answered, or did not when last asked */

    int64_t last_url_id, last_host_id;
    uint64_t last_ticket;
    int64_t known, hosts, hosts_given_up;
    size_t waiting;  /* in the window */
    size_t reserved; /* room in it for refills on their way */
    int64_t parked, active, fetching, taken;
    int64_t bytes; /* that came over the network in this run */
    size_t hosts_live, hosts_full;
    size_t turns;       /* hosts that have their turn */
    int64_t stalled;    /* requests that run at hosts where nothing has happened for long, */
    int64_t stalled_ms; /* counted then */

    struct kind *kinds; /* clusters of URLs; NULL: there are no lanes */
    uint32_t batches;   /* out of lanes, so far */

    struct taker *takers;
    struct taker *to_wake;
    int blocked_takers, starved_takers;
    int refilling; /* refills that were asked for and did not come yet */
    bool learning; /* with one_by_one: a page is finished, but frontier_learnt() is still to come */
    atomic_bool stopping, abandoning;
};

/* --- frontier_inside.c: lock, waking, the end -------------------------------- */
void frontier_lock(struct frontier *f);
/* Unlocks, then wakes the takers that are in the list. */
void frontier_unlock(struct frontier *f);
/* The taker should look by due_ms: signals it, or puts it into the list, unless it will anyway. */
void frontier_notify(struct frontier *f, struct taker *taker, int64_t due_ms);
bool frontier_is_over(const struct frontier *f);
bool frontier_at_limit(const struct frontier *f);
/* Tells everybody if the crawl is over now. */
void frontier_check_over(struct frontier *f);
/* One more request may begin. */
bool frontier_has_room(struct frontier *f, int64_t now_ms);
/* As many transfers run as may, though something of the taker is due: it waits for one to end. */
void frontier_set_starved(struct frontier *f, struct taker *taker, bool starved);
/* Wakes one that is starved, if there is room. */
void frontier_feed_starved(struct frontier *f, int64_t now_ms);
/* No further host's turn begins while many pages wait to be read, or to be read back: it would bring more of them, keep
 * connections waiting, and with a slow store all hosts would begin theirs. */
bool frontier_has_enough(const struct frontier *f);
/* Wakes those that had enough, if it is not enough now. */
void frontier_feed_sated(struct frontier *f);

/* --- frontier_known.c: what earlier runs know ------------------------------------- */
/* Takes in what was told by frontier_add_known(). */
void frontier_take_in_known(struct frontier *f);
/* What stands in `seen` for a URL; `flags` of enum seen_flag. */
int64_t seen_value(int64_t id, int flags);
/* Where the text of a URL stands or would stand: under its hash, or beside it if that is taken by a key. */
uint64_t frontier_text_place(const struct frontier *f, uint64_t text_hash, int64_t *value);
/* From now on `id` is the one that is visited for this key. */
void frontier_claim_key(struct frontier *f, uint64_t text_hash, uint64_t key_hash, int64_t id);
/* Where the number of URLs that are the same but for the query stands in `seen`; 0: it has no query. Another seed than
 * that of URLs, see origin_hash(). */
uint64_t frontier_variants_place(const struct frontier *f, struct slice url);

/* --- frontier_return.c: pages out, pages back -------------------------------- */
/* The page counts as out: with `fetching`, as a request of its host. */
void frontier_page_out(struct frontier *f, struct page *page, struct host *h, bool fetching, int64_t now_ms);
/* The page is no longer out. */
void frontier_page_in(struct frontier *f, struct page *page, int64_t now_ms);

/* --- frontier_wait.c: URLs that wait ----------------------------------------- */
struct waiting *waiting_new(struct slice url, const int64_t *chain, uint8_t redirects);
struct slice waiting_url(const struct waiting *w);
/* The page of it; frees it. */
struct page *waiting_into_page(struct waiting *w, struct host *h);
/* The reverse. */
struct waiting *waiting_from_page(struct page *page);
void waiting_append(struct waiting_list *list, struct waiting *w);
void waiting_insert(struct waiting_list *list, struct waiting *w); /* by due_ms, behind its equals */
struct waiting *waiting_pop(struct waiting_list *list);            /* NULL if there is none */
void waiting_free_all(struct waiting_list *list);

/* --- frontier_kind.c: which way URLs go ------------------------------------------ */
enum kinds_way {
    WAY_FREE,   /* as it was found */
    WAY_FIRST,  /* likewise: it is the first of a cluster */
    WAY_YOUNG,  /* by the lane of young clusters */
    WAY_REPEATS /* by that of those that repeat themselves */
};
void kinds_init(struct frontier *f);
void kinds_free(struct frontier *f);
/* By what is known of its clusters now, which it puts into *kinds. */
enum kinds_way kinds_way(const struct frontier *f, const struct waiting *w, struct page_kinds *kinds);
/* Finds how far the URL lies inside its cluster, once. */
void kinds_place(struct waiting *w, const struct page_kinds *kinds);
/* A URL of these clusters is handed out. */
void kinds_meet(struct frontier *f, const struct waiting *w, const struct page_kinds *kinds);
/* It may go with the batch; it does. */
bool kinds_fit(const struct frontier *f, const struct waiting *w, const struct page_kinds *kinds);
void kinds_batched(struct frontier *f, const struct page_kinds *kinds);
/* Takes what a page has taught. */
void kinds_learnt(struct frontier *f, const struct page *page);
#define KINDS_TRAIL_ANY 1 /* trail of a page that came out of the lane of what repeats */

/* --- frontier_lane.c: what waits for others to be learnt from ------------------ */
/* When nothing of the host is out, or waits but in the lane of what repeats, with what has been out for too long not
 * counted: a time that is past, or to come; INT64_MAX: not before something else happens. */
int64_t host_alone_ms(const struct host *h);
/* When something of what is ready, or in a lane, may be taken: a time that is past, or to come; INT64_MAX: not before
 * something else happens. */
int64_t host_lane_due_ms(const struct frontier *f, const struct host *h);
/* The next URL of what is ready, or in a lane; NULL: none for now. `alone_ms`: as above, when the taking began. */
struct waiting *host_next_in_lane(struct frontier *f, struct host *h, int64_t alone_ms, struct page_kinds *kinds,
                                  int64_t now_ms);
/* The end of what is ready, and its beginning: NULL: it is empty. */
void host_add_ready(struct host *h, struct waiting *w);
struct waiting *host_pop_ready(struct host *h);
struct waiting *host_pop_lanes(struct host *h); /* any URL of them; NULL: they are empty */
size_t host_in_lanes(const struct host *h);
/* So much waits in the lanes that nothing more is read back, and what repeats is not left to the end. */
bool host_has_long_lanes(const struct frontier *f, const struct host *h);
/* A document goes out to be fetched; what it leads to is known now, or it waits again. */
void page_begins_level(const struct frontier *f, struct page *page, int64_t now_ms);
void page_ends_level(struct host *h, struct page *page);
/* The page is not to be learnt from after all. */
void page_leaves_lane(struct page *page);

/* --- frontier_host.c: which hosts there are ---------------------------------- */
/* The host of an origin, made if need be: *is_new if it was never known. Never NULL. */
struct host *host_of_origin(struct frontier *f, struct slice origin, bool *is_new);
struct host *host_of_id(const struct frontier *f, int64_t id); /* NULL: not in memory */
struct host_state *host_snapshot(const struct frontier *f, const struct host *h, int64_t now_ms);
/* What must survive a crash goes to the store with this page. */
void host_bring_state(const struct frontier *f, struct host *h, struct page *page, int64_t now_ms);
/* What the row says. `rules` becomes the host's. */
void host_restore(struct frontier *f, struct host *h, const struct host_state *state, struct robots *rules,
                  int64_t now_ms);
void host_free(struct host *h);
/* From now on gaps between its requests are counted. */
void host_keep_gaps(struct host *h);
void host_list_add(struct host_list *list, struct host *h); /* as the last */
void host_list_remove(struct host_list *list, struct host *h);
/* Into and out of the list of idle hosts. Meanwhile its rules stay the same. */
void host_falls_idle(struct frontier *f, struct host *h);
void host_comes_to_life(struct frontier *f, struct host *h);
/* Frees hosts that have long had nothing to do, if there are too many, or their rules too large. The state of one that
 * must be recorded, or NULL.
 */
struct host_state *host_forget(struct frontier *f, int64_t now_ms);

/* --- frontier_turn.c: whose turn it is ---------------------------------------- */
/* Finds anew when something of the host can be taken, and by whom. After every change to it. */
void host_update(struct frontier *f, struct host *h, int64_t now_ms);
/* Gives a host with nothing running to another taker. */
void host_move(struct frontier *f, struct host *h, int taker, int64_t now_ms);
bool host_is_closed(const struct host *h); /* nothing of it will be fetched */
bool host_has_urls(const struct host *h);  /* in the window */
bool host_wants_robots(const struct frontier *f, const struct host *h, int64_t now_ms);
/* It is closed, and its robots.txt is not to be asked for (again): its URLs come out without a request. */
bool host_gives_unasked(const struct frontier *f, const struct host *h, int64_t now_ms);
bool host_wants_refill(const struct frontier *f, const struct host *h);
size_t host_share(const struct frontier *f, const struct host *h); /* its fair part of the window */
size_t host_room(const struct frontier *f);                        /* left in the window, all hosts */
/* The first host of the taker from which something can be taken, by those that have their turn and then by the line;
 * NULL: none. */
struct host *host_first_due(struct frontier *f, struct taker *t, int64_t now_ms);
/* The first of those that wait for nothing but their turn since `since_ms`; NULL: none. */
struct host *host_first_in_line(const struct taker *t, int64_t since_ms);
/* Something was taken from the host: if it had no turn it has it now, and with `request` that is shorter by one. */
void host_use_turn(struct frontier *f, struct host *h, bool request);

/* --- frontier_address.c: as many requests as an address may have, of all hosts together --- */
/* A request of the host may begin, as far as its address is concerned. */
bool host_may_sit(const struct frontier *f, const struct host *h);
/* The host could begin a request now, or cannot. False: it queues for a seat, and is called by host_update().
 */
bool host_wants_seat(struct frontier *f, struct host *h, bool wants, int64_t now_ms);
void host_forget_address(struct frontier *f, struct host *h); /* of a host that is not live */
void frontier_free_addresses(struct frontier *f);
/* A request of the host, which may sit, begins; one has ended. */
void page_sits_down(struct page *page, struct host *h);
void page_stands_up(struct frontier *f, struct page *page, int64_t now_ms);
/* The request goes to this address, as it turns out; NULL: to none that counts. False: there is no seat for it. */
bool page_moves(struct frontier *f, struct page *page, const char *text, int64_t now_ms);

/* --- frontier_order.c: one page after the other ---------------------------------- */
/* With one_by_one: something is still to come of the page before. */
bool frontier_is_busy(const struct frontier *f);
/* With one_by_one: the next page may be taken, if so it is. */
void frontier_ask_next(struct frontier *f);
/* Whose turn it is with one_by_one, though it may not be due yet; NULL: nobody's. */
struct host *host_in_order(const struct frontier *f);
/* With one_by_one: the page was learnt from. Without the lock. */
void frontier_order_learnt(struct frontier *f);

/* --- frontier_robots.c -------------------------------------------------------- */
/* A PAGE_ROBOTS is finished: takes what it means for the host. */
void robots_answered(struct frontier *f, struct page *page, int64_t now_ms);

#define SEEN_ID(value) ((value) >> 3)
enum seen_flag {
    SEEN_UNVISITED = 1, /* known, but not to be fetched: may change when it is found in another way */
    SEEN_CHECKED = 4,   /* with SEEN_UNVISITED: but was or will be asked for as a link out of scope */
    SEEN_KEY = 2 /* the hash is that of the key of `id`; the URL that reads so is another, and stands elsewhere */
};

#endif

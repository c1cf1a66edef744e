#ifndef CRAWL_PAGE_H
#define CRAWL_PAGE_H

#include "buf.h"
#include "charset.h"
#include "mime.h"

#include <stdbool.h>
#include <stdint.h>

/* The one kind of thing that travels. It starts as a URL in the frontier; a
 * fetcher fills in the answer, a parser title and links, the writer records it
 * and frees it. A robots.txt, a sitemap, a redirect, a refused or a failed URL is
 * a page too: no side doors.
 *
 * Ownership. One owner at a time, one way: frontier -> fetcher -> to_parse ->
 * parser -> to_write -> writer. Whoever holds it may write every field.
 */

enum page_kind {
    PAGE_DOCUMENT, /* a URL of the crawl */
    PAGE_ROBOTS,   /* robots.txt of a host: decides for the host, has no row of its own */
    PAGE_SITEMAP,  /* a sitemap: has a row, and its entries are offered */
    PAGE_EXTERNAL, /* a link out of scope, asked for by HEAD, and by GET if that has no good answer (--check-external)
                    */
    PAGE_PROBE,    /* a made-up name, asked for to know how a host says "not found" */
    PAGE_TRY,      /* tells of a try that failed of a page that is tried again; never fetched itself */
    PAGE_SEEDS,    /* carries seeds as links to the writer; never fetched */
    PAGE_REFILL    /* asks the writer for a host's row or its waiting rows, or brings its state; never fetched */
};

/* What became of a URL. Names are stable: users, reports and tests rely on them.
 * The list in the manual is this one. */
enum page_outcome {
    PAGE_PENDING,         /* not known yet; never recorded */
    PAGE_OK,              /* 2xx, body taken (or none to take); redirect_to says where a refresh at once leads */
    PAGE_REDIRECT,        /* 3xx with a usable Location: redirect_to says where */
    PAGE_HTTP_ERROR,      /* a final status of 4xx or 5xx, or one that means nothing */
    PAGE_WRONG_TYPE,      /* answered, but of a type that is not parsed: given up at the head */
    PAGE_TIMEOUT,         /* connect, TLS, first byte, idle or total time over */
    PAGE_DNS_ERROR,       /* the name has no address */
    PAGE_CONN_ERROR,      /* refused, reset, closed without an answer */
    PAGE_BAD_TLS,         /* handshake or certificate refused */
    PAGE_PROTOCOL_ERROR,  /* not HTTP as RFC 9112 or 9113 has it */
    PAGE_TRUNCATED,       /* the body ended before its announced or coded end */
    PAGE_DECODE_ERROR,    /* Content-Encoding unknown or corrupt */
    PAGE_TOO_LARGE,       /* head or decoded body beyond its limit */
    PAGE_REDIRECT_LOOP,   /* more redirects than --max-redirect, or a circle */
    PAGE_BAD_REDIRECT,    /* no Location, or one that is no http(s) URL */
    PAGE_BLOCKED_ADDRESS, /* the host's address is private and no seed named it; or two parsers disagree on the host */
    PAGE_OUTCOME_COUNT
};

/* Why a URL that was found is not fetched at all. Stable names, as above. */
enum page_skip {
    SKIP_NONE,
    SKIP_ROBOTS,       /* robots.txt refuses it, or never gave a usable answer (RFC 9309, 2.3.1.4) */
    SKIP_OFF_SCOPE,    /* outside of --scope, -D ... */
    SKIP_REJECTED,     /* an --accept-regex or --reject-regex, or a regex limit hit */
    SKIP_BAD_URL,      /* too long, or the host is none */
    SKIP_LEVEL,        /* deeper than --level */
    SKIP_LIMIT,        /* a page budget of the host */
    SKIP_TRAP,         /* a trap guard: parts, repeats, or a quarantined cluster */
    SKIP_DUPLICATE,    /* another URL has the same key: same_as says which */
    SKIP_NOFOLLOW,     /* only found by links that say nofollow */
    SKIP_KIND,         /* only found as a kind of link that is not followed: an image, a stylesheet ... */
    SKIP_HOST_GAVE_UP, /* the host did not recover within --host-patience */
    SKIP_REASON_COUNT
};

extern const char *const page_outcome_names[PAGE_OUTCOME_COUNT]; /* "ok", "redirect", ... */
extern const char *const page_skip_names[SKIP_REASON_COUNT];     /* "robots", "off_scope", ... */

/* A link that a page has, or a URL that it brought in another way (redirect, sitemap entry, seed). Filled in
 * by whoever found it up to and including `skip`; frontier_finish() adds the rest. */
struct page_link {
    uint64_t text_hash; /* of the URL's text: equal texts have equal rows */
    uint64_t key_hash;  /* of its key; equal to text_hash if the key is the text */
    uint32_t url_at;    /* in page.pool: the URL's text */
    uint32_t url_size;
    uint32_t host_size; /* length of the origin "https://host:port" at its start, as text */
    uint32_t anchor_at; /* in page.pool; size 0: none; of an alternate its hreflangs, with blanks between them */
    uint32_t anchor_size;
    uint8_t kind;      /* enum html_link_kind; LINK_KIND_REDIRECT ... */
    uint8_t rel;       /* enum html_rel */
    uint8_t skip;      /* enum page_skip: decided by scope before it is offered */
    bool follow;       /* false: only a link to record (an image, a stylesheet), not to visit */
    bool external;     /* out of scope, but to be asked for once: --check-external, or a sitemap that a host in scope
                          names */
    bool record;       /* true: gets a row in `link`; false: repeated on the page, or --links=none */
    uint16_t why_size; /* skipped, or would be as a duplicate: the words that name the rule, in page.pool; a page with
                          `skip` set has them in `error` */
    uint32_t why_at;
    int64_t lastmod_ms; /* of a sitemap entry, else -1 */
    /* Filled in by frontier_finish(): */
    const char *
        rule; /* words as in `why`, that live on: for what the frontier decided itself, and SKIP_NOFOLLOW; NULL: none */
    int64_t id;       /* row id of the URL */
    int64_t same_as;  /* SKIP_DUPLICATE: the row with the same key */
    int64_t host_id;  /* row id of the host if it will be fetched, else 0 */
    uint16_t depth;   /* links from a seed, for the row */
    bool is_new;      /* the writer inserts its row */
    bool is_upgrade;  /* its row was a skipped one and waits from now on: skip is cleared, found_on, depth, via set anew
                       */
    bool host_is_new; /* the writer inserts the host's row first: origin is the first host_size bytes of the URL. Also
                         with id 0: where the robots.txt of another host was redirected to */
};

enum page_link_kind { /* after enum html_link_kind: ways a URL comes in that are no element */
                      LINK_REDIRECT = 32,
                      LINK_REFRESH,
                      LINK_SITEMAP,      /* an entry of a sitemap */
                      LINK_SITEMAP_FILE, /* a sitemap itself: named by robots.txt, by an index, or /sitemap.xml */
                      LINK_SEED
};

/* What the host of a page looks like in the store: kept over restarts. Times are wall clock. */
struct host_state {
    int64_t id;
    char *origin;                     /* "https://www.example.org"; owned */
    int robots_status;                /* HTTP status of robots.txt, 0: none yet, -1: no answer at all */
    enum page_outcome robots_outcome; /* with -1: what went wrong */
    int64_t robots_ms;                /* when it was fetched; 0: never */
    char *robots_body; /* its text; one byte beyond ROBOTS_BODY_LIMIT: cut; owned, NULL: none or unchanged */
    size_t robots_size;
    int64_t crawl_delay_ms; /* as written there; -1: none */
    int64_t held_until_ms;  /* nothing is asked before; 0: not held */
    uint32_t fails;         /* failures in a row */
    bool given_up;
    char address[46]; /* that answered last; "" if unchanged */
    char http_version[4];
    int64_t admitted; /* documents that wait or were fetched, for --host-max-pages */
    /* The ledger of this run, all zero before: what was really done. */
    int64_t requests, bytes, errors, too_many; /* too_many: answers 429 and 503 */
    int64_t least_gap_ms, median_gap_ms;       /* between two requests as they were sent; -1: fewer than two */
    int32_t most_parallel;
};

void host_state_free(struct host_state *state);

struct page;

/* Links from a seed to what `page` brings in the way `kind` (of a page_link): one more than to the page, but as many
 * for a redirect, a refresh and a sitemap file; 0 for a seed. */
uint16_t page_link_depth(const struct page *page, unsigned kind);

/* What a page made known: a part of the site that goes on for ever is left out from now on. */
struct page_trap {
    uint8_t kind;   /* enum shape, see trap_shape.h */
    uint32_t pages; /* that were looked at */
    char *shape;    /* what its URLs have in common; owned */
    char why[160];  /* the words by which its URLs are skipped */
};

void page_trap_free(struct page_trap *trap);

#define PAGE_KINDS 11 /* as many as there are slots of trap_shape.h */

/* The clusters of URLs that a document's own belongs to (see trap.h), and what is known of them. */
struct page_kinds {
    uint64_t keys[PAGE_KINDS]; /* 0: none in this place */
    bool known;                /* they were looked for */
    bool wants_text;           /* of a page out of a lane: its text is to be read in any case */
    bool learnt;               /* trap_learn() took the page in; bits by place: */
    uint16_t varied;           /* so much was said by this cluster that it is no trap yet */
    uint16_t repeats;          /* its latest pages hardly said anything new */
};

#define PAGE_REDIRECTS_MAX 16
#define PAGE_POOL_LIMIT    (64u * 1024 * 1024) /* bytes of text a page may bring */

struct page_times { /* milliseconds; -1: did not happen */
    int32_t dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
};

struct host; /* of the frontier; a page only carries it */
struct address;
struct robots;

struct page {
    struct page *next; /* of whoever holds it in a list */
    enum page_kind kind;
    int64_t id;        /* row id; 0 for kinds without a row */
    int64_t found_on;  /* row id of the page that first had the link; 0: a seed */
    struct host *host; /* belongs to the frontier, lives as long as the page is active */
    char *url;         /* as serialised, no fragment; owned */
    uint32_t url_size;
    uint16_t depth;                    /* links from a seed; a redirect adds none */
    uint8_t redirects;                 /* hops so far on the way here, at most PAGE_REDIRECTS_MAX */
    uint8_t tries;                     /* requests sent for it, this one included */
    bool external;                     /* out of scope: a PAGE_EXTERNAL, or a sitemap named by a host in scope */
    uint8_t via;                       /* enum html_link_kind or page_link_kind: how it was first found */
    int64_t chain[PAGE_REDIRECTS_MAX]; /* rows of the redirects on the way here, oldest first; `redirects` of them */
    uint64_t ticket;                   /* order of frontier_finish(): the writer records in this order */
    int64_t start_us;                  /* not to be sent before, by clock_us(); 0: at once */
    int64_t sent_us;                   /* when it was sent, likewise; 0: not */
    bool leaves;                       /* frontier_left() is to be told once it is sent for certain */
    bool turned_away;                  /* the gate did not let it out; says nothing of the host */
    bool is_active, is_fetching;       /* the frontier's own: how it counts the page */
    int64_t asked_ms;                  /* likewise: clock_ms() when it was last handed out for fetching */
    struct address *seat;              /* likewise: where its request counts */
    struct host *lane; /* likewise: of this host one out of a lane, until frontier_learnt(); else NULL */
    uint16_t hops;     /* likewise: from page to page of one cluster on the way here */
    uint32_t trail;    /* likewise: that cluster */
    bool has_level;    /* likewise: its host waits for it before it goes deeper */
    struct page_kinds kinds;

    /* The answer. */
    enum page_outcome outcome;
    enum page_skip skip;        /* set: the URL is recorded as skipped, not as a page */
    uint32_t skip_line;         /* SKIP_ROBOTS: line of robots.txt, from 1; else 0. The rule's text is in `error` */
    int status;                 /* HTTP status; 0: none came */
    char error[160];            /* one line of detail; "" if there is none */
    bool starved;               /* not its fate: this machine lacked something for the request, and `error` says what */
    struct mime mime;           /* of the Content-Type header, after sniffing */
    char *location;             /* raw Location; owned, NULL if none */
    char *refresh;              /* raw Refresh header; owned, NULL if none */
    char *x_robots;             /* X-Robots-Tag fields, one a line; owned, NULL if none */
    char *etag, *last_modified; /* owned, NULL if none */
    char address[46];           /* that answered; "" if none */
    char http_version[4];       /* "1.1", "2" */
    int64_t retry_after_ms;     /* from Retry-After, from now; -1: none */
    int64_t fetched_ms;         /* wall clock at the end of the transfer */
    int64_t body_bytes;         /* decoded */
    int64_t wire_bytes;         /* head and body as they came */
    uint64_t body_hash;
    struct page_times times;
    struct buf body; /* decoded; given back to the budget as soon as it is parsed */

    /* For the host, of a PAGE_ROBOTS: set by the parser, taken by frontier_finish(). */
    struct host *robots_for;       /* whose robots.txt this is, though a redirect may have led elsewhere */
    const char *robots_origin;     /* of that host, "https://www.example.org"; the frontier's. NULL: where url is */
    int64_t robots_host;           /* its row, for the writer: of a PAGE_ROBOTS, and of a PAGE_TRY that tells of one */
    int64_t again_ms;              /* of that: wall clock from which it is asked for once more; 0: it is not */
    struct robots *rules;          /* parsed; NULL unless the outcome is PAGE_OK */
    struct host_state *host_state; /* to be recorded with this page, whatever host it is of; owned, NULL: nothing. Set
                                      by frontier_finish(); to that of a PAGE_ROBOTS that is PAGE_OK the parser adds
                                      robots_body */

    /* What the parser found. All text lies in `pool`. */
    struct buf pool;
    struct slice title, h1, description, og_title, lang; /* into pool, set when it no longer grows */
    bool has_title;
    const struct charset *charset; /* NULL: not text */
    enum charset_source charset_source;
    const char *sitemap; /* of a PAGE_SITEMAP: what it is, "urlset", "index" ...; NULL: none */
    unsigned robots;     /* enum html_robots of meta and X-Robots-Tag */
    uint64_t text_hash, text_blind_hash, text_simhash; /* of its text, as in struct html_facts; 0: not looked at, for
                                                          nothing depends on it */
    uint64_t text_echo_hash; /* likewise, without words that its URL's query says (trap_echo.h) */
    size_t text_bytes;
    struct page_trap *trap; /* owned; NULL: none */
    char *probe;            /* its host is suspected of soft 404s: the URL to ask for, to know; owned, NULL: none */
    uint32_t links_left_out;
    struct page_link *links; /* owned; also redirect and canonical targets */
    uint32_t link_count;
    int32_t redirect_link;  /* index into links, -1: none */
    int32_t canonical_link; /* likewise */
};

/* A page for a URL (copied). Never NULL. */
struct page *page_new(enum page_kind kind, const char *url, size_t url_size);

/* Forgets the answer, for another try: as it was when new, `tries` kept. */
void page_forget_answer(struct page *page);

/* NULL is fine. The body must have been given back to its budget before. */
void page_free(struct page *page);

/* A PAGE_TRY that tells what has come of this try of `page`; NULL if that has no row. Of a robots.txt, which has none,
 * it brings the state of the host alone. */
struct page *page_of_try(const struct page *page);

/* True if a PAGE_EXTERNAL was asked for by HEAD, and the answer is none that would hold for GET as well: that may bring
 * another. */
bool page_refused_head(const struct page *page);

/* Bytes of its body and of what was found on it, nearly. */
size_t page_weight(const struct page *page);

/* True if its text was looked at, and there is some. */
bool page_has_text(const struct page *page);

/* Sets the outcome and one line of detail (may be NULL). */
void page_fail(struct page *page, enum page_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True of a status after which another try may help: 408, 429, and the 5xx of trouble that passes. */
bool page_status_may_pass(int status);

/* True if another try may help: DNS, connect, time-out, reset, truncation, a status that may pass; and a HEAD in vain.
 * One table. */
bool page_may_retry(const struct page *page);

#endif

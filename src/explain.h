#ifndef CRAWL_EXPLAIN_H
#define CRAWL_EXPLAIN_H

#include "crawl_settings.h"
#include "reader.h"
#include "robots.h"
#include "scope.h"
#include "url.h"

/* All that a crawl's database says about one URL, for crawl explain. Strings belong to the explanation, and are text of
 * strangers. */

enum explain_state {
    EXPLAIN_UNSEEN, /* no page, sitemap or seed named it */
    EXPLAIN_FETCHED,
    EXPLAIN_WAITING,
    EXPLAIN_SKIPPED
};

#define EXPLAIN_STEPS_MAX   40 /* of a way; longer ones show their beginning and their end */
#define EXPLAIN_SOURCES_MAX 5
#define EXPLAIN_SIMILAR_MAX 8
#define EXPLAIN_TRIES_MAX   40

/* A URL on the way, and what became of it. */
struct explain_url {
    int64_t id;
    char *url;
    enum explain_state state;
    char *via;                    /* "seed", "a", "redirect", "sitemap" ...: how it was first found */
    char *anchor;                 /* of the link that led to it; NULL: none */
    char *result;                 /* "200 ok", "robots", "waiting" */
    char *how;                    /* of a similar one: in what it differs */
    int64_t fetched_ms, total_ms; /* -1: it was not */
};

/* A try that was not the last; of a robots.txt each request. */
struct explain_try {
    int64_t run, number, ended_ms;
    int64_t status, total_ms; /* -1: none */
    char *outcome, *error;    /* error NULL: none */
    char *url;                /* of a robots.txt: where a redirect had led to; NULL: nowhere else */
    int64_t again_ms;         /* likewise: when it was to be tried again; 0: it was not */
};

struct explain_list {
    struct explain_url items[EXPLAIN_STEPS_MAX];
    size_t count;
    int64_t left_out;
};

/* What the scope says, by the options of the last run and those given now. */
struct explain_scope {
    enum scope_verdict verdict;
    char why[300];      /* the option or guard that decided */
    const char *origin; /* where that option was given; NULL: its name says so */
    bool has_new;       /* options were given now */
};

struct explain_robots {
    bool is_ignored; /* --no-robots */
    bool is_known;   /* robots.txt of the host was asked for */
    bool allowed;
    int status;    /* of its answer; -1: there was none */
    char *outcome; /* then: what went wrong */
    int64_t asked_ms;
    unsigned line; /* of the rule that decides, 0: none matches */
    char *rule;
    bool is_cut;                                 /* it is longer than what of it is read */
    struct explain_try tries[EXPLAIN_TRIES_MAX]; /* the latest requests for it, of one run, the last one too */
    size_t try_count;
    int64_t again_ms; /* it could not be had and is tried again then; 0: it is not, or nothing runs */
};

struct explain_host {
    int64_t id; /* 0: not known */
    char *origin, *address;
    int64_t crawl_delay_ms, held_until_ms, fails, given_up, waiting, waiting_before;
};

struct explain_answer { /* -1 or NULL: none */
    int64_t status, bytes, wire_bytes, tries, fetched_ms, redirects, links_out, links_in;
    int64_t dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
    char *outcome, *error, *content_type, *title, *canonical, *x_robots;
    char *soft_404; /* it says what its host says of this URL, which does not exist; else NULL */
    bool noindex, nofollow;
};

struct explanation {
    const char *asked; /* as the user wrote it */
    struct url url;    /* its normal form */
    struct buf sent;   /* without userinfo */
    struct buf key;    /* empty: it is the URL itself */
    unsigned key_rules;
    int64_t id; /* of its row; 0: none */
    enum explain_state state;
    int64_t depth, run_of_page;
    char *skip_reason, *skip_rule;
    int64_t skip_line;
    struct explain_url twin; /* another URL with the same key that is visited for it; id 0: none */
    unsigned twin_rules;     /* by which it has that key */
    struct explain_list way; /* from the seed to it */
    struct explain_list redirects;
    struct explain_list sources; /* pages that link to it */
    struct explain_list similar; /* of a URL never seen, and of one that is no good */
    struct explain_scope scope;
    struct explain_robots robots;
    struct explain_host host;
    struct explain_try tries[EXPLAIN_TRIES_MAX]; /* that were not the last; of more of them the first */
    size_t try_count;
    struct explain_answer answer;
    int64_t run_id; /* of the last run; 0: there was none */
    char *run_outcome;
    bool is_running;
    /* Of explain.c alone: */
    char **kept; /* the strings */
    size_t kept_count;
};

/* What was decided by the options of the last run, those given now taken in; once for all URLs asked about. NULL with
 * the reason. */
struct explain_rules {
    struct options options;
    struct crawl_settings *settings;
    struct scope *scope;
    struct scope_matcher *matcher;
    uint64_t hash_seed; /* of the database */
    bool has_new;       /* some were given now */
};

struct explain_rules *explain_rules_new(struct reader *reader, const struct options *now, struct err *err);
void explain_rules_free(struct explain_rules *rules);

/* Explains `asked`. False with the reason: it is no URL that could be crawled, or reading failed (*usage tells). */
bool explain_url(struct explanation *e, struct reader *reader, const struct explain_rules *rules, const char *asked,
                 bool *usage, struct err *err);
void explanation_free(struct explanation *e);

/* For people, and as one line of JSON. */
void explain_add_text(const struct explanation *e, struct buf *out);
void explain_add_json(const struct explanation *e, struct buf *out);

#endif

#ifndef CRAWL_SCOPE_H
#define CRAWL_SCOPE_H

#include "err.h"
#include "url.h"

#include <stdbool.h>
#include <stddef.h>

/* Which URLs a crawl wants, judged by the URL alone: hosts, paths, patterns, depth
 * and the fixed trap guards. Applied to every URL from every source, and on every
 * redirect hop. scope.c alone knows PCRE2.
 *
 * Threads: seeds are added before the crawl starts; from then on a scope is
 * constant and any thread may ask, each with its own struct scope_matcher.
 */
struct scope;
struct scope_matcher;

enum scope_mode {
    SCOPE_HOST,   /* the seeds' hosts, each with its www twin */
    SCOPE_DOMAIN, /* the seeds' registrable domains, by the Public Suffix List */
    SCOPE_PATH,   /* the seeds' hosts, at or below the seeds' folders */
    SCOPE_ANY     /* everything */
};

struct scope_rule { /* one --accept-regex or --reject-regex, in the order given */
    const char *pattern;
    const char *origin; /* where it was given: "--reject-regex", "crawl.conf:12" */
    bool accept;
};

struct scope_limits {
    enum scope_mode mode;
    const char *const *domains;  /* -D: hosts within these are wanted too; NULL-terminated, or NULL */
    const char *const *excluded; /* --exclude-domains: never, whatever else says so */
    const struct scope_rule *rules;
    size_t rule_count;
    int max_level;    /* links from a seed; -1: no limit */
    size_t url_bytes; /* a longer URL is a trap; 0: no limit; likewise below */
    int path_parts;   /* most parts of a path */
    int part_repeats; /* most times the same part may stand in a path */
};

enum scope_verdict {
    SCOPE_WANTED,
    SCOPE_OFF_SCOPE, /* host, domain or path */
    SCOPE_EXCLUDED,  /* the same, by --exclude-domains */
    SCOPE_REJECTED,  /* a pattern, or a pattern's limit (unknown is taken as rejected) */
    SCOPE_TOO_DEEP,
    SCOPE_TRAP /* one of the guards */
};

/* NULL with the reason when a pattern is wrong: then the words show the pattern
 * with a caret under the place. The limits' strings must outlive the scope. */
struct scope *scope_new(const struct scope_limits *limits, struct err *err);
void scope_free(struct scope *scope);

/* A seed: its host, domain or folder is wanted from now on. */
void scope_add_seed(struct scope *scope, const struct url *seed);

/* True if anything of the URL's host may be wanted. */
bool scope_wants_host(const struct scope *scope, const struct url *url);

/* True if a seed names this host (any port): such a host may have a private address. */
bool scope_names_host(const struct scope *scope, struct slice host);

/* True if a seed has this origin: the same scheme, host and port. */
bool scope_names_origin(const struct scope *scope, const struct url *url);

/* The memory that one thread needs for asking. */
struct scope_matcher *scope_matcher_new(const struct scope *scope);
void scope_matcher_free(struct scope_matcher *matcher);

/* Is this URL wanted at this depth? With `why`, it is told in words which option or
 * guard decided, such as "--reject-regex: /old/" (cut to fit); "" when wanted.
 * Rules: of those patterns that match, the last one given decides; when none matches, a URL is wanted unless there
 * is an accept rule. */
enum scope_verdict scope_judge(struct scope_matcher *matcher, const struct url *url, int depth, char *why,
                               size_t why_size);

/* How often a pattern's match, depth or heap limit was hit, all threads: worth a warning. */
unsigned long scope_limit_hits(const struct scope *scope);

#endif

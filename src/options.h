#ifndef CRAWL_OPTIONS_H
#define CRAWL_OPTIONS_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the user wants: one field an option, filled from the table options.def
 * and from nothing else. What each option means stands there, in `help`.
 *
 * Lower layers never see this: they take small structs of their own, which
 * `crawl` fills from here. Threads: constant once read.
 */

enum options_verb {
    VERB_CRAWL,
    VERB_STATUS,
    VERB_REPORT,
    VERB_EXPORT,
    VERB_SEARCH,
    VERB_SQL,
    VERB_EXPLAIN,
    VERB_ROBOTS,
    VERB_COUNT
};

/* "crawl", "status", ... */
extern const char *const options_verb_names[VERB_COUNT];

/* Enums of options: in the order of the choices in the table. */
enum options_scope { OPTIONS_SCOPE_HOST, OPTIONS_SCOPE_DOMAIN, OPTIONS_SCOPE_PATH, OPTIONS_SCOPE_ANY };
enum options_links { OPTIONS_LINKS_ALL, OPTIONS_LINKS_INTERNAL, OPTIONS_LINKS_NONE };
enum options_progress { OPTIONS_PROGRESS_AUTO, OPTIONS_PROGRESS_BAR, OPTIONS_PROGRESS_PLAIN, OPTIONS_PROGRESS_NONE };
enum options_color { OPTIONS_COLOR_AUTO, OPTIONS_COLOR_ALWAYS, OPTIONS_COLOR_NEVER };
enum options_ip { OPTIONS_IP_ANY, OPTIONS_IP_4, OPTIONS_IP_6 };
enum options_sync { OPTIONS_SYNC_NORMAL, OPTIONS_SYNC_FULL };
enum options_help { OPTIONS_HELP_NONE, OPTIONS_HELP_SHORT, OPTIONS_HELP_ALL };
enum options_completion {
    OPTIONS_COMPLETION_NONE,
    OPTIONS_COMPLETION_BASH,
    OPTIONS_COMPLETION_ZSH,
    OPTIONS_COMPLETION_FISH
};
enum options_format {
    OPTIONS_FORMAT_AUTO, /* a table on a terminal, else what suits the verb */
    OPTIONS_FORMAT_TABLE,
    OPTIONS_FORMAT_CSV,
    OPTIONS_FORMAT_TSV,
    OPTIONS_FORMAT_JSON,
    OPTIONS_FORMAT_JSONL,
    OPTIONS_FORMAT_SITEMAP,
    OPTIONS_FORMAT_DOT,
    OPTIONS_FORMAT_JUNIT
};

/* Sets: bit 1 << position in the choices. */
enum options_fail {
    OPTIONS_FAIL_BROKEN = 1,
    OPTIONS_FAIL_5XX = 2,
    OPTIONS_FAIL_EXTERNAL = 4,
    OPTIONS_FAIL_DUP_TITLE = 8,
    OPTIONS_FAIL_SEED = 16,
    OPTIONS_FAIL_SOFT_404 = 32
};

/* A value of a list. */
struct options_item {
    char *text;
    const char *origin; /* as options_origin() says it */
    unsigned order;     /* of items of all lists: a smaller one was given earlier */
};

/* A repeatable option. What a higher origin says replaces what a lower one said. */
struct options_list {
    struct options_item *items;
    size_t count;
};

/* What may differ from host to host, by sections of a configuration file. */
struct options_host {
    int64_t rate_gap_us; /* --rate as the least time between two requests; 0: no limit */
    int64_t wait_ms;
    bool random_wait;
    int host_concurrency;
    int64_t host_max_pages; /* 0: no limit */
    struct options_list headers;
    char *user; /* "name:password" or NULL */
    char *bearer;
    bool rate_given; /* set by options_for_host(): rate_gap_us is not the built-in one */
};

/* "[host *.example.org]" of a configuration file. */
struct options_section {
    char *pattern;            /* in lower case */
    const char *origin;       /* file and line of the section */
    struct options_host host; /* only the fields it sets are meaningful */
    uint64_t given;           /* which: bits by the order of per-host options in the table */
    struct options_list said; /* the same as lines "name = value", secrets left out */
};

struct options {
    enum options_verb verb;
    char **operands; /* what is neither option nor verb */
    size_t operand_count;
    char *command; /* all of the command line, as command_add_text() has it; NULL: none was read */

    /* files */
    char *database;
    struct options_list input_files;
    bool fresh;
    char *result; /* -o of the verbs; NULL: not given */

    /* speed */
    int threads;
    int parsers;              /* 0: as many as suit the machine */
    int transfers;            /* in flight, of all threads; 0: 8 a thread */
    int ip_concurrency;       /* 0: no limit; -1: as --host-concurrency */
    int64_t limit_rate_bytes; /* a second; 0: no limit */
    struct options_host host; /* of all hosts that no section overrides */

    /* patience */
    int64_t timeout_ms, connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms;
    int tries;
    int64_t waitretry_ms;
    int64_t host_patience_ms;
    int64_t max_crawl_delay_ms;
    int max_redirect;
    int64_t max_filesize_bytes;
    int64_t memory_bytes;

    /* limits */
    int level; /* -1: no limit; the others: 0 */
    int64_t max_pages;
    int64_t max_duration_ms;
    int64_t quota_bytes;
    int max_links;
    bool traps; /* watch for them */
    int max_url_bytes, max_path_parts, max_repeated_parts;
    int64_t max_query_variants;
    bool release_traps;

    /* scope */
    int scope; /* enum options_scope */
    struct options_list domains, exclude_domains;
    struct options_list accept_regex, reject_regex; /* `order` puts the two in one order */
    bool check_external;
    bool robots;
    bool soft_404; /* look for them */
    bool sitemaps;
    struct options_list ignored_parameters; /* of queries, see url_key(); the one item "*": all of the query */
    unsigned follow;                        /* set of enum html_link_kind */
    unsigned url_rules;                     /* set of enum url_rule */

    /* http */
    char *user_agent; /* NULL: "crawl/VERSION ..." */
    char *from;
    char *load_cookies;
    char *netrc_file;
    char *proxy;
    char *cacert, *cert, *key;
    bool insecure;
    struct options_list resolve;
    int ip; /* enum options_ip */
    bool http1;
    bool allow_private;

    /* what is kept */
    int links; /* enum options_links */
    int sync;  /* enum options_sync */

    /* talk */
    bool quiet;
    int verbose;
    int progress; /* enum options_progress */
    int64_t stats_ms;
    int color; /* enum options_color */
    bool json;
    char *events;
    char *log_file;
    bool ascii;

    /* the rest */
    bool dry_run;
    char *config;
    bool print_config;
    unsigned fail_on; /* set of enum options_fail */
    int help;         /* enum options_help */
    bool version;
    int completion; /* enum options_completion */
    bool sandbox;
    bool deterministic;
    int64_t window;
    int queue;

    /* verbs */
    char *compare; /* an older database, of the report; NULL: none */
    int format;    /* enum options_format */
    int limit;

    /* Bookkeeping, for the functions below. */
    struct options_section *sections;
    size_t section_count;
    struct options_note *notes; /* who set it, one for each entry of the table */
    char **origins;             /* all that `origin` fields point to; owned */
    size_t origin_count;
    unsigned orders; /* given out so far, see options_item */
};

/* All options at their built-in values. */
void options_init(struct options *options);
void options_free(struct options *options);

/* True if anyone gave the option called `name` a value: it is not the built-in one. */
bool options_given(const struct options *options, const char *name);

/* Where the value of `name` comes from: "built in", "/etc/crawl.conf:12", "CRAWL_RATE", "command line". */
const char *options_origin(const struct options *options, const char *name);

/* The values for one host: those of all hosts, overridden by each section whose pattern fits, in order. `host` in lower
 * case. What *result points to stays the options'. True if a section fitted. */
bool options_for_host(const struct options *options, const char *host, struct options_host *result);

/* Where the host's value of `name`, an option that may differ from host to host, comes from; as options_origin() says
 * it. */
const char *options_origin_for_host(const struct options *options, const char *host, const char *name);

/* Appends the options that are not at their built-in values as a JSON object, name to value as given, secrets left out:
 * for the record of the run. Its member "given" has the same as [name, value, origin] in an order in which they can be
 * set again, each value of a list for itself. */
void options_add_json(const struct options *options, struct buf *out);

#endif

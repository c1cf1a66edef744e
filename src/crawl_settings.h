#ifndef CRAWL_CRAWL_SETTINGS_H
#define CRAWL_CRAWL_SETTINGS_H

#include "extract.h"
#include "frontier.h"
#include "http.h"
#include "options.h"
#include "scope.h"

/* From what the user wants to what each part needs: the one place where struct
 * options is taken apart. */
struct crawl_settings {
    const struct options *options;
    char user_agent[256];
    char robots_token[64]; /* its first word, up to the '/' */
    struct scope_limits scope;
    struct scope_rule *rules;
    char **rule_names;                /* one a rule */
    const char *const **host_headers; /* one a section; NULL: none has any */
    struct http_settings http;
    struct extract_settings extract;
    struct frontier_limits frontier;
    struct host_rules host, loopback; /* for hosts without a section of their own */
    struct host_rules_list *sections; /* made as hosts turn up */
    int threads, parsers, transfers;
    char max_pages_rule[320]; /* who says how many pages a host may have, if no section does */
    const char ***lists;      /* NULL-terminated arrays made from lists of options; owned */
    size_t list_count;
};

/* `options` must outlive it. Fields that need other parts (extract.scope, extract.frontier, http.arg,
 * frontier.hash_seed) stay NULL or 0. */
struct crawl_settings *crawl_settings_new(const struct options *options);
void crawl_settings_free(struct crawl_settings *settings);

/* The least time between two requests to `host`, as --rate and --wait have it; sections for single hosts not looked at.
 */
int64_t crawl_settings_rest_us(const struct crawl_settings *settings, struct slice host);

/* For frontier_limits: `arg` is the struct crawl_settings. Calls must not overlap. */
const struct host_rules *crawl_settings_rules_for(void *arg, struct slice origin);

#endif

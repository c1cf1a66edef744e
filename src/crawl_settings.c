#include "crawl_settings.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TITLE_BYTES    (1 << 20) /* kept of a title, h1 or description */
#define ANCHOR_BYTES   512       /* kept of an anchor text */
#define HEAD_BYTES     (300u * 1024)
#define SITEMAP_BYTES  (52u << 20) /* sitemaps.org: 50 MB unpacked */
#define SITEMAP_URLS   50000       /* sitemaps.org */
#define BACKOFF_MS     1000
#define RETRY_AFTER_MS 60000              /* a longer Retry-After is not waited for, unless --waitretry is longer */
#define ROBOTS_AGE_MS  (24 * 3600 * 1000) /* RFC 9309, 2.4 */
#define IDLE_BYTES     30                 /* a transfer that brings fewer in --idle-timeout has stalled */

/* Rules of hosts that have sections in a configuration file: one for all that have the same values. */
struct host_rules_list {
    struct host_rules_list *next;
    struct host_rules rules;
    struct options_host values;
    const char *max_pages_origin;
    bool loopback;
    char max_pages_rule[320];
};

static const char **list_of(struct crawl_settings *s, const struct options_list *list)
{
    const char **texts = mem_array(list->count + 1, sizeof *texts);

    for (size_t i = 0; i < list->count; i++)
        texts[i] = list->items[i].text;
    s->lists = mem_resize(s->lists, (s->list_count + 1) * sizeof s->lists[0]);
    s->lists[s->list_count++] = texts;
    return texts;
}

static int by_order(const void *a, const void *b)
{
    const struct options_item *left = *(const struct options_item *const *)a;
    const struct options_item *right = *(const struct options_item *const *)b;

    return left->order < right->order ? -1 : left->order > right->order;
}

/* "--reject-regex", or with the place of a configuration file: "--reject-regex (crawl.conf:12)". To be freed. */
static char *name_rule(const struct options_item *item, bool accept)
{
    struct buf name = {.limit = 1000};
    char *text;

    buf_add_string(&name, accept ? "--accept-regex" : "--reject-regex");
    if (strcmp(item->origin, "command line") != 0)
        buf_printf(&name, " (%.300s)", item->origin);
    text = mem_string(name.data);
    buf_free(&name);
    return text;
}

/* --accept-regex and --reject-regex in the one order in which they were given. */
static void set_rules(struct crawl_settings *s, const struct options *o)
{
    size_t count = o->accept_regex.count + o->reject_regex.count;
    const struct options_item **items = mem_array(count + 1, sizeof *items);

    for (size_t i = 0; i < count; i++)
        items[i] =
            i < o->accept_regex.count ? &o->accept_regex.items[i] : &o->reject_regex.items[i - o->accept_regex.count];
    qsort(items, count, sizeof *items, by_order);
    s->rules = mem_array(count + 1, sizeof *s->rules);
    s->rule_names = mem_array(count + 1, sizeof *s->rule_names);
    for (size_t i = 0; i < count; i++) {
        bool accept = items[i] >= o->accept_regex.items && items[i] < o->accept_regex.items + o->accept_regex.count;

        s->rule_names[i] = name_rule(items[i], accept);
        s->rules[i] = (struct scope_rule){items[i]->text, s->rule_names[i], accept};
    }
    free(items);
    s->scope.rules = s->rules;
    s->scope.rule_count = count;
}

static void set_scope(struct crawl_settings *s, const struct options *o)
{
    static const enum scope_mode modes[] = {SCOPE_HOST, SCOPE_DOMAIN, SCOPE_PATH, SCOPE_ANY};

    s->scope = (struct scope_limits){
        .mode = modes[o->scope],
        .domains = list_of(s, &o->domains),
        .excluded = list_of(s, &o->exclude_domains),
        .max_level = o->level,
        .url_bytes = o->traps ? (size_t)o->max_url_bytes : 0,
        .path_parts = o->traps ? o->max_path_parts : 0,
        .part_repeats = o->traps ? o->max_repeated_parts : 0,
    };
    set_rules(s, o);
}

/* For http_settings: which list of headers a host has. */
static size_t headers_for(void *arg, struct slice host)
{
    const struct options *o = ((const struct crawl_settings *)arg)->options;
    struct options_host special;
    char name[256];

    snprintf(name, sizeof name, "%.*s", (int)host.size, host.data);
    if (options_for_host(o, name, &special))
        for (size_t i = 0; i < o->section_count; i++)
            if (special.headers.count > 0 && special.headers.items == o->sections[i].host.headers.items)
                return i + 1;
    return 0;
}

static void set_host_headers(struct crawl_settings *s, const struct options *o)
{
    const char *const **lists;
    size_t given = 0;

    for (size_t i = 0; i < o->section_count; i++)
        given += o->sections[i].host.headers.count;
    if (given == 0)
        return;
    lists = mem_array(o->section_count + 1, sizeof *lists);
    for (size_t i = 0; i < o->section_count; i++)
        lists[i] = list_of(s, &o->sections[i].host.headers);
    s->http.host_headers = s->host_headers = lists;
    s->http.headers_for = headers_for;
    s->http.headers_arg = s;
}

static void set_http(struct crawl_settings *s, const struct options *o)
{
    s->http = (struct http_settings){
        .user_agent = s->user_agent,
        .from = o->from,
        .headers = list_of(s, &o->host.headers),
        .proxy = o->proxy,
        .environment = {getenv("http_proxy"), getenv("https_proxy"), getenv("all_proxy"), getenv("no_proxy")},
        .cacert = o->cacert,
        .cert = o->cert,
        .key = o->key,
        .resolve = list_of(s, &o->resolve),
        .netrc_file = o->netrc_file,
        .cookie_file = o->load_cookies,
        .connect_timeout_ms = o->connect_timeout_ms,
        .first_byte_timeout_ms = o->first_byte_timeout_ms,
        .idle_timeout_ms = o->idle_timeout_ms,
        .idle_bytes = IDLE_BYTES,
        .total_timeout_ms = o->timeout_ms,
        .limit_rate = o->limit_rate_bytes,
        .head_bytes = HEAD_BYTES,
        .body_bytes = (size_t)o->max_filesize_bytes,
        .sitemap_bytes = SITEMAP_BYTES,
        .ip_version = o->ip == OPTIONS_IP_4   ? 4
                      : o->ip == OPTIONS_IP_6 ? 6
                                              : 0,
        .http1_only = o->http1,
        .insecure = o->insecure,
        .allow_private = o->allow_private,
    };
    set_host_headers(s, o);
}

static void set_extract(struct crawl_settings *s, const struct options *o)
{
    static const enum extract_links links[] = {EXTRACT_LINKS_ALL, EXTRACT_LINKS_INTERNAL, EXTRACT_LINKS_NONE};

    s->extract = (struct extract_settings){
        .url_rules = {.on = o->url_rules},
        .html = {.title_bytes = TITLE_BYTES,
                 .distinct = true,
                 /* Without rows for links nobody asks for their words, and not to read them is 4 % of a crawl. */
                 .anchor_bytes = links[o->links] == EXTRACT_LINKS_NONE ? 0 : ANCHOR_BYTES,
                 .href_bytes = URL_LIMIT,
                 .links = (size_t)o->max_links,
                 .kinds = links[o->links] == EXTRACT_LINKS_NONE ? o->follow : ~0u},
        .follow = o->follow,
        .links = links[o->links],
        .check_external = o->check_external,
        .obey_nofollow = o->robots,
        .sitemaps = o->sitemaps,
        .robots_token = s->robots_token,
        .delay_cap_ms = o->max_crawl_delay_ms,
        .decoded_bytes = (size_t)o->max_filesize_bytes,
        .sitemap_urls = SITEMAP_URLS,
        .sitemap_bytes = SITEMAP_BYTES,
    };
    if (o->ignored_parameters.count > 0) {
        const char **names = list_of(s, &o->ignored_parameters);

        s->extract.url_rules.on |= URL_RULE_IGNORE_QUERY;
        s->extract.url_rules.ignored = strcmp(names[0], "*") == 0 ? NULL : names;
    }
}

static struct host_rules rules_of(const struct options *o, const struct options_host *host, bool loopback,
                                  const char *max_pages_rule)
{
    /* The built-in rate is for other people's machines. */
    int64_t gap_us = loopback && !host->rate_given ? 0 : host->rate_gap_us;

    return (struct host_rules){
        .rest_us = gap_us > host->wait_ms * 1000 ? gap_us : host->wait_ms * 1000,
        .delay_cap_ms = o->max_crawl_delay_ms,
        .ceiling = o->deterministic ? 1 : host->host_concurrency,
        .backoff_ms = BACKOFF_MS,
        .backoff_max_ms = o->waitretry_ms,
        .patience_ms = o->host_patience_ms,
        .retry_after_max_ms = o->waitretry_ms > RETRY_AFTER_MS ? o->waitretry_ms : RETRY_AFTER_MS,
        .random_wait = host->random_wait,
        .max_pages = host->host_max_pages,
        .max_pages_rule = max_pages_rule,
    };
}

/* "--host-max-pages=6", or with the place of a configuration file: "--host-max-pages=6 (crawl.conf:12)". */
static void name_max_pages(char *name, size_t size, const struct options_host *values, const char *origin)
{
    int used = snprintf(name, size, "--host-max-pages=%lld", (long long)values->host_max_pages);

    if (strcmp(origin, "command line") != 0)
        snprintf(name + used, size - (size_t)used, " (%.250s)", origin);
}

static struct slice host_of_origin(struct slice origin)
{
    const char *host = memchr(origin.data, '/', origin.size);
    size_t size;

    if (host == NULL)
        return origin;
    host += 2;
    size = origin.size - (size_t)(host - origin.data);
    if (size > 0 && host[0] == '[') {
        const char *end = memchr(host, ']', size);

        return (struct slice){host, end == NULL ? size : (size_t)(end - host) + 1};
    }
    for (size_t i = 0; i < size; i++)
        if (host[i] == ':')
            return (struct slice){host, i};
    return (struct slice){host, size};
}

static bool is_loopback(struct slice host)
{
    static const char suffix[] = ".localhost";

    return slice_is(host, "localhost") || slice_is(host, "[::1]") ||
           (host.size > sizeof suffix - 1 &&
            memcmp(host.data + host.size - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0) ||
           (host.size > 4 && memcmp(host.data, "127.", 4) == 0);
}

int64_t crawl_settings_rest_us(const struct crawl_settings *s, struct slice host)
{
    return is_loopback(host) ? s->loopback.rest_us : s->host.rest_us;
}

static const struct host_rules *special_rules(struct crawl_settings *s, const char *host, bool loopback,
                                              const struct options_host *values)
{
    struct host_rules_list *entry = s->sections;
    const char *origin = options_origin_for_host(s->options, host, "host-max-pages");

    while (entry != NULL && (entry->loopback != loopback || entry->max_pages_origin != origin ||
                             memcmp(&entry->values, values, sizeof *values) != 0))
        entry = entry->next;
    if (entry == NULL) {
        entry = mem_new(sizeof *entry);
        entry->loopback = loopback;
        entry->max_pages_origin = origin;
        memcpy(&entry->values, values, sizeof *values);
        name_max_pages(entry->max_pages_rule, sizeof entry->max_pages_rule, values, origin);
        entry->rules = rules_of(s->options, values, loopback, entry->max_pages_rule);
        entry->next = s->sections;
        s->sections = entry;
    }
    return &entry->rules;
}

const struct host_rules *crawl_settings_rules_for(void *arg, struct slice origin)
{
    struct crawl_settings *s = arg;
    struct slice host = host_of_origin(origin);
    struct options_host special;
    char name[256];

    snprintf(name, sizeof name, "%.*s", (int)host.size, host.data);
    if (options_for_host(s->options, name, &special))
        return special_rules(s, name, is_loopback(host), &special);
    return is_loopback(host) ? &s->loopback : &s->host;
}

static void set_frontier(struct crawl_settings *s, const struct options *o)
{
    s->frontier = (struct frontier_limits){
        .window = (size_t)o->window,
        .transfers = (size_t)s->transfers,
        .stalled = (size_t)s->transfers * 3,
        .address_requests = o->ip_concurrency < 0 ? FRONTIER_AS_HOST : o->ip_concurrency,
        .loopback_requests = o->ip_concurrency < 0 ? 0 : o->ip_concurrency,
        .takers = s->threads,
        .one_by_one = o->deterministic,
        .max_pages = o->max_pages,
        .max_bytes = o->quota_bytes,
        .query_variants = o->traps && !o->release_traps ? o->max_query_variants : 0,
        .max_tries = o->tries,
        .max_redirects = o->max_redirect,
        .robots_age_ms = ROBOTS_AGE_MS,
        .robots = o->robots,
        .sitemaps = o->sitemaps,
        .robots_token = s->robots_token,
        .rules_for = crawl_settings_rules_for,
        .rules_arg = s,
    };
}

#define AUTOMATIC_PARSERS_MAX 8 /* more would wait for the writer, of which there is one */

/* As many as there are cores: fetchers and writer need less than one, and while they sleep no core is to idle. With one
 * parser on two cores a crawl of 4,354 pages took 1.05 s, with two 0.61 s, and the same CPU. */
static int automatic_parsers(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 1 ? 1 : cores > AUTOMATIC_PARSERS_MAX ? AUTOMATIC_PARSERS_MAX : (int)cores;
}

struct crawl_settings *crawl_settings_new(const struct options *options)
{
    struct crawl_settings *s = mem_new(sizeof *s);
    struct options_host general = options->host;

    s->options = options;
    snprintf(s->user_agent, sizeof s->user_agent, "%s",
             options->user_agent != NULL ? options->user_agent
             : sizeof CRAWL_URL > 1      ? "crawl/" PACKAGE_VERSION " (+" CRAWL_URL ")"
                                         : "crawl/" PACKAGE_VERSION);
    snprintf(s->robots_token, sizeof s->robots_token, "%.*s", (int)strcspn(s->user_agent, "/ "), s->user_agent);
    s->threads = options->deterministic ? 1 : options->threads;
    s->parsers = options->deterministic ? 1 : options->parsers > 0 ? options->parsers : automatic_parsers();
    s->transfers = options->deterministic ? 1 : options->transfers > 0 ? options->transfers : 8 * options->threads;
    general.rate_given = options_given(options, "rate");
    name_max_pages(s->max_pages_rule, sizeof s->max_pages_rule, &general, options_origin(options, "host-max-pages"));
    s->host = rules_of(options, &general, false, s->max_pages_rule);
    s->loopback = rules_of(options, &general, true, s->max_pages_rule);
    set_scope(s, options);
    set_http(s, options);
    set_extract(s, options);
    set_frontier(s, options);
    return s;
}

void crawl_settings_free(struct crawl_settings *s)
{
    if (s == NULL)
        return;
    while (s->sections != NULL) {
        struct host_rules_list *next = s->sections->next;

        free(s->sections);
        s->sections = next;
    }
    for (size_t i = 0; i < s->list_count; i++)
        free(s->lists[i]);
    free(s->lists);
    for (size_t i = 0; i < s->scope.rule_count; i++)
        free(s->rule_names[i]);
    free(s->rule_names);
    free(s->rules);
    free(s->host_headers);
    free(s);
}

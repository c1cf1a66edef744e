#include "scope.h"

#include "domain.h"
#include "mem.h"
#include "scope_inside.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

/* Measured with PCRE2 10.42: 100,000 steps end (a+)+$ within a millisecond. */
#define MATCH_LIMIT    100000
#define HEAP_LIMIT_KIB 1024
#define PATTERN_BYTES  10000

struct name_set { /* of 64-bit hashes; open addressing, never more than half full, 0 is empty */
    uint64_t *slots;
    size_t capacity, count;
};

struct scope {
    struct scope_limits limits;
    pcre2_general_context *memory; /* of `mem`: so PCRE2 never lacks any */
    pcre2_code **codes;            /* one a rule */
    bool has_accept;
    struct name_set sites; /* what is wanted by the seeds: site (or folder) keys */
    struct name_set hosts; /* the seeds' host names alone, and their origins */
    int deepest_folder;    /* SCOPE_PATH: most slashes in a seed's folder */
    atomic_ulong limit_hits;
};

struct scope_matcher {
    const struct scope *scope;
    pcre2_match_data *data;
    pcre2_match_context *context;
    char last_origin[256]; /* the origin judged last: nearly all links of a page share it */
    size_t last_size;      /* 0: none yet */
    bool last_wanted;
};

static uint64_t hash_of(struct slice text, uint64_t seed)
{
    uint64_t hash = XXH3_64bits_withSeed(text.data, text.size, seed);

    return hash == 0 ? 1 : hash;
}

static bool set_has(const struct name_set *set, uint64_t hash)
{
    if (set->capacity == 0)
        return false;
    for (size_t i = hash & (set->capacity - 1);; i = (i + 1) & (set->capacity - 1)) {
        if (set->slots[i] == hash)
            return true;
        if (set->slots[i] == 0)
            return false;
    }
}

static void set_put(struct name_set *set, uint64_t hash)
{
    size_t i = hash & (set->capacity - 1);

    while (set->slots[i] != 0)
        i = (i + 1) & (set->capacity - 1);
    set->slots[i] = hash;
    set->count++;
}

static void set_add(struct name_set *set, uint64_t hash)
{
    if (set_has(set, hash))
        return;
    if (set->count * 2 >= set->capacity) {
        struct name_set larger = {.capacity = set->capacity == 0 ? 64 : set->capacity * 2};

        larger.slots = mem_array(larger.capacity, sizeof *larger.slots);
        for (size_t i = 0; i < set->capacity; i++)
            if (set->slots[i] != 0)
                set_put(&larger, set->slots[i]);
        free(set->slots);
        *set = larger;
    }
    set_put(set, hash);
}

static void *pcre2_alloc(size_t size, void *arg)
{
    (void)arg;
    return mem_alloc(size);
}

static void pcre2_release(void *block, void *arg)
{
    (void)arg;
    free(block);
}

static bool compile_rules(struct scope *scope, struct err *err)
{
    pcre2_compile_context *context = pcre2_compile_context_create(scope->memory);
    bool good = true;

    pcre2_set_max_pattern_length(context, PATTERN_BYTES);
    scope->codes = mem_array(scope->limits.rule_count + 1, sizeof *scope->codes);
    for (size_t i = 0; i < scope->limits.rule_count && good; i++) {
        const struct scope_rule *rule = &scope->limits.rules[i];
        PCRE2_UCHAR reason[256];
        int code;
        size_t at;

        scope->codes[i] = pcre2_compile((PCRE2_SPTR)rule->pattern, PCRE2_ZERO_TERMINATED, 0, &code, &at, context);
        if (scope->codes[i] == NULL) {
            pcre2_get_error_message(code, reason, sizeof reason);
            good = scope_pattern_error(rule, (const char *)reason, at, err);
        } else { /* Without JIT (not on every machine) the interpreter serves. */
            (void)pcre2_jit_compile(scope->codes[i], PCRE2_JIT_COMPLETE);
        }
        scope->has_accept |= rule->accept;
    }
    pcre2_compile_context_free(context);
    return good;
}

struct scope *scope_new(const struct scope_limits *limits, struct err *err)
{
    struct scope *scope = mem_new(sizeof *scope);

    scope->limits = *limits;
    scope->memory = pcre2_general_context_create(pcre2_alloc, pcre2_release, NULL);
    if (!compile_rules(scope, err)) {
        scope_free(scope);
        return NULL;
    }
    return scope;
}

void scope_free(struct scope *scope)
{
    if (scope == NULL)
        return;
    for (size_t i = 0; i < scope->limits.rule_count; i++)
        pcre2_code_free(scope->codes[i]);
    free(scope->codes);
    pcre2_general_context_free(scope->memory);
    free(scope->sites.slots);
    free(scope->hosts.slots);
    free(scope);
}

/* The host and, if it is not one of the two usual ones, the port, without "www.":
 * http and https, with and without www, are one site. */
static uint64_t site_key(const struct scope *scope, const struct url *url)
{
    struct slice host = url_host(url);
    unsigned port = url->port == 443 ? 80 : url->port;

    if (scope->limits.mode == SCOPE_DOMAIN)
        return hash_of(domain_registrable(host), 0);
    return hash_of(domain_without_www(host), port);
}

/* The site key and the path up to its slash number `slashes` (from 1); 0: it has fewer. */
static uint64_t folder_key(const struct scope *scope, const struct url *url, int slashes)
{
    struct slice path = url_path(url);
    size_t end = 0;

    while (end < path.size && slashes > 0)
        slashes -= path.data[end++] == '/';
    if (slashes > 0)
        return 0;
    return hash_of((struct slice){path.data, end}, site_key(scope, url));
}

/* Never as the host alone, whose seed is 0. */
static uint64_t origin_key(const struct url *url)
{
    return hash_of(url_host(url), (uint64_t)url->port + (url->https ? 0x20000 : 0x10000));
}

void scope_add_seed(struct scope *scope, const struct url *seed)
{
    set_add(&scope->hosts, hash_of(url_host(seed), 0));
    set_add(&scope->hosts, origin_key(seed));
    if (scope->limits.mode == SCOPE_PATH) {
        struct slice path = url_path(seed);
        int slashes = 0;

        for (size_t i = 0; i < path.size; i++)
            slashes += path.data[i] == '/';
        set_add(&scope->sites, folder_key(scope, seed, slashes));
        if (slashes > scope->deepest_folder)
            scope->deepest_folder = slashes;
    } else if (scope->limits.mode != SCOPE_ANY) {
        set_add(&scope->sites, site_key(scope, seed));
    }
}

bool scope_names_host(const struct scope *scope, struct slice host)
{
    return set_has(&scope->hosts, hash_of(host, 0));
}

bool scope_names_origin(const struct scope *scope, const struct url *url)
{
    return set_has(&scope->hosts, origin_key(url));
}

struct scope_matcher *scope_matcher_new(const struct scope *scope)
{
    struct scope_matcher *m = mem_new(sizeof *m);

    m->scope = scope;
    m->data = pcre2_match_data_create(1, scope->memory);
    m->context = pcre2_match_context_create(scope->memory);
    pcre2_set_match_limit(m->context, MATCH_LIMIT);
    pcre2_set_depth_limit(m->context, MATCH_LIMIT);
    pcre2_set_heap_limit(m->context, HEAP_LIMIT_KIB);
    return m;
}

void scope_matcher_free(struct scope_matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    free(matcher);
}

static bool within_any(struct slice host, const char *const *domains)
{
    for (; domains != NULL && *domains != NULL; domains++)
        if (domain_is_within(host, slice_of(*domains)))
            return true;
    return false;
}

/* Whether the seeds, -D and --exclude-domains want this origin at all. */
static bool origin_wanted(const struct scope *scope, const struct url *url)
{
    struct slice host = url_host(url);

    if (within_any(host, scope->limits.excluded))
        return false;
    if (scope->limits.mode == SCOPE_ANY || within_any(host, scope->limits.domains))
        return true;
    if (scope->limits.mode == SCOPE_PATH)
        return true; /* by its folder: path_wanted() */
    return set_has(&scope->sites, site_key(scope, url));
}

bool scope_wants_host(const struct scope *scope, const struct url *url)
{
    return origin_wanted(scope, url) && (scope->limits.mode != SCOPE_PATH || scope_names_host(scope, url_host(url)) ||
                                         within_any(url_host(url), scope->limits.domains));
}

static bool origin_wanted_cached(struct scope_matcher *m, const struct url *url)
{
    const char *origin = url->text.data;

    /* The cache is by the whole text up to the path: scheme, userinfo, host, port. */
    if (m->last_size == url->path_at && memcmp(m->last_origin, origin, m->last_size) == 0)
        return m->last_wanted;
    m->last_size = 0;
    m->last_wanted = origin_wanted(m->scope, url);
    if (url->path_at <= sizeof m->last_origin) {
        m->last_size = url->path_at;
        memcpy(m->last_origin, origin, m->last_size);
    }
    return m->last_wanted;
}

static bool path_wanted(const struct scope *scope, const struct url *url)
{
    if (scope->limits.mode != SCOPE_PATH || within_any(url_host(url), scope->limits.domains))
        return true;
    for (int slashes = 1; slashes <= scope->deepest_folder; slashes++) {
        uint64_t key = folder_key(scope, url, slashes);

        if (key == 0)
            return false;
        if (set_has(&scope->sites, key))
            return true;
    }
    return false;
}

/* The rule that decides, or NULL; *unknown is set when a limit was hit. */
static const struct scope_rule *matching_rule(struct scope_matcher *m, const struct url *url, bool *unknown)
{
    struct scope *scope = (struct scope *)m->scope; /* for the counter alone, which is atomic */

    for (size_t i = scope->limits.rule_count; i-- > 0;) {
        int got = pcre2_match(scope->codes[i], (PCRE2_SPTR)url->text.data, url->text.size, 0, 0, m->data, m->context);

        if (got >= 0)
            return &scope->limits.rules[i];
        if (got != PCRE2_ERROR_NOMATCH) {
            atomic_fetch_add(&scope->limit_hits, 1);
            *unknown = true;
            return &scope->limits.rules[i];
        }
    }
    return NULL;
}

static enum scope_verdict judge_rules(struct scope_matcher *m, const struct url *url, char *why, size_t why_size)
{
    bool unknown = false;
    const struct scope_rule *rule = matching_rule(m, url, &unknown);

    if (rule == NULL && !m->scope->has_accept)
        return SCOPE_WANTED;
    if (rule != NULL && rule->accept && !unknown)
        return SCOPE_WANTED;
    if (why != NULL && rule == NULL)
        snprintf(why, why_size, "no --accept-regex matches");
    else if (why != NULL)
        snprintf(why, why_size, "%s: %s%s", rule->origin, rule->pattern, unknown ? " (match limit hit)" : "");
    return SCOPE_REJECTED;
}

static const char *const mode_names[] = {"host", "domain", "path", "any"};

enum scope_verdict scope_judge(struct scope_matcher *m, const struct url *url, int depth, char *why, size_t why_size)
{
    const struct scope_limits *limits = &m->scope->limits;
    const char *guard;

    if (why != NULL)
        why[0] = '\0';
    if (!origin_wanted_cached(m, url) || !path_wanted(m->scope, url)) {
        bool excluded = within_any(url_host(url), limits->excluded);

        if (why != NULL && excluded)
            snprintf(why, why_size, "--exclude-domains");
        else if (why != NULL)
            snprintf(why, why_size, "--scope=%s", mode_names[limits->mode]);
        return excluded ? SCOPE_EXCLUDED : SCOPE_OFF_SCOPE;
    }
    guard = scope_guard(limits, url);
    if (guard != NULL) {
        if (why != NULL)
            snprintf(why, why_size, "trap guard: %s", guard);
        return SCOPE_TRAP;
    }
    if (limits->max_level >= 0 && depth > limits->max_level) {
        if (why != NULL)
            snprintf(why, why_size, "--level=%d", limits->max_level);
        return SCOPE_TOO_DEEP;
    }
    return limits->rule_count == 0 ? SCOPE_WANTED : judge_rules(m, url, why, why_size);
}

unsigned long scope_limit_hits(const struct scope *scope)
{
    return atomic_load(&scope->limit_hits);
}

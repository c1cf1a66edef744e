#include "extract_inside.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

/* --- Which links of this page were seen already ------------------------------ */

struct link_slot {
    uint64_t hash;
    uint32_t stamp; /* of the page; else the slot is free */
    int32_t index;  /* into page->links */
};

struct link_set {
    struct link_slot *slots;
    size_t capacity; /* a power of two, at least twice `count` */
    size_t count;
    uint32_t stamp;
};

struct link_set *link_set_new(void)
{
    struct link_set *set = mem_new(sizeof *set);

    set->capacity = 512;
    set->slots = mem_array(set->capacity, sizeof *set->slots);
    set->stamp = 1;
    return set;
}

void link_set_free(struct link_set *set)
{
    free(set->slots);
    free(set);
}

void link_set_clear(struct link_set *set)
{
    set->count = 0;
    if (set->capacity <= 1u << 16 && ++set->stamp != 0)
        return;
    /* After a page of very many links, or 2^32 pages. */
    free(set->slots);
    set->capacity = 512;
    set->slots = mem_array(set->capacity, sizeof *set->slots);
    set->stamp = 1;
}

static struct link_slot *find_slot(const struct link_set *set, uint64_t hash)
{
    size_t i = hash & (set->capacity - 1);

    while (set->slots[i].stamp == set->stamp && set->slots[i].hash != hash)
        i = (i + 1) & (set->capacity - 1);
    return &set->slots[i];
}

static void grow_set(struct link_set *set)
{
    struct link_set larger = {.capacity = set->capacity * 2, .count = set->count, .stamp = 1};

    larger.slots = mem_array(larger.capacity, sizeof *larger.slots);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].stamp == set->stamp) {
            struct link_slot *slot = find_slot(&larger, set->slots[i].hash);

            *slot = set->slots[i];
            slot->stamp = 1;
        }
    free(set->slots);
    *set = larger;
}

/* The slot of a link; its stamp is not the set's if it is new. */
static struct link_slot *set_slot(struct link_set *set, uint64_t text_hash, unsigned kind)
{
    if (set->count * 2 >= set->capacity)
        grow_set(set);
    return find_slot(set, text_hash + kind * 0x9e3779b97f4a7c15u);
}

/* An index may name indexes, and those others; sitemaps.org has one level, sites have two. */
#define SITEMAP_DEPTH 5

/* Of one robots.txt or index on hosts out of scope: who writes one must not make us ask all the world. */
#define FOREIGN_SITEMAPS 20

/* --- Adding ------------------------------------------------------------------ */

static uint32_t pool_add(struct page *page, struct slice text)
{
    size_t at = page->pool.size;

    return buf_add(&page->pool, text.data, text.size) ? (uint32_t)at : UINT32_MAX;
}

static bool is_followed_kind(const struct extract *x, unsigned kind)
{
    return kind >= LINK_REDIRECT || (x->settings->follow >> kind & 1) != 0;
}

static enum page_skip skip_of(enum scope_verdict verdict)
{
    switch (verdict) {
    case SCOPE_WANTED:
        return SKIP_NONE;
    case SCOPE_OFF_SCOPE:
    case SCOPE_EXCLUDED:
        return SKIP_OFF_SCOPE;
    case SCOPE_REJECTED:
        return SKIP_REJECTED;
    case SCOPE_TOO_DEEP:
        return SKIP_LEVEL;
    case SCOPE_TRAP:
        return SKIP_TRAP;
    }
    return SKIP_BAD_URL;
}

static bool is_recorded(const struct extract *x, const struct page_link *link)
{
    switch (x->settings->links) {
    case EXTRACT_LINKS_ALL:
        return link->kind < LINK_SITEMAP;
    case EXTRACT_LINKS_INTERNAL:
        return link->kind < LINK_SITEMAP && link->skip != SKIP_OFF_SCOPE && !link->external;
    case EXTRACT_LINKS_NONE:
        break;
    }
    return false;
}

/* What is out of scope but to be asked for once. */
static bool is_checked(const struct extract *x, const struct page_link *link, enum scope_verdict verdict, bool nofollow)
{
    return x->settings->check_external && verdict == SCOPE_OFF_SCOPE && link->kind < LINK_SITEMAP &&
           is_followed_kind(x, link->kind) && !(x->settings->obey_nofollow && nofollow);
}

/* sitemaps.org, "Sitemaps & Cross Submits": the robots.txt of a host may name a sitemap anywhere, and that others of
 * its own host, or be moved there. It is read for what it says of the hosts in scope. */
static bool is_foreign_sitemap(struct extract *x, const struct page *page, const struct page_link *link,
                               const struct url *url, enum scope_verdict verdict)
{
    bool is_sitemap = link->kind == LINK_SITEMAP_FILE || (link->kind == LINK_REDIRECT && page->kind == PAGE_SITEMAP);
    struct slice host = url_host(url), own = url_host(&x->base);

    if (!is_sitemap || verdict != SCOPE_OFF_SCOPE || x->foreign_sitemaps == FOREIGN_SITEMAPS)
        return false;
    if (page->kind != PAGE_ROBOTS && (host.size != own.size || memcmp(host.data, own.data, own.size) != 0))
        return false;
    x->foreign_sitemaps++;
    return true;
}

/* What the scope says. */
static enum page_skip skip_by_scope(struct extract *x, const struct page *page, struct page_link *link,
                                    const struct url *url, bool nofollow, char *why, size_t why_size)
{
    int depth = page_link_depth(page, link->kind);
    enum scope_verdict verdict;

    if (link->kind == LINK_SEED) /* A seed is wanted whatever the rules say. */
        return SKIP_NONE;
    /* The depth of a sitemap is that of indexes, not of links. */
    verdict = scope_judge(x->matcher, url, link->kind == LINK_SITEMAP_FILE ? 0 : depth, why, why_size);
    link->external = is_checked(x, link, verdict, nofollow) || is_foreign_sitemap(x, page, link, url, verdict);
    if (link->external) {
        why[0] = '\0';
        verdict = SCOPE_WANTED;
    }
    if (verdict == SCOPE_WANTED && link->kind == LINK_SITEMAP_FILE && depth > SITEMAP_DEPTH) {
        snprintf(why, why_size, "sitemap indexes nested more than %d deep", SITEMAP_DEPTH);
        link->external = false;
        return SKIP_LIMIT;
    }
    return skip_of(verdict);
}

/* Which nofollow it was: of the page as a whole, or of the link alone. */
static const char *nofollow_words(const struct page *page, const struct page_link *link)
{
    if ((page->robots & HTML_ROBOTS_NOFOLLOW) != 0)
        return "robots tags of the page";
    return (link->rel & HTML_NOFOLLOW) != 0 ? "rel=nofollow"
           : (link->rel & HTML_UGC) != 0    ? "rel=ugc"
                                            : "rel=sponsored";
}

/* Decides about link->skip and follow, with words in the pool. */
static void judge(struct extract *x, struct page *page, struct page_link *link, const struct url *url, bool nofollow)
{
    const struct extract_settings *settings = x->settings;
    char why[200] = "";

    link->skip = (uint8_t)skip_by_scope(x, page, link, url, nofollow, why, sizeof why);
    if (link->skip == SKIP_NONE && !is_followed_kind(x, link->kind)) {
        link->skip = SKIP_KIND;
        link->rule = html_link_kind_names[link->kind];
    } else if (link->skip == SKIP_NONE && settings->obey_nofollow && nofollow) {
        link->skip = SKIP_NOFOLLOW;
        link->rule = nofollow_words(page, link);
    }
    if (link->skip == SKIP_NONE && !link->external && settings->trap != NULL && link->kind != LINK_SEED &&
        link->kind != LINK_SITEMAP && trap_refuses(settings->trap, buf_slice(&url->text), why, sizeof why))
        link->skip = SKIP_TRAP;
    link->follow = link->skip == SKIP_NONE;
    if (why[0] != '\0') {
        link->why_size = (uint16_t)strlen(why);
        link->why_at = pool_add(page, (struct slice){why, link->why_size});
    }
}

static struct page_link *new_link(struct page *page)
{
    /* Grown by doubling, at powers of two: no capacity to keep. */
    if (page->link_count == 0 || (page->link_count >= 16 && (page->link_count & (page->link_count - 1)) == 0))
        page->links =
            mem_resize(page->links, (page->link_count == 0 ? 16 : page->link_count * 2) * sizeof *page->links);
    page->links[page->link_count] = (struct page_link){.lastmod_ms = -1};
    return &page->links[page->link_count++];
}

/* The rules by which its key is not its text, in case it turns out to be a duplicate. */
static void name_rules(struct page *page, struct page_link *link, unsigned rules)
{
    const char *before = "--url-rules: ";
    size_t at = page->pool.size;

    if (rules == 0 || link->skip != SKIP_NONE)
        return;
    for (int i = 0; i < URL_RULE_COUNT; i++)
        if ((rules >> i & 1) != 0) {
            buf_printf(&page->pool, "%s%s", before, url_rule_names[i]);
            before = ", ";
        }
    link->why_at = (uint32_t)at;
    link->why_size = (uint16_t)(page->pool.size - at);
}

static void set_key(struct extract *x, struct page *page, struct page_link *link, const struct url *url)
{
    unsigned rules = url_key(url, &x->settings->url_rules, &x->key);

    link->key_hash = rules == 0 ? link->text_hash : frontier_hash(x->settings->frontier, buf_slice(&x->key));
    name_rules(page, link, rules);
}

/* How a URL stands to a text with a userinfo, which is never sent. */
enum form {
    FORM_PLAIN,  /* there is none */
    FORM_SENT,   /* the URL without it, which is the one to visit, though the page has another */
    FORM_WRITTEN /* what the page has: a link to record, a twin of the one before */
};

#define HREFLANGS_BYTES 512 /* kept of those of one link, all together */

/* The words of a link: the first there are; an alternate may stand for several languages. */
static void add_words(struct page *page, struct page_link *link, struct slice words)
{
    bool alternate = link->kind == HTML_ALTERNATE;
    uint32_t at;

    if (!link->record || words.size == 0 || (link->anchor_size > 0 && !alternate) ||
        (alternate && link->anchor_size + 1 + words.size > HREFLANGS_BYTES) ||
        page->pool.limit - page->pool.size < link->anchor_size + 1 + words.size)
        return;
    at = (uint32_t)page->pool.size;
    if (link->anchor_size > 0) {
        /* Made room for first: what is added lies in the same buffer. */
        buf_room(&page->pool, link->anchor_size);
        memcpy(page->pool.data + at, page->pool.data + link->anchor_at, link->anchor_size);
        page->pool.size += link->anchor_size;
        buf_add_char(&page->pool, ' ');
    }
    pool_add(page, words);
    link->anchor_at = at;
    link->anchor_size = (uint32_t)page->pool.size - at;
}

static int32_t add_url(struct extract *x, struct page *page, const struct url *url, const struct reference *reference,
                       enum form form)
{
    struct slice text = buf_slice(&url->text);
    uint64_t hash = frontier_hash(x->settings->frontier, text);
    struct link_slot *slot = set_slot(x->set, hash, reference->kind);
    bool nofollow = reference->nofollow || reference->rel != 0;
    struct page_link *link;

    if (slot->stamp == x->set->stamp) {
        link = &page->links[slot->index];
        /* One link that says nothing against it is enough. */
        if (link->skip == SKIP_NOFOLLOW && !nofollow) {
            link->skip = SKIP_NONE;
            link->rule = NULL;
            link->follow = true;
        }
        if (link->skip == SKIP_OFF_SCOPE && !nofollow && x->settings->check_external && form != FORM_WRITTEN)
            judge(x, page, link, url, nofollow);
        link->rel &= reference->rel;
        if (form != FORM_SENT)
            link->record = is_recorded(x, link);
        add_words(page, link, reference->anchor);
        return slot->index;
    }
    if (text.size > EXTRACT_URL_BYTES ||
        page->pool.limit - page->pool.size < text.size + reference->anchor.size + 256) {
        page->links_left_out++;
        return -1;
    }
    link = new_link(page);
    *slot = (struct link_slot){slot->hash, x->set->stamp, (int32_t)page->link_count - 1};
    slot->hash = hash + reference->kind * 0x9e3779b97f4a7c15u;
    x->set->count++;
    link->text_hash = hash;
    link->kind = reference->kind;
    link->rel = reference->rel;
    link->lastmod_ms = reference->lastmod_ms;
    link->url_at = pool_add(page, text);
    link->url_size = (uint32_t)text.size;
    link->host_size = url->path_at;
    judge(x, page, link, url, nofollow);
    if (link->external && form == FORM_WRITTEN) { /* its twin is asked for */
        link->external = link->follow = false;
        link->skip = SKIP_OFF_SCOPE;
    }
    link->record = form != FORM_SENT && is_recorded(x, link);
    set_key(x, page, link, url);
    if (form == FORM_WRITTEN) /* whatever the rules: it is never sent */
        link->key_hash = frontier_hash(x->settings->frontier, buf_slice(&x->plain.text));
    add_words(page, link, reference->anchor);
    return (int32_t)page->link_count - 1;
}

int32_t extract_add_parsed(struct extract *x, struct page *page, const struct url *url,
                           const struct reference *reference)
{
    int32_t plain;

    if (url->user_at == url->host_at)
        return add_url(x, page, url, reference, FORM_PLAIN);
    buf_clear(&x->key);
    url_add_sent(url, &x->key);
    if (url_parse(&x->plain, buf_slice(&x->key)) != URL_WEB)
        return -1;
    plain = add_url(x, page, &x->plain, reference, FORM_SENT);
    if (reference->kind != LINK_SEED) /* whose userinfo is a password, to be used and not to be kept */
        add_url(x, page, url, reference, FORM_WRITTEN);
    return plain;
}

int32_t extract_add_reference(struct extract *x, struct page *page, const struct reference *reference)
{
    switch (url_resolve(&x->target, x->is_based ? &x->base : NULL, reference->href, reference->charset)) {
    case URL_WEB:
        return extract_add_parsed(x, page, &x->target, reference);
    case URL_OTHER:
        return -1;
    case URL_BAD:
        break;
    }
    if (reference->href.size > EXTRACT_URL_BYTES)
        page->links_left_out++;
    return -1;
}

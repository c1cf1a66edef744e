#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Another URL with the same key that is, was or will be visited; 0: none. */
static int64_t twin_of(const struct frontier *f, uint64_t key_hash, int64_t id)
{
    int64_t value = seen_find(f->seen, key_hash);

    return value == 0 || (value & SEEN_UNVISITED) != 0 || SEEN_ID(value) == id ? 0 : SEEN_ID(value);
}

/* --- Query variants: URLs that are the same but for the query ---------------------- */
/* One more, unless there are as many as may be and it `may_refuse`: then false. */
static bool count_variant(struct frontier *f, struct slice url, bool may_refuse)
{
    uint64_t place = f->limits.query_variants > 0 ? frontier_variants_place(f, url) : 0;
    int64_t count;

    if (place == 0)
        return true;
    count = seen_find(f->seen, place);
    if (may_refuse && count >= f->limits.query_variants)
        return false;
    seen_set(f->seen, place, count + 1);
    return true;
}

/* --- A new URL finds its place ------------------------------------------------------ */
static bool has_room(const struct frontier *f, const struct host *h)
{
    size_t room = host_room(f);

    if (h->parked > 0)
        return false;
    return room > f->limits.window / 2 || (room > 0 && h->ready.count < host_share(f, h));
}

static void remember_ahead(struct host *h, int64_t id)
{
    h->ahead = mem_resize(h->ahead, (h->ahead_count + 1) * sizeof h->ahead[0]);
    h->ahead[h->ahead_count++] = id;
}

static struct waiting *waiting_of_link(const struct page *page, const struct page_link *link, bool is_hop)
{
    struct slice url = {page->pool.data + link->url_at, link->url_size};
    struct waiting *w;

    if (is_hop) {
        int64_t chain[PAGE_REDIRECTS_MAX];

        memcpy(chain, page->chain, sizeof chain);
        chain[page->redirects] = page->id;
        w = waiting_new(url, chain, (uint8_t)(page->redirects + 1));
    } else {
        w = waiting_new(url, NULL, 0);
    }
    w->id = link->id;
    w->found_on = page->id;
    w->depth = link->depth;
    w->hops = page->hops;
    w->trail = page->trail;
    w->via = link->kind;
    if (link->kind == LINK_SITEMAP_FILE)
        w->kind = PAGE_SITEMAP;
    w->external = link->external;
    if (w->kind != PAGE_SITEMAP && link->external)
        w->kind = PAGE_EXTERNAL;
    return w;
}

static void admit(struct frontier *f, struct host *h, const struct page *page, const struct page_link *link,
                  bool is_hop, int64_t now_ms)
{
    /* A row that was skipped at first may stand below others that are parked: it cannot be. */
    bool first = h->ready.first == NULL;

    if (!has_room(f, h) && !link->is_upgrade) {
        h->parked++;
        f->parked++;
        if (h->parked == 1)
            host_update(f, h, now_ms);
        return;
    }
    if (h->parked > 0 && link->id > h->loaded_up_to)
        remember_ahead(h, link->id);
    else if (link->id > h->loaded_up_to)
        h->loaded_up_to = link->id;
    host_add_ready(h, waiting_of_link(page, link, is_hop));
    f->waiting++;
    if (first)
        host_update(f, h, now_ms);
}

/* --- The links of a page --------------------------------------------------------------- */
struct offer {
    struct frontier *f;
    struct page *page;
    struct host *last_host; /* of the link before: most are of one host */
    int64_t now_ms;
};

static struct host *host_of_link(struct offer *offer, struct page_link *link)
{
    struct slice origin = {offer->page->pool.data + link->url_at, link->host_size};
    struct host *h = offer->last_host;

    if (h == NULL || h->origin_size != origin.size || memcmp(h->origin, origin.data, origin.size) != 0)
        h = host_of_origin(offer->f, origin, &link->host_is_new);
    offer->last_host = h;
    return h;
}

static bool is_in_chain(const struct page *page, int64_t id)
{
    for (int i = 0; i < page->redirects; i++)
        if (page->chain[i] == id)
            return true;
    return id == page->id;
}

/* Decides for a link that is to be followed and whose URL (row link->id) is not visited yet; true: it waits from
 * now on. */
static bool decide(struct offer *offer, struct page_link *link, bool is_hop)
{
    struct frontier *f = offer->f;
    int64_t twin = twin_of(f, link->key_hash, link->id);
    struct host *h;

    if (twin != 0) {
        link->skip = SKIP_DUPLICATE;
        link->same_as = twin;
        if (link->why_size == 0) /* it is its own key: the rules are those by which the other one has it, too */
            link->rule = "--url-rules";
        return false;
    }
    link->why_size = 0; /* the rules that could have made it one */
    if (is_hop && (!link->external || offer->page->kind == PAGE_SITEMAP) &&
        offer->page->redirects >= f->limits.max_redirects) {
        page_fail(offer->page, PAGE_REDIRECT_LOOP, "more than %d redirects", f->limits.max_redirects);
        link->skip = SKIP_LIMIT;
        link->rule = f->words_redirects;
        return false;
    }
    h = host_of_link(offer, link);
    link->host_id = h->id;
    if (link->kind != LINK_SITEMAP_FILE && !link->external) {
        const struct host_rules *rules = h->pace.rules;

        if (rules->max_pages > 0 && h->admitted >= rules->max_pages) {
            link->skip = SKIP_LIMIT;
            link->rule = rules->max_pages_rule;
            return false;
        }
        if (!count_variant(f, (struct slice){offer->page->pool.data + link->url_at, link->url_size},
                           link->kind != LINK_SEED && link->kind != LINK_SITEMAP)) {
            link->skip = SKIP_TRAP;
            link->rule = f->words_variants;
            return false;
        }
        h->admitted++;
        if (link->kind == LINK_SITEMAP && offer->page->host != NULL)
            offer->page->host->listed++;
        if (rules->max_pages > 0)
            h->changed = true;
    }
    if (!link->external)
        frontier_claim_key(f, link->text_hash, link->key_hash, link->id);
    admit(f, h, offer->page, link, is_hop, offer->now_ms);
    return true;
}

static void offer_link(struct offer *offer, struct page_link *link, bool is_hop)
{
    struct frontier *f = offer->f;
    int64_t value;
    uint64_t place = frontier_text_place(f, link->text_hash, &value);
    bool waits = false;

    if (is_hop && offer->page->kind == PAGE_SITEMAP)
        link->kind = LINK_SITEMAP_FILE; /* what a sitemap was moved to is one */
    link->depth = page_link_depth(offer->page, link->kind);
    link->is_new = value == 0;
    link->id = link->is_new ? f->last_url_id + 1 : SEEN_ID(value);
    if (is_hop && !link->is_new && is_in_chain(offer->page, link->id)) {
        page_fail(offer->page, PAGE_REDIRECT_LOOP, "redirected in a circle");
        return;
    }
    /* A twin is known for good: only a URL that was not wanted before may be wanted now. */
    if (!link->is_new && (value & SEEN_UNVISITED) == 0)
        return;
    if (link->external && (value & SEEN_CHECKED) != 0)
        return;
    if (link->follow && link->skip == SKIP_NONE) {
        link->is_upgrade = !link->is_new;
        waits = decide(offer, link, is_hop);
        link->is_upgrade = link->is_upgrade && waits;
    }
    if (link->is_new && link->skip == SKIP_TRAP)
        link->host_id = host_of_link(offer, link)->id; /* so that it can be released */
    if (link->is_new) {
        f->last_url_id++;
        f->known++;
    }
    if (waits || link->skip == SKIP_DUPLICATE)
        seen_set(f->seen, place, seen_value(link->id, link->external ? SEEN_UNVISITED | SEEN_CHECKED : 0));
    else if (link->is_new)
        seen_set(f->seen, place, seen_value(link->id, SEEN_UNVISITED));
}

static void offer_links(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct offer offer = {.f = f, .page = page, .last_host = page->host, .now_ms = now_ms};
    int32_t hop = page->outcome == PAGE_REDIRECT ? page->redirect_link : -1;
    int32_t left_out = page->kind == PAGE_ROBOTS ? page->redirect_link : -1; /* robots.txt has no row, nor what it was
                                                                                moved to */

    for (uint32_t i = 0; i < page->link_count; i++)
        seen_prefetch(f->seen, page->links[i].text_hash);
    for (uint32_t i = 0; i < page->link_count; i++)
        if ((int32_t)i != left_out)
            offer_link(&offer, &page->links[i], (int32_t)i == hop);
}

/* --- A page is done ----------------------------------------------------------------------- */
/* What must survive a crash of the page's own host; else the state of one that is forgotten. */
static void bring_host_state(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct host *h = page->host;

    if (page->kind == PAGE_ROBOTS || page->kind == PAGE_REFILL || page->host_state != NULL)
        return;
    if (h != NULL)
        host_bring_state(f, h, page, now_ms);
    if (page->host_state == NULL)
        page->host_state = host_forget(f, now_ms);
}

/* Before all else that waits: what it teaches is wanted for the pages to come. It has no row, and the host is known. */
static void add_probe(struct frontier *f, struct host *h, struct slice url, int64_t now_ms)
{
    struct waiting *w = waiting_new(url, NULL, 0);

    w->kind = PAGE_PROBE;
    waiting_insert(&h->delayed, w);
    f->waiting++;
    host_update(f, h, now_ms);
}

void frontier_add_probe(struct frontier *f, struct slice url)
{
    const char *path = memchr(url.data + 8, '/', url.size - 8);
    struct slice origin = {url.data, (size_t)(path - url.data)};
    bool is_new;

    frontier_lock(f);
    add_probe(f, host_of_origin(f, origin, &is_new), url, clock_ms());
    frontier_unlock(f);
}

void frontier_finish(struct frontier *f, struct page *page)
{
    int64_t now_ms;

    frontier_lock(f);
    now_ms = clock_ms();
    if (page->kind == PAGE_ROBOTS) {
        if (page->fetched_ms != 0) /* else nobody was asked: the host was given up */
            page->robots_host = page->robots_for->id;
        robots_answered(f, page, now_ms);
    }
    if (page->kind == PAGE_REFILL)
        page->host->parked_at_finish = page->host->parked;
    offer_links(f, page, now_ms);
    if (page->probe != NULL && page->host != NULL)
        add_probe(f, page->host, slice_of(page->probe), now_ms);
    page->ticket = ++f->last_ticket;
    f->learning = f->limits.one_by_one && page->is_active;
    frontier_page_in(f, page, now_ms);
    bring_host_state(f, page, now_ms);
    if (page->kind != PAGE_REFILL)
        page->host = page->robots_for = NULL;
    page->robots_origin = NULL;
    frontier_unlock(f);
}

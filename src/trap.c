#include "trap.h"

#include "mem.h"
#include "trap_cluster.h"
#include "trap_echo.h"
#include "trap_quarantine.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#define SAID_BEFORE     (1u << 16) /* exact texts remembered: a power of two */
#define LINKS_LOOKED_AT 64         /* new ones of a stale page */

struct trap {
    uint64_t seed;
    pthread_mutex_t lock; /* guards all below */
    struct clusters *clusters;
    struct echoes *echoes;
    uint64_t *said_before;         /* hashes of host, title and text */
    struct quarantine *quarantine; /* has a lock of its own */
};

struct trap *trap_new(uint64_t seed)
{
    struct trap *t = mem_new(sizeof *t);

    t->seed = seed;
    t->clusters = clusters_new();
    t->echoes = echoes_new();
    t->said_before = mem_array(SAID_BEFORE, sizeof *t->said_before);
    t->quarantine = quarantine_new();
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void trap_free(struct trap *t)
{
    if (t == NULL)
        return;
    quarantine_free(t->quarantine);
    pthread_mutex_destroy(&t->lock);
    echoes_free(t->echoes);
    clusters_free(t->clusters);
    free(t->said_before);
    free(t);
}

/* --- Keys -------------------------------------------------------------------------- */
static uint64_t hash_of(const struct trap *t, struct slice text, uint64_t what)
{
    uint64_t hash = XXH3_64bits_withSeed(text.data, text.size, t->seed ^ what);

    return hash == 0 ? 1 : hash;
}

static uint64_t shape_key(const struct trap *t, enum shape kind, struct slice shape)
{
    return hash_of(t, shape, 0x7472617000 + (uint64_t)kind);
}

/* The clusters that a URL belongs to, each once. `text` is memory for shapes. */
static void find_keys(const struct trap *t, struct slice url, struct buf *text, uint64_t keys[SHAPE_SLOTS])
{
    bool has_name = true;

    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++) {
        keys[slot] = 0;
        buf_clear(text);
        if (!has_name || !shape_of(url, slot, text)) {
            has_name = slot < SHAPE_NAME;
            continue;
        }
        keys[slot] = shape_key(t, shape_of_slot(slot), buf_slice(text));
        for (unsigned before = SHAPE_NAME; before < slot; before++)
            if (keys[before] == keys[slot])
                keys[slot] = 0; /* names that differ in numbers alone */
    }
}

static struct buf shape_memory(void)
{
    return (struct buf){.limit = 64 * 1024};
}

void trap_restore(struct trap *t, enum shape kind, const char *shape, const char *why)
{
    if (kind < SHAPE_COUNT)
        quarantine_add(t->quarantine, shape_key(t, kind, slice_of(shape)), why);
}

/* Why a URL of these clusters is not fetched; NULL: it is. */
static const char *words_of(const struct trap *t, const uint64_t keys[SHAPE_SLOTS])
{
    const char *found = NULL;

    for (unsigned slot = 0; slot < SHAPE_SLOTS && found == NULL; slot++)
        found = keys[slot] == 0 ? NULL : quarantine_find(t->quarantine, keys[slot]);
    return found;
}

static_assert(PAGE_KINDS == SHAPE_SLOTS, "a page has room for the clusters of its URL");

bool trap_kinds(struct trap *t, struct slice url, uint64_t keys[PAGE_KINDS])
{
    struct buf text = shape_memory();

    find_keys(t, url, &text, keys);
    buf_free(&text);
    return quarantine_is_empty(t->quarantine) || words_of(t, keys) == NULL;
}

bool trap_refuses(struct trap *t, struct slice url, char *why, size_t why_size)
{
    struct buf text = shape_memory();
    uint64_t keys[SHAPE_SLOTS];
    const char *found;

    if (quarantine_is_empty(t->quarantine))
        return false;
    find_keys(t, url, &text, keys);
    buf_free(&text);
    found = words_of(t, keys);
    if (found != NULL)
        snprintf(why, why_size, "%s", found);
    return found != NULL;
}

/* --- What a page says --------------------------------------------------------------------- */
static bool is_learnt_from(const struct page *page)
{
    return page->kind == PAGE_DOCUMENT && page->outcome == PAGE_OK && page->skip == SKIP_NONE &&
           (page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML);
}

static uint32_t title_hash(const struct trap *t, struct slice title, struct buf *text)
{
    uint32_t hash;

    buf_clear(text);
    shape_add_blind(title, text);
    hash = (uint32_t)hash_of(t, buf_slice(text), 0x7469746C65);
    return hash == 0 ? 1 : hash;
}

static struct slice origin_of(struct slice url)
{
    const char *host = memchr(url.data, '/', url.size);
    const char *path = host == NULL ? NULL : memchr(host + 2, '/', url.size - (size_t)(host + 2 - url.data));

    return path == NULL ? url : (struct slice){url.data, (size_t)(path - url.data)};
}

/* True if a page of the host has said this before; else it is kept in mind. */
static bool note_said(struct trap *t, const struct page *page, uint64_t text, uint64_t title)
{
    uint64_t hash = hash_of(t, origin_of((struct slice){page->url, page->url_size}), 0x73616964);
    uint64_t *place;

    if (page->text_bytes == 0 && page->title.size == 0)
        return false; /* it says nothing at all */
    hash = (hash ^ text) * 0x9E3779B97F4A7C15u;
    hash ^= title;
    place = &t->said_before[hash & (SAID_BEFORE - 1)];
    if (*place == hash)
        return true;
    *place = hash;
    return false;
}

/* This title and text, in all letters and figures. */
static bool note_exact(struct trap *t, const struct page *page)
{
    return note_said(t, page, page->text_hash, hash_of(t, page->title, 0x6578616374));
}

/* But for the words that its URL says. */
static bool note_echo(struct trap *t, const struct page *page, const struct echo *echo)
{
    uint64_t title = 0;

    echo_hash(echo, page->title, &title);
    return note_said(t, page, page->text_echo_hash, title ^ 0x6563686F);
}

static uint64_t path_key(const struct trap *t, struct slice url)
{
    const char *query = memchr(url.data, '?', url.size);

    return hash_of(t, (struct slice){url.data, query == NULL ? url.size : (size_t)(query - url.data)}, 0x70617468);
}

void trap_look(struct trap *t, struct page *page, struct trap_sight *sight)
{
    struct slice url = {page->url, page->url_size};
    struct buf text = shape_memory();

    sight->counts = is_learnt_from(page);
    sight->wants_text = page->kinds.wants_text;
    sight->echo.count = 0;
    if (!page->kinds.known && (sight->counts || page->lane != NULL)) {
        find_keys(t, url, &text, page->kinds.keys);
        page->kinds.known = true;
    }
    if (!sight->counts) {
        buf_free(&text);
        return;
    }
    memcpy(sight->keys, page->kinds.keys, sizeof sight->keys);
    sight->title_hash = title_hash(t, page->title, &text);
    buf_free(&text);
    pthread_mutex_lock(&t->lock);
    if (sight->keys[SHAPE_NAME] != 0)
        sight->wants_text |= echoes_note(t->echoes, path_key(t, url), url, &sight->echo);
    if (!sight->wants_text)
        sight->wants_text = clusters_want_text(t->clusters, url, sight->title_hash, sight->keys);
    pthread_mutex_unlock(&t->lock);
}

/* --- News ------------------------------------------------------------------------------------ */
/* A new URL that is not for fetching, such as an image or another site's page: counts unless a program made it up. */
static bool is_news_by_itself(const struct page *page, const struct page_link *link)
{
    return (link->skip == SKIP_KIND || link->skip == SKIP_OFF_SCOPE) &&
           memchr(page->pool.data + link->url_at, '?', link->url_size) == NULL;
}

struct new_links {
    uint64_t keys[LINKS_LOOKED_AT][SHAPE_SLOTS];
    size_t count;
};

/* The clusters of the page's new links. True: one of them is news in any case. */
static bool find_new_links(const struct trap *t, const struct page *page, struct new_links *new)
{
    struct buf text = shape_memory();
    bool news = false;

    new->count = 0;
    for (uint32_t i = 0; i < page->link_count && !news && new->count < LINKS_LOOKED_AT; i++) {
        const struct page_link *link = &page->links[i];

        if (!link->is_new)
            continue;
        if (link->skip == SKIP_NONE && link->host_id != 0)
            find_keys(t, (struct slice){page->pool.data + link->url_at, link->url_size}, &text,
                      new->keys[new->count++]);
        else
            news = is_news_by_itself(page, link);
    }
    buf_free(&text);
    return news;
}

/* True if a link adds to the page's query and changes nothing else of it but values. */
static bool is_longer_query(const uint64_t page[SHAPE_SLOTS], const uint64_t link[SHAPE_SLOTS])
{
    for (unsigned i = SHAPE_NAME; i < SHAPE_SLOTS; i++) {
        bool has = page[i] == 0;

        for (unsigned k = SHAPE_NAME; k < SHAPE_SLOTS && !has; k++)
            has = link[k] == page[i];
        if (!has)
            return false;
    }
    return page[SHAPE_NAME] != 0;
}

/* With the lock. A link to a cluster of the page itself is no news, nor is one to a cluster that repeats itself. */
static bool has_news(const struct trap *t, const struct trap_sight *sight, const struct new_links *new)
{
    for (size_t i = 0; i < new->count; i++) {
        bool old = is_longer_query(sight->keys, new->keys[i]);

        for (unsigned slot = 0; slot < SHAPE_SLOTS && !old; slot++)
            old = new->keys[i][slot] != 0 && (new->keys[i][slot] == sight->keys[slot] ||
                                              cluster_is_suspect(clusters_find(t->clusters, new->keys[i][slot])));
        if (!old)
            return true;
    }
    return false;
}

/* --- Learning ---------------------------------------------------------------------------------- */
/* With the lock. Where a query has several names, the one that most pages of the path have is what tells those apart;
 * the others are to blame. */
static bool is_carrier(const struct trap *t, const uint64_t keys[SHAPE_SLOTS], unsigned slot)
{
    uint32_t pages = cluster_pages(clusters_find(t->clusters, keys[slot]));
    bool is_alone = true;

    for (unsigned other = SHAPE_NAME; other < SHAPE_SLOTS; other++) {
        const struct cluster *c = other == slot ? NULL : clusters_find(t->clusters, keys[other]);

        if (c != NULL && cluster_pages(c) > pages)
            return false;
        is_alone = is_alone && c == NULL;
    }
    return !is_alone;
}

/* With the lock. */
static void put_into_quarantine(struct trap *t, struct cluster *c, unsigned slot, struct page *page)
{
    struct buf text = shape_memory();
    uint32_t pages = cluster_pages(c);
    struct page_trap *note;

    if (page->trap != NULL || !shape_of((struct slice){page->url, page->url_size}, slot, &text)) {
        buf_free(&text);
        return; /* at the next page */
    }
    note = page->trap = mem_new(sizeof *note);
    note->kind = (uint8_t)shape_of_slot(slot);
    note->pages = pages;
    note->shape = text.data;
    /* Its end tells the most, but for the host. */
    snprintf(note->why, sizeof note->why, "trap: %.*s: %u pages brought nothing new",
             (int)(text.size < 100 ? text.size : 100), text.data, pages);
    if (!quarantine_add(t->quarantine, shape_key(t, shape_of_slot(slot), slice_of(note->shape)), note->why)) {
        page_trap_free(note);
        page->trap = NULL;
    }
    cluster_close(c);
}

/* With the lock. */
static void tell_kinds(const struct trap *t, struct page *page)
{
    page->kinds.learnt = true;
    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++) {
        const struct cluster *c = clusters_find(t->clusters, page->kinds.keys[slot]);

        if (c == NULL)
            continue;
        page->kinds.varied |= (uint16_t)(cluster_is_varied(c) << slot);
        page->kinds.repeats |= (uint16_t)(cluster_repeats(c) << slot);
    }
}

void trap_learn(struct trap *t, struct page *page, const struct trap_sight *sight)
{
    bool repeats[SHAPE_SLOTS] = {false};
    bool exact, any = false, news = false;
    bool is_judged = sight->echo.count > 0 && page_has_text(page); /* by what it says besides the words of its URL */
    bool echoed = false;
    struct new_links new = {.count = 0};

    if (!sight->counts)
        return;
    pthread_mutex_lock(&t->lock);
    exact = page_has_text(page) && note_exact(t, page);
    if (is_judged)
        any = echoed = note_echo(t, page, &sight->echo);
    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++) {
        if (sight->keys[slot] == 0)
            continue;
        repeats[slot] =
            cluster_note_said(clusters_get(t->clusters, sight->keys[slot]), sight->title_hash, page) || exact;
        any = any || repeats[slot];
    }
    pthread_mutex_unlock(&t->lock);
    if (any)
        news = find_new_links(t, page, &new);
    pthread_mutex_lock(&t->lock);
    news = news || has_news(t, sight, &new);
    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++) {
        struct cluster *c = clusters_find(t->clusters, sight->keys[slot]);

        if (c == NULL)
            continue;
        cluster_note_page(c, page, repeats[slot], exact, news);
        /* A number may be that of a page of a list, which goes on. */
        if (is_judged && shape_has_word((struct slice){page->url, page->url_size}, slot))
            cluster_note_echo(c, echoed, news);
        if (cluster_is_trap(c, shape_of_slot(slot)) && (slot < SHAPE_NAME || !is_carrier(t, page->kinds.keys, slot)))
            put_into_quarantine(t, c, slot, page);
    }
    tell_kinds(t, page);
    pthread_mutex_unlock(&t->lock);
}

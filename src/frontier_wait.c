#include "frontier_inside.h"

#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct waiting *waiting_new(struct slice url, const int64_t *chain, uint8_t redirects)
{
    size_t chain_size = redirects * sizeof(int64_t);
    struct waiting *w = mem_alloc(offsetof(struct waiting, tail) + chain_size + url.size);

    memset(w, 0, offsetof(struct waiting, tail));
    w->due_ms = INT64_MIN;
    w->kind = PAGE_DOCUMENT;
    w->url_size = (uint32_t)url.size;
    w->redirects = redirects;
    if (chain_size > 0)
        memcpy(w->tail, chain, chain_size);
    memcpy(w->tail + chain_size, url.data, url.size);
    return w;
}

struct slice waiting_url(const struct waiting *w)
{
    return (struct slice){w->tail + w->redirects * sizeof(int64_t), w->url_size};
}

struct page *waiting_into_page(struct waiting *w, struct host *h)
{
    struct slice url = waiting_url(w);
    struct page *page = page_new(w->kind, url.data, url.size);

    page->id = w->id;
    page->host = h;
    page->depth = w->depth;
    page->via = w->via;
    page->tries = w->tries;
    page->redirects = w->redirects;
    page->external = w->external != 0;
    page->hops = w->hops;
    page->trail = w->trail;
    page->lane = w->in_lane ? h : NULL;
    page->kinds.wants_text = w->wants_text;
    if (w->kind == PAGE_ROBOTS) {
        page->robots_for = w->robots_for; /* its hops are only counted: there is no row to name */
        page->robots_origin = w->robots_for->origin;
    } else {
        page->found_on = w->found_on;
    }
    memcpy(page->chain, w->tail, w->redirects * sizeof page->chain[0]);
    free(w);
    return page;
}

struct waiting *waiting_from_page(struct page *page)
{
    struct waiting *w = waiting_new((struct slice){page->url, page->url_size}, page->chain, page->redirects);

    w->kind = (uint8_t)page->kind;
    w->id = page->id;
    w->depth = page->depth;
    w->via = page->via;
    w->tries = page->tries;
    w->external = page->external;
    w->hops = page->hops;
    w->trail = page->trail;
    w->in_lane = page->lane != NULL;
    w->wants_text = page->kinds.wants_text;
    if (page->kind == PAGE_ROBOTS)
        w->robots_for = page->robots_for;
    else
        w->found_on = page->found_on;
    page_free(page);
    return w;
}

void waiting_append(struct waiting_list *list, struct waiting *w)
{
    w->next = NULL;
    if (list->last == NULL)
        list->first = w;
    else
        list->last->next = w;
    list->last = w;
    list->count++;
}

void waiting_insert(struct waiting_list *list, struct waiting *w)
{
    struct waiting **at = &list->first;

    if (list->last == NULL || list->last->due_ms <= w->due_ms) {
        waiting_append(list, w);
        return;
    }
    while ((*at)->due_ms <= w->due_ms)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
    list->count++;
}

struct waiting *waiting_pop(struct waiting_list *list)
{
    struct waiting *w = list->first;

    if (w == NULL)
        return NULL;
    list->first = w->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    return w;
}

void waiting_free_all(struct waiting_list *list)
{
    struct waiting *w;

    while ((w = waiting_pop(list)) != NULL)
        free(w);
}

#include "tally.h"

#include "mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct tally {
    pthread_mutex_t lock; /* guards counts */
    struct tally_counts counts;
};

struct tally *tally_new(void)
{
    struct tally *t = mem_new(sizeof *t);

    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void tally_free(struct tally *t)
{
    if (t == NULL)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static void add_document(struct tally_counts *c, const struct page *page)
{
    c->pages++;
    c->outcomes[page->outcome]++;
    c->status_class[page->status >= 100 && page->status < 600 ? page->status / 100 : 0]++;
    c->tries += page->tries;
    if (page->outcome == PAGE_OK && (page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML)) {
        c->titles += page->title.size > 0;
        c->titles_missing += page->title.size == 0;
    }
    if (page->via == LINK_SEED) {
        c->seeds++;
        c->seeds_answered += page->status >= 200 && page->status < 400;
    }
    if (page->times.total_ms > c->slowest_ms) {
        c->slowest_ms = page->times.total_ms;
        snprintf(c->slowest_url, sizeof c->slowest_url, "%s", page->url);
    }
    snprintf(c->last_url, sizeof c->last_url, "%s", page->url);
    c->last_status = page->status;
    c->last_ms = page->times.total_ms;
}

static void add_page(struct tally_counts *c, const struct page *page)
{
    c->wire_bytes += page->wire_bytes;
    c->body_bytes += page->body_bytes;
    c->links_left_out += page->links_left_out;
    if (page->skip != SKIP_NONE) {
        c->skips[page->skip]++;
        c->seeds += page->via == LINK_SEED;
    } else if (page->kind == PAGE_DOCUMENT) {
        add_document(c, page);
    } else {
        c->sitemaps += page->kind == PAGE_SITEMAP;
        c->externals += page->kind == PAGE_EXTERNAL;
        c->robots_files += page->kind == PAGE_ROBOTS;
    }
    for (size_t i = 0; i < page->link_count; i++) {
        c->links += page->links[i].record;
        if (page->links[i].is_new)
            c->skips[page->links[i].skip]++;
    }
}

void tally_add(struct tally *t, struct page *const *pages, size_t count)
{
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < count; i++)
        add_page(&t->counts, pages[i]);
    t->counts.skips[SKIP_NONE] = 0;
    pthread_mutex_unlock(&t->lock);
}

void tally_read(struct tally *t, struct tally_counts *counts)
{
    pthread_mutex_lock(&t->lock);
    *counts = t->counts;
    pthread_mutex_unlock(&t->lock);
}

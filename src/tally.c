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

static void note(struct tally_page *noted, const struct page *page)
{
    *noted = (struct tally_page){.status = page->status,
                                 .outcome = page->outcome,
                                 .skip = page->skip,
                                 .skip_line = page->skip_line,
                                 .total_ms = page->times.total_ms};
    snprintf(noted->url, sizeof noted->url, "%s", page->url);
    snprintf(noted->error, sizeof noted->error, "%s", page->error);
}

static bool is_whole_answer(const struct page *page)
{
    switch (page->outcome) {
    case PAGE_OK:
    case PAGE_REDIRECT:
    case PAGE_HTTP_ERROR:
    case PAGE_WRONG_TYPE:
    case PAGE_REDIRECT_LOOP:
    case PAGE_BAD_REDIRECT:
        return page->status >= 100 && page->status < 600;
    default:
        return false;
    }
}

static void add_seed(struct tally_counts *c, const struct page *page)
{
    bool answered = page->skip == SKIP_NONE && page->status >= 200 && page->status < 400;

    c->seeds++;
    c->seeds_answered += answered;
    if (!answered && c->bad_seed.url[0] == '\0')
        note(&c->bad_seed, page);
}

/* One that was refused before it came to a request. */
static void add_skipped_seed(struct tally_counts *c, const struct page *page, const struct page_link *link)
{
    struct tally_page *bad = &c->bad_seed;

    c->seeds++;
    if (bad->url[0] != '\0')
        return;
    *bad = (struct tally_page){.skip = (enum page_skip)link->skip, .total_ms = -1};
    snprintf(bad->url, sizeof bad->url, "%.*s", (int)link->url_size, page->pool.data + link->url_at);
    snprintf(bad->error, sizeof bad->error, "%.*s", (int)link->why_size, page->pool.data + link->why_at);
}

static void add_document(struct tally_counts *c, const struct page *page)
{
    c->pages++;
    c->outcomes[page->outcome]++;
    c->answers[is_whole_answer(page) ? page->status / 100 : 0]++;
    if (page->outcome == PAGE_HTTP_ERROR) {
        c->not_found += page->status == 404 || page->status == 410;
        c->refused += page->status == 401 || page->status == 403;
        c->too_many += page->status == 429;
        c->server_errors += page->status >= 500 && page->status < 600;
    }
    c->tries += page->tries;
    if (page->outcome == PAGE_OK && (page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML)) {
        c->titles += page->title.size > 0;
        c->titles_missing += page->title.size == 0;
    }
    if (page->times.total_ms > c->slowest.total_ms)
        note(&c->slowest, page);
    note(&c->last, page);
}

/* No link leads to what has depth 0: it is a seed, or where one was redirected to. */
static void add_moved_seed(struct tally_counts *c, const struct page *page)
{
    const struct page_link *link = page->redirect_link < 0 ? NULL : &page->links[page->redirect_link];

    if (page->outcome != PAGE_REDIRECT || page->depth > 0 || link == NULL ||
        (link->skip != SKIP_OFF_SCOPE && !link->external))
        return;
    if (c->seeds_moved++ > 0)
        return;
    snprintf(c->moved_seed, sizeof c->moved_seed, "%s", page->url);
    snprintf(c->moved_to, sizeof c->moved_to, "%.*s", (int)link->url_size, page->pool.data + link->url_at);
}

static void add_page(struct tally_counts *c, const struct page *page)
{
    c->wire_bytes += page->wire_bytes;
    c->body_bytes += page->body_bytes;
    c->links_left_out += page->links_left_out;
    if (page->kind == PAGE_DOCUMENT && page->via == LINK_SEED)
        add_seed(c, page);
    if (page->kind == PAGE_PROBE) {
        c->probes += page->skip == SKIP_NONE;
    } else if (page->skip != SKIP_NONE) {
        c->skips[page->skip]++;
    } else if (page->kind == PAGE_DOCUMENT) {
        add_document(c, page);
        add_moved_seed(c, page);
    } else {
        c->sitemaps += page->kind == PAGE_SITEMAP;
        c->externals += page->kind == PAGE_EXTERNAL;
        c->robots_files += page->kind == PAGE_ROBOTS;
    }
    for (size_t i = 0; i < page->link_count; i++) {
        const struct page_link *link = &page->links[i];

        c->links += link->record;
        if (!link->is_new)
            continue;
        c->skips[link->skip]++;
        if (link->kind == LINK_SEED && link->skip != SKIP_NONE)
            add_skipped_seed(c, page, link);
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

int64_t tally_failures(const struct tally_counts *counts)
{
    int64_t failed = 0;

    for (int i = 0; i < PAGE_OUTCOME_COUNT; i++)
        if (i != PAGE_OK && i != PAGE_REDIRECT && i != PAGE_HTTP_ERROR && i != PAGE_WRONG_TYPE &&
            i != PAGE_REDIRECT_LOOP && i != PAGE_BAD_REDIRECT)
            failed += counts->outcomes[i];
    return failed;
}

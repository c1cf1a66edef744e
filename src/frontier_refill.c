#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>

bool frontier_refill_wanted(struct frontier *f, const struct page *page, struct refill *wanted)
{
    const struct host *h = page->host;

    if (page->kind != PAGE_REFILL)
        return false;
    frontier_lock(f);
    *wanted = (struct refill){
        .host_id = h->id, .wants_state = h->wants_state, .after = h->loaded_up_to, .max = h->refill_rows};
    frontier_unlock(f);
    return wanted->wants_state || wanted->max > 0;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* There may be as many as a site has links that were not to be followed where they were first found: with 100,000 of
 * them a walk along them took 25 us a row, this takes 0.5. */
static void sort_ahead(struct host *h)
{
    if (h->ahead_count > 1)
        qsort(h->ahead, h->ahead_count, sizeof h->ahead[0], compare_ids);
}

/* They are sorted. */
static bool is_ahead(const struct host *h, int64_t id)
{
    return h->ahead_count > 0 && bsearch(&id, h->ahead, h->ahead_count, sizeof h->ahead[0], compare_ids) != NULL;
}

static void drop_ahead(struct host *h)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->ahead_count; i++)
        if (h->ahead[i] > h->loaded_up_to)
            h->ahead[kept++] = h->ahead[i];
    h->ahead_count = kept;
    if (kept == 0) {
        free(h->ahead);
        h->ahead = NULL;
    }
}

static void load_row(struct frontier *f, struct host *h, const struct waiting_url *row)
{
    struct waiting *w = waiting_new(row->url, row->chain, row->redirects);

    w->id = row->id;
    w->found_on = row->found_on;
    w->depth = row->depth;
    w->via = row->via;
    w->tries = row->tries;
    w->external = row->external;
    if (row->via == LINK_SITEMAP_FILE)
        w->kind = PAGE_SITEMAP;
    else if (row->external)
        w->kind = PAGE_EXTERNAL;
    host_add_ready(h, w);
    f->waiting++;
}

static void load_rows(struct frontier *f, struct host *h, const struct waiting_url *rows, size_t count)
{
    int64_t loaded = 0;
    int64_t left;

    sort_ahead(h);
    for (size_t i = 0; i < count; i++) {
        assert(rows[i].id > h->loaded_up_to);
        h->loaded_up_to = rows[i].id;
        if (is_ahead(h, rows[i].id))
            continue;
        load_row(f, h, &rows[i]);
        loaded++;
    }
    drop_ahead(h);
    left = h->parked - loaded;
    /* A short answer is all there was when it was given: what remains came with later tickets. Else the store has lost
     * rows, which the count at the end will show, but the crawl must end all the same. */
    if (count < h->refill_rows && left > h->parked - h->parked_at_finish)
        left = h->parked - h->parked_at_finish;
    if (left < 0)
        left = 0;
    f->parked -= h->parked - left;
    h->parked = left;
}

/* The rules of a robots.txt that was stored; NULL: none. Without the lock: it may be long. */
static struct robots *stored_rules(const struct frontier *f, const struct host_state *state)
{
    if (state == NULL || state->robots_body == NULL || !f->limits.robots)
        return NULL;
    return robots_parse((struct slice){state->robots_body, state->robots_size}, f->limits.robots_token);
}

/* More documents may have been admitted than --host-max-pages allows, while the row that has the count was away. */
static void limit_late(struct host *h, int64_t admitted_before)
{
    int64_t max_pages = h->pace.rules->max_pages;

    if (max_pages > 0 && h->admitted > max_pages) {
        h->may_take = max_pages - admitted_before;
        if (h->may_take < 0)
            h->may_take = 0;
        h->admitted = max_pages;
    }
}

void frontier_refill(struct frontier *f, const struct page *page, const struct host_state *state,
                     const struct waiting_url *rows, size_t count)
{
    struct host *h = page->host;
    struct robots *rules = stored_rules(f, state);
    int64_t now_ms;

    frontier_lock(f);
    now_ms = clock_ms();
    if (h->wants_state && state != NULL && h->row_known) {
        robots_free(h->rules);
        h->rules = rules;
    } else if (h->wants_state && state != NULL) {
        host_restore(f, h, state, rules, now_ms);
        limit_late(h, state->admitted);
    } else {
        robots_free(rules);
    }
    h->wants_state = false;
    load_rows(f, h, rows, count);
    f->reserved -= h->refill_rows;
    h->refill_rows = 0;
    h->refill_asked = false;
    f->refilling--;
    host_update(f, h, now_ms);
    frontier_feed_sated(f);
    frontier_ask_next(f);
    frontier_check_over(f);
    frontier_unlock(f);
}

#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is fetched of a trap before it is left must follow from the site, not from which answer came first. So URLs of
 * clusters that could still become one are not handed out as found:
 *
 * Of a young cluster, which has not said much yet, the first goes at once. The others wait in a lane, by depth and then
 * by text, from which they go in batches: one begins when nothing is out, or ready, that is no deeper, so that it is
 * known which there are, and what the batch before has taught.
 *
 * Of a cluster that repeats itself they go one at a time, each after what the one before taught, and after all else of
 * the host, but for what does not come: by then all of them are known that lead into it. What one of them leads to
 * comes after those that are there, and among its like goes by text.
 *
 * All others, which are nearly all, go in the order found. Seeds, what a sitemap names and what is tried again never
 * wait here. */

#define BATCH         64   /* URLs of young clusters that go at once; of one of them fewer */
#define PATIENCE_MS   5000 /* a page that takes longer no longer holds up those behind */
#define LANES_AT_MOST 1024 /* URLs of a host; beyond, see host_has_long_lanes() */

/* --- A lane ------------------------------------------------------------------------------- */
static bool is_before(const struct waiting *a, const struct waiting *b)
{
    struct slice left = waiting_url(a), right = waiting_url(b);
    int order;

    if (a->rank != b->rank)
        return a->rank < b->rank;
    order = memcmp(left.data, right.data, left.size < right.size ? left.size : right.size);
    return order != 0 ? order < 0 : left.size < right.size;
}

static void lane_add(struct lane *lane, struct waiting *w, uint16_t rank)
{
    size_t at = lane->count++;

    w->rank = rank;
    if (lane->count > lane->room) {
        lane->room = lane->room == 0 ? 16 : lane->room * 2;
        lane->items = mem_resize(lane->items, lane->room * sizeof lane->items[0]);
    }
    for (; at > 0 && is_before(w, lane->items[(at - 1) / 2]); at = (at - 1) / 2)
        lane->items[at] = lane->items[(at - 1) / 2];
    lane->items[at] = w;
}

static struct waiting *lane_pop(struct lane *lane)
{
    struct waiting *first, *last;
    size_t at = 0, child;

    if (lane->count == 0)
        return NULL;
    first = lane->items[0];
    last = lane->items[--lane->count];
    while ((child = at * 2 + 1) < lane->count) {
        if (child + 1 < lane->count && is_before(lane->items[child + 1], lane->items[child]))
            child++;
        if (!is_before(lane->items[child], last))
            break;
        lane->items[at] = lane->items[child];
        at = child;
    }
    lane->items[at] = last;
    if (lane->count == 0) {
        free(lane->items);
        *lane = (struct lane){.items = NULL};
    }
    return first;
}

static unsigned level_of(unsigned depth)
{
    return depth < LEVELS ? depth : LEVELS - 1;
}

void host_add_ready(struct host *h, struct waiting *w)
{
    h->ready_at[level_of(w->depth)]++;
    waiting_append(&h->ready, w);
}

struct waiting *host_pop_ready(struct host *h)
{
    struct waiting *w = waiting_pop(&h->ready);

    if (w != NULL)
        h->ready_at[level_of(w->depth)]--;
    return w;
}

size_t host_in_lanes(const struct host *h)
{
    return h->young.count + h->batch.count + h->repeats.count;
}

struct waiting *host_pop_lanes(struct host *h)
{
    if (h->batch.first != NULL)
        return waiting_pop(&h->batch);
    return lane_pop(h->young.count > 0 ? &h->young : &h->repeats);
}

/* --- What is next ---------------------------------------------------------------------------- */
bool host_has_long_lanes(const struct frontier *f, const struct host *h)
{
    size_t count = host_in_lanes(h);

    return count > LANES_AT_MOST || (count > 0 && host_room(f) == 0);
}

/* When the last document of those that are out has been so for too long; INT64_MIN: none is. */
static int64_t out_until_ms(const struct host *h)
{
    int64_t until_ms = INT64_MIN;

    for (uint32_t i = 0; i < h->level_count; i++)
        if (h->levels[i].since_ms + PATIENCE_MS > until_ms)
            until_ms = h->levels[i].since_ms + PATIENCE_MS;
    return until_ms;
}

int64_t host_alone_ms(const struct host *h)
{
    if (h->ready.first != NULL || h->delayed.first != NULL || h->robots_queue.first != NULL || h->parked > 0 ||
        h->refill_asked || h->young.count > 0 || h->batch.first != NULL || (uint32_t)h->active > h->level_count)
        return INT64_MAX;
    return out_until_ms(h);
}

void page_begins_level(const struct frontier *f, struct page *page, int64_t now_ms)
{
    struct host *h = page->host;

    if (f->kinds == NULL || page->kind != PAGE_DOCUMENT)
        return;
    if (h->level_count == h->level_room) {
        h->level_room = h->level_room == 0 ? 8 : h->level_room * 2;
        h->levels = mem_resize(h->levels, h->level_room * sizeof h->levels[0]);
    }
    h->levels[h->level_count++] = (struct level){page->depth, now_ms};
    page->has_level = true;
}

/* Of several so deep, the one that has been out for longest: it hardly matters which. */
void page_ends_level(struct host *h, struct page *page)
{
    uint32_t at = 0;

    if (!page->has_level)
        return;
    while (h->levels[at].depth != page->depth)
        at++;
    assert(at < h->level_count);
    memmove(&h->levels[at], &h->levels[at + 1], (--h->level_count - at) * sizeof h->levels[0]);
    page->has_level = false;
}

/* When nothing so deep as the next batch is out, or has been for too long. */
static int64_t batch_due_ms(const struct host *h)
{
    int64_t due_ms = INT64_MIN;

    for (uint32_t i = 0; i < h->level_count; i++)
        if (h->levels[i].depth <= h->young.items[0]->rank && h->levels[i].since_ms + PATIENCE_MS > due_ms)
            due_ms = h->levels[i].since_ms + PATIENCE_MS;
    return due_ms;
}

/* When the next of what repeats may go; `alone_ms`: of the host, as of when the taking began. */
static int64_t repeats_due_ms(const struct frontier *f, const struct host *h, int64_t alone_ms)
{
    int64_t before_ms = h->lane_out > 0 ? out_until_ms(h) : INT64_MIN;

    if (h->repeats.count == 0)
        return INT64_MAX;
    if (host_has_long_lanes(f, h))
        return before_ms;
    return alone_ms > before_ms ? alone_ms : before_ms;
}

int64_t host_lane_due_ms(const struct frontier *f, const struct host *h)
{
    int64_t due_ms;

    if (h->learning > 0)
        return h->batch.first != NULL ? INT64_MIN : INT64_MAX;
    if (h->ready.first != NULL || h->batch.first != NULL)
        return INT64_MIN;
    due_ms = repeats_due_ms(f, h, host_alone_ms(h));
    return h->young.count > 0 && batch_due_ms(h) < due_ms ? batch_due_ms(h) : due_ms;
}

static void leave_lane(struct host *h, struct waiting *w, bool wants_text)
{
    w->in_lane = true;
    w->wants_text = wants_text;
    h->lane_out++;
}

static bool has_ready(const struct host *h, unsigned depth)
{
    for (unsigned level = 0; level <= level_of(depth); level++)
        if (h->ready_at[level] > 0)
            return true;
    return false;
}

/* The batch before is out, all that is ready and no deeper has been looked at, and nothing so deep is out. */
static bool batch_may_begin(const struct host *h, int64_t now_ms)
{
    return h->young.count > 0 && h->batch.first == NULL && !has_ready(h, h->young.items[0]->rank) &&
           batch_due_ms(h) <= now_ms;
}

static void begin_batch(struct frontier *f, struct host *h)
{
    uint16_t depth = h->young.items[0]->rank;
    size_t count = 0;

    f->batches++;
    while (count < BATCH && h->young.count > 0 && h->young.items[0]->rank == depth) {
        struct waiting *w = lane_pop(&h->young);
        struct page_kinds kinds;
        enum kinds_way way = kinds_way(f, w, &kinds);

        if (way == WAY_REPEATS) {
            lane_add(&h->repeats, w, w->hops);
            continue;
        }
        if (way != WAY_FREE && !kinds_fit(f, w, &kinds)) {
            lane_add(&h->young, w, depth);
            return;
        }
        if (way != WAY_FREE) { /* else its cluster is young no more */
            kinds_meet(f, w, &kinds);
            kinds_batched(f, &kinds);
            leave_lane(h, w, true);
            count++;
        }
        waiting_append(&h->batch, w);
    }
}

/* One at a time; NULL: its cluster no longer does, and all of them are ready. */
static struct waiting *next_that_repeats(struct frontier *f, struct host *h)
{
    struct waiting *w = lane_pop(&h->repeats);
    struct page_kinds kinds;

    if (kinds_way(f, w, &kinds) == WAY_REPEATS) {
        leave_lane(h, w, true);
        w->trail = KINDS_TRAIL_ANY;
        return w;
    }
    for (; w != NULL; w = lane_pop(&h->repeats))
        host_add_ready(h, w);
    return NULL;
}

struct waiting *host_next_in_lane(struct frontier *f, struct host *h, int64_t alone_ms, struct page_kinds *kinds,
                                  int64_t now_ms)
{
    for (;;) {
        struct waiting *w;
        enum kinds_way way;

        kinds->known = false;
        if (h->learning == 0 && batch_may_begin(h, now_ms))
            begin_batch(f, h);
        if (h->batch.first != NULL)
            return waiting_pop(&h->batch);
        if (h->learning > 0)
            return NULL; /* what is ready now may go another way then */
        w = host_pop_ready(h);
        if (w == NULL && repeats_due_ms(f, h, alone_ms) <= now_ms) {
            w = next_that_repeats(f, h);
            if (w == NULL)
                continue;
            return w;
        }
        if (w == NULL)
            return NULL;
        way = kinds_way(f, w, kinds);
        kinds_place(w, kinds);
        switch (way) {
        case WAY_FIRST:
            kinds_meet(f, w, kinds);
            leave_lane(h, w, false);
            return w;
        case WAY_FREE:
            return w;
        case WAY_YOUNG:
            lane_add(&h->young, w, w->depth);
            break;
        case WAY_REPEATS:
            lane_add(&h->repeats, w, w->hops);
            break;
        }
    }
}

/* --- Back --------------------------------------------------------------------------------------- */
void page_leaves_lane(struct page *page)
{
    if (page->lane == NULL)
        return;
    assert(page->lane->lane_out > 0);
    page->lane->lane_out--;
    page->lane = NULL;
}

void frontier_learnt(struct frontier *f, struct page *page)
{
    struct host *h = page->lane;

    if (f->limits.one_by_one) {
        frontier_order_learnt(f);
        return;
    }
    if (h == NULL && (f->kinds == NULL || page->kinds.repeats == 0))
        return;
    frontier_lock(f);
    kinds_learnt(f, page);
    if (h != NULL) {
        h->learning -= page->kinds.wants_text;
        page_ends_level(h, page);
        page_leaves_lane(page);
        if (host_in_lanes(h) > 0 || h->active == 0) /* else nothing waited for it */
            host_update(f, h, clock_ms());
    }
    frontier_unlock(f);
}

#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OVERDUE_MS  10   /* a host that its taker left alone for so long may be taken over, */
#define WARM_MS     100  /* or for so long, if it has its turn: its connection stays behind */
#define REFILL_ROWS 4096 /* most rows of one refill */
#define LEAST_ROWS  4    /* for a host that has its turn but nothing in the window, full as that may be */

/* What is being taken, by whom. */
struct taking {
    struct frontier *f;
    struct taker *taker;
    struct page **pages;
    size_t count, max;
    int64_t now_ms;
};

static void give(struct taking *taking, struct host *h, struct page *page, bool fetching)
{
    frontier_page_out(taking->f, page, h, fetching, taking->now_ms);
    if (fetching)
        host_use_turn(taking->f, h, true);
    taking->pages[taking->count++] = page;
}

static bool may_start(const struct taking *taking, const struct host *h)
{
    return host_due_ms(&h->pace) <= taking->now_ms && host_may_sit(taking->f, h) &&
           frontier_has_room(taking->f, taking->now_ms);
}

/* --- Refill --------------------------------------------------------------------- */
static size_t refill_rows(const struct frontier *f, const struct host *h)
{
    size_t held = h->ready.count + h->delayed.count;
    size_t room = host_room(f);
    size_t share = host_share(f, h);
    size_t rows = share > held ? share - held : 1;

    if (h->parked == 0)
        return 0;
    if (rows > room)
        rows = held > 0 || room > LEAST_ROWS ? room : LEAST_ROWS;
    if (rows > (size_t)h->parked)
        rows = (size_t)h->parked;
    return rows < REFILL_ROWS ? rows : REFILL_ROWS;
}

static void give_refill(struct taking *taking, struct host *h)
{
    struct page *page = page_new(PAGE_REFILL, h->origin, h->origin_size);

    h->refill_asked = true;
    taking->f->refilling++;
    h->refill_rows = refill_rows(taking->f, h);
    taking->f->reserved += h->refill_rows;
    give(taking, h, page, false);
}

/* --- robots.txt -------------------------------------------------------------------- */
static void give_robots(struct taking *taking, struct host *h)
{
    struct page *page;
    char *url = mem_alloc(h->origin_size + sizeof "/robots.txt");
    int size = sprintf(url, "%s/robots.txt", h->origin);

    page = page_new(PAGE_ROBOTS, url, (size_t)size);
    free(url);
    page->robots_for = h;
    h->robots_asked = true;
    give(taking, h, page, true);
}

/* One that was to be tried again, or of another host. */
static void give_queued_robots(struct taking *taking, struct host *h)
{
    struct page *page = waiting_into_page(waiting_pop(&h->robots_queue), h);

    if (h->pace.given_up) {
        page_fail(page, PAGE_CONN_ERROR, "%s was given up", h->origin);
        give(taking, h, page, false);
    } else {
        give(taking, h, page, true);
    }
}

/* --- Documents and sitemaps ---------------------------------------------------------- */
/* What is to be tried again goes first, but not at a host that fails: whether the host does, or a few of its URLs
 * alone, only another URL can show. Else five URLs that answer 503 for good would have it given up with all behind
 * them. */
static struct waiting *next_waiting(struct taking *taking, struct host *h, int64_t alone_ms, struct page_kinds *kinds)
{
    const struct frontier *f = taking->f;
    bool delayed_is_due = h->delayed.first != NULL && h->delayed.first->due_ms <= taking->now_ms;

    if (delayed_is_due && (host_lane_due_ms(f, h) > taking->now_ms || h->pace.fails == 0 || f->limits.one_by_one))
        return waiting_pop(&h->delayed);
    return host_next_in_lane(taking->f, h, alone_ms, kinds, taking->now_ms);
}

/* Of a host that is closed: all go. */
static struct waiting *any_waiting(struct host *h)
{
    struct waiting *w = waiting_pop(&h->delayed);

    if (w == NULL)
        w = host_pop_ready(h);
    return w == NULL ? host_pop_lanes(h) : w;
}

/* Why a page of a closed host will not be fetched. */
static void close_page(const struct host *h, struct page *page)
{
    page->fetched_ms = clock_wall_ms();
    if (h->robots == ROBOTS_UNREACHABLE) {
        page_fail(page, h->robots_outcome, "robots.txt: %s", h->robots_error != NULL ? h->robots_error : "no answer");
    } else if (h->robots == ROBOTS_REFUSED) {
        page->skip = SKIP_ROBOTS;
        snprintf(page->error, sizeof page->error, FRONTIER_WORDS_ROBOTS "%d", h->robots_status);
    } else {
        page->skip = SKIP_HOST_GAVE_UP;
        snprintf(page->error, sizeof page->error, "no good answer for too long");
    }
}

static struct slice target_of(const struct page *page)
{
    const char *path = strchr(strstr(page->url, "://") + 3, '/');

    return (struct slice){path, (size_t)(page->url + page->url_size - path)};
}

/* Seeds and what a sitemap names are fetched in any case: somebody wants them. */
static bool is_refused(const struct frontier *f, struct page *page)
{
    return f->limits.refuses != NULL && page->tries == 0 && page->kind == PAGE_DOCUMENT && page->via != LINK_SEED &&
           page->via != LINK_SITEMAP &&
           f->limits.refuses(f->limits.refuses_arg, (struct slice){page->url, page->url_size}, page->error,
                             sizeof page->error);
}

/* Sitemaps that a host has in any case; further ones it has to earn by what they list. An index that lists a thousand
 * indexes, and so on, would be asked for without end. */
#define SITEMAPS_FREE 1000

static bool is_sitemap_too_many(struct host *h, struct page *page)
{
    if (page->kind != PAGE_SITEMAP || page->tries > 0 || h->sitemaps++ < SITEMAPS_FREE + h->listed)
        return false;
    page->skip = SKIP_LIMIT;
    snprintf(page->error, sizeof page->error, "more than %d sitemaps, which list less than that", SITEMAPS_FREE);
    return true;
}

/* False, with the reason in the page: it is not to be fetched. A sitemap is named so that it be read; but not by the
 * robots.txt of another host, out of scope or not. */
static bool is_allowed(const struct frontier *f, struct host *h, struct page *page)
{
    struct robots_verdict verdict;

    if (is_sitemap_too_many(h, page))
        return false;
    if (page->kind == PAGE_SITEMAP && !page->external)
        return true;
    if (h->rules != NULL) {
        verdict = robots_check(h->rules, target_of(page));
        if (!verdict.allowed) {
            page->skip = SKIP_ROBOTS;
            page->skip_line = verdict.line;
            snprintf(page->error, sizeof page->error, "%.*s", (int)verdict.rule.size, verdict.rule.data);
            return false;
        }
    }
    if (is_refused(f, page)) {
        page->skip = SKIP_TRAP;
        return false;
    }
    if (page->tries == 0 && page->kind == PAGE_DOCUMENT && h->may_take != INT64_MAX && h->may_take-- <= 0) {
        h->may_take = 0;
        page->skip = SKIP_LIMIT;
        snprintf(page->error, sizeof page->error, "%s", h->pace.rules->max_pages_rule);
        return false;
    }
    return true;
}

/* URLs up to the first that is fetched, for then the host rests. */
static void give_urls(struct taking *taking, struct host *h)
{
    bool closed = host_is_closed(h);
    int64_t alone_ms = host_alone_ms(h);
    bool fetching = false;

    while (!fetching && taking->count < taking->max) {
        struct page_kinds kinds = {.known = false};
        struct waiting *w = closed ? any_waiting(h) : next_waiting(taking, h, alone_ms, &kinds);
        struct page *page;

        if (w == NULL)
            return;
        taking->f->waiting--;
        page = waiting_into_page(w, h);
        kinds.wants_text = page->kinds.wants_text;
        page->kinds = kinds;
        if (closed)
            close_page(h, page);
        else
            fetching = is_allowed(taking->f, h, page);
        if (!fetching)
            page_leaves_lane(page);
        if (fetching && page->kind == PAGE_DOCUMENT)
            taking->f->taken++;
        give(taking, h, page, fetching);
    }
}

/* Gives what the host has for now; false: nothing, for as many transfers run as may. */
static bool give_of_host(struct taking *taking, struct host *h)
{
    struct frontier *f = taking->f;
    const struct waiting *queued = h->robots_queue.first;

    if (host_wants_refill(f, h)) {
        give_refill(taking, h);
    } else if (queued != NULL && (h->pace.given_up || (queued->due_ms <= taking->now_ms && may_start(taking, h)))) {
        give_queued_robots(taking, h);
    } else if (host_has_urls(h) && host_gives_unasked(f, h, taking->now_ms)) {
        give_urls(taking, h);
    } else if (!may_start(taking, h)) {
        return false;
    } else if (host_wants_robots(f, h, taking->now_ms)) {
        give_robots(taking, h);
    } else if (!h->robots_asked) {
        give_urls(taking, h);
    }
    return true;
}

/* --- Taking -------------------------------------------------------------------------- */
/* The next page in order, if its time has come. */
static void take_in_order(struct taking *taking)
{
    struct frontier *f = taking->f;
    struct host *h = frontier_is_busy(f) || frontier_at_limit(f) || atomic_load(&f->stopping) ? NULL : host_in_order(f);

    if (h == NULL || h->due_ms > taking->now_ms)
        return;
    give_of_host(taking, h);
    host_update(f, h, taking->now_ms);
}

static void take_due(struct taking *taking)
{
    struct frontier *f = taking->f;
    struct host *h;

    if (f->limits.one_by_one) {
        take_in_order(taking);
        return;
    }
    while (taking->count < taking->max && !frontier_at_limit(f) && !atomic_load(&f->stopping) &&
           (h = host_first_due(f, taking->taker, taking->now_ms)) != NULL) {
        if (h->turn_left == 0 && frontier_has_enough(f)) {
            taking->taker->has_enough = true;
            return;
        }
        host_use_turn(f, h, false);
        if (!give_of_host(taking, h) && !frontier_has_room(f, taking->now_ms)) {
            frontier_set_starved(f, taking->taker, true);
            return;
        }
        host_update(f, h, taking->now_ms);
    }
}

static bool may_look_elsewhere(struct frontier *f, const struct taker *t, int64_t now_ms)
{
    return !t->starved && !t->has_enough && frontier_has_room(f, now_ms) && !frontier_at_limit(f) &&
           !atomic_load(&f->stopping);
}

/* A host that is due, but which its taker finds no time for; NULL: none. */
static struct host *neglected(const struct taker *t, int64_t now_ms)
{
    struct host *h = host_first_in_line(t, now_ms - OVERDUE_MS);

    if (h != NULL && h->pace.running == 0)
        return h;
    h = t->heap_count > 0 ? t->heap[0] : NULL;
    return h != NULL && h->due_ms <= now_ms - WARM_MS && h->pace.running == 0 ? h : NULL;
}

static bool take_over(struct taking *taking)
{
    struct frontier *f = taking->f;
    int self = (int)(taking->taker - f->takers);

    for (int i = 0; i < f->limits.takers; i++) {
        struct host *h = i == self ? NULL : neglected(&f->takers[i], taking->now_ms);

        if (h != NULL) {
            host_move(f, h, self, taking->now_ms);
            return true;
        }
    }
    return false;
}

/* Gives hosts that are due, but for which there was no room, to takers that have nothing to do. */
static void share_out(struct taking *taking)
{
    struct frontier *f = taking->f;

    for (int i = 0; i < f->limits.takers && f->blocked_takers > 0; i++) {
        struct host *h = host_first_in_line(taking->taker, taking->now_ms);

        if (h == NULL || h->pace.running > 0)
            return;
        if (f->takers[i].blocked && host_first_due(f, &f->takers[i], taking->now_ms) == NULL)
            host_move(f, h, i, taking->now_ms);
    }
}

/* When the taker has to look again; INT64_MAX: when it is woken. */
static int64_t next_look_ms(const struct frontier *f, const struct taker *t, int64_t now_ms)
{
    if ((t->heap_count == 0 && t->line_first == NULL) || frontier_at_limit(f) || atomic_load(&f->stopping) ||
        frontier_is_busy(f))
        return INT64_MAX;
    if (f->limits.one_by_one)
        return host_in_order(f)->due_ms;
    if (!t->starved) {
        if (t->line_first != NULL && !t->has_enough)
            return now_ms;
        return t->heap_count > 0 ? t->heap[0]->due_ms : INT64_MAX;
    }
    return f->limits.stalled > 0 ? now_ms + f->limits.stalled_after_ms / 16
                                 : INT64_MAX; /* some may have stalled by then */
}

static void wait_for_turn(struct frontier *f, struct taker *t, int64_t now_ms)
{
    int64_t until_ms = next_look_ms(f, t, now_ms);

    t->look_at_ms = until_ms;
    t->blocked = true;
    f->blocked_takers++;
    if (until_ms == INT64_MAX) {
        pthread_cond_wait(&t->turn, &f->lock);
    } else {
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};

        pthread_cond_timedwait(&t->turn, &f->lock, &until);
    }
    f->blocked_takers--;
    t->blocked = false;
    t->look_at_ms = INT64_MIN;
}

size_t frontier_take(struct frontier *f, int taker, struct page **pages, size_t max, bool wait, int64_t *pause_ms)
{
    struct taking taking = {.f = f, .taker = &f->takers[taker], .pages = pages, .max = max};
    struct taker *t = taking.taker;
    int64_t look_ms;

    assert(max > 0);
    frontier_lock(f);
    for (;;) {
        t->look_at_ms = INT64_MIN;
        frontier_set_starved(f, t, false);
        t->has_enough = false;
        taking.now_ms = clock_ms();
        take_due(&taking);
        while (taking.count == 0 && may_look_elsewhere(f, t, taking.now_ms) && take_over(&taking))
            take_due(&taking);
        if (taking.count > 0 || !wait || atomic_load(&f->stopping) || frontier_is_over(f))
            break;
        wait_for_turn(f, t, taking.now_ms);
    }
    if (taking.count == max)
        share_out(&taking);
    frontier_feed_starved(f, taking.now_ms);
    look_ms = next_look_ms(f, t, taking.now_ms);
    t->look_at_ms = look_ms;
    *pause_ms = look_ms == INT64_MAX ? -1 : look_ms > taking.now_ms ? look_ms - taking.now_ms : 0;
    frontier_unlock(f);
    return taking.count;
}

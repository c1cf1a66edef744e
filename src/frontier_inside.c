#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#define ROBOTS_AGE_MS (24 * 60 * 60 * 1000) /* RFC 9309, 2.4: not kept for longer */

#define LEAST_BEHIND 16 /* pages behind the fetchers that are never too many */

#define DOUBT_PARTS 4 /* hosts in doubt are waited for by this part of stalled_after_ms only */
#define STALLED_MS  2000

/* A condition that waits by the clock of clock_ms(). */
static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct frontier *frontier_new(const struct frontier_limits *limits)
{
    struct frontier *f = mem_new(sizeof *f);

    assert(limits->takers > 0 && limits->transfers > 0 && limits->window > 0);
    f->limits = *limits;
    if (f->limits.max_redirects > PAGE_REDIRECTS_MAX)
        f->limits.max_redirects = PAGE_REDIRECTS_MAX;
    if (f->limits.stalled_after_ms == 0)
        f->limits.stalled_after_ms = STALLED_MS;
    if (f->limits.robots_age_ms == 0)
        f->limits.robots_age_ms = ROBOTS_AGE_MS;
    snprintf(f->words_variants, sizeof f->words_variants, FRONTIER_WORDS_VARIANTS "%lld)",
             (long long)f->limits.query_variants);
    snprintf(f->words_redirects, sizeof f->words_redirects, "--max-redirect=%d", f->limits.max_redirects);
    f->started_wall_ms = clock_wall_ms();
    f->seen = seen_new();
    kinds_init(f);
    f->takers = mem_array((size_t)limits->takers, sizeof f->takers[0]);
    for (int i = 0; i < limits->takers; i++) {
        make_condition(&f->takers[i].turn);
        f->takers[i].look_at_ms = INT64_MIN;
    }
    make_condition(&f->changed);
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

void frontier_free(struct frontier *f)
{
    if (f == NULL)
        return;
    assert(f->active == 0);
    frontier_take_in_known(f);
    for (size_t i = 0; i < f->table_size; i++) {
        struct host *next;

        for (struct host *h = f->table[i]; h != NULL; h = next) {
            next = h->next_in_table;
            host_free(h);
        }
    }
    frontier_free_addresses(f);
    for (int i = 0; i < f->limits.takers; i++) {
        pthread_cond_destroy(&f->takers[i].turn);
        free(f->takers[i].heap);
    }
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
    seen_free(f->seen);
    kinds_free(f);
    free(f->takers);
    free(f->table);
    free(f);
}

uint64_t frontier_hash(const struct frontier *f, struct slice text)
{
    return XXH3_64bits_withSeed(text.data, text.size, f->limits.hash_seed);
}

/* --- Lock and waking -------------------------------------------------------------- */
void frontier_lock(struct frontier *f)
{
    pthread_mutex_lock(&f->lock);
    if (f->told != NULL || f->filler != NULL)
        frontier_take_in_known(f);
}

/* wake() is called without the lock, for it may take a system call. `waking` keeps frontier_set_taker() from
 * returning while that goes on. */
void frontier_unlock(struct frontier *f)
{
    while (f->to_wake != NULL) {
        struct taker *t = f->to_wake;
        void (*wake)(void *arg) = t->wake;
        void *arg = t->wake_arg;

        f->to_wake = t->next_to_wake;
        t->to_wake = false;
        if (wake == NULL)
            continue;
        t->waking++;
        pthread_mutex_unlock(&f->lock);
        wake(arg);
        pthread_mutex_lock(&f->lock);
        if (--t->waking == 0 && t->wake == NULL)
            pthread_cond_broadcast(&f->changed);
    }
    pthread_mutex_unlock(&f->lock);
}

void frontier_set_taker(struct frontier *f, int taker, void (*wake)(void *arg), void *arg)
{
    struct taker *t = &f->takers[taker];

    frontier_lock(f);
    t->wake = wake;
    t->wake_arg = arg;
    while (wake == NULL && t->waking > 0)
        pthread_cond_wait(&f->changed, &f->lock);
    frontier_unlock(f);
}

void frontier_notify(struct frontier *f, struct taker *t, int64_t due_ms)
{
    if (due_ms >= t->look_at_ms)
        return;
    t->look_at_ms = INT64_MIN;
    if (t->blocked) {
        pthread_cond_signal(&t->turn);
    } else if (!t->to_wake) {
        t->to_wake = true;
        t->next_to_wake = f->to_wake;
        f->to_wake = t;
    }
}

static void wake_everybody(struct frontier *f)
{
    pthread_cond_broadcast(&f->changed);
    for (int i = 0; i < f->limits.takers; i++) {
        if (f->takers[i].look_at_ms == INT64_MIN)
            f->takers[i].look_at_ms++; /* it may be on its way to a wait that it must not begin */
        frontier_notify(f, &f->takers[i], INT64_MIN);
    }
}

/* Requests of a list's hosts at which nothing has begun or ended since then. */
static int64_t running_since(const struct host_list *list, int64_t since_ms)
{
    int64_t running = 0;

    for (const struct host *h = list->first; h != NULL && h->event_ms <= since_ms; h = h->list_after)
        running += h->pace.running;
    return running;
}

/* Requests at hosts where nothing has begun or ended for long. Counted anew now and then only. */
static int64_t count_stalled(struct frontier *f, int64_t now_ms)
{
    if (now_ms - f->stalled_ms < f->limits.stalled_after_ms / DOUBT_PARTS / 4)
        return f->stalled;
    f->stalled_ms = now_ms;
    f->stalled = running_since(&f->asked, now_ms - f->limits.stalled_after_ms) +
                 running_since(&f->doubtful, now_ms - f->limits.stalled_after_ms / DOUBT_PARTS);
    return f->stalled;
}

bool frontier_has_room(struct frontier *f, int64_t now_ms)
{
    int64_t transfers = (int64_t)f->limits.transfers;

    if (f->fetching < transfers)
        return true;
    return f->fetching < transfers + (int64_t)f->limits.stalled && f->fetching - count_stalled(f, now_ms) < transfers;
}

void frontier_set_starved(struct frontier *f, struct taker *t, bool starved)
{
    if (t->starved != starved)
        f->starved_takers += starved ? 1 : -1;
    t->starved = starved;
}

void frontier_feed_starved(struct frontier *f, int64_t now_ms)
{
    for (int i = 0; f->starved_takers > 0 && i < f->limits.takers; i++) {
        struct taker *t = &f->takers[i];

        if (!t->starved || !frontier_has_room(f, now_ms))
            continue;
        frontier_set_starved(f, t, false);
        frontier_notify(f, t, INT64_MIN);
        return;
    }
}

bool frontier_has_enough(const struct frontier *f)
{
    size_t behind = (size_t)(f->active - f->fetching + f->refilling);

    return behind >= (f->limits.transfers > LEAST_BEHIND ? f->limits.transfers : LEAST_BEHIND);
}

void frontier_feed_sated(struct frontier *f)
{
    if (frontier_has_enough(f))
        return;
    for (int i = 0; i < f->limits.takers; i++)
        if (f->takers[i].has_enough)
            frontier_notify(f, &f->takers[i], INT64_MIN);
}

/* --- The end ------------------------------------------------------------------------ */
static bool has_all_pages(const struct frontier *f)
{
    return f->limits.max_pages > 0 && f->taken >= f->limits.max_pages;
}

static bool has_all_bytes(const struct frontier *f)
{
    return f->limits.max_bytes > 0 && f->bytes >= f->limits.max_bytes;
}

bool frontier_at_limit(const struct frontier *f)
{
    return has_all_pages(f) || has_all_bytes(f);
}

bool frontier_is_over(const struct frontier *f)
{
    return f->active == 0 && ((f->waiting == 0 && f->parked == 0) || frontier_at_limit(f) || atomic_load(&f->stopping));
}

void frontier_check_over(struct frontier *f)
{
    if (frontier_is_over(f))
        wake_everybody(f);
}

void frontier_stop(struct frontier *f, bool abandon)
{
    frontier_lock(f);
    atomic_store(&f->stopping, true);
    if (abandon)
        atomic_store(&f->abandoning, true);
    wake_everybody(f);
    frontier_unlock(f);
}

bool frontier_is_stopping(const struct frontier *f)
{
    return atomic_load(&f->stopping);
}

bool frontier_is_abandoning(const struct frontier *f)
{
    return atomic_load(&f->abandoning);
}

bool frontier_wait(struct frontier *f, int64_t timeout_ms)
{
    int64_t until_ms = clock_ms() + timeout_ms;
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    bool over;

    frontier_lock(f);
    while (!frontier_is_over(f))
        if (pthread_cond_timedwait(&f->changed, &f->lock, &until) == ETIMEDOUT)
            break;
    over = frontier_is_over(f);
    frontier_unlock(f);
    return over;
}

/* --- For the display -------------------------------------------------------------------- */
static enum frontier_rest why_it_rests(const struct host_pace *pace, int64_t now_ms)
{
    if (pace->held_until_ms > now_ms || pace->next_start_us / 1000 <= now_ms)
        return FRONTIER_REST_HOLD; /* the host, or just the URL that is to be tried again */
    return host_rest_us(pace) > pace->rules->rest_us ? FRONTIER_REST_CRAWL_DELAY : FRONTIER_REST_RATE;
}

/* What a taker's heap says: how many hosts are due, up to some limit, and which of the others is first. */
struct heap_look {
    const struct taker *taker;
    const struct host *first; /* that is not due; NULL: none */
    size_t due;
};

#define LOOK_LIMIT 1000

static void look_at_heap(struct heap_look *look, size_t at, int64_t now_ms)
{
    const struct host *h = at <= look->taker->heap_count ? look->taker->heap[at - 1] : NULL;

    if (h == NULL || look->due >= LOOK_LIMIT)
        return;
    if (h->due_ms > now_ms) { /* and so are those below it */
        if (look->first == NULL || h->due_ms < look->first->due_ms)
            look->first = h;
        return;
    }
    look->due++;
    look_at_heap(look, at * 2, now_ms);
    look_at_heap(look, at * 2 + 1, now_ms);
}

static void count_resting(const struct frontier *f, struct frontier_counts *counts, int64_t now_ms)
{
    const struct host *first = NULL;

    for (int i = 0; i < f->limits.takers; i++) {
        struct heap_look look = {.taker = &f->takers[i]};

        look_at_heap(&look, 1, now_ms);
        if (look.due < LOOK_LIMIT) /* else nothing is held back by rests */
            counts->resting += (int64_t)(f->takers[i].heap_count - look.due);
        if (look.first != NULL && (first == NULL || look.first->due_ms < first->due_ms))
            first = look.first;
    }
    if (first == NULL)
        return;
    counts->next_due_ms = first->due_ms - now_ms;
    counts->rest = why_it_rests(&first->pace, now_ms);
    strncpy(counts->resting_host, first->origin, sizeof counts->resting_host - 1);
}

void frontier_counts(struct frontier *f, struct frontier_counts *counts)
{
    int64_t now_ms;

    memset(counts, 0, sizeof *counts);
    counts->next_due_ms = -1;
    frontier_lock(f);
    now_ms = clock_ms();
    counts->known = f->known;
    counts->waiting = (int64_t)f->waiting;
    counts->parked = f->parked;
    counts->active = f->active;
    counts->fetching = f->fetching;
    counts->hosts = f->hosts;
    counts->hosts_live = (int64_t)f->hosts_live;
    counts->hosts_given_up = f->hosts_given_up;
    counts->taken = f->taken;
    counts->pages_reached = has_all_pages(f);
    counts->bytes_reached = has_all_bytes(f);
    counts->full = (int64_t)f->hosts_full;
    count_resting(f, counts, now_ms);
    frontier_unlock(f);
}

void frontier_each_host(struct frontier *f, void (*tell)(void *arg, const struct host_state *state), void *arg)
{
    int64_t now_ms = clock_ms();

    frontier_lock(f);
    for (size_t i = 0; i < f->table_size; i++) {
        for (const struct host *h = f->table[i]; h != NULL; h = h->next_in_table) {
            if (h->changed) {
                struct host_state *state = host_snapshot(f, h, now_ms);

                tell(arg, state);
                host_state_free(state);
            }
        }
    }
    frontier_unlock(f);
}

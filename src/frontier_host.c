#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FIRST_TABLE_SIZE 256
#define IDLE_HOSTS       4096

/* Usual rules take some KB, those of a robots.txt as large as may be 1.1 MB: 1,000 hosts with such ones took 1.2 GB. */
#define IDLE_BYTES ((size_t)32 << 20)

static size_t table_slot(const struct frontier *f, int64_t id)
{
    return (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 20) & (f->table_size - 1);
}

static void table_grow(struct frontier *f)
{
    struct host **old = f->table;
    size_t old_size = f->table_size;

    f->table_size = old_size == 0 ? FIRST_TABLE_SIZE : old_size * 2;
    f->table = mem_array(f->table_size, sizeof(struct host *));
    for (size_t i = 0; i < old_size; i++) {
        struct host *next;

        for (struct host *h = old[i]; h != NULL; h = next) {
            size_t slot = table_slot(f, h->id);

            next = h->next_in_table;
            h->next_in_table = f->table[slot];
            f->table[slot] = h;
        }
    }
    free(old);
}

static void table_add(struct frontier *f, struct host *h)
{
    size_t slot;

    if (f->resident >= f->table_size)
        table_grow(f);
    slot = table_slot(f, h->id);
    h->next_in_table = f->table[slot];
    f->table[slot] = h;
    f->resident++;
}

static void table_remove(struct frontier *f, struct host *h)
{
    struct host **at = &f->table[table_slot(f, h->id)];

    while (*at != h)
        at = &(*at)->next_in_table;
    *at = h->next_in_table;
    f->resident--;
}

struct host *host_of_id(const struct frontier *f, int64_t id)
{
    if (f->table_size == 0)
        return NULL;
    for (struct host *h = f->table[table_slot(f, id)]; h != NULL; h = h->next_in_table)
        if (h->id == id)
            return h;
    return NULL;
}

/* Another seed than that of URLs: "https://a.example" must never be taken for one. */
static uint64_t origin_hash(const struct frontier *f, struct slice origin)
{
    return XXH3_64bits_withSeed(origin.data, origin.size, f->limits.hash_seed ^ 0x686F7374u);
}

void host_falls_idle(struct frontier *f, struct host *h)
{
    host_list_add(&f->idle, h);
    f->idle_bytes += robots_memory(h->rules);
}

void host_comes_to_life(struct frontier *f, struct host *h)
{
    host_list_remove(&f->idle, h);
    f->idle_bytes -= robots_memory(h->rules);
}

static struct host *make_host(struct frontier *f, int64_t id, struct slice origin)
{
    struct host *h = mem_new(sizeof *h);

    h->id = id;
    h->origin = mem_copy(origin.data, origin.size);
    h->origin_size = (uint32_t)origin.size;
    h->taker = -1;
    h->may_take = INT64_MAX;
    h->robots = f->limits.robots ? ROBOTS_UNKNOWN : ROBOTS_RULES;
    host_pace_init(&h->pace, f->limits.rules_for(f->limits.rules_arg, (struct slice){h->origin, h->origin_size}),
                   (uint32_t)origin_hash(f, origin));
    table_add(f, h);
    host_falls_idle(f, h);
    return h;
}

struct host *host_of_origin(struct frontier *f, struct slice origin, bool *is_new)
{
    int64_t new_id = f->last_host_id + 1;
    int64_t id = seen_add(f->seen, origin_hash(f, origin), new_id);
    struct host *h;

    *is_new = id == new_id;
    if (*is_new) {
        f->last_host_id = new_id;
        f->hosts++;
        return make_host(f, id, origin);
    }
    h = host_of_id(f, id);
    if (h == NULL) { /* it was forgotten: its row knows it */
        h = make_host(f, id, origin);
        h->wants_state = true;
    }
    return h;
}

void frontier_add_host(struct frontier *f, const struct host_state *state)
{
    struct slice origin = slice_of(state->origin);
    struct host *h;

    frontier_lock(f);
    seen_set(f->seen, origin_hash(f, origin), state->id);
    if (state->id > f->last_host_id)
        f->last_host_id = state->id;
    f->hosts++;
    h = make_host(f, state->id, origin);
    /* All but the text of robots.txt, which is read when it is needed. */
    host_restore(f, h, state, NULL, clock_ms());
    h->admitted = 0; /* counted anew by frontier_add_known() */
    h->wants_state = f->limits.robots && h->robots == ROBOTS_RULES;
    h->row_known = true;
    frontier_unlock(f);
}

struct host_state *host_snapshot(const struct frontier *f, const struct host *h, int64_t now_ms)
{
    struct host_state *state = mem_new(sizeof *state);
    const struct host_pace *pace = &h->pace;

    (void)f;
    state->id = h->id;
    state->origin = mem_copy(h->origin, h->origin_size);
    state->robots_status = h->robots_status;
    state->robots_outcome = h->robots_outcome;
    state->robots_ms = h->robots_ms;
    state->crawl_delay_ms = pace->crawl_delay_ms;
    if (pace->held_until_ms > now_ms)
        state->held_until_ms = clock_wall_ms() + (pace->held_until_ms - now_ms);
    state->fails = pace->fails;
    state->given_up = pace->given_up;
    state->admitted = h->admitted;
    state->requests = pace->requests;
    state->bytes = pace->bytes;
    state->errors = pace->errors;
    state->too_many = pace->too_many;
    state->least_gap_ms = pace->least_gap_ms;
    state->median_gap_ms = host_median_gap_ms(pace);
    state->most_parallel = pace->most_parallel;
    return state;
}

void host_bring_state(const struct frontier *f, struct host *h, struct page *page, int64_t now_ms)
{
    if (!h->dirty)
        return;
    h->dirty = false;
    page->host_state = host_snapshot(f, h, now_ms);
}

static void restore_robots(struct frontier *f, struct host *h, const struct host_state *state, int64_t now_ms)
{
    bool failed = state->robots_status < 0 || state->robots_status == 429 || state->robots_status >= 500;
    int64_t age_ms = clock_wall_ms() - state->robots_ms;

    /* A failure counts in the run that met it; the next run asks again. */
    if (!f->limits.robots || state->robots_ms == 0 || (failed && state->robots_ms < f->started_wall_ms))
        return;
    h->robots_status = state->robots_status;
    h->robots_outcome = state->robots_outcome;
    h->robots_ms = state->robots_ms;
    h->robots_stale_ms = now_ms - (age_ms > 0 ? age_ms : 0) + f->limits.robots_age_ms;
    h->robots = !failed ? ROBOTS_RULES : state->robots_status < 0 ? ROBOTS_UNREACHABLE : ROBOTS_REFUSED;
    if (h->robots == ROBOTS_UNREACHABLE && h->robots_outcome == PAGE_PENDING)
        h->robots_outcome = PAGE_CONN_ERROR;
}

void host_restore(struct frontier *f, struct host *h, const struct host_state *state, struct robots *rules,
                  int64_t now_ms)
{
    struct host_pace *pace = &h->pace;
    int64_t hold_ms = state->held_until_ms - clock_wall_ms();

    restore_robots(f, h, state, now_ms);
    robots_free(h->rules);
    h->rules = rules;
    host_set_crawl_delay(pace, state->crawl_delay_ms);
    if (state->held_until_ms > 0 && hold_ms > 0) { /* the wall clock may have jumped */
        int64_t most_ms = pace->rules->retry_after_max_ms + pace->rules->backoff_max_ms;

        pace->held_until_ms = now_ms + (hold_ms < most_ms ? hold_ms : most_ms);
    }
    pace->fails = state->fails;
    if (state->given_up && state->robots_ms >= f->started_wall_ms && !pace->given_up) {
        pace->given_up = true;
        f->hosts_given_up++;
    }
    h->admitted += state->admitted;
    pace->requests += state->requests;
    pace->bytes += state->bytes;
    pace->errors += state->errors;
    pace->too_many += state->too_many;
    if (state->requests > 1) {
        pace->least_gap_ms = state->least_gap_ms;
        host_keep_gaps(h);
        host_pace_add_gaps(pace, state->median_gap_ms, state->requests - 1);
    }
    if (state->most_parallel > pace->most_parallel)
        pace->most_parallel = state->most_parallel;
}

void host_keep_gaps(struct host *h)
{
    if (h->pace.gaps == NULL)
        h->pace.gaps = mem_new(sizeof *h->pace.gaps);
}

void host_free(struct host *h)
{
    struct waiting *w;

    free(h->pace.gaps);
    robots_free(h->rules);
    free(h->robots_error);
    free(h->origin);
    free(h->ahead);
    free(h->levels);
    waiting_free_all(&h->ready);
    waiting_free_all(&h->delayed);
    waiting_free_all(&h->robots_queue);
    while ((w = host_pop_lanes(h)) != NULL)
        free(w);
    free(h);
}

void host_list_add(struct host_list *list, struct host *h)
{
    h->list_before = list->last;
    h->list_after = NULL;
    *(list->last == NULL ? &list->first : &list->last->list_after) = h;
    list->last = h;
    list->count++;
}

void host_list_remove(struct host_list *list, struct host *h)
{
    *(h->list_before == NULL ? &list->first : &h->list_before->list_after) = h->list_after;
    *(h->list_after == NULL ? &list->last : &h->list_after->list_before) = h->list_before;
    list->count--;
}

struct host_state *host_forget(struct frontier *f, int64_t now_ms)
{
    size_t keep = f->limits.idle_hosts > 0 ? f->limits.idle_hosts : IDLE_HOSTS;
    size_t bytes = f->limits.idle_bytes > 0 ? f->limits.idle_bytes : IDLE_BYTES;

    for (int looked_at = 0; (f->idle.count > keep || f->idle_bytes > bytes) && looked_at < 16; looked_at++) {
        struct host *h = f->idle.first;
        struct host_state *state = NULL;

        host_comes_to_life(f, h);
        if (host_due_ms(&h->pace) > now_ms) { /* its rest must be remembered for whoever comes next */
            host_falls_idle(f, h);
            continue;
        }
        if (h->changed)
            state = host_snapshot(f, h, now_ms);
        table_remove(f, h);
        host_forget_address(f, h);
        host_free(h);
        if (state != NULL)
            return state;
    }
    return NULL;
}

#include "frontier_inside.h"

/* One page after the other (--deterministic): what comes next follows from what was found alone, never from the clock
 * or from who was faster. Nothing is handed out before all that came of the page before is known; next is the URL found
 * first, of all hosts, and if its host rests the crawl rests. */

bool frontier_is_busy(const struct frontier *f)
{
    return f->limits.one_by_one && (f->active > 0 || f->refilling > 0 || f->learning);
}

void frontier_ask_next(struct frontier *f)
{
    if (f->limits.one_by_one && !frontier_is_busy(f))
        frontier_notify(f, &f->takers[0], INT64_MIN + 1);
}

/* The id of what the host has to give next; 0: something that comes before all URLs. */
static int64_t next_id(const struct frontier *f, const struct host *h)
{
    if (host_wants_refill(f, h) || h->robots_queue.first != NULL)
        return 0;
    if (h->delayed.first != NULL)
        return h->delayed.first->id;
    return h->ready.first != NULL ? h->ready.first->id : INT64_MAX;
}

struct host *host_in_order(const struct frontier *f)
{
    const struct taker *t = &f->takers[0];
    struct host *best = NULL;
    int64_t best_id = 0;

    for (size_t i = 0; i < t->heap_count; i++) {
        int64_t id = next_id(f, t->heap[i]);

        if (best == NULL || id < best_id || (id == best_id && t->heap[i]->id < best->id)) {
            best = t->heap[i];
            best_id = id;
        }
    }
    return best;
}

void frontier_order_learnt(struct frontier *f)
{
    frontier_lock(f);
    f->learning = false;
    frontier_ask_next(f);
    frontier_unlock(f);
}

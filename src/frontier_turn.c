#include "frontier_inside.h"

#include "mem.h"

#include <assert.h>
#include <stdlib.h>

#define LOW_MARK      4096 /* a host with fewer URLs in the window than this, and half its share, asks for a refill */
#define MOVE_FOR_LIVE 4    /* a host leaves its old taker (and its connections) if another has so many hosts fewer */

/* Hosts take turns, each of so many requests, if others wait: so few hosts are asked at a time, each over a connection
 * that is warm, and the others need no room in the window. When each of 5,000 hosts of 10 pages gave one page in turn,
 * seven of ten requests needed a new connection, and a page cost three times as much. */
#define TURN 32

/* --- The heap of a taker: hosts by due_ms -------------------------------------- */
static void heap_put(struct taker *t, size_t at, struct host *h)
{
    t->heap[at - 1] = h;
    h->heap_at = at;
}

static void heap_rise(struct taker *t, struct host *h)
{
    size_t at = h->heap_at;

    while (at > 1 && t->heap[at / 2 - 1]->due_ms > h->due_ms) {
        heap_put(t, at, t->heap[at / 2 - 1]);
        at /= 2;
    }
    heap_put(t, at, h);
}

static void heap_sink(struct taker *t, struct host *h)
{
    size_t at = h->heap_at;

    for (;;) {
        size_t child = at * 2;

        if (child > t->heap_count)
            break;
        if (child < t->heap_count && t->heap[child]->due_ms < t->heap[child - 1]->due_ms)
            child++;
        if (t->heap[child - 1]->due_ms >= h->due_ms)
            break;
        heap_put(t, at, t->heap[child - 1]);
        at = child;
    }
    heap_put(t, at, h);
}

static void heap_add(struct taker *t, struct host *h)
{
    if (t->heap_count == t->heap_room) {
        t->heap_room = t->heap_room == 0 ? 16 : t->heap_room * 2;
        t->heap = mem_resize(t->heap, t->heap_room * sizeof(t->heap[0]));
    }
    heap_put(t, ++t->heap_count, h);
    heap_rise(t, h);
}

static void heap_remove(struct taker *t, struct host *h)
{
    struct host *last = t->heap[--t->heap_count];
    size_t at = h->heap_at;

    h->heap_at = 0;
    if (last == h)
        return;
    heap_put(t, at, last);
    heap_rise(t, last);
    heap_sink(t, last);
}

/* --- The line of a taker: hosts without a turn ------------------------------------ */
static void line_add(struct taker *t, struct host *h, int64_t now_ms)
{
    h->in_line = true;
    h->due_ms = now_ms;
    h->line_before = t->line_last;
    h->line_after = NULL;
    *(t->line_last == NULL ? &t->line_first : &t->line_last->line_after) = h;
    t->line_last = h;
}

static void line_remove(struct taker *t, struct host *h)
{
    *(h->line_before == NULL ? &t->line_first : &h->line_before->line_after) = h->line_after;
    *(h->line_after == NULL ? &t->line_last : &h->line_after->line_before) = h->line_before;
    h->in_line = false;
}

static void leave(struct taker *t, struct host *h)
{
    if (h->heap_at > 0)
        heap_remove(t, h);
    if (h->in_line)
        line_remove(t, h);
}

static void end_turn(struct frontier *f, struct host *h)
{
    if (h->turn_left > 0)
        f->turns--;
    h->turn_left = 0;
}

void host_use_turn(struct frontier *f, struct host *h, bool request)
{
    if (h->turn_left == 0) {
        h->turn_left = TURN;
        f->turns++;
    }
    if (request && h->turn_left == 1)
        end_turn(f, h);
    else if (request)
        h->turn_left--;
}

struct host *host_first_in_line(const struct taker *t, int64_t since_ms)
{
    return t->line_first != NULL && t->line_first->due_ms <= since_ms ? t->line_first : NULL;
}

struct host *host_first_due(struct frontier *f, struct taker *t, int64_t now_ms)
{
    while (t->heap_count > 0 && t->heap[0]->due_ms <= now_ms) {
        struct host *h = t->heap[0];

        if (h->turn_left > 0 || f->limits.one_by_one)
            return h;
        heap_remove(t, h); /* its rest is over, but it had its turn before */
        line_add(t, h, now_ms);
    }
    return t->line_first;
}

/* --- What a host can give ------------------------------------------------------- */
bool host_is_closed(const struct host *h)
{
    return h->pace.given_up || h->robots == ROBOTS_REFUSED || h->robots == ROBOTS_UNREACHABLE;
}

bool host_wants_robots(const struct frontier *f, const struct host *h, int64_t now_ms)
{
    return f->limits.robots && !h->robots_asked && !h->pace.given_up &&
           (h->robots == ROBOTS_UNKNOWN || now_ms >= h->robots_stale_ms);
}

bool host_gives_unasked(const struct frontier *f, const struct host *h, int64_t now_ms)
{
    return host_is_closed(h) && !h->robots_asked && !host_wants_robots(f, h, now_ms);
}

size_t host_room(const struct frontier *f)
{
    size_t used = f->waiting + f->reserved;

    return used < f->limits.window ? f->limits.window - used : 0;
}

/* A host that waits for its turn is content with little; half the window is for those that have it. */
size_t host_share(const struct frontier *f, const struct host *h)
{
    size_t share = f->limits.window / (f->hosts_live > 0 ? f->hosts_live : 1);
    size_t in_turn = h->turn_left > 0 ? f->limits.window / 2 / f->turns : 0;

    if (h->turn_left > 0 && in_turn < TURN)
        in_turn = TURN;
    return share > in_turn ? share : in_turn;
}

bool host_wants_refill(const struct frontier *f, const struct host *h)
{
    size_t held = h->ready.count + h->delayed.count;
    size_t low = host_share(f, h) / 2;

    if (h->refill_asked)
        return false;
    if (h->wants_state || (h->parked > 0 && held == 0 && !host_has_long_lanes(f, h)))
        return true;
    return h->parked > 0 && held <= (low < LOW_MARK ? low : LOW_MARK) && host_room(f) > 0 && !host_has_long_lanes(f, h);
}

bool host_has_urls(const struct host *h)
{
    return h->ready.first != NULL || h->delayed.first != NULL || host_in_lanes(h) > 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the host gives next, it being due, is asked of it; as in frontier_take.c. */
static bool next_is_request(const struct frontier *f, const struct host *h, int64_t now_ms)
{
    const struct waiting *queued = h->robots_queue.first;

    if (host_wants_refill(f, h) || (queued != NULL && h->pace.given_up))
        return false;
    if (queued != NULL && queued->due_ms <= now_ms)
        return true;
    return !host_gives_unasked(f, h, now_ms);
}

/* From when on something of the host can be taken; INT64_MAX: not before something else happens. */
static int64_t due_ms(const struct frontier *f, const struct host *h, int64_t now_ms)
{
    int64_t gate_ms = host_due_ms(&h->pace);
    int64_t due = INT64_MAX, again_ms;

    if (host_wants_refill(f, h))
        return now_ms;
    if (h->wants_state || gate_ms == INT64_MAX) {
        if (h->wants_state || !host_is_closed(h))
            return INT64_MAX;
    }
    if (h->robots_queue.first != NULL)
        due = h->pace.given_up ? now_ms : later(gate_ms, h->robots_queue.first->due_ms);
    if (!host_has_urls(h) || h->robots_asked)
        return due;
    if (host_wants_robots(f, h, now_ms))
        return earlier(due, gate_ms);
    if (host_is_closed(h))
        return now_ms;
    again_ms = h->delayed.first != NULL ? h->delayed.first->due_ms : INT64_MAX;
    /* One by one, what is to be tried again comes before what was found later. */
    if (!f->limits.one_by_one || h->delayed.first == NULL)
        again_ms = earlier(again_ms, host_lane_due_ms(f, h));
    return earlier(due, later(gate_ms, again_ms));
}

/* --- Whose it is ----------------------------------------------------------------- */
/* The taker of a host that comes to life: its old one if that has not many more to do than others, else the idlest. */
static int choose_taker(const struct frontier *f, const struct host *h)
{
    int best = 0;

    for (int i = 1; i < f->limits.takers; i++)
        if (f->takers[i].live < f->takers[best].live)
            best = i;
    if (h->taker >= 0 && f->takers[h->taker].live < f->takers[best].live + MOVE_FOR_LIVE)
        return h->taker;
    return best;
}

static void set_live(struct frontier *f, struct host *h, bool live)
{
    h->live = live;
    if (live) {
        host_comes_to_life(f, h);
        h->taker = choose_taker(f, h);
        f->takers[h->taker].live++;
        f->hosts_live++;
    } else {
        leave(&f->takers[h->taker], h);
        end_turn(f, h);
        f->takers[h->taker].live--;
        f->hosts_live--;
        host_falls_idle(f, h);
    }
}

/* While others wait for their turn a host is asked for one page at a time: more at once would need a connection each,
 * and bring no more in all. */
static bool has_to_wait(const struct frontier *f, const struct taker *t, const struct host *h)
{
    return !f->limits.one_by_one && (h->turn_left == 0 || (h->pace.running > 0 && t->line_first != NULL));
}

static void set_full(struct frontier *f, struct host *h, bool full)
{
    if (full != h->full)
        f->hosts_full = full ? f->hosts_full + 1 : f->hosts_full - 1;
    h->full = full;
}

void host_update(struct frontier *f, struct host *h, int64_t now_ms)
{
    bool live = host_has_urls(h) || h->robots_queue.first != NULL || h->robots_asked || h->parked > 0 ||
                h->active > 0 || h->refill_asked || h->lane_out > 0;
    struct taker *t;
    int64_t due;

    if (live != h->live)
        set_live(f, h, live);
    due = live ? due_ms(f, h, now_ms) : INT64_MAX;
    if (!host_wants_seat(f, h, due <= now_ms && next_is_request(f, h, now_ms), now_ms))
        due = INT64_MAX;
    set_full(f, h, host_has_urls(h) && (h->pace.running >= h->pace.allowed || h->queues));
    if (!live)
        return;
    t = &f->takers[h->taker];
    if (due == INT64_MAX) {
        leave(t, h);
        return;
    }
    /* Among those that are due, whoever has been so for longest comes first. */
    due = later(due, now_ms);
    if (due == now_ms && has_to_wait(f, t, h)) {
        if (!h->in_line) {
            leave(t, h);
            line_add(t, h, now_ms);
        }
    } else if (h->heap_at == 0) {
        leave(t, h);
        h->due_ms = due;
        heap_add(t, h);
    } else if (h->due_ms > now_ms || due > now_ms) {
        h->due_ms = due;
        heap_rise(t, h);
        heap_sink(t, h);
    }
    frontier_notify(f, t, h->due_ms);
}

void host_move(struct frontier *f, struct host *h, int taker, int64_t now_ms)
{
    struct taker *from = &f->takers[h->taker];

    assert(h->pace.running == 0);
    leave(from, h);
    from->live--;
    h->taker = taker;
    f->takers[taker].live++;
    host_update(f, h, now_ms);
}

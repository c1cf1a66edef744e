#include "frontier_inside.h"

#include "mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Names may share an address: then the requests to all of them count together. Which address a host has is known when
 * it is first connected to, so a request may come back from there; from then on its host waits in the queue of its
 * address for a seat. There is a struct address only where there is a limit, and as long as a host or a page points to
 * it. */
struct address {
    struct address *next_in_table;
    size_t users;              /* hosts and pages that point here */
    int32_t seats_taken;       /* by requests that run, and for hosts that were called */
    struct host *first, *last; /* the queue */
    char text[];               /* "192.0.2.1", "2001:db8::1" */
};

static bool is_loopback(const char *text)
{
    return strncmp(text, "127.", 4) == 0 || strcmp(text, "::1") == 0;
}

/* Most requests at once to the address of this text, for the host; 0: no limit. */
static int32_t limit_of(const struct frontier *f, const struct host *h, const char *text)
{
    int32_t limit = is_loopback(text) ? f->limits.loopback_requests : f->limits.address_requests;

    return limit == FRONTIER_AS_HOST ? h->pace.rules->ceiling : limit;
}

static struct address **place_of(struct frontier *f, const char *text)
{
    uint64_t hash = XXH3_64bits_withSeed(text, strlen(text), f->limits.hash_seed);
    struct address **at = &f->addresses[hash % FRONTIER_ADDRESSES];

    while (*at != NULL && strcmp((*at)->text, text) != 0)
        at = &(*at)->next_in_table;
    return at;
}

static struct address *use(struct frontier *f, const char *text)
{
    struct address **at = place_of(f, text);

    if (*at == NULL) {
        size_t size = strlen(text) + 1;

        *at = mem_new(sizeof **at + size);
        memcpy((*at)->text, text, size);
    }
    (*at)->users++;
    return *at;
}

static void unuse(struct frontier *f, struct address *a)
{
    if (a == NULL || --a->users > 0)
        return;
    assert(a->seats_taken == 0 && a->first == NULL);
    *place_of(f, a->text) = a->next_in_table;
    free(a);
}

/* --- The queue ------------------------------------------------------------------------ */
static void queue_up(struct host *h)
{
    struct address *a = h->address;

    h->queue_before = a->last;
    h->queue_after = NULL;
    *(a->last == NULL ? &a->first : &a->last->queue_after) = h;
    a->last = h;
    h->queues = true;
}

static void leave_queue(struct host *h)
{
    struct address *a = h->address;

    *(h->queue_before == NULL ? &a->first : &h->queue_before->queue_after) = h->queue_after;
    *(h->queue_after == NULL ? &a->last : &h->queue_after->queue_before) = h->queue_before;
    h->queues = false;
}

/* Calls those whose turn it is. */
static void call(struct frontier *f, struct address *a, int64_t now_ms)
{
    while (a->first != NULL && a->seats_taken < limit_of(f, a->first, a->text)) {
        struct host *h = a->first;

        leave_queue(h);
        h->has_seat = true;
        a->seats_taken++;
        host_update(f, h, now_ms);
    }
}

static void free_seat(struct frontier *f, struct address *a, int64_t now_ms)
{
    a->seats_taken--;
    a->users++; /* outlives those that are called */
    call(f, a, now_ms);
    unuse(f, a);
}

bool host_may_sit(const struct frontier *f, const struct host *h)
{
    const struct address *a = h->address;
    int32_t limit;

    if (a == NULL || h->has_seat)
        return true;
    limit = limit_of(f, h, a->text);
    return limit == 0 || (a->first == NULL && a->seats_taken < limit);
}

bool host_wants_seat(struct frontier *f, struct host *h, bool wants, int64_t now_ms)
{
    if (wants && !h->queues && !host_may_sit(f, h))
        queue_up(h);
    if (!wants && h->queues)
        leave_queue(h);
    if (!wants && h->has_seat) {
        h->has_seat = false;
        free_seat(f, h->address, now_ms);
    }
    return !h->queues;
}

static void set_address(struct frontier *f, struct host *h, struct address *a, int64_t now_ms)
{
    struct address *before = h->address;

    if (a == before)
        return;
    if (before != NULL)
        host_wants_seat(f, h, false, now_ms);
    if (a != NULL)
        a->users++;
    h->address = a;
    unuse(f, before);
}

void host_forget_address(struct frontier *f, struct host *h)
{
    assert(!h->queues && !h->has_seat);
    unuse(f, h->address);
    h->address = NULL;
}

void frontier_free_addresses(struct frontier *f)
{
    for (size_t i = 0; i < FRONTIER_ADDRESSES; i++) {
        struct address *next;

        for (struct address *a = f->addresses[i]; a != NULL; a = next) {
            next = a->next_in_table;
            free(a);
        }
    }
}

/* --- Requests --------------------------------------------------------------------------- */
void page_sits_down(struct page *page, struct host *h)
{
    page->seat = h->address;
    if (h->address == NULL)
        return;
    h->address->users++;
    if (!h->has_seat)
        h->address->seats_taken++;
    h->has_seat = false;
}

void page_stands_up(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct address *a = page->seat;

    page->seat = NULL;
    if (a == NULL)
        return;
    free_seat(f, a, now_ms);
    unuse(f, a);
}

bool page_moves(struct frontier *f, struct page *page, const char *text, int64_t now_ms)
{
    struct host *h = page->host;
    struct address *a = NULL;
    bool may = true;

    if (text != NULL && page->seat != NULL && strcmp(page->seat->text, text) == 0)
        return true;
    if (text != NULL && limit_of(f, h, text) > 0)
        a = use(f, text);
    set_address(f, h, a, now_ms);
    may = host_may_sit(f, h);
    if (may) {
        page_stands_up(f, page, now_ms);
        page_sits_down(page, h);
    }
    if (a != NULL)
        unuse(f, a);
    return may;
}

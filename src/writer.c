#include "writer.h"

#include "log.h"
#include "mem.h"

#include <assert.h>
#include <stdlib.h>

#define BATCH 1000 /* pages taken from the queue at once: bounds a transaction */

struct batch {
    struct page *held;    /* taken, in order of tickets, but one before them has not come yet */
    uint64_t next_ticket; /* of the page to be recorded next */
    struct page **pages;  /* whose turn it is */
    size_t count, capacity;
};

/* Puts a page among those held. Most come nearly in order, so the search from the first is short: it passes no more
 * pages than there are parsers. */
static void hold(struct batch *batch, struct page *page)
{
    struct page **at = &batch->held;

    while (*at != NULL && (*at)->ticket < page->ticket)
        at = &(*at)->next;
    page->next = *at;
    *at = page;
}

static void add(struct batch *batch, struct page *page)
{
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity == 0 ? BATCH : batch->capacity * 2;
        batch->pages = mem_resize(batch->pages, batch->capacity * sizeof(struct page *));
    }
    batch->pages[batch->count++] = page;
    batch->next_ticket++;
}

/* Sorts what came from the queue: a page's row may speak of rows of pages with smaller tickets, and must not be
 * committed before them. */
static void sort(struct batch *batch, void **items, size_t count)
{
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct page *page = items[i];

        if (page->ticket == batch->next_ticket)
            add(batch, page);
        else
            hold(batch, page);
        while (batch->held != NULL && batch->held->ticket == batch->next_ticket) {
            page = batch->held;
            batch->held = page->next;
            page->next = NULL;
            add(batch, page);
        }
    }
}

static void fail(struct writer_context *context, const struct err *err)
{
    context->failed = true;
    context->failure = *err;
    log_error("%s", err->text);
    frontier_stop(context->frontier, true);
}

/* Gives the frontier the rows that the page asks for, or none. Once it has been asked it must be answered, else the
 * crawl never ends. */
static void answer(struct writer_context *context, const struct page *page)
{
    struct host_state *state = NULL;
    const struct waiting_url *rows = NULL;
    struct refill wanted;
    struct err err;
    long count = 0;

    if (!frontier_refill_wanted(context->frontier, page, &wanted))
        return;
    /* A failure is not the same as no rules: then everything would be allowed. */
    if (!context->failed && wanted.wants_state && !store_host(context->store, wanted.host_id, &state, &err))
        fail(context, &err);
    if (!context->failed && wanted.max > 0) {
        count = store_claim(context->store, wanted.host_id, wanted.after, wanted.max, &rows, &err);
        if (count < 0)
            fail(context, &err);
    }
    frontier_refill(context->frontier, page, state, rows, count < 0 ? 0 : (size_t)count);
    host_state_free(state);
}

static void record(struct writer_context *context, struct batch *batch)
{
    struct err err;

    if (!context->failed && !store_write(context->store, batch->pages, batch->count, &err))
        fail(context, &err);
    if (!context->failed) {
        context->written += (int64_t)batch->count;
        context->batches++;
    }
    for (size_t i = 0; i < batch->count; i++)
        if (batch->pages[i]->kind == PAGE_REFILL)
            answer(context, batch->pages[i]);
    if (!context->failed && context->recorded != NULL)
        context->recorded(context->recorded_arg, batch->pages, batch->count);
    for (size_t i = 0; i < batch->count; i++)
        page_free(batch->pages[i]);
}

void *writer_main(void *arg)
{
    struct writer_context *context = arg;
    struct batch batch = {.next_ticket = 1};
    void **items = mem_array(BATCH, sizeof *items);
    size_t count;

    while ((count = queue_pop_many(context->to_write, items, BATCH)) > 0) {
        sort(&batch, items, count);
        if (batch.count > 0)
            record(context, &batch);
    }
    assert(batch.held == NULL); /* tickets have no gaps */
    free(batch.pages);
    free(items);
    return NULL;
}

/* The writer thread, between a real frontier and a store in memory. */
#include "made_page.h"
#include "mem.h"
#include "store_memory.h"
#include "writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define SITE  "http://a.test"
#define PAGES 200

struct world {
    struct memory_rows *rows;
    struct writer_context context;
    pthread_t thread;
    int64_t told;         /* pages of which recorded() was told */
    uint64_t last_ticket; /* of these */
};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    static const struct host_rules rules = {.ceiling = 8, .backoff_ms = 1, .backoff_max_ms = 1, .patience_ms = 1000};

    (void)arg, (void)origin;
    return &rules;
}

static void note_recorded(void *arg, struct page *const *pages, size_t count)
{
    struct world *w = arg;

    for (size_t i = 0; i < count; i++) {
        assert_true(pages[i]->ticket == w->last_ticket + 1);
        w->last_ticket++;
        w->told++;
        if (pages[i]->kind == PAGE_DOCUMENT)
            assert_int_equal(memory_rows_outcome(w->rows, pages[i]->url), pages[i]->outcome);
    }
}

static void start(struct world *w, size_t window)
{
    struct frontier_limits limits = {.window = window,
                                     .transfers = 10,
                                     .takers = 1,
                                     .max_tries = 1,
                                     .hash_seed = 1,
                                     .robots_token = "crawl",
                                     .rules_for = rules_for};

    *w = (struct world){.rows = memory_rows_new()};
    w->context = (struct writer_context){.to_write = queue_new(4),
                                         .store = store_memory_open(w->rows),
                                         .frontier = frontier_new(&limits),
                                         .recorded = note_recorded,
                                         .recorded_arg = w};
}

static void run(struct world *w)
{
    pthread_create(&w->thread, NULL, writer_main, &w->context);
}

/* The end of the writer; its context and the rows can be looked at. */
static void join(struct world *w)
{
    queue_close(w->context.to_write);
    pthread_join(w->thread, NULL);
}

static void clean_up(struct world *w)
{
    queue_free(w->context.to_write);
    frontier_free(w->context.frontier);
    store_close(w->context.store, RUN_COMPLETE, "{}", NULL);
    memory_rows_free(w->rows);
}

static struct page *seeds_page(struct frontier *f, int count)
{
    struct page *page = made_other(PAGE_SEEDS);

    for (int i = 0; i < count; i++) {
        char url[100];
        struct page_link *link;

        snprintf(url, sizeof url, SITE "/%d", i);
        link = made_known_link(page, 0, url);
        link->kind = LINK_SEED;
        link->record = false;
        link->text_hash = link->key_hash = frontier_hash(f, slice_of(url));
    }
    return page;
}

/* Answers everything that is asked for with 200, until the frontier says that it is over. */
static void crawl(struct world *w)
{
    struct frontier *f = w->context.frontier;
    struct page *pages[10];
    int64_t pause_ms;
    size_t count;

    while ((count = frontier_take(f, 0, pages, 10, true, &pause_ms)) > 0)
        for (size_t i = 0; i < count; i++) {
            if (pages[i]->kind == PAGE_DOCUMENT && pages[i]->skip == SKIP_NONE) {
                pages[i]->outcome = PAGE_OK;
                pages[i]->status = 200;
                frontier_arrived(f, pages[i], HOST_GOOD);
            }
            frontier_finish(f, pages[i]);
            queue_push(w->context.to_write, pages[i]);
        }
}

static void pages_are_recorded_in_order_of_tickets_whatever_order_they_come_in(void **state)
{
    static const int order[] = {5, 2, 1, 7, 3, 4, 6, 0};
    struct page *pages[8];
    struct world w;

    (void)state;
    start(&w, 100);
    pages[0] = seeds_page(w.context.frontier, 7);
    frontier_finish(w.context.frontier, pages[0]);
    for (int i = 1; i < 8; i++) {
        char url[100];

        snprintf(url, sizeof url, SITE "/%d", i - 1);
        pages[i] = made_page(i, url, i == 3 ? 404 : 200);
        pages[i]->ticket = pages[0]->ticket + (uint64_t)i;
    }
    run(&w);
    for (int i = 0; i < 8; i++)
        queue_push(w.context.to_write, pages[order[i]]);
    join(&w);
    assert_int_equal(w.told, 8);
    assert_int_equal(w.context.written, 8);
    assert_false(w.context.failed);
    assert_int_equal(memory_rows_outcome(w.rows, SITE "/2"), PAGE_HTTP_ERROR);
    assert_int_equal(memory_rows_outcome(w.rows, SITE "/6"), PAGE_OK);
    clean_up(&w);
}

static void what_found_no_room_is_read_back_to_the_end(void **state)
{
    struct page *seeds;
    struct world w;

    (void)state;
    start(&w, 4);
    seeds = seeds_page(w.context.frontier, PAGES);
    frontier_finish(w.context.frontier, seeds);
    run(&w);
    queue_push(w.context.to_write, seeds);
    crawl(&w);
    join(&w);
    for (int i = 0; i < PAGES; i++) {
        char url[100];

        snprintf(url, sizeof url, SITE "/%d", i);
        assert_int_equal(memory_rows_outcome(w.rows, url), PAGE_OK);
    }
    assert_true(w.told > PAGES);
    clean_up(&w);
}

static void a_store_that_fails_stops_the_crawl_and_all_comes_to_its_end(void **state)
{
    (void)state;
    for (int calls = 0; calls < 20; calls++) {
        struct page *seeds;
        struct world w;

        start(&w, 4);
        memory_rows_fail_after(w.rows, calls);
        seeds = seeds_page(w.context.frontier, PAGES);
        frontier_finish(w.context.frontier, seeds);
        run(&w);
        queue_push(w.context.to_write, seeds);
        crawl(&w);
        join(&w);
        assert_true(w.context.failed);
        assert_string_equal(w.context.failure.text, "cannot write to memory: it was told to fail");
        assert_int_equal(w.context.batches, calls);
        assert_int_equal(w.told, w.context.written);
        clean_up(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_recorded_in_order_of_tickets_whatever_order_they_come_in),
        cmocka_unit_test(what_found_no_room_is_read_back_to_the_end),
        cmocka_unit_test(a_store_that_fails_stops_the_crawl_and_all_comes_to_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

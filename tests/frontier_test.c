#include "clock.h"
#include "frontier.h"
#include "frontier_world.h"
#include "html.h"
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- One thread that plays all stages, a page at a time ---------------------------- */
static struct host_rules rules;
static struct frontier_limits limits;

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    (void)arg;
    (void)origin;
    return &rules;
}

static int begin(void **state)
{
    (void)state;
    rules = (struct host_rules){.delay_cap_ms = 30000,
                                .ceiling = 8,
                                .backoff_ms = 1,
                                .backoff_max_ms = 1,
                                .patience_ms = 600000,
                                .retry_after_max_ms = 1000};
    limits = (struct frontier_limits){.window = 100,
                                      .transfers = 64,
                                      .takers = 1,
                                      .max_tries = 3,
                                      .max_redirects = 3,
                                      .robots = true,
                                      .robots_token = "crawl",
                                      .hash_seed = 1,
                                      .rules_for = rules_for};
    return 0;
}

/* Adds a link to a page; `key` NULL: the text is the key. */
static struct page_link *add_link(const struct frontier *f, struct page *page, const char *url, const char *key,
                                  uint8_t kind)
{
    struct page_link *link;

    page->links = mem_resize(page->links, (page->link_count + 1) * sizeof *page->links);
    link = &page->links[page->link_count++];
    *link = (struct page_link){.kind = kind, .follow = true, .record = true, .lastmod_ms = -1};
    link->url_at = (uint32_t)page->pool.size;
    link->url_size = (uint32_t)strlen(url);
    link->host_size = (uint32_t)(strchr(strstr(url, "//") + 2, '/') - url);
    buf_add_string(&page->pool, url);
    link->text_hash = frontier_hash(f, slice_of(url));
    link->key_hash = key == NULL ? link->text_hash : frontier_hash(f, slice_of(key));
    return link;
}

/* Offers one URL as a seed; gives what the frontier made of the link. */
static struct page_link seed(struct frontier *f, const char *url, const char *key)
{
    struct page *page = page_new(PAGE_SEEDS, "", 0);
    struct page_link link;

    add_link(f, page, url, key, LINK_SEED);
    frontier_finish(f, page);
    link = page->links[0];
    page_free(page);
    return link;
}

/* The next page, waiting for its time; NULL: over. */
static struct page *take(struct frontier *f)
{
    struct page *page = NULL;
    int64_t pause_ms;

    return frontier_take(f, 0, &page, 1, true, &pause_ms) == 1 ? page : NULL;
}

static bool is_asked_for(const struct page *page)
{
    return page->kind != PAGE_REFILL && page->skip == SKIP_NONE && page->outcome == PAGE_PENDING;
}

static void answer(struct frontier *f, struct page *page, int status)
{
    page->status = status;
    page->outcome = status < 300 ? PAGE_OK : status < 400 ? PAGE_REDIRECT : PAGE_HTTP_ERROR;
    page->fetched_ms = 1000;
    frontier_arrived(f, page, status == 503 || status == 429 ? HOST_OVERLOAD : HOST_GOOD);
}

static void finish(struct frontier *f, struct page *page)
{
    frontier_finish(f, page);
    page_free(page);
}

/* Takes a page, which must be this one, answers and finishes it. */
static void serve(struct frontier *f, const char *url, int status)
{
    struct page *page = take(f);

    assert_non_null(page);
    assert_string_equal(page->url, url);
    assert_true(is_asked_for(page));
    answer(f, page, status);
    finish(f, page);
}

static void serve_robots(struct frontier *f, const char *url, const char *text)
{
    struct page *page = take(f);

    assert_non_null(page);
    assert_string_equal(page->url, url);
    assert_int_equal(page->kind, PAGE_ROBOTS);
    answer(f, page, text == NULL ? 404 : 200);
    if (text != NULL)
        page->rules = robots_parse(slice_of(text), "crawl");
    finish(f, page);
}

/* A 301 to `target`. */
static struct page *redirect(struct frontier *f, const char *url, const char *target)
{
    struct page *page = take(f);

    assert_non_null(page);
    assert_string_equal(page->url, url);
    answer(f, page, 301);
    add_link(f, page, target, NULL, LINK_REDIRECT);
    page->redirect_link = 0;
    frontier_finish(f, page);
    return page;
}

static void end(struct frontier *f)
{
    assert_null(take(f));
    assert_true(frontier_wait(f, 0));
    frontier_free(f);
}

#define A "http://a.example"
#define B "http://b.example"

/* --- robots.txt ------------------------------------------------------------------------ */
static void robots_txt_is_the_first_thing_asked_of_a_host_and_once(void **state)
{
    struct frontier *f = frontier_new(&limits);

    (void)state;
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    serve(f, A "/2", 200);
    end(f);
}

static void what_robots_txt_refuses_comes_out_with_its_line(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/private?x", NULL);
    seed(f, A "/open", NULL);
    serve_robots(f, A "/robots.txt", "User-agent: *\n\nDisallow: /private?\n");
    page = take(f);
    assert_int_equal(page->skip, SKIP_ROBOTS);
    assert_int_equal(page->skip_line, 3);
    finish(f, page);
    serve(f, A "/open", 200);
    end(f);
}

static void after_503_for_robots_txt_nothing_of_the_host_is_asked_for(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    for (int try = 1; try <= 3; try++) {
        page = take(f);
        assert_int_equal(page->kind, PAGE_ROBOTS);
        assert_int_equal(page->tries, try);
        answer(f, page, 503);
        assert_int_equal(frontier_retry(f, page, NULL), try < 3);
    }
    frontier_finish(f, page);
    assert_non_null(page->host_state);
    assert_int_equal(page->host_state->robots_status, 503);
    page_free(page);
    page = take(f);
    assert_int_equal(page->skip, SKIP_ROBOTS);
    assert_string_equal(page->error, "robots.txt answered 503");
    finish(f, page);
    assert_int_equal(seed(f, A "/2", NULL).skip, SKIP_NONE);
    page = take(f);
    assert_int_equal(page->skip, SKIP_ROBOTS);
    finish(f, page);
    end(f);
}

/* As it was asked for without a condition or a choice. */
static void a_robots_txt_that_answers_304_or_300_forbids_nothing(void **state)
{
    static const int STATUSES[] = {300, 304, 305};

    (void)state;
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++) {
        struct frontier *f = frontier_new(&limits);
        struct page *page;

        seed(f, A "/1", NULL);
        page = take(f);
        assert_int_equal(page->kind, PAGE_ROBOTS);
        answer(f, page, STATUSES[i]);
        page->outcome = PAGE_HTTP_ERROR;
        finish(f, page);
        page = take(f);
        assert_int_equal(page->skip, SKIP_NONE);
        answer(f, page, 200);
        finish(f, page);
        end(f);
    }
}

static void a_host_without_an_address_gives_its_pages_that_outcome(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    page = take(f);
    page_fail(page, PAGE_DNS_ERROR, "no such name");
    frontier_arrived(f, page, HOST_FAILED);
    finish(f, page);
    page = take(f);
    assert_int_equal(page->outcome, PAGE_DNS_ERROR);
    assert_non_null(strstr(page->error, "no such name"));
    assert_false(frontier_retry(f, page, NULL));
    finish(f, page);
    end(f);
}

static void a_redirected_robots_txt_binds_the_host_that_was_asked(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/no", NULL);
    page = redirect(f, A "/robots.txt", B "/rules.txt");
    assert_true(page->links[0].host_is_new);
    assert_int_equal(page->links[0].id, 0);
    page_free(page);
    page = take(f);
    assert_string_equal(page->url, B "/rules.txt");
    assert_int_equal(page->kind, PAGE_ROBOTS);
    answer(f, page, 200);
    page->rules = robots_parse(slice_of("User-agent: *\nDisallow: /no"), "crawl");
    frontier_finish(f, page);
    assert_string_equal(page->host_state->origin, A);
    page_free(page);
    page = take(f);
    assert_int_equal(page->skip, SKIP_ROBOTS);
    finish(f, page);
    seed(f, B "/no", NULL); /* for b itself they say nothing */
    serve_robots(f, B "/robots.txt", NULL);
    serve(f, B "/no", 200);
    end(f);
}

/* The host itself is closed, for its own robots.txt could not be read; what others redirect to it waits for room. */
static void a_redirected_robots_txt_waits_for_room_at_a_host_that_is_closed(void **state)
{
    struct frontier *f;
    struct page *moved, *other, *more, *page;
    int64_t pause_ms;
    int rules_come = 0;

    (void)state;
    limits.transfers = 2;
    rules.backoff_ms = rules.backoff_max_ms = 0;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    page = take(f);
    page_fail(page, PAGE_DNS_ERROR, "no such name");
    frontier_arrived(f, page, HOST_FAILED);
    finish(f, page);
    finish(f, take(f));
    seed(f, B "/1", NULL);
    moved = take(f);
    seed(f, "http://c.example/1", NULL);
    other = take(f);
    seed(f, "http://d.example/1", NULL);
    answer(f, moved, 301);
    more = take(f);
    assert_string_equal(more->url, "http://d.example/robots.txt");
    add_link(f, moved, A "/rules.txt", NULL, LINK_REDIRECT);
    moved->redirect_link = 0;
    finish(f, moved);
    assert_int_equal(frontier_take(f, 0, &page, 1, false, &pause_ms), 0);
    answer(f, other, 404);
    finish(f, other);
    answer(f, more, 404);
    finish(f, more);
    for (int i = 0; i < 4; i++) {
        page = take(f);
        rules_come += strcmp(page->url, A "/rules.txt") == 0;
        answer(f, page, page->kind == PAGE_ROBOTS ? 404 : 200);
        finish(f, page);
    }
    assert_int_equal(rules_come, 1);
    end(f);
}

static void a_sixth_redirect_of_robots_txt_means_there_is_none(void **state)
{
    struct frontier *f = frontier_new(&limits);
    char from[40] = A "/robots.txt";
    char to[40];

    (void)state;
    seed(f, A "/1", NULL);
    for (int hop = 1; hop <= 6; hop++) {
        snprintf(to, sizeof to, A "/hop%d", hop);
        page_free(redirect(f, from, to));
        strcpy(from, to);
    }
    serve(f, A "/1", 200);
    end(f);
}

static void old_rules_are_asked_for_again_and_stay_when_that_fails(void **state)
{
    struct frontier *f;
    struct page *page;

    (void)state;
    limits.robots_age_ms = 1;
    f = frontier_new(&limits);
    seed(f, A "/no", NULL);
    serve_robots(f, A "/robots.txt", "User-agent: *\nDisallow: /no");
    while ((page = take(f))->kind == PAGE_ROBOTS) { /* perhaps again before the page, and again */
        answer(f, page, 500);
        finish(f, page);
    }
    assert_int_equal(page->skip, SKIP_ROBOTS);
    assert_int_equal(page->skip_line, 2);
    finish(f, page);
    end(f);
}

static void without_robots_none_is_asked_for(void **state)
{
    struct frontier *f;

    (void)state;
    limits.robots = false;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    serve(f, A "/1", 200);
    end(f);
}

/* --- Which URL is new -------------------------------------------------------------------- */
static void equal_texts_have_one_row_and_equal_keys_one_visit(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page_link first, twin, key;

    (void)state;
    first = seed(f, A "/p;jsessionid=1", A "/p");
    assert_true(first.is_new);
    assert_false(seed(f, A "/p;jsessionid=1", A "/p").is_new);
    twin = seed(f, A "/p;jsessionid=2", A "/p");
    assert_true(twin.is_new);
    assert_int_equal(twin.skip, SKIP_DUPLICATE);
    assert_int_equal(twin.same_as, first.id);
    key = seed(f, A "/p", NULL); /* its text is the key of the first: a row of its own all the same */
    assert_true(key.is_new);
    assert_int_not_equal(key.id, first.id);
    assert_int_equal(key.skip, SKIP_DUPLICATE);
    assert_int_equal(key.same_as, first.id);
    assert_int_equal(seed(f, A "/p", NULL).id, key.id);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/p;jsessionid=1", 200);
    end(f);
}

static void a_url_skipped_at_first_is_visited_when_found_in_a_way_that_counts(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page = page_new(PAGE_SEEDS, "", 0);
    struct page_link again;
    int64_t id;

    (void)state;
    add_link(f, page, A "/1", NULL, HTML_A)->skip = SKIP_NOFOLLOW;
    add_link(f, page, A "/image", NULL, HTML_IMG)->follow = false;
    frontier_finish(f, page);
    id = page->links[0].id;
    assert_true(page->links[0].is_new && page->links[1].is_new);
    page_free(page);
    assert_true(frontier_wait(f, 0));
    again = seed(f, A "/1", NULL);
    assert_int_equal(again.id, id);
    assert_false(again.is_new);
    assert_true(again.is_upgrade);
    assert_true(again.host_is_new);
    assert_false(seed(f, A "/1", NULL).is_upgrade);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    end(f);
}

/* --- Redirects ------------------------------------------------------------------------------ */
static void a_redirect_carries_its_chain_and_adds_no_depth(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;
    int64_t first;

    (void)state;
    first = seed(f, A "/1", NULL).id;
    serve_robots(f, A "/robots.txt", NULL);
    page_free(redirect(f, A "/1", A "/2"));
    page = take(f);
    assert_int_equal(page->redirects, 1);
    assert_int_equal(page->chain[0], first);
    assert_int_equal(page->found_on, first);
    assert_int_equal(page->depth, 0);
    assert_int_equal(page->via, LINK_REDIRECT);
    answer(f, page, 200);
    add_link(f, page, A "/3", NULL, HTML_A);
    finish(f, page);
    page = take(f);
    assert_int_equal(page->depth, 1);
    assert_int_equal(page->redirects, 0);
    answer(f, page, 200);
    finish(f, page);
    end(f);
}

static void a_circle_of_redirects_ends_where_it_closes(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    seed(f, A "/self", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = redirect(f, A "/1", A "/2");
    assert_int_equal(page->outcome, PAGE_REDIRECT);
    page_free(page);
    page = redirect(f, A "/self", A "/self");
    assert_int_equal(page->outcome, PAGE_REDIRECT_LOOP);
    page_free(page);
    page = redirect(f, A "/2", A "/1");
    assert_int_equal(page->outcome, PAGE_REDIRECT_LOOP);
    page_free(page);
    end(f);
}

static void one_redirect_too_many_is_not_followed(void **state)
{
    struct frontier *f = frontier_new(&limits); /* three */
    struct page *page;

    (void)state;
    seed(f, A "/0", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page_free(redirect(f, A "/0", A "/1"));
    page_free(redirect(f, A "/1", A "/2"));
    page_free(redirect(f, A "/2", A "/3"));
    page = redirect(f, A "/3", A "/4");
    assert_int_equal(page->outcome, PAGE_REDIRECT_LOOP);
    assert_int_equal(page->links[0].skip, SKIP_LIMIT);
    page_free(page);
    assert_true(seed(f, A "/4", NULL).is_upgrade);
    serve(f, A "/4", 200);
    end(f);
}

/* --- Limits, tries ------------------------------------------------------------------------------ */
static void after_max_pages_documents_nothing_more_is_handed_out(void **state)
{
    struct frontier *f;
    struct frontier_counts counts;

    (void)state;
    limits.max_pages = 2;
    f = frontier_new(&limits);
    for (int i = 0; i < 5; i++) {
        char url[40];

        snprintf(url, sizeof url, A "/%d", i);
        seed(f, url, NULL);
    }
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/0", 200);
    serve(f, A "/1", 404);
    frontier_counts(f, &counts);
    assert_true(counts.pages_reached);
    assert_int_equal(counts.waiting, 3);
    end(f);
}

static void after_max_bytes_nothing_more_is_handed_out_but_what_is_out_is_recorded(void **state)
{
    struct frontier *f;
    struct frontier_counts counts;
    struct page *page;

    (void)state;
    limits.max_bytes = 1000;
    f = frontier_new(&limits);
    seed(f, A "/0", NULL);
    seed(f, A "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = take(f);
    assert_string_equal(page->url, A "/0");
    page->wire_bytes = 1000;
    answer(f, page, 200);
    frontier_counts(f, &counts);
    assert_true(counts.bytes_reached);
    assert_false(counts.pages_reached);
    assert_false(frontier_wait(f, 0));
    finish(f, page);
    assert_true(frontier_wait(f, 0));
    frontier_counts(f, &counts);
    assert_int_equal(counts.waiting, 1);
    end(f);
}

static void what_a_host_has_beyond_host_max_pages_is_skipped(void **state)
{
    struct frontier *f;

    (void)state;
    rules.max_pages = 1;
    rules.max_pages_rule = "--host-max-pages=1";
    f = frontier_new(&limits);
    assert_int_equal(seed(f, A "/1", NULL).skip, SKIP_NONE);
    assert_int_equal(seed(f, A "/2", NULL).skip, SKIP_LIMIT);
    assert_int_equal(seed(f, B "/1", NULL).skip, SKIP_NONE);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    serve_robots(f, B "/robots.txt", NULL);
    serve(f, B "/1", 200);
    end(f);
}

static void what_earlier_runs_know_is_known_however_much_it_is(void **state)
{
    struct host_state a = {.id = 1, .origin = (char *)A, .least_gap_ms = -1, .median_gap_ms = -1, .crawl_delay_ms = -1};
    struct frontier_counts counts;
    struct frontier *f;
    char url[64];

    (void)state;
    limits.robots = false;
    f = frontier_new(&limits);
    frontier_add_host(f, &a);
    for (int i = 1; i <= 5000; i++) {
        uint64_t hash;

        snprintf(url, sizeof url, A "/%d", i);
        hash = frontier_hash(f, slice_of(url));
        frontier_add_known(f, i, hash, hash, 1, i % 10 == 0 ? KNOWN_WAITING : KNOWN_DONE);
    }
    for (int i = 1; i <= 5000; i++) {
        struct page_link link;

        snprintf(url, sizeof url, A "/%d", i);
        link = seed(f, url, NULL);
        assert_false(link.is_new);
        assert_int_equal(link.id, i);
    }
    frontier_counts(f, &counts);
    assert_int_equal(counts.known, 5000);
    assert_int_equal(counts.parked, 500);
    assert_int_equal(seed(f, A "/new", NULL).id, 5001);
    frontier_free(f);
}

static void a_host_has_its_turn_for_a_while_before_the_next(void **state)
{
    struct frontier *f = frontier_new(&limits);
    char url[64];

    (void)state;
    for (int i = 1; i <= 40; i++) {
        snprintf(url, sizeof url, A "/%d", i);
        seed(f, url, NULL);
        if (i == 1)
            seed(f, B "/1", NULL);
    }
    serve_robots(f, A "/robots.txt", NULL);
    for (int i = 1; i <= 40; i++) {
        if (i == 32) { /* with its robots.txt that was its turn */
            serve_robots(f, B "/robots.txt", NULL);
            serve(f, B "/1", 200);
        }
        snprintf(url, sizeof url, A "/%d", i);
        serve(f, url, 200);
    }
    end(f);
}

static void while_others_stand_in_line_a_host_is_asked_for_one_page_at_a_time(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *pages[4];
    int64_t pause_ms;

    (void)state;
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    seed(f, A "/3", NULL);
    seed(f, B "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    assert_int_equal(frontier_take(f, 0, pages, 4, true, &pause_ms), 3);
    assert_string_equal(pages[0]->url, A "/1");
    assert_string_equal(pages[1]->url, B "/robots.txt");
    assert_string_equal(pages[2]->url, A "/2"); /* nobody else waits any more */
    for (int i = 0; i < 3; i++) {
        answer(f, pages[i], 404);
        finish(f, pages[i]);
    }
    serve(f, A "/3", 200);
    serve(f, B "/1", 200);
    end(f);
}

/* It holds for five minutes, though the page itself is not recorded yet. */
static void finish_try(struct frontier *f, struct page *try)
{
    frontier_finish(f, try);
    assert_non_null(try->host_state);
    assert_true(try->host_state->held_until_ms > clock_wall_ms() + 290000);
    page_free(try);
}

static void a_failed_page_is_tried_again_max_tries_in_all(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    for (int try = 1; try <= 3; try++) {
        page = take(f);
        assert_int_equal(page->tries, try);
        answer(f, page, 503);
        if (try < 3) {
            assert_true(frontier_retry(f, page, NULL));
            assert_false(frontier_wait(f, 0)); /* in one step: never over in between */
        }
    }
    assert_false(frontier_retry(f, page, NULL));
    frontier_finish(f, page);
    assert_non_null(page->host_state); /* held */
    assert_int_equal(page->host_state->fails, 3);
    page_free(page);
    end(f);
}

static void a_hold_goes_to_the_store_with_the_try_that_brought_it(void **state)
{
    struct frontier *f;
    struct page *page, *try;

    (void)state;
    rules.retry_after_max_ms = 600000;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = take(f);
    page->retry_after_ms = 300000;
    answer(f, page, 503);
    try = page_of_try(page);
    assert_true(frontier_retry(f, page, try));
    finish_try(f, try);
    frontier_stop(f, false);
    end(f);
}

static void a_hold_that_robots_txt_brought_goes_to_the_store_with_its_try(void **state)
{
    struct frontier *f;
    struct page *page, *try;

    (void)state;
    rules.retry_after_max_ms = 600000;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    page = take(f);
    assert_int_equal(page->kind, PAGE_ROBOTS);
    page->retry_after_ms = 300000;
    answer(f, page, 503);
    try = page_of_try(page);
    assert_non_null(try);
    assert_int_equal(try->id, 0); /* no row of its own */
    assert_true(frontier_retry(f, page, try));
    finish_try(f, try);
    frontier_stop(f, false);
    end(f);
}

static void a_404_or_a_retry_after_beyond_the_limit_is_not_tried_again(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = take(f);
    answer(f, page, 404);
    assert_false(frontier_retry(f, page, NULL));
    finish(f, page);
    page = take(f);
    page->retry_after_ms = 3600 * 1000;
    answer(f, page, 503);
    assert_false(frontier_retry(f, page, NULL));
    finish(f, page);
    end(f);
}

static void a_page_given_back_waits_with_its_tries_unspent(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct frontier_counts counts;
    struct page *page;

    (void)state;
    seed(f, A "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = take(f);
    frontier_stop(f, true);
    assert_true(frontier_is_stopping(f) && frontier_is_abandoning(f));
    assert_false(frontier_wait(f, 0));
    frontier_arrived(f, page, HOST_ABANDONED);
    frontier_abandon(f, page);
    frontier_counts(f, &counts);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.active, 0);
    end(f);
}

static void a_host_given_up_has_its_urls_come_out_as_such(void **state)
{
    struct frontier *f;
    struct page *page;

    (void)state;
    rules.patience_ms = 0;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    page = take(f);
    answer(f, page, 503);
    frontier_finish(f, page);
    assert_true(page->host_state->given_up);
    page_free(page);
    page = take(f);
    assert_int_equal(page->skip, SKIP_HOST_GAVE_UP);
    finish(f, page);
    end(f);
}

static void hosts_rest_between_requests_while_others_are_asked(void **state)
{
    struct frontier *f;
    struct page *pages[4];
    int64_t pause_ms;

    (void)state;
    rules.rest_us = 1000000000;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, B "/1", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    serve_robots(f, B "/robots.txt", NULL);
    assert_int_equal(frontier_take(f, 0, pages, 4, false, &pause_ms), 0);
    assert_in_range(pause_ms, 900000, 1000010);
    frontier_stop(f, false);
    end(f);
}

/* --- Parked and forgotten --------------------------------------------------------------------------- */
static void answer_refill(struct frontier *f, const char *const *urls, int64_t first_id, size_t count)
{
    struct waiting_url rows[10] = {0};
    struct refill wanted;
    struct page *page = take(f);

    assert_non_null(page);
    assert_int_equal(page->kind, PAGE_REFILL);
    frontier_finish(f, page);
    assert_true(frontier_refill_wanted(f, page, &wanted));
    assert_true(wanted.max >= count);
    assert_int_equal(wanted.after, first_id - 1);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct waiting_url){.id = first_id + (int64_t)i, .url = slice_of(urls[i])};
    assert_false(frontier_wait(f, 0)); /* between question and answer the crawl is not over */
    frontier_refill(f, page, NULL, rows, count);
    page_free(page);
}

static void what_finds_no_room_is_read_back_in_order(void **state)
{
    static const char *const PARKED[] = {A "/2", A "/3"};
    struct frontier *f;
    struct frontier_counts counts;

    (void)state;
    limits.window = 1;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    seed(f, A "/3", NULL);
    frontier_counts(f, &counts);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.parked, 2);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    answer_refill(f, PARKED, 2, 2);
    serve(f, A "/2", 200);
    serve(f, A "/3", 200);
    end(f);
}

static void what_was_parked_after_the_question_is_asked_for_again(void **state)
{
    static const char *const FIRST[] = {A "/2"}, *const SECOND[] = {A "/3"};
    struct frontier *f;
    struct refill wanted;
    struct waiting_url row = {.id = 2, .url = slice_of(FIRST[0])};
    struct page *page;

    (void)state;
    limits.window = 1;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    page = take(f);
    assert_int_equal(page->kind, PAGE_REFILL);
    frontier_finish(f, page);
    assert_true(frontier_refill_wanted(f, page, &wanted));
    seed(f, A "/3", NULL); /* not yet committed when the question is answered */
    frontier_refill(f, page, NULL, &row, 1);
    page_free(page);
    serve(f, FIRST[0], 200);
    answer_refill(f, SECOND, 3, 1);
    serve(f, SECOND[0], 200);
    end(f);
}

static void a_skipped_url_found_anew_above_parked_ones_is_visited_once(void **state)
{
    static const char *const PARKED[] = {A "/2", A "/skipped"};
    struct frontier *f;
    struct page *page = page_new(PAGE_SEEDS, "", 0);

    (void)state;
    limits.window = 1;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    add_link(f, page, A "/skipped", NULL, HTML_A)->skip = SKIP_LEVEL;
    finish(f, page);
    assert_true(seed(f, A "/skipped", NULL).is_upgrade);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    serve(f, A "/skipped", 200);
    answer_refill(f, PARKED, 2, 1); /* by now its row does not wait any more */
    serve(f, A "/2", 200);
    end(f);
}

static void skipped_urls_found_anew_in_another_order_are_each_visited_once(void **state)
{
    static const char *const ROWS[] = {A "/2", A "/a", A "/b", A "/c", A "/3"};
    static const char *const ANEW[] = {A "/c", A "/b", A "/a"};
    struct frontier *f;
    struct page *page = page_new(PAGE_SEEDS, "", 0);

    (void)state;
    limits.window = 1;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    for (int i = 1; i <= 3; i++)
        add_link(f, page, ROWS[i], NULL, HTML_A)->skip = SKIP_LEVEL;
    finish(f, page);
    seed(f, A "/3", NULL);
    for (int i = 0; i < 3; i++)
        assert_true(seed(f, ANEW[i], NULL).is_upgrade);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    for (int i = 0; i < 3; i++)
        serve(f, ANEW[i], 200);
    answer_refill(f, ROWS, 2, 2); /* that /a is done is not committed yet, nor for the others */
    serve(f, A "/2", 200);
    answer_refill(f, &ROWS[2], 4, 1);
    answer_refill(f, &ROWS[3], 5, 1);
    answer_refill(f, &ROWS[4], 6, 1);
    serve(f, A "/3", 200);
    end(f);
}

static void a_store_that_lost_parked_rows_does_not_keep_the_crawl_from_ending(void **state)
{
    struct frontier *f;

    (void)state;
    limits.window = 1;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, A "/2", NULL);
    serve_robots(f, A "/robots.txt", NULL);
    serve(f, A "/1", 200);
    answer_refill(f, NULL, 2, 0);
    end(f);
}

/* The first host that is forgotten while three are crawled whose robots.txt has so many rules; NULL: none. */
static struct host_state *first_forgotten(int count)
{
    struct frontier *f = frontier_new(&limits);
    struct buf text = {.limit = 100000};
    struct host_state *forgotten = NULL;

    buf_add_string(&text, "User-agent: *\n");
    for (int i = 0; i < count; i++)
        buf_printf(&text, "Disallow: /no/%d\n", i);
    for (int i = 0; i < 3; i++) {
        struct page *page;
        char url[50];

        snprintf(url, sizeof url, "http://h%d.example/1", i);
        seed(f, url, NULL);
        snprintf(url, sizeof url, "http://h%d.example/robots.txt", i);
        serve_robots(f, url, text.data);
        page = take(f);
        answer(f, page, 200);
        frontier_finish(f, page);
        if (forgotten == NULL) {
            forgotten = page->host_state;
            page->host_state = NULL;
        }
        page_free(page);
    }
    buf_free(&text);
    end(f);
    return forgotten;
}

static void hosts_with_large_rules_are_forgotten_sooner(void **state)
{
    struct host_state *forgotten;

    (void)state;
    limits.idle_bytes = 10000;
    assert_null(first_forgotten(2));
    forgotten = first_forgotten(1000);
    assert_non_null(forgotten);
    assert_string_equal(forgotten->origin, "http://h0.example");
    host_state_free(forgotten);
}

static void a_host_that_was_forgotten_gets_its_state_back_before_it_is_asked(void **state)
{
    struct frontier *f;
    struct host_state *kept = NULL;
    struct refill wanted;
    struct page *page;

    (void)state;
    limits.idle_hosts = 1;
    f = frontier_new(&limits);
    for (int i = 0; i < 3; i++) {
        char url[50];

        snprintf(url, sizeof url, "http://h%d.example/1", i);
        seed(f, url, NULL);
        snprintf(url, sizeof url, "http://h%d.example/robots.txt", i);
        serve_robots(f, url, "User-agent: *\nDisallow: /no");
        page = take(f);
        answer(f, page, 200);
        frontier_finish(f, page);
        if (kept == NULL) {
            kept = page->host_state;
            page->host_state = NULL;
        }
        page_free(page);
    }
    assert_non_null(kept);
    assert_string_equal(kept->origin, "http://h0.example");
    assert_int_equal(kept->requests, 2);
    kept->robots_body = mem_string("User-agent: *\nDisallow: /no");
    kept->robots_size = strlen(kept->robots_body);
    kept->robots_ms = INT64_MAX / 2;
    seed(f, "http://h0.example/no", NULL);
    page = take(f);
    assert_int_equal(page->kind, PAGE_REFILL);
    frontier_finish(f, page);
    assert_true(frontier_refill_wanted(f, page, &wanted));
    assert_true(wanted.wants_state);
    assert_int_equal(wanted.host_id, kept->id);
    frontier_refill(f, page, kept, NULL, 0);
    page_free(page);
    host_state_free(kept);
    page = take(f);
    assert_int_equal(page->kind, PAGE_DOCUMENT);
    assert_int_equal(page->skip, SKIP_ROBOTS);
    finish(f, page);
    end(f);
}

/* --- Waking ------------------------------------------------------------------------------------------ */
static void count_wake(void *arg)
{
    ++*(int *)arg;
}

static void a_taker_that_is_away_is_woken_once_for_new_work(void **state)
{
    struct frontier *f = frontier_new(&limits);
    struct page *page;
    int64_t pause_ms;
    int wakes = 0;

    (void)state;
    frontier_set_taker(f, 0, count_wake, &wakes);
    assert_int_equal(frontier_take(f, 0, &page, 1, false, &pause_ms), 0);
    assert_int_equal(pause_ms, -1);
    seed(f, A "/1", NULL);
    assert_int_equal(wakes, 1);
    seed(f, A "/2", NULL);
    seed(f, B "/1", NULL);
    assert_int_equal(wakes, 1);
    assert_int_equal(frontier_take(f, 0, &page, 1, false, &pause_ms), 1);
    answer(f, page, 404);
    finish(f, page);
    frontier_stop(f, false);
    assert_int_equal(wakes, 2);
    frontier_set_taker(f, 0, NULL, NULL);
    end(f);
}

static void at_most_so_many_transfers_run_and_one_that_ends_lets_the_next_begin(void **state)
{
    struct frontier *f;
    struct page *pages[4];
    int64_t pause_ms;
    int wakes = 0;

    (void)state;
    limits.transfers = 2;
    limits.takers = 2;
    limits.robots = false;
    f = frontier_new(&limits);
    frontier_set_taker(f, 1, count_wake, &wakes);
    seed(f, A "/1", NULL);
    seed(f, B "/1", NULL);
    seed(f, "http://c.example/1", NULL);
    seed(f, "http://d.example/1", NULL);
    assert_int_equal(frontier_take(f, 0, pages, 4, false, &pause_ms), 2);
    assert_int_equal(frontier_take(f, 1, pages + 2, 1, false, &pause_ms), 0);
    assert_int_equal(pause_ms, -1);
    answer(f, pages[0], 200);
    assert_int_equal(wakes, 1);
    assert_int_equal(frontier_take(f, 1, pages + 2, 1, false, &pause_ms), 1);
    answer(f, pages[1], 200);
    answer(f, pages[2], 200);
    assert_int_equal(frontier_take(f, 1, pages + 3, 1, false, &pause_ms), 1);
    answer(f, pages[3], 200);
    for (int i = 0; i < 4; i++)
        finish(f, pages[i]);
    end(f);
}

static void transfers_that_hang_make_room_for_others_in_time(void **state)
{
    struct frontier *f;
    struct page *hanging, *page;
    int64_t pause_ms;

    (void)state;
    limits.transfers = 1;
    limits.stalled = 1;
    limits.stalled_after_ms = 20;
    limits.robots = false;
    f = frontier_new(&limits);
    seed(f, A "/1", NULL);
    seed(f, B "/1", NULL);
    hanging = take(f);
    assert_int_equal(frontier_take(f, 0, &page, 1, false, &pause_ms), 0);
    assert_in_range(pause_ms, 1, 20); /* to look again by itself */
    page = take(f);                   /* which waits */
    assert_non_null(page);
    answer(f, page, 200);
    finish(f, page);
    answer(f, hanging, 200);
    finish(f, hanging);
    end(f);
}

/* --- Whole crawls ---------------------------------------------------------------------------------------- */
static void crawl_all(struct world *w)
{
    world_crawl(w);
    assert_int_equal(world_waiting(w), 0);
    assert_int_equal(world_done(w), world_reachable(w));
    for (int64_t id = 1; id <= w->row_count; id++)
        assert_in_range(w->rows[id].fetched, 1, 3);
}

static void any_number_of_takers_visits_every_page_once_with_a_window_of_one(void **state)
{
    static const int TAKERS[] = {1, 2, 8, 64};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct world *w = world_new();

        w->limits.window = 1;
        w->limits.takers = TAKERS[i];
        w->hosts = 5;
        w->pages = 100;
        crawl_all(w);
        assert_int_equal(w->requests, world_done(w) + w->robots_requests);
        assert_int_equal(w->robots_requests, 5);
        assert_true(w->refills > 0);
        assert_true(w->most_window <= 5 * 4 + 1);
        world_free(w);
    }
}

static void hosts_that_stand_in_line_hold_nothing_beyond_the_window(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.window = 100;
    w->limits.takers = 2;
    w->limits.transfers = 4;
    w->hosts = 500;
    w->pages = 10;
    crawl_all(w);
    assert_true(w->most_window <= 200);
    world_free(w);
}

static void a_chain_of_single_links_is_followed_to_its_end(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.takers = 8;
    w->pages = 1000;
    w->links = 1;
    crawl_all(w);
    assert_int_equal(world_done(w), 1000);
    world_free(w);
}

static void pages_that_fail_at_first_are_visited_in_the_end(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.window = 20;
    w->limits.takers = 8;
    w->hosts = 10;
    w->pages = 50;
    w->fails_every = 7;
    crawl_all(w);
    world_free(w);
}

static void hosts_that_are_forgotten_and_found_again_lose_nothing(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.window = 50;
    w->limits.takers = 8;
    w->limits.idle_hosts = 2;
    w->hosts = 100;
    w->pages = 10;
    w->links = 2;
    w->robots = "User-agent: *\nAllow: /\n";
    crawl_all(w);
    assert_int_equal(w->robots_requests, 100);
    world_free(w);
}

static void a_crawl_that_is_stopped_again_and_again_visits_every_page_once(void **state)
{
    (void)state;
    for (int abandon = 0; abandon < 2; abandon++) {
        struct world *w = world_new();
        int runs = 0;

        w->limits.window = 10;
        w->limits.takers = 8;
        w->hosts = 7;
        w->pages = 100;
        w->abandon = abandon;
        do {
            assert_true(++runs < 100);
            w->requests = 0;
            w->stop_after = 60;
            world_crawl(w);
        } while (world_waiting(w) > 0);
        assert_int_equal(world_done(w), world_reachable(w));
        for (int64_t id = 1; id <= w->row_count; id++)
            assert_int_equal(w->rows[id].fetched, 1);
        world_free(w);
    }
}

static void few_transfers_for_many_takers_are_enough(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.window = 30;
    w->limits.takers = 16;
    w->limits.transfers = 2;
    w->hosts = 30;
    w->pages = 20;
    crawl_all(w);
    world_free(w);
}

static void max_pages_is_met_exactly_by_many_takers(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->limits.takers = 16;
    w->limits.max_pages = 123;
    w->hosts = 4;
    w->fails_every = 5;
    world_crawl(w);
    assert_int_equal(world_done(w), 123);
    world_free(w);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(robots_txt_is_the_first_thing_asked_of_a_host_and_once),
        TEST(what_robots_txt_refuses_comes_out_with_its_line),
        TEST(after_503_for_robots_txt_nothing_of_the_host_is_asked_for),
        TEST(a_robots_txt_that_answers_304_or_300_forbids_nothing),
        TEST(a_host_without_an_address_gives_its_pages_that_outcome),
        TEST(a_redirected_robots_txt_binds_the_host_that_was_asked),
        TEST(a_redirected_robots_txt_waits_for_room_at_a_host_that_is_closed),
        TEST(a_sixth_redirect_of_robots_txt_means_there_is_none),
        TEST(old_rules_are_asked_for_again_and_stay_when_that_fails),
        TEST(without_robots_none_is_asked_for),
        TEST(equal_texts_have_one_row_and_equal_keys_one_visit),
        TEST(a_url_skipped_at_first_is_visited_when_found_in_a_way_that_counts),
        TEST(a_redirect_carries_its_chain_and_adds_no_depth),
        TEST(a_circle_of_redirects_ends_where_it_closes),
        TEST(one_redirect_too_many_is_not_followed),
        TEST(after_max_pages_documents_nothing_more_is_handed_out),
        TEST(after_max_bytes_nothing_more_is_handed_out_but_what_is_out_is_recorded),
        TEST(what_a_host_has_beyond_host_max_pages_is_skipped),
        TEST(what_earlier_runs_know_is_known_however_much_it_is),
        TEST(a_host_has_its_turn_for_a_while_before_the_next),
        TEST(while_others_stand_in_line_a_host_is_asked_for_one_page_at_a_time),
        TEST(a_failed_page_is_tried_again_max_tries_in_all),
        TEST(a_hold_goes_to_the_store_with_the_try_that_brought_it),
        TEST(a_hold_that_robots_txt_brought_goes_to_the_store_with_its_try),
        TEST(a_404_or_a_retry_after_beyond_the_limit_is_not_tried_again),
        TEST(a_page_given_back_waits_with_its_tries_unspent),
        TEST(a_host_given_up_has_its_urls_come_out_as_such),
        TEST(hosts_rest_between_requests_while_others_are_asked),
        TEST(what_finds_no_room_is_read_back_in_order),
        TEST(what_was_parked_after_the_question_is_asked_for_again),
        TEST(a_skipped_url_found_anew_above_parked_ones_is_visited_once),
        TEST(skipped_urls_found_anew_in_another_order_are_each_visited_once),
        TEST(a_store_that_lost_parked_rows_does_not_keep_the_crawl_from_ending),
        TEST(hosts_with_large_rules_are_forgotten_sooner),
        TEST(a_host_that_was_forgotten_gets_its_state_back_before_it_is_asked),
        TEST(a_taker_that_is_away_is_woken_once_for_new_work),
        TEST(at_most_so_many_transfers_run_and_one_that_ends_lets_the_next_begin),
        TEST(transfers_that_hang_make_room_for_others_in_time),
        TEST(any_number_of_takers_visits_every_page_once_with_a_window_of_one),
        TEST(hosts_that_stand_in_line_hold_nothing_beyond_the_window),
        TEST(a_chain_of_single_links_is_followed_to_its_end),
        TEST(pages_that_fail_at_first_are_visited_in_the_end),
        TEST(hosts_that_are_forgotten_and_found_again_lose_nothing),
        TEST(a_crawl_that_is_stopped_again_and_again_visits_every_page_once),
        TEST(few_transfers_for_many_takers_are_enough),
        TEST(max_pages_is_met_exactly_by_many_takers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "crawl.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 60

/* Pages with random delays; now and then one is refused for a while. */
struct host_under_rules {
    const char *robots;
    int delay_ms;     /* 0 to so many */
    int refuse_every; /* of so many requests one is answered by 429; 0: none */
    bool closes;
    unsigned chance;
    int requests;
    char refused[PAGES]; /* each once at most */
};

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct host_under_rules *h = arg;
    long number = strtol(target + 1, NULL, 10);

    (void)host;
    page->type = "text/html";
    page->headers = h->closes ? "Connection: close\r\n" : NULL;
    h->chance = h->chance * 1103515245 + 12345;
    if (strcmp(target, "/robots.txt") == 0) {
        page->type = "text/plain";
        page->body = h->robots == NULL ? "" : h->robots;
        return true;
    }
    if (strcmp(target, "/sitemap.xml") == 0)
        return false;
    page->delay_ms = h->delay_ms > 0 ? (int)(h->chance / 65536 % (unsigned)h->delay_ms) : 0;
    if (h->refuse_every > 0 && ++h->requests % h->refuse_every == 0 && !h->refused[number % PAGES]) {
        h->refused[number % PAGES] = 1;
        page->status = 429;
        page->headers = "Retry-After: 1\r\n";
        return true;
    }
    buf_printf(text, "<title>Page %ld</title>", number);
    for (int i = 1; i < PAGES && number == 0; i++)
        buf_printf(text, "<a href=/%d>%d</a>", i, i);
    page->body = text->data;
    return true;
}

struct seen_requests {
    struct site_request list[2 * PAGES + 10];
    size_t count;
    int most_parallel;
};

/* Crawls it under the rules of `args`, all of it, and reads the server's log. */
static void crawl_under(struct host_under_rules *h, const char *const *args, struct seen_requests *seen)
{
    struct site *site = site_start_made(answer, h, 0);
    struct whole w;

    whole_init(&w);
    assert_int_equal(whole_crawl(&w, site, args), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES);
    assert_int_equal(whole_number(&w, "SELECT sum(requests) FROM politeness"), site_requests(site, NULL));
    seen->count = site_log(site, 0, seen->list, sizeof seen->list / sizeof seen->list[0]);
    seen->most_parallel = site_most_parallel(site);
    whole_free(&w);
    site_stop(site);
}

/* The log is of a server on a machine that has more to do: it may have read one request late, and so the next one seems
 * to follow too soon. But its delays do not add up, and most of its times are about right. */
static void assert_rests(const struct seen_requests *seen, int rest_ms)
{
    size_t short_rests = 0;

    for (size_t i = 1; i < seen->count; i++)
        short_rests += seen->list[i].start_us - seen->list[i - 1].start_us < rest_ms * 500;
    assert_in_range(short_rests, 0, seen->count / 5);
    assert_true(seen->list[seen->count - 1].start_us - seen->list[0].start_us >=
                (int64_t)(seen->count - 1) * rest_ms * 1000 - 20000);
}

static void a_rate_is_kept_however_fast_or_slow_the_answers_are(void **state)
{
    struct host_under_rules slow = {.delay_ms = 100, .chance = 1}, closing = {.closes = true, .chance = 2};
    struct seen_requests seen;

    (void)state;
    crawl_under(&slow, (const char *const[]){"--rate=40/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 25);
    crawl_under(&closing, (const char *const[]){"--rate=40/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 25);
}

static void sixty_four_threads_keep_it_too(void **state)
{
    struct host_under_rules h = {.delay_ms = 150, .chance = 3};
    struct seen_requests seen;

    (void)state;
    crawl_under(&h, (const char *const[]){"--threads=64", "--wait=30ms", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 30);
}

static void a_crawl_delay_is_kept_from_the_first_page_on(void **state)
{
    struct host_under_rules h = {.robots = "User-agent: *\nCrawl-delay: 0.03\n", .delay_ms = 60, .chance = 4};
    struct seen_requests seen;

    (void)state;
    crawl_under(&h, (const char *const[]){"--rate=100/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 30);
}

static void no_more_requests_run_at_once_than_are_allowed(void **state)
{
    struct host_under_rules h = {.delay_ms = 30, .chance = 5};
    struct seen_requests seen;

    (void)state;
    crawl_under(&h, (const char *const[]){"--threads=64", "--host-concurrency=3", "{site}/0", NULL}, &seen);
    assert_in_range(seen.most_parallel, 2, 3);
}

static void a_host_that_asks_for_time_gets_it(void **state)
{
    struct host_under_rules h = {.delay_ms = 5, .refuse_every = 25, .chance = 6};
    struct seen_requests seen;
    size_t refusals = 0;

    (void)state;
    crawl_under(&h, (const char *const[]){"--threads=64", "--host-concurrency=1", "{site}/0", NULL}, &seen);
    for (size_t i = 1; i < seen.count; i++)
        if (seen.list[i].start_ms - seen.list[i - 1].end_ms >= 999)
            refusals++;
    assert_int_equal(refusals, 2); /* of 60 pages and two tries more */
}

/* --- Many names at one address ------------------------------------------------------ */
#define NAMES 12

static bool answer_for_names(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    if (strcmp(target, "/sitemap.xml") == 0 || strcmp(target, "/robots.txt") == 0)
        return false;
    page->type = "text/html";
    page->delay_ms = *(const int *)arg;
    buf_printf(text, "<title>%s%s</title>", host, target);
    for (int i = 0; i < 6 && strcmp(target, "/") == 0; i++)
        buf_printf(text, "<a href=/%d>%d</a>", i, i);
    page->body = text->data;
    return true;
}

/* Crawls http://n0.example ..., which all lead to the site, with `--ip-concurrency=limit`; gives the most requests that
 * ran at once there. */
static int most_at_once(const char *limit, int delay_ms)
{
    struct site *site = site_start_made(answer_for_names, &delay_ms, 0);
    char resolve[NAMES][80], seeds[NAMES][60];
    const char *args[2 * NAMES + 5] = {"--allow-private", "--threads=8", "--rate=off", limit};
    int argc = 4, most;
    struct whole w;

    for (int i = 0; i < NAMES; i++) {
        snprintf(resolve[i], sizeof resolve[i], "--resolve=n%d.example:%d:127.0.0.1", i, site_port(site));
        snprintf(seeds[i], sizeof seeds[i], "http://n%d.example:%d/", i, site_port(site));
        args[argc++] = resolve[i];
        args[argc++] = seeds[i];
    }
    whole_init(&w);
    assert_int_equal(whole_crawl(&w, site, args), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok' AND tries = 1"), 7 * NAMES);
    assert_int_equal(whole_number(&w, "SELECT sum(requests) FROM politeness"), site_requests(site, NULL));
    most = site_most_parallel(site);
    whole_free(&w);
    site_stop(site);
    return most;
}

static void names_that_share_an_address_count_together(void **state)
{
    (void)state;
    assert_in_range(most_at_once("--ip-concurrency=3", 10), 2, 3);
    assert_int_equal(most_at_once("--ip-concurrency=1", 2), 1);
}

static void loopback_has_no_such_limit_unless_a_number_is_given(void **state)
{
    (void)state;
    assert_in_range(most_at_once("--ip-concurrency=auto", 80), 9, NAMES * 8);
    assert_in_range(most_at_once("--ip-concurrency=0", 80), 9, NAMES * 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_kept_however_fast_or_slow_the_answers_are),
        cmocka_unit_test(sixty_four_threads_keep_it_too),
        cmocka_unit_test(a_crawl_delay_is_kept_from_the_first_page_on),
        cmocka_unit_test(no_more_requests_run_at_once_than_are_allowed),
        cmocka_unit_test(a_host_that_asks_for_time_gets_it),
        cmocka_unit_test(names_that_share_an_address_count_together),
        cmocka_unit_test(loopback_has_no_such_limit_unless_a_number_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

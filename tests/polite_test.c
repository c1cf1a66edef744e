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
    struct site_request list[2 * PAGES + 10]; /* in the order they arrived */
    size_t count;
    int most_parallel;
};

static int by_arrival(const void *a, const void *b)
{
    int64_t left = ((const struct site_request *)a)->start_us, right = ((const struct site_request *)b)->start_us;

    return left < right ? -1 : left > right;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* The view tells of the host what its server's log tells. Times of sending and of arriving differ by what the machine
 * does in between. */
static void assert_ledger_is_true(struct whole *w, struct site *site, const struct seen_requests *seen, int refusals)
{
    int64_t gaps_ms[2 * PAGES + 10], median_ms;
    size_t count = seen->count - 1;

    for (size_t i = 0; i < count; i++)
        gaps_ms[i] = (seen->list[i + 1].start_us - seen->list[i].start_us) / 1000;
    qsort(gaps_ms, count, sizeof gaps_ms[0], by_value);
    median_ms = gaps_ms[count / 2];
    assert_int_equal(whole_number(w, "SELECT count(*) FROM politeness"), 1);
    assert_int_equal(whole_number(w, "SELECT requests FROM politeness"), seen->count);
    assert_int_equal(whole_number(w, "SELECT bytes FROM politeness"), site_bytes(site));
    assert_int_equal(whole_number(w, "SELECT too_many FROM politeness"), refusals);
    assert_true(whole_number(w, "SELECT most_parallel FROM politeness") >= seen->most_parallel);
    assert_in_range(whole_number(w, "SELECT least_gap_ms FROM politeness") + 5, gaps_ms[0], gaps_ms[0] + 10);
    /* The mean of gaps of the same power of two. */
    assert_true(whole_number(w, "SELECT median_gap_ms FROM politeness") >= median_ms * 2 / 3 - 5);
    assert_true(whole_number(w, "SELECT median_gap_ms FROM politeness") <= median_ms * 3 / 2 + 5);
}

/* Crawls it under the rules of `args`, all of it, and reads the server's log. */
static void crawl_under(struct host_under_rules *h, const char *const *args, struct seen_requests *seen)
{
    struct site *site = site_start_made(answer, h, 0);
    struct whole w;
    int refusals = 0;

    whole_init(&w);
    assert_int_equal(whole_crawl(&w, site, args), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES);
    seen->count = site_log(site, 0, seen->list, sizeof seen->list / sizeof seen->list[0]);
    qsort(seen->list, seen->count, sizeof seen->list[0], by_arrival);
    seen->most_parallel = site_most_parallel(site);
    for (int i = 0; i < PAGES; i++)
        refusals += h->refused[i];
    assert_ledger_is_true(&w, site, seen, refusals);
    whole_free(&w);
    site_stop(site);
}

/* The log has the times by the kernel of this machine, which knows them to some microseconds however late the server
 * reads: so not one rest may be shorter than the rule has it. */
#define CLOCK_ERROR_US 50

static void assert_rests(const struct seen_requests *seen, int64_t rest_us)
{
    for (size_t i = 1; i < seen->count; i++) {
        int64_t gap_us = seen->list[i].start_us - seen->list[i - 1].start_us;

        if (gap_us < rest_us - CLOCK_ERROR_US)
            fail_msg("%s followed %s after %lld us; the rule is %lld", seen->list[i].target, seen->list[i - 1].target,
                     (long long)gap_us, (long long)rest_us);
    }
}

static void a_rate_is_kept_however_fast_or_slow_the_answers_are(void **state)
{
    struct host_under_rules slow = {.delay_ms = 100, .chance = 1}, closing = {.closes = true, .chance = 2};
    struct seen_requests seen;

    (void)state;
    crawl_under(&slow, (const char *const[]){"--rate=40/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 25000);
    crawl_under(&closing, (const char *const[]){"--rate=40/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 25000);
}

static void sixty_four_threads_keep_it_too(void **state)
{
    struct host_under_rules h = {.delay_ms = 150, .chance = 3};
    struct seen_requests seen;

    (void)state;
    crawl_under(&h, (const char *const[]){"--threads=64", "--wait=30ms", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 30000);
}

static void a_crawl_delay_is_kept_from_the_first_page_on(void **state)
{
    struct host_under_rules h = {.robots = "User-agent: *\nCrawl-delay: 0.03\n", .delay_ms = 60, .chance = 4};
    struct seen_requests seen;

    (void)state;
    crawl_under(&h, (const char *const[]){"--rate=100/s", "{site}/0", NULL}, &seen);
    assert_rests(&seen, 30000);
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

/* --- Any rule ---------------------------------------------------------------------- */
static unsigned random_state;

static int chance(int range)
{
    random_state = random_state * 1103515245 + 12345;
    return (int)(random_state / 65536 % (unsigned)range);
}

/* Whether this request was the one that was refused: the first for its page. */
static bool was_refused(const struct seen_requests *seen, const struct host_under_rules *h, size_t i)
{
    if (strcmp(seen->list[i].target, "/robots.txt") == 0 || strcmp(seen->list[i].target, "/sitemap.xml") == 0 ||
        !h->refused[strtol(seen->list[i].target + 1, NULL, 10)])
        return false;
    for (size_t j = 0; j < i; j++)
        if (strcmp(seen->list[j].target, seen->list[i].target) == 0)
            return false;
    return true;
}

/* After a 429 with Retry-After: 1 nothing is sent for a second. What was on its way when the answer came may still
 * arrive. */
static void assert_holds(const struct seen_requests *seen, const struct host_under_rules *h, int most_on_way)
{
    for (size_t i = 0; i < seen->count; i++) {
        int64_t from_ms = seen->list[i].end_ms;
        int crossed = 0;

        for (size_t j = 0; was_refused(seen, h, i) && j < seen->count; j++)
            crossed += seen->list[j].start_ms > from_ms && seen->list[j].start_ms < from_ms + 999;
        assert_in_range(crossed, 0, most_on_way);
    }
}

/* A crawl under rules drawn by the seed. */
static void crawl_at_random(unsigned seed)
{
    static const int threads[] = {1, 4, 64};
    struct host_under_rules h = {.chance = seed};
    struct seen_requests seen;
    char robots[60], args[4][40];
    int rate, wait_ms, delay_ms, concurrency;
    int64_t rest_us;

    random_state = seed;
    for (int i = 0; i < 10; i++)
        chance(2);
    rate = chance(3) == 0 ? 0 : 40 + chance(300);
    wait_ms = chance(2) * chance(25);
    delay_ms = chance(2) * chance(25);
    concurrency = 1 + chance(8);
    h.delay_ms = chance(3) * 40;
    h.refuse_every = chance(3) == 0 ? 25 + chance(20) : 0;
    h.closes = chance(3) == 0;
    snprintf(robots, sizeof robots, "User-agent: *\nCrawl-delay: 0.%03d\n", delay_ms);
    h.robots = delay_ms > 0 ? robots : NULL;
    snprintf(args[0], sizeof args[0], rate > 0 ? "--rate=%d/s" : "--rate=off", rate);
    snprintf(args[1], sizeof args[1], "--wait=%dms", wait_ms);
    snprintf(args[2], sizeof args[2], "--host-concurrency=%d", concurrency);
    snprintf(args[3], sizeof args[3], "--threads=%d", threads[chance(3)]);
    print_message("%u: %s %s %s %s, Crawl-delay %d ms, answers after 0 to %d ms%s, 429 for 1 of %d\n", seed, args[0],
                  args[1], args[2], args[3], delay_ms, h.delay_ms, h.closes ? ", closing" : "", h.refuse_every);
    crawl_under(&h, (const char *const[]){args[0], args[1], args[2], args[3], "{site}/0", NULL}, &seen);
    rest_us = rate > 0 ? 1000000 / rate : 0;
    rest_us = wait_ms * 1000 > rest_us ? wait_ms * 1000 : rest_us;
    rest_us = delay_ms * 1000 > rest_us ? delay_ms * 1000 : rest_us;
    assert_rests(&seen, rest_us);
    assert_in_range(seen.most_parallel, 1, concurrency);
    assert_holds(&seen, &h, rest_us > 0 ? 1 : concurrency - 1);
}

/* POLITE_SEEDS=1000 tries as many rules. */
static void whatever_the_rules_no_two_requests_break_them(void **state)
{
    const char *seeds = getenv("POLITE_SEEDS");

    (void)state;
    for (unsigned seed = 1; seed <= (seeds != NULL ? (unsigned)atoi(seeds) : 8); seed++)
        crawl_at_random(seed);
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
        cmocka_unit_test(whatever_the_rules_no_two_requests_break_them),
        cmocka_unit_test(names_that_share_an_address_count_together),
        cmocka_unit_test(loopback_has_no_such_limit_unless_a_number_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "clock.h"
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
#include <time.h>

/* Hosts that ask for time or are in trouble, in whole crawls, judged by the server's log. */

#define PAGES 12

struct troubled {
    int page;            /* this one ... */
    int times;           /* ... is answered so often by ... */
    int status;          /* ... this, */
    const char *headers; /* with these fields; then it is well. page -1: all but the front page are */
};

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct troubled *t = arg;
    int number = atoi(target + 1);

    (void)host;
    page->type = "text/html";
    if (strcmp(target, "/robots.txt") == 0 || strcmp(target, "/sitemap.xml") == 0)
        return false;
    if (((t->page < 0 && number > 0) || number == t->page) && t->times != 0) {
        t->times--;
        page->status = t->status;
        page->headers = t->headers;
        return true;
    }
    buf_printf(text, "<title>Page %d</title>", number);
    for (int i = 1; i < PAGES && number == 0; i++)
        buf_printf(text, "<a href=/%d>%d</a>", i, i);
    page->body = text->data;
    return true;
}

/* When the last request for the target was answered; of the first request after that, when it came. */
static void look_for(struct site *site, const char *target, int64_t *answered_ms, int64_t *next_ms)
{
    struct site_request request;

    *answered_ms = *next_ms = -1;
    for (size_t i = 0; site_log(site, i, &request, 1) == 1; i++) {
        if (*answered_ms >= 0 && *next_ms < 0)
            *next_ms = request.start_ms;
        if (*answered_ms < 0 && strcmp(request.target, target) == 0)
            *answered_ms = request.end_ms;
    }
}

static void a_retry_after_holds_in_the_next_run_too(void **state)
{
    struct troubled t = {.page = 5, .times = 1, .status = 503, .headers = "Retry-After: 3\r\n"};
    struct site *site = site_start_made(answer, &t, 0);
    int64_t answered_ms, next_ms;
    long before;
    struct whole w;

    (void)state;
    whole_init(&w);
    /* One request at a time, and the first run ends in the hold. */
    WHOLE_CRAWL(&w, site, "--host-concurrency=1", "--max-duration=1s", "{site}/0");
    before = site_requests(site, NULL);
    look_for(site, "/5", &answered_ms, &next_ms);
    assert_true(answered_ms >= 0);
    assert_int_equal(next_ms, -1);
    assert_true(clock_ms() < answered_ms + 3000);
    assert_true(whole_number(&w, "SELECT count(*) FROM frontier") > 0);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--host-concurrency=1", "{site}/0"), CRAWL_DONE);
    assert_true(site_requests(site, NULL) > before);
    look_for(site, "/5", &answered_ms, &next_ms);
    assert_true(next_ms >= answered_ms + 2999); /* be it for robots.txt */
    assert_true(next_ms < answered_ms + 6000);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES);
    assert_int_equal(whole_number(&w, "SELECT sum(too_many) FROM politeness"), 1);
    whole_free(&w);
    site_stop(site);
}

static void a_retry_after_may_be_a_date(void **state)
{
    time_t when = time(NULL) + 3;
    char headers[100];
    struct troubled t = {.page = 5, .times = 1, .status = 429, .headers = headers};
    struct site *site;
    int64_t answered_ms, next_ms;
    struct whole w;

    (void)state;
    strftime(headers, sizeof headers, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime(&when));
    site = site_start_made(answer, &t, 0);
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--host-concurrency=1", "{site}/0"), CRAWL_DONE);
    look_for(site, "/5", &answered_ms, &next_ms);
    assert_true(clock_wall_ms() - (clock_ms() - next_ms) >= (int64_t)when * 1000 - 2);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES);
    whole_free(&w);
    site_stop(site);
}

static void a_host_that_does_not_recover_is_given_up_until_the_next_run_and_its_urls_are_accounted_for(void **state)
{
    struct troubled t = {.page = -1, .times = -1, .status = 503};
    struct site *site = site_start_made(answer, &t, 0);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--host-patience=1s", "--tries=10", "{site}/0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), 1);
    /* All but those whose own answer was the last straw. */
    assert_true(whole_number(&w, "SELECT count(*) FROM skipped WHERE reason = 'host_gave_up'") >= PAGES - 3);
    assert_int_equal(whole_number(&w, "SELECT (SELECT count(*) FROM skipped WHERE reason = 'host_gave_up') + (SELECT "
                                      "count(*) FROM pages WHERE status = 503)"),
                     PAGES - 1);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM frontier"), 0);
    assert_in_range(site_requests(site, NULL), 4, 2 + 1 + 8); /* /robots.txt, /sitemap.xml, /0, and a round or two */
    t.times = 0;                                              /* the next run finds it well again */
    assert_int_equal(WHOLE_CRAWL(&w, site, "--host-patience=10s", "{site}/0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE reason = 'host_gave_up'"), 0);
    assert_true(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'") >= PAGES - 3);
    assert_int_equal(whole_number(&w, "SELECT max(given_up) FROM hosts"), 0);
    whole_free(&w);
    site_stop(site);
}

/* The first six of its links, for good. */
static bool answer_but_for_some(void *arg, const char *host, const char *target, struct site_page *page,
                                struct buf *text)
{
    struct troubled all_well = {.page = 0};
    int number = atoi(target + 1);

    (void)arg;
    if (!answer(&all_well, host, target, page, text))
        return false;
    page->status = number > 0 && number <= 6 ? 503 : 0;
    return true;
}

static void a_few_urls_that_never_answer_well_cost_the_host_nothing_else(void **state)
{
    struct site *site = site_start_made(answer_but_for_some, NULL, 0);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(
        WHOLE_CRAWL(&w, site, "--waitretry=100ms", "--tries=6", "--host-patience=2s", "--no-sitemaps", "{site}/0"),
        CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES - 6);
    whole_free(&w);
    site_stop(site);
}

static void without_a_word_of_how_long_each_refusal_holds_twice_as_long(void **state)
{
    struct troubled t = {.page = 3, .times = 2, .status = 429};
    struct site *site = site_start_made(answer, &t, 0);
    struct site_request request;
    int64_t last_ms = -1, holds[2] = {0};
    int count = 0;
    struct whole w;

    (void)state;
    whole_init(&w);
    /* The host has nothing else: so the refused page is asked for again as soon as may be. */
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-robots", "--no-sitemaps", "{site}/3"), CRAWL_DONE);
    for (size_t i = 0; site_log(site, i, &request, 1) == 1; i++) {
        if (last_ms >= 0 && count < 2)
            holds[count++] = request.start_ms - last_ms;
        last_ms = request.end_ms;
    }
    assert_int_equal(count, 2);
    assert_in_range(holds[0], 999, 2500);
    assert_in_range(holds[1], 1999, 4500);
    whole_free(&w);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_after_holds_in_the_next_run_too),
        cmocka_unit_test(a_retry_after_may_be_a_date),
        cmocka_unit_test(a_host_that_does_not_recover_is_given_up_until_the_next_run_and_its_urls_are_accounted_for),
        cmocka_unit_test(a_few_urls_that_never_answer_well_cost_the_host_nothing_else),
        cmocka_unit_test(without_a_word_of_how_long_each_refusal_holds_twice_as_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

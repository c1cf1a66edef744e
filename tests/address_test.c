#include "frontier.h"
#include "frontier_world.h"
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- One thread that takes and sends by hand ---------------------------------------- */
struct fixture {
    struct host_rules rules;
    struct frontier_limits limits;
    struct frontier *f;
};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    (void)origin;
    return &((struct fixture *)arg)->rules;
}

static void offer(struct frontier *f, const char *url)
{
    struct page *page = page_new(PAGE_SEEDS, "", 0);
    struct page_link link = {.kind = LINK_SEED, .follow = true, .record = true, .lastmod_ms = -1};

    link.url_size = (uint32_t)strlen(url);
    link.host_size = (uint32_t)(strchr(strstr(url, "//") + 2, '/') - url);
    link.text_hash = link.key_hash = frontier_hash(f, slice_of(url));
    buf_add_string(&page->pool, url);
    page->links = mem_alloc(sizeof link);
    page->links[0] = link;
    page->link_count = 1;
    frontier_finish(f, page);
    page_free(page);
}

/* A frontier with `hosts` hosts, http://h0.example/ ..., of `pages` pages each. */
static void begin(struct fixture *fix, int hosts, int pages)
{
    fix->rules = (struct host_rules){.ceiling = 4, .backoff_ms = 1, .backoff_max_ms = 1, .patience_ms = 600000};
    fix->limits.window = 1000;
    fix->limits.transfers = 64;
    fix->limits.takers = 1;
    fix->limits.max_tries = 3;
    fix->limits.rules_for = rules_for;
    fix->limits.rules_arg = fix;
    fix->f = frontier_new(&fix->limits);
    for (int page = 0; page < pages; page++)
        for (int host = 0; host < hosts; host++) {
            char url[64];

            snprintf(url, sizeof url, "http://h%d.example/%d", host, page);
            offer(fix->f, url);
        }
}

static void end(struct fixture *fix)
{
    frontier_free(fix->f);
}

/* What can be taken now; NULL: nothing. */
static struct page *take(struct fixture *fix)
{
    struct page *page = NULL;
    int64_t pause_ms;

    return frontier_take(fix->f, 0, &page, 1, false, &pause_ms) == 1 ? page : NULL;
}

static int host_of(const struct page *page)
{
    int host = -1;

    assert_int_equal(sscanf(page->url, "http://h%d.example/", &host), 1);
    return host;
}

/* Takes a page; of this host, if that is not -1. */
static struct page *take_of(struct fixture *fix, int host)
{
    struct page *page = take(fix);

    assert_non_null(page);
    if (host >= 0)
        assert_int_equal(host_of(page), host);
    return page;
}

/* Takes `count` pages, each of another host, and notes whose they are. */
static void take_some(struct fixture *fix, struct page **pages, int *hosts, int count)
{
    for (int i = 0; i < count; i++) {
        pages[i] = take_of(fix, -1);
        hosts[i] = host_of(pages[i]);
    }
}

static bool goes_out(struct fixture *fix, struct page *page, const char *address)
{
    if (frontier_connects(fix->f, page, address) && frontier_sent(fix->f, page, address))
        return true;
    page->turned_away = true;
    frontier_abandon(fix->f, page);
    return false;
}

static void answer(struct fixture *fix, struct page *page)
{
    page->status = 200;
    page->outcome = PAGE_OK;
    frontier_arrived(fix->f, page, HOST_GOOD);
    frontier_finish(fix->f, page);
    page_free(page);
}

static void hosts_at_one_address_share_its_seats_and_are_called_in_order(void **state)
{
    struct fixture fix = {.limits.address_requests = 2};
    struct page *pages[5];
    int hosts[5];

    (void)state;
    begin(&fix, 5, 1);
    take_some(&fix, pages, hosts, 5); /* where they lead to is not known yet */
    for (int i = 0; i < 5; i++)
        assert_int_equal(goes_out(&fix, pages[i], "192.0.2.1"), i < 2);
    assert_null(take(&fix));
    for (int i = 0; i < 3; i++) {
        answer(&fix, pages[i]);
        pages[i + 2] = take_of(&fix, hosts[i + 2]);
        assert_int_equal(pages[i + 2]->tries, 1);
        assert_null(take(&fix));
        assert_true(goes_out(&fix, pages[i + 2], "192.0.2.1"));
    }
    answer(&fix, pages[3]);
    answer(&fix, pages[4]);
    assert_true(frontier_wait(fix.f, 0));
    end(&fix);
}

static void a_host_with_much_to_ask_waits_behind_the_others(void **state)
{
    struct fixture fix = {.limits.address_requests = 1};
    struct page *page;
    int first;

    (void)state;
    begin(&fix, 2, 3);
    page = take_of(&fix, -1);
    first = host_of(page);
    assert_true(goes_out(&fix, page, "192.0.2.1"));
    assert_false(goes_out(&fix, take_of(&fix, 1 - first), "192.0.2.1"));
    for (int i = 1; i < 6; i++) {
        answer(&fix, page);
        page = take_of(&fix, i % 2 ? 1 - first : first);
        assert_true(goes_out(&fix, page, "192.0.2.1"));
    }
    answer(&fix, page);
    end(&fix);
}

static void other_addresses_have_seats_of_their_own(void **state)
{
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.2", "2001:db8::1"};
    struct fixture fix = {.limits.address_requests = 1};
    struct page *pages[3];

    (void)state;
    begin(&fix, 3, 1);
    for (int i = 0; i < 3; i++)
        assert_true(goes_out(&fix, pages[i] = take_of(&fix, -1), addresses[i]));
    for (int i = 0; i < 3; i++)
        answer(&fix, pages[i]);
    end(&fix);
}

static void loopback_addresses_have_a_limit_of_their_own_and_0_is_none(void **state)
{
    struct fixture fix = {.limits.address_requests = 1};
    struct page *pages[6];
    int hosts[6];

    (void)state;
    begin(&fix, 6, 1);
    for (int i = 0; i < 6; i++)
        assert_true(goes_out(&fix, pages[i] = take_of(&fix, -1), i % 2 ? "127.0.0.1" : "::1"));
    for (int i = 0; i < 6; i++)
        answer(&fix, pages[i]);
    end(&fix);
    fix = (struct fixture){.limits.loopback_requests = 1};
    begin(&fix, 6, 1);
    take_some(&fix, pages, hosts, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(goes_out(&fix, pages[i], i < 3 ? "192.0.2.1" : "127.1.2.3"), i < 4);
    for (int i = 0; i < 4; i++)
        answer(&fix, pages[i]);
    for (int i = 4; i < 6; i++) {
        pages[i] = take_of(&fix, hosts[i]);
        assert_true(goes_out(&fix, pages[i], "127.1.2.3"));
        answer(&fix, pages[i]);
    }
    end(&fix);
}

static void without_a_number_an_address_is_asked_as_much_as_one_of_its_hosts_may_be(void **state)
{
    struct fixture fix = {.limits.address_requests = FRONTIER_AS_HOST}; /* 4 */
    struct page *pages[7];

    (void)state;
    begin(&fix, 7, 1);
    for (int i = 0; i < 7; i++)
        pages[i] = take_of(&fix, -1);
    for (int i = 0; i < 7; i++)
        assert_int_equal(goes_out(&fix, pages[i], "192.0.2.1"), i < 4);
    for (int i = 0; i < 4; i++)
        answer(&fix, pages[i]);
    for (int i = 4; i < 7; i++) {
        pages[i] = take_of(&fix, -1);
        assert_true(goes_out(&fix, pages[i], "192.0.2.1"));
        answer(&fix, pages[i]);
    }
    end(&fix);
}

static void a_host_whose_address_changes_waits_at_the_new_one(void **state)
{
    struct fixture fix = {.limits.address_requests = 1};
    struct page *first, *second;
    int mover;

    (void)state;
    begin(&fix, 2, 2);
    assert_true(goes_out(&fix, first = take_of(&fix, -1), "192.0.2.1"));
    assert_true(goes_out(&fix, second = take_of(&fix, 1 - host_of(first)), "192.0.2.2"));
    mover = host_of(second);
    answer(&fix, second);
    assert_false(goes_out(&fix, take_of(&fix, mover), "192.0.2.1"));
    assert_null(take(&fix));
    answer(&fix, first);
    answer(&fix, take_of(&fix, mover)); /* whose turn came first */
    answer(&fix, take_of(&fix, 1 - mover));
    end(&fix);
}

static void a_proxy_in_between_has_no_limit(void **state)
{
    struct fixture fix = {.limits.address_requests = 1};
    struct page *pages[3];

    (void)state;
    begin(&fix, 3, 1);
    for (int i = 0; i < 3; i++)
        assert_true(frontier_sent(fix.f, pages[i] = take_of(&fix, -1), NULL));
    for (int i = 0; i < 3; i++)
        answer(&fix, pages[i]);
    end(&fix);
}

static void what_was_turned_away_never_happened(void **state)
{
    struct fixture fix = {.limits.address_requests = 1};
    struct frontier_counts counts;
    struct page *first;

    (void)state;
    fix.rules.rest_us = 0;
    begin(&fix, 2, 1);
    assert_true(goes_out(&fix, first = take_of(&fix, -1), "192.0.2.1"));
    assert_false(goes_out(&fix, take_of(&fix, -1), "192.0.2.1"));
    frontier_counts(fix.f, &counts);
    assert_int_equal(counts.taken, 1);
    assert_int_equal(counts.fetching, 1);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.full, 1);
    frontier_stop(fix.f, false);
    answer(&fix, first);
    assert_true(frontier_wait(fix.f, 0));
    end(&fix);
}

static void a_request_that_a_broken_connection_would_send_again_waits_for_its_turn(void **state)
{
    struct fixture fix = {.limits.address_requests = 0};
    struct frontier_counts counts;
    struct page *page;

    (void)state;
    begin(&fix, 1, 1);
    fix.rules.rest_us = 3600LL * 1000 * 1000;
    page = take_of(&fix, 0);
    assert_true(frontier_sent(fix.f, page, "192.0.2.1"));
    assert_true(page->leaves);
    assert_false(frontier_sent(fix.f, page, "192.0.2.1")); /* before it was told that the first has left */
    assert_true(page->leaves);
    page_fail(page, PAGE_CONN_ERROR, "it broke");
    frontier_arrived(fix.f, page, HOST_ABANDONED);
    assert_true(frontier_retry(fix.f, page, NULL));
    assert_null(take(&fix)); /* for an hour */
    frontier_counts(fix.f, &counts);
    assert_int_equal(counts.resting, 1); /* and not for ever */
    end(&fix);
}

static void what_still_connects_when_its_host_asks_for_time_does_not_go_out(void **state)
{
    struct fixture fix = {.limits.address_requests = 0};
    struct page *pages[3];

    (void)state;
    begin(&fix, 1, 4);
    fix.rules.retry_after_max_ms = 3600 * 1000;
    answer(&fix, take_of(&fix, 0)); /* now two may run */
    pages[0] = take_of(&fix, 0);
    pages[1] = take_of(&fix, 0);
    assert_true(goes_out(&fix, pages[0], "192.0.2.1"));
    pages[0]->status = 429;
    pages[0]->outcome = PAGE_HTTP_ERROR;
    pages[0]->retry_after_ms = 1800 * 1000;
    frontier_arrived(fix.f, pages[0], HOST_OVERLOAD);
    assert_false(goes_out(&fix, pages[1], "192.0.2.1"));
    assert_true(frontier_retry(fix.f, pages[0], NULL));
    assert_null(take(&fix));
    end(&fix);
}

/* --- Many threads ------------------------------------------------------------------ */
static void however_many_threads_no_address_has_more_requests_than_it_may(void **state)
{
    (void)state;
    for (int takers = 1; takers <= 16; takers *= 2) {
        struct world *w = world_new();

        w->limits.takers = takers;
        w->limits.window = 100;
        w->limits.address_requests = 3;
        w->rules.ceiling = 8;
        w->hosts = 40;
        w->pages = 30;
        w->addresses = 4;
        w->fails_every = 11;
        w->robots = "User-agent: *\nAllow: /\n";
        world_crawl(w);
        assert_int_equal(world_done(w), world_reachable(w));
        assert_in_range(w->most_at_once, 1, 3);
        if (takers >= 8)
            assert_true(w->turned_away > 0);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_at_one_address_share_its_seats_and_are_called_in_order),
        cmocka_unit_test(a_host_with_much_to_ask_waits_behind_the_others),
        cmocka_unit_test(other_addresses_have_seats_of_their_own),
        cmocka_unit_test(loopback_addresses_have_a_limit_of_their_own_and_0_is_none),
        cmocka_unit_test(without_a_number_an_address_is_asked_as_much_as_one_of_its_hosts_may_be),
        cmocka_unit_test(a_host_whose_address_changes_waits_at_the_new_one),
        cmocka_unit_test(a_proxy_in_between_has_no_limit),
        cmocka_unit_test(what_was_turned_away_never_happened),
        cmocka_unit_test(a_request_that_a_broken_connection_would_send_again_waits_for_its_turn),
        cmocka_unit_test(what_still_connects_when_its_host_asks_for_time_does_not_go_out),
        cmocka_unit_test(however_many_threads_no_address_has_more_requests_than_it_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

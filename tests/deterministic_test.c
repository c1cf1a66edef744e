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

#define PAGES 240

/* Three hosts of one server, which all link to each other, with redirects, faults that pass, a trap, and answers that
 * take longer or shorter as it happens. */
struct world {
    int port;
    unsigned chance;
    int requests[PAGES];
};

static unsigned by_chance(struct world *world, unsigned below)
{
    world->chance = world->chance * 1103515245 + 12345;
    return world->chance / 65536 % below;
}

static const char *host_of(long number)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "a.localhost"};

    return hosts[number * 7 % 3];
}

static void add_link(const struct world *world, struct buf *text, long number)
{
    buf_printf(text, "<a href='http://%s:%d/%ld'>%ld</a>", host_of(number), world->port, number, number);
}

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct world *world = arg;
    long number = strtol(target + 1, NULL, 10), month;
    bool known = number > 0 && number < PAGES && strcmp(host, host_of(number)) == 0;

    page->type = "text/html";
    page->delay_ms = (int)by_chance(world, 4);
    if (sscanf(target, "/month/%ld", &month) == 1) {
        buf_printf(text, "<title>Month</title>Nothing planned <a href='?view=%ld'>v</a><a href=/month/%ld>next</a>",
                   month, month + 1);
    } else if (strcmp(target, "/") == 0 || known) {
        if (known && number % 50 == 49 && world->requests[number]++ == 0) {
            page->fault = SITE_CLOSES;
            return true;
        }
        if (known && number % 20 == 7)
            page->status = 302, page->headers = "Location: /1\r\n";
        buf_printf(text, "<title>%ld</title>", number);
        for (long i = 1; i <= 4; i++)
            add_link(world, text, (number * 4 + i) % PAGES);
        for (long i = 1; i <= 3; i++)
            add_link(world, text, (number * number + 31 * i) % PAGES);
        if (number % 10 == 3)
            buf_add_string(text, "<a href=/month/1>months</a><a rel=nofollow href=/5>later</a>");
    } else {
        return false;
    }
    page->body = text->data;
    return true;
}

/* Everything in the database that is no time, as one text to compare; freed by the caller. */
static char *everything(struct whole *whole)
{
    static const char *const queries[] = {
        "SELECT group_concat(id || ' ' || url || ' ' || coalesce(host_id, 0) || ' ' || coalesce(skip, 0) || ' ' ||"
        " coalesce(found_on, 0) || ' ' || depth || ' ' || via, char(10)) FROM url",
        "SELECT group_concat(id || ' ' || outcome || ' ' || coalesce(title, '-') || ' ' || tries || ' ' ||"
        " coalesce(first_link, 0) || ' ' || links_out, char(10)) FROM page",
        "SELECT group_concat(id || ' ' || src || ' ' || dst || ' ' || coalesce(anchor_id, 0), char(10)) FROM link",
        "SELECT group_concat(id || ' ' || origin, char(10)) FROM host",
        "SELECT group_concat(rule_id || ' ' || shape || ' ' || pages || ' ' || example_id, char(10)) FROM trap",
        "SELECT group_concat(id || ' ' || name, char(10)) FROM rule",
    };
    struct buf all = {.limit = 16 << 20};

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        whole_add_text(whole, queries[i], &all);
    return all.data;
}

static char *crawl_world(struct world *world, const char *window, struct buf *order)
{
    struct site *site = site_start_made(answer, world, world->port);
    struct site_request request;
    struct whole whole;
    char *found;

    world->port = site_port(site);
    memset(world->requests, 0, sizeof world->requests);
    whole_init(&whole);
    assert_int_equal(WHOLE_CRAWL(&whole, site, "--deterministic", "--scope=any", "--allow-private", "--window", window,
                                 "--waitretry=5ms", "{site}/", "{site}/7"),
                     CRAWL_DONE);
    for (size_t i = 0; site_log(site, i, &request, 1) == 1; i++)
        buf_printf(order, "%s%s\n", request.host, request.target);
    assert_int_equal(site_most_parallel(site), 1);
    found = everything(&whole);
    whole_free(&whole);
    site_stop(site);
    return found;
}

static void assert_twice_the_same(const char *window)
{
    struct world world = {.chance = 1};
    struct buf order[2] = {{.limit = 1 << 22}, {.limit = 1 << 22}};
    char *first = crawl_world(&world, window, &order[0]);
    char *second = crawl_world(&world, window, &order[1]); /* at the same port, with other delays */

    assert_string_equal(order[0].data, order[1].data);
    assert_string_equal(first, second);
    assert_true(order[0].size > PAGES * 10);
    free(first);
    free(second);
    buf_free(&order[0]);
    buf_free(&order[1]);
}

static void requests_rows_and_ids_are_the_same_in_every_run(void **state)
{
    (void)state;
    assert_twice_the_same("65536");
}

static void also_where_what_waits_is_read_back_from_the_database(void **state)
{
    (void)state;
    assert_twice_the_same("3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_rows_and_ids_are_the_same_in_every_run),
        cmocka_unit_test(also_where_what_waits_is_read_back_from_the_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

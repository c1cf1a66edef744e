#include "command.h"
#include "conf.h"
#include "crawl.h"
#include "crawl_settings.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Sections of a configuration file: what a host has of its own, as the server and the database see it. */

static const struct site_page PAGES[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = ""},
    {.path = "/", .host = "a.localhost", .type = "text/html", .body = "<a href=a1>1<a href=a2>2<a href=a3>3"},
    {.path = "/", .host = "b.localhost", .type = "text/html", .body = "<a href=b1>1<a href=b2>2<a href=b3>3"},
    {.path = "/", .type = "text/html", .body = "<a href=c1>1"},
    {.path = "/a1", .type = "text/html", .body = "<title>A1</title>"},
    {.path = "/a2", .type = "text/html", .body = "<title>A2</title>"},
    {.path = "/b1", .type = "text/html", .body = "<title>B1</title>"},
    {.path = "/b2", .type = "text/html", .body = "<title>B2</title>"},
    {.path = "/b3", .type = "text/html", .body = "<title>B3</title>"},
    {.path = "/c1", .type = "text/html", .body = "<title>C1</title>"},
    {.path = NULL},
};

struct crawled {
    struct site *site;
    struct whole whole;
    char head[2048];
};

static int crawl_with_sections(void **state)
{
    static const char conf[] = "header = X-All: yes\n"
                               "[host *.localhost]\nheader = X-Local: yes\n"
                               "[host a.localhost]\nheader = X-A: one\nheader = Cookie: a=1\nhost-max-pages = 2\n";
    static struct crawled c;
    char a[64], b[64], database[120];
    const char *argv[] = {"crawl", "-q", "--no-sandbox", "--no-sitemaps", a, b, NULL, database, NULL};
    char url[SITE_URL_SIZE];
    struct options options;
    struct err err;

    c.site = site_start(PAGES);
    whole_init(&c.whole);
    snprintf(a, sizeof a, "http://a.localhost:%d/", site_port(c.site));
    snprintf(b, sizeof b, "http://b.localhost:%d/", site_port(c.site));
    snprintf(database, sizeof database, "-o%s", c.whole.database);
    argv[6] = site_url(c.site, "/", url);
    options_init(&options);
    assert_true(command_parse(&options, 8, (char *const *)argv, &err));
    assert_true(conf_parse(&options, slice_of(conf), "crawl.conf", RANK_USER, &err));
    assert_int_equal(crawl_run(&options), CRAWL_DONE);
    options_free(&options);
    *state = &c;
    return 0;
}

static int end_crawl(void **state)
{
    struct crawled *c = *state;

    whole_free(&c->whole);
    site_stop(c->site);
    return 0;
}

static bool was_sent(struct crawled *c, const char *target, const char *header)
{
    assert_true(site_head(c->site, target, c->head, sizeof c->head));
    return strstr(c->head, header) != NULL;
}

static void headers_of_the_last_section_that_has_some_take_the_place_of_the_others(void **state)
{
    struct crawled *c = *state;

    assert_true(was_sent(c, "/a1", "\r\nX-A: one\r\n") && was_sent(c, "/a1", "\r\nCookie: a=1\r\n"));
    assert_false(was_sent(c, "/a1", "X-Local") || was_sent(c, "/a1", "X-All"));
    assert_true(was_sent(c, "/b1", "\r\nX-Local: yes\r\n"));
    assert_false(was_sent(c, "/b1", "X-A") || was_sent(c, "/b1", "Cookie"));
    assert_true(was_sent(c, "/c1", "\r\nX-All: yes\r\n"));
    assert_false(was_sent(c, "/c1", "X-Local") || was_sent(c, "/c1", "Cookie"));
}

static void host_max_pages_of_a_section_holds_for_its_hosts_and_names_its_line(void **state)
{
    struct crawled *c = *state;

    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE url LIKE 'http://a.%'"), 2);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE url LIKE 'http://b.%'"), 4);
    assert_int_equal(
        whole_number(&c->whole, "SELECT count(*) FROM skipped WHERE rule = '--host-max-pages=2 (crawl.conf:7)'"), 2);
}

static int64_t rest_us(const char *conf, const char *origin)
{
    const char *argv[] = {"crawl", "http://localhost/", NULL};
    struct crawl_settings *settings;
    struct options options;
    struct err err;
    int64_t rest;

    options_init(&options);
    assert_true(command_parse(&options, 2, (char *const *)argv, &err));
    assert_true(conf_parse(&options, slice_of(conf), "crawl.conf", RANK_USER, &err));
    settings = crawl_settings_new(&options);
    rest = crawl_settings_rules_for(settings, slice_of(origin))->rest_us;
    assert_ptr_equal(crawl_settings_rules_for(settings, slice_of(origin)),
                     crawl_settings_rules_for(settings, slice_of(origin)));
    crawl_settings_free(settings);
    options_free(&options);
    return rest;
}

static void a_section_leaves_loopback_without_the_built_in_rate_but_not_without_its_own(void **state)
{
    (void)state;
    assert_int_equal(rest_us("[host *]\nheader = A: b\n", "http://www.example.org"), 100000);
    assert_int_equal(rest_us("[host *]\nheader = A: b\n", "http://127.0.0.1:8080"), 0);
    assert_int_equal(rest_us("[host *]\nrate = 10/s\n", "http://127.0.0.1:8080"), 100000);
    assert_int_equal(rest_us("rate = 10/s\n[host *]\nheader = A: b\n", "http://[::1]:8080"), 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_the_last_section_that_has_some_take_the_place_of_the_others),
        cmocka_unit_test(host_max_pages_of_a_section_holds_for_its_hosts_and_names_its_line),
        cmocka_unit_test(a_section_leaves_loopback_without_the_built_in_rate_but_not_without_its_own),
    };

    return cmocka_run_group_tests(tests, crawl_with_sections, end_crawl);
}

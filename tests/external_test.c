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

/* The site under 127.0.0.1 is crawled; "localhost" at the same port is another host. */
struct two_hosts {
    char elsewhere[64];
    bool refused; /* the first request for /no-head */
};

static const char home[] = "<title>Home</title><a href='%s/good'>g<a href='%s/gone'>x<a href='%s/moved'>m<a "
                           "href='%s/no-head'>n<a href='%s/secret'>s<a href='%s/paid' rel=nofollow>p<a href=/in>i<a "
                           "href='%s/good'>again";

static bool answer_elsewhere(struct two_hosts *hosts, const char *target, struct site_page *page)
{
    page->type = "text/html";
    page->body = "<title>Elsewhere</title><a href=/deeper>d</a>";
    if (strcmp(target, "/robots.txt") == 0)
        page->body = "User-agent: *\nDisallow: /secret\n";
    else if (strcmp(target, "/moved") == 0)
        page->status = 301, page->headers = "Location: /gone\r\n";
    else if (strcmp(target, "/no-head") == 0 && !hosts->refused)
        hosts->refused = true, page->status = 405;
    else if (strcmp(target, "/good") != 0 && strcmp(target, "/no-head") != 0 && strcmp(target, "/") != 0)
        return false;
    return true;
}

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct two_hosts *hosts = arg;
    const char *e = hosts->elsewhere;

    if (strcmp(host, "localhost") == 0)
        return answer_elsewhere(hosts, target, page);
    page->type = "text/html";
    if (strcmp(target, "/") == 0)
        buf_printf(text, home, e, e, e, e, e, e, e);
    else if (strcmp(target, "/in") == 0)
        buf_printf(text, "<title>In</title><a href='%s/good'>good</a>", e);
    else
        return false;
    page->body = text->data;
    return true;
}

struct fixture {
    struct two_hosts hosts;
    struct site *site;
    struct whole whole;
};

static void begin(struct fixture *f)
{
    f->hosts = (struct two_hosts){.refused = false};
    f->site = site_start_made(answer, &f->hosts, 0);
    snprintf(f->hosts.elsewhere, sizeof f->hosts.elsewhere, "http://localhost:%d", site_port(f->site));
    whole_init(&f->whole);
}

static void end(struct fixture *f)
{
    whole_free(&f->whole);
    site_stop(f->site);
}

static int count_requests(const struct fixture *f, const char *method, const char *target)
{
    struct site_request requests[100];
    size_t count = site_log(f->site, 0, requests, 100);
    int found = 0;

    for (size_t i = 0; i < count; i++)
        found += strncmp(requests[i].host, "localhost", 9) == 0 && strcmp(requests[i].method, method) == 0 &&
                 (target == NULL || strcmp(requests[i].target, target) == 0);
    return found;
}

static void each_link_out_of_scope_is_asked_for_once_and_no_further(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(WHOLE_CRAWL(&f.whole, f.site, "--check-external", "--allow-private", "--tries=1", "{site}/"),
                     CRAWL_DONE);
    assert_int_equal(count_requests(&f, "HEAD", "/good"), 1);
    assert_int_equal(count_requests(&f, "HEAD", NULL), 4); /* good, gone, moved, no-head */
    assert_int_equal(count_requests(&f, "GET", NULL), 3);  /* robots.txt, and what has no good answer to HEAD */
    assert_int_equal(count_requests(&f, "GET", "/no-head"), 1);
    assert_int_equal(count_requests(&f, "GET", "/gone"), 1);
    assert_int_equal(count_requests(&f, "GET", "/robots.txt"), 1);
    assert_int_equal(whole_number(&f.whole, "SELECT count(*) FROM pages WHERE external"), 4);
    assert_string_equal(whole_text(&f.whole, "SELECT outcome || status FROM pages WHERE url LIKE '%/good'"), "ok200");
    assert_string_equal(whole_text(&f.whole, "SELECT outcome FROM pages WHERE url LIKE '%/moved'"), "redirect");
    assert_string_equal(whole_text(&f.whole, "SELECT outcome FROM pages WHERE url LIKE '%/no-head'"), "ok");
    assert_string_equal(whole_text(&f.whole, "SELECT group_concat(url || ' ' || status) FROM broken_links"),
                        strcat(strcpy((char[100]){0}, f.hosts.elsewhere), "/gone 404"));
    assert_int_equal(whole_number(&f.whole, "SELECT found_on LIKE 'http://127.0.0.1%/' FROM broken_links"), 1);
    assert_string_equal(whole_text(&f.whole, "SELECT reason FROM skipped WHERE url LIKE '%/secret'"), "robots");
    assert_string_equal(whole_text(&f.whole, "SELECT reason FROM skipped WHERE url LIKE '%/paid'"), "off_scope");
    end(&f);
}

static void without_the_option_nothing_is_asked_elsewhere(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(WHOLE_CRAWL(&f.whole, f.site, "--allow-private", "{site}/"), CRAWL_DONE);
    assert_int_equal(count_requests(&f, "HEAD", NULL) + count_requests(&f, "GET", NULL), 0);
    end(&f);
}

static void an_excluded_domain_is_not_even_checked(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(
        WHOLE_CRAWL(&f.whole, f.site, "--check-external", "--allow-private", "--exclude-domains=localhost", "{site}/"),
        CRAWL_DONE);
    assert_int_equal(count_requests(&f, "HEAD", NULL) + count_requests(&f, "GET", NULL), 0);
    end(&f);
}

static void links_that_wait_to_be_checked_are_checked_by_the_next_run(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(
        WHOLE_CRAWL(&f.whole, f.site, "--check-external", "--allow-private", "--max-pages=1", "--window=1", "{site}/"),
        CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&f.whole, f.site, "--check-external", "--allow-private", "--window=1", "{site}/"),
                     CRAWL_DONE);
    assert_int_equal(whole_number(&f.whole, "SELECT count(*) FROM pages WHERE external"), 4);
    assert_int_equal(count_requests(&f, "HEAD", NULL), 4);
    end(&f);
}

static void what_was_only_checked_is_fetched_when_a_seed_names_it(void **state)
{
    struct fixture f;
    char seed[80];

    (void)state;
    begin(&f);
    assert_int_equal(WHOLE_CRAWL(&f.whole, f.site, "--check-external", "--allow-private", "{site}/"), CRAWL_DONE);
    snprintf(seed, sizeof seed, "%s/good", f.hosts.elsewhere);
    assert_int_equal(WHOLE_CRAWL(&f.whole, f.site, "--allow-private", seed), CRAWL_DONE);
    assert_string_equal(whole_text(&f.whole, "SELECT title FROM pages WHERE url LIKE '%/good' AND NOT external"),
                        "Elsewhere");
    assert_int_equal(whole_number(&f.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/deeper'"), 1);
    end(&f);
}

static const struct site_page PICKY[] = {
    {.path = "/robots.txt", .host = "localhost", .type = "text/plain", .body = ""},
    {.path = "/",
     .host = "127.0.0.1",
     .type = "text/html",
     .body = "<title>Home</title><a href='//localhost:1/'>closed</a>"},
    {.path = NULL},
};

static void a_host_that_is_not_there_is_a_broken_link(void **state)
{
    struct site *site = site_start(PICKY);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(
        WHOLE_CRAWL(&w, site, "--check-external", "--allow-private", "--tries=1", "--waitretry=0", "{site}/"),
        CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT outcome FROM broken_links"), "conn_error");
    whole_free(&w);
    site_stop(site);
}

/* robots.txt of 127.0.0.1 lies at localhost, which is out of scope and which its front page links to; that of localhost
 * at another place of its own. What names a port is filled in below. */
static const struct site_page MOVED_ROBOTS[] = {
    {.path = "/robots.txt", .host = "127.0.0.1", .status = 301, .headers = ""},
    {.path = "/robots.txt", .host = "localhost", .status = 301, .headers = "Location: /own.txt\r\n"},
    {.path = "/for-it.txt", .host = "localhost", .type = "text/plain", .body = "User-agent: *\nDisallow: /x\n"},
    {.path = "/own.txt", .host = "localhost", .type = "text/plain", .body = "Sitemap: /named.xml\n"},
    {.path = "/", .host = "127.0.0.1", .type = "text/html", .body = ""},
    {.path = "/good", .host = "localhost", .type = "text/html", .body = "<title>Good</title>"},
    {.path = NULL},
};

static bool answer_moved_robots(void *arg, const char *host, const char *target, struct site_page *page,
                                struct buf *text)
{
    const char *elsewhere = arg;

    for (const struct site_page *p = MOVED_ROBOTS; p->path != NULL; p++) {
        if (strcmp(p->path, target) != 0 || strcmp(p->host, host) != 0)
            continue;
        *page = *p;
        if (strcmp(host, "localhost") == 0)
            return true;
        if (p->headers != NULL) {
            buf_printf(text, "Location: %s/for-it.txt\r\n", elsewhere);
            page->headers = text->data;
        } else {
            buf_printf(text, "<title>Home</title><a href='%s/good'>g</a>", elsewhere);
            page->body = text->data;
        }
        return true;
    }
    return false;
}

static void where_robots_txt_was_moved_to_no_sitemap_is_looked_for(void **state)
{
    char elsewhere[64];
    struct site *site = site_start_made(answer_moved_robots, elsewhere, 0);
    struct whole w;

    (void)state;
    snprintf(elsewhere, sizeof elsewhere, "http://localhost:%d", site_port(site));
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--check-external", "--allow-private", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE url LIKE '%/good' AND outcome = 'ok'"), 1);
    assert_int_equal(site_requests(site, "/named.xml"), 0);
    assert_int_equal(whole_number(&w, "SELECT url LIKE 'http://127.0.0.1:%/sitemap.xml' FROM sitemaps"), 1);
    assert_int_equal(site_requests(site, "/sitemap.xml"), 1);
    whole_free(&w);
    site_stop(site);
}

/* Each /STATUS answers so at first, and well from then on: /404 to HEAD, and 200 to GET. */
struct head_site {
    char elsewhere[64];
    int asked[1000];
};

static const int DOUBTED[] = {400, 402, 403, 404, 405, 406, 409, 418, 500, 501, 502, 503, 505, 520, 302};
static const int BELIEVED[] = {401, 407, 410, 451};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool answer_heads(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct head_site *all = arg;
    int status = atoi(target + 1);

    page->type = "text/html";
    if (strcmp(host, "localhost") == 0) {
        page->status = status == 0 ? 404 : all->asked[status % 1000]++ == 0 ? status : 200; /* 302 without Location */
        return true;
    }
    for (size_t i = 0; i < COUNT(DOUBTED); i++)
        buf_printf(text, "<a href='%s/%d'>d</a>", all->elsewhere, DOUBTED[i]);
    for (size_t i = 0; i < COUNT(BELIEVED); i++)
        buf_printf(text, "<a href='%s/%d'>b</a>", all->elsewhere, BELIEVED[i]);
    page->body = text->data;
    return strcmp(target, "/") == 0;
}

static void a_link_is_broken_only_if_get_says_so_too(void **state)
{
    struct head_site all = {.asked = {0}};
    struct site *site = site_start_made(answer_heads, &all, 0);
    struct whole w;

    (void)state;
    snprintf(all.elsewhere, sizeof all.elsewhere, "http://localhost:%d", site_port(site));
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--check-external", "--allow-private", "--tries=1", "--waitretry=0",
                                 "--no-sitemaps", "{site}/"),
                     CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT group_concat(status) FROM (SELECT status FROM broken_links ORDER BY 1)"),
                        "401,407,410,451");
    for (size_t i = 0; i < COUNT(DOUBTED); i++)
        assert_int_equal(all.asked[DOUBTED[i]], 2);
    for (size_t i = 0; i < COUNT(BELIEVED); i++)
        assert_int_equal(all.asked[BELIEVED[i]], 1);
    whole_free(&w);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_link_out_of_scope_is_asked_for_once_and_no_further),
        cmocka_unit_test(without_the_option_nothing_is_asked_elsewhere),
        cmocka_unit_test(an_excluded_domain_is_not_even_checked),
        cmocka_unit_test(links_that_wait_to_be_checked_are_checked_by_the_next_run),
        cmocka_unit_test(what_was_only_checked_is_fetched_when_a_seed_names_it),
        cmocka_unit_test(a_host_that_is_not_there_is_a_broken_link),
        cmocka_unit_test(where_robots_txt_was_moved_to_no_sitemap_is_looked_for),
        cmocka_unit_test(a_link_is_broken_only_if_get_says_so_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "crawl.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const struct site_page SMALL[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = "User-agent: *\nDisallow: /private/\n"},
    {.path = "/",
     .type = "text/html",
     .body = "<title>Home</title><a href=a>to a</a><a href=/moved>m</a><a href=private/b>b</a><a href=gone>g</a>"
             "<a href=/a#there>again</a><a href='http://other.invalid/'>out</a><img src=i.png>"
             "<a href=/quiet rel=nofollow>n</a>"},
    {.path = "/a", .type = "text/html", .body = "<title> A \n page </title><a href=/>home</a>"},
    {.path = "/moved", .status = 301, .headers = "Location: /b\r\n"},
    {.path = "/b",
     .type = "text/html; charset=windows-1251",
     .body = "<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><h1>B</h1><meta name=description content='about b'>"},
    {.path = NULL},
};

static void a_site_is_crawled_to_its_end_with_titles_links_and_fates(void **state)
{
    struct site *site = site_start(SMALL);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 5);
    assert_string_equal(whole_text(&w, "SELECT title FROM pages WHERE url LIKE '%/a'"), "A page");
    assert_string_equal(whole_text(&w, "SELECT title FROM pages WHERE url LIKE '%/b'"), "Привет");
    assert_string_equal(whole_text(&w, "SELECT charset FROM pages WHERE url LIKE '%/b'"), "windows-1251");
    assert_string_equal(whole_text(&w, "SELECT outcome || status FROM pages WHERE url LIKE '%/gone'"), "http_error404");
    assert_string_equal(whole_text(&w, "SELECT outcome FROM pages WHERE url LIKE '%/moved'"), "redirect");
    assert_int_equal(whole_number(&w, "SELECT redirect_to LIKE '%/b' FROM pages WHERE url LIKE '%/moved'"), 1);
    assert_string_equal(whole_text(&w, "SELECT anchor FROM links WHERE to_url LIKE '%/a'"), "to a");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM links WHERE kind = 'a' AND from_url LIKE '%/'"), 6);
    assert_string_equal(whole_text(&w, "SELECT reason FROM skipped WHERE url LIKE '%invalid/'"), "off_scope");
    assert_string_equal(whole_text(&w, "SELECT reason || ' ' || rule FROM skipped WHERE url LIKE '%/quiet'"),
                        "nofollow rel=nofollow");
    assert_string_equal(whole_text(&w, "SELECT reason || ' ' || rule FROM skipped WHERE url LIKE '%.png'"), "kind img");
    assert_string_equal(whole_text(&w, "SELECT robots_status || ' ' || robots_refused FROM politeness"), "200 1");
    whole_free(&w);
    site_stop(site);
}

static void a_link_has_the_first_words_there_are_and_an_alternate_all_its_languages(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/",
         .type = "text/html",
         .body = "<link rel=alternate hreflang=fr href=/fr><link rel=alternate hreflang=x-default href=/fr>"
                 "<link rel=alternate type=application/rss+xml href=/feed>"
                 "<a href=/a><img src=i.png></a><a href=/a>words</a><a href=/a>more</a>"},
        {.path = NULL},
    };
    struct site *site = site_start(pages);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--level=0", "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT anchor FROM links WHERE to_url LIKE '%/a'"), "words");
    assert_string_equal(whole_text(&w, "SELECT hreflang FROM links WHERE to_url LIKE '%/fr'"), "fr x-default");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM links WHERE kind = 'alternate' AND anchor IS NULL"), 2);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM links WHERE hreflang IS NOT NULL"), 1);
    whole_free(&w);
    site_stop(site);
}

static void what_nofollow_leaves_out_names_whose_it_was(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/",
         .type = "text/html",
         .body =
             "<a href=/1 rel=ugc></a><a href=/2 rel='sponsored nofollow'></a><a href=/3 rel=sponsored></a><a "
             "href=/4 rel=nofollow></a><a href=/4></a><a href=/quiet></a><a href=/header></a><a href=/5?b rel=ugc>"},
        {.path = "/quiet", .type = "text/html", .body = "<meta name=robots content=none><a href=/6 rel=ugc></a>"},
        {.path = "/header", .type = "text/html", .headers = "X-Robots-Tag: nofollow\r\n", .body = "<a href=/7>"},
        {.path = "/4", .type = "text/html", .body = "<a href=/5?b>"},
        {.path = NULL},
    };
    struct site *site = site_start(SITE);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "--no-soft-404", "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT group_concat(substr(url, -1) || ' ' || rule, ', ') FROM (SELECT * FROM "
                                       "skipped ORDER BY url)"),
                        "1 rel=ugc, 2 rel=nofollow, 3 rel=sponsored, 6 robots tags of the page, 7 robots tags of the "
                        "page");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 5);
    whole_free(&w);
    site_stop(site);
}

static void a_duplicate_names_the_rule_that_makes_it_one(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/", .type = "text/html", .body = "<a href='/~a'>1</a><a href='/%7ea'>2</a><img src='/%7eb'>"},
        {.path = NULL},
    };
    struct site *site = site_start(pages);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT rule FROM skipped WHERE reason = 'duplicate'"),
                        "--url-rules: unreserved");
    assert_string_equal(whole_text(&w, "SELECT rule FROM skipped WHERE reason <> 'duplicate'"), "img");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM url WHERE rule_id IS NOT NULL"), 2);
    whole_free(&w);
    site_stop(site);
}

static void a_duplicate_that_is_its_own_key_names_the_rules_too(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/", .type = "text/html", .body = "<a href='/%7ea'>1</a><a href='/~a'>2</a>"},
        {.path = NULL},
    };
    struct site *site = site_start(pages);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT rule FROM skipped WHERE reason = 'duplicate' AND url LIKE '%/~a'"),
                        "--url-rules");
    whole_free(&w);
    site_stop(site);
}

/* robots.txt is not to be had, then it is. */
static void what_a_failing_robots_txt_kept_from_is_fetched_by_the_next_run(void **state)
{
    static struct site_page pages[] = {
        {.path = "/robots.txt", .type = "text/plain", .body = ""},
        {.path = "/", .type = "text/html", .body = "<title>Home</title><a href=/a>a</a>"},
        {.path = "/a", .type = "text/html", .body = "<title>A</title>"},
        {.path = NULL},
    };
    struct site_page sound[sizeof pages / sizeof pages[0]];

    (void)state;
    memcpy(sound, pages, sizeof sound);
    for (int way = 0; way < 2; way++) {
        struct site *site;
        struct whole w;

        whole_init(&w);
        pages[0].status = way == 0 ? 503 : 200;
        pages[0].fault = way == 0 ? SITE_SOUND : SITE_RESETS;
        site = site_start(pages);
        for (int run = 0; run < 2; run++) {
            assert_int_equal(WHOLE_CRAWL(&w, site, "--tries=1", "--waitretry=0", "--no-sitemaps", "{site}/"),
                             CRAWL_NO_SEED);
            assert_int_equal(site_requests(site, "/robots.txt"), run + 1);
            assert_int_equal(site_requests(site, "/"), 0);
        }
        site_change(site, sound);
        assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
        assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), 2);
        assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped"), 0);
        whole_free(&w);
        site_stop(site);
    }
}

static void seeds_that_failed_are_asked_for_again_while_nothing_good_was_fetched(void **state)
{
    static const struct site_page pages[][3] = {
        {{.path = "/", .fault = SITE_RESETS}, {.path = "/a"}, {.path = NULL}},
        {{.path = "/", .status = 404, .type = "text/html", .body = "gone"}, {.path = "/a"}, {.path = NULL}},
        {{.path = "/", .type = "text/html", .body = "<title>Home</title><a href=/a>a</a>"},
         {.path = "/a", .type = "text/html", .body = "<title>A</title>"},
         {.path = NULL}},
    };
    struct site *site = site_start(pages[0]);
    struct whole w;

    (void)state;
    whole_init(&w);
    for (int run = 0; run < 3; run++) {
        site_change(site, pages[run]);
        assert_int_equal(WHOLE_CRAWL(&w, site, "--tries=1", "--waitretry=0", "--no-sitemaps", "{site}/"),
                         run == 2 ? CRAWL_DONE : CRAWL_NO_SEED);
    }
    /* What the second run was answered holds. */
    assert_int_equal(site_requests(site, "/"), 2);
    assert_string_equal(whole_text(&w, "SELECT status FROM pages"), "404");
    whole_free(&w);
    site_stop(site);
}

static void what_a_limit_leaves_out_names_the_limit(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/", .type = "text/html", .body = "<a href=/r1>r</a><a href=/a>a</a><a href=/b>b</a>"},
        {.path = "/b", .type = "text/html", .body = "<a href=/c>c</a><a href=/d>d</a>"},
        {.path = "/r1", .status = 302, .headers = "Location: /r2\r\n"},
        {.path = "/r2", .status = 302, .headers = "Location: /r3\r\n"},
        {.path = NULL},
    };
    struct site *site = site_start(pages);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--threads=1", "--transfers=1", "--parsers=1", "--max-redirect=1",
                                 "--host-max-pages=6", "{site}/"),
                     CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT rule FROM skipped WHERE url LIKE '%/r3'"), "--max-redirect=1");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE rule IS NULL"), 0);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE rule = '--host-max-pages=6'"), 1);
    whole_free(&w);
    site_stop(site);
}

static void a_pattern_that_takes_too_long_is_counted(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/",
         .type = "text/html",
         .body =
             "<a href=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa->1</a><a href=/b>b</a>"},
        {.path = NULL},
    };
    struct site *site = site_start(pages);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--reject-regex=^http[^a]*/(a+)+$", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT json_extract(stats, '$.patterns_undecided') FROM run"), 1);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE rule LIKE '%(match limit hit)'"), 1);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 2);
    whole_free(&w);
    site_stop(site);
}

static void what_robots_txt_refuses_is_recorded_but_never_asked_for(void **state)
{
    struct site *site = site_start(SMALL);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT reason FROM skipped WHERE url LIKE '%/private/b'"), "robots");
    assert_int_equal(whole_number(&w, "SELECT line FROM skipped WHERE url LIKE '%/private/b'"), 2);
    assert_int_equal(site_requests(site, "/private/b"), 0);
    assert_int_equal(site_requests(site, "/robots.txt"), 1);
    whole_free(&w);
    site_stop(site);
}

/* The whole tree, each page once, whatever the number of threads and however small the rooms between them. */
static void crawl_tree(long count, const char *threads, const char *parsers, const char *window, const char *queue)
{
    struct whole_tree tree = {.count = count};
    struct site *site = site_start_made(whole_tree_make, &tree, 0);
    struct whole w;

    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--threads", threads, "--parsers", parsers, "--window", window, "--queue",
                                 queue, "{site}/p/0"),
                     CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), count);
    assert_int_equal(
        whole_number(&w, "SELECT count(DISTINCT title) FROM pages WHERE url LIKE '%/p/' || substr(title, 6)"), count);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM links"), 2 * count - 1);
    assert_int_equal(tree.requests, count);
    assert_string_equal(whole_text(&w, "SELECT outcome FROM runs"), "complete");
    whole_free(&w);
    site_stop(site);
}

static void one_thread_and_no_room_is_enough(void **state)
{
    (void)state;
    crawl_tree(300, "1", "1", "1", "1");
}

static void two_threads_find_the_same_set(void **state)
{
    (void)state;
    crawl_tree(300, "2", "2", "1", "1");
}

static void eight_threads_find_the_same_set(void **state)
{
    (void)state;
    crawl_tree(400, "8", "4", "7", "1");
}

static void sixty_four_threads_find_the_same_set(void **state)
{
    (void)state;
    crawl_tree(400, "64", "8", "1", "1");
}

static void the_defaults_find_the_same_set(void **state)
{
    (void)state;
    crawl_tree(1500, "8", "auto", "65536", "256");
}

static void a_chain_of_single_links_is_followed_to_its_end(void **state)
{
    struct site_page chain[82] = {{0}};
    char paths[81][16], bodies[81][48];
    struct site *site;
    struct whole w;

    (void)state;
    for (int i = 0; i < 81; i++) {
        snprintf(paths[i], sizeof paths[i], "/c%d", i);
        snprintf(bodies[i], sizeof bodies[i], "<title>%d</title><a href=c%d>", i, i + 1);
        chain[i] = (struct site_page){.path = paths[i], .type = "text/html", .body = bodies[i]};
    }
    site = site_start(chain);
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--threads=4", "{site}/c0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), 81);
    assert_int_equal(whole_number(&w, "SELECT max(depth) FROM pages"), 81); /* the last one is a 404 */
    whole_free(&w);
    site_stop(site);
}

static void a_limit_stops_it_and_the_same_command_goes_on(void **state)
{
    struct whole_tree tree = {.count = 200};
    struct site *site = site_start_made(whole_tree_make, &tree, 0);
    struct whole w;
    long before;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--max-pages=50", "{site}/p/0"), CRAWL_DONE);
    before = whole_number(&w, "SELECT count(*) FROM pages");
    assert_int_equal(before, 50);
    assert_string_equal(whole_text(&w, "SELECT outcome FROM runs"), "limit");
    assert_true(whole_number(&w, "SELECT count(*) FROM frontier") > 0);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), 200);
    assert_int_equal(tree.requests, 200);
    /* And once more: nothing is left to do. */
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(tree.requests, 200);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM runs"), 3);
    whole_free(&w);
    site_stop(site);
}

static void a_crawl_that_goes_on_without_seeds_logs_in_to_those_it_knows(void **state)
{
    struct whole_tree tree = {.count = 5};
    struct site *site = site_start_made(whole_tree_make, &tree, 0);
    char head[2048];
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--user=me:pw", "--max-pages=1", "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--user=me:pw"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 5);
    assert_true(site_head(site, "/p/4", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: Basic bWU6cHc=\r\n"));
    whole_free(&w);
    site_stop(site);
}

static void a_level_is_as_many_links_from_the_seed(void **state)
{
    struct whole_tree tree = {.count = 100};
    struct site *site = site_start_made(whole_tree_make, &tree, 0);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--level=1", "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 4);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE reason = 'level'"), 9);
    whole_free(&w);
    site_stop(site);
}

static const struct site_page REDIRECTS[] = {
    {.path = "/",
     .type = "text/html",
     .body = "<title>Home</title><a href=1>x<a href=loop>l<a href=self>s<a href=none>n<a href=file>f"},
    {.path = "/1", .status = 302, .headers = "Location: 2\r\n"},
    {.path = "/2", .status = 307, .headers = "Location: /3?q#frag\r\n"},
    {.path = "/3", .type = "text/html", .body = "<title>Three</title>"},
    {.path = "/loop", .status = 301, .headers = "Location: /pool\r\n"},
    {.path = "/pool", .status = 301, .headers = "Location: /loop\r\n"},
    {.path = "/self", .status = 301, .headers = "Location: /self\r\n"},
    {.path = "/none", .status = 301},
    {.path = "/file", .status = 301, .headers = "Location: file:///etc/passwd\r\n"},
    {.path = NULL},
};

static void each_hop_of_a_redirect_is_a_page_of_its_own(void **state)
{
    struct site *site = site_start(REDIRECTS);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'redirect'"), 3);
    assert_string_equal(whole_text(&w, "SELECT title FROM pages WHERE url LIKE '%/3?q'"), "Three");
    assert_int_equal(whole_number(&w, "SELECT hops FROM redirect_chains WHERE start LIKE '%/1'"), 2);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'redirect_loop'"), 2);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages WHERE outcome = 'bad_redirect'"), 2);
    assert_int_equal(site_requests(site, "/loop"), 1);
    assert_int_equal(site_requests(site, "/self"), 1);
    whole_free(&w);
    site_stop(site);
}

static const struct site_page FAULTS[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = ""},
    {.path = "/",
     .type = "text/html",
     .body = "<title>H</title><a href=once>1<a href=cut>2<a href=pdf>3<a href=noise>4"},
    {.path = "/once", .type = "text/html", .body = "<title>Well again</title>", .fault = SITE_RESETS, .fault_times = 1},
    {.path = "/cut", .type = "text/html", .body = "<title>Cut</title>.....................", .fault = SITE_TRUNCATES},
    {.path = "/pdf", .type = "application/pdf", .body = "%PDF-1.4 ..."},
    {.path = "/noise", .raw = "SSH-2.0-OpenSSH_9.2\r\n"},
    {.path = NULL},
};

static void a_failure_is_tried_again_and_has_a_name_in_the_end(void **state)
{
    struct site *site = site_start(FAULTS);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "--waitretry=0", "--tries=2", "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT title FROM pages WHERE url LIKE '%/once'"), "Well again");
    assert_int_equal(whole_number(&w, "SELECT tries FROM pages WHERE url LIKE '%/once'"), 2);
    assert_string_equal(whole_text(&w, "SELECT outcome FROM pages WHERE url LIKE '%/cut'"), "truncated");
    assert_string_equal(whole_text(&w, "SELECT outcome FROM pages WHERE url LIKE '%/pdf'"), "wrong_type");
    assert_string_equal(whole_text(&w, "SELECT outcome FROM pages WHERE url LIKE '%/noise'"), "protocol_error");
    assert_int_equal(site_requests(site, "/cut"), 2);
    whole_free(&w);
    site_stop(site);
}

static const struct site_page REFUSES[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = "User-agent: *\nDisallow: /\n"},
    {.path = NULL},
};

static void a_crawl_that_could_fetch_no_seed_says_so_by_its_status(void **state)
{
    struct site *site = site_start(REFUSES);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_NO_SEED);
    assert_int_equal(site_requests(site, NULL), 1);
    whole_free(&w);
    site_stop(site);
}

static const struct site_page SITEMAPPED[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = "Sitemap: {site}/map.xml\n"},
    {.path = "/map.xml",
     .type = "application/xml",
     .body = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{site}/</loc></url>"
             "<url><loc>{site}/hidden</loc></url><url><loc>http://elsewhere.invalid/</loc></url></urlset>"},
    {.path = "/", .type = "text/html", .body = "<title>Home</title>"},
    {.path = "/hidden", .type = "text/html", .body = "<title>Hidden</title>"},
    {.path = NULL},
};

static void what_only_a_sitemap_knows_is_an_orphan(void **state)
{
    struct site *site = site_start(SITEMAPPED);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT title FROM orphans"), "Hidden");
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 2);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM sitemaps WHERE outcome = 'ok' AND entries > 0"), 1);
    assert_string_equal(whole_text(&w, "SELECT reason FROM skipped"), "off_scope");
    whole_free(&w);
    site_stop(site);
}

static void a_good_sitemap_has_no_error_and_says_what_it_is(void **state)
{
    struct site *site = site_start(SITEMAPPED);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&w, "SELECT format || entries || coalesce(error, '-') FROM sitemaps"), "urlset3-");
    whole_free(&w);
    site_stop(site);
}

/* The robots.txt of a.test names a sitemap on b.test, whose own refuses one of the two that it leads to. */
static bool make_two_hosts(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    const int *port = arg;
    bool is_a = strcmp(host, "a.test") == 0;

    page->type = "text/plain";
    if (strcmp(target, "/robots.txt") == 0 && is_a)
        buf_printf(text, "Sitemap: http://b.test:%d/index.xml\n", *port);
    else if (strcmp(target, "/robots.txt") == 0)
        buf_printf(text, "User-agent: *\nDisallow: /no\nSitemap: http://b.test:%d/own.xml\n", *port);
    else if (strcmp(target, "/index.xml") == 0)
        buf_printf(text,
                   "<sitemapindex><sitemap><loc>http://b.test:%d/moved.xml</loc></sitemap><sitemap>"
                   "<loc>http://b.test:%d/no.xml</loc></sitemap><sitemap><loc>http://c.test:%d/x.xml</loc></sitemap>"
                   "</sitemapindex>",
                   *port, *port, *port);
    else if (strcmp(target, "/moved.xml") == 0)
        buf_printf(text, "http://b.test:%d/page\nhttp://a.test:%d/hidden\n", *port, *port);
    else if (strcmp(target, "/") == 0 || strcmp(target, "/hidden") == 0)
        buf_printf(text, "<title>%s%s</title>", host, target);
    else
        return false;
    if (text->data[0] == '<')
        page->type = target[strlen(target) - 1] == 'l' ? "application/xml" : "text/html";
    page->body = text->data;
    return true;
}

static void robots_txt_may_name_a_sitemap_on_another_host(void **state)
{
    int port = 0;
    struct site *site = site_start_made(make_two_hosts, &port, 0);
    struct whole w;
    char a[64], b[64], c[64], seed[64];

    (void)state;
    port = site_port(site);
    snprintf(a, sizeof a, "--resolve=a.test:%d:127.0.0.1", port);
    snprintf(b, sizeof b, "--resolve=b.test:%d:127.0.0.1", port);
    snprintf(c, sizeof c, "--resolve=c.test:%d:127.0.0.1", port);
    snprintf(seed, sizeof seed, "http://a.test:%d/", port);
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, a, b, c, "--allow-private", seed), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM sitemaps WHERE outcome = 'ok'"), 2);
    assert_string_equal(whole_text(&w, "SELECT group_concat(title, ' ') FROM pages"), "a.test/ a.test/hidden");
    assert_string_equal(whole_text(&w, "SELECT reason || ' ' || rule FROM skipped WHERE url LIKE '%/no.xml'"),
                        "robots Disallow: /no");
    assert_string_equal(whole_text(&w, "SELECT group_concat(reason) FROM skipped WHERE url LIKE '%/x.xml'"),
                        "off_scope");
    assert_string_equal(whole_text(&w, "SELECT reason FROM skipped WHERE url LIKE '%b.test%/page'"), "off_scope");
    assert_int_equal(site_requests(site, "/robots.txt"), 2);
    assert_int_equal(site_requests(site, "/own.xml"), 0);
    whole_free(&w);
    site_stop(site);
}

static bool make_nested_index(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    (void)arg;
    (void)host;
    page->type = "application/xml";
    if (strcmp(target, "/robots.txt") == 0) {
        page->body = "Sitemap: {site}/map?0\n";
    } else if (strcmp(target, "/") == 0) {
        page->type = "text/html";
        page->body = "<title>Home</title>";
    } else if (strncmp(target, "/map?", 5) == 0) {
        buf_printf(text,
                   "<sitemapindex><sitemap><loc>{site}/map?0</loc></sitemap><sitemap><loc>{site}%s1</loc></sitemap>"
                   "<sitemap><loc>{site}%s2</loc></sitemap></sitemapindex>",
                   target, target);
        page->body = text->data;
    } else {
        return false;
    }
    return true;
}

static void sitemap_indexes_without_end_are_left_at_a_depth(void **state)
{
    struct site *site = site_start_made(make_nested_index, NULL, 0);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_DONE);
    assert_int_equal(site_requests(site, NULL), 1 + 1 + 63);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM skipped WHERE reason = 'limit' AND rule LIKE 'sitemap%'"),
                     64);
    whole_free(&w);
    site_stop(site);
}

static void books_that_do_not_balance_are_an_error(void **state)
{
    struct site *site = site_start(SMALL);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
    /* A page that was skipped as well. */
    whole_text(&w, "UPDATE url SET skip = 1 WHERE id = (SELECT max(id) FROM page)");
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/"), CRAWL_INTERNAL);
    whole_free(&w);
    site_stop(site);
}

static void a_database_of_somebody_else_is_left_untouched(void **state)
{
    struct site *site = site_start(SMALL);
    struct whole w;
    char text[16] = "";
    FILE *file;

    (void)state;
    whole_init(&w);
    file = fopen(w.database, "w");
    fputs("shopping list", file);
    fclose(file);
    assert_int_equal(WHOLE_CRAWL(&w, site, "{site}/"), CRAWL_FILE);
    file = fopen(w.database, "r");
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 13);
    fclose(file);
    assert_string_equal(text, "shopping list");
    assert_int_equal(site_requests(site, NULL), 0);
    whole_free(&w);
    site_stop(site);
}

static bool make_long_titles(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    size_t size = strcmp(target, "/long") == 0 ? 66000 : 2000000;

    (void)arg;
    (void)host;
    if (strcmp(target, "/long") != 0 && strcmp(target, "/endless") != 0)
        return false;
    buf_add_string(text, "<title>");
    for (size_t i = 0; i < size; i++)
        buf_add_char(text, 't');
    page->type = "text/html";
    page->body = text->data;
    page->body_size = text->size;
    return true;
}

static void a_long_title_is_kept_and_of_one_without_end_its_beginning(void **state)
{
    struct site *site = site_start_made(make_long_titles, NULL, 0);
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--no-sitemaps", "{site}/long", "{site}/endless"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT length(title) FROM pages WHERE url LIKE '%/long'"), 66000);
    assert_int_equal(whole_number(&w, "SELECT length(title) FROM pages WHERE url LIKE '%/endless'"), 65536);
    whole_free(&w);
    site_stop(site);
}

static void without_a_usable_seed_no_database_is_left(void **state)
{
    struct site *site = site_start(SMALL);
    struct whole w;
    char path[100];
    FILE *file;

    (void)state;
    whole_init(&w);
    snprintf(path, sizeof path, "%s/seeds", w.folder);
    file = fopen(path, "w");
    fputs("# nothing but a comment\n", file);
    fclose(file);
    assert_int_equal(WHOLE_CRAWL(&w, site, path), CRAWL_USAGE);
    assert_null(fopen(w.database, "r"));
    whole_free(&w);
    site_stop(site);
}

static void a_fresh_crawl_keeps_the_old_one_under_another_name(void **state)
{
    struct whole_tree tree = {.count = 20};
    struct site *site = site_start_made(whole_tree_make, &tree, 0);
    struct whole w, old;

    (void)state;
    whole_init(&w);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--max-pages=5", "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--fresh", "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&w, site, "--fresh", "--max-pages=1", "{site}/p/0"), CRAWL_DONE);
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM pages"), 1);
    old = w;
    snprintf(old.database, sizeof old.database, "%.70s/crawl.db.~1~", w.folder);
    assert_int_equal(whole_number(&old, "SELECT count(*) FROM pages"), 5);
    snprintf(old.database, sizeof old.database, "%.70s/crawl.db.~2~", w.folder);
    assert_int_equal(whole_number(&old, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), 20);
    whole_free(&w);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_is_crawled_to_its_end_with_titles_links_and_fates),
        cmocka_unit_test(a_link_has_the_first_words_there_are_and_an_alternate_all_its_languages),
        cmocka_unit_test(what_nofollow_leaves_out_names_whose_it_was),
        cmocka_unit_test(a_duplicate_names_the_rule_that_makes_it_one),
        cmocka_unit_test(a_duplicate_that_is_its_own_key_names_the_rules_too),
        cmocka_unit_test(what_a_failing_robots_txt_kept_from_is_fetched_by_the_next_run),
        cmocka_unit_test(seeds_that_failed_are_asked_for_again_while_nothing_good_was_fetched),
        cmocka_unit_test(what_a_limit_leaves_out_names_the_limit),
        cmocka_unit_test(a_pattern_that_takes_too_long_is_counted),
        cmocka_unit_test(what_robots_txt_refuses_is_recorded_but_never_asked_for),
        cmocka_unit_test(one_thread_and_no_room_is_enough),
        cmocka_unit_test(two_threads_find_the_same_set),
        cmocka_unit_test(eight_threads_find_the_same_set),
        cmocka_unit_test(sixty_four_threads_find_the_same_set),
        cmocka_unit_test(the_defaults_find_the_same_set),
        cmocka_unit_test(a_chain_of_single_links_is_followed_to_its_end),
        cmocka_unit_test(a_limit_stops_it_and_the_same_command_goes_on),
        cmocka_unit_test(a_crawl_that_goes_on_without_seeds_logs_in_to_those_it_knows),
        cmocka_unit_test(a_level_is_as_many_links_from_the_seed),
        cmocka_unit_test(each_hop_of_a_redirect_is_a_page_of_its_own),
        cmocka_unit_test(a_failure_is_tried_again_and_has_a_name_in_the_end),
        cmocka_unit_test(a_crawl_that_could_fetch_no_seed_says_so_by_its_status),
        cmocka_unit_test(what_only_a_sitemap_knows_is_an_orphan),
        cmocka_unit_test(a_good_sitemap_has_no_error_and_says_what_it_is),
        cmocka_unit_test(robots_txt_may_name_a_sitemap_on_another_host),
        cmocka_unit_test(sitemap_indexes_without_end_are_left_at_a_depth),
        cmocka_unit_test(books_that_do_not_balance_are_an_error),
        cmocka_unit_test(a_database_of_somebody_else_is_left_untouched),
        cmocka_unit_test(a_long_title_is_kept_and_of_one_without_end_its_beginning),
        cmocka_unit_test(without_a_usable_seed_no_database_is_left),
        cmocka_unit_test(a_fresh_crawl_keeps_the_old_one_under_another_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

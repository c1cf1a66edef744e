#include "soft404.h"

#include "crawl.h"
#include "verb_run.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* --- What reads like an error --------------------------------------------------------- */

static void titles_of_errors_are_known_in_many_languages(void **state)
{
    static const char *const errors[] = {"404",
                                         "Page Not Found | Example",
                                         "The page could not be found",
                                         "Seite nicht gefunden",
                                         "Page introuvable",
                                         "Página no encontrada",
                                         "Página não encontrada",
                                         "Страница не найдена",
                                         "ページが見つかりません",
                                         "找不到页面"};
    static const char *const others[] = {"", "Home", "Lost and found", "Nicht ohne uns", "40 400 4 04"};

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (!soft404_reads_missing(slice_of(errors[i])))
            fail_msg("%s", errors[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (soft404_reads_missing(slice_of(others[i])))
            fail_msg("%s", others[i]);
}

/* --- What is alike --------------------------------------------------------------------- */

#define URL(path) ((struct slice){"http://a.example" path, sizeof "http://a.example" path - 1})

static const struct soft404_print probe = {
    .url = {"http://a.example/no-such-page-1", 31},
    .title = {"Sorry", 5},
    .body_hash = 1,
    .text_hash = 2,
    .simhash = 0xF0F0,
    .bytes = 1000,
};

static void the_same_bytes_are_the_same_page(void **state)
{
    struct soft404_print page = {.url = URL("/a"), .title = slice_of("Sorry"), .body_hash = 1, .bytes = 1000};

    (void)state;
    assert_true(soft404_is_like(&page, &probe));
    page.body_hash = 9;
    page.bytes = 5000;
    assert_false(soft404_is_like(&page, &probe));
}

static void under_one_title_texts_are_compared(void **state)
{
    struct soft404_print page = {
        .url = URL("/a"), .title = slice_of("Sorry"), .body_hash = 9, .text_hash = 2, .bytes = 1400};

    (void)state;
    assert_true(soft404_is_like(&page, &probe));
    page.text_hash = 3;
    page.simhash = 0xF0F1;
    assert_true(soft404_is_like(&page, &probe));
    page.simhash = 0x0F0F;
    assert_false(soft404_is_like(&page, &probe));
    page.text_hash = 2;
    page.title = slice_of("Welcome");
    assert_false(soft404_is_like(&page, &probe));
}

static void a_page_whose_text_was_not_read_is_judged_by_its_size(void **state)
{
    struct soft404_print page = {.url = URL("/a"), .title = slice_of("Sorry"), .body_hash = 9, .bytes = 990};

    (void)state;
    assert_true(soft404_is_like(&page, &probe));
    page.bytes = 1500;
    assert_false(soft404_is_like(&page, &probe));
}

static void an_error_may_name_what_was_asked_for(void **state)
{
    struct soft404_print page = {.url = URL("/some/thing.html"),
                                 .title = slice_of("thing.html not found - Shop"),
                                 .body_hash = 3,
                                 .text_hash = 4,
                                 .simhash = 0xFFFF0000,
                                 .bytes = 520};
    struct soft404_print named = probe;

    (void)state;
    named.title = slice_of("no-such-page-1 not found - Shop");
    named.bytes = 560;
    assert_true(soft404_is_like(&page, &named));
    page.title = slice_of("thing.html bought - Shop");
    assert_false(soft404_is_like(&page, &named));
}

/* --- Crawls -------------------------------------------------------------------------------- */

enum manners { SOUND, SOFT, ECHOES, REPEATS };

/* 40 pages, and as many links to pages that are not there: fewer than make a trap. */
struct shop {
    enum manners manners;
    bool forbids; /* robots.txt allows nothing that is called no-such- */
    int fail_probe;
};

static bool make_page(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct shop *shop = arg;
    int number = 0;
    bool is_page = sscanf(target, "/page/%d", &number) == 1 && number <= 40;

    (void)host;
    page->type = "text/html";
    if (strcmp(target, "/robots.txt") == 0) {
        page->type = "text/plain";
        page->body = shop->forbids ? "User-agent: *\nDisallow: /no-such-\n" : "";
        return true;
    }
    if (strcmp(target, "/sitemap.xml") == 0)
        return false;
    if (strncmp(target, "/no-such-", 9) == 0 && shop->fail_probe > 0) {
        shop->fail_probe--;
        page->status = 503;
        return true;
    }
    if (strcmp(target, "/") == 0 || is_page) {
        if (shop->manners == SOUND && number == 3)
            buf_add_string(text, "<title>Error 404, not found: what it means</title>");
        else
            buf_printf(text, "<title>%s %d</title>", number == 0 ? "Home" : "Page", number);
        buf_printf(text, "<p>Of %d things, %d are green and %d are not.", number * 7, number * 3, number * 4);
        for (int i = 1; i <= 6 && number * 6 + i <= 40; i++)
            buf_printf(text, "<a href=/page/%d>%d</a><a href=/gone/%d>gone</a>", number * 6 + i, i, number * 6 + i);
    } else if (shop->manners == SOUND) {
        return false;
    } else if (shop->manners == SOFT) {
        buf_add_string(text, "<title>Page not found</title><p>Sorry.<a href=/>home</a>");
    } else if (shop->manners == ECHOES) {
        buf_printf(text, "<title>%s was not found</title><p>Sorry, there is no %s.<a href=/>home</a>", target, target);
    } else {
        buf_add_string(text, "<title>Shop</title><p>Welcome to our shop, dear customer.<a href=/>home</a>");
    }
    page->body = text->data;
    return true;
}

struct crawled {
    struct shop shop;
    struct site *site;
    struct whole whole;
};

static void begin(struct crawled *c, struct shop shop)
{
    c->shop = shop;
    c->site = site_start_made(make_page, &c->shop, 0);
    whole_init(&c->whole);
}

static void end(struct crawled *c)
{
    whole_free(&c->whole);
    site_stop(c->site);
}

#define GONE "url LIKE '%/gone/%'"

static void assert_soft(struct crawled *c)
{
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE soft_404 AND " GONE), 40);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE soft_404"), 40);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE NOT soft_404"), 41);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM soft_404s WHERE probe LIKE '%/no-such-page-%'"), 40);
    assert_int_equal(whole_number(&c->whole, "SELECT json_extract(stats, '$.soft_404s') FROM run"), 40);
    assert_int_equal(
        whole_number(&c->whole, "SELECT count(*) FROM soft_404_probes WHERE status = 200 AND outcome = 'ok'"), 1);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM url WHERE url LIKE '%/no-such-page-%'"), 0);
    /* robots.txt, sitemap.xml, the pages, and one probe, all in the ledger. */
    assert_int_equal(site_requests(c->site, NULL), 2 + 81 + 1);
    assert_int_equal(whole_number(&c->whole, "SELECT sum(requests) FROM politeness"), 2 + 81 + 1);
}

static void crawl_soft(enum manners manners, const char *threads)
{
    struct crawled c;

    begin(&c, (struct shop){.manners = manners});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, threads, "{site}/"), CRAWL_DONE);
    assert_soft(&c);
    end(&c);
}

static void pages_that_say_not_found_with_200_are_marked_after_one_probe(void **state)
{
    (void)state;
    crawl_soft(SOFT, "--threads=1");
    crawl_soft(SOFT, "--threads=8");
    crawl_soft(SOFT, "--deterministic");
}

static void so_are_those_that_name_what_was_asked_for(void **state)
{
    (void)state;
    crawl_soft(ECHOES, "--threads=1");
    crawl_soft(ECHOES, "--threads=8");
}

static void so_are_those_that_show_one_page_for_all_that_is_not_there(void **state)
{
    (void)state;
    crawl_soft(REPEATS, "--threads=1");
    crawl_soft(REPEATS, "--threads=8");
}

static void a_host_that_answers_404_has_no_soft_ones_whatever_its_titles_say(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, (struct shop){.manners = SOUND});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE soft_404"), 0);
    assert_int_equal(whole_number(&c.whole, "SELECT status FROM soft_404_probes"), 404);
    assert_int_equal(whole_number(&c.whole, "SELECT because_of LIKE '%/page/3' FROM soft_404_probes"), 1);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--fail-on=soft-404", "{site}/"), CRAWL_DONE);
    end(&c);
}

static void without_probes_none_is_sent(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, (struct shop){.manners = SOFT});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--no-soft-404", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM soft_404_probes"), 0);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE soft_404"), 0);
    assert_int_equal(site_requests(c.site, NULL), 2 + 81);
    end(&c);
}

static void what_robots_txt_refuses_is_not_probed(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, (struct shop){.manners = SOFT, .forbids = true});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_string_equal(whole_text(&c.whole, "SELECT skipped || ' ' || error FROM soft_404_probes"),
                        "robots Disallow: /no-such-");
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM skipped"), 0);
    assert_int_equal(whole_number(&c.whole, "SELECT json_extract(stats, '$.skipped.robots') IS NULL FROM run"), 1);
    assert_int_equal(site_requests(c.site, NULL), 2 + 81);
    end(&c);
}

static void a_probe_is_tried_again_and_fails_a_build_that_asks_for_it(void **state)
{
    struct crawled c;
    struct verb_run run;

    (void)state;
    begin(&c, (struct shop){.manners = SOFT, .fail_probe = 1});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--waitretry=0", "--fail-on=soft-404", "{site}/"), CRAWL_FAIL_ON);
    assert_int_equal(whole_number(&c.whole, "SELECT tries FROM soft_404_probes"), 2);
    VERB_RUN(&run, &c.whole, c.site, "export", "--format=junit", "--fail-on=soft-404");
    assert_non_null(strstr(run.out.data, "<failure message=\"soft_404\""));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "/gone/7");
    assert_non_null(strstr(run.out.data, "soft 404     it says what its host says of http://"));
    verb_run_free(&run);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE soft_404"), 40);
    end(&c);
}

static void a_probe_that_was_not_answered_is_sent_by_the_next_run(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, (struct shop){.manners = SOFT});
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--threads=1", "--max-pages=20", "{site}/"), CRAWL_DONE);
    /* As if it had been killed before the answer was there. */
    whole_text(&c.whole, "UPDATE host_probe SET outcome = NULL, status = NULL, title = NULL, body_hash = NULL");
    whole_text(&c.whole, "UPDATE page SET soft_404 = NULL");
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE soft_404"), 40);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM soft_404_probes WHERE outcome = 'ok'"), 1);
    assert_int_equal(site_requests(c.site, NULL), 2 + 81 + 2);
    /* And never again. */
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/", "{site}/gone/99"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE soft_404"), 41);
    assert_int_equal(site_requests(c.site, NULL), 2 + 81 + 2 + 1);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_of_errors_are_known_in_many_languages),
        cmocka_unit_test(the_same_bytes_are_the_same_page),
        cmocka_unit_test(under_one_title_texts_are_compared),
        cmocka_unit_test(a_page_whose_text_was_not_read_is_judged_by_its_size),
        cmocka_unit_test(an_error_may_name_what_was_asked_for),
        cmocka_unit_test(pages_that_say_not_found_with_200_are_marked_after_one_probe),
        cmocka_unit_test(so_are_those_that_name_what_was_asked_for),
        cmocka_unit_test(so_are_those_that_show_one_page_for_all_that_is_not_there),
        cmocka_unit_test(a_host_that_answers_404_has_no_soft_ones_whatever_its_titles_say),
        cmocka_unit_test(without_probes_none_is_sent),
        cmocka_unit_test(what_robots_txt_refuses_is_not_probed),
        cmocka_unit_test(a_probe_is_tried_again_and_fails_a_build_that_asks_for_it),
        cmocka_unit_test(a_probe_that_was_not_answered_is_sent_by_the_next_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

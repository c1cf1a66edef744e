#include "http_rig.h"
#include "mem.h"
#include "robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static void a_body_without_end_ends_at_the_limit(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .type = "text/html", .body = "<p>and so on and on", .fault = SITE_ENDLESS}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);

    (void)state;
    rig_check(rig, "/", PAGE_TOO_LARGE);
    rig_stop(rig);
}

static void heads_that_grow_beyond_the_limit_are_given_up(void **state)
{
    struct buf head = {.limit = 1000000}, hints = {.limit = 1000000};
    struct site_page pages[] = {{.path = "/long"}, {.path = "/hints"}, {.path = "/fits"}, {0}};
    struct http_settings settings = RIG_SETTINGS;
    struct rig *rig;

    (void)state;
    buf_add_string(&head, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n");
    for (int i = 0; i < 100; i++) {
        buf_printf(&head, "X-%d: %050d\r\n", i, i);
        buf_printf(&hints, "HTTP/1.1 103 Early\r\nLink: %050d\r\n\r\n", i);
    }
    buf_add_string(&head, "\r\n<p>");
    buf_add_string(&hints, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>");
    pages[0].raw = pages[2].raw = head.data;
    pages[1].raw = hints.data;
    settings.head_bytes = 4000;
    rig = rig_start(pages, settings);
    rig_check(rig, "/long", PAGE_TOO_LARGE);
    rig_check(rig, "/hints", PAGE_TOO_LARGE);
    rig_stop(rig);
    rig = rig_start(pages, RIG_SETTINGS);
    rig_check(rig, "/fits", PAGE_OK);
    rig_check(rig, "/hints", PAGE_OK);
    rig_stop(rig);
    buf_free(&head);
    buf_free(&hints);
}

/* `start`, `part` so many times, `end`. */
static void repeat(struct buf *raw, const char *start, const char *part, int times, const char *end)
{
    buf_add_string(raw, start);
    for (int i = 0; i < times; i++)
        buf_add_string(raw, part);
    buf_add_string(raw, end);
}

#define HTML_HEAD   "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
#define LETTERS     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CHUNKS_HEAD HTML_HEAD "Transfer-Encoding: chunked\r\n\r\n3"

static void floods_cost_one_transfer_and_no_memory(void **state)
{
    static const struct {
        const char *start, *part;
        int times;
        const char *end;
        enum page_outcome outcome;
    } FLOODS[] = {
        {"", "HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n", 300000, HTML_HEAD "\r\n<p>", PAGE_TOO_LARGE},
        {"", "HTTP/1.1 100 Continue\r\n\r\n", 300000, HTML_HEAD "\r\n<p>", PAGE_TOO_LARGE},
        {HTML_HEAD, "Set-Cookie: a=b\r\n", 6000, "\r\n<p>", PAGE_TOO_LARGE},
        {HTML_HEAD, "a:\r\n", 6000, "\r\n<p>", PAGE_TOO_LARGE},
        {HTML_HEAD "X: ", LETTERS, 4000, "\r\n\r\n<p>", PAGE_TOO_LARGE},
        {"HTTP/1.1 301 Go\r\nLocation: /", LETTERS, 4000, "\r\n\r\n", PAGE_TOO_LARGE},
        {CHUNKS_HEAD ";", LETTERS, 300000, "\r\n<p>\r\n0\r\n\r\n", PAGE_OK},
        {CHUNKS_HEAD "\r\n<p>\r\n0\r\n", "X: a\r\n", 200000, "\r\n", PAGE_TOO_LARGE},
        {CHUNKS_HEAD "\r\n<p>\r\n0\r\nX: ", LETTERS, 300000, "\r\n\r\n", PAGE_PROTOCOL_ERROR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof FLOODS / sizeof *FLOODS; i++) {
        struct buf raw = {.limit = 64u << 20};
        struct site_page pages[] = {{.path = "/"}, {0}};
        struct rig *rig;

        repeat(&raw, FLOODS[i].start, FLOODS[i].part, FLOODS[i].times, FLOODS[i].end);
        pages[0].raw = raw.data;
        pages[0].raw_size = raw.size;
        rig = rig_start(pages, RIG_SETTINGS);
        rig_check(rig, "/", FLOODS[i].outcome);
        rig_stop(rig);
        buf_free(&raw);
    }
}

static void of_a_long_robots_txt_the_first_512_kib_are_kept(void **state)
{
    char *rules = mem_alloc(ROBOTS_BODY_LIMIT + 100);
    struct site_page pages[] = {{.path = "/long", .type = "text/html", .body = rules},
                                {.path = "/exact", .body = rules, .body_size = ROBOTS_BODY_LIMIT},
                                {.path = "/none", .status = 404, .type = "text/html", .body = "<p>"},
                                {0}};
    struct rig *rig;
    struct page *page;

    (void)state;
    memset(rules, '#', ROBOTS_BODY_LIMIT + 99);
    rules[ROBOTS_BODY_LIMIT + 99] = '\0';
    rig = rig_start(pages, RIG_SETTINGS);
    page = rig_fetch(rig, PAGE_ROBOTS, "/long");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, ROBOTS_BODY_LIMIT + 1); /* one more shows that there was more */
    assert_string_equal(page->error, "only the first 512 KiB were read");
    rig_done(rig, page);
    page = rig_fetch(rig, PAGE_ROBOTS, "/exact");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, ROBOTS_BODY_LIMIT);
    assert_string_equal(page->error, "");
    rig_done(rig, page);
    page = rig_fetch(rig, PAGE_ROBOTS, "/none");
    assert_int_equal(page->outcome, PAGE_HTTP_ERROR);
    assert_null(page->body.data);
    rig_done(rig, page);
    rig_stop(rig);
    free(rules);
}

static void a_limited_rate_is_kept(void **state)
{
    enum { SIZE = 200000 };
    char *body = mem_alloc(SIZE);
    struct site_page pages[] = {{.path = "/", .type = "text/html", .body = body, .body_size = SIZE}, {0}};
    struct http_settings settings = RIG_SETTINGS;
    struct rig *rig;
    struct page *page;

    (void)state;
    memset(body, 'z', SIZE);
    settings.limit_rate = 400000;
    rig = rig_start(pages, settings);
    page = rig_fetch(rig, PAGE_DOCUMENT, "/");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_true(page->times.total_ms >= 200);
    rig_done(rig, page);
    rig_stop(rig);
    free(body);
}

/* `size` times 'x' by gzip. */
static size_t gzip(unsigned char *out, size_t room, size_t size)
{
    char *plain = mem_alloc(size);
    z_stream z = {0};

    memset(plain, 'x', size);
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)plain;
    z.avail_in = (unsigned)size;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    free(plain);
    return z.total_out;
}

static void coded_bodies_are_decoded_and_must_be_whole(void **state)
{
    static unsigned char small[1000], large[100000];
    size_t small_size = gzip(small, sizeof small, 50000), large_size = gzip(large, sizeof large, 5000000);
    struct site_page pages[] = {{.path = "/whole", .body_size = small_size, .chunked = true},
                                {.path = "/cut", .body_size = small_size - 9},
                                {.path = "/bomb"},
                                {0}};
    struct rig *rig;
    struct page *page;
    char head[4096];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pages[i].type = "text/html";
        pages[i].headers = "Content-Encoding: gzip\r\n";
        pages[i].body = (const char *)small;
    }
    pages[2].body = (const char *)large;
    pages[2].body_size = large_size;
    rig = rig_start(pages, RIG_SETTINGS);
    page = rig_fetch(rig, PAGE_DOCUMENT, "/whole");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, 50000);
    assert_int_equal(page->body.data[49999], 'x');
    assert_true(page->wire_bytes < 2000);
    assert_int_equal(budget_used(rig->budget), page->body.capacity);
    rig_done(rig, page);
    rig_check(rig, "/cut", PAGE_TRUNCATED);
    rig_check(rig, "/bomb", PAGE_TOO_LARGE);
    assert_true(site_head(rig->site, "/whole", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"));
    rig_stop(rig);
}

static void transfers_beyond_the_budget_pause_and_come_whole(void **state)
{
    enum { COUNT = 8, SIZE = 200000 };
    char *body = mem_alloc(SIZE + 1);
    struct site_page site[] = {{.path = "/", .type = "text/html", .body = body}, {0}};
    struct http_settings settings = RIG_SETTINGS;
    struct page *pages[COUNT];
    struct rig *rig;

    (void)state;
    memset(body, 'y', SIZE);
    body[SIZE] = '\0';
    settings.idle_timeout_ms = 300;
    rig = rig_of(site_start(site), settings, 300000);
    for (int i = 0; i < COUNT; i++)
        http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, "/"));
    /* One fits, another has the way through: while they are held no other comes. */
    for (int i = 0; i < 2; i++)
        pages[i] = rig_wait(rig);
    while (budget_refusals(rig->budget) == 0)
        assert_int_equal(http_wait(rig->http, 1, &pages[2], 1), 0);
    /* Longer than idle_timeout_ms: that they wait is our doing, and not counted. */
    assert_int_equal(http_wait(rig->http, 400, &pages[2], 1), 0);
    assert_true(budget_used(rig->budget) <= 2 * (SIZE + 1));
    for (int i = 0; i < COUNT; i++) {
        if (i >= 2)
            pages[i] = rig_wait(rig);
        assert_int_equal(pages[i]->outcome, PAGE_OK);
        assert_int_equal(pages[i]->body.size, SIZE);
        rig_done(rig, pages[i]);
    }
    rig_stop(rig);
    free(body);
}

static void one_transfer_at_a_time_may_exceed_a_budget_of_nothing(void **state)
{
    static unsigned char coded[1000];
    size_t coded_size = gzip(coded, sizeof coded, 100000);
    struct site_page pages[] = {{.path = "/", .type = "text/html", .body = "<p>plain"},
                                {.path = "/gzip",
                                 .type = "text/html",
                                 .headers = "Content-Encoding: gzip\r\n",
                                 .body = (const char *)coded,
                                 .body_size = coded_size},
                                {0}};
    struct rig *rig = rig_of(site_start(pages), RIG_SETTINGS, 0);

    (void)state;
    for (int i = 0; i < 6; i++)
        http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, i % 2 ? "/" : "/gzip"));
    for (int i = 0; i < 6; i++) {
        struct page *page = rig_wait(rig);

        assert_int_equal(page->outcome, PAGE_OK);
        rig_done(rig, page);
    }
    rig_stop(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_without_end_ends_at_the_limit),
        cmocka_unit_test(heads_that_grow_beyond_the_limit_are_given_up),
        cmocka_unit_test(floods_cost_one_transfer_and_no_memory),
        cmocka_unit_test(of_a_long_robots_txt_the_first_512_kib_are_kept),
        cmocka_unit_test(a_limited_rate_is_kept),
        cmocka_unit_test(coded_bodies_are_decoded_and_must_be_whole),
        cmocka_unit_test(transfers_beyond_the_budget_pause_and_come_whole),
        cmocka_unit_test(one_transfer_at_a_time_may_exceed_a_budget_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

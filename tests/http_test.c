#include "http.h"

#include "clock.h"
#include "http_shared.h"
#include "mem.h"
#include "robots.h"
#include "site.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define BUDGET (64u * 1024 * 1024)

/* One thread's worth of transfers against a declared site. */
struct rig {
    struct site *site;
    struct http_settings settings;
    struct http_shared *shared;
    struct budget *budget;
    struct http *http;
};

static const struct http_settings SETTINGS = {
    .user_agent = "test/1",
    .connect_timeout_ms = 10000,
    .first_byte_timeout_ms = 10000,
    .idle_timeout_ms = 10000,
    .idle_bytes = 1,
    .total_timeout_ms = 30000,
    .body_bytes = 1000000,
    .sitemap_bytes = 2000000,
    .allow_private = true,
};

static struct rig *rig_of(struct site *site, struct http_settings settings, size_t budget)
{
    struct rig *rig = mem_new(sizeof *rig);
    struct err err = {""};

    rig->site = site;
    rig->settings = settings;
    rig->shared = http_shared_new(&rig->settings, &err);
    assert_string_equal(err.text, "");
    rig->budget = budget_new(budget);
    rig->http = http_new(rig->shared, rig->budget, &err);
    assert_non_null(rig->http);
    return rig;
}

static struct rig *rig_start(const struct site_page *pages, struct http_settings settings)
{
    return rig_of(site_start(pages), settings, BUDGET);
}

static void rig_stop(struct rig *rig)
{
    http_free(rig->http);
    assert_int_equal(budget_used(rig->budget), 0);
    budget_free(rig->budget);
    http_shared_free(rig->shared);
    site_stop(rig->site);
    free(rig);
}

static struct page *new_page(struct rig *rig, enum page_kind kind, const char *path)
{
    char url[SITE_URL_SIZE];
    struct page *page;

    if (strncmp(path, "http", 4) == 0)
        page = page_new(kind, path, strlen(path));
    else
        page = page_new(kind, site_url(rig->site, path, url), strlen(site_url(rig->site, path, url)));
    page->tries = 1;
    return page;
}

static struct page *wait_one(struct rig *rig)
{
    struct page *page = NULL;

    while (http_wait(rig->http, -1, &page, 1) == 0)
        continue;
    return page;
}

static struct page *fetch(struct rig *rig, enum page_kind kind, const char *path)
{
    http_start(rig->http, new_page(rig, kind, path));
    return wait_one(rig);
}

static void done(struct rig *rig, struct page *page)
{
    http_release_body(rig->budget, page);
    page_free(page);
}

static void check_outcome(struct rig *rig, const char *path, enum page_outcome outcome)
{
    struct page *page = fetch(rig, PAGE_DOCUMENT, path);

    if (page->outcome != outcome)
        print_error("%s: %s, not %s (%s)\n", path, page_outcome_names[page->outcome], page_outcome_names[outcome],
                    page->error);
    assert_int_equal(page->outcome, outcome);
    if (outcome != PAGE_OK && outcome != PAGE_HTTP_ERROR)
        assert_null(page->body.data);
    done(rig, page);
}

/* --- What comes of an answer --------------------------------------------------------- */

static void a_page_comes_with_its_body_type_and_times(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/",
         .type = "text/html; charset=x",
         .headers = "ETag: \"e\"\r\nLast-Modified: Mon\r\nX-Robots-Tag: noindex\r\nX-Robots-Tag: bot: nofollow\r\n"
                    "Refresh: 3; url=/b\r\n",
         .body = "<title>Home</title>"},
        {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *page = fetch(rig, PAGE_DOCUMENT, "/");

    (void)state;
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->status, 200);
    assert_string_equal(page->body.data, "<title>Home</title>");
    assert_int_equal(page->body_bytes, 19);
    assert_true(page->wire_bytes > 19 + 100 && page->wire_bytes < 19 + 300);
    assert_string_equal(page->mime.type, "text/html");
    assert_string_equal(page->mime.charset_label, "x");
    assert_string_equal(page->etag, "\"e\"");
    assert_string_equal(page->last_modified, "Mon");
    assert_string_equal(page->x_robots, "noindex, bot: nofollow");
    assert_string_equal(page->refresh, "3; url=/b");
    assert_string_equal(page->address, "127.0.0.1");
    assert_string_equal(page->http_version, "1.1");
    assert_string_equal(page->error, "");
    assert_true(page->times.total_ms >= 0 && page->times.first_byte_ms >= 0 && page->times.connect_ms >= 0);
    assert_int_equal(page->times.tls_ms, -1);
    assert_int_equal(page->retry_after_ms, -1);
    assert_true(page->fetched_ms > 0);
    assert_int_equal(budget_used(rig->budget), page->body.capacity);
    done(rig, page);
    rig_stop(rig);
}

static const struct {
    const char *what, *raw;
    enum page_outcome outcome;
    int status;
    const char *body; /* NULL: none */
} RAW[] = {
    {"no length, closed", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", PAGE_OK, 200, "<p>"},
    {"no type, sniffed", "HTTP/1.1 200 OK\r\n\r\n<!doctype html><p>", PAGE_OK, 200, "<!doctype html><p>"},
    {"no type, no HTML", "HTTP/1.1 200 OK\r\n\r\nGIF89a", PAGE_WRONG_TYPE, 200, NULL},
    {"no type, no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", PAGE_OK, 200, ""},
    {"image", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n<title>", PAGE_WRONG_TYPE, 200, NULL},
    {"text", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n<title>", PAGE_WRONG_TYPE, 200, NULL},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", PAGE_OK, 204, NULL},
    {"404", "HTTP/1.1 404 No\r\nContent-Type: text/html\r\n\r\n<title>", PAGE_HTTP_ERROR, 404, "<title>"},
    {"404 image", "HTTP/1.1 404 No\r\nContent-Type: image/gif\r\n\r\nGIF89a", PAGE_HTTP_ERROR, 404, NULL},
    {"404 cut", "HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<", PAGE_HTTP_ERROR, 404, NULL},
    {"503", "HTTP/1.1 503 No\r\nContent-Type: text/html\r\n\r\n<title>", PAGE_HTTP_ERROR, 503, NULL},
    {"999", "HTTP/1.1 999 Denied\r\nContent-Type: text/html\r\n\r\n", PAGE_HTTP_ERROR, 999, NULL},
    {"304 unasked", "HTTP/1.1 304 Not Modified\r\n\r\n", PAGE_HTTP_ERROR, 304, NULL},
    {"redirect", "HTTP/1.1 301 Go\r\nLocation: /x\r\nLocation: /y\r\n\r\nmoved", PAGE_REDIRECT, 301, NULL},
    {"redirect to nowhere", "HTTP/1.1 302 Go\r\n\r\nmoved", PAGE_BAD_REDIRECT, 302, NULL},
    {"interim heads",
     "HTTP/1.1 103 Hints\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", PAGE_OK,
     200, "<p>"},
    {"folded line", "HTTP/1.1 200 OK\r\nContent-Type:\r\n text/html\r\n\r\n<p>", PAGE_OK, 200, "<p>"},
    {"length cut", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>", PAGE_TRUNCATED, 200,
     NULL},
    {"chunks cut", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n",
     PAGE_TRUNCATED, 200, NULL},
    {"chunks that are none",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<p>\r\n",
     PAGE_PROTOCOL_ERROR, 200, NULL},
    {"trailer",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n0\r\n"
     "Content-Length: 77\r\nContent-Type: image/png\r\n\r\n",
     PAGE_OK, 200, "<p>"},
    {"closed in the head", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", PAGE_CONN_ERROR, 0, NULL},
    {"closed in the status", "HTTP/1.1 2", PAGE_CONN_ERROR, 0, NULL},
    {"nothing at all", "", PAGE_CONN_ERROR, 0, NULL},
    {"HTTP/0.9", "<title>old</title>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"no HTTP", "\x01\x02 BANANA/9.9\r\n\r\n", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length banana", "HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length 3x", "HTTP/1.1 200 OK\r\nContent-Length: 3x\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length -1", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length of 21 digits", "HTTP/1.1 200 OK\r\nContent-Length: 123456789012345678901\r\n\r\n<p>", PAGE_PROTOCOL_ERROR,
     0, NULL},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0,
     NULL},
    {"two lengths in a list", "HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"the same length twice",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n<p>", PAGE_OK, 200,
     "<p>"},
    {"coding unknown", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: x-rot\r\n\r\n<p>",
     PAGE_DECODE_ERROR, 200, NULL},
    {"gzip that is none", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n<p>",
     PAGE_DECODE_ERROR, 200, NULL},
    {"announced too large", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000001\r\n\r\n<p>",
     PAGE_TOO_LARGE, 200, NULL},
};

static void every_answer_has_its_outcome_and_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RAW / sizeof *RAW; i++) {
        struct site_page pages[] = {{.path = "/", .raw = RAW[i].raw}, {0}};
        struct rig *rig = rig_start(pages, SETTINGS);
        struct page *page = fetch(rig, PAGE_DOCUMENT, "/");

        if (page->outcome != RAW[i].outcome || page->status != RAW[i].status)
            print_error("%s: %s %d (%s)\n", RAW[i].what, page_outcome_names[page->outcome], page->status, page->error);
        assert_int_equal(page->outcome, RAW[i].outcome);
        assert_int_equal(page->status, RAW[i].status);
        if (RAW[i].body == NULL || RAW[i].body[0] == '\0')
            assert_int_equal(page->body.size, 0);
        else
            assert_string_equal(page->body.data, RAW[i].body);
        if (page->outcome != PAGE_OK && page->outcome != PAGE_HTTP_ERROR && page->outcome != PAGE_REDIRECT &&
            page->outcome != PAGE_WRONG_TYPE && page->outcome != PAGE_BAD_REDIRECT)
            assert_string_not_equal(page->error, "");
        done(rig, page);
        rig_stop(rig);
    }
}

static void the_first_location_is_kept_as_it_came(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .raw = "HTTP/1.1 301 Go\r\nLocation: /\xff(%zz \r\nLocation: /y\r\n\r\n"}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *page = fetch(rig, PAGE_DOCUMENT, "/");

    (void)state;
    assert_string_equal(page->location, "/\xff(%zz");
    done(rig, page);
    rig_stop(rig);
}

static void a_lost_connection_is_told_from_a_cut_body(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/resets", .type = "text/html", .fault = SITE_RESETS},
        {.path = "/closes", .type = "text/html", .fault = SITE_CLOSES},
        {.path = "/cut", .type = "text/html", .body = "<p>half", .fault = SITE_TRUNCATES},
        {.path = "/broken", .type = "text/html", .body = "<p>half", .fault = SITE_BREAKS},
        {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);

    (void)state;
    check_outcome(rig, "/resets", PAGE_CONN_ERROR);
    check_outcome(rig, "/closes", PAGE_CONN_ERROR);
    check_outcome(rig, "/cut", PAGE_TRUNCATED);
    check_outcome(rig, "/broken", PAGE_TRUNCATED);
    rig_stop(rig);
}

static void hosts_that_are_not_there_and_hosts_without_tls_are_told_apart(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct site *gone = site_start(SITE);
    char url[SITE_URL_SIZE];

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", site_port(rig->site));
    check_outcome(rig, url, PAGE_BAD_TLS);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", site_port(gone));
    site_stop(gone);
    check_outcome(rig, url, PAGE_CONN_ERROR);
    check_outcome(rig, "http://name.invalid/", PAGE_DNS_ERROR);
    rig_stop(rig);
}

/* --- Limits of time --------------------------------------------------------------------- */

static void a_silent_a_stalled_and_a_dripping_answer_end_by_their_limits(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/silent", .type = "text/html", .fault = SITE_SILENT},
        {.path = "/stalls", .type = "text/html", .body = "<p>half", .fault = SITE_STALLS},
        {.path = "/drips",
         .type = "text/html",
         .body = "<p>a long text, a byte at a time, slow and slow",
         .drip_ms = 10},
        {.path = "/head", .raw = "HTTP/1.1 200 OK\r\nX: a head that comes a byte at a time", .drip_ms = 10},
        {0}};
    struct http_settings settings = SETTINGS;
    struct rig *rig;

    (void)state;
    settings.first_byte_timeout_ms = 120;
    settings.idle_timeout_ms = 100;
    settings.idle_bytes = 50;
    rig = rig_start(SITE, settings);
    check_outcome(rig, "/silent", PAGE_TIMEOUT);
    check_outcome(rig, "/stalls", PAGE_TIMEOUT);
    check_outcome(rig, "/drips", PAGE_TIMEOUT);
    check_outcome(rig, "/head", PAGE_TIMEOUT);
    rig_stop(rig);

    settings = SETTINGS;
    settings.total_timeout_ms = 100;
    rig = rig_start(SITE, settings);
    check_outcome(rig, "/drips", PAGE_TIMEOUT);
    rig_stop(rig);
}

/* --- Limits of size ---------------------------------------------------------------------- */

static void a_body_without_end_ends_at_the_limit(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .type = "text/html", .body = "<p>and so on and on", .fault = SITE_ENDLESS}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);

    (void)state;
    check_outcome(rig, "/", PAGE_TOO_LARGE);
    rig_stop(rig);
}

static void heads_that_grow_beyond_the_limit_are_given_up(void **state)
{
    struct buf head = {.limit = 1000000}, hints = {.limit = 1000000};
    struct site_page pages[] = {{.path = "/long"}, {.path = "/hints"}, {.path = "/fits"}, {0}};
    struct http_settings settings = SETTINGS;
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
    check_outcome(rig, "/long", PAGE_TOO_LARGE);
    check_outcome(rig, "/hints", PAGE_TOO_LARGE);
    rig_stop(rig);
    rig = rig_start(pages, SETTINGS);
    check_outcome(rig, "/fits", PAGE_OK);
    check_outcome(rig, "/hints", PAGE_OK);
    rig_stop(rig);
    buf_free(&head);
    buf_free(&hints);
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
    rig = rig_start(pages, SETTINGS);
    page = fetch(rig, PAGE_ROBOTS, "/long");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, ROBOTS_BODY_LIMIT);
    assert_string_equal(page->error, "only the first 512 KiB were read");
    done(rig, page);
    page = fetch(rig, PAGE_ROBOTS, "/exact");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, ROBOTS_BODY_LIMIT);
    assert_string_equal(page->error, "");
    done(rig, page);
    page = fetch(rig, PAGE_ROBOTS, "/none");
    assert_int_equal(page->outcome, PAGE_HTTP_ERROR);
    assert_null(page->body.data);
    done(rig, page);
    rig_stop(rig);
    free(rules);
}

/* --- Codings ----------------------------------------------------------------------------- */

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
    rig = rig_start(pages, SETTINGS);
    page = fetch(rig, PAGE_DOCUMENT, "/whole");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_int_equal(page->body.size, 50000);
    assert_int_equal(page->body.data[49999], 'x');
    assert_true(page->wire_bytes < 2000);
    assert_int_equal(budget_used(rig->budget), page->body.capacity);
    done(rig, page);
    check_outcome(rig, "/cut", PAGE_TRUNCATED);
    check_outcome(rig, "/bomb", PAGE_TOO_LARGE);
    assert_true(site_head(rig->site, "/whole", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"));
    rig_stop(rig);
}

/* --- The budget -------------------------------------------------------------------------- */

static void transfers_beyond_the_budget_pause_and_come_whole(void **state)
{
    enum { COUNT = 8, SIZE = 200000 };
    char *body = mem_alloc(SIZE + 1);
    struct site_page site[] = {{.path = "/", .type = "text/html", .body = body}, {0}};
    struct http_settings settings = SETTINGS;
    struct page *pages[COUNT];
    struct rig *rig;

    (void)state;
    memset(body, 'y', SIZE);
    body[SIZE] = '\0';
    settings.idle_timeout_ms = 300;
    rig = rig_of(site_start(site), settings, 300000);
    for (int i = 0; i < COUNT; i++)
        http_start(rig->http, new_page(rig, PAGE_DOCUMENT, "/"));
    /* One fits, another has the way through: while they are held no other comes. */
    for (int i = 0; i < 2; i++)
        pages[i] = wait_one(rig);
    while (budget_refusals(rig->budget) == 0)
        assert_int_equal(http_wait(rig->http, 1, &pages[2], 1), 0);
    /* Longer than idle_timeout_ms: that they wait is our doing, and not counted. */
    assert_int_equal(http_wait(rig->http, 400, &pages[2], 1), 0);
    assert_true(budget_used(rig->budget) <= 2 * (SIZE + 1));
    for (int i = 0; i < COUNT; i++) {
        if (i >= 2)
            pages[i] = wait_one(rig);
        assert_int_equal(pages[i]->outcome, PAGE_OK);
        assert_int_equal(pages[i]->body.size, SIZE);
        done(rig, pages[i]);
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
    struct rig *rig = rig_of(site_start(pages), SETTINGS, 0);

    (void)state;
    for (int i = 0; i < 6; i++)
        http_start(rig->http, new_page(rig, PAGE_DOCUMENT, i % 2 ? "/" : "/gzip"));
    for (int i = 0; i < 6; i++) {
        struct page *page = wait_one(rig);

        assert_int_equal(page->outcome, PAGE_OK);
        done(rig, page);
    }
    rig_stop(rig);
}

/* --- Connections -------------------------------------------------------------------------- */

static void connections_are_kept_alive_from_page_to_page(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/a", .type = "text/html", .body = "<p>"},
        {.path = "/image", .type = "image/png", .body = "small"},
        {.path = "/moved", .status = 301, .headers = "Location: /a\r\n", .type = "text/plain", .body = "moved"},
        {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    const char *const paths[] = {"/a", "/image", "/moved", "/none"};

    (void)state;
    for (size_t i = 0; i < 20; i++)
        done(rig, fetch(rig, PAGE_DOCUMENT, paths[i % 4]));
    assert_int_equal(site_connections(rig->site), 1);
    assert_int_equal(site_requests(rig->site, NULL), 20);
    rig_stop(rig);
}

static void a_connection_that_died_in_the_pool_is_no_failure_of_the_page(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>", .fault = SITE_DROPS},
                                            {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);

    (void)state;
    for (int i = 0; i < 5; i++)
        check_outcome(rig, "/", PAGE_OK);
    rig_stop(rig);
}

static void many_transfers_run_at_once(void **state)
{
    enum { COUNT = 40 };
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>", .delay_ms = 100}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *pages[COUNT];
    size_t count = 0;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        http_start(rig->http, new_page(rig, PAGE_DOCUMENT, "/"));
    assert_int_equal(http_running(rig->http), COUNT);
    while (count < COUNT)
        count += http_wait(rig->http, -1, pages + count, COUNT - count);
    assert_true(site_most_parallel(rig->site) > COUNT / 2);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pages[i]->outcome, PAGE_OK);
        done(rig, pages[i]);
    }
    rig_stop(rig);
}

static void what_runs_can_be_given_up_as_if_never_asked_for(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/silent", .fault = SITE_SILENT},
        {.path = "/half", .type = "text/html", .body = "<p>half of it", .fault = SITE_STALLS},
        {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *pages[3];

    (void)state;
    http_start(rig->http, new_page(rig, PAGE_DOCUMENT, "/silent"));
    http_start(rig->http, new_page(rig, PAGE_DOCUMENT, "/half"));
    http_start(rig->http, new_page(rig, PAGE_DOCUMENT, "http://user@[/"));
    while (site_requests(rig->site, NULL) < 2 || budget_used(rig->budget) == 0)
        http_wait(rig->http, 5, pages, 0);
    assert_int_equal(http_running(rig->http), 3);
    assert_int_equal(http_give_up(rig->http, pages), 3);
    assert_int_equal(http_running(rig->http), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pages[i]->outcome, PAGE_PENDING);
        page_free(pages[i]);
    }
    rig_stop(rig);
}

static void *wake_main(void *arg)
{
    http_wake(arg);
    http_wake(arg);
    return NULL;
}

static void another_thread_ends_the_waiting(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *page;
    pthread_t thread;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake_main, rig->http), 0);
        assert_int_equal(http_wait(rig->http, -1, &page, 1), 0);
        pthread_join(thread, NULL);
        while (http_wait(rig->http, 0, &page, 1) != 0)
            continue;
    }
    rig_stop(rig);
}

static void no_descriptor_left_is_said_as_such(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>"}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct rlimit limit, tight;
    struct page *page;
    int next = dup(0);

    (void)state;
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    tight = limit;
    tight.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    page = fetch(rig, PAGE_DOCUMENT, "/");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(page->outcome, PAGE_CONN_ERROR);
    assert_non_null(strstr(page->error, "ulimit -n"));
    done(rig, page);
    check_outcome(rig, "/", PAGE_OK);
    rig_stop(rig);
}

struct worker {
    struct rig rig; /* its own http, all else shared */
    pthread_t thread;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    char url[SITE_URL_SIZE];

    for (int i = 0; i < 30; i++) {
        snprintf(url, sizeof url, "http://h%d.test:%d/", i % 5, site_port(worker->rig.site));
        done(&worker->rig, fetch(&worker->rig, PAGE_DOCUMENT, url));
    }
    return NULL;
}

static void threads_share_names_cookies_and_the_budget(void **state)
{
    enum { COUNT = 4 };
    static const struct site_page SITE[] = {
        {.path = "/", .type = "text/html", .headers = "Set-Cookie: a=b\r\n", .body = "<p>"}, {0}};
    struct site *site = site_start(SITE);
    struct http_settings settings = SETTINGS;
    struct worker workers[COUNT];
    char names[5][64];
    const char *const resolve[] = {names[0], names[1], names[2], names[3], names[4], NULL};
    struct rig *rig;

    (void)state;
    for (int i = 0; i < 5; i++)
        snprintf(names[i], sizeof names[i], "h%d.test:%d:127.0.0.1", i, site_port(site));
    settings.resolve = resolve;
    rig = rig_of(site, settings, 10);
    for (int i = 0; i < COUNT; i++) {
        struct err err;

        workers[i].rig = *rig;
        workers[i].rig.http = http_new(rig->shared, rig->budget, &err);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        pthread_join(workers[i].thread, NULL);
        http_free(workers[i].rig.http);
    }
    assert_true(site_requests(site, "/") >= COUNT * 30);
    rig_stop(rig);
}

/* --- Whom we ask ------------------------------------------------------------------------------ */

static bool is_seed(void *arg, struct slice host)
{
    return slice_is(host, arg);
}

static void private_addresses_are_refused_unless_a_seed_names_the_host(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>"}, {0}};
    struct site *site = site_start(SITE);
    struct http_settings settings = SETTINGS;
    char resolve[3][64], url[SITE_URL_SIZE];
    const char *const entries[] = {resolve[0], resolve[1], resolve[2], NULL};
    struct rig *rig;

    (void)state;
    snprintf(resolve[0], sizeof resolve[0], "seed.test:%d:127.0.0.1", site_port(site));
    snprintf(resolve[1], sizeof resolve[1], "rebound.test:%d:127.0.0.1", site_port(site));
    snprintf(resolve[2], sizeof resolve[2], "mapped.test:%d:[::ffff:127.0.0.1]", site_port(site));
    settings.allow_private = false;
    settings.may_be_private = is_seed;
    settings.arg = (char *)"seed.test";
    settings.resolve = entries;
    rig = rig_of(site, settings, BUDGET);
    check_outcome(rig, "/", PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://rebound.test:%d/", site_port(site));
    check_outcome(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://mapped.test:%d/", site_port(site));
    check_outcome(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://[::1]:%d/", site_port(site));
    check_outcome(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://2130706433:%d/", site_port(site));
    check_outcome(rig, url, PAGE_BLOCKED_ADDRESS);
    assert_int_equal(site_connections(site), 0);
    snprintf(url, sizeof url, "http://seed.test:%d/", site_port(site));
    check_outcome(rig, url, PAGE_OK);
    rig_stop(rig);
}

static void what_is_sent_is_the_url_as_it_stands_without_userinfo(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    char url[SITE_URL_SIZE], head[4096];
    static const char *const targets[] = {"/?", "/a/%2e%2E.x/b//c/.../;x?y=[|]{}^`\\~%zz&&", "/%"};

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%d%s", site_port(rig->site), targets[i]);
        check_outcome(rig, url, PAGE_HTTP_ERROR);
        if (!site_head(rig->site, targets[i], head, sizeof head))
            print_error("%s was not asked for\n", targets[i]);
        assert_true(site_head(rig->site, targets[i], head, sizeof head));
        assert_null(strstr(head, "uthorization"));
        assert_non_null(strstr(head, "User-Agent: test/1\r\n"));
    }
    rig_stop(rig);
}

static void a_host_that_libcurl_reads_in_another_way_is_not_asked(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *page = fetch(rig, PAGE_DOCUMENT, "http://a=b.test/");

    (void)state;
    assert_int_equal(page->outcome, PAGE_BLOCKED_ADDRESS);
    assert_non_null(strstr(page->error, "libcurl refuses the host"));
    done(rig, page);
    rig_stop(rig);
}

static void only_a_proxy_that_was_given_is_asked(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "http://public.example/a", .type = "text/html", .body = "<p>by proxy"},
        {.path = "/b", .type = "text/html", .body = "<p>itself"},
        {0}};
    struct http_settings settings = SETTINGS;
    struct site *site = site_start(SITE);
    char proxy[SITE_URL_SIZE];
    struct rig *rig;

    (void)state;
    site_url(site, "", proxy);
    settings.proxy = proxy;
    settings.allow_private = false;
    rig = rig_of(site, settings, BUDGET);
    check_outcome(rig, "http://public.example/a", PAGE_OK);
    check_outcome(rig, "http://127.0.0.1:1/", PAGE_BLOCKED_ADDRESS);
    rig_stop(rig);

    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("all_proxy", "http://127.0.0.1:1/", 1);
    rig = rig_start(SITE, SETTINGS);
    check_outcome(rig, "/b", PAGE_OK);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    rig_stop(rig);
}

static void a_netrc_file_is_used_where_its_machine_is(void **state)
{
    static const struct site_page SITE[] = {{0}};
    char name[] = "http_test-XXXXXX", head[4096];
    FILE *file = fdopen(mkstemp(name), "w");
    struct http_settings settings = SETTINGS;
    struct rig *rig;

    (void)state;
    fputs("machine 127.0.0.1 login Aladdin password sesame\n", file);
    fclose(file);
    settings.netrc_file = name;
    rig = rig_start(SITE, settings);
    check_outcome(rig, "/", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: Basic QWxhZGRpbjpzZXNhbWU=\r\n"));
    rig_stop(rig);
    remove(name);
}

static void a_limited_rate_is_kept(void **state)
{
    enum { SIZE = 200000 };
    char *body = mem_alloc(SIZE);
    struct site_page pages[] = {{.path = "/", .type = "text/html", .body = body, .body_size = SIZE}, {0}};
    struct http_settings settings = SETTINGS;
    struct rig *rig;
    struct page *page;

    (void)state;
    memset(body, 'z', SIZE);
    settings.limit_rate = 400000;
    rig = rig_start(pages, settings);
    page = fetch(rig, PAGE_DOCUMENT, "/");
    assert_int_equal(page->outcome, PAGE_OK);
    assert_true(page->times.total_ms >= 200);
    done(rig, page);
    rig_stop(rig);
    free(body);
}

static void sitemaps_are_taken_whatever_their_type(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "application/octet-stream", .body = "<urlset>"}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct page *page = fetch(rig, PAGE_SITEMAP, "/");

    (void)state;
    assert_int_equal(page->outcome, PAGE_OK);
    assert_string_equal(page->body.data, "<urlset>");
    done(rig, page);
    rig_stop(rig);
}

static void external_links_are_asked_for_by_head_and_then_by_get(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .type = "video/mp4", .body = "a film without end ", .fault = SITE_ENDLESS},
        {.path = "/no", .status = 405, .type = "text/html", .body = "<p>no"},
        {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct site_request log[2];
    struct page *page = fetch(rig, PAGE_EXTERNAL, "/no");

    (void)state;
    assert_int_equal(page->outcome, PAGE_HTTP_ERROR);
    assert_int_equal(page->status, 405);
    assert_true(page_may_retry(page));
    done(rig, page);
    page = new_page(rig, PAGE_EXTERNAL, "/");
    page->tries = 2;
    http_start(rig->http, page);
    page = wait_one(rig);
    assert_int_equal(page->outcome, PAGE_OK);
    assert_null(page->body.data);
    done(rig, page);
    assert_int_equal(site_log(rig->site, 0, log, 2), 2);
    assert_string_equal(log[0].method, "HEAD");
    assert_string_equal(log[1].method, "GET");
    rig_stop(rig);
}

static void a_cookie_comes_back_to_its_host(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/set", .type = "text/html", .headers = "Set-Cookie: wall=1; Path=/\r\n", .body = "<p>"}, {0}};
    struct rig *rig = rig_start(SITE, SETTINGS);
    struct err err;
    struct http *other = http_new(rig->shared, rig->budget, &err), *first = rig->http;
    char head[4096];

    (void)state;
    check_outcome(rig, "/set", PAGE_OK);
    rig->http = other; /* another thread's */
    check_outcome(rig, "/get", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/get", head, sizeof head));
    assert_non_null(strstr(head, "\r\nCookie: wall=1\r\n"));
    http_free(first);
    rig_stop(rig);
}

static void cookies_of_the_users_file_are_sent(void **state)
{
    static const struct site_page SITE[] = {{0}};
    char name[] = "http_test-XXXXXX", head[4096];
    FILE *file = fdopen(mkstemp(name), "w");
    struct http_settings settings = SETTINGS;
    struct rig *rig;

    (void)state;
    fputs("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tlogin\tyes\n", file);
    fclose(file);
    settings.cookie_file = name;
    rig = rig_start(SITE, settings);
    check_outcome(rig, "/", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/", head, sizeof head));
    assert_non_null(strstr(head, "\r\nCookie: login=yes\r\n"));
    rig_stop(rig);
    remove(name);
}

/* Each answer sets thirty cookies of other names. */
static bool make_cookies(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    (void)arg;
    (void)host;
    for (int i = 0; i < 30; i++)
        buf_printf(text, "Set-Cookie: %s-%d=%03000d; Path=/never\r\n", target + 1, i, i);
    *page = (struct site_page){.type = "text/html", .headers = text->data, .body = "<p>"};
    return true;
}

static void a_flood_of_cookies_is_forgotten(void **state)
{
    struct rig *rig = rig_of(site_start_made(make_cookies, NULL, 0), SETTINGS, BUDGET);
    struct curl_slist *cookies = NULL;
    CURL *easy = curl_easy_init();
    size_t bytes = 0;

    (void)state;
    for (int i = 0; i < 60; i++) {
        char path[16];

        snprintf(path, sizeof path, "/%d", i);
        check_outcome(rig, path, PAGE_OK);
    }
    curl_easy_setopt(easy, CURLOPT_SHARE, rig->shared->share);
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies);
    for (const struct curl_slist *c = cookies; c != NULL; c = c->next)
        bytes += strlen(c->data);
    curl_slist_free_all(cookies);
    curl_easy_cleanup(easy);
    assert_in_range(bytes, 1, HTTP_COOKIE_BYTES_MAX);
    rig_stop(rig);
}

static void secrets_go_only_where_they_belong(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct site *site = site_start(SITE), *other = site_start(SITE);
    struct http_settings settings = SETTINGS;
    static const char *const headers[] = {"Authorization: for-seeds", "X-All: 1", "Accept: a/b", NULL};
    char basic[128], resolve[64], url[SITE_URL_SIZE], head[4096];
    const char *const credentials[] = {basic, NULL}, *const entries[] = {resolve, NULL};
    struct rig *rig;

    (void)state;
    snprintf(basic, sizeof basic, "http://127.0.0.1:%d/x Aladdin:open sesame", site_port(site));
    snprintf(resolve, sizeof resolve, "seed.test:%d:127.0.0.1", site_port(site));
    settings.headers = headers;
    settings.credentials = credentials;
    settings.resolve = entries;
    settings.may_be_private = is_seed;
    settings.arg = (char *)"seed.test";
    rig = rig_of(site, settings, BUDGET);
    check_outcome(rig, "/a", PAGE_HTTP_ERROR);
    assert_true(site_head(site, "/a", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
    assert_null(strstr(head, "for-seeds"));
    snprintf(url, sizeof url, "http://seed.test:%d/b", site_port(site));
    check_outcome(rig, url, PAGE_HTTP_ERROR);
    assert_true(site_head(site, "/b", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: for-seeds\r\n"));
    check_outcome(rig, site_url(other, "/c", url), PAGE_HTTP_ERROR);
    assert_true(site_head(other, "/c", head, sizeof head));
    assert_null(strstr(head, "Authorization"));
    assert_non_null(strstr(head, "\r\nX-All: 1\r\n"));
    assert_non_null(strstr(head, "\r\nAccept: a/b\r\n"));
    assert_null(strstr(head, "text/html"));
    site_stop(other);
    rig_stop(rig);
}

static void settings_that_cannot_be_used_are_refused_with_a_reason(void **state)
{
    static const char *const bad_header[] = {"no colon", NULL}, *const two_lines[] = {"A: b\r\nC: d", NULL};
    static const char *const no_origin[] = {"ftp://a.example/ x:y", NULL}, *const no_secret[] = {"http://a.example/",
                                                                                                 NULL};
    const struct http_settings bad[] = {
        {.headers = bad_header},    {.headers = two_lines},        {.credentials = no_origin},
        {.credentials = no_secret}, {.cookie_file = "/no/such/1"}, {.cacert = "/no/such/2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {""};

        assert_null(http_shared_new(&bad[i], &err));
        assert_string_not_equal(err.text, "");
    }
}

static void retry_after_is_read_as_seconds_or_as_a_date(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/s", .status = 503, .headers = "Retry-After: 120\r\n"},
        {.path = "/huge", .status = 503, .headers = "Retry-After: 99999999999999999999999\r\n"},
        {.path = "/past", .status = 429, .headers = "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"},
        {.path = "/future", .status = 429, .headers = "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"},
        {.path = "/junk", .status = 429, .headers = "Retry-After: soon\r\n"},
        {0}};
    static const struct {
        const char *path;
        int64_t wait_ms;
    } waits[] = {{"/s", 120000},
                 {"/huge", INT64_C(366) * 24 * 3600 * 1000},
                 {"/past", 0},
                 {"/future", INT64_C(366) * 24 * 3600 * 1000},
                 {"/junk", -1}};
    struct rig *rig = rig_start(SITE, SETTINGS);

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        struct page *page = fetch(rig, PAGE_DOCUMENT, waits[i].path);

        assert_true(page->retry_after_ms == waits[i].wait_ms);
        done(rig, page);
    }
    rig_stop(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_comes_with_its_body_type_and_times),
        cmocka_unit_test(every_answer_has_its_outcome_and_status),
        cmocka_unit_test(the_first_location_is_kept_as_it_came),
        cmocka_unit_test(a_lost_connection_is_told_from_a_cut_body),
        cmocka_unit_test(hosts_that_are_not_there_and_hosts_without_tls_are_told_apart),
        cmocka_unit_test(a_silent_a_stalled_and_a_dripping_answer_end_by_their_limits),
        cmocka_unit_test(a_body_without_end_ends_at_the_limit),
        cmocka_unit_test(heads_that_grow_beyond_the_limit_are_given_up),
        cmocka_unit_test(of_a_long_robots_txt_the_first_512_kib_are_kept),
        cmocka_unit_test(coded_bodies_are_decoded_and_must_be_whole),
        cmocka_unit_test(transfers_beyond_the_budget_pause_and_come_whole),
        cmocka_unit_test(one_transfer_at_a_time_may_exceed_a_budget_of_nothing),
        cmocka_unit_test(connections_are_kept_alive_from_page_to_page),
        cmocka_unit_test(a_connection_that_died_in_the_pool_is_no_failure_of_the_page),
        cmocka_unit_test(many_transfers_run_at_once),
        cmocka_unit_test(what_runs_can_be_given_up_as_if_never_asked_for),
        cmocka_unit_test(another_thread_ends_the_waiting),
        cmocka_unit_test(no_descriptor_left_is_said_as_such),
        cmocka_unit_test(threads_share_names_cookies_and_the_budget),
        cmocka_unit_test(private_addresses_are_refused_unless_a_seed_names_the_host),
        cmocka_unit_test(what_is_sent_is_the_url_as_it_stands_without_userinfo),
        cmocka_unit_test(a_host_that_libcurl_reads_in_another_way_is_not_asked),
        cmocka_unit_test(only_a_proxy_that_was_given_is_asked),
        cmocka_unit_test(a_netrc_file_is_used_where_its_machine_is),
        cmocka_unit_test(a_limited_rate_is_kept),
        cmocka_unit_test(sitemaps_are_taken_whatever_their_type),
        cmocka_unit_test(external_links_are_asked_for_by_head_and_then_by_get),
        cmocka_unit_test(a_cookie_comes_back_to_its_host),
        cmocka_unit_test(cookies_of_the_users_file_are_sent),
        cmocka_unit_test(a_flood_of_cookies_is_forgotten),
        cmocka_unit_test(secrets_go_only_where_they_belong),
        cmocka_unit_test(settings_that_cannot_be_used_are_refused_with_a_reason),
        cmocka_unit_test(retry_after_is_read_as_seconds_or_as_a_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

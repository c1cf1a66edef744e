#include "http_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_page_comes_with_its_body_type_and_times(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/",
         .type = "text/html; charset=x",
         .headers = "ETag: \"e\"\r\nLast-Modified: Mon\r\nX-Robots-Tag: noindex\r\nX-Robots-Tag: bot: nofollow\r\n"
                    "Refresh: 3; url=/b\r\n",
         .body = "<title>Home</title>"},
        {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *page = rig_fetch(rig, PAGE_DOCUMENT, "/");

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
    assert_string_equal(page->x_robots, "noindex\nbot: nofollow");
    assert_string_equal(page->refresh, "3; url=/b");
    assert_string_equal(page->address, "127.0.0.1");
    assert_string_equal(page->http_version, "1.1");
    assert_string_equal(page->error, "");
    assert_true(page->times.total_ms >= 0 && page->times.first_byte_ms >= 0 && page->times.connect_ms >= 0);
    assert_int_equal(page->times.tls_ms, -1);
    assert_int_equal(page->retry_after_ms, -1);
    assert_true(page->fetched_ms > 0);
    assert_int_equal(budget_used(rig->budget), page->body.capacity);
    rig_done(rig, page);
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
    {"a line without a colon", "HTTP/1.1 200 OK\r\nbanana\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"a head that begins with a blank", "HTTP/1.1 200 OK\r\n Content-Type: text/html\r\n\r\n<p>", PAGE_PROTOCOL_ERROR,
     0, NULL},
    {"length +3", "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length 0x3", "HTTP/1.1 200 OK\r\nContent-Length: 0x3\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"no length at all", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"length 2^63 - 1", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9223372036854775807\r\n\r\n<p>",
     PAGE_TOO_LARGE, 200, NULL},
    {"length 0 with a body", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n<p>", PAGE_OK, 200,
     ""},
    {"length and chunks: chunks count",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 300\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\n<p>\r\n0\r\n\r\n",
     PAGE_OK, 200, "<p>"},
    {"a chunk of 2^64 bytes",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n<p>\r\n",
     PAGE_PROTOCOL_ERROR, 200, NULL},
    {"a chunk of -3 bytes",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\n<p>\r\n",
     PAGE_PROTOCOL_ERROR, 200, NULL},
    {"chunks that run on",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>0\r\n\r\n",
     PAGE_PROTOCOL_ERROR, 200, NULL},
    {"six codings",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n\r\n<p>",
     PAGE_DECODE_ERROR, 200, NULL},
    {"HTTP/9.9", "HTTP/9.9 200 OK\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"status 000", "HTTP/1.1 000 No\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"status 1000", "HTTP/1.1 1000 No\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"status 600", "HTTP/1.1 600 No\r\nContent-Type: text/html\r\n\r\n<p>", PAGE_HTTP_ERROR, 600, NULL},
    {"206 unasked", "HTTP/1.1 206 Part\r\nContent-Type: text/html\r\n\r\n<p>", PAGE_OK, 206, "<p>"},
    {"204 with a body", "HTTP/1.1 204 No\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>", PAGE_OK, 204,
     NULL},
    {"305 with a proxy", "HTTP/1.1 305 Use\r\nLocation: http://127.0.0.1:1/\r\n\r\n", PAGE_HTTP_ERROR, 305, NULL},
    {"407", "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Basic\r\n\r\n", PAGE_HTTP_ERROR, 407, NULL},
    {"another service", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nAlt-Svc: h2=\"127.0.0.2:443\"\r\n\r\n<p>",
     PAGE_OK, 200, "<p>"},
    {"ICY", "ICY 200 OK\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"a part of it", "HTTP/1.1 206 Part\r\nContent-Type: text/html\r\nContent-Range: bytes 0-2/4\r\n\r\n<p>",
     PAGE_TRUNCATED, 206, NULL},
    {"a later part", "HTTP/1.1 206 Part\r\nContent-Type: text/html\r\nContent-Range: bytes 1-3/4\r\n\r\n<p>",
     PAGE_TRUNCATED, 206, NULL},
    {"all of it as a part", "HTTP/1.1 206 Part\r\nContent-Type: text/html\r\nContent-Range: bytes 0-2/3\r\n\r\n<p>",
     PAGE_OK, 206, "<p>"},
    {"another protocol", "HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"a transfer coding that is none",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: x-rot\r\n\r\n<p>", PAGE_PROTOCOL_ERROR, 0, NULL},
    {"a transfer coding not asked for",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3\r\n<p>\r\n0\r\n\r\n",
     PAGE_PROTOCOL_ERROR, 0, NULL},
    {"announced too large", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000001\r\n\r\n<p>",
     PAGE_TOO_LARGE, 200, NULL},
};

static void every_answer_has_its_outcome_and_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RAW / sizeof *RAW; i++) {
        struct site_page pages[] = {{.path = "/", .raw = RAW[i].raw}, {0}};
        struct rig *rig = rig_start(pages, RIG_SETTINGS);
        struct page *page = rig_fetch(rig, PAGE_DOCUMENT, "/");

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
        rig_done(rig, page);
        rig_stop(rig);
    }
}

/* libcurl before 8.1.2 would add the line to a header of the answer before, whose memory is no more. */
static void a_head_that_begins_with_a_blank_has_no_part_in_the_answer_before(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .type = "text/html", .headers = "X-Some: header of the answer before\r\n", .body = "<p>"},
        {.path = "/blank", .raw = "HTTP/1.1 200 OK\r\n folded: into what?\r\nContent-Type: text/html\r\n\r\n<p>"},
        {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);

    (void)state;
    for (int i = 0; i < 20; i++) {
        rig_check(rig, "/", PAGE_OK);
        rig_check(rig, "/blank", PAGE_PROTOCOL_ERROR);
    }
    rig_stop(rig);
}

static void the_first_location_is_kept_as_it_came(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .raw = "HTTP/1.1 301 Go\r\nLocation: /\xff(%zz \r\nLocation: /y\r\n\r\n"}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *page = rig_fetch(rig, PAGE_DOCUMENT, "/");

    (void)state;
    assert_string_equal(page->location, "/\xff(%zz");
    rig_done(rig, page);
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
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);

    (void)state;
    rig_check(rig, "/resets", PAGE_CONN_ERROR);
    rig_check(rig, "/closes", PAGE_CONN_ERROR);
    rig_check(rig, "/cut", PAGE_TRUNCATED);
    rig_check(rig, "/broken", PAGE_TRUNCATED);
    rig_stop(rig);
}

static void hosts_that_are_not_there_and_hosts_without_tls_are_told_apart(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct site *gone = site_start(SITE);
    char url[SITE_URL_SIZE];

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", site_port(rig->site));
    rig_check(rig, url, PAGE_BAD_TLS);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", site_port(gone));
    site_stop(gone);
    rig_check(rig, url, PAGE_CONN_ERROR);
    rig_check(rig, "http://name.invalid/", PAGE_DNS_ERROR);
    rig_stop(rig);
}

static void sitemaps_are_taken_whatever_their_type(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "application/octet-stream", .body = "<urlset>"}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *page = rig_fetch(rig, PAGE_SITEMAP, "/");

    (void)state;
    assert_int_equal(page->outcome, PAGE_OK);
    assert_string_equal(page->body.data, "<urlset>");
    rig_done(rig, page);
    rig_stop(rig);
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
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        struct page *page = rig_fetch(rig, PAGE_DOCUMENT, waits[i].path);

        assert_true(page->retry_after_ms == waits[i].wait_ms);
        rig_done(rig, page);
    }
    rig_stop(rig);
}

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
    struct http_settings settings = RIG_SETTINGS;
    struct rig *rig;

    (void)state;
    settings.first_byte_timeout_ms = 120;
    settings.idle_timeout_ms = 100;
    settings.idle_bytes = 50;
    rig = rig_start(SITE, settings);
    rig_check(rig, "/silent", PAGE_TIMEOUT);
    rig_check(rig, "/stalls", PAGE_TIMEOUT);
    rig_check(rig, "/drips", PAGE_TIMEOUT);
    rig_check(rig, "/head", PAGE_TIMEOUT);
    rig_stop(rig);

    settings = RIG_SETTINGS;
    settings.total_timeout_ms = 100;
    rig = rig_start(SITE, settings);
    rig_check(rig, "/drips", PAGE_TIMEOUT);
    rig_stop(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_comes_with_its_body_type_and_times),
        cmocka_unit_test(every_answer_has_its_outcome_and_status),
        cmocka_unit_test(a_head_that_begins_with_a_blank_has_no_part_in_the_answer_before),
        cmocka_unit_test(the_first_location_is_kept_as_it_came),
        cmocka_unit_test(a_lost_connection_is_told_from_a_cut_body),
        cmocka_unit_test(hosts_that_are_not_there_and_hosts_without_tls_are_told_apart),
        cmocka_unit_test(sitemaps_are_taken_whatever_their_type),
        cmocka_unit_test(retry_after_is_read_as_seconds_or_as_a_date),
        cmocka_unit_test(a_silent_a_stalled_and_a_dripping_answer_end_by_their_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

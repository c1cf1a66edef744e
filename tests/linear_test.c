#include "cases.h"
#include "charset.h"
#include "date.h"
#include "extract.h"
#include "html.h"
#include "made_page.h"
#include "mime.h"
#include "robots.h"
#include "robots_tag.h"
#include "sanitized.h"
#include "sitemap.h"
#include "text.h"
#include "url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Whatever stands in ten megabytes from a stranger, reading them takes processor time in proportion. Each text is read
 * in two sizes, the one four times the other: a quadratic reader takes sixteen times as long. */

#define LARGE   (10u << 20)
#define RATIO   8   /* of the times; 4 is what is expected */
#define FREE_MS 400 /* so much more is allowed: clock ticks, caches, pages that are touched for the first time */

typedef void read_text(struct slice text);

/* `start`, then `part` again and again ('%': a new number each time), and `end`. */
struct hard {
    const char *start, *part, *end;
};

static void make(struct buf *text, const struct hard *hard, size_t size)
{
    buf_add_string(text, hard->start);
    for (unsigned i = 0; text->size + 32 < size; i++)
        for (const char *c = hard->part; *c != '\0'; c++)
            if (*c == '%')
                buf_printf(text, "%u", i);
            else
                buf_add_char(text, *c);
    buf_add_string(text, hard->end);
}

static int64_t time_of(read_text *reader, const struct hard *hard, size_t size)
{
    struct buf text = {.limit = size + 1024};
    int64_t start;

    make(&text, hard, size);
    start = cpu_ms();
    reader(buf_slice(&text));
    start = cpu_ms() - start;
    buf_free(&text);
    return start;
}

static void assert_linear(read_text *reader, const struct hard *hard, size_t count, size_t large)
{
    for (size_t i = 0; i < count; i++) {
        int64_t small_ms = time_of(reader, &hard[i], large / 4);
        int64_t large_ms = time_of(reader, &hard[i], large);

        if (large_ms > RATIO * small_ms + FREE_MS)
            print_error("\"%s%s ...\": %ld ms, four times as much: %ld ms\n", hard[i].start, hard[i].part,
                        (long)small_ms, (long)large_ms);
        assert_true(large_ms <= RATIO * small_ms + FREE_MS);
    }
}

#define ASSERT_LINEAR(reader, table, large) assert_linear(reader, table, sizeof table / sizeof table[0], large)

/* --- Pages ---------------------------------------------------------------------------- */
static const struct hard PAGES[] = {
    {"", "<", ""},
    {"", "<a", ""},
    {"", "<a href=%>", ""},
    {"", "</a>", ""},
    {"", "<a href=x>t", ""},
    {"", "<div>", ""},
    {"", "<b><p>", ""},
    {"", "<b><i></b>", ""},
    {"", "<font><p></font>", ""},
    {"", "<a><table>", ""},
    {"<table>", "<b>", ""},
    {"<table>", "<td><table>", ""},
    {"<table>", "x<tr>", ""},
    {"<select>", "<option><optgroup>", ""},
    {"", "<svg><title><math><mi>", ""},
    {"", "<template>", ""},
    {"", "<form></div>", ""},
    {"", "<li><dd>", ""},
    {"", "<h1></h2>", ""},
    {"", "<script><!--", ""},
    {"<script><!--", "<script>", ""},
    {"<script>", "</script", ""},
    {"<title>", "</titl", ""},
    {"<textarea>", "</textare", ""},
    {"<plaintext>", "<a href=x>", ""},
    {"", "<!--", ""},
    {"<!--", "--!", ""},
    {"", "<!-->", ""},
    {"", "<![CDATA[", ""},
    {"<svg><![CDATA[", "]]", ""},
    {"", "<!doctype ", ""},
    {"", "<?", ""},
    {"<a ", "a%=1 ", ">"},
    {"<a ", "a", ">"},
    {"<a href='", "&", "'>"},
    {"<a href='", "&#x1", "'>"},
    {"", "&", ""},
    {"", "&#9", ""},
    {"", "&#x", ""},
    {"", "&notit;", ""},
    {"", "&CounterClockwiseContourIntegra", ""},
    {"<base href=/>", "<base href=/%>", ""},
    {"", "<meta name=robots content=%>", ""},
    {"", "<meta http-equiv=refresh content='0;url=%'>", ""},
    {"", "<meta charset=%>", ""},
    {"", "<link rel='a b c canonical' href=%>", ""},
    {"", "<img srcset='a%, b 2x, '>", ""},
    {"<img srcset='", "a%,", "'>"},
    {"<img srcset='", "a( ", "'>"},
    {"<a rel='", "nofollow ", "' href=x>"},
    {"<title>", "t ", ""},
    {"<h1>", "<b>x</b>", ""},
    {"", "<h1><b></h1>", ""},
    {"", "word% ", ""},
    {"", " ", "x"},
    {"", "\r\n", ""},
    {"", "\xef\xbf\xbd", ""},
    {"<a href=x>", "<b>", ""},
    {"<body><p>", "<b class=%>", "</p></body>"},
    {"", "<p><b id=%><i id=%></p>", ""},
    {"", "<noscript><noframes>", ""},
    {"<frameset>", "<frameset><frame src=%>", ""},
    {"", "<ruby><rt><rp>", ""},
    {"", "<a href=%><button>", ""},
    {"", "<area href=%>", ""},
    {"", "<iframe src=%>", ""},
};

static const struct html_limits LIMITS = {.title_bytes = 4096,
                                          .anchor_bytes = 1024,
                                          .href_bytes = 65536,
                                          .links = 10000,
                                          .kinds = ~0u,
                                          .distinct = true,
                                          .text_hashes = true};

static void read_page(struct slice text)
{
    struct html *html = html_new(&LIMITS, "crawl");

    html_read(html, text, false);
    html_free(html);
}

static void read_all_links(struct slice text)
{
    struct html_limits limits = LIMITS;
    struct html *html;

    limits.links = SIZE_MAX;
    html = html_new(&limits, "crawl");
    html_read(html, text, false);
    html_free(html);
}

static void read_xml_page(struct slice text)
{
    struct html *html = html_new(&LIMITS, "crawl");

    html_read(html, text, true);
    html_free(html);
}

static void pages_are_read_in_time_in_proportion_to_their_size(void **state)
{
    (void)state;
    ASSERT_LINEAR(read_page, PAGES, LARGE);
}

static void pages_with_links_without_end_are_read_likewise(void **state)
{
    static const struct hard links[] = {{"", "<a href=%>", ""},
                                        {"", "<a href=x>", ""},
                                        {"", "<a href=#%>", ""},
                                        {"", "<link rel=alternate href=%>", ""}};

    (void)state;
    ASSERT_LINEAR(read_all_links, links, LARGE);
}

static void pages_in_xml_are_read_likewise(void **state)
{
    static const struct hard pages[] = {
        {"<html xmlns='http://www.w3.org/1999/xhtml'>", "<a href='%'>", ""},
        {"<html xmlns='http://www.w3.org/1999/xhtml'>", "<a href='%'/>", "</html>"},
        {"<html xmlns='http://www.w3.org/1999/xhtml' ", "a%='1' ", "/>"},
        {"<html ", "xmlns:p%='u' ", "/>"},
        {"<html>", "<x xmlns:p%='u'>", ""},
        {"<!DOCTYPE html [", "<!ENTITY a% 'x'>", "]><html/>"},
        {"<!DOCTYPE html [<!ENTITY a '&#38;a;&#38;a;'>]><html>", "&a;", "</html>"},
        {"<html>", "<!--", ""},
        {"<html>", "<![CDATA[]]>", "</html>"},
        {"<html>", "&amp;", "</html>"},
        {"<!DOCTYPE html [<!ATTLIST x ", "a% CDATA '' ", ">]><html/>"},
        {"<!DOCTYPE html [<!ATTLIST x a CDATA '' b CDATA '' c CDATA '' d CDATA ''>]><html>", "<x/>", "</html>"},
        {"<!DOCTYPE html [<!ENTITY e '<x ", "a%=\"\" ", "/>'>]><html>&e;</html>"},
        {"<html><title>", "x", "</title></html>"},
    };

    (void)state;
    ASSERT_LINEAR(read_xml_page, pages, LARGE);
}

/* --- Links: resolved, told apart and judged ------------------------------------------------ */
static void read_links(struct slice text)
{
    static const struct frontier_limits frontier = {.window = 1, .transfers = 1, .takers = 1};
    static const struct scope_rule rules[] = {{.pattern = "(a+)+$", .origin = "--reject-regex"}};
    static const struct scope_limits scope = {.mode = SCOPE_HOST, .rules = rules, .rule_count = 1};
    struct extract_settings settings = {
        .html = LIMITS, .follow = 1, .links = EXTRACT_LINKS_ALL, .decoded_bytes = LARGE};
    struct page *page = made_page(1, "http://a.example/b/c/d?e", 200);
    struct url seed = URL_INIT;
    struct scope *judge;
    struct extract *x;
    struct err err;

    judge = scope_new(&scope, &err);
    assert_non_null(judge);
    url_parse(&seed, slice_of("http://a.example/"));
    scope_add_seed(judge, &seed);
    settings.scope = judge;
    settings.frontier = frontier_new(&frontier);
    x = extract_new(&settings);
    page->body.limit = SIZE_MAX;
    buf_add(&page->body, text.data, text.size);
    extract_page(x, page);
    buf_free(&page->body);
    page_free(page);
    extract_free(x);
    frontier_free((struct frontier *)settings.frontier);
    scope_free(judge);
    url_free(&seed);
}

static void links_are_judged_in_time_in_proportion_to_their_number(void **state)
{
    static const struct hard pages[] = {
        {"", "<a href=%>", ""},
        {"", "<a href=x>", ""},
        {"", "<a href=../../%/../x>", ""},
        {"", "<a href='//h%.example/'>", ""},
        {"", "<a href='http://\xc3\xa4%.example/'>", ""},
        {"", "<a href=aaaaaaaaaaaaaaaaaaaaaaaaa%!>", ""},
        {"<base href=/%2e%2e/>", "<a href=?%>", ""},
    };

    (void)state;
    ASSERT_LINEAR(read_links, pages, LARGE);
}

/* --- URLs ------------------------------------------------------------------------------ */
static void read_url(struct slice text)
{
    struct url base = URL_INIT, url = URL_INIT;

    url_resolve(&base, NULL, slice_of("http://a.example/b/c/d?e"), NULL);
    for (int i = 0; i < 10; i++) /* short, to be measured well */
        url_resolve(&url, &base, text, NULL);
    url_free(&base);
    url_free(&url);
}

static void urls_are_resolved_in_time_in_proportion_to_their_length(void **state)
{
    static const struct hard urls[] = {
        {"", "../", ""},
        {"", "a/../", ""},
        {"", "a/", ""},
        {"", "./", ""},
        {"", "%2e%2e/", ""},
        {"", "/", ""},
        {"", "\\", ""},
        {"", "a/b/../../../", ""},
        {"http://", "a", "/"},
        {"http://", "a.", "/"},
        {"http://", "%61", "/"},
        {"http://", "\xc3\xa4", "/"},
        {"http://", "\xc3\xa4.", "/"},
        {"http://xn--", "a", "/"},
        {"http://", "xn--a.", "/"},
        {"http://", "xn--4ca.", "/"},
        {"http://", "1.", "/"},
        {"http://", "0", "/"},
        {"http://[", "0:", "]/"},
        {"http://", "u@", "a/"},
        {"http://", "u:", "@a/"},
        {"http://a:", "0", "80/"},
        {"http://a/?", "a=%&", ""},
        {"?", "\xc3\xa4", ""},
        {"#", "x", ""},
        {"x?", "'\"<>", ""},
        {"", " ", "x"},
        {"", "\t", "x"},
        {"", "a\n", ""},
        {"javascript:", "x", ""},
        {"", "a:", ""},
        {"http:", "/", ""},
    };

    (void)state;
    ASSERT_LINEAR(read_url, urls, URL_LIMIT - 1024);
}

/* --- Small parsers ------------------------------------------------------------------------ */
static void read_robots(struct slice text)
{
    struct robots *robots;

    for (int i = 0; i < 10; i++) {
        robots = robots_parse(text, "crawl");
        robots_check(robots, slice_of("/a/b/c?d"));
        robots_free(robots);
    }
}

static void robots_txt_is_read_in_time_in_proportion_to_its_size(void **state)
{
    static const struct hard files[] = {
        {"User-agent: *\n", "Disallow: /%\n", ""},
        {"User-agent: *\n", "Disallow: /*%*$\n", ""},
        {"User-agent: *\nDisallow: /", "*a", "\n"},
        {"", "User-agent: crawl\n", "Disallow: /\n"},
        {"", "User-agent: %\nDisallow: /\n", ""},
        {"", "Sitemap: http://x/%\n", ""},
        {"", "Sitemap: x\n", ""},
        {"", "\n", ""},
        {"", "a", ""},
        {"", ":", ""},
        {"", "#\r", ""},
        {"User-agent: *\n", "Crawl-delay: %\n", ""},
        {"User-agent: *\nDisallow: /", "%", "\n"},
    };

    (void)state;
    ASSERT_LINEAR(read_robots, files, ROBOTS_BODY_LIMIT);
}

static void read_fields(struct slice text)
{
    struct mime mime, computed;
    struct buf out = {.limit = 4 * LARGE};

    mime_parse(&mime, text);
    mime_sniff(&computed, &mime, text);
    robots_tag_read(text, "crawl");
    date_parse_ms(text);
    text_add_utf8(&out, text);
    buf_free(&out);
}

static void fields_of_a_head_are_read_in_time_in_proportion_to_their_length(void **state)
{
    static const struct hard fields[] = {
        {"", "a", ""},
        {"", ",", ""},
        {"", "text/html,", ""},
        {"text/html", ";", ""},
        {"text/html", ";a=b", ""},
        {"text/html;a=\"", "\\", ""},
        {"", "\"", ""},
        {"", "noindex,", ""},
        {"", "a:", ""},
        {"", "x: noindex, ", ""},
        {"", " ", ""},
        {"", "1-", ""},
        {"", "\xff", ""},
        {"", "\xf0\x9f", ""},
    };

    (void)state;
    ASSERT_LINEAR(read_fields, fields, LARGE);
}

static void read_bytes(struct slice text)
{
    enum charset_source source;
    struct buf out = {.limit = 4 * LARGE};
    size_t skip = 0;
    const struct charset *charset = charset_of_page(text, slice_of(""), false, &source, &skip);
    static const char *const labels[] = {"utf-8", "utf-16le", "iso-2022-jp", "gb18030", "big5", "euc-kr", "shift_jis"};

    charset_decode(charset, text, &out);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        out.size = 0;
        charset_decode(charset_by_label(slice_of(labels[i])), text, &out);
    }
    buf_free(&out);
}

static void bytes_are_decoded_in_time_in_proportion_to_their_number(void **state)
{
    static const struct hard bytes[] = {
        {"", "\xff", ""},
        {"", "\xe4", ""},
        {"", "\x1b$", ""},
        {"", "\x1b(J\x1b$B", ""},
        {"", "\x81\x30\x81", ""},
        {"", "<meta ", ""},
        {"", "<!--", ""},
        {"", "<meta charset=x%>", ""},
        {"<script>", "<meta charset=x>", ""},
        {"", "<title>", ""},
        {"", "</", ""},
        {"", "\xf0\x90", ""},
    };

    (void)state;
    ASSERT_LINEAR(read_bytes, bytes, LARGE);
}

/* --- Sitemaps ------------------------------------------------------------------------------ */
static bool note(void *arg, struct slice loc, int64_t lastmod_ms)
{
    (void)loc, (void)lastmod_ms;
    ++*(size_t *)arg;
    return true;
}

static void read_sitemap(struct slice text)
{
    static const struct sitemap_limits limits = {.unpacked_bytes = 64u << 20, .urls = SIZE_MAX};
    size_t told = 0;

    sitemap_read(text, slice_of(""), &limits, note, &told, NULL);
}

static void sitemaps_are_read_in_time_in_proportion_to_their_size(void **state)
{
    static const struct hard sitemaps[] = {
        {"<urlset>", "<url><loc>http://x/%</loc></url>", "</urlset>"},
        {"<urlset>", "<url><loc>http://x/", ""},
        {"<urlset>", "<x a%='1'/>", ""},
        {"<urlset>", "<x xmlns:p%='u'>", ""},
        {"<urlset", " p%:a='1'", ">"},
        {"<urlset>", "<!--", ""},
        {"<urlset>", "<![CDATA[", ""},
        {"<!DOCTYPE urlset [", "<!ENTITY a% '&a;&a;'>", "]><urlset>"},
        {"<urlset><url><loc>", "&amp;", ""},
        {"<rss>", "<item><link>http://x/%</link>", ""},
        {"<feed>", "<entry><link href='http://x/%'/>", ""},
        {"", "http://x/%\n", ""},
        {"", "<", ""},
    };

    (void)state;
    ASSERT_LINEAR(read_sitemap, sitemaps, LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_in_time_in_proportion_to_their_size),
        cmocka_unit_test(pages_with_links_without_end_are_read_likewise),
        cmocka_unit_test(pages_in_xml_are_read_likewise),
        cmocka_unit_test(links_are_judged_in_time_in_proportion_to_their_number),
        cmocka_unit_test(urls_are_resolved_in_time_in_proportion_to_their_length),
        cmocka_unit_test(robots_txt_is_read_in_time_in_proportion_to_its_size),
        cmocka_unit_test(fields_of_a_head_are_read_in_time_in_proportion_to_their_length),
        cmocka_unit_test(bytes_are_decoded_in_time_in_proportion_to_their_number),
        cmocka_unit_test(sitemaps_are_read_in_time_in_proportion_to_their_size),
    };

    if (IS_SANITIZED) { /* fifteen times slower, in one thread, and the time of another program */
        puts("skipped: the time that a sanitizer takes says nothing of ours");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "sitemap.h"

#include "cases.h"
#include "date.h"
#include "xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#define BIG (256u << 20)

static const struct sitemap_limits LIMITS = {.unpacked_bytes = 50u << 20, .urls = 50000};

/* --- Reading -------------------------------------------------------------------- */

struct told {
    struct buf text; /* the URLs, each with a blank behind it */
    size_t count;
    size_t stop_at; /* 0: never */
    int64_t lastmod_ms;
};

static bool note(void *arg, struct slice loc, int64_t lastmod_ms)
{
    struct told *told = arg;

    buf_add(&told->text, loc.data, loc.size);
    buf_add_char(&told->text, ' ');
    told->count++;
    told->lastmod_ms = lastmod_ms;
    return told->count != told->stop_at;
}

/* "kind: url url [cut]" of a sitemap. */
static const char *read_bytes(struct slice body, const char *charset)
{
    static char result[1000];
    struct told told = {.text = {.limit = BIG}};
    bool truncated;
    enum sitemap_kind kind = sitemap_read(body, slice_of(charset), &LIMITS, note, &told, &truncated);

    snprintf(result, sizeof result, "%s: %s%s", sitemap_kind_name(kind), told.text.data == NULL ? "" : told.text.data,
             truncated ? "cut" : "");
    buf_free(&told.text);
    return result;
}

static struct buf gzipped(struct slice in)
{
    struct buf out = {.limit = BIG};
    z_stream z = {0};
    unsigned bound;

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    bound = (unsigned)deflateBound(&z, in.size);
    z.next_in = (unsigned char *)in.data;
    z.avail_in = (unsigned)in.size;
    z.next_out = (unsigned char *)buf_room(&out, bound);
    z.avail_out = bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

#define URLSET(inside) "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" inside "</urlset>"
#define LOC(url)       "<url><loc>" url "</loc></url>"

/* A sitemap and what it gives. */
static const char *const CASES[][2] = {
    {"", "none: "},
    {" \n", "none: "},
    {"<", "none: "},
    {"<html><body>http://x/</body></html>", "none: "},
    {"<?xml version='1.0'?>" URLSET(LOC("http://x/a") LOC(" http://x/b\n")), "urlset: http://x/a http://x/b "},
    {"\n\n <?xml version='1.0'?>" URLSET(LOC("http://x/a")), "urlset: http://x/a "},
    {"\xef\xbb\xbf" URLSET(LOC("http://x/a")), "urlset: http://x/a "},
    {URLSET(""), "urlset: "},
    {"<urlset/>", "urlset: "},
    {"<URLSET><Url><LOC>http://x/a</LOC></Url></URLSET>", "urlset: http://x/a "},
    {"<sitemapindex><sitemap><loc>http://x/s</loc></sitemap></sitemapindex>", "index: http://x/s "},
    /* References, CDATA, comments. */
    {URLSET(LOC("http://x/?a=1&amp;b=2&#38;c=&#x41;")), "urlset: http://x/?a=1&b=2&c=A "},
    {URLSET(LOC("http://x/?a=1&b=2&copy=3&nbsp;& &")), "urlset: http://x/?a=1&b=2&copy=3&nbsp;& & "},
    {URLSET(LOC("http://x/&#0;&#xd800;&#x110000;&#;&#x;")), "urlset: http://x/&#0;&#xd800;&#x110000;&#;&#x; "},
    {URLSET(LOC("http://x/&#xfc;&#8364;&#x1f600;")), "urlset: http://x/\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80 "},
    {URLSET(LOC("<![CDATA[http://x/?a&b]]]>]]>]]>")), "urlset: http://x/?a&b]]]>]]> "},
    {URLSET(LOC("http://x/<!-- <loc> -- > -->a<?pi ?>")), "urlset: http://x/a "},
    {"<!DOCTYPE urlset [<!ENTITY a \"]>b\"> <!ATTLIST x y '>'>]>" URLSET(LOC("http://x/&a;")), "urlset: http://x/&a; "},
    {URLSET(LOC("http://x/a < b")), "urlset: http://x/a < b "},
    {URLSET(LOC("\xc2\xa0http://x/a\xe2\x80\x8b")), "urlset: http://x/a "},
    {URLSET(LOC("http://x/\xff")), "urlset: http://x/\xef\xbf\xbd "},
    /* Namespaces. */
    {"<s:urlset xmlns:s='http://x'><s:url><s:loc>http://x/a</s:loc><loc xmlns='y'>http://x/no</loc></s:url></s:urlset>",
     "urlset: http://x/a "},
    {"<s:urlset><s:url><s:loc>http://x/a</s:loc><t:loc>http://x/no</t:loc></s:url></s:urlset>", "urlset: http://x/a "},
    {URLSET("<url><loc>http://x/a</loc><i:image xmlns:i='http://i'><i:loc>http://x/no</i:loc></i:image></url>"),
     "urlset: http://x/a "},
    {URLSET("<url xmlns=''><loc>http://x/a</loc></url>"), "urlset: http://x/a "},
    {URLSET("<url><x xmlns='http://x'><loc>http://x/no</loc></x><loc>http://x/a</loc></url>"), "urlset: http://x/a "},
    {"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:g='http://www.google.com/schemas/sitemap/0.84'>"
     "<g:url><loc>http://x/a</loc></g:url></urlset>",
     "urlset: http://x/a "},
    /* Where tags do not match, what may be half is dropped, and the rest is read. */
    {URLSET("<url><loc>http://x/a</url>" LOC("http://x/b")), "urlset: http://x/b cut"},
    {URLSET("<url><loc>http://x/a</loc>" LOC("http://x/b")), "urlset: http://x/a http://x/b cut"},
    {URLSET("<url><loc>http://x/a</loc><loc>http://x/b</loc></url>"), "urlset: http://x/a http://x/b "},
    {URLSET("</x>" LOC("http://x/a")), "urlset: http://x/a cut"},
    {"<urlset><url><loc>http://x/a</loc></url><url><loc>http://x/b", "urlset: http://x/a cut"},
    {"<urlset><url><loc>http://x/a</l", "urlset: http://x/a cut"},
    {"<urlset><url><loc>http://x/a<", "urlset: cut"},
    {"<urlset><url><loc>http://x/a</loc>", "urlset: http://x/a cut"},
    {URLSET("<url><loc>http://x/a</loc></url>") "<urlset><url><loc>http://x/no</loc></url></urlset>",
     "urlset: http://x/a "},
    {"<urlset><loc>http://x/no</loc><x><url><loc>http://x/no</loc></url></x></urlset>", "urlset: "},
    /* Feeds. */
    {"<rss version='2.0'><channel><link>http://x/</link><image><link>http://x/i</link></image>"
     "<item><title>t</title><link>http://x/1</link><guid>http://x/g</guid></item>"
     "<item><guid>http://x/2</guid></item><item><guid>no url</guid></item>"
     "<item xmlns:a='http://www.w3.org/2005/Atom'><a:link "
     "href='http://x/no'/><link>http://x/3</link></item></channel></rss>",
     "rss: http://x/1 http://x/2 http://x/3 "},
    {"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
     "<channel><link>http://x/</link></channel><item rdf:about='http://x/1'><link>http://x/1</link></item></rdf:RDF>",
     "rss: http://x/1 "},
    {"<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", "none: "},
    {"<feed xmlns='http://www.w3.org/2005/Atom'><link href='http://x/'/><entry><link rel='self' href='http://x/no'/>"
     "<link rel=\"alternate\" href=\"http://x/?a&amp;b\"/><link href='http://x/no'/></entry>"
     "<entry><link href = 'http://x/2'></link></entry><entry><link rel='edit' href='http://x/no'/></entry></feed>",
     "atom: http://x/?a&b http://x/2 "},
    /* Text. */
    {"http://x/a\nhttp://x/b", "text: http://x/a http://x/b "},
    {"\xef\xbb\xbfHTTP://x/a\r\n\r\n  https://x/b  \r\nno\nhttp://\n", "text: HTTP://x/a https://x/b "},
    {"nothing of that kind", "none: "},
};

static void each_sitemap_gives_its_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_string_equal(read_bytes(slice_of(CASES[i][0]), ""), CASES[i][1]);
}

static void what_comes_gzipped_up_to_twice_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf once = gzipped(slice_of(CASES[i][0])), twice = gzipped(buf_slice(&once)),
                   thrice = gzipped(buf_slice(&twice));

        assert_string_equal(read_bytes(buf_slice(&once), ""), CASES[i][1]);
        assert_string_equal(read_bytes(buf_slice(&twice), ""), CASES[i][1]);
        assert_string_equal(read_bytes(buf_slice(&thrice), ""), "none: ");
        buf_free(&once);
        buf_free(&twice);
        buf_free(&thrice);
    }
}

/* --- Encodings ------------------------------------------------------------------ */

/* Appends Latin-1 `in` as UTF-16LE, with an emoji for each '@'. */
static void add_utf16(struct buf *out, const char *in)
{
    for (; *in != '\0'; in++)
        if (*in == '@')
            buf_add(out, "\x3d\xd8\x00\xde", 4);
        else {
            buf_add_char(out, *in);
            buf_add_char(out, '\0');
        }
}

static void encodings_are_taken_from_mark_header_or_declaration(void **state)
{
    static const char set[] = "<?xml version='1.0'?><urlset><url><loc>http://x/\xe4</loc></url></urlset>";
    static const char declared[] =
        "<?xml version='1.0' encoding='windows-1251'?><urlset><url><loc>http://x/\xe4</loc></url></urlset>";
    struct buf utf16 = {.limit = 10000};

    (void)state;
    assert_string_equal(read_bytes(slice_of(set), "iso-8859-1"), "urlset: http://x/\xc3\xa4 ");
    assert_string_equal(read_bytes(slice_of(declared), ""), "urlset: http://x/\xd0\xb4 ");
    buf_add(&utf16, "\xff\xfe", 2);
    add_utf16(&utf16, set);
    assert_string_equal(read_bytes(buf_slice(&utf16), ""), "urlset: http://x/\xc3\xa4 ");
    buf_free(&utf16);
}

/* Reads 20,000 entries, coded as they come, and expects each to give `text`. */
static void assert_seamless(struct buf *body, const char *entry, bool wide, const char *text)
{
    struct told told = {.text = {.limit = BIG}};

    for (int i = 0; i < 20000; i++)
        if (wide)
            add_utf16(body, entry);
        else
            buf_add_string(body, entry);
    assert_int_equal(sitemap_read(buf_slice(body), slice_of(""), &LIMITS, note, &told, NULL), SITEMAP_URLSET);
    assert_int_equal(told.count, 20000);
    assert_int_equal(told.text.size, 20000 * strlen(text));
    for (size_t i = 0; i < told.count; i++)
        assert_memory_equal(told.text.data + i * strlen(text), text, strlen(text));
    buf_free(body);
    buf_free(&told.text);
}

static void characters_are_whole_at_the_seams_of_a_long_sitemap(void **state)
{
    struct buf body = {.limit = BIG};

    (void)state;
    buf_add_string(&body, "<?xml version='1.0' encoding='shift_jis'?>\n<urlset>");
    assert_seamless(&body, "<url> <loc>http://x/\x83\x5c\x83\x5c</loc></url>", false,
                    "http://x/\xe3\x82\xbd\xe3\x82\xbd ");
    buf_add(&body, "\xff\xfe", 2);
    add_utf16(&body, "<urlset>");
    assert_seamless(&body, "<url><loc>http://x/@@@</loc></url>", true,
                    "http://x/\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80 ");
}

/* --- Dates ---------------------------------------------------------------------- */

static const struct {
    const char *text;
    int64_t ms;
} DATES[] = {
    {"1970", 0},
    {"1970-01-01T00:00:00Z", 0},
    {"2005", INT64_C(1104537600000)},
    {"2005-01", INT64_C(1104537600000)},
    {" 2005-01-01\n", INT64_C(1104537600000)},
    {"2005-01-01T10:00:00+02:00", INT64_C(1104566400000)},
    {"2005-01-01T10:00+02:00", INT64_C(1104566400000)},
    {"2005-01-01t10:00:00.125z", INT64_C(1104573600125)},
    {"2005-01-01 10:00:00", INT64_C(1104573600000)},
    {"2005-01-01T10:00:00-0030", INT64_C(1104575400000)},
    {"2024-02-29", INT64_C(1709164800000)},
    {"2000-12-31T23:59:60Z", INT64_C(978307200000)},
    {"Thu, 05 Jan 2017 13:34:51 +0100", INT64_C(1483619691000)},
    {"5 Jan 17 12:34:51", INT64_C(1483619691000)},
    {"05 Jan 2017 07:34:51 EST", INT64_C(1483619691000)},
    {"Thursday, 05-Jan-17 12:34:51 GMT", INT64_C(1483619691000)},
    {"Sun, 06 Nov 1994", INT64_C(784080000000)},
    {"", -1},
    {"1969-12-31T23:59:59Z", -1},
    {"2023-02-29", -1},
    {"2000-02-29", INT64_C(951782400000)},
    {"2100-02-29", -1},
    {"2023-13-01", -1},
    {"2023-01-32", -1},
    {"2023-01-01T25:00Z", -1},
    {"2023-01-01T", INT64_C(1672531200000)},
    {"2023-01-01Tx", -1},
    {"yesterday", -1},
    {"5 Foo 2017", -1},
    {"99999-01-01", INT64_C(253370764800000)},
};

static void dates_are_read_in_the_forms_of_w3c_and_mail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DATES / sizeof DATES[0]; i++)
        if (date_parse_ms(slice_of(DATES[i].text)) != DATES[i].ms)
            fail_msg("%s is %lld", DATES[i].text, (long long)date_parse_ms(slice_of(DATES[i].text)));
}

/* An entry and its date. */
static const struct {
    const char *body;
    int64_t ms;
} LASTMODS[] = {
    {URLSET("<url><loc>http://x/</loc><lastmod>2005</lastmod></url>"), INT64_C(1104537600000)},
    {URLSET("<url><lastmod>2005</lastmod><loc>http://x/</loc></url>"), INT64_C(1104537600000)},
    {URLSET("<url><loc>http://x/</loc><lastmod>soon</lastmod></url>"), -1},
    {URLSET("<url><loc>http://x/a</loc><lastmod>2005</lastmod></url><url><loc>http://x/</loc></url>"), -1},
    {"<rss><channel><item><link>http://x/</link><pubDate>Sat, 01 Jan 2005 00:00:00 "
     "GMT</pubDate></item></channel></rss>",
     INT64_C(1104537600000)},
    {"<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><dc:date>2005</dc:date><link>http://x/</link>"
     "</item></channel></rss>",
     INT64_C(1104537600000)},
    {"<feed><entry><updated>2005</updated><published>2004</published><link href='http://x/'/></entry></feed>",
     INT64_C(1104537600000)},
    {"<feed><entry><published>2005</published><link href='http://x/'/></entry></feed>", INT64_C(1104537600000)},
};

static void each_entry_has_its_own_date(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LASTMODS / sizeof LASTMODS[0]; i++) {
        struct told told = {.text = {.limit = BIG}};

        sitemap_read(slice_of(LASTMODS[i].body), slice_of(""), &LIMITS, note, &told, NULL);
        assert_true(told.count >= 1);
        assert_int_equal(told.lastmod_ms, LASTMODS[i].ms);
        buf_free(&told.text);
    }
}

/* --- Limits ---------------------------------------------------------------------- */

static void no_more_urls_are_told_than_the_limit_or_the_listener_wants(void **state)
{
    static const char body[] = URLSET(LOC("http://x/1") LOC("http://x/2") LOC("http://x/3"));
    bool truncated;

    (void)state;
    for (size_t most = 0; most < 5; most++) {
        struct told told = {.text = {.limit = BIG}}, stopped = {.text = {.limit = BIG}, .stop_at = most};
        struct sitemap_limits limits = {.unpacked_bytes = 1000, .urls = most};

        sitemap_read(slice_of(body), slice_of(""), &limits, note, &told, &truncated);
        assert_int_equal(told.count, most < 3 ? most : 3);
        assert_int_equal(truncated, most < 3);
        sitemap_read(slice_of(body), slice_of(""), &LIMITS, note, &stopped, NULL);
        assert_int_equal(stopped.count, most == 0 || most > 3 ? 3 : most);
        buf_free(&told.text);
        buf_free(&stopped.text);
    }
}

static void unpacking_stops_at_the_limit_and_keeps_what_was_whole(void **state)
{
    static const struct sitemap_limits limits = {.unpacked_bytes = 1u << 20, .urls = 50000};
    struct buf body = {.limit = BIG}, gzip;
    struct told told = {.text = {.limit = BIG}};
    bool truncated;

    (void)state;
    buf_add_string(&body, "http://x/a\nhttp://x/b\n");
    while (body.size < 20u << 20)
        buf_add_string(&body, "                                                                ");
    gzip = gzipped(buf_slice(&body));
    assert_int_equal(sitemap_read(buf_slice(&gzip), slice_of(""), &limits, note, &told, &truncated), SITEMAP_TEXT);
    assert_int_equal(told.count, 2);
    assert_true(truncated);
    buf_free(&body);
    buf_free(&gzip);
    buf_free(&told.text);
}

static void a_gzip_that_is_cut_or_corrupt_gives_what_came_before(void **state)
{
    struct buf body = {.limit = BIG}, gzip;
    struct told told = {.text = {.limit = BIG}};
    bool truncated;

    (void)state;
    buf_add_string(&body, "<urlset>");
    for (unsigned i = 0; i < 5000; i++)
        buf_printf(&body, LOC("http://x/%u"), i * 2654435761u);
    gzip = gzipped(buf_slice(&body));
    assert_int_equal(
        sitemap_read((struct slice){gzip.data, gzip.size / 2}, slice_of(""), &LIMITS, note, &told, &truncated),
        SITEMAP_URLSET);
    assert_in_range(told.count, 1000, 4999);
    assert_true(truncated);
    buf_free(&body);
    buf_free(&gzip);
    buf_free(&told.text);
}

static void a_url_without_end_is_dropped_and_the_next_read(void **state)
{
    struct buf body = {.limit = BIG};

    (void)state;
    buf_add_string(&body, "<urlset><url><loc>http://x/");
    for (int i = 0; i < 100000; i++)
        buf_add_string(&body, "a");
    buf_add_string(&body, "</loc></url>" LOC("http://x/b") "</urlset>");
    assert_string_equal(read_bytes(buf_slice(&body), ""), "urlset: http://x/b ");
    buf_free(&body);
}

/* --- Time ------------------------------------------------------------------------- */

/* What is repeated to make a large sitemap that is hard to read, with a new number for each '%'. */
static const char *const HARD[] = {
    "<x>",
    "</x>",
    "<url><loc>http://x/",
    "<x a%='1'/>",
    "<x xmlns:p%='u'>",
    " p%:a='1'",
    "<!--",
    "<![CDATA[",
    "]]",
    "&",
    "&#x%",
    "<",
    "\"",
    "<!DOCTYPE [",
    "<p%:url><p%:loc>",
};

static int64_t time_of(const char *part, size_t size)
{
    struct buf body = {.limit = BIG};
    struct told told = {.text = {.limit = BIG}};
    int64_t start;

    buf_add_string(&body, part[0] == ' ' ? "<urlset" : "<urlset>");
    for (unsigned i = 0; body.size < size; i++)
        for (const char *c = part; *c != '\0'; c++)
            if (*c == '%')
                buf_printf(&body, "%u", i);
            else
                buf_add_char(&body, *c);
    start = cpu_ms();
    sitemap_read(buf_slice(&body), slice_of(""), &LIMITS, note, &told, NULL);
    buf_free(&body);
    buf_free(&told.text);
    return cpu_ms() - start;
}

static void crafted_sitemaps_take_time_in_proportion_to_their_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HARD / sizeof HARD[0]; i++)
        assert_in_range(time_of(HARD[i], 10u << 20), 0, 60000); /* some 100 ms each; quadratic would be hours */
}

/* --- The scanner ------------------------------------------------------------------ */

struct heard {
    struct buf log;
    bool in_text; /* so that runs of text are one, however they come */
};

static void hear_start(void *arg, struct slice name, struct slice attributes)
{
    struct heard *h = arg;

    h->in_text = false;
    buf_printf(&h->log, "<%.*s|%.*s>", (int)name.size, name.data, (int)attributes.size, attributes.data);
}

static void hear_end(void *arg, struct slice name)
{
    struct heard *h = arg;

    h->in_text = false;
    buf_printf(&h->log, "</%.*s>", (int)name.size, name.data);
}

static void hear_text(void *arg, struct slice text)
{
    struct heard *h = arg;

    if (!h->in_text)
        buf_add_char(&h->log, '"');
    h->in_text = true;
    buf_add(&h->log, text.data, text.size);
}

static struct buf scan(const char *in, size_t piece)
{
    struct heard heard = {.log = {.limit = BIG}};
    struct xml xml;

    xml_start(&xml, &(struct xml_listener){hear_start, hear_end, hear_text, &heard});
    for (size_t at = 0, size = strlen(in); at < size; at += piece)
        xml_feed(&xml, (struct slice){in + at, size - at < piece ? size - at : piece});
    buf_add_string(&heard.log, xml_finish(&xml) ? "" : "!");
    xml_free(&xml);
    return heard.log;
}

static const char *const SCANS[][2] = {
    {"<a b='>' c=\"'\">t</a >", "<a| b='>' c=\"'\">\"t</a>"},
    {"<a/><a /><a b/><a b='x'/>", "<a|></a><a| ></a><a| b></a><a| b='x'></a>"},
    {"<a<b>", "<a|><b|>"},
    {"</a '>x", "</a>\"x"},
    {"<![CDATA[]]]]><![CDATA[>]]>", "\"]]>"},
    {"<![CDATA[a]b]]c]]]>", "\"a]b]]c]"},
    {"<![CDATA[a]]", "\"a!"},
    {"<!---->x<!-- - -- -->y<!--->", "\"xy!"},
    {"<?a?b>?"
     "?>x<?a",
     "\"x!"},
    {"<!DOCTYPE a [<!b ']>'>]>x<!y>z<!>w<!-u>v<![CDAT>t", "\"xzwvt"},
    {"a<1<=<>b", "\"a<1<=<>b"},
    {"&lt;&gt;&quot;&apos;&amp;amp;&LT;&#60", "\"<>\"'&amp;&LT;&#60"},
    {"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
     "\"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"},
    {"<a b='", "!"},
    {"</a", "</>!"},
};

static void tags_and_text_are_told_whatever_the_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SCANS / sizeof SCANS[0]; i++)
        for (size_t piece = 1; piece < 100; piece += 1 + piece / 4) {
            struct buf log = scan(SCANS[i][0], piece);

            assert_string_equal(log.data, SCANS[i][1]);
            buf_free(&log);
        }
}

static void attributes_are_read_with_and_without_quotes(void **state)
{
    struct slice rest = slice_of(" a='1' b = \"2'\"c=3 d e='4"), name, value;
    struct buf log = {.limit = 1000};

    (void)state;
    while (xml_next_attribute(&rest, &name, &value))
        buf_printf(&log, "%.*s=%.*s;", (int)name.size, name.data, (int)value.size, value.data);
    assert_string_equal(log.data, "a=1;b=2';c=3;d=;e=4;");
    buf_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sitemap_gives_its_urls),
        cmocka_unit_test(what_comes_gzipped_up_to_twice_is_the_same),
        cmocka_unit_test(encodings_are_taken_from_mark_header_or_declaration),
        cmocka_unit_test(characters_are_whole_at_the_seams_of_a_long_sitemap),
        cmocka_unit_test(dates_are_read_in_the_forms_of_w3c_and_mail),
        cmocka_unit_test(each_entry_has_its_own_date),
        cmocka_unit_test(no_more_urls_are_told_than_the_limit_or_the_listener_wants),
        cmocka_unit_test(unpacking_stops_at_the_limit_and_keeps_what_was_whole),
        cmocka_unit_test(a_gzip_that_is_cut_or_corrupt_gives_what_came_before),
        cmocka_unit_test(a_url_without_end_is_dropped_and_the_next_read),
        cmocka_unit_test(crafted_sitemaps_take_time_in_proportion_to_their_size),
        cmocka_unit_test(tags_and_text_are_told_whatever_the_pieces),
        cmocka_unit_test(attributes_are_read_with_and_without_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

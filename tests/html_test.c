#include "html.h"

#include "cases.h"
#include "html_values.h"
#include "mem.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct html_limits LIMITS = {.title_bytes = 100,
                                          .anchor_bytes = 20,
                                          .href_bytes = 200,
                                          .links = 100000,
                                          .kinds = (1u << HTML_LINK_KIND_COUNT) - 1,
                                          .text_hashes = true};

static int make_html(void **state)
{
    *state = html_new(&LIMITS, "crawl");
    return 0;
}

static int free_html(void **state)
{
    html_free(*state);
    return 0;
}

static const struct html_facts *read_html(void **state, const char *page)
{
    return html_read(*state, slice_of(page), false);
}

static const struct html_facts *read_xml(void **state, const char *page)
{
    return html_read(*state, slice_of(page), true);
}

#define assert_slice(got, want) assert_slice_at(got, want, __LINE__)

static void assert_slice_at(struct slice got, const char *want, int line)
{
    if (!slice_is(got, want))
        fail_msg("line %d: \"%.*s\" is not \"%s\"", line, (int)got.size, got.data, want);
}

/* The hrefs of `kinds`, joined by commas; good until the next call. */
static const char *hrefs(const struct html_facts *facts, unsigned kinds)
{
    static struct buf joined = {.limit = 1 << 20};

    buf_clear(&joined);
    buf_add_string(&joined, "");
    for (size_t i = 0; i < facts->link_count; i++) {
        if ((kinds >> facts->links[i].kind & 1) == 0)
            continue;
        if (joined.size > 0)
            buf_add_char(&joined, ',');
        buf_add(&joined, facts->links[i].href.data, facts->links[i].href.size);
    }
    return joined.data;
}

/* --- as a browser ------------------------------------------------------------- */

static void pages_are_read_as_the_standard_says(void **state)
{
    struct cases *cases = cases_open("html.cases");
    struct slice column[3];
    int wrong = 0;

    while (cases_next(cases, column, 3)) {
        const struct html_facts *facts = html_read(*state, column[0], false);
        struct slice title = facts->has_title ? facts->title : slice_of("-");
        struct slice links = slice_of(hrefs(facts, 1u << HTML_A | 1u << HTML_AREA));

        if (title.size != column[1].size || memcmp(title.data, column[1].data, title.size) != 0 ||
            links.size != column[2].size || memcmp(links.data, column[2].data, links.size) != 0) {
            print_message("html.cases:%d: \"%.*s\" %.*s\n", cases_line(cases), (int)title.size, title.data,
                          (int)links.size, links.data);
            wrong++;
        }
    }
    cases_close(cases);
    assert_int_equal(wrong, 0);
}

static void a_page_cut_at_any_byte_is_read(void **state)
{
    static const char PAGE[] =
        "<!DOCTYPE html><html lang=en><head><title>a &amp; b</title><meta name=description content='x'>"
        "<base href=/b/><script><!-- <script> </script> --></script><style></style></head><body><!-- c -->"
        "<h1>H &eacute;</h1><a href='x&y' rel=nofollow>text <img src=i alt=\"alt\"></a><svg><title>s</title>"
        "<![CDATA[ x ]]></svg><table><tr><td><a href=2></table><template><a href=3></template><textarea></textarea>";

    for (size_t size = 0; size <= sizeof PAGE - 1; size++) {
        char *page = mem_copy(PAGE, size);
        const struct html_facts *facts;

        page = mem_resize(page, size + (size == 0)); /* without the NUL: reading beyond is found */
        facts = html_read(*state, (struct slice){page, size}, false);
        assert_true(facts->link_count <= 4);
        assert_true(size < 60 || slice_is(facts->title, "a & b"));
        free(page);
    }
}

/* --- what is extracted -------------------------------------------------------- */

static void an_anchor_has_its_text_and_the_alt_of_images_inside(void **state)
{
    const struct html_facts *facts = read_html(
        state, "<a href=1> one <b>two</b>\n<div>three</div> </a>tail<a href=2><img alt='A  &amp; B'></a>"
               "<a href=3>left <svg><title>icon</title></svg></a><a href=4><script>x</script>d\\e</a><a href=5>");

    assert_int_equal(facts->link_count, 5);
    assert_slice(facts->links[0].anchor, "one two three");
    assert_slice(facts->links[1].anchor, "A & B");
    assert_slice(facts->links[2].anchor, "left icon");
    assert_slice(facts->links[3].anchor, "d\\e");
    assert_slice(facts->links[4].anchor, "");
}

static void links_are_the_same_without_anchor_texts(void **state)
{
    struct html_limits limits = LIMITS;
    struct html *html;
    const struct html_facts *facts;

    (void)state;
    limits.anchor_bytes = 0;
    html = html_new(&limits, "crawl");
    facts = html_read(html, slice_of("<title>t</title><h1>u <a href=1 rel=nofollow>v</a></h1><a href=2>w<a href=1>x"),
                      false);
    assert_int_equal(facts->link_count, 3);
    assert_slice(facts->links[0].href, "1");
    assert_int_equal(facts->links[0].rel, HTML_NOFOLLOW);
    assert_slice(facts->links[0].anchor, "");
    assert_slice(facts->links[2].href, "1");
    assert_slice(facts->title, "t");
    assert_slice(facts->h1, "u v");
    html_free(html);
}

static void an_anchor_ends_where_the_next_begins(void **state)
{
    const struct html_facts *facts = read_html(
        state, "<a href=1>one<a href=2>two</a><object><a href=3>three<object><a href=4>four</a></object></a>");

    assert_slice(facts->links[0].anchor, "one");
    assert_slice(facts->links[1].anchor, "two");
    assert_slice(facts->links[2].anchor, "three");
    assert_slice(facts->links[3].anchor, "four");
}

static void texts_are_cut_between_characters(void **state)
{
    struct buf page = {.limit = 1 << 20};
    const struct html_facts *facts;

    buf_add_string(&page, "<title>a");
    for (int i = 0; i < 1000; i++)
        buf_add_string(&page, "\xE2\x82\xAC");
    buf_add_string(&page, "</title><a href=x>a");
    for (int i = 0; i < 1000; i++)
        buf_add_string(&page, "&euro;");
    facts = html_read(*state, buf_slice(&page), false);
    assert_int_equal(facts->title.size, 100);
    assert_true(text_is_utf8(facts->title));
    assert_int_equal(facts->links[0].anchor.size, 19);
    assert_true(text_is_utf8(facts->links[0].anchor));
    buf_free(&page);
}

static void rel_says_what_a_link_is_worth(void **state)
{
    const struct html_facts *facts =
        read_html(state, "<a href=1 rel='noopener NoFollow'><a href=2 rel=\"ugc\tsponsored\"><a href=3 rel=x><area "
                         "href=4 rel=nofollow>");

    assert_int_equal(facts->links[0].rel, HTML_NOFOLLOW);
    assert_int_equal(facts->links[1].rel, HTML_UGC | HTML_SPONSORED);
    assert_int_equal(facts->links[2].rel, 0);
    assert_int_equal(facts->links[3].rel, HTML_NOFOLLOW);
}

static void links_of_each_kind_are_told_apart(void **state)
{
    static const char *const WANT[HTML_LINK_KIND_COUNT] = {"a",
                                                           "area",
                                                           "frame-no",
                                                           "iframe",
                                                           "canon",
                                                           "alt",
                                                           "next",
                                                           "prev",
                                                           "amp",
                                                           "icon",
                                                           "style,alternate-style",
                                                           "img,small,large,picture",
                                                           "script",
                                                           "source,video,object",
                                                           "form"};
    const struct html_facts *facts = read_html(
        state,
        "<link rel=canonical href=canon><link rel='alternate' hreflang=de href=alt><link rel=next href=next>"
        "<link rel=prev href=prev><link rel=amphtml href=amp><link rel='shortcut icon' href=icon>"
        "<link rel=stylesheet href=style><link rel='alternate stylesheet' href=alternate-style><link rel=x href=none>"
        "<script src=script></script><body><a href=a><area href=area><frame src=frame-no><iframe src=iframe></iframe>"
        "<img src=img srcset='small 1x, large 2x'><picture><source srcset=picture></picture>"
        "<video src=video><source src=source></video><object data=object></object><form action=form>");

    for (unsigned kind = 0; kind < HTML_LINK_KIND_COUNT; kind++) {
        if (kind == HTML_FRAME)
            assert_string_equal(hrefs(facts, 1u << kind), ""); /* a body has no frames */
        else if (kind == HTML_SOURCE)
            assert_string_equal(hrefs(facts, 1u << kind), "video,source,object");
        else
            assert_string_equal(hrefs(facts, 1u << kind), WANT[kind]);
    }
    assert_slice(facts->canonical, "canon");
    facts = read_html(state, "<frameset><frame src=one><frame src=two></frameset>");
    assert_string_equal(hrefs(facts, 1u << HTML_FRAME), "one,two");
}

static void only_the_kinds_asked_for_are_kept(void **state)
{
    struct html_limits limits = LIMITS;
    struct html *html;
    const struct html_facts *facts;

    (void)state;
    limits.kinds = 1u << HTML_AREA;
    html = html_new(&limits, NULL);
    facts = html_read(html, slice_of("<link rel=canonical href=c><a href=1>x</a><area href=2><img src=3>"), false);
    assert_int_equal(facts->link_count, 1);
    assert_slice(facts->links[0].href, "2");
    assert_true(facts->has_canonical);
    html_free(html);
}

static void the_facts_of_a_page_are_found(void **state)
{
    const struct html_facts *facts = read_html(
        state, "<html lang=\" de-CH \"><meta name=Description content=' what it\nis '><meta property=og:title "
               "content='O &lt; G'><meta name=robots content='index, NoFollow'><meta name=crawl content=noindex>"
               "<meta name=other content=none><base target=x><base href=/b/><base href=/no/><h1> <img></h1>"
               "<h1>First <a href=x>real</a> one</h1><h1>second</h1>");

    assert_slice(facts->lang, "de-CH");
    assert_slice(facts->description, "what it\nis");
    assert_slice(facts->og_title, "O < G");
    assert_int_equal(facts->robots, HTML_NOINDEX | HTML_ROBOTS_NOFOLLOW);
    assert_slice(facts->base, "/b/");
    assert_slice(facts->h1, "First real one");
    assert_slice(facts->links[0].anchor, "real");
    facts = read_html(state, "");
    assert_false(facts->has_title || facts->has_base || facts->has_refresh || facts->has_canonical);
    assert_int_equal(facts->link_count + facts->h1.size + facts->lang.size + facts->robots, 0);
}

static void a_frameset_takes_back_what_its_body_said(void **state)
{
    const struct html_facts *facts =
        read_html(state, "<link rel=canonical href=head><body><frameset>"); /* a body tag forbids it */

    assert_slice(facts->canonical, "head");
    facts = read_html(state, "<meta name=description content=kept><p><base href=/gone/><link rel=canonical href=gone>"
                             "<a href=gone><h1></h1><frameset><frame src=kept>");
    assert_slice(facts->description, "kept");
    assert_false(facts->has_base || facts->has_canonical);
    assert_int_equal(facts->link_count, 1);
    assert_slice(facts->links[0].href, "kept");
}

static void a_refresh_leads_where_browsers_go(void **state)
{
    static const struct {
        const char *content;
        int seconds; /* -1: it is none */
        const char *url;
    } CASES[] = {
        {"0;url=a", 0, "a"},
        {" 5 ; URL = a b ", 5, "a b "},
        {"0", 0, ""},
        {"0;", 0, ""},
        {"1.9;a", 1, "a"},
        {".5;url=a", 0, "a"},
        {";url=a", -1, ""},
        {"x", -1, ""},
        {"", -1, ""},
        {"-1;url=a", -1, ""},
        {"0x;url=a", -1, ""},
        {"0,a", 0, "a"},
        {"0 a", 0, "a"},
        {"0;url='a'b'", 0, "a"},
        {"0;\"a", 0, "a"},
        {"0;urla", 0, "urla"},
        {"0;ur'a'", 0, "ur'a'"},
        {"0;url'a'", 0, "url'a'"},
        {"0;url=", 0, ""},
        {"0;url=url=a", 0, "url=a"},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int seconds;
        struct slice url;
        bool is = html_value_refresh(slice_of(CASES[i].content), &seconds, &url);

        if (is != (CASES[i].seconds >= 0) || (is && (seconds != CASES[i].seconds || !slice_is(url, CASES[i].url))))
            fail_msg("\"%s\": %d %.*s", CASES[i].content, seconds, (int)url.size, url.data);
    }
    assert_slice(read_html(state,
                           "<meta http-equiv=refresh content=x><meta http-equiv=Refresh content='3;url=&quot;b&quot;'>"
                           "<meta http-equiv=refresh content='0;url=c'>")
                     ->refresh,
                 "b");
}

static void a_srcset_gives_its_urls(void **state)
{
    struct slice rest = slice_of(" a 1x, b,c 2x , d(1,2) 3x (4, 5), e,, ,f"), url;
    const char *want[] = {"a", "b,c", "d(1,2)", "e", "f"};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_true(html_value_srcset(&rest, &url));
        assert_slice(url, want[i]);
    }
    assert_false(html_value_srcset(&rest, &url));
}

/* --- texts -------------------------------------------------------------------- */

static unsigned bits_apart(uint64_t a, uint64_t b)
{
    return (unsigned)__builtin_popcountll(a ^ b);
}

/* A text of `count` words, of which every `every`th is another. */
static void add_words(struct buf *page, unsigned count, unsigned every, const char *between)
{
    uint32_t random = 1;

    for (unsigned i = 0; i < count; i++) {
        random = random * 1103515245u + 12345;
        buf_printf(page, "%s%s%u", i == 0 ? "" : between, every > 0 && i % every == 0 ? "other" : "word", random >> 20);
    }
}

static void equal_texts_have_equal_hashes_and_near_ones_near(void **state)
{
    struct buf page = {.limit = 1 << 20};
    struct html_facts first, same, near, far;

    buf_add_string(&page, "<title>one</title><p>");
    add_words(&page, 1000, 0, " ");
    first = *html_read(*state, buf_slice(&page), false);
    buf_clear(&page);
    buf_add_string(&page, "<title>other</title><script>x y z</script><template>t</template><div class=x><p>\n");
    add_words(&page, 1000, 0, "\n<br> ");
    same = *html_read(*state, buf_slice(&page), false);
    buf_clear(&page);
    add_words(&page, 1000, 100, " ");
    near = *html_read(*state, buf_slice(&page), false);
    buf_clear(&page);
    add_words(&page, 1000, 1, " ");
    far = *html_read(*state, buf_slice(&page), false);
    buf_free(&page);
    assert_true(first.text_hash == same.text_hash && first.text_simhash == same.text_simhash);
    assert_int_equal(first.text_bytes, same.text_bytes);
    assert_true(first.text_hash != near.text_hash);
    assert_in_range(bits_apart(first.text_simhash, near.text_simhash), 0, 10);
    assert_in_range(bits_apart(first.text_simhash, far.text_simhash), 18, 64);
}

static void the_text_counts_with_its_white_space_collapsed(void **state)
{
    assert_int_equal(read_html(state, "<title>t</title><p> one\n\t two <b>three </b>")->text_bytes, 13);
    assert_int_equal(read_html(state, " <p> ")->text_bytes, 0);
}

/* --- unhappy input ------------------------------------------------------------ */

/* `unit` so often that it is about `bytes`, and something behind it. */
static const struct html_facts *read_many(void **state, const char *start, const char *unit, size_t bytes,
                                          const char *end)
{
    size_t size = strlen(unit), count = bytes / size, at = strlen(start);
    char *page = mem_alloc(at + count * size + strlen(end));
    const struct html_facts *facts;

    memcpy(page, start, at);
    for (size_t i = 0; i < count; i++, at += size)
        memcpy(page + at, unit, size);
    memcpy(page + at, end, strlen(end));
    facts = html_read(*state, (struct slice){page, at + strlen(end)}, false);
    free(page);
    return facts;
}

static void any_depth_is_read_to_its_end(void **state)
{
    static const char *const UNITS[] = {"<div>",        "<span>",           "<b>",       "<b><p>",
                                        "<ul><li>",     "<table><tr><td>",  "<x-y>",     "<object>",
                                        "<blockquote>", "<select><option>", "<ruby><rt>"};

    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        const struct html_facts *facts = read_many(state, "", UNITS[i], 3000000, "<a href=end>x");

        if (facts->link_count != 1 || !slice_is(facts->links[0].href, "end"))
            fail_msg("%s: %zu links", UNITS[i], facts->link_count);
    }
    /* What is open beyond any sane depth is closed by as many end tags. */
    assert_int_equal(read_many(state, "<svg>", "<g>", 3000000, "</svg><a href=x>")->link_count, 1);
}

/* Each of these costs the square of its size where a parser walks its stack for every tag. */
static void no_input_takes_more_than_linear_time(void **state)
{
    static const struct {
        const char *start, *unit;
    } PAGES[] = {{"<p><object>", "<span></section></p>"},
                 {"<svg>", "<g></x>"},
                 {"", "<x-y></x-z>"},
                 {"", "<b><i><div></b></i>"},
                 {"", "<a href=x><div></a>"},
                 {"", "<form><div></form>"},
                 {"<div>", "<nobr><div>"},
                 {"<table>", "<a href=y>"},
                 {"<p>", "<font size=1><p>x</p>"},
                 {"", "<template>"},
                 {"", "<!--x"},
                 {"<script>", "<!--<script"},
                 {"<title>", "</titl"},
                 {"<a ", "b=\" "},
                 {"<a ", "a"},
                 {"", "<a b='"},
                 {"<a href='", "&CounterClockwiseContourIntegra"}};

    for (size_t i = 0; i < sizeof PAGES / sizeof PAGES[0]; i++)
        read_many(state, PAGES[i].start, PAGES[i].unit, 4000000, "");
}

static void links_beyond_the_limit_are_counted(void **state)
{
    const struct html_facts *facts = read_many(state, "", "<a href=x>", 10 * 150000, "");

    assert_int_equal(facts->link_count, 100000);
    assert_int_equal(facts->links_left_out, 50000);
}

static void an_href_beyond_the_limit_is_left_out_and_counted(void **state)
{
    const struct html_facts *facts = read_many(state, "<a href='", "x", 250000, "'>long</a><a href=y>short</a>");

    assert_int_equal(facts->link_count, 1);
    assert_int_equal(facts->links_left_out, 1);
    assert_slice(facts->links[0].anchor, "short");
    facts = read_many(state, "<a href='", "&amp;", 5 * 200, "'>fits</a>");
    assert_int_equal(facts->links[0].href.size, 200);
    facts = read_many(state, "<img alt='", "y", 250000, "'><a href=z>");
    assert_slice(facts->links[0].href, "z");
}

static void a_hundred_thousand_attributes_are_passed_over(void **state)
{
    assert_slice(read_many(state, "<a ", "data-x=\"1\" ", 1100000, "href=ok>")->links[0].href, "ok");
}

static void a_title_of_ten_megabytes_is_cut(void **state)
{
    const struct html_facts *facts = read_many(state, "<title>", "long title ", 10 << 20, "</title><a href=x>");

    assert_in_range(facts->title.size, 90, 100);
    assert_int_equal(facts->link_count, 1);
}

static void nuls_anywhere_do_no_harm(void **state)
{
    static const char PAGE[] =
        "\0<\0a><title>a\0b</title>\0<a\0 href=no><a href=\"x\0y\" \0=1>t\0u</a\0></a><!\0--><!--\0--\0>-->";
    const struct html_facts *facts = html_read(*state, (struct slice){PAGE, sizeof PAGE - 1}, false);

    assert_slice(facts->title, "a\xEF\xBF\xBD"
                               "b");
    assert_int_equal(facts->link_count, 1);
    assert_slice(facts->links[0].href, "x\xEF\xBF\xBDy");
    assert_slice(facts->links[0].anchor, "tu");
}

static void a_page_leaves_nothing_to_the_next(void **state)
{
    const struct html_facts *facts;

    read_many(state, "<title>x</title><base href=/b/><h1>h<svg><a href=1>", "<table><template><b><a href=y>", 1000000,
              "<title>");
    facts = read_html(state, "<a href=x>y</a><frameset>");
    assert_false(facts->has_title || facts->has_base);
    assert_int_equal(facts->link_count, 1);
    assert_int_equal(facts->h1.size, 0);
    assert_slice(facts->links[0].anchor, "y");
}

/* --- XML ---------------------------------------------------------------------- */

#define XHTML "<html xmlns='http://www.w3.org/1999/xhtml'>"

static void xhtml_is_read_as_xml(void **state)
{
    const struct html_facts *facts = read_xml(
        state,
        "<?xml version='1.0' encoding='utf-16'?>" XHTML "<head><title>a<b>no</b>&#233;<![CDATA[<c>]]></title></head>"
        "<body><a href='x&amp;y'> t <i>u</i> </a><A href='no'/><svg "
        "xmlns='http://www.w3.org/2000/svg'><title>no</title>"
        "<a href='no'/></svg><template><a href='no'/></template><script>&lt;a&gt;</script><h1> h </h1><area href='z'/>"
        "</body></html>");

    assert_slice(facts->title, "a\xC3\xA9<c>");
    assert_string_equal(hrefs(facts, ~0u), "x&y,z");
    assert_slice(facts->links[0].anchor, "t u");
    assert_slice(facts->h1, "h");
}

static void elements_without_the_namespace_are_none_of_html(void **state)
{
    const struct html_facts *facts = read_xml(state, "<html><title>x</title><a href='y'/></html>");

    assert_false(facts->has_title);
    assert_int_equal(facts->link_count, 0);
}

static void xml_is_read_up_to_its_first_error(void **state)
{
    const struct html_facts *facts =
        read_xml(state, XHTML "<title>t</title><a href='1'>x</a><p><a href='2'></p><a href='3'/>");

    assert_slice(facts->title, "t");
    assert_string_equal(hrefs(facts, ~0u), "1,2");
}

static void the_names_of_the_xhtml_dtds_are_known(void **state)
{
    static const char DTD[] = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://localhost:1/x.dtd'>";
    char page[500];

    snprintf(page, sizeof page, "%s%s", DTD,
             XHTML "<title>&nbsp;&eacute;&amp;</title><a href='&eacute;x&lang;'/></html>");
    assert_slice(read_xml(state, page)->title, "\xC2\xA0\xC3\xA9&");
    assert_string_equal(hrefs(read_xml(state, page), ~0u), "\xC3\xA9x\xE2\x9F\xA8");
    assert_false(read_xml(state, XHTML "<title>&eacute;</title></html>")->title.size > 0);
}

static void entities_that_grow_do_no_harm(void **state)
{
    struct buf page = {.limit = 1 << 20};
    const struct html_facts *facts;

    buf_add_string(&page, "<!DOCTYPE html [<!ENTITY a0 'ha'>");
    for (int i = 1; i < 40; i++)
        buf_printf(&page, "<!ENTITY a%d '&a%d;&a%d;&a%d;&a%d;'>", i, i - 1, i - 1, i - 1, i - 1);
    buf_add_string(&page, "]>" XHTML "<title>before</title><p>&a39;</p><a href='&a39;'/></html>");
    facts = html_read(*state, buf_slice(&page), true);
    assert_slice(facts->title, "before");
    buf_free(&page);
}

static void no_file_is_read_for_an_entity(void **state)
{
    const struct html_facts *facts =
        read_xml(state, "<!DOCTYPE html [<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY own 'O'>]>" XHTML
                        "<title>a&own;&f;b</title></html>");

    assert_slice(facts->title, "aOb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_as_the_standard_says),
        cmocka_unit_test(a_page_cut_at_any_byte_is_read),
        cmocka_unit_test(an_anchor_has_its_text_and_the_alt_of_images_inside),
        cmocka_unit_test(links_are_the_same_without_anchor_texts),
        cmocka_unit_test(an_anchor_ends_where_the_next_begins),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(rel_says_what_a_link_is_worth),
        cmocka_unit_test(links_of_each_kind_are_told_apart),
        cmocka_unit_test(only_the_kinds_asked_for_are_kept),
        cmocka_unit_test(the_facts_of_a_page_are_found),
        cmocka_unit_test(a_frameset_takes_back_what_its_body_said),
        cmocka_unit_test(a_refresh_leads_where_browsers_go),
        cmocka_unit_test(a_srcset_gives_its_urls),
        cmocka_unit_test(equal_texts_have_equal_hashes_and_near_ones_near),
        cmocka_unit_test(the_text_counts_with_its_white_space_collapsed),
        cmocka_unit_test(any_depth_is_read_to_its_end),
        cmocka_unit_test(no_input_takes_more_than_linear_time),
        cmocka_unit_test(links_beyond_the_limit_are_counted),
        cmocka_unit_test(an_href_beyond_the_limit_is_left_out_and_counted),
        cmocka_unit_test(a_hundred_thousand_attributes_are_passed_over),
        cmocka_unit_test(a_title_of_ten_megabytes_is_cut),
        cmocka_unit_test(nuls_anywhere_do_no_harm),
        cmocka_unit_test(a_page_leaves_nothing_to_the_next),
        cmocka_unit_test(xhtml_is_read_as_xml),
        cmocka_unit_test(elements_without_the_namespace_are_none_of_html),
        cmocka_unit_test(xml_is_read_up_to_its_first_error),
        cmocka_unit_test(the_names_of_the_xhtml_dtds_are_known),
        cmocka_unit_test(entities_that_grow_do_no_harm),
        cmocka_unit_test(no_file_is_read_for_an_entity),
    };

    return cmocka_run_group_tests(tests, make_html, free_html);
}

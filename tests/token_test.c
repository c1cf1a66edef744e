#include "token.h"

#include "mem.h"
#include "token_refs.h"
#include "token_stack.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct token_wants wants = {.element[NAME_A] = true,
                                   .anchor_texts = true,
                                   .text_bytes = 1000,
                                   .value_bytes = 1000,
                                   .url_bytes = 1000,
                                   .robots_name = "crawl"};

/* The short page as it came, and in how many pieces. */
struct collected {
    struct buf text;
    int pieces;
    bool ended;
};

static void collect(void *context, struct slice piece, bool last)
{
    struct collected *c = context;

    assert_false(c->ended);
    buf_add(&c->text, piece.data, piece.size);
    c->pieces++;
    c->ended = last;
}

static struct collected condense(struct slice page)
{
    struct collected c = {.text = {.limit = SIZE_MAX / 2}};
    struct token *token = token_new();
    struct token_text hashes;

    token_read(token, page, &wants, collect, &c, &hashes);
    token_free(token);
    assert_true(c.ended);
    return c;
}

static void assert_short(const char *page, const char *want)
{
    struct collected c = condense(slice_of(page));
    struct buf whole = {.limit = 1 << 20};

    buf_printf(&whole, "<page>%s</page>", want);
    assert_string_equal(c.text.data, whole.data);
    buf_free(&whole);
    buf_free(&c.text);
}

static void only_what_matters_is_written(void **state)
{
    (void)state;
    assert_short("<!DOCTYPE html><html class=x><head><meta charset=utf-8><title> T </title><link rel=stylesheet href=s>"
                 "<style>x</style></head><body><p>text<a id=y href=x>a\n b</a><img src=i><a name=z>n</a>",
                 "<title>T</title><link rel=\"stylesheet\" href=\"s\"/><body/><a href=\"x\">a b</a>");
    assert_short("<meta name=viewport content=x><meta name=crawl content=y><h1>one</h1><h1>two</h1>",
                 "<meta name=\"crawl\" content=\"y\"/><body/><heading/>one<heading-end/>");
}

/* A page whose short page, with only distinct links wanted, holds `want`. */
static void assert_distinct(const char *page, const char *want)
{
    char body[400];

    snprintf(body, sizeof body, "<body/>%s", want);
    wants.distinct = true;
    assert_short(page, body);
    wants.distinct = false;
}

static void a_repeated_link_is_left_out_if_it_says_nothing_new(void **state)
{
    char page[4000] = "<a href='b#", *end = page + strlen(page);

    (void)state;
    assert_distinct("<a href=b>1</a><a href=b>2</a><a href=b#c>3</a><a href='b'>4</a>", "<a href=\"b\">1</a>");
    assert_distinct("<a href=b><i></i></a><a href=b>2</a><a href=b>3</a>", "<a href=\"b\"></a><a href=\"b\">2</a>");
    assert_distinct("<a href=#b>1</a><a href=#c>2</a><a href=''>3</a>", "<a href=\"#b\">1</a>");
    assert_distinct("<a href=b rel=x>1</a><a href=b>2</a>", "<a href=\"b\" rel=\"x\">1</a><a href=\"b\">2</a>");
    assert_distinct("<a href=b>1<table><td><a href=b>2</a></table>3</a>", "<a href=\"b\">1</a>");
    /* A reference's '#' begins no fragment, and white space counts only in front of one. */
    assert_distinct("<a href=b&#99>1</a><a href=b&>2</a>", "<a href=\"bc\">1</a><a href=\"b\\26\">2</a>");
    assert_distinct("<a href='b #c'>1</a><a href='b '>2</a>", "<a href=\"b #c\">1</a><a href=\"b \">2</a>");
    /* One that is too long to be written does not stand in the way of one that is not. */
    memset(end, 'x', 2000);
    strcpy(end + 2000, "'>1</a><a href=b>2</a>");
    assert_distinct(page, "<long/><a href=\"b\">2</a>");
    assert_distinct("<a href=b></a><frameset>", "<a href=\"b\"></a><frameset/>");
}

static void links_can_be_had_without_their_words(void **state)
{
    (void)state;
    wants.anchor_texts = false;
    assert_distinct("<a href=b rel=x>1<b>2</b></a><a href=b rel=x>3</a><a href=c></a><h1>4 <a href=d>5</a></h1>",
                    "<a href=\"b\" rel=\"x\"/><a href=\"c\"/><heading/>4<a href=\"d\"/> 5<heading-end/>");
    wants.element[NAME_A] = false;
    assert_distinct("<a href=b>1</a><h1><a href=c>2</a></h1>", "<heading/>2<heading-end/>");
    wants.element[NAME_A] = wants.anchor_texts = true;
}

static void what_xml_treats_specially_is_escaped(void **state)
{
    (void)state;
    assert_short("<a href='&amp;<>\"\\\t&#10;\x01&#x0;\xEF\xBF\xBF\xC3\xA9 x'>",
                 "<body/><a href=\"\\26\\3C\\3E\\22\\5C\\09\\0A\\01\xEF\xBF\xBD\\EF\\BF\\BF\xC3\xA9 x\"></a>");
    assert_short("<title>&lt;&amp;'\x7f\xEF\xBB\xBF\\</title>", "<title>\\3C\\26\\27\x7F\xEF\xBB\xBF\\5C</title>");
}

static void a_long_short_page_comes_in_pieces(void **state)
{
    struct buf page = {.limit = 1 << 24};
    struct collected c;
    xmlDocPtr tree;

    (void)state;
    for (int i = 0; i < 20000; i++)
        buf_printf(&page, "<p><a href='page-%d.html?a=b&amp;c'>link %d &amp; more</a>", i, i);
    c = condense(buf_slice(&page));
    assert_true(c.pieces > 10);
    tree = xmlReadMemory(c.text.data, (int)c.text.size, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(tree);
    assert_int_equal(xmlChildElementCount(xmlDocGetRootElement(tree)), 20001); /* and the body */
    xmlFreeDoc(tree);
    buf_free(&c.text);
    buf_free(&page);
}

static void elements_without_text_come_in_pieces_too(void **state)
{
    struct token_wants areas = wants;
    struct collected c = {.text = {.limit = SIZE_MAX / 2}};
    struct buf page = {.limit = 1 << 24};
    struct token *token = token_new();
    struct token_text hashes;

    (void)state;
    areas.element[NAME_AREA] = true;
    for (int i = 0; i < 50000; i++)
        buf_printf(&page, "<area href=page-%d.html>", i);
    token_read(token, buf_slice(&page), &areas, collect, &c, &hashes);
    assert_true(c.pieces > 10);
    token_free(token);
    buf_free(&page);
    buf_free(&c.text);
}

/* --- character references ------------------------------------------------------ */

static void assert_reference(const char *text, bool in_attribute, size_t taken, const char *want)
{
    char out[REF_TEXT_SIZE];
    size_t size = 0, got = ref_read(text, text + strlen(text), in_attribute, out, &size);

    if (got != taken || (got > 0 && (size != strlen(want) || memcmp(out, want, size) != 0)))
        fail_msg("%s: %zu bytes taken, \"%.*s\"", text, got, (int)size, out);
}

static void references_are_read_as_the_standard_says(void **state)
{
    (void)state;
    assert_reference("&amp;", false, 5, "&");
    assert_reference("&ampx", false, 4, "&");
    assert_reference("&ampx", true, 0, "");
    assert_reference("&amp=", true, 0, "");
    assert_reference("&amp ", true, 4, "&");
    assert_reference("&notin;", false, 7, "\xE2\x88\x89");
    assert_reference("&notit;", false, 4, "\xC2\xAC");
    assert_reference("&notit;", true, 0, "");
    assert_reference("&sol", false, 0, "");
    assert_reference("&NotEqualTilde;", false, 15, "\xE2\x89\x82\xCC\xB8");
    assert_reference("&CounterClockwiseContourIntegral;", false, 33, "\xE2\x88\xB3");
    assert_reference("&CounterClockwiseContourIntegrals;", false, 0, "");
    assert_reference("&", false, 0, "");
    assert_reference("&;", false, 0, "");
    assert_reference("&#", false, 0, "");
    assert_reference("&#x;", false, 0, "");
    assert_reference("&#65", false, 4, "A");
    assert_reference("&#X41;B", false, 6, "A");
    assert_reference("&#128;", false, 6, "\xE2\x82\xAC");
    assert_reference("&#x81;", false, 6, "\xC2\x81");
    assert_reference("&#0;", false, 4, "\xEF\xBF\xBD");
    assert_reference("&#xD800;", false, 8, "\xEF\xBF\xBD");
    assert_reference("&#x110000;", false, 10, "\xEF\xBF\xBD");
    assert_reference("&#99999999999999999999;", false, 23, "\xEF\xBF\xBD");
    assert_reference("&#x1F600;", false, 9, "\xF0\x9F\x98\x80");
}

/* --- names and the stack --------------------------------------------------------- */

static void names_are_found_whatever_their_case(void **state)
{
    struct name_table table;

    (void)state;
    name_table_fill(&table);
    assert_int_equal(name_find(&table, slice_of("DIV"), 3), NAME_DIV);
    assert_int_equal(name_find(&table, slice_of("Annotation-XML"), 14), NAME_ANNOTATION_XML);
    assert_int_equal(name_find(&table, (struct slice){"blockquotex", 10}, 11), NAME_BLOCKQUOTE);
    assert_int_equal(name_find(&table, slice_of("blockquotf"), 10), NAME_OTHER);
    assert_int_equal(name_find(&table, slice_of("di\xF6"), 4), NAME_OTHER);
    assert_int_equal(name_find(&table, slice_of("h7"), 2), NAME_OTHER);
    assert_int_equal(attribute_find(slice_of("HREF")), ATTRIBUTE_HREF);
    assert_int_equal(attribute_find(slice_of("http-EQUIV")), ATTRIBUTE_HTTP_EQUIV);
    assert_int_equal(attribute_find(slice_of("hreF-")), ATTRIBUTE_OTHER);
}

static struct stack *stack_of(const uint8_t *names, size_t count)
{
    struct stack *s = mem_new(sizeof *s);

    stack_clear(s, 1000);
    for (size_t i = 0; i < count; i++)
        stack_push(s, (enum name)names[i], SPACE_HTML, 0, 0);
    return s;
}

static void scopes_end_where_the_standard_says(void **state)
{
    static const uint8_t NAMES[] = {NAME_HTML, NAME_BODY, NAME_P, NAME_LI, NAME_BUTTON, NAME_UL, NAME_SPAN};
    struct stack *s = stack_of(NAMES, sizeof NAMES);

    (void)state;
    assert_true(stack_in_scope(s, NAME_P));
    assert_false(stack_in_button_scope(s, NAME_P));
    assert_true(stack_in_scope(s, NAME_LI));
    assert_false(stack_in_item_scope(s, NAME_LI));
    stack_push(s, NAME_TABLE, SPACE_HTML, 0, 0);
    assert_false(stack_in_scope(s, NAME_P));
    assert_true(stack_in_table_scope(s, NAME_TABLE));
    assert_false(stack_in_table_scope(s, NAME_UL));
    stack_push(s, NAME_SPAN, SPACE_HTML, 0, 0);
    stack_end_other(s, NAME_P, 0); /* the table is special */
    assert_int_equal(s->count, 9);
    stack_end_other(s, NAME_SPAN, 0);
    assert_int_equal(s->count, 8);
    stack_remove(s, 4);
    assert_int_equal(s->top[NAME_UL], 4);
    assert_int_equal(s->top[NAME_BUTTON], -1);
    stack_free(s);
    free(s);
}

static void the_adoption_agency_moves_formatting_behind_the_block(void **state)
{
    static const uint8_t NAMES[] = {NAME_HTML, NAME_BODY};
    struct stack *s = stack_of(NAMES, sizeof NAMES);
    static const uint8_t OPEN[] = {NAME_A, NAME_B, NAME_I};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        stack_push(s, (enum name)OPEN[i], SPACE_HTML, 0, 0);
        stack_list_current(s, (struct slice){"", 0});
    }
    stack_push(s, NAME_DIV, SPACE_HTML, 0, 0);
    stack_push(s, NAME_SPAN, SPACE_HTML, 0, 0);
    /* Of html body a b i div span, </a> leaves html body b i div: the a comes behind the div, and goes with
     * all that is above it. */
    stack_adopt(s, NAME_A);
    assert_int_equal(s->count, 5);
    assert_int_equal(s->open[2].name, NAME_B);
    assert_int_equal(s->open[3].name, NAME_I);
    assert_int_equal(s->open[4].name, NAME_DIV);
    assert_false(stack_is_listed(s, NAME_A));
    assert_true(stack_is_listed(s, NAME_B) && stack_is_listed(s, NAME_I));
    stack_free(s);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_matters_is_written),
        cmocka_unit_test(a_repeated_link_is_left_out_if_it_says_nothing_new),
        cmocka_unit_test(links_can_be_had_without_their_words),
        cmocka_unit_test(what_xml_treats_specially_is_escaped),
        cmocka_unit_test(a_long_short_page_comes_in_pieces),
        cmocka_unit_test(elements_without_text_come_in_pieces_too),
        cmocka_unit_test(references_are_read_as_the_standard_says),
        cmocka_unit_test(names_are_found_whatever_their_case),
        cmocka_unit_test(scopes_end_where_the_standard_says),
        cmocka_unit_test(the_adoption_agency_moves_formatting_behind_the_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(string) ((struct slice){string, sizeof(string) - 1})

/* "encoding source" of a page; lives until the next call. */
static const char *answer(struct slice body, const char *header, bool xml)
{
    static char text[64];
    char *exact = malloc(body.size == 0 ? 1 : body.size); /* so that a sanitizer sees a read beyond it */
    const struct charset *found;
    enum charset_source source;
    size_t bom_size;

    memcpy(exact, body.data, body.size);
    found = charset_of_page((struct slice){exact, body.size}, slice_of(header), xml, &source, &bom_size);
    snprintf(text, sizeof text, "%s %s", charset_name(found), charset_source_name(source));
    assert_true(bom_size == 0 || source == CHARSET_FROM_BOM);
    free(exact);
    return text;
}

#define CHECK(html, expected) assert_string_equal(answer(BYTES(html), "", false), expected)

static void a_bom_beats_the_header_and_the_header_a_meta(void **state)
{
    enum charset_source source;
    size_t bom_size;

    (void)state;
    assert_string_equal(answer(BYTES("\xEF\xBB\xBF<meta charset=gbk>"), "koi8-r", false), "utf-8 bom");
    assert_string_equal(answer(BYTES("\xFE\xFF\0<"), "koi8-r", false), "utf-16be bom");
    assert_string_equal(answer(BYTES("\xFF\xFE<\0"), "koi8-r", false), "utf-16le bom");
    assert_string_equal(answer(BYTES("<meta charset=gbk>"), "koi8-r", false), "koi8-r header");
    assert_string_equal(answer(BYTES("<meta charset=gbk>"), "klingon", false), "gbk meta");
    assert_string_equal(answer(BYTES("<p>"), "utf-16", false), "utf-16le header");
    assert_string_equal(answer(BYTES("<p>"), "x-user-defined", false), "x-user-defined header");
    charset_of_page(BYTES("\xEF\xBB\xBF"), slice_of(""), false, &source, &bom_size);
    assert_int_equal(bom_size, 3);
    CHECK("\xEF\xBB<meta charset=gbk>", "gbk meta");
}

static void a_meta_is_read_as_the_standard_has_it(void **state)
{
    (void)state;
    CHECK("<meta charset=koi8-r>", "koi8-r meta");
    CHECK("<META\nCHARSET = ' KOI8-R '/>", "koi8-r meta");
    CHECK("<meta/charset=koi8-r>", "koi8-r meta");
    CHECK("<metax charset=koi8-r>", "windows-1252 default");
    CHECK("<meta charset=koi8-r", "windows-1252 default");
    CHECK("<meta charset=klingon><meta charset=gbk>", "gbk meta");
    CHECK("<meta charset=gbk><meta charset=koi8-r>", "gbk meta");
    CHECK("<meta charset=gbk charset=koi8-r>", "gbk meta");
    CHECK("</meta charset=gbk><meta a='>' charset=koi8-r>", "koi8-r meta");
    CHECK("<meta =charset=gbk><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<meta charset=utf-16le>", "utf-8 meta");
    CHECK("<meta charset=x-user-defined>", "windows-1252 meta");
    CHECK("<body><p>x<meta charset=gbk>", "gbk meta");
}

static void a_meta_with_http_equiv_is_read_as_the_standard_has_it(void **state)
{
    (void)state;
    CHECK("<meta http-equiv=Content-Type content='text/html; charset=gbk'>", "gbk meta");
    CHECK("<meta content='x charset charset = gbk;y' http-equiv=CONTENT-TYPE>", "gbk meta");
    CHECK("<meta http-equiv=content-type content='charset=\"gbk\"x'>", "gbk meta");
    CHECK("<meta http-equiv=content-type content='charset=\"gbk'>", "windows-1252 default");
    CHECK("<meta http-equiv=content-type content=text/html; charset=gbk>", "gbk meta");
    CHECK("<meta content='charset=gbk'>", "windows-1252 default");
    CHECK("<meta http-equiv=refresh content='charset=gbk'>", "windows-1252 default");
    CHECK("<meta http-equiv=content-type http-equiv=x content='charset=gbk'>", "gbk meta");
    CHECK("<meta http-equiv=content-type content='charset=gbk' charset=klingon>", "gbk meta");
}

static void a_meta_that_no_parser_sees_counts_only_where_there_is_no_other(void **state)
{
    (void)state;
    CHECK("<!-- <meta charset=gbk> --><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<!-- <meta charset=gbk> -->", "windows-1252 default");
    CHECK("<!--><meta charset=gbk>-->", "gbk meta");
    CHECK("<!---><meta charset=gbk>-->", "gbk meta");
    CHECK("<!-- --!><meta charset=gbk>-->", "gbk meta");
    CHECK("<script><meta charset=gbk></script>", "gbk meta");
    CHECK("<script><meta charset=gbk></script><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<script><!--<script></script><meta charset=gbk>--></script><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<script><!--><script></script><meta charset=gbk>", "gbk meta");
    CHECK("<title></titlex><meta charset=gbk></title><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<textarea><meta charset=gbk></TEXTAREA ><meta charset=koi8-r>", "koi8-r meta");
    CHECK("<style><meta charset=gbk></style><plaintext><meta charset=koi8-r>", "gbk meta");
    CHECK("<noscript><meta charset=gbk></noscript><meta charset=koi8-r>", "gbk meta");
    CHECK("<p title='<meta charset=gbk>'><?x <meta charset=gbk?><!x <meta charset=gbk><meta charset=koi8-r>",
          "koi8-r meta");
}

/* A page whose meta begins at byte `at`. */
static const char *answer_with_meta_at(size_t at, const char *before, const char *behind)
{
    static const char META[] = "<meta charset=koi8-r>";
    char page[6000];

    memset(page, 'x', sizeof page);
    memcpy(page, before, strlen(before));
    memcpy(page + at - strlen(behind), behind, strlen(behind));
    memcpy(page + at, META, sizeof META - 1);
    return answer((struct slice){page, at + sizeof META - 1}, "", false);
}

static void a_meta_counts_however_late_it_comes(void **state)
{
    (void)state;
    for (size_t at = 990; at < 1040; at++) {
        assert_string_equal(answer_with_meta_at(at, "<!--", "-->"), "koi8-r meta");
        assert_string_equal(answer_with_meta_at(at, "<script>", "</script>"), "koi8-r meta");
    }
    assert_string_equal(answer_with_meta_at(5000, "<body>", ""), "koi8-r meta");
    assert_string_equal(answer_with_meta_at(5000, "<!--", "--"), "windows-1252 default");
    /* Beyond the prescan a script hides it. */
    assert_string_equal(answer_with_meta_at(5000, "<script>", ""), "windows-1252 default");
}

static void an_xml_declaration_counts_after_a_meta(void **state)
{
    (void)state;
    CHECK("<?xml version='1.0' encoding='koi8-r'?><p>", "koi8-r xml");
    CHECK("<?xml version='1.0' encoding='koi8-r'?><meta charset=gbk>", "gbk meta");
    CHECK("<?xml encoding = \"utf-16\"?>", "utf-8 xml");
    CHECK("<?xml encoding=koi8-r?>", "windows-1252 default");
    CHECK("<?xml encoding='koi8 r'?>", "windows-1252 default");
    CHECK("<?xml encoding='koi8-r?>", "windows-1252 default");
    CHECK("<?xml ?><p encoding='koi8-r'>", "windows-1252 default");
    CHECK(" <?xml encoding='koi8-r'?>", "windows-1252 default");
    CHECK("<\0?\0x\0m\0l\0", "utf-16le xml");
    CHECK("\0<\0?\0x\0m\0l", "utf-16be xml");
}

static void xml_knows_no_meta_and_is_utf_8_if_nothing_else_is_said(void **state)
{
    (void)state;
    assert_string_equal(answer(BYTES("<?xml encoding='koi8-r'?><x/>"), "", true), "koi8-r xml");
    assert_string_equal(answer(BYTES("<?xml encoding='koi8-r'?><x/>"), "gbk", true), "gbk header");
    assert_string_equal(answer(BYTES("<meta charset='koi8-r'/>"), "", true), "utf-8 default");
    assert_string_equal(answer(BYTES("<x>\xC3\xA9</x>"), "", true), "utf-8 utf8");
    assert_string_equal(answer(BYTES("<x>\xE9</x>"), "", true), "utf-8 default");
}

static void what_declares_nothing_is_utf_8_if_it_is_valid(void **state)
{
    (void)state;
    CHECK("<p>Gr\xC3\xBC\xC3\x9F", "utf-8 utf8");
    CHECK("<p>Gr\xC3\xBC\xC3", "utf-8 utf8"); /* cut by a limit */
    CHECK("<p>plain", "windows-1252 default");
    CHECK("", "windows-1252 default");
}

static void a_few_bad_bytes_do_not_make_utf_8_something_else(void **state)
{
    (void)state;
    CHECK("<p>\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC \xFC",
          "utf-8 guess");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_bom_beats_the_header_and_the_header_a_meta),
        cmocka_unit_test(a_meta_is_read_as_the_standard_has_it),
        cmocka_unit_test(a_meta_with_http_equiv_is_read_as_the_standard_has_it),
        cmocka_unit_test(a_meta_that_no_parser_sees_counts_only_where_there_is_no_other),
        cmocka_unit_test(a_meta_counts_however_late_it_comes),
        cmocka_unit_test(an_xml_declaration_counts_after_a_meta),
        cmocka_unit_test(xml_knows_no_meta_and_is_utf_8_if_nothing_else_is_said),
        cmocka_unit_test(what_declares_nothing_is_utf_8_if_it_is_valid),
        cmocka_unit_test(a_few_bad_bytes_do_not_make_utf_8_something_else),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}

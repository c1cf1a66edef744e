#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(string) ((struct slice){string, sizeof(string) - 1})
#define BAD           "\xEF\xBF\xBD"

typedef bool add_function(struct buf *out, struct slice in);

static void check_add(add_function *add, struct slice in, const char *expected)
{
    struct buf out = {.limit = 10000};

    assert_true(add(&out, in));
    assert_string_equal(out.size == 0 ? "" : out.data, expected);
    buf_free(&out);
}

static void valid_utf_8_stays_as_it_is(void **state)
{
    static const char VALID[] =
        "a\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4"
        "\x8F\xBF\xBF and a long tail of plain text, longer than a few machine words";

    (void)state;
    assert_true(text_is_utf8(BYTES(VALID)));
    assert_true(text_is_utf8((struct slice){NULL, 0}));
    check_add(text_add_utf8, BYTES(VALID), VALID);
    check_add(text_add_utf8, (struct slice){NULL, 0}, "");
}

/* The examples of Unicode 3.9, tables 3-8 to 3-11, among others. */
static void each_maximal_bad_part_becomes_one_replacement(void **state)
{
    static const struct {
        struct slice in;
        const char *out;
    } CASES[] = {
        {BYTES("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), BAD BAD BAD BAD BAD BAD BAD BAD "A"},
        {BYTES("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), BAD BAD BAD BAD BAD BAD BAD BAD "A"},
        {BYTES("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), BAD BAD BAD BAD BAD "A" BAD BAD "B"},
        {BYTES("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), BAD BAD BAD BAD "A"},
        {BYTES("\xC3<"), BAD "<"},
        {BYTES("\xE2\x82"), BAD},
        {BYTES("\xF0\x9F\x98<b>\xF0\x9F\x98"), BAD "<b>" BAD},
        {BYTES("\xF0"), BAD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_false(text_is_utf8(CASES[i].in));
        check_add(text_add_utf8, CASES[i].in, CASES[i].out);
    }
}

static void every_bad_byte_is_found_at_every_place_of_a_long_text(void **state)
{
    char text[100];

    (void)state;
    for (size_t size = 1; size <= sizeof text; size++)
        for (size_t at = 0; at < size; at++) {
            memset(text, 'x', sizeof text);
            text[at] = '\x80';
            assert_int_equal(text_utf8_size((struct slice){text, size}), at);
            assert_int_equal(text_ascii_size((struct slice){text, size}), at);
        }
}

static void every_character_is_put_and_taken_again(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        char bytes[4];
        struct slice s = {bytes, 0};

        if (c >= 0xD800 && c < 0xE000)
            continue;
        s.size = text_put(bytes, c);
        assert_true(text_is_utf8(s));
        assert_int_equal(text_next(&s), c);
        assert_int_equal(s.size, 0);
    }
}

static void a_character_cut_by_the_end_is_told_from_a_bad_one(void **state)
{
    bool cut;

    (void)state;
    assert_int_equal(text_utf8_bad_size(BYTES("\xE2\x82"), &cut), 2);
    assert_true(cut);
    assert_int_equal(text_utf8_bad_size(BYTES("\xE2\x82x"), &cut), 2);
    assert_false(cut);
    assert_int_equal(text_utf8_bad_size(BYTES("\x80"), &cut), 1);
    assert_false(cut);
}

static void a_cut_is_between_two_characters(void **state)
{
    struct buf out = {.limit = 4};
    bool whole;

    (void)state;
    whole = text_add_utf8(&out, BYTES("\xC3\xA9\xE2\x82\xAC"));
    assert_false(whole);
    assert_true(out.full);
    assert_string_equal(out.data, "\xC3\xA9");
    buf_free(&out);
    assert_int_equal(text_prefix(BYTES("\xC3\xA9\xE2\x82\xAC"), 4).size, 2);
    assert_int_equal(text_prefix(BYTES("\xC3\xA9\xE2\x82\xAC"), 5).size, 5);
    assert_int_equal(text_prefix(BYTES("\xC3\xA9"), 1).size, 0);
}

static void only_the_case_of_ascii_letters_may_differ(void **state)
{
    (void)state;
    assert_true(text_is_nocase(BYTES("Http-EQUIV"), "http-equiv"));
    assert_false(text_is_nocase(BYTES("http-equi"), "http-equiv"));
    assert_false(text_is_nocase(BYTES("http-equiv "), "http-equiv"));
    assert_false(text_is_nocase(BYTES("http\requiv"), "http-equiv"));
    assert_false(text_is_nocase(BYTES("@"), "`"));
    assert_true(text_is_nocase((struct slice){NULL, 0}, ""));
    assert_true(text_begins_nocase(BYTES("<META x"), "<meta"));
    assert_false(text_begins_nocase(BYTES("<met"), "<meta"));
}

static void a_terminal_is_not_commanded(void **state)
{
    (void)state;
    check_add(text_add_terminal,
              BYTES("a\x1B[2J\n\x7F\xC2\x9B\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C\xC3\xA9\xFF"),
              "a\\x1b[2J\\x0a\\x7f\\x9b\\u2028\\u202e\\u2066\\u061c\xC3\xA9" BAD);
}

static void json_for_a_pipe_keeps_markup_and_commands_no_terminal(void **state)
{
    (void)state;
    check_add(text_add_json_output, BYTES("q\"b\\\n\x1b</a?b&c>\x7f\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8\xC3\xA9\x80"),
              "q\\\"b\\\\\\n\\u001b</a?b&c>\\u007f\\u009b\\u202e\\u2028\xC3\xA9\xEF\xBF\xBD");
}

static void json_is_escaped_for_a_script_element_too(void **state)
{
    (void)state;
    check_add(text_add_json, BYTES("q\"b\\\b\f\n\r\t\0\x1F</script>&\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9\x80"),
              "q\\\"b\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u003c/script\\u003e\\u0026\\u2028\\u2029\xC3\xA9" BAD);
}

static void html_is_escaped_and_holds_only_what_xml_allows(void **state)
{
    (void)state;
    check_add(text_add_html, BYTES("<a b='\"'>&amp;\r\n\t\x01\xEF\xBF\xBF\xC3\xA9\xC3"),
              "&lt;a b=&#39;&quot;&#39;&gt;&amp;amp;&#13;\n\t" BAD BAD "\xC3\xA9" BAD);
}

static void check_csv(const char *in, char separator, const char *expected)
{
    struct buf out = {.limit = 1000};

    assert_true(text_add_csv(&out, slice_of(in), separator));
    assert_string_equal(out.size == 0 ? "" : out.data, expected);
    buf_free(&out);
}

static void a_csv_cell_is_quoted_if_need_be_and_never_a_formula(void **state)
{
    (void)state;
    check_csv("", ',', "");
    check_csv("plain \xC3\xA9", ',', "plain \xC3\xA9");
    check_csv("a,b", ',', "\"a,b\"");
    check_csv("a,b", '\t', "a,b");
    check_csv("a\tb", '\t', "\"a\tb\"");
    check_csv("say \"x\"", ',', "\"say \"\"x\"\"\"");
    check_csv("two\nlines", ',', "\"two\nlines\"");
    check_csv("=1+1", ',', "'=1+1");
    check_csv("\n=1", ',', "\"'\n=1\"");
    check_csv("\xEF\xBC\xA0x", ',', "'\xEF\xBC\xA0x");
    check_csv("@x,\xFF", ',', "\"'@x," BAD "\"");
    check_csv("a-b", ',', "a-b");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(valid_utf_8_stays_as_it_is),
        cmocka_unit_test(each_maximal_bad_part_becomes_one_replacement),
        cmocka_unit_test(every_bad_byte_is_found_at_every_place_of_a_long_text),
        cmocka_unit_test(every_character_is_put_and_taken_again),
        cmocka_unit_test(a_character_cut_by_the_end_is_told_from_a_bad_one),
        cmocka_unit_test(a_cut_is_between_two_characters),
        cmocka_unit_test(only_the_case_of_ascii_letters_may_differ),
        cmocka_unit_test(a_terminal_is_not_commanded),
        cmocka_unit_test(json_is_escaped_for_a_script_element_too),
        cmocka_unit_test(json_for_a_pipe_keeps_markup_and_commands_no_terminal),
        cmocka_unit_test(html_is_escaped_and_holds_only_what_xml_allows),
        cmocka_unit_test(a_csv_cell_is_quoted_if_need_be_and_never_a_formula),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}

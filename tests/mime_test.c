#include "mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct parse_case {
    const char *value;
    const char *type; /* NULL: unusable */
    const char *label;
};

static void check(const struct parse_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mime mime;
        bool usable = mime_parse(&mime, slice_of(cases[i].value));

        if (usable != (cases[i].type != NULL) || strcmp(mime.type, usable ? cases[i].type : "") != 0 ||
            strcmp(mime.charset_label, cases[i].label) != 0)
            fail_msg("\"%s\": \"%s\" with charset \"%s\"", cases[i].value, mime.type, mime.charset_label);
    }
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void a_type_is_given_in_lower_case_without_its_parameters(void **state)
{
    static const struct parse_case CASES[] = {
        {"text/html", "text/html", ""},
        {" \tTEXT/HTML \r\n", "text/html", ""},
        {"text/html ; x=y", "text/html", ""},
        {"application/vnd.ms-excel;", "application/vnd.ms-excel", ""},
        {"!#$%&'*+-.^_`|~/x", "!#$%&'*+-.^_`|~/x", ""},
    };

    (void)state;
    CHECK(CASES);
}

static void what_is_no_type_is_unusable(void **state)
{
    static const struct parse_case CASES[] = {
        {"", NULL, ""},      {"text", NULL, ""},       {"text/", NULL, ""},
        {"/html", NULL, ""}, {"text /html", NULL, ""}, {"text/html(x)", NULL, ""},
        {"a/b/c", NULL, ""}, {"text/h tml", NULL, ""}, {";charset=x", NULL, ""},
        {",", NULL, ""},     {"t\xE9xt/a", NULL, ""},  {"text/\x01", NULL, ""},
    };

    (void)state;
    CHECK(CASES);
}

static void the_first_usable_charset_parameter_counts(void **state)
{
    static const struct parse_case CASES[] = {
        {"text/html;charset=gbk", "text/html", "gbk"},
        {"text/html; CharSet=GBK ", "text/html", "GBK"},
        {"text/html;charset=gbk;charset=utf-8", "text/html", "gbk"},
        {"text/html;charset=;charset=utf-8", "text/html", "utf-8"},
        {"text/html;charset=\x01;charset=utf-8", "text/html", "utf-8"},
        {"text/html;charset=\"\";charset=utf-8", "text/html", ""},
        {"text/html;charset =gbk", "text/html", ""},
        {"text/html;charset= gbk", "text/html", "gbk"},
        {"text/html;;;x;y=;charset=gbk", "text/html", "gbk"},
        {"text/html;x=\";charset=utf-8\";charset=gbk", "text/html", "gbk"},
        {"text/html;x=\"a\"b;charset=gbk", "text/html", "gbk"},
    };

    (void)state;
    CHECK(CASES);
}

static void a_quoted_charset_is_unquoted(void **state)
{
    static const struct parse_case CASES[] = {
        {"text/html;charset=\"gbk\"", "text/html", "gbk"},
        {"text/html;charset=\" gbk\"", "text/html", "gbk"},
        {"text/html;charset=\"g\\b\\k", "text/html", "gbk"},
        {"text/html;charset=\"gbk\\", "text/html", "gbk\\"},
        {"text/html;charset=\"gbk\"x;charset=utf-8", "text/html", "gbk"},
        {"text/html;charset='gbk'", "text/html", "'gbk'"},
        {"text/html;charset=gbk\"", "text/html", "gbk\""},
    };

    (void)state;
    CHECK(CASES);
}

static void of_several_values_the_last_usable_one_counts(void **state)
{
    static const struct parse_case CASES[] = {
        {"text/plain, text/html", "text/html", ""},
        {"text/html;charset=gbk, text/html", "text/html", "gbk"},
        {"text/html;charset=gbk, text/html;charset=big5", "text/html", "big5"},
        {"text/html;charset=gbk, text/plain", "text/plain", ""},
        {"text/html;charset=gbk, x, */*", "text/html", "gbk"},
        {"text/html;charset=gbk, text/plain, text/html", "text/html", ""},
        {"text/html;x=\",text/plain\"", "text/html", ""},
        {"*/*", "*/*", ""},
    };

    (void)state;
    CHECK(CASES);
}

static void a_type_or_charset_that_does_not_fit_is_cut_and_means_nothing(void **state)
{
    char value[1000] = "text/html+";
    struct mime mime;

    (void)state;
    memset(value + 10, 'x', 400);
    memcpy(value + 410, "/+xml;charset=gbk", 18);
    assert_false(mime_parse(&mime, slice_of(value)));
    value[4] = 'x';
    assert_true(mime_parse(&mime, slice_of(value)));
    assert_int_equal(strlen(mime.type), sizeof mime.type - 1);
    assert_int_equal(mime.kind, MIME_OTHER);
    assert_string_equal(mime.charset_label, "gbk");
    memset(value, ' ', sizeof value);
    memcpy(value, "text/html;charset=\"", 19);
    memcpy(value + 800, "gbk\"", 5);
    assert_true(mime_parse(&mime, slice_of(value)));
    assert_string_equal(mime.charset_label, "gbk");
}

static void the_kind_says_what_to_do_with_a_body(void **state)
{
    static const struct {
        const char *type;
        enum mime_kind kind;
    } CASES[] = {
        {"text/html", MIME_HTML},
        {"application/xhtml+xml", MIME_XHTML},
        {"text/xml", MIME_XML},
        {"application/xml", MIME_XML},
        {"image/svg+xml", MIME_XML},
        {"application/rss+xml", MIME_XML},
        {"text/plain", MIME_TEXT},
        {"text/css", MIME_TEXT},
        {"application/json", MIME_JSON},
        {"application/ld+json", MIME_JSON},
        {"application/pdf", MIME_PDF},
        {"image/png", MIME_OTHER},
        {"", MIME_OTHER},
        {"application/octet-stream", MIME_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct mime mime;

        mime_parse(&mime, slice_of(CASES[i].type));
        assert_int_equal(mime.kind, CASES[i].kind);
    }
}

/* The type of a body with this label. */
static const char *sniffed(const char *label, struct slice body)
{
    static struct mime computed;
    struct mime labelled;

    mime_parse(&labelled, slice_of(label));
    mime_sniff(&computed, &labelled, body);
    return computed.type;
}

#define BYTES(string) ((struct slice){string, sizeof(string) - 1})

static void a_body_without_a_usable_label_is_identified_by_its_bytes(void **state)
{
    static const struct {
        struct slice body;
        const char *type;
    } CASES[] = {
        {BYTES("<!doctype html><title>x"), "text/html"},
        {BYTES(" \n\t<HtMl lang=de>"), "text/html"},
        {BYTES("<!-- c --><title>c</title>"), "text/html"},
        {BYTES("<!--c"), "text/plain"},
        {BYTES("<p>x"), "text/html"},
        {BYTES("<p"), "text/plain"},
        {BYTES("<pre>x"), "text/plain"},
        {BYTES("<a\nhref=x>"), "text/plain"},
        {BYTES(" <?xml version='1.0'?>"), "text/xml"},
        {BYTES("%PDF-1.7\n\x01"), "application/pdf"},
        {BYTES(" %PDF-1.7"), "text/plain"},
        {BYTES("\xEF\xBB\xBF<!doctype html>"), "text/plain"},
        {BYTES("\xFF\xFE<\0h\0"), "text/plain"},
        {BYTES("\x89PNG\r\n\x1A\n\0\0"), "image/png"},
        {BYTES("RIFF1234WEBPVP8 "), "image/webp"},
        {BYTES("a great WAVE"), "text/plain"},
        {BYTES("\0\0\0\x18"
               "ftypmp42"),
         "video/mp4"},
        {BYTES("PK\x03\x04"), "application/zip"},
        {BYTES("just \x1B text"), "text/plain"},
        {BYTES("no \x01 text"), "application/octet-stream"},
        {BYTES(""), "text/plain"},
    };
    static const char *const LABELS[] = {"", "nonsense", "unknown/unknown", "application/unknown", "*/*"};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        for (size_t j = 0; j < sizeof LABELS / sizeof *LABELS; j++)
            assert_string_equal(sniffed(LABELS[j], CASES[i].body), CASES[i].type);
}

static void a_usable_label_is_believed(void **state)
{
    (void)state;
    assert_string_equal(sniffed("text/css", BYTES("<!doctype html>")), "text/css");
    assert_string_equal(sniffed("text/html", BYTES("%PDF-1.7")), "text/html");
    assert_string_equal(sniffed("text/plain", BYTES("<html><title>x")), "text/plain");
    assert_string_equal(sniffed("text/plain; charset=koi8-r", BYTES("\x01\x02")), "text/plain");
}

static void binary_data_labelled_as_plain_text_is_binary(void **state)
{
    (void)state;
    assert_string_equal(sniffed("text/plain", BYTES("x\x01")), "application/octet-stream");
    assert_string_equal(sniffed("text/plain; charset=UTF-8", BYTES("x\0y")), "application/octet-stream");
    assert_string_equal(sniffed("text/plain", BYTES("\xFF\xFEx\0y\0")), "text/plain");
}

static void only_the_first_1445_bytes_are_sniffed(void **state)
{
    char body[1446];

    (void)state;
    memset(body, 'x', sizeof body);
    body[1445] = '\1';
    assert_string_equal(sniffed("", (struct slice){body, 1446}), "text/plain");
    body[1444] = '\1';
    assert_string_equal(sniffed("", (struct slice){body, 1446}), "application/octet-stream");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_type_is_given_in_lower_case_without_its_parameters),
        cmocka_unit_test(what_is_no_type_is_unusable),
        cmocka_unit_test(the_first_usable_charset_parameter_counts),
        cmocka_unit_test(a_quoted_charset_is_unquoted),
        cmocka_unit_test(of_several_values_the_last_usable_one_counts),
        cmocka_unit_test(a_type_or_charset_that_does_not_fit_is_cut_and_means_nothing),
        cmocka_unit_test(the_kind_says_what_to_do_with_a_body),
        cmocka_unit_test(a_body_without_a_usable_label_is_identified_by_its_bytes),
        cmocka_unit_test(a_usable_label_is_believed),
        cmocka_unit_test(binary_data_labelled_as_plain_text_is_binary),
        cmocka_unit_test(only_the_first_1445_bytes_are_sniffed),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}

#include "url.h"

#include "cases.h"
#include "mem.h"
#include "url_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_slice(struct slice got, const char *want)
{
    if (!slice_is(got, want))
        fail_msg("\"%.*s\" is not \"%s\"", (int)got.size, got.data, want);
}

static void references_resolve_as_browsers_do(void **state)
{
    struct url base = URL_INIT, url = URL_INIT;
    struct cases *cases = cases_open("url.cases");
    struct slice column[3];

    (void)state;
    while (cases_next(cases, column, 3)) {
        bool alone = slice_is(column[0], "-");
        struct slice got;

        if (!alone)
            assert_int_equal(url_parse(&base, column[0]), URL_WEB);
        switch (url_resolve(&url, alone ? NULL : &base, column[1], NULL)) {
        case URL_WEB:
            got = buf_slice(&url.text);
            break;
        case URL_OTHER:
            got = slice_of("other");
            break;
        default:
            got = slice_of("-");
        }
        if (got.size != column[2].size || memcmp(got.data, column[2].data, got.size) != 0)
            fail_msg("url.cases:%d: %.*s", cases_line(cases), (int)got.size, got.data);
    }
    cases_close(cases);
    url_free(&base);
    url_free(&url);
}

static void a_resolved_url_parses_to_itself_with_the_same_parts(void **state)
{
    struct url base = URL_INIT, url = URL_INIT, again = URL_INIT;
    struct cases *cases = cases_open("url.cases");
    struct slice column[3];

    (void)state;
    while (cases_next(cases, column, 3)) {
        bool alone = slice_is(column[0], "-");

        if (!alone)
            url_parse(&base, column[0]);
        if (url_resolve(&url, alone ? NULL : &base, column[1], NULL) != URL_WEB)
            continue;
        assert_int_equal(url_parse(&again, buf_slice(&url.text)), URL_WEB);
        assert_string_equal(again.text.data, url.text.data);
        assert_int_equal(again.user_at, url.user_at);
        assert_int_equal(again.host_at, url.host_at);
        assert_int_equal(again.host_end, url.host_end);
        assert_int_equal(again.path_at, url.path_at);
        assert_int_equal(again.query_at, url.query_at);
        assert_int_equal(again.port, url.port);
        assert_int_equal(again.https, url.https);
    }
    cases_close(cases);
    url_free(&base);
    url_free(&url);
    url_free(&again);
}

static void its_parts_are_where_they_should_be(void **state)
{
    struct url url = URL_INIT;
    struct buf out = {.limit = 1000};

    (void)state;
    assert_int_equal(url_parse(&url, slice_of("https://user:pass@www.example.org:8080/a/b?q=1#f")), URL_WEB);
    assert_slice(url_host(&url), "www.example.org");
    assert_slice(url_path(&url), "/a/b");
    assert_slice(url_target(&url), "/a/b?q=1");
    assert_int_equal(url.port, 8080);
    assert_true(url.https);
    url_add_origin(&url, &out);
    assert_string_equal(out.data, "https://www.example.org:8080");
    buf_clear(&out);
    url_add_sent(&url, &out);
    assert_string_equal(out.data, "https://www.example.org:8080/a/b?q=1");
    url_parse(&url, slice_of("http://[2001:db8::1]?"));
    assert_slice(url_host(&url), "[2001:db8::1]");
    assert_slice(url_path(&url), "/");
    assert_slice(url_target(&url), "/?");
    assert_int_equal(url.port, 80);
    assert_false(url.https);
    buf_free(&out);
    url_free(&url);
}

/* The letters of url_key.cases, as bits. */
static unsigned rules_of(struct slice letters)
{
    static const char names[] = "ucnsqp";
    unsigned rules = 0;

    for (size_t i = 0; i < letters.size && letters.data[i] != '-'; i++) {
        unsigned number = (unsigned)(strchr(names, letters.data[i]) - names);

        rules |= 1u << (number == URL_RULE_COUNT ? URL_RULE_COUNT - 1 : number);
    }
    return rules;
}

static void a_key_differs_only_by_the_rules_that_are_on(void **state)
{
    const char *ignored[] = {"utm_*", "ref", NULL};
    struct cases *cases = cases_open("url_key.cases");
    struct buf key = {.limit = URL_LIMIT};
    struct url url = URL_INIT;
    struct slice column[4];

    (void)state;
    while (cases_next(cases, column, 4)) {
        bool some = memchr(column[0].data, 'p', column[0].size) != NULL;
        struct url_rules rules = {rules_of(column[0]), some ? ignored : NULL};
        struct slice want = slice_is(column[3], "=") ? slice_of("") : column[3];
        unsigned made;

        assert_int_equal(url_parse(&url, column[1]), URL_WEB);
        made = url_key(&url, &rules, &key);
        if (made != rules_of(column[2]) || key.size != want.size ||
            (want.size > 0 && memcmp(key.data, want.data, want.size) != 0))
            fail_msg("url_key.cases:%d: %s, rules %x", cases_line(cases), key.size == 0 ? "" : key.data, made);
    }
    cases_close(cases);
    buf_free(&key);
    url_free(&url);
}

static void every_rule_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < URL_RULE_COUNT; i++)
        assert_non_null(url_rule_names[i]);
}

static bool is_in(int byte, const char *set)
{
    return byte != 0 && strchr(set, byte) != NULL;
}

/* The sets as the standard words them, each from the one before it. */
static void the_classes_are_the_percent_encode_sets(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool control = byte < 0x20 || byte > 0x7e;
        bool query = control || is_in(byte, " \"#<>");
        bool path = query || is_in(byte, "?^`{}");
        bool userinfo = path || is_in(byte, "/:;=@[\\]^|");
        bool special_query = query || byte == '\'';
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        unsigned class = 0;

        if (letter || (byte >= '0' && byte <= '9') || is_in(byte, "+-."))
            class |= URL_IN_SCHEME;
        if (!path && !is_in(byte, "/\\"))
            class |= URL_IN_PATH;
        if (!special_query)
            class |= URL_IN_QUERY;
        if (!userinfo)
            class |= URL_IN_USERINFO;
        if (is_in(byte, "#\t\n\r"))
            class |= URL_STOPS;
        if ((path || special_query) && byte != '?')
            class |= URL_MAY_GROW;
        assert_int_equal(url_class[byte], class);
    }
}

/* "http://a.example/" and then `unit` again and again, `size` bytes of it. */
static struct slice repeat(struct buf *out, const char *unit, size_t size)
{
    buf_clear(out);
    buf_add_string(out, "http://a.example/");
    while (out->size < size)
        buf_add_string(out, unit);
    return buf_slice(out);
}

static void what_is_longer_than_the_limit_is_bad(void **state)
{
    struct buf text = {.limit = 2 * URL_LIMIT};
    struct url url = URL_INIT;
    struct slice slice = repeat(&text, "b", URL_LIMIT);

    (void)state;
    assert_int_equal(url_parse(&url, slice), URL_WEB);
    assert_int_equal(url.text.size, URL_LIMIT);
    buf_add_char(&text, 'b');
    assert_int_equal(url_parse(&url, buf_slice(&text)), URL_BAD);
    assert_int_equal(url_parse(&url, repeat(&text, "\xc3\xa9", URL_LIMIT)), URL_BAD);
    assert_int_equal(url_parse(&url, slice_of("http://a.example/b")), URL_WEB);
    buf_free(&text);
    url_free(&url);
}

static void crafted_urls_are_done_in_no_time(void **state)
{
    static const char *const units[] = {"../", "b/../", "b/", "%2e%2e/", "//", "..", "@",
                                        ":",   "[",     "%",  "\t",      "?&", ";"};
    struct buf text = {.limit = 2 * URL_LIMIT}, key = {.limit = URL_LIMIT};
    struct url_rules rules = {(1 << URL_RULE_COUNT) - 1, NULL};
    struct url base = URL_INIT, url = URL_INIT;

    (void)state;
    url_parse(&base, slice_of("http://a.example/b"));
    /* Each is a megabyte: what is quadratic here takes minutes, and is seen. */
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct slice slice = repeat(&text, units[i], URL_LIMIT - 10);

        if (url_parse(&url, slice) == URL_WEB)
            url_key(&url, &rules, &key);
        url_resolve(&url, &base, (struct slice){slice.data + 5, slice.size - 5}, NULL);
        url_resolve(&url, &base, (struct slice){slice.data + 17, slice.size - 17}, NULL);
        memset(text.data + 7, units[i][0], 10);
        url_parse(&url, slice);
    }
    buf_free(&text);
    buf_free(&key);
    url_free(&base);
    url_free(&url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_resolve_as_browsers_do),
        cmocka_unit_test(a_resolved_url_parses_to_itself_with_the_same_parts),
        cmocka_unit_test(its_parts_are_where_they_should_be),
        cmocka_unit_test(a_key_differs_only_by_the_rules_that_are_on),
        cmocka_unit_test(every_rule_has_a_name),
        cmocka_unit_test(the_classes_are_the_percent_encode_sets),
        cmocka_unit_test(what_is_longer_than_the_limit_is_bad),
        cmocka_unit_test(crafted_urls_are_done_in_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

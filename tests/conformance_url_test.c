#include "conformance.h"

#include "charset.h"
#include "url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A string of a case that may hold NULs. */
static struct slice text_of(json_t *c, const char *key)
{
    json_t *value = json_object_get(c, key);

    return (struct slice){json_string_value(value), json_string_length(value)};
}

/* What came of a reference, in the words of urls.json, the URL itself behind "url". */
static void say(char *out, size_t size, enum url_kind kind, const struct url *url)
{
    if (kind == URL_WEB)
        snprintf(out, size, "url %s", url->text.data);
    else
        snprintf(out, size, "%s", kind == URL_OTHER ? "skip" : "fail");
}

static void urls_resolve_as_the_standard_says(void **state)
{
    struct conformance_count counts[] = {{"urls.json url", 0, 0}, {"urls.json skip", 0, 0}, {"urls.json fail", 0, 0}};
    json_t *cases = conformance_cases("urls.json"), *c;
    struct url base = URL_INIT, url = URL_INIT;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice base_text = text_of(c, "base"), input = text_of(c, "input");
        const char *kind = conformance_string(c, "kind"), *href = conformance_string(c, "href");
        bool web = strcmp(kind, "url") == 0;
        char got[4096], expected[4096];

        if (base_text.data != NULL)
            assert_int_equal(url_parse(&base, base_text), URL_WEB);
        say(got, sizeof got, url_resolve(&url, base_text.data == NULL ? NULL : &base, input, NULL), &url);
        snprintf(expected, sizeof expected, "%s%s%.*s", kind, web ? " " : "", web ? (int)strcspn(href, "#") : 0, href);
        conformance_check(&counts[web ? 0 : strcmp(kind, "skip") == 0 ? 1 : 2], c, got, expected);
    }
    json_decref(cases);
    url_free(&base);
    url_free(&url);
    for (i = 0; i < 3; i++)
        assert_true(conformance_end(&counts[i]));
}

static void hosts_become_ascii_as_the_standard_says(void **state)
{
    struct conformance_count everyday = {"hosts.json toascii-", 0, 0}, far = {"hosts.json idna-", 0, 0};
    json_t *cases = conformance_cases("hosts.json"), *c;
    struct url url = URL_INIT;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        bool web = url_parse(&url, text_of(c, "url")) == URL_WEB;
        struct slice host = web ? url_host(&url) : slice_of("");
        char got[1024];

        snprintf(got, sizeof got, "%.*s", (int)host.size, host.data);
        conformance_check(strncmp(conformance_string(c, "id"), "toascii-", 8) == 0 ? &everyday : &far, c, got,
                          conformance_string(c, "host"));
    }
    json_decref(cases);
    url_free(&url);
    assert_true(conformance_end(&everyday));
    assert_true(conformance_end(&far));
}

static void queries_are_encoded_as_the_page_is(void **state)
{
    struct conformance_count count = {"query_encoding.json", 0, 0};
    json_t *cases = conformance_cases("query_encoding.json"), *c;
    struct buf reference = {.limit = URL_LIMIT};
    struct url base = URL_INIT, url = URL_INIT;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    url_parse(&base, slice_of("http://a.example/b"));
    json_array_foreach(cases, i, c)
    {
        const struct charset *charset = charset_by_label(text_of(c, "encoding"));
        struct slice input = text_of(c, "input");

        assert_non_null(charset);
        buf_clear(&reference);
        buf_add_char(&reference, '?');
        buf_add(&reference, input.data, input.size);
        assert_int_equal(url_resolve(&url, &base, buf_slice(&reference), charset), URL_WEB);
        conformance_check(&count, c, url.text.data + url.query_at + 1, conformance_string(c, "output"));
    }
    json_decref(cases);
    buf_free(&reference);
    url_free(&base);
    url_free(&url);
    assert_true(conformance_end(&count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_resolve_as_the_standard_says),
        cmocka_unit_test(hosts_become_ascii_as_the_standard_says),
        cmocka_unit_test(queries_are_encoded_as_the_page_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The URL and host cases of the shared conformance data, counted file by file.
 * What fails is named. Skipped, visibly, where the data is not at hand: it is
 * looked for in $CRAWL_SHARED, then in ../shared beside the sources. */
#include "charset.h"
#include "url.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The file with its cases, or NULL where there is none. The caller ends it with json_decref(). */
static json_t *load(const char *name, json_t **cases)
{
    const char *shared = getenv("CRAWL_SHARED");
    const char *sources = getenv("srcdir");
    char path[4096];
    json_t *file;

    if (shared != NULL)
        snprintf(path, sizeof path, "%s/conformance/%s", shared, name);
    else
        snprintf(path, sizeof path, "%s/../shared/conformance/%s", sources == NULL ? "." : sources, name);
    file = json_load_file(path, JSON_ALLOW_NUL, NULL);
    *cases = json_object_get(file, "cases");
    if (file == NULL)
        print_message("skipped: %s is not there\n", path);
    return file;
}

/* The member `key` of a case as text; `data` is NULL where it is null or missing. */
static struct slice text_of(json_t *item, const char *key)
{
    json_t *value = json_object_get(item, key);

    return (struct slice){json_string_value(value), json_string_length(value)};
}

static bool is_same(struct slice a, struct slice b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

struct count {
    const char *name;
    size_t good, all;
};

/* Counts one case; a wrong one is named. */
static void note(struct count *count, bool good, json_t *item, struct slice got)
{
    count->all++;
    count->good += good;
    if (!good)
        print_message("  %s: %s gave %.*s\n", count->name, text_of(item, "id").data, (int)got.size, got.data);
}

/* Prints the count and asserts that at least `permille` of 1,000 are right. */
static void judge(const struct count *count, size_t permille)
{
    print_message("%s: %zu of %zu\n", count->name, count->good, count->all);
    assert_true(count->all > 0);
    assert_true(count->good * 1000 >= count->all * permille);
}

/* True if `href` without its fragment is what stands in *url. */
static bool is_href(const struct url *url, struct slice href)
{
    const char *hash = memchr(href.data, '#', href.size);

    if (hash != NULL)
        href.size = (size_t)(hash - href.data);
    return is_same(buf_slice(&url->text), href);
}

static void urls_resolve_as_the_standard_says(void **state)
{
    struct count web = {"urls.json url", 0, 0}, other = {"urls.json skip", 0, 0}, bad = {"urls.json fail", 0, 0};
    struct url base = URL_INIT, url = URL_INIT;
    json_t *cases, *item, *file = load("urls.json", &cases);
    size_t i;

    (void)state;
    if (file == NULL)
        skip();
    json_array_foreach(cases, i, item)
    {
        struct slice base_text = text_of(item, "base");
        const char *kind = text_of(item, "kind").data;
        enum url_kind got;

        if (base_text.data != NULL)
            assert_int_equal(url_parse(&base, base_text), URL_WEB);
        got = url_resolve(&url, base_text.data == NULL ? NULL : &base, text_of(item, "input"), NULL);
        if (strcmp(kind, "url") == 0)
            note(&web, got == URL_WEB && is_href(&url, text_of(item, "href")), item, buf_slice(&url.text));
        else if (strcmp(kind, "skip") == 0)
            note(&other, got == URL_OTHER, item, buf_slice(&url.text));
        else
            note(&bad, got == URL_BAD, item, buf_slice(&url.text));
    }
    json_decref(file);
    url_free(&base);
    url_free(&url);
    judge(&web, 1000);
    judge(&other, 1000);
    judge(&bad, 1000);
}

static void hosts_become_ascii_as_the_standard_says(void **state)
{
    struct count everyday = {"hosts.json toascii", 0, 0}, all = {"hosts.json all", 0, 0};
    struct url url = URL_INIT;
    json_t *cases, *item, *file = load("hosts.json", &cases);
    size_t i;

    (void)state;
    if (file == NULL)
        skip();
    json_array_foreach(cases, i, item)
    {
        struct slice host = text_of(item, "host");
        bool web = url_parse(&url, text_of(item, "url")) == URL_WEB;
        bool good = host.data == NULL ? !web : web && is_same(url_host(&url), host);

        if (strncmp(text_of(item, "id").data, "toascii", 7) == 0)
            note(&everyday, good, item, buf_slice(&url.text));
        note(&all, good, item, buf_slice(&url.text));
    }
    json_decref(file);
    url_free(&url);
    
    judge(&everyday, 980);
    judge(&all, 950);
}

static void queries_are_encoded_as_the_page_is(void **state)
{
    struct count all = {"query_encoding.json", 0, 0};
    struct url base = URL_INIT, url = URL_INIT;
    struct buf reference = {.limit = URL_LIMIT};
    json_t *cases, *item, *file = load("query_encoding.json", &cases);
    size_t i;

    (void)state;
    if (file == NULL)
        skip();
    url_parse(&base, slice_of("http://a.example/b"));
    json_array_foreach(cases, i, item)
    {
        struct slice input = text_of(item, "input"), output = text_of(item, "output"), got;
        const struct charset *charset = charset_by_label(text_of(item, "encoding"));

        buf_clear(&reference);
        buf_add_char(&reference, '?');
        buf_add(&reference, input.data, input.size);
        assert_int_equal(url_resolve(&url, &base, buf_slice(&reference), charset), URL_WEB);
        got = (struct slice){url.text.data + url.query_at + 1, url.text.size - url.query_at - 1};
        note(&all, charset != NULL && is_same(got, output), item, got);
    }
    json_decref(file);
    buf_free(&reference);
    url_free(&base);
    url_free(&url);
    judge(&all, 1000);
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

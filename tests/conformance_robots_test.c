#include "conformance.h"

#include "mime.h"
#include "robots.h"
#include "sitemap.h"
#include "url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- robots.txt ----------------------------------------------------------------- */

static void every_agreed_verdict_on_a_url_is_given(void **state)
{
    struct conformance_count must = {"robots_rules.json agreed and rfc", 0, 0},
                             may = {"robots_rules.json lenient", 0, 0};
    json_t *cases = conformance_cases("robots_rules.json"), *c, *query;
    struct url base = URL_INIT, url = URL_INIT;
    size_t i, k;

    (void)state;
    if (cases == NULL)
        skip();
    assert_int_equal(url_parse(&base, slice_of("http://example.com/")), URL_WEB);
    json_array_foreach(cases, i, c)
    {
        struct slice body = conformance_bytes(c, "body_b64");

        json_array_foreach(json_object_get(c, "queries"), k, query)
        {
            struct robots *robots = robots_parse(body, conformance_string(query, "agent"));
            const char *asked = conformance_string(query, "url");
            bool lenient = strcmp(conformance_string(query, "level"), "lenient") == 0, allowed;

            if (strncmp(asked, "ftp:", 4) == 0)
                asked += 4; /* resolved as one of ours: rules only see its path */
            assert_int_equal(url_resolve(&url, &base, slice_of(asked), NULL), URL_WEB);
            allowed = robots_check(robots, url_target(&url)).allowed;
            conformance_check(lenient ? &may : &must, c, allowed ? "allowed" : "refused",
                              json_is_true(json_object_get(query, "allowed")) ? "allowed" : "refused");
            robots_free(robots);
        }
        free((char *)body.data);
    }
    json_decref(cases);
    url_free(&base);
    url_free(&url);
    conformance_end(&may);
    assert_true(conformance_end(&must));
}

static void every_delay_is_read(void **state)
{
    struct conformance_count count = {"robots_delay.json", 0, 0};
    json_t *cases = conformance_cases("robots_delay.json"), *c;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = conformance_bytes(c, "body_b64");
        struct robots *robots = robots_parse(body, conformance_string(c, "agent"));
        json_t *delay = json_object_get(c, "delay");
        char got[32], expected[32];

        snprintf(got, sizeof got, "%lld", (long long)robots_delay_ms(robots));
        snprintf(expected, sizeof expected, "%.0f", json_is_number(delay) ? json_number_value(delay) * 1000 : -1.0);
        conformance_check(&count, c, got, expected);
        robots_free(robots);
        free((char *)body.data);
    }
    json_decref(cases);
    assert_true(conformance_end(&count));
}

/* --- Lists of URLs ---------------------------------------------------------------- */

/* URLs as they come: resolved against `base`, if there is one, and without repeats; a line each. */
struct list {
    const struct url *base;
    struct buf text;
};

static bool add(void *arg, struct slice reference, int64_t lastmod_ms)
{
    struct list *list = arg;
    struct url url = URL_INIT;

    (void)lastmod_ms;
    if (url_resolve(&url, list->base, reference, NULL) == URL_WEB) {
        size_t before = list->text.size;

        buf_printf(&list->text, "%s\n", url.text.data);
        /* The same line before it? Only looked for in short lists: the long ones of the cases have no repeats. */
        for (size_t i = 0; before < 10000 && i < before; i++)
            if ((i == 0 || list->text.data[i - 1] == '\n') &&
                strncmp(list->text.data + i, list->text.data + before, list->text.size - before) == 0) {
                list->text.size = before;
                list->text.data[before] = '\0';
            }
    }
    url_free(&url);
    return true;
}

/* What the list should be. */
static struct buf expected_list(const json_t *urls, const char *start)
{
    struct buf text = {.limit = 64u << 20};
    const json_t *url;
    size_t i;

    buf_add_string(&text, start);
    json_array_foreach(urls, i, url) buf_printf(&text, "%s\n", json_string_value(url));
    return text;
}

static void every_sitemap_line_is_found(void **state)
{
    struct conformance_count count = {"robots_sitemaps.json", 0, 0};
    json_t *cases = conformance_cases("robots_sitemaps.json"), *c;
    struct url base = URL_INIT;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = conformance_bytes(c, "body_b64");
        struct robots *robots = robots_parse(body, "crawl");
        struct buf expected = expected_list(json_object_get(c, "sitemaps"), "");
        struct list list = {&base, {.limit = 64u << 20}};

        assert_int_equal(url_parse(&base, slice_of(conformance_string(c, "robots_url"))), URL_WEB);
        buf_add_string(&list.text, "");
        for (size_t k = 0; k < robots_sitemap_count(robots); k++)
            add(&list, robots_sitemap(robots, k), -1);
        conformance_check(&count, c, list.text.data, expected.data);
        buf_free(&list.text);
        buf_free(&expected);
        robots_free(robots);
        free((char *)body.data);
    }
    json_decref(cases);
    url_free(&base);
    assert_true(conformance_end(&count));
}

static void every_sitemap_gives_its_urls(void **state)
{
    static const struct sitemap_limits limits = {.unpacked_bytes = 50u << 20, .urls = 50000};
    struct conformance_count must = {"sitemaps.json strict", 0, 0}, may = {"sitemaps.json lenient and optional", 0, 0};
    json_t *cases = conformance_cases("sitemaps.json"), *c;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = conformance_bytes(c, "body_b64");
        const char *level = conformance_string(c, "level");
        struct list list = {NULL, {.limit = 64u << 20}};
        struct mime mime;
        enum sitemap_kind kind;
        struct buf expected = expected_list(json_object_get(c, "locs"), conformance_string(c, "kind"));
        struct buf got = {.limit = 64u << 20};

        mime_parse(&mime, slice_of(conformance_string(c, "content_type")));
        kind = sitemap_read(body, slice_of(mime.charset_label), &limits, add, &list, NULL);
        buf_printf(&got, "%s%s", sitemap_kind_name(kind), list.text.data == NULL ? "" : list.text.data);
        if (strcmp(level, "robust") != 0) /* there, to have come to an end is all */
            conformance_check(strcmp(level, "strict") == 0 ? &must : &may, c, got.data, expected.data);
        buf_free(&list.text);
        buf_free(&got);
        buf_free(&expected);
        free((char *)body.data);
    }
    json_decref(cases);
    conformance_end(&may);
    assert_true(conformance_end(&must));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_agreed_verdict_on_a_url_is_given),
        cmocka_unit_test(every_delay_is_read),
        cmocka_unit_test(every_sitemap_line_is_found),
        cmocka_unit_test(every_sitemap_gives_its_urls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

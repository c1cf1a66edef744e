/* Runs the cases of the directory `conformance` below $CRAWL_SHARED, if there is one. */

#include "robots.h"
#include "sitemap.h"
#include "url.h"

#include "mem.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- Cases ---------------------------------------------------------------------- */

/* The cases of a file, or NULL if it is not there; the caller gives back the reference. */
static json_t *load(const char *name)
{
    const char *shared = getenv("CRAWL_SHARED");
    char path[4096];
    json_t *file, *cases;

    snprintf(path, sizeof path, "%s/conformance/%s", shared == NULL ? "../shared" : shared, name);
    file = json_load_file(path, JSON_ALLOW_NUL, NULL);
    if (file == NULL) {
        print_message("skipped: cannot read %s (set CRAWL_SHARED)\n", path);
        return NULL;
    }
    cases = json_incref(json_object_get(file, "cases"));
    json_decref(file);
    return cases;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value == NULL ? "" : value;
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

/* The bytes of a case's body, in a block of just their size. */
static struct slice body_of(const json_t *c)
{
    const char *in = text(c, "body_b64");
    size_t size = 0;
    unsigned bits = 0, count = 0;
    char *bytes = mem_alloc(strlen(in) + 1);

    for (; base64_value(*in) >= 0; in++) {
        bits = bits << 6 | (unsigned)base64_value(*in);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[size++] = (char)(bits >> count & 0xff);
        }
    }
    return (struct slice){mem_resize(bytes, size + 1), size};
}

/* Passed and run, of those that must hold and of the others. */
struct score {
    unsigned must_pass, must_run, may_pass, may_run;
};

static void count(struct score *score, bool must, bool passed, const char *id, const char *what)
{
    *(must ? &score->must_run : &score->may_run) += 1;
    *(must ? &score->must_pass : &score->may_pass) += passed;
    if (!passed)
        print_message("%s: %s %s\n", must ? "FAILED" : "open", id, what);
}

static void assert_score(const struct score *score)
{
    print_message("must: %u of %u, may: %u of %u\n", score->must_pass, score->must_run, score->may_pass,
                  score->may_run);
    assert_int_not_equal(score->must_run, 0);
    assert_int_equal(score->must_pass, score->must_run);
}

/* --- robots.txt ----------------------------------------------------------------- */

static void every_agreed_verdict_on_a_url_is_given(void **state)
{
    json_t *cases = load("robots_rules.json"), *c, *q;
    struct url base = URL_INIT;
    struct score score = {0};
    size_t i, k;

    (void)state;
    if (cases == NULL)
        skip();
    assert_int_equal(url_parse(&base, slice_of("http://example.com/")), URL_WEB);
    json_array_foreach(cases, i, c)
    {
        struct slice body = body_of(c);

        json_array_foreach(json_object_get(c, "queries"), k, q)
        {
            struct robots *robots = robots_parse(body, text(q, "agent"));
            bool wanted = json_is_true(json_object_get(q, "allowed"));
            struct slice asked = slice_of(text(q, "url"));
            struct url url = URL_INIT;

            if (strncmp(asked.data, "ftp:", 4) == 0)
                asked = slice_of(asked.data + 4); /* resolved as one of ours: rules only see the path */
            assert_int_equal(url_resolve(&url, &base, asked, NULL), URL_WEB);
            count(&score, strcmp(text(q, "level"), "lenient") != 0,
                  robots_check(robots, url_target(&url)).allowed == wanted, text(c, "id"), text(q, "url"));
            url_free(&url);
            robots_free(robots);
        }
        free((char *)body.data);
    }
    url_free(&base);
    json_decref(cases);
    assert_score(&score);
}

static void every_delay_is_read(void **state)
{
    json_t *cases = load("robots_delay.json"), *c;
    struct score score = {0};
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = body_of(c);
        struct robots *robots = robots_parse(body, text(c, "agent"));
        json_t *delay = json_object_get(c, "delay");
        int64_t wanted = json_is_number(delay) ? (int64_t)(json_number_value(delay) * 1000 + 0.5) : -1;

        count(&score, true, robots_delay_ms(robots) == wanted, text(c, "id"), text(c, "agent"));
        robots_free(robots);
        free((char *)body.data);
    }
    json_decref(cases);
    assert_score(&score);
}

/* Do the URLs at hand, resolved and without repeats, make up the list? `seen` is where we are in it. */
struct expected {
    const json_t *list;
    size_t seen;
    bool wrong;
};

static void meet(struct expected *expected, const struct url *base, struct slice reference)
{
    struct url url = URL_INIT;

    if (url_resolve(&url, base, reference, NULL) == URL_WEB) {
        const char *wanted = json_string_value(json_array_get(expected->list, expected->seen));
        bool repeated = false;

        for (size_t i = 0; i < expected->seen && !repeated; i++)
            repeated = slice_is(buf_slice(&url.text), json_string_value(json_array_get(expected->list, i)));
        if (wanted != NULL && slice_is(buf_slice(&url.text), wanted))
            expected->seen++;
        else if (!repeated)
            expected->wrong = true;
    }
    url_free(&url);
}

static void every_sitemap_line_is_found(void **state)
{
    json_t *cases = load("robots_sitemaps.json"), *c;
    struct score score = {0};
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = body_of(c);
        struct robots *robots = robots_parse(body, "crawl");
        struct expected expected = {.list = json_object_get(c, "sitemaps")};
        struct url base = URL_INIT;

        assert_int_equal(url_parse(&base, slice_of(text(c, "robots_url"))), URL_WEB);
        for (size_t k = 0; k < robots_sitemap_count(robots); k++)
            meet(&expected, &base, robots_sitemap(robots, k));
        count(&score, true, !expected.wrong && expected.seen == json_array_size(expected.list), text(c, "id"), "");
        url_free(&base);
        robots_free(robots);
        free((char *)body.data);
    }
    json_decref(cases);
    assert_score(&score);
}

/* --- Sitemaps ------------------------------------------------------------------- */

static bool meet_entry(void *arg, struct slice loc, int64_t lastmod_ms)
{
    (void)lastmod_ms;
    meet(arg, NULL, loc);
    return true;
}

static void every_sitemap_gives_its_urls(void **state)
{
    static const struct sitemap_limits limits = {.unpacked_bytes = 50u << 20, .urls = 50000};
    json_t *cases = load("sitemaps.json"), *c;
    struct score score = {0};
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice body = body_of(c);
        struct expected expected = {.list = json_object_get(c, "locs")};
        enum sitemap_kind kind =
            sitemap_read(body, slice_of(text(c, "content_type")), &limits, meet_entry, &expected, NULL);
        bool passed = !expected.wrong && expected.seen == json_array_size(expected.list) &&
                      strcmp(sitemap_kind_name(kind), text(c, "kind")) == 0;

        if (strcmp(text(c, "level"), "robust") != 0)
            count(&score, strcmp(text(c, "level"), "strict") == 0, passed, text(c, "id"), sitemap_kind_name(kind));
        free((char *)body.data);
    }
    json_decref(cases);
    assert_score(&score);
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

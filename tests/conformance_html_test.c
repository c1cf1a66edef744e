/* Runs the pages of the directory `conformance` below $CRAWL_SHARED, if there is one: decoded, read and
 * resolved as the program does it. */

#include "charset.h"
#include "conformance.h"
#include "html.h"
#include "html_values.h"
#include "mime.h"
#include "url.h"

#include "mem.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct html_limits LIMITS = {.title_bytes = 1 << 20,
                                          .anchor_bytes = 1000,
                                          .href_bytes = 1 << 20,
                                          .links = 1000000,
                                          .kinds =
                                              1u << HTML_A | 1u << HTML_AREA | 1u << HTML_FRAME | 1u << HTML_IFRAME};

static struct slice string(const json_t *value)
{
    return json_is_string(value) ? (struct slice){json_string_value(value), json_string_length(value)}
                                 : (struct slice){"", 0};
}

/* How many of the pages that must be right are so, by what. */
struct score {
    unsigned pages, titles, links, others;
};

struct answer {
    const json_t *expect;
    const struct html_facts *facts; /* NULL: the page is no HTML */
    struct url base;
    bool relative; /* references can be resolved: the base is http or https */
    const struct charset *charset;
    struct slice refresh; /* of the header or the page */
    bool has_refresh;
};

static bool is(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool title_is_right(const struct answer *a)
{
    struct slice title = a->facts == NULL ? (struct slice){"", 0} : a->facts->title;
    const json_t *alternatives = json_object_get(a->expect, "title_alt"), *other;
    bool element = a->facts != NULL && a->facts->has_title;
    size_t i;

    if (is(title, string(json_object_get(a->expect, "title"))) &&
        element == json_is_true(json_object_get(a->expect, "title_element")))
        return true;
    json_array_foreach(alternatives, i, other)
    {
        if (is(title, string(other)))
            return true;
    }
    return false;
}

static bool resolve(const struct answer *a, struct slice reference, struct url *url)
{
    return url_resolve(url, a->relative ? &a->base : NULL, reference, a->charset) == URL_WEB;
}

/* A JSON array used as a set of strings. */
static bool set_has(const json_t *set, struct slice text)
{
    const json_t *item;
    size_t i;

    json_array_foreach(set, i, item)
    {
        if (is(string(item), text))
            return true;
    }
    return false;
}

static void cut_fragment(struct slice *url)
{
    const char *hash = url->size > 0 ? memchr(url->data, '#', url->size) : NULL;

    if (hash != NULL)
        url->size = (size_t)(hash - url->data);
}

/* True if the links of `kinds`, resolved, are the set `wanted`. Without a hash table: quick only where both
 * are in the same order, as they mostly are. */
static bool links_are(const struct answer *a, const json_t *wanted, unsigned kinds)
{
    size_t count = json_array_size(wanted), next = 0;
    bool *seen = mem_new(count + 1), right = true;
    struct url url = URL_INIT;

    for (size_t i = 0; a->facts != NULL && i < a->facts->link_count && right; i++) {
        const struct html_link *link = &a->facts->links[i];
        size_t k;

        if ((kinds >> link->kind & 1) == 0 || !resolve(a, link->href, &url))
            continue;
        for (k = 0; k < count; k++) {
            size_t at = (next + k) % count;
            struct slice want = string(json_array_get(wanted, at));

            cut_fragment(&want);
            if (is(buf_slice(&url.text), want)) {
                seen[at] = true;
                next = at;
                break;
            }
        }
        right = k < count;
        if (!right)
            print_message("    not wanted: %.*s\n", (int)url.text.size, url.text.data);
    }
    for (size_t k = 0; k < count && right; k++) {
        struct slice want = string(json_array_get(wanted, k));

        if (!seen[k] && want.size >= 4 && memcmp(want.data, "http", 4) == 0) {
            /* The same but for its fragment may stand there twice. */
            for (size_t j = 0; j < count && !seen[k]; j++) {
                struct slice other = string(json_array_get(wanted, j));

                cut_fragment(&want);
                cut_fragment(&other);
                seen[k] = seen[j] && is(want, other);
            }
            right = seen[k];
            if (!right)
                print_message("    missing: %.*s\n", (int)want.size, want.data);
        }
    }
    free(seen);
    url_free(&url);
    return right;
}

/* `reference` leads to what the case says, or one of its alternatives; fragments do not count. */
static bool leads_to(const struct answer *a, bool there, struct slice reference, const char *key, const char *others)
{
    struct slice wanted = string(json_object_get(a->expect, key)), found = {"", 0};
    struct url url = URL_INIT;
    bool right;

    if (there && resolve(a, reference, &url))
        found = buf_slice(&url.text);
    cut_fragment(&wanted);
    right = is(found, wanted) || set_has(json_object_get(a->expect, others), found) ||
            (wanted.size > 0 && found.size == 0 && memcmp(wanted.data, "http", 4) != 0);
    if (!right)
        print_message("    %s: %.*s, wanted %.*s\n", key, (int)found.size, found.data, (int)wanted.size, wanted.data);
    url_free(&url);
    return right;
}

static struct slice header(const json_t *c, const char *name)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(json_object_get(c, "headers"), i, pair)
    {
        if (strcasecmp(json_string_value(json_array_get(pair, 0)), name) == 0)
            return string(json_array_get(pair, 1));
    }
    return (struct slice){"", 0};
}

static void set_base(struct answer *a)
{
    struct url url = URL_INIT;
    struct slice base = a->facts->base;

    if (!a->facts->has_base)
        return;
    switch (url_resolve(&url, &a->base, base, NULL)) { /* its query is in UTF-8 whatever the page */
    case URL_WEB:
        url_free(&a->base);
        a->base = url;
        return;
    case URL_OTHER:
        base = html_value_trim(base);
        /* HTML, 4.2.3: such a base does not count. */
        if (!(base.size > 5 && strncasecmp(base.data, "data:", 5) == 0) &&
            !(base.size > 11 && strncasecmp(base.data, "javascript:", 11) == 0))
            a->relative = false;
        break;
    case URL_BAD:
        break;
    }
    url_free(&url);
}

/* Reads one page and counts what is right about it. */
static void judge(struct html *html, const json_t *c, struct score *score)
{
    struct slice body = conformance_bytes(c, "body_b64"), content_type = string(json_object_get(c, "content_type")),
                 header_refresh;
    struct answer a = {.expect = json_object_get(c, "expect"), .base = URL_INIT, .relative = true};
    struct mime labelled, mime;
    enum charset_source source;
    size_t bom_size = 0;
    struct buf text = {.limit = SIZE_MAX / 2};
    int seconds;
    bool must = json_is_true(json_object_get(c, "strict")), title, links, others;
    const char *id = json_string_value(json_object_get(c, "id"));

    assert_int_equal(url_parse(&a.base, string(json_object_get(c, "final_url"))), URL_WEB);
    mime_parse(&labelled, content_type);
    mime_sniff(&mime, &labelled, body);
    a.charset = charset_of_page(body, slice_of(mime.charset_label), mime.kind == MIME_XHTML, &source, &bom_size);
    charset_decode(a.charset, (struct slice){body.data + bom_size, body.size - bom_size}, &text);
    if (mime.kind == MIME_HTML || mime.kind == MIME_XHTML) {
        a.facts = html_read(html, buf_slice(&text), mime.kind == MIME_XHTML);
        a.has_refresh = a.facts->has_refresh;
        a.refresh = a.facts->refresh;
        header_refresh = header(c, "Refresh");
        if (header_refresh.size > 0 && html_value_refresh(header_refresh, &seconds, &a.refresh))
            a.has_refresh = true;
    }
    title = title_is_right(&a);
    if (a.has_refresh && a.refresh.size == 0) /* the page itself, whatever its base */
        others = leads_to(&a, true, (struct slice){"", 0}, "refresh", "refresh_alt");
    if (a.facts != NULL)
        set_base(&a);
    links = links_are(&a, json_object_get(a.expect, "http_links"), 1u << HTML_A | 1u << HTML_AREA);
    others = leads_to(&a, a.facts != NULL && a.facts->has_canonical,
                      a.facts == NULL ? (struct slice){"", 0} : a.facts->canonical, "canonical", "canonical_alt");
    if (!(a.has_refresh && a.refresh.size == 0))
        others &= leads_to(&a, a.has_refresh, a.refresh, "refresh", "refresh_alt");
    others &= links_are(&a, json_object_get(a.expect, "frames"), 1u << HTML_FRAME | 1u << HTML_IFRAME);
    if (must) {
        score->pages++;
        score->titles += title;
        score->links += links;
        score->others += others;
    }
    if (!title || !links || !others)
        print_message("%s: %s:%s%s%s\n", must ? "FAILED" : "open", id, title ? "" : " title", links ? "" : " links",
                      others ? "" : " others");
    if (!title && a.facts != NULL)
        print_message("    title: %.*s\n", (int)(a.facts->title.size > 200 ? 200 : a.facts->title.size),
                      a.facts->title.data);
    buf_free(&text);
    url_free(&a.base);
    free((char *)body.data);
}

static void assert_pages_are_right(const char *name)
{
    json_t *cases = conformance_cases(name), *c;
    struct html *html;
    struct score score = {0};
    size_t i;

    if (cases == NULL)
        skip();
    html = html_new(&LIMITS, "crawl");
    json_array_foreach(cases, i, c)
    {
        judge(html, c, &score);
    }
    html_free(html);
    json_decref(cases);
    print_message("%s: of %u pages %u titles, %u link sets, %u of all else are right\n", name, score.pages,
                  score.titles, score.links, score.others);
    assert_int_not_equal(score.pages, 0);
    assert_int_equal(score.titles, score.pages);
    assert_int_equal(score.links, score.pages);
    assert_int_equal(score.others, score.pages);
}

static void ordinary_pages_are_read_as_a_browser_does(void **state)
{
    (void)state;
    assert_pages_are_right("html.json");
}

static void deep_and_large_pages_are_read_as_a_browser_does(void **state)
{
    (void)state;
    assert_pages_are_right("html_big.json");
}

static void trees_are_built_as_a_browser_does(void **state)
{
    (void)state;
    assert_pages_are_right("html_tree.json");
}

static void pages_in_any_encoding_are_read_as_a_browser_does(void **state)
{
    (void)state;
    assert_pages_are_right("encoding.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_pages_are_read_as_a_browser_does),
        cmocka_unit_test(deep_and_large_pages_are_read_as_a_browser_does),
        cmocka_unit_test(trees_are_built_as_a_browser_does),
        cmocka_unit_test(pages_in_any_encoding_are_read_as_a_browser_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

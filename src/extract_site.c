#include "extract_inside.h"
#include "mem.h"
#include "sitemap.h"

#include <stdlib.h>

/* What a host says of itself as a whole: robots.txt and sitemaps. */

static void add_sitemap_file(struct extract *x, struct page *page, struct slice url)
{
    struct reference reference = {.href = url, .lastmod_ms = -1, .kind = LINK_SITEMAP_FILE};

    extract_add_reference(x, page, &reference);
}

/* The host that a robots.txt is of, wherever it lies, may be crawled: where a single link leads, or what is only
 * checked, there is no more to be found. */
static bool is_of_wanted_host(struct extract *x, const struct page *page)
{
    struct url own = URL_INIT;
    bool wanted = page->robots_origin == NULL ? scope_wants_host(x->settings->scope, &x->base)
                                              : url_parse(&own, slice_of(page->robots_origin)) == URL_WEB &&
                                                    scope_wants_host(x->settings->scope, &own);

    url_free(&own);
    return wanted;
}

/* The usual place, at the host that was asked, even if its robots.txt lies elsewhere. */
static void add_usual_sitemap(struct extract *x, struct page *page)
{
    struct buf url = {.limit = URL_LIMIT};

    buf_printf(&url, "%s/sitemap.xml", page->robots_origin == NULL ? "" : page->robots_origin);
    add_sitemap_file(x, page, buf_slice(&url));
    buf_free(&url);
}

void extract_robots(struct extract *x, struct page *page)
{
    size_t count = 0;

    if (page->outcome == PAGE_REDIRECT) {
        extract_redirect(x, page);
        return;
    }
    if (page->outcome == PAGE_OK) {
        page->rules = robots_parse(buf_slice(&page->body), x->settings->robots_token);
        count = robots_sitemap_count(page->rules);
    }
    if (!is_of_wanted_host(x, page))
        return;
    if (!x->settings->sitemaps || (page->outcome != PAGE_OK && page->outcome != PAGE_HTTP_ERROR))
        return;
    for (size_t i = 0; i < count; i++)
        add_sitemap_file(x, page, robots_sitemap(page->rules, i));
    /* If nothing forbids to look there; one that robots.txt names is meant to be read. */
    if (count == 0 && (page->rules == NULL || robots_check(page->rules, slice_of("/sitemap.xml")).allowed))
        add_usual_sitemap(x, page);
}

struct sitemap_reading {
    struct extract *x;
    struct page *page;
    struct buf locs; /* entries in order: kept until it is known whether they are sitemaps themselves */
    struct sitemap_entry {
        size_t at, size;
        int64_t lastmod_ms;
    } * entries;
    size_t count, capacity;
};

static bool note_entry(void *arg, struct slice loc, int64_t lastmod_ms)
{
    struct sitemap_reading *reading = arg;

    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity == 0 ? 64 : reading->capacity * 2;
        reading->entries = mem_resize(reading->entries, reading->capacity * sizeof *reading->entries);
    }
    reading->entries[reading->count++] = (struct sitemap_entry){reading->locs.size, loc.size, lastmod_ms};
    return buf_add(&reading->locs, loc.data, loc.size);
}

void extract_sitemap(struct extract *x, struct page *page)
{
    struct sitemap_limits limits = {.unpacked_bytes = x->settings->sitemap_bytes, .urls = x->settings->sitemap_urls};
    struct sitemap_reading reading = {.x = x, .page = page, .locs = {.limit = PAGE_POOL_LIMIT / 2}};
    enum sitemap_kind kind;
    bool truncated = false;

    if (page->outcome == PAGE_REDIRECT) {
        extract_redirect(x, page);
        return;
    }
    if (page->outcome != PAGE_OK)
        return;
    kind = sitemap_read(buf_slice(&page->body), slice_of(page->mime.charset_label), &limits, note_entry, &reading,
                        &truncated);
    for (size_t i = 0; i < reading.count; i++) {
        struct reference reference = {
            .href = {reading.locs.data + reading.entries[i].at, reading.entries[i].size},
            .lastmod_ms = reading.entries[i].lastmod_ms,
            .kind = kind == SITEMAP_INDEX ? LINK_SITEMAP_FILE : LINK_SITEMAP,
        };

        extract_add_reference(x, page, &reference);
    }
    if (kind == SITEMAP_NONE)
        page_fail(page, PAGE_OK, "no sitemap");
    else
        page->sitemap = sitemap_kind_name(kind);
    if (truncated)
        page_fail(page, PAGE_OK, "not read to its end: damaged, or beyond a limit");
    buf_free(&reading.locs);
    free(reading.entries);
}

#include "http_rig.h"

#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

const struct http_settings RIG_SETTINGS = {
    .user_agent = "test/1",
    .connect_timeout_ms = 10000,
    .first_byte_timeout_ms = 10000,
    .idle_timeout_ms = 10000,
    .idle_bytes = 1,
    .total_timeout_ms = 30000,
    .body_bytes = 1000000,
    .sitemap_bytes = 2000000,
    .allow_private = true,
};

struct rig *rig_of(struct site *site, struct http_settings settings, size_t budget)
{
    struct rig *rig = mem_new(sizeof *rig);
    struct err err = {""};

    rig->site = site;
    rig->settings = settings;
    rig->shared = http_shared_new(&rig->settings, &err);
    assert_string_equal(err.text, "");
    rig->budget = budget_new(budget);
    rig->http = http_new(rig->shared, rig->budget, &err);
    assert_non_null(rig->http);
    return rig;
}

struct rig *rig_start(const struct site_page *pages, struct http_settings settings)
{
    return rig_of(site_start(pages), settings, RIG_BUDGET);
}

void rig_stop(struct rig *rig)
{
    http_free(rig->http);
    assert_int_equal(budget_used(rig->budget), 0);
    budget_free(rig->budget);
    http_shared_free(rig->shared);
    site_stop(rig->site);
    free(rig);
}

struct page *rig_page(struct rig *rig, enum page_kind kind, const char *path)
{
    char url[SITE_URL_SIZE];
    struct page *page;

    if (strncmp(path, "http", 4) == 0)
        page = page_new(kind, path, strlen(path));
    else
        page = page_new(kind, site_url(rig->site, path, url), strlen(site_url(rig->site, path, url)));
    page->tries = 1;
    return page;
}

struct page *rig_wait(struct rig *rig)
{
    struct page *page = NULL;

    while (http_wait(rig->http, -1, &page, 1) == 0)
        continue;
    return page;
}

struct page *rig_fetch(struct rig *rig, enum page_kind kind, const char *path)
{
    http_start(rig->http, rig_page(rig, kind, path));
    return rig_wait(rig);
}

void rig_done(struct rig *rig, struct page *page)
{
    http_release_body(rig->budget, page);
    page_free(page);
}

void rig_check(struct rig *rig, const char *path, enum page_outcome outcome)
{
    struct page *page = rig_fetch(rig, PAGE_DOCUMENT, path);

    if (page->outcome != outcome)
        print_error("%s: %s, not %s (%s)\n", path, page_outcome_names[page->outcome], page_outcome_names[outcome],
                    page->error);
    assert_int_equal(page->outcome, outcome);
    if (outcome != PAGE_OK && outcome != PAGE_HTTP_ERROR)
        assert_null(page->body.data);
    rig_done(rig, page);
}

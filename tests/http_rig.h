#ifndef CRAWL_TEST_HTTP_RIG_H
#define CRAWL_TEST_HTTP_RIG_H

#include "http.h"
#include "site.h"

/* What the tests of http share: one thread's worth of transfers against a site. Failures end the test. */
#define RIG_BUDGET (64u * 1024 * 1024)

struct rig {
    struct site *site;
    struct http_settings settings;
    struct http_shared *shared;
    struct budget *budget;
    struct http *http;
};

/* Patient, and any address may be asked. */
extern const struct http_settings RIG_SETTINGS;

/* The rig of a site that runs, which becomes its own. */
struct rig *rig_of(struct site *site, struct http_settings settings, size_t budget);

/* The same with a site of these pages and RIG_BUDGET. */
struct rig *rig_start(const struct site_page *pages, struct http_settings settings);

/* All of the budget must have been given back. */
void rig_stop(struct rig *rig);

/* A page for a path of the site, or for a whole URL; first try. */
struct page *rig_page(struct rig *rig, enum page_kind kind, const char *path);

/* Waits for one page to end. */
struct page *rig_wait(struct rig *rig);

/* rig_page(), http_start() and rig_wait() in one. */
struct page *rig_fetch(struct rig *rig, enum page_kind kind, const char *path);

/* Frees the page, its body too. */
void rig_done(struct rig *rig, struct page *page);

/* Fetches a document that must come to this, and have no body but with PAGE_OK and PAGE_HTTP_ERROR. */
void rig_check(struct rig *rig, const char *path, enum page_outcome outcome);

#endif

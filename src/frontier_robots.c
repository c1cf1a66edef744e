#include "frontier_inside.h"

#include "mem.h"

#include <stdlib.h>

#define ROBOTS_HOPS 5 /* RFC 9309, 2.3.1.2: at least five consecutive redirects */

/* After a failure with older rules at hand, they stay in force (RFC 9309, 2.4) for a small part of their age more. */
#define AGE_PARTS 24

/* Asks for the robots.txt that `page` was redirected to, at the host of the target. */
static void follow(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct page_link *link = &page->links[page->redirect_link];
    struct slice url = {page->pool.data + link->url_at, link->url_size};
    struct waiting *w = waiting_new(url, page->chain, (uint8_t)(page->redirects + 1));
    struct host *target = host_of_origin(f, (struct slice){url.data, link->host_size}, &link->host_is_new);

    link->host_id = target->id;
    w->kind = PAGE_ROBOTS;
    w->via = LINK_REDIRECT;
    w->robots_for = page->robots_for;
    waiting_insert(&target->robots_queue, w);
    host_update(f, target, now_ms);
}

static bool is_hop(const struct page *page)
{
    return page->outcome == PAGE_REDIRECT && page->redirect_link >= 0 && page->redirects < ROBOTS_HOPS &&
           page->links[page->redirect_link].skip != SKIP_BAD_URL;
}

/* What the answer means (RFC 9309, 2.3.1). A 429 asks for fewer requests, so it is no permission; a 3xx that leads
 * nowhere is as good as a 404. */
static enum host_robots meaning(const struct page *page)
{
    switch (page->outcome) {
    case PAGE_OK:
    case PAGE_WRONG_TYPE:
    case PAGE_REDIRECT:
    case PAGE_REDIRECT_LOOP:
    case PAGE_BAD_REDIRECT:
        return ROBOTS_RULES;
    case PAGE_HTTP_ERROR:
        return page->status < 500 && page->status != 429 ? ROBOTS_RULES : ROBOTS_REFUSED;
    case PAGE_TOO_LARGE:
        return page->rules != NULL ? ROBOTS_RULES : ROBOTS_UNREACHABLE;
    default:
        return ROBOTS_UNREACHABLE;
    }
}

static void settle(struct frontier *f, struct host *h, struct page *page, int64_t now_ms)
{
    enum host_robots robots = meaning(page);
    bool failed = robots != ROBOTS_RULES;

    h->robots_asked = false;
    h->dirty = h->changed = true;
    if (failed && h->robots == ROBOTS_RULES) {
        h->robots_stale_ms = now_ms + f->limits.robots_age_ms / AGE_PARTS + 1;
        return;
    }
    h->robots = robots;
    h->robots_stale_ms = now_ms + f->limits.robots_age_ms;
    h->robots_ms = page->fetched_ms;
    h->robots_status = robots == ROBOTS_UNREACHABLE ? -1 : page->status;
    h->robots_outcome = page->outcome;
    free(h->robots_error);
    h->robots_error = failed && page->error[0] != '\0' ? mem_string(page->error) : NULL;
    robots_free(h->rules);
    h->rules = page->rules;
    page->rules = NULL;
    host_set_crawl_delay(&h->pace, h->rules != NULL ? robots_delay_ms(h->rules) : -1);
}

void robots_answered(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct host *h = page->robots_for;

    if (is_hop(page)) {
        follow(f, page, now_ms);
        return;
    }
    settle(f, h, page, now_ms);
    h->dirty = false;
    page->host_state = host_snapshot(f, h, now_ms);
    host_update(f, h, now_ms);
}

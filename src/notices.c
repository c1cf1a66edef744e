#include "notices.h"

#include "log.h"
#include "words.h"

#include <stdatomic.h>

#define WORTH_SAYING_MS 1000 /* a shorter rest is nothing that anyone would ask about */
#define PAGES           1000 /* for which the cost is told */

static atomic_int said;
static atomic_bool said_pattern;

/* True while hosts are still named. */
static bool may_be_named(void)
{
    int number = atomic_fetch_add(&said, 1);

    if (number == NOTICES_MAX)
        log_warning("more hosts ask for long rests or have a long robots.txt; they are no longer named (see the views "
                    "hosts and politeness)");
    return number < NOTICES_MAX;
}

static void say_delay(const struct page *page, int64_t delay_ms, int64_t cap_ms)
{
    struct buf asked = {.limit = 100}, cost = {.limit = 100};
    int64_t kept_ms = delay_ms < cap_ms ? delay_ms : cap_ms;

    words_add_time(&asked, delay_ms);
    words_add_time(&cost, kept_ms * PAGES);
    if (delay_ms > cap_ms)
        log_warning("%s: asks for %s between requests: more than --max-crawl-delay, which is kept instead; %d pages of "
                    "it take %s",
                    page->url, asked.data, PAGES, cost.data);
    else
        log_note("%s: asks for %s between requests: %d pages of it take %s", page->url, asked.data, PAGES, cost.data);
    buf_free(&asked);
    buf_free(&cost);
}

void notices_robots(const struct page *page, const struct robots *rules, int64_t cap_ms)
{
    int64_t delay_ms = robots_delay_ms(rules);

    if (delay_ms >= WORTH_SAYING_MS && may_be_named())
        say_delay(page, delay_ms, cap_ms);
    if (robots_bytes_left_out(rules) > 0 && may_be_named())
        log_warning("%s: only the first %u KiB were read: rules beyond are left out", page->url,
                    ROBOTS_BODY_LIMIT / 1024);
}

void notices_patterns(const struct page *page, const struct scope *scope)
{
    if (scope_limit_hits(scope) == 0 || atomic_exchange(&said_pattern, true))
        return;
    log_warning("a pattern of --accept-regex or --reject-regex takes too long on a URL of %s: such URLs are skipped as "
                "rejected, with the words \"match limit hit\" in the view skipped; make the pattern simpler",
                page->url);
}

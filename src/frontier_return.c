#include "frontier_inside.h"

#include "clock.h"

#include <assert.h>

/* A request of the host begins (by 1) or has ended (by -1): it goes behind those where nothing has happened since. */
static void count_fetching(struct frontier *f, struct host *h, int by, int64_t now_ms)
{
    if (by < 0 || h->pace.running > 1)
        host_list_remove(h->in_doubt ? &f->doubtful : &f->asked, h);
    h->in_doubt = h->pace.best_ms < 0 || h->pace.fails > 0;
    if (h->pace.running > 0)
        host_list_add(h->in_doubt ? &f->doubtful : &f->asked, h);
    h->event_ms = now_ms;
    f->fetching += by;
}

void frontier_page_out(struct frontier *f, struct page *page, struct host *h, bool fetching, int64_t now_ms)
{
    page->host = h;
    page->is_active = true;
    f->active++;
    h->active++;
    if (fetching) {
        page->is_fetching = true;
        page->tries++;
        page->start_us = h->pace.next_start_us > 0 ? h->pace.next_start_us : 0;
        page->sent_us = 0;
        page->leaves = page->turned_away = false;
        page->asked_ms = now_ms;
        host_keep_gaps(h);
        host_started(&h->pace, now_ms);
        page_sits_down(page, h);
        count_fetching(f, h, 1, now_ms);
        page_begins_level(f, page, now_ms);
        h->changed = true;
    }
}

void frontier_page_in(struct frontier *f, struct page *page, int64_t now_ms)
{
    struct host *h = page->host;

    assert(!page->is_fetching);
    if (!page->is_active)
        return;
    page->is_active = false;
    f->active--;
    h->active--;
    if (page->lane == NULL)
        page_ends_level(h, page);
    else
        h->learning += page->kinds.wants_text;
    host_update(f, h, now_ms);
    frontier_feed_sated(f);
    frontier_check_over(f);
    frontier_ask_next(f);
}

bool frontier_connects(struct frontier *f, struct page *page, const char *address)
{
    int64_t now_ms;
    bool may;

    frontier_lock(f);
    now_ms = clock_ms();
    may = page_moves(f, page, address, now_ms);
    host_update(f, page->host, now_ms);
    frontier_unlock(f);
    return may;
}

static void note_sent(struct page *page, int64_t now_us)
{
    page->sent_us = now_us;
    host_sent(&page->host->pace, now_us);
}

bool frontier_sent(struct frontier *f, struct page *page, const char *address)
{
    struct host *h = page->host;
    const struct address *before;
    int64_t now_us;
    bool may;

    frontier_lock(f);
    before = h->address;
    now_us = clock_us();
    /* libcurl asks a second time by itself, over a new connection, if a kept one breaks before any answer. To the host
     * that may be a request more: it has to wait for its turn. */
    may = page->sent_us == 0 && host_may_send(&h->pace, now_us) && page_moves(f, page, address, now_us / 1000);
    if (may) {
        page->sent_us = now_us;
        page->leaves = host_rest_us(&h->pace) > 0;
        if (!page->leaves)
            note_sent(page, now_us);
    }
    if (!may || h->address != before)
        host_update(f, h, now_us / 1000);
    frontier_unlock(f);
    return may;
}

void frontier_left(struct frontier *f, struct page *page)
{
    int64_t now_us;

    frontier_lock(f);
    now_us = clock_us();
    page->leaves = false;
    note_sent(page, now_us);
    host_update(f, page->host, now_us / 1000);
    frontier_unlock(f);
}

static void note_answered(struct page *page)
{
    int64_t way_us;

    if (page->sent_us == 0 || page->leaves) { /* it never got so far */
        page->leaves = false;
        note_sent(page, clock_us());
        return;
    }
    way_us = clock_us() - page->sent_us;
    if (page->times.first_byte_ms >= 0 && way_us > page->times.first_byte_ms * 1000 + 1000)
        way_us = page->times.first_byte_ms * 1000 + 1000;
    host_answered(&page->host->pace, page->sent_us, way_us);
}

/* The host's account of a request that has ended. */
static void settle(struct page *page, enum host_answer answer, int64_t now_ms)
{
    struct host_pace *pace = &page->host->pace;

    if (answer == HOST_ABANDONED && page->sent_us == 0) {
        host_unstarted(pace);
        return;
    }
    note_answered(page);
    host_ended(pace, now_ms,
               &(struct host_reply){.answer = answer,
                                    .started_ms = page->asked_ms,
                                    .first_byte_ms = page->times.first_byte_ms,
                                    .retry_after_ms = page->retry_after_ms,
                                    .bytes = page->wire_bytes,
                                    .again = page->tries > 1});
}

/* --- Back from the network ------------------------------------------------------------- */
void frontier_arrived(struct frontier *f, struct page *page, enum host_answer answer)
{
    struct host *h = page->host;
    struct host_pace before;
    int64_t now_ms;

    if (!page->is_fetching)
        return;
    frontier_lock(f);
    now_ms = clock_ms();
    before = h->pace;
    page->is_fetching = false;
    f->bytes += page->wire_bytes;
    settle(page, answer, now_ms);
    count_fetching(f, h, -1, now_ms);
    page_stands_up(f, page, now_ms);
    if (h->pace.given_up && !before.given_up)
        f->hosts_given_up++;
    if (h->pace.held_until_ms != before.held_until_ms || h->pace.given_up != before.given_up ||
        h->pace.fails != before.fails)
        h->dirty = true;
    f->takers[h->taker].look_at_ms = INT64_MIN; /* it is here, and will take next */
    host_update(f, h, now_ms);
    frontier_feed_starved(f, now_ms);
    frontier_unlock(f);
}

/* How long a URL waits for another try: by its own tries, whatever became of the others of its host. */
static int64_t retry_pause_ms(const struct page *page)
{
    const struct host_rules *rules = page->host->pace.rules;
    int64_t pause_ms = rules->backoff_ms;

    for (int i = 1; i < page->tries && pause_ms < rules->backoff_max_ms; i++)
        pause_ms *= 2;
    if (pause_ms > rules->backoff_max_ms)
        pause_ms = rules->backoff_max_ms;
    return page->retry_after_ms > pause_ms ? page->retry_after_ms : pause_ms;
}

/* Puts a page that is out among what waits. Frees it. */
static void wait_again(struct frontier *f, struct host *h, struct page *page, int64_t due_ms)
{
    struct waiting *w = waiting_from_page(page);

    w->due_ms = due_ms;
    if (w->kind == PAGE_ROBOTS) {
        waiting_insert(&h->robots_queue, w);
    } else {
        waiting_insert(&h->delayed, w);
        f->waiting++;
    }
}

static void take_back(struct frontier *f, struct page *page, int64_t due_ms, int64_t now_ms)
{
    struct host *h = page->host;
    bool was_at_limit = frontier_at_limit(f);

    assert(page->is_active && page->kind != PAGE_REFILL);
    f->active--;
    h->active--;
    page_ends_level(h, page);
    if (page->kind == PAGE_DOCUMENT)
        f->taken--;
    wait_again(f, h, page, due_ms);
    host_update(f, h, now_ms);
    frontier_feed_sated(f);
    /* At the limit nobody looked for work; now one document more may be taken, of whatever host. */
    for (int i = 0; was_at_limit && i < f->limits.takers; i++)
        frontier_notify(f, &f->takers[i], INT64_MIN + 1);
    frontier_check_over(f);
}

/* Of a robots.txt: whose it is, and when it is asked for again. */
static void note_robots_try(const struct page *page, struct page *try, int64_t pause_ms)
{
    if (page->kind != PAGE_ROBOTS)
        return;
    try->robots_host = page->robots_for->id;
    try->again_ms = clock_wall_ms() + pause_ms;
}

bool frontier_retry(struct frontier *f, struct page *page, struct page *try)
{
    struct host *h = page->host;
    bool by_get = page_refused_head(page); /* which is no further try of the same */
    bool again;

    frontier_lock(f);
    again = page->is_active && page_may_retry(page) && (by_get || page->tries < f->limits.max_tries) &&
            !host_is_closed(h) && page->retry_after_ms <= h->pace.rules->retry_after_max_ms;
    if (again) {
        int64_t now_ms = clock_ms(), pause_ms = retry_pause_ms(page);

        if (try != NULL) {
            host_bring_state(f, h, try, now_ms);
            note_robots_try(page, try, pause_ms);
        }
        take_back(f, page, by_get ? INT64_MIN : now_ms + pause_ms, now_ms);
    }
    frontier_unlock(f);
    return again;
}

void frontier_abandon(struct frontier *f, struct page *page)
{
    int64_t now_ms = clock_ms();

    frontier_lock(f);
    if (page->is_fetching) {
        page->is_fetching = false;
        settle(page, HOST_ABANDONED, now_ms);
        count_fetching(f, page->host, -1, now_ms);
        page_stands_up(f, page, now_ms);
    }
    page->tries -= page->tries > 0;
    page->host->may_take += page->tries == 0 && page->kind == PAGE_DOCUMENT && page->host->may_take != INT64_MAX;
    take_back(f, page, INT64_MIN, now_ms);
    frontier_unlock(f);
}

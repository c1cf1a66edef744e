#include "fetcher.h"

#include "log.h"

#include <stdlib.h>

#define BATCH 32

static void wake(void *arg)
{
    http_wake(arg);
}

static bool connects(void *arg, struct page *page, const char *address)
{
    return frontier_connects(arg, page, address);
}

static bool sent(void *arg, struct page *page, const char *address)
{
    return frontier_sent(arg, page, address);
}

static void left(void *arg, struct page *page)
{
    frontier_left(arg, page);
}

/* What the answer says of the host. A page that is no use (a wrong type, a broken
 * coding) still shows that the host is well. */
static enum host_answer answer_of(const struct page *page)
{
    if (page->status == 429 || page->status == 503) /* whatever became of its body */
        return HOST_OVERLOAD;
    if (page->starved)
        return HOST_ABANDONED;
    switch (page->outcome) {
    case PAGE_TIMEOUT:
    case PAGE_DNS_ERROR:
    case PAGE_CONN_ERROR:
    case PAGE_BAD_TLS:
    case PAGE_TRUNCATED:
        return page->status == 0 ? HOST_FAILED : HOST_ERROR; /* a head shows that the host is there */
    case PAGE_BLOCKED_ADDRESS:
        return HOST_ABANDONED;
    default:
        return page->status >= 500 && page->status < 600 ? HOST_ERROR : HOST_GOOD;
    }
}

static bool is_to_be_fetched(const struct page *page)
{
    return page->kind != PAGE_REFILL && page->skip == SKIP_NONE && page->outcome == PAGE_PENDING;
}

static void start(struct fetcher *fetcher, struct page **pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_to_be_fetched(pages[i]))
            http_start(fetcher->http, pages[i]);
        else
            queue_push_weighing(fetcher->to_parse, pages[i], page_weight(pages[i]));
    }
}

/* The page waits again, and what came of it so far is on its way to be recorded; false: this was its last try. */
static bool try_again(struct fetcher *fetcher, struct page *page)
{
    struct page *try = page_of_try(page);

    if (!frontier_retry(fetcher->frontier, page, try)) {
        page_free(try);
        return false;
    }
    if (try != NULL)
        queue_push(fetcher->to_parse, try);
    return true;
}

/* The machine fails under way: the page stays waiting, and the crawl ends. */
static void fail(struct fetcher *fetcher, struct page *page)
{
    if (!fetcher->failed)
        err_set(&fetcher->failure, "cannot fetch %s: %s", page->url, page->error);
    fetcher->failed = true;
    frontier_abandon(fetcher->frontier, page);
    frontier_stop(fetcher->frontier, true);
}

static void hand_on(struct fetcher *fetcher, struct page **pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool turned_away = pages[i]->turned_away;

        if (turned_away && pages[i]->outcome == PAGE_PENDING) {
            frontier_abandon(fetcher->frontier, pages[i]);
            continue;
        }
        frontier_arrived(fetcher->frontier, pages[i], turned_away ? HOST_ABANDONED : answer_of(pages[i]));
        if (page_may_retry(pages[i]) && try_again(fetcher, pages[i]))
            continue;
        if (pages[i]->starved)
            fail(fetcher, pages[i]);
        else
            queue_push_weighing(fetcher->to_parse, pages[i], page_weight(pages[i]));
    }
}

static void give_up(struct fetcher *fetcher)
{
    size_t count = http_running(fetcher->http);
    struct page **pages = calloc(count + 1, sizeof(*pages));

    if (pages == NULL)
        return; /* the transfers end by their time-outs */
    count = http_give_up(fetcher->http, pages);
    for (size_t i = 0; i < count; i++) {
        frontier_arrived(fetcher->frontier, pages[i], HOST_ABANDONED);
        frontier_abandon(fetcher->frontier, pages[i]);
    }
    free(pages);
}

void *fetcher_main(void *arg)
{
    struct fetcher *fetcher = arg;
    const struct http_gate gate = {connects, sent, left, fetcher->frontier};
    struct page *pages[BATCH];

    log_thread_name("fetcher %d", fetcher->taker + 1);
    frontier_set_taker(fetcher->frontier, fetcher->taker, wake, fetcher->http);
    http_set_gate(fetcher->http, &gate);
    for (;;) {
        bool idle = http_running(fetcher->http) == 0;
        int64_t pause_ms = -1;
        size_t count = frontier_take(fetcher->frontier, fetcher->taker, pages, BATCH, false, &pause_ms);

        if (count == 0 && idle) {
            queue_hurry(fetcher->to_parse); /* what waits there may lead on */
            count = frontier_take(fetcher->frontier, fetcher->taker, pages, BATCH, true, &pause_ms);
        }
        if (count == 0 && idle)
            break;
        start(fetcher, pages, count);
        if (frontier_is_abandoning(fetcher->frontier)) {
            give_up(fetcher);
            continue;
        }
        /* A full batch may not have been all that is due. */
        count = http_wait(fetcher->http, count == BATCH ? 0 : pause_ms, pages, BATCH);
        hand_on(fetcher, pages, count);
    }
    frontier_set_taker(fetcher->frontier, fetcher->taker, NULL, NULL);
    return NULL;
}

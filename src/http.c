#include "http.h"

#include "clock.h"
#include "http_body.h"
#include "http_guard.h"
#include "http_shared.h"
#include "http_sockets.h"
#include "http_transfer.h"
#include "mem.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/timerfd.h>
#endif

#define RETRY_PAUSED_MS 20
#define WAIT_MS_MAX     1000 /* by then a wake-up is made up for that the system refused */

struct http {
    struct http_context context;
    CURLM *multi;
    struct http_sockets sockets;     /* of it */
    struct http_transfer *running;   /* all that libcurl runs */
    struct http_transfer *idle;      /* free for the next page */
    struct page *ended, **ended_end; /* not given back yet, in the order they ended */
    struct http_transfer *early;     /* ready, to be started at their page's start_us, which is near */
    size_t running_count, ended_count, early_count;
    int64_t resumed_ms; /* when the paused ones were last tried */
    int timer;          /* a timerfd; -1: none yet, or no such thing */
    atomic_bool woken;
    atomic_uint round;      /* odd: within http_sockets_perform() */
    unsigned watched_round; /* the one that http_watch() last saw */
};

struct http *http_new(struct http_shared *shared, struct budget *budget, struct err *err)
{
    struct http *h = mem_new(sizeof *h);
    size_t connections = http_settings_connections(shared->settings) + shared->settings->closing;

    h->context = (struct http_context){.shared = shared, .settings = shared->settings, .budget = budget};
    h->context.guard = http_guard_new(shared->settings);
    h->ended_end = &h->ended;
    h->timer = -1;
    h->context.due_ms = INT64_MAX;
    atomic_init(&h->woken, false);
    atomic_init(&h->round, 0);
    http_connections_init(&h->context.connections);
    h->multi = curl_multi_init();
    if (!http_sockets_init(&h->sockets, h->multi)) {
        err_set(err,
                "libcurl gives no multi handle: raise the limit of open files (ulimit -n), or use fewer --threads");
        http_free(h);
        return NULL;
    }
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    /* One stream a connection. With several, libcurl 7.88 hands out heads of more than 16 KB in pieces of another,
     * leaves streams standing when one beside them was given up, and a paused one holds up all. A host is asked for no
     * more than a few pages at once, so a few connections are all that this costs. */
    curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return h;
}

void http_free(struct http *h)
{
    if (h == NULL)
        return;
    assert(h->running == NULL && h->ended == NULL && h->early == NULL);
    while (h->idle != NULL) {
        struct http_transfer *t = h->idle;

        h->idle = t->next;
        http_transfer_free(t);
    }
    curl_multi_cleanup(h->multi);
    http_sockets_free(&h->sockets);
    if (h->timer >= 0)
        close(h->timer);
    http_guard_free(h->context.guard);
    http_connections_free(&h->context.connections);
    free(h);
}

static void add_ended(struct http *h, struct page *page)
{
    page->fetched_ms = clock_wall_ms();
    page->next = NULL;
    *h->ended_end = page;
    h->ended_end = &page->next;
    h->ended_count++;
}

static void set_idle(struct http *h, struct http_transfer *t)
{
    t->next = h->idle;
    h->idle = t;
}

/* Gives `t` to libcurl, and puts it into the list. */
static bool run(struct http *h, struct http_transfer *t)
{
    if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK)
        return false;
    t->previous = NULL;
    t->next = h->running;
    if (h->running != NULL)
        h->running->previous = t;
    h->running = t;
    h->running_count++;
    http_transfer_note_due(t);
    return true;
}

/* Takes `t` away from libcurl and out of the list. */
static void take_out(struct http *h, struct http_transfer *t)
{
    curl_multi_remove_handle(h->multi, t->easy);
    if (t->previous != NULL)
        t->previous->next = t->next;
    else
        h->running = t->next;
    if (t->next != NULL)
        t->next->previous = t->previous;
    h->running_count--;
}

static void end(struct http *h, struct http_transfer *t, CURLcode code)
{
    take_out(h, t);
    if (code != CURLE_OK && http_transfer_starts_anew(t) && run(h, t))
        return;
    add_ended(h, http_transfer_end(t, code));
    set_idle(h, t);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void http_set_gate(struct http *h, const struct http_gate *gate)
{
    h->context.gate = gate;
}

static void start(struct http *h, struct http_transfer *t)
{
    if (run(h, t))
        return;
    add_ended(h, http_transfer_end(t, CURLE_FAILED_INIT));
    set_idle(h, t);
}

/* What curl waits for is whole milliseconds. They matter where a rest between requests is short: so a timer wakes it.
 */
static void make_timer(struct http *h)
{
    if (h->timer >= 0)
        return;
    clock_be_prompt();
#ifdef __linux__
    h->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
#endif
}

/* False: there is none. */
static bool set_timer(const struct http *h, int64_t us)
{
#ifdef __linux__
    struct itimerspec at = {.it_value = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000}};

    return h->timer >= 0 && timerfd_settime(h->timer, TFD_TIMER_ABSTIME, &at, NULL) == 0;
#else
    (void)h;
    (void)us;
    return false;
#endif
}

void http_start(struct http *h, struct page *page)
{
    struct http_transfer *t = h->idle;

    h->context.now_ms = clock_ms();
    if (t != NULL)
        h->idle = t->next;
    else
        t = http_transfer_new(&h->context);
    if (!http_transfer_begin(t, page)) {
        set_idle(h, t);
        add_ended(h, page);
    } else if (page->start_us <= clock_us()) {
        start(h, t);
    } else {
        make_timer(h);
        t->next = h->early;
        h->early = t;
        h->early_count++;
    }
}

/* Starts those whose time has come. */
static void start_early(struct http *h, int64_t now_us)
{
    struct http_transfer **at = &h->early;

    while (*at != NULL) {
        struct http_transfer *t = *at;

        if (t->page->start_us > now_us) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        h->early_count--;
        start(h, t);
    }
}

/* Lets paused transfers look again whether there is memory now. */
static void resume_paused(struct http *h)
{
    struct http_transfer *next;

    h->resumed_ms = h->context.now_ms;
    for (struct http_transfer *t = h->running; t != NULL; t = next) {
        CURLcode code;

        next = t->next;
        if (!t->paused)
            continue;
        code = http_transfer_resume(t);
        if (code != CURLE_OK)
            end(h, t, code);
    }
}

/* Ends what is late, and finds out when to look again. */
static void check_times(struct http *h)
{
    struct http_transfer *next;

    h->context.due_ms = INT64_MAX;
    for (struct http_transfer *t = h->running; t != NULL; t = next) {
        next = t->next;
        if (http_transfer_is_late(t))
            end(h, t, CURLE_OPERATION_TIMEDOUT);
        else
            http_transfer_note_due(t);
    }
}

/* What was let out in this round has been written by its end, and not always when it was let out: this thread may have
 * had to wait for its turn in between. */
static void tell_left(struct http *h)
{
    const struct http_gate *gate = h->context.gate;

    h->context.leaves = false;
    for (const struct http_transfer *t = h->running; t != NULL; t = t->next)
        if (t->page->leaves)
            gate->left(gate->arg, t->page);
}

/* One round: lets libcurl do what can be done now. */
static void perform(struct http *h)
{
    CURLMsg *message;
    int left;

    atomic_fetch_add(&h->round, 1);
    http_sockets_perform(&h->sockets);
    atomic_fetch_add(&h->round, 1);
    if (h->context.leaves)
        tell_left(h);
    while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
        char *arg = NULL;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &arg);
        end(h, (struct http_transfer *)(void *)arg, code);
    }
}

static size_t give_back(struct http *h, struct page **pages, size_t max)
{
    size_t count = 0;

    while (h->ended != NULL && count < max) {
        pages[count++] = h->ended;
        h->ended = h->ended->next;
    }
    if (h->ended == NULL)
        h->ended_end = &h->ended;
    h->ended_count -= count;
    return count;
}

/* Waits for something to happen, at most until `until_us`. */
static void wait_until(struct http *h, int64_t until_us)
{
    int64_t first_us = INT64_MAX, now_us;

    for (const struct http_transfer *t = h->early; t != NULL; t = t->next)
        first_us = least(first_us, t->page->start_us);
    now_us = clock_us();
    if (until_us <= now_us || first_us <= now_us)
        http_sockets_wait(&h->sockets, -1, 0);
    else if (first_us >= until_us)
        http_sockets_wait(&h->sockets, -1, (int)((until_us - now_us + 999) / 1000));
    else if (set_timer(h, first_us))
        http_sockets_wait(&h->sockets, h->timer, (int)((until_us - now_us) / 1000) + 1);
    else
        http_sockets_wait(&h->sockets, -1, (int)((first_us - now_us) / 1000));
}

size_t http_wait(struct http *h, int64_t timeout_ms, struct page **pages, size_t max)
{
    int64_t end_ms = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;

    for (;;) {
        int64_t until_ms;

        h->context.now_ms = clock_ms();
        if (h->early != NULL)
            start_early(h, clock_us());
        if (h->context.paused_count > 0 && h->context.now_ms - h->resumed_ms >= RETRY_PAUSED_MS)
            resume_paused(h);
        perform(h);
        if (h->context.now_ms >= h->context.due_ms)
            check_times(h);
        if (h->ended != NULL || h->context.now_ms >= end_ms || atomic_exchange(&h->woken, false))
            return give_back(h, pages, max);
        until_ms = least(least(h->context.due_ms, end_ms), h->context.now_ms + WAIT_MS_MAX);
        if (h->context.paused_count > 0)
            until_ms = least(until_ms, h->context.now_ms + RETRY_PAUSED_MS);
        wait_until(h, until_ms * 1000);
    }
}

void http_watch(struct http *h, bool all)
{
    unsigned round = atomic_load(&h->round);

    if (round % 2 == 1)
        http_connections_watch(&h->context.connections, round != h->watched_round, all);
    h->watched_round = round;
}

void http_wake(struct http *h)
{
    if (!atomic_exchange(&h->woken, true))
        http_sockets_wake(&h->sockets);
}

size_t http_running(const struct http *h)
{
    return h->running_count + h->ended_count + h->early_count;
}

size_t http_give_up(struct http *h, struct page **pages)
{
    size_t count = give_back(h, pages, SIZE_MAX);

    for (size_t i = 0; i < count; i++) {
        http_body_release(h->context.budget, pages[i]);
        page_forget_answer(pages[i]);
    }
    while (h->early != NULL) {
        struct http_transfer *t = h->early;

        h->early = t->next;
        pages[count++] = http_transfer_give_up(t);
        set_idle(h, t);
    }
    h->early_count = 0;
    while (h->running != NULL) {
        struct http_transfer *t = h->running;

        take_out(h, t);
        pages[count++] = http_transfer_give_up(t);
        set_idle(h, t);
    }
    return count;
}

void http_release_body(struct budget *budget, struct page *page)
{
    http_body_release(budget, page);
}

const char *http_version(void)
{
    return curl_version();
}

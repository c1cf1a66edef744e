#include "frontier_world.h"

#include "clock.h"
#include "html.h"
#include "mem.h"
#include "queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct taker_arg {
    struct world *w;
    struct queue *to_write;
    int number;
};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    struct world *w = arg;

    (void)origin;
    return &w->rules;
}

struct world *world_new(void)
{
    struct world *w = mem_new(sizeof *w);

    w->lanes = true;
    w->rules = (struct host_rules){.rest_us = 0,
                                   .delay_cap_ms = 30000,
                                   .ceiling = 8,
                                   .backoff_ms = 1,
                                   .backoff_max_ms = 4,
                                   .patience_ms = 60000,
                                   .retry_after_max_ms = 1000};
    w->limits = (struct frontier_limits){.window = 1000,
                                         .transfers = 64,
                                         .takers = 1,
                                         .max_tries = 3,
                                         .max_redirects = 10,
                                         .robots = true,
                                         .robots_token = "crawl",
                                         .hash_seed = 42,
                                         .rules_for = rules_for,
                                         .rules_arg = w};
    w->hosts = 1;
    w->pages = 100;
    w->links = 5;
    w->batch = 1;
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void world_free(struct world *w)
{
    for (int64_t i = 0; i < w->row_room; i++)
        free(w->rows[i].url);
    for (int64_t i = 0; i <= w->host_count; i++)
        if (w->host_rows != NULL)
            host_state_free(w->host_rows[i]);
    free(w->rows);
    free(w->host_rows);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* --- The site ------------------------------------------------------------------ */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x7FB5D329728EA185u;
    x ^= x >> 27;
    x *= 0x81DADEF4BC2DD44Du;
    return x ^ x >> 33;
}

/* The page that link `i` of a page leads to; pages are numbered through all hosts. */
static int64_t link_target(const struct world *w, int64_t from, int i)
{
    int64_t all = (int64_t)w->hosts * w->pages;

    /* The first link leads to the next page of the host, so that most can be reached. */
    if (i == 0 && from % w->pages + 1 < w->pages)
        return from + 1;
    return (int64_t)(mix((uint64_t)(from * 64 + i) + 1) % (uint64_t)all);
}

int64_t world_reachable(const struct world *w)
{
    int64_t all = (int64_t)w->hosts * w->pages;
    int64_t *queue = mem_array((size_t)all, sizeof *queue);
    bool *reached = mem_array((size_t)all, sizeof *reached);
    int64_t count = 0;

    for (int i = 0; i < w->hosts; i++) {
        queue[count++] = (int64_t)i * w->pages;
        reached[(int64_t)i * w->pages] = true;
    }
    for (int64_t at = 0; at < count; at++) {
        for (int i = 0; i < w->links; i++) {
            int64_t to = link_target(w, queue[at], i);

            if (!reached[to])
                queue[count++] = to;
            reached[to] = true;
        }
    }
    free(queue);
    free(reached);
    return count;
}

static void add_link(struct world *w, struct page *page, int64_t to, uint8_t kind)
{
    struct page_link *link;
    char url[100];

    snprintf(url, sizeof url, "http://h%d.example/%d", (int)(to / w->pages), (int)(to % w->pages));
    page->links = mem_resize(page->links, (page->link_count + 1) * sizeof *page->links);
    link = &page->links[page->link_count++];
    *link = (struct page_link){.kind = kind, .follow = true, .record = true, .lastmod_ms = -1};
    link->url_at = (uint32_t)page->pool.size;
    link->url_size = (uint32_t)strlen(url);
    link->host_size = (uint32_t)(strchr(url + 7, '/') - url);
    buf_add_string(&page->pool, url);
    link->text_hash = link->key_hash = frontier_hash(w->frontier, slice_of(url));
}

/* Pages are of 20 clusters a host, two of which each belongs to. */
static bool kinds_of(void *arg, struct slice url, uint64_t keys[PAGE_KINDS])
{
    int host = 0, number = 0;
    char text[100];

    (void)arg;
    memset(keys, 0, PAGE_KINDS * sizeof keys[0]);
    snprintf(text, sizeof text, "%.*s", (int)url.size, url.data);
    if (sscanf(text, "http://h%d.example/%d", &host, &number) == 2) {
        keys[0] = (uint64_t)(host * 20 + number % 13 + 1);
        keys[1] = (uint64_t)(host * 20 + 13 + number % 7 + 1);
    }
    return number % 10 != 9; /* those are refused in words, but fetched all the same */
}

/* Some clusters are soon known to be varied, some repeat themselves, some do at times, and some say nothing. */
static void teach(struct page *page)
{
    struct page_kinds *kinds = &page->kinds;

    if (!kinds->known && page->kind == PAGE_DOCUMENT)
        kinds_of(NULL, (struct slice){page->url, page->url_size}, kinds->keys);
    kinds->known = page->kind == PAGE_DOCUMENT;
    kinds->learnt = page->outcome == PAGE_OK;
    for (int i = 0; i < PAGE_KINDS && kinds->learnt; i++) {
        uint64_t key = kinds->keys[i];

        kinds->varied |= (uint16_t)((key % 4 == 1) << i);
        kinds->repeats |= (uint16_t)((key % 4 == 2 || (key % 4 == 3 && page->id % 3 == 0)) << i);
    }
}

static void parse(struct world *w, struct page *page)
{
    int host, number;

    if (page->kind == PAGE_ROBOTS && page->outcome == PAGE_OK && w->robots != NULL)
        page->rules = robots_parse(slice_of(w->robots), "crawl");
    if (page->kind != PAGE_DOCUMENT || page->outcome != PAGE_OK || page->skip != SKIP_NONE)
        return;
    if (sscanf(page->url, "http://h%d.example/%d", &host, &number) != 2)
        abort();
    for (int i = 0; i < w->links; i++)
        add_link(w, page, link_target(w, (int64_t)host * w->pages + number, i), HTML_A);
}

/* Answers a page; how the host takes it. */
static enum host_answer answer(struct world *w, struct page *page)
{
    int64_t number;

    pthread_mutex_lock(&w->lock);
    number = ++w->requests;
    if (page->kind == PAGE_ROBOTS)
        w->robots_requests++;
    else
        w->rows[page->id].fetched++;
    pthread_mutex_unlock(&w->lock);
    if (w->stop_after > 0 && number == w->stop_after)
        frontier_stop(w->frontier, w->abandon);
    page->fetched_ms = clock_wall_ms();
    page->times.first_byte_ms = 1;
    if (page->kind == PAGE_ROBOTS)
        page->status = w->robots_status > 0 ? w->robots_status : w->robots != NULL ? 200 : 404;
    else
        page->status = w->fails_every > 0 && page->tries < 3 && number % w->fails_every == 0 ? 503 : 200;
    page->outcome = page->status == 200 ? PAGE_OK : PAGE_HTTP_ERROR;
    return page->status == 503 ? HOST_OVERLOAD : HOST_GOOD;
}

/* --- The store ------------------------------------------------------------------ */
static void make_room(struct world *w, int64_t id)
{
    int64_t room = w->row_room;

    if (id < room)
        return;
    while (room <= id)
        room = room == 0 ? 1024 : room * 2;
    w->rows = mem_resize(w->rows, (size_t)room * sizeof *w->rows);
    memset(w->rows + w->row_room, 0, (size_t)(room - w->row_room) * sizeof *w->rows);
    w->row_room = room;
}

static void commit_host(struct world *w, int64_t id, struct host_state *state)
{
    if (id > w->host_count || w->host_rows == NULL) {
        w->host_rows = mem_resize(w->host_rows, (size_t)(id + 1) * sizeof *w->host_rows);
        for (int64_t i = w->host_rows == NULL ? 0 : w->host_count + 1; i <= id; i++)
            w->host_rows[i] = NULL;
        if (w->host_count == 0)
            w->host_rows[0] = NULL;
        w->host_count = id;
    }
    host_state_free(w->host_rows[id]);
    w->host_rows[id] = state;
}

static void commit_link(struct world *w, const struct page *page, const struct page_link *link)
{
    struct world_row *row;

    if (link->host_is_new) {
        struct host_state *state = mem_new(sizeof *state);

        state->id = link->host_id;
        state->origin = mem_copy(page->pool.data + link->url_at, link->host_size);
        state->crawl_delay_ms = -1;
        commit_host(w, link->host_id, state);
    }
    if (!link->is_new && !link->is_upgrade)
        return;
    row = &w->rows[link->id];
    assert(row->committed == link->is_upgrade);
    if (row->url == NULL)
        row->url = mem_copy(page->pool.data + link->url_at, link->url_size);
    row->committed = true;
    row->skip = link->skip;
    row->done = link->skip != SKIP_NONE || !link->follow;
    row->same_as = link->same_as;
    row->host_id = link->host_id;
    row->found_on = page->id;
    row->depth = page_link_depth(page, link->kind);
    row->via = link->kind;
    if (page->outcome == PAGE_REDIRECT && link == &page->links[page->redirect_link]) {
        memcpy(row->chain, page->chain, sizeof row->chain);
        row->chain[page->redirects] = page->id;
        row->redirects = (uint8_t)(page->redirects + 1);
    }
    if (link->id > w->row_count)
        w->row_count = link->id;
}

/* Rows must exist before they are referred to: that is what the order of tickets is for. */
static void commit(struct world *w, struct page *page)
{
    pthread_mutex_lock(&w->lock);
    assert((int64_t)page->ticket > w->last_ticket);
    w->last_ticket = (int64_t)page->ticket;
    if (page->id != 0) {
        struct world_row *row = &w->rows[page->id];

        assert(row->committed && !row->done);
        row->done = true;
        row->skip = (uint8_t)page->skip;
        row->outcome = page->outcome;
    }
    for (uint32_t i = 0; i < page->link_count; i++)
        commit_link(w, page, &page->links[i]);
    if (page->host_state != NULL) {
        w->states++;
        commit_host(w, page->host_state->id, page->host_state);
        page->host_state = NULL;
    }
    pthread_mutex_unlock(&w->lock);
}

static void refill(struct world *w, struct page *page)
{
    struct refill wanted;
    struct waiting_url *rows;
    const struct host_state *state = NULL;
    size_t count = 0;

    if (!frontier_refill_wanted(w->frontier, page, &wanted))
        return;
    w->refills++;
    rows = mem_array(wanted.max + 1, sizeof *rows);
    for (int64_t id = wanted.after + 1; id <= w->row_count && count < wanted.max; id++) {
        const struct world_row *row = &w->rows[id];

        if (!row->committed || row->done || row->host_id != wanted.host_id)
            continue;
        rows[count] = (struct waiting_url){.id = id,
                                           .found_on = row->found_on,
                                           .url = slice_of(row->url),
                                           .depth = row->depth,
                                           .via = row->via,
                                           .tries = row->tries,
                                           .redirects = row->redirects};
        memcpy(rows[count++].chain, row->chain, sizeof row->chain);
    }
    if (wanted.wants_state && wanted.host_id <= w->host_count)
        state = w->host_rows[wanted.host_id];
    frontier_refill(w->frontier, page, state, rows, count);
    free(rows);
}

/* --- Threads ---------------------------------------------------------------------- */
static void *writer_main(void *arg)
{
    struct taker_arg *writer = arg;
    struct world *w = writer->w;
    struct page *held[4096]; /* pages that came before one with a smaller ticket */
    size_t held_count = 0;
    void *items[64];
    size_t count;
    uint64_t next_ticket = 1;

    while ((count = queue_pop_many(writer->to_write, items, 64)) > 0) {
        size_t first_refill = 0;
        struct page *done[4096];
        size_t done_count = 0;
        bool found;

        for (size_t i = 0; i < count; i++)
            held[held_count++] = items[i];
        do { /* all that is next in order */
            found = false;
            for (size_t i = 0; i < held_count; i++) {
                if (held[i]->ticket != next_ticket)
                    continue;
                next_ticket++;
                commit(w, held[i]);
                done[done_count++] = held[i];
                held[i] = held[--held_count];
                found = true;
                break;
            }
        } while (found);
        for (; first_refill < done_count; first_refill++) {
            struct frontier_counts counts;

            refill(w, done[first_refill]);
            frontier_counts(w->frontier, &counts);
            if (counts.waiting > w->most_window)
                w->most_window = counts.waiting;
            page_free(done[first_refill]);
        }
    }
    assert(held_count == 0);
    return NULL;
}

static int address_of(const struct world *w, const struct page *page)
{
    int host;

    if (sscanf(page->url, "http://h%d.example/", &host) != 1)
        abort();
    return w->addresses > 0 ? host % w->addresses : host % 256;
}

static void count_at_once(struct world *w, const struct page *page, int by)
{
    int *at_once = &w->at_once[address_of(w, page)];

    pthread_mutex_lock(&w->lock);
    *at_once += by;
    if (*at_once > w->most_at_once)
        w->most_at_once = *at_once;
    w->turned_away += by == 0;
    pthread_mutex_unlock(&w->lock);
}

/* Sends the page, as http would; false: it was turned away, and is given back. */
static bool send_out(struct world *w, struct page *page)
{
    char address[20];

    snprintf(address, sizeof address, "10.0.0.%d", address_of(w, page));
    if (!frontier_connects(w->frontier, page, address) || !frontier_sent(w->frontier, page, address)) {
        count_at_once(w, page, 0);
        page->turned_away = true;
        frontier_abandon(w->frontier, page);
        return false;
    }
    count_at_once(w, page, 1);
    return true;
}

static bool is_to_be_fetched(const struct page *page)
{
    return page->kind != PAGE_REFILL && page->skip == SKIP_NONE && page->outcome == PAGE_PENDING;
}

/* Sends all that can be sent, so that requests run side by side. Gives how many are left, with what is not to be sent.
 */
static size_t send_all(struct world *w, struct page **pages, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        if (!is_to_be_fetched(pages[i]) || send_out(w, pages[i]))
            pages[left++] = pages[i];
    return left;
}

static void *taker_main(void *arg)
{
    struct taker_arg *taker = arg;
    struct world *w = taker->w;
    struct page *pages[4];
    int64_t pause_ms;
    size_t count;

    while ((count = frontier_take(w->frontier, taker->number, pages, 1 + (size_t)taker->number % 4, true, &pause_ms)) >
           0) {
        count = send_all(w, pages, count);
        for (size_t i = 0; i < count; i++) {
            struct page *page = pages[i];

            if (is_to_be_fetched(page)) {
                count_at_once(w, page, -1);
                if (frontier_is_abandoning(w->frontier)) {
                    frontier_arrived(w->frontier, page, HOST_ABANDONED);
                    frontier_abandon(w->frontier, page);
                    continue;
                }
                frontier_arrived(w->frontier, page, answer(w, page));
                if (frontier_retry(w->frontier, page, NULL))
                    continue;
            }
            parse(w, page);
            frontier_finish(w->frontier, page);
            teach(page);
            frontier_learnt(w->frontier, page);
            queue_push(taker->to_write, page);
        }
    }
    return NULL;
}

static void begin(struct world *w, struct queue *to_write)
{
    struct page *seeds = page_new(PAGE_SEEDS, "", 0);

    for (int64_t id = 1; id <= w->host_count; id++)
        if (w->host_rows[id] != NULL)
            frontier_add_host(w->frontier, w->host_rows[id]);
    for (int64_t id = 1; id <= w->row_count; id++) {
        const struct world_row *row = &w->rows[id];
        uint64_t hash = frontier_hash(w->frontier, slice_of(row->url));

        frontier_add_known(w->frontier, id, hash, hash, row->host_id,
                           !row->done               ? KNOWN_WAITING
                           : row->skip != SKIP_NONE ? KNOWN_SKIPPED
                                                    : KNOWN_DONE);
    }
    for (int i = 0; i < w->hosts && w->row_count == 0; i++)
        add_link(w, seeds, (int64_t)i * w->pages, LINK_SEED);
    frontier_finish(w->frontier, seeds);
    queue_push(to_write, seeds);
}

static void end_host(void *arg, const struct host_state *state)
{
    struct world *w = arg;
    struct host_state *copy = mem_new(sizeof *copy);

    *copy = *state;
    copy->origin = mem_string(state->origin);
    copy->robots_body = NULL;
    commit_host(w, state->id, copy);
}

void world_crawl(struct world *w)
{
    struct queue *to_write = queue_new(4);
    struct taker_arg writer = {.w = w, .to_write = to_write};
    struct taker_arg *takers = mem_array((size_t)w->limits.takers, sizeof *takers);
    pthread_t *threads = mem_array((size_t)w->limits.takers + 1, sizeof *threads);

    make_room(w, (int64_t)w->hosts * w->pages + 1000);
    w->last_ticket = 0;
    w->limits.kinds = w->lanes ? kinds_of : NULL;
    w->limits.kinds_arg = w;
    w->frontier = frontier_new(&w->limits);
    pthread_create(&threads[w->limits.takers], NULL, writer_main, &writer);
    begin(w, to_write);
    for (int i = 0; i < w->limits.takers; i++) {
        takers[i] = (struct taker_arg){.w = w, .to_write = to_write, .number = i};
        pthread_create(&threads[i], NULL, taker_main, &takers[i]);
    }
    while (!frontier_wait(w->frontier, 1000))
        continue;
    for (int i = 0; i < w->limits.takers; i++)
        pthread_join(threads[i], NULL);
    queue_close(to_write);
    pthread_join(threads[w->limits.takers], NULL);
    frontier_each_host(w->frontier, end_host, w);
    frontier_free(w->frontier);
    w->frontier = NULL;
    queue_free(to_write);
    free(takers);
    free(threads);
}

/* --- Questions ----------------------------------------------------------------------- */
int64_t world_done(const struct world *w)
{
    int64_t count = 0;

    for (int64_t id = 1; id <= w->row_count; id++)
        count += w->rows[id].done && w->rows[id].skip == SKIP_NONE;
    return count;
}

int64_t world_skipped(const struct world *w, enum page_skip skip)
{
    int64_t count = 0;

    for (int64_t id = 1; id <= w->row_count; id++)
        count += w->rows[id].done && w->rows[id].skip == skip;
    return count;
}

int64_t world_waiting(const struct world *w)
{
    int64_t count = 0;

    for (int64_t id = 1; id <= w->row_count; id++)
        count += w->rows[id].committed && !w->rows[id].done;
    return count;
}

const struct world_row *world_row(const struct world *w, const char *url)
{
    for (int64_t id = 1; id <= w->row_count; id++)
        if (w->rows[id].url != NULL && strcmp(w->rows[id].url, url) == 0)
            return &w->rows[id];
    return NULL;
}

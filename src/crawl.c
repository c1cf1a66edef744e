#include "crawl.h"

#include "budget.h"
#include "clock.h"
#include "crawl_settings.h"
#include "events.h"
#include "fail_on.h"
#include "fetcher.h"
#include "files.h"
#include "log.h"
#include "mem.h"
#include "parser.h"
#include "progress.h"
#include "queue.h"
#include "seeds.h"
#include "store.h"
#include "summary.h"
#include "tally.h"
#include "writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEDS_A_PAGE 1000 /* seeds that travel together to the writer */
#define TICK_MS      200  /* how often the main thread looks at signals, limits and the display */

/* Set by signal handlers, read by the main thread's tick. */
static atomic_int caught_signal;
static atomic_bool asked_status, asked_redraw;

struct crawl {
    const struct options *options;
    struct crawl_settings *settings;
    struct store *store;
    struct scope *scope;
    struct frontier *frontier;
    struct budget *budget;
    struct queue *to_parse, *to_write;
    struct http_shared *shared;
    struct tally *tally;
    struct progress *progress;
    struct events *events; /* NULL: none wanted */
    struct fetcher *fetchers;
    struct parser *parsers;
    struct writer_context writer;
    pthread_t *fetcher_threads, *parser_threads, writer_thread;
    int fetchers_started, parsers_started;
    bool writer_started;
    int64_t seeds_given;  /* usable ones of this command */
    char first_host[256]; /* of the first seed, of an earlier run if there is one; "" none yet */
    int64_t done_before;  /* URLs that earlier runs recorded */
    int64_t started_ms;
    enum store_outcome outcome;
    const char *limit;      /* the option that ended it; NULL: none */
    enum crawl_exit status; /* CRAWL_DONE unless something went wrong */
};

void crawl_interrupt(int signal)
{
    if (atomic_exchange(&caught_signal, signal) != 0)
        _exit(CRAWL_SIGNAL + signal); /* the second time: at once; the file is sound */
}

void crawl_ask_status(void)
{
    atomic_store(&asked_status, true);
}

void crawl_ask_redraw(void)
{
    atomic_store(&asked_redraw, true);
}

/* --- Building it up ------------------------------------------------------------ */

static bool may_be_private(void *arg, struct slice host)
{
    return scope_names_host(arg, host);
}

static bool open_store(struct crawl *c, struct err *err)
{
    enum store_failure why;
    struct buf settings = {.limit = 1 << 20}, args = {.limit = 1 << 20};
    struct store_options options = {.fresh = c->options->fresh,
                                    .keep_links = c->options->links != OPTIONS_LINKS_NONE,
                                    .sync_full = c->options->sync == OPTIONS_SYNC_FULL};

    options_add_json(c->options, &settings);
    for (size_t i = 0; i < c->options->operand_count; i++)
        buf_printf(&args, "%s%s", i == 0 ? "" : " ", c->options->operands[i]);
    options.settings = settings.data;
    options.args = args.data == NULL ? "" : args.data;
    options.versions = summary_versions();
    c->store = store_open(c->options->database, &options, &why, err);
    if (c->store == NULL)
        c->status = why == STORE_IN_USE ? CRAWL_IN_USE : CRAWL_FILE;
    buf_free(&settings);
    buf_free(&args);
    return c->store != NULL;
}

static void tell_host(void *arg, const struct host_state *state)
{
    frontier_add_host(arg, state);
}

static void tell_known(void *arg, int64_t id, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                       enum frontier_known state)
{
    struct crawl *c = arg;

    c->done_before += state == KNOWN_DONE;
    frontier_add_known(c->frontier, id, text_hash, key_hash, host_id, state);
}

static void note_first_host(struct crawl *c, const struct url *url)
{
    if (c->first_host[0] == '\0')
        snprintf(c->first_host, sizeof c->first_host, "%.*s", (int)url_host(url).size, url_host(url).data);
}

static void tell_old_seed(void *arg, struct slice text)
{
    struct crawl *c = arg;
    struct url url = URL_INIT;

    if (url_parse(&url, text) == URL_WEB) {
        scope_add_seed(c->scope, &url);
        note_first_host(c, &url);
    }
    url_free(&url);
}

/* A proxy that was not asked for on the command line is no surprise if it is said. */
static void say_proxy(const struct http_settings *http)
{
    if (http->proxy != NULL)
        return;
    if (http->environment.http_proxy != NULL)
        log_note("http requests go through the proxy that http_proxy names");
    if (http->environment.https_proxy != NULL)
        log_note("https requests go through the proxy that https_proxy names");
    if (http->environment.all_proxy != NULL)
        log_note("requests go through the proxy that all_proxy names");
}

/* The parts that all threads share; they know nothing of each other's insides. */
static bool build(struct crawl *c, struct err *err)
{
    struct crawl_settings *s = c->settings;

    c->scope = scope_new(&s->scope, err);
    if (c->scope == NULL) {
        c->status = CRAWL_USAGE;
        return false;
    }
    s->http.may_be_private = may_be_private;
    s->http.arg = c->scope;
    say_proxy(&s->http);
    c->shared = http_shared_new(&s->http, err);
    if (c->shared == NULL) {
        c->status = CRAWL_USAGE;
        return false;
    }
    c->events = c->options->events == NULL ? NULL : events_open(c->options->events, err);
    if (c->options->events != NULL && c->events == NULL) {
        c->status = CRAWL_FILE;
        return false;
    }
    if (!open_store(c, err))
        return false;
    files_make_room(s->transfers, c->options->threads);
    s->frontier.hash_seed = store_hash_seed(c->store);
    c->frontier = frontier_new(&s->frontier);
    s->extract.scope = c->scope;
    s->extract.frontier = c->frontier;
    c->budget = budget_new((size_t)c->options->memory_bytes);
    c->to_parse = queue_new((size_t)c->options->queue);
    c->to_write = queue_new((size_t)c->options->queue);
    c->tally = tally_new();
    if (!store_hosts(c->store, tell_host, c->frontier, err) || !store_known(c->store, tell_known, c, err) ||
        !store_seeds(c->store, tell_old_seed, c, err)) {
        c->status = CRAWL_FILE;
        return false;
    }
    return true;
}

/* --- Seeds ----------------------------------------------------------------------- */

struct seeding {
    struct crawl *crawl;
    struct extract *extract;
    struct page *page; /* carries what was read since the last hand-over; NULL: nothing */
};

static void hand_over_seeds(struct seeding *seeding)
{
    if (seeding->page == NULL)
        return;
    frontier_finish(seeding->crawl->frontier, seeding->page);
    queue_push(seeding->crawl->to_write, seeding->page);
    seeding->page = NULL;
}

/* What a seed, or --user and --bearer, say for the seed's origin, and for no other. */
static void log_in(struct seeding *seeding, const struct url *url)
{
    const struct options_host *host = &seeding->crawl->options->host;
    struct buf text = {.limit = 64 * 1024};
    struct err err;

    url_add_origin(url, &text);
    if (url->user_at < url->host_at) {
        buf_add_char(&text, ' ');
        url_add_credentials(url, &text);
    } else if (host->bearer != NULL) {
        buf_printf(&text, " Bearer %s", host->bearer);
    } else if (host->user != NULL) {
        buf_printf(&text, " %s", host->user);
    } else {
        buf_free(&text);
        return;
    }
    if (!http_shared_add_credential(seeding->crawl->shared, text.data, &err))
        log_warning("%s", err.text);
    buf_free(&text);
}

static void take_seed(void *arg, const struct url *url)
{
    struct seeding *seeding = arg;

    scope_add_seed(seeding->crawl->scope, url);
    note_first_host(seeding->crawl, url);
    log_in(seeding, url);
    if (seeding->page == NULL) {
        seeding->page = page_new(PAGE_SEEDS, "", 0);
        extract_forget(seeding->extract);
    }
    if (extract_add_url(seeding->extract, seeding->page, url, LINK_SEED))
        seeding->crawl->seeds_given++;
    if (seeding->page->link_count >= SEEDS_A_PAGE)
        hand_over_seeds(seeding);
}

/* All seeds are known before the first is fetched: they make the scope. */
static bool read_seeds(struct crawl *c, struct err *err)
{
    struct seeding seeding = {.crawl = c, .extract = extract_new(&c->settings->extract)};
    struct frontier_counts counts;
    bool good = true;

    for (size_t i = 0; i < c->options->input_files.count && good; i++)
        good = seeds_read_file(c->options->input_files.items[i].text, take_seed, &seeding, err);
    for (size_t i = 0; i < c->options->operand_count && good; i++)
        good = seeds_read_operand(c->options->operands[i], take_seed, &seeding, err);
    hand_over_seeds(&seeding);
    extract_free(seeding.extract);
    frontier_counts(c->frontier, &counts);
    if (!good) {
        c->status = CRAWL_USAGE;
    } else if (c->seeds_given == 0 && counts.known == 0) {
        c->status = CRAWL_USAGE;
        return err_set(err,
                       "no usable seed: name a URL, such as https://www.example.org/, or a file with one URL a line");
    }
    return good;
}

/* --- Threads --------------------------------------------------------------------- */

static void recorded(void *arg, struct page *const *pages, size_t count)
{
    struct crawl *c = arg;

    tally_add(c->tally, pages, count);
    events_add(c->events, pages, count);
}

static bool start_thread(pthread_t *thread, void *(*run)(void *), void *arg, const char *name, struct err *err)
{
    int error = pthread_create(thread, NULL, run, arg);

    return error == 0 || err_set(err, "cannot start a %s thread: %s; try fewer --threads", name, strerror(error));
}

static bool start_writer(struct crawl *c, struct err *err)
{
    c->writer = (struct writer_context){
        .to_write = c->to_write, .store = c->store, .frontier = c->frontier, .recorded = recorded, .recorded_arg = c};
    c->writer_started = start_thread(&c->writer_thread, writer_main, &c->writer, "writer", err);
    return c->writer_started;
}

static void parsed(const struct page *page)
{
    if (log_wants(LOG_PAGE))
        summary_log_page(page);
}

static bool start_parsers(struct crawl *c, struct err *err)
{
    int count = c->settings->parsers;

    c->parsers = mem_array((size_t)count, sizeof *c->parsers);
    c->parser_threads = mem_array((size_t)count, sizeof *c->parser_threads);
    for (int i = 0; i < count; i++) {
        c->parsers[i] = (struct parser){.number = i,
                                        .settings = &c->settings->extract,
                                        .frontier = c->frontier,
                                        .to_parse = c->to_parse,
                                        .to_write = c->to_write,
                                        .budget = c->budget,
                                        .parsed = parsed};
        if (!start_thread(&c->parser_threads[i], parser_main, &c->parsers[i], "parser", err))
            return false;
        c->parsers_started++;
    }
    return true;
}

static bool start_fetchers(struct crawl *c, struct err *err)
{
    int count = c->options->threads;

    c->fetchers = mem_array((size_t)count, sizeof *c->fetchers);
    c->fetcher_threads = mem_array((size_t)count, sizeof *c->fetcher_threads);
    for (int i = 0; i < count; i++) {
        struct fetcher *fetcher = &c->fetchers[i];

        *fetcher = (struct fetcher){.taker = i, .frontier = c->frontier, .to_parse = c->to_parse};
        fetcher->http = http_new(c->shared, c->budget, err);
        if (fetcher->http == NULL || !start_thread(&c->fetcher_threads[i], fetcher_main, fetcher, "fetcher", err))
            return false;
        c->fetchers_started++;
    }
    return true;
}

/* --- The wait and the end ---------------------------------------------------------- */

/* Limits that only the clock or the tally can see; and signals. True if the crawl was told to stop. */
static void look_at_limits(struct crawl *c)
{
    struct tally_counts counts;
    const char *limit = NULL;

    if (atomic_load(&caught_signal) != 0) {
        c->outcome = RUN_INTERRUPTED;
        frontier_stop(c->frontier, true);
        return;
    }
    if (c->options->max_duration_ms > 0 && clock_ms() - c->started_ms >= c->options->max_duration_ms)
        limit = "--max-duration";
    if (limit == NULL && c->options->quota_bytes > 0) {
        tally_read(c->tally, &counts);
        limit = counts.wire_bytes >= c->options->quota_bytes ? "--quota" : NULL;
    }
    if (limit != NULL && !frontier_is_stopping(c->frontier)) {
        c->outcome = RUN_LIMIT;
        c->limit = limit;
        frontier_stop(c->frontier, false);
    }
}

static void start_progress(struct crawl *c)
{
    c->progress = progress_new(&(struct progress_parts){
        .options = c->options,
        .frontier = c->frontier,
        .tally = c->tally,
        .to_parse = c->to_parse,
        .to_write = c->to_write,
        .budget = c->budget,
        .fetchers = c->options->threads,
        .parsers = c->settings->parsers,
        .transfers = c->settings->transfers,
        .host = c->first_host,
        .rest_ms = crawl_settings_rest_ms(c->settings, slice_of(c->first_host)),
        .done_before = c->done_before,
    });
}

static void wait_for_end(struct crawl *c)
{
    start_progress(c);
    while (!frontier_wait(c->frontier, TICK_MS)) {
        look_at_limits(c);
        progress_tick(c->progress, atomic_exchange(&asked_status, false), atomic_exchange(&asked_redraw, false));
    }
    look_at_limits(c);
}

/* One order, whatever the reason: the pages drain towards the writer. */
static void join_all(struct crawl *c)
{
    for (int i = 0; i < c->fetchers_started; i++)
        pthread_join(c->fetcher_threads[i], NULL);
    queue_close(c->to_parse);
    for (int i = 0; i < c->parsers_started; i++)
        pthread_join(c->parser_threads[i], NULL);
    queue_close(c->to_write);
    if (c->writer_started)
        pthread_join(c->writer_thread, NULL);
    progress_finish(c->progress);
    if (c->writer.failed) {
        c->outcome = RUN_FAILED;
        c->status = CRAWL_FILE;
    }
}

struct host_states {
    struct host_state *states;
    size_t count, capacity;
};

static void note_host(void *arg, const struct host_state *state)
{
    struct host_states *all = arg;

    if (all->count == all->capacity) {
        all->capacity = all->capacity == 0 ? 64 : all->capacity * 2;
        all->states = mem_resize(all->states, all->capacity * sizeof *all->states);
    }
    all->states[all->count] = *state;
    all->states[all->count].origin = mem_string(state->origin);
    all->states[all->count].robots_body = NULL; /* unchanged */
    all->count++;
}

static void record_hosts(struct crawl *c)
{
    struct host_states all = {0};
    struct err err;

    frontier_each_host(c->frontier, note_host, &all);
    if (all.count > 0 && !store_write_hosts(c->store, all.states, all.count, &err))
        log_error("%s", err.text);
    for (size_t i = 0; i < all.count; i++)
        free(all.states[i].origin);
    free(all.states);
}

static bool failed_to_read(struct crawl *c, const struct err *err)
{
    log_error("%s", err->text);
    c->status = CRAWL_FILE;
    return false;
}

/* What was found is recorded, skipped or waiting, counted in the store itself; and what it is like. */
static bool count_up(struct crawl *c, struct summary *summary)
{
    struct store_totals *totals = &summary->totals;
    struct err err;

    if (!store_totals(c->store, totals, &err))
        return failed_to_read(c, &err);
    if (totals->known != totals->recorded + totals->skipped + totals->waiting) {
        log_error("the books do not balance: %lld URLs found, but %lld recorded + %lld skipped + %lld waiting",
                  (long long)totals->known, (long long)totals->recorded, (long long)totals->skipped,
                  (long long)totals->waiting);
        c->status = CRAWL_INTERNAL;
    }
    /* Who interrupts does not wait for titles to be compared. */
    summary->titles =
        (struct store_titles){.titles = summary->counts.titles, .missing = summary->counts.titles_missing};
    if (c->outcome != RUN_INTERRUPTED && !store_titles(c->store, &summary->titles, &err))
        return failed_to_read(c, &err);
    return true;
}

/* --fail-on, of a crawl that came to its end. */
static void look_for_faults(struct crawl *c)
{
    struct err err;
    int64_t findings;

    if (c->options->fail_on == 0 || c->status != CRAWL_DONE)
        return;
    findings = fail_on_check(c->store, c->options->fail_on, c->options->database, &err);
    if (findings < 0)
        failed_to_read(c, &err);
    else if (findings > 0)
        c->status = CRAWL_FAIL_ON;
}

static void set_exit_status(struct crawl *c, const struct tally_counts *counts)
{
    if (c->status != CRAWL_DONE)
        return;
    if (c->outcome == RUN_INTERRUPTED)
        c->status = CRAWL_SIGNAL + atomic_load(&caught_signal);
    else if (c->outcome == RUN_COMPLETE && counts->seeds > 0 && counts->seeds_answered == 0)
        c->status = CRAWL_NO_SEED;
}

static void close_store(struct crawl *c, struct summary *summary)
{
    struct buf stats = {.limit = 1 << 20};
    struct stat file;
    struct err err;

    summary->exit_status = (int)c->status;
    summary_add_json(summary, &stats);
    if (!store_close(c->store, c->outcome, stats.data, &err)) {
        log_error("%s", err.text);
        if (c->status == CRAWL_DONE)
            c->status = CRAWL_FILE;
    }
    c->store = NULL;
    if (stat(c->options->database, &file) == 0)
        summary->database_bytes = file.st_size;
    buf_free(&stats);
}

/* The end as JSON, for --json and --events. */
static void tell_programs(struct crawl *c, struct summary *summary)
{
    struct buf json = {.limit = 1 << 20};

    summary->exit_status = (int)c->status;
    summary_add_json(summary, &json);
    events_add_summary(c->events, json.data);
    buf_add_char(&json, '\n');
    if (c->options->json && (fwrite(json.data, 1, json.size, stdout) != json.size || fflush(stdout) != 0)) {
        log_error("cannot write the summary to standard output: %s", strerror(errno));
        if (c->status == CRAWL_DONE)
            c->status = CRAWL_FILE;
    }
    buf_free(&json);
}

static void close_run(struct crawl *c)
{
    struct summary summary = {.options = c->options, .elapsed_ms = clock_ms() - c->started_ms, .database_bytes = -1};
    struct frontier_counts frontier;

    frontier_counts(c->frontier, &frontier);
    if (c->outcome == RUN_COMPLETE && frontier.limit_reached) {
        c->outcome = RUN_LIMIT;
        c->limit = "--max-pages";
    }
    tally_read(c->tally, &summary.counts);
    set_exit_status(c, &summary.counts);
    summary.outcome = c->outcome;
    summary.limit = c->limit;
    if (!c->writer.failed) {
        record_hosts(c);
        if (count_up(c, &summary))
            look_for_faults(c);
    }
    close_store(c, &summary);
    progress_free(c->progress);
    c->progress = NULL;
    summary_print(&summary);
    tell_programs(c, &summary);
}

static void free_parts(struct crawl *c)
{
    for (int i = 0; c->fetchers != NULL && i < c->options->threads; i++)
        http_free(c->fetchers[i].http);
    free(c->fetchers);
    free(c->parsers);
    free(c->fetcher_threads);
    free(c->parser_threads);
    queue_free(c->to_parse);
    queue_free(c->to_write);
    frontier_free(c->frontier);
    http_shared_free(c->shared);
    budget_free(c->budget);
    tally_free(c->tally);
    scope_free(c->scope);
    crawl_settings_free(c->settings);
    progress_free(c->progress);
    if (!events_close(c->events) && c->status == CRAWL_DONE)
        c->status = CRAWL_FILE;
}

int crawl_run(const struct options *options)
{
    struct crawl c = {.options = options, .outcome = RUN_COMPLETE, .started_ms = clock_ms()};
    struct err err = {""};
    bool good;

    c.settings = crawl_settings_new(options);
    good = build(&c, &err);
    if (good) {
        good = start_writer(&c, &err) && read_seeds(&c, &err) && start_parsers(&c, &err) && start_fetchers(&c, &err);
        if (good)
            wait_for_end(&c);
        else
            frontier_stop(c.frontier, true);
        join_all(&c);
    }
    if (!good) {
        log_error("%s", err.text);
        c.outcome = RUN_FAILED;
        if (c.status == CRAWL_DONE)
            c.status = CRAWL_INTERNAL;
    }
    if (good)
        close_run(&c);
    else
        store_close(c.store, c.outcome, "{}", NULL);
    free_parts(&c);
    return c.status;
}

#include "crawl_inside.h"

#include "clock.h"
#include "log.h"
#include "mem.h"
#include "sandbox.h"
#include "summary.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRACE_MS         1000 /* that running transfers have after --max-duration */
#define SIGNAL_GRACE_MS  500  /* the same after the first signal: all is to be over within two seconds */
#define TRIM_MS          20000
#define TICK_MS          200 /* how often the main thread looks at signals, limits and the display */
#define STOPPING_TICK_MS 50  /* the same while it stops */

/* Set by signal handlers, read by the main thread's tick. */
static atomic_int caught_signal;
static atomic_bool asked_status, asked_redraw;

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
    int count = c->settings->threads;

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

/* Stops, now or earlier. What is nearly there is not thrown away, to be asked for again; but nobody waits for a slow
 * server. */
static void stop_soon(struct crawl *c, int64_t grace_ms)
{
    if (c->stopped_ms == 0)
        c->stopped_ms = clock_ms();
    frontier_stop(c->frontier, clock_ms() - c->stopped_ms >= grace_ms);
}

/* What only the clock can see; and signals. */
static void look_at_limits(struct crawl *c)
{
    if (atomic_load(&caught_signal) != 0) {
        c->outcome = RUN_INTERRUPTED;
        c->stopped_by = atomic_load(&caught_signal);
        stop_soon(c, SIGNAL_GRACE_MS);
    } else if (c->limit != NULL) {
        stop_soon(c, GRACE_MS);
    } else if (c->options->max_duration_ms > 0 && clock_ms() - c->started_ms >= c->options->max_duration_ms &&
               !frontier_is_stopping(c->frontier)) {
        c->outcome = RUN_LIMIT;
        c->limit = "--max-duration";
        stop_soon(c, GRACE_MS);
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
        .fetchers = c->settings->threads,
        .parsers = c->settings->parsers,
        .transfers = c->settings->transfers,
        .host = c->first_host,
        .rest_us = crawl_settings_rest_us(c->settings, slice_of(c->first_host)),
        .done_before = c->done_before,
    });
}

static void wait_for_end(struct crawl *c)
{
    int64_t trimmed_ms = c->started_ms;

    start_progress(c);
    while (!frontier_wait(c->frontier, c->stopped_ms == 0 ? TICK_MS : STOPPING_TICK_MS)) {
        look_at_limits(c);
        for (int i = 0; i < c->fetchers_started; i++)
            http_watch(c->fetchers[i].http, c->stopped_ms != 0 && clock_ms() - c->stopped_ms >= SIGNAL_GRACE_MS);
        if (clock_ms() - trimmed_ms >= TRIM_MS) {
            mem_trim();
            trimmed_ms = clock_ms();
        }
        progress_tick(c->progress, atomic_exchange(&asked_status, false), atomic_exchange(&asked_redraw, false));
    }
    look_at_limits(c);
}

/* True if a fetcher could not go on, which is said once, whatever the number of fetchers. */
static bool has_starved(const struct crawl *c)
{
    for (int i = 0; i < c->fetchers_started; i++)
        if (c->fetchers[i].failed) {
            log_error("%s", c->fetchers[i].failure.text);
            return true;
        }
    return false;
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
    if (c->writer.failed || has_starved(c)) {
        c->outcome = RUN_FAILED;
        c->status = CRAWL_FILE;
    }
}

/* Before the first thread, after the last file of the user was opened, but for those that are read later. */
static void enter_sandbox(struct crawl *c)
{
    const struct options *o = c->options;
    const char *const named[] = {o->cacert,
                                 o->cert,
                                 o->key,
                                 o->load_cookies,
                                 getenv("SSL_CERT_FILE"),
                                 getenv("SSL_CERT_DIR"),
                                 getenv("CURL_CA_BUNDLE")};
    size_t most = sizeof named / sizeof named[0] + o->input_files.count + o->operand_count, count = 0;
    const char **read = mem_array(most + 1, sizeof *read);

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i] != NULL)
            read[count++] = named[i];
    for (size_t i = 0; i < o->input_files.count; i++)
        read[count++] = o->input_files.items[i].text;
    for (size_t i = 0; i < o->operand_count; i++) /* a URL among them is no file, and no harm */
        read[count++] = o->operands[i];
    if (o->sandbox && !sandbox_enter(&(struct sandbox_files){.database = o->database, .read = read}))
        log_warning("the sandbox could not be set up: %s; going on without", strerror(errno));
    free(read);
}

/* Of a crawl that came to no thread. */
static void close_unused(struct queue *queue)
{
    if (queue != NULL)
        queue_close(queue);
}

static void free_parts(struct crawl *c)
{
    for (int i = 0; c->fetchers != NULL && i < c->settings->threads; i++)
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
    trap_free(c->trap);
    soft404_free(c->soft404);
    scope_free(c->scope);
    crawl_settings_free(c->settings);
    progress_free(c->progress);
    if (!events_close(c->events) && c->status == CRAWL_DONE)
        c->status = CRAWL_FILE;
}

/* Nothing was fetched. If no seed was recorded either it was no run; a database that was made for it goes again: a
 * mistyped name leaves no file. (The store itself puts back what was there.) */
static void end_before_begin(struct crawl *c)
{
    bool none = !c->seeds_written;
    bool made = c->store != NULL && c->makes_database;

    store_close(c->store, none ? RUN_NONE : RUN_FAILED, "{}", NULL);
    if (none && made)
        unlink(c->options->database);
}

int crawl_run(const struct options *options)
{
    struct crawl c = {.options = options, .outcome = RUN_COMPLETE, .started_ms = clock_ms()};
    struct err err = {""};
    bool good;

    if (options->sandbox)
        sandbox_prepare(options->database);
    c.settings = crawl_settings_new(options);
    good = crawl_look_at_seeds(&c, &err) && crawl_build(&c, &err);
    if (good) {
        enter_sandbox(&c);
        good =
            start_writer(&c, &err) && crawl_read_seeds(&c, &err) && start_parsers(&c, &err) && start_fetchers(&c, &err);
        if (good)
            wait_for_end(&c);
        else
            frontier_stop(c.frontier, true);
        join_all(&c);
    } else {
        close_unused(c.to_parse);
        close_unused(c.to_write);
    }
    if (!good) {
        log_error("%s", err.text);
        c.outcome = RUN_FAILED;
        if (c.status == CRAWL_DONE)
            c.status = CRAWL_INTERNAL;
    }
    if (good)
        crawl_close_run(&c);
    else
        end_before_begin(&c);
    free_parts(&c);
    return c.status;
}

#include "crawl_inside.h"

#include "clock.h"
#include "fail_on.h"
#include "log.h"
#include "mem.h"
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* What failed at the end is one thing, and said once. */
static bool failed(struct crawl *c, const struct err *err)
{
    if (!c->failure_said)
        log_error("%s", err->text);
    c->failure_said = true;
    if (c->status != CRAWL_INTERNAL)
        c->status = CRAWL_FILE;
    return false;
}

static void record_hosts(struct crawl *c)
{
    struct host_states all = {0};
    struct err err;

    frontier_each_host(c->frontier, note_host, &all);
    if (all.count > 0 && !store_write_hosts(c->store, all.states, all.count, &err))
        failed(c, &err);
    for (size_t i = 0; i < all.count; i++)
        free(all.states[i].origin);
    free(all.states);
}

/* What was found is in the store, and there recorded, skipped or waiting, each counted by itself; and what it is like.
 */
static bool count_up(struct crawl *c, const struct frontier_counts *frontier, struct summary *summary)
{
    struct store_totals *totals = &summary->totals;
    struct err err;

    if (!store_totals(c->store, totals, &err))
        return failed(c, &err);
    if (totals->known != totals->recorded + totals->skipped + totals->waiting) {
        log_error("the books do not balance: %lld URLs found, but %lld recorded + %lld skipped + %lld waiting",
                  (long long)totals->known, (long long)totals->recorded, (long long)totals->skipped,
                  (long long)totals->waiting);
        c->status = CRAWL_INTERNAL;
    }
    if (totals->known != frontier->known) {
        log_error("the books do not balance: %lld URLs were found, but %lld stand in the database",
                  (long long)frontier->known, (long long)totals->known);
        c->status = CRAWL_INTERNAL;
    }
    /* Who interrupts does not wait for titles to be compared. */
    summary->titles = (struct store_titles){
        .titles = summary->counts.titles,
        .duplicated = -1,
        .duplicated_pages = -1,
        .missing = summary->counts.titles_missing,
    };
    if (c->outcome != RUN_INTERRUPTED && !store_mark_soft404(c->store, &summary->soft_404s, &err))
        return failed(c, &err);
    if (c->outcome != RUN_INTERRUPTED && !store_titles(c->store, &summary->titles, &err))
        return failed(c, &err);
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
        failed(c, &err);
    else if (findings > 0)
        c->status = CRAWL_FAIL_ON;
}

static void set_exit_status(struct crawl *c, const struct tally_counts *counts)
{
    if (c->status != CRAWL_DONE)
        return;
    if (c->outcome == RUN_INTERRUPTED)
        c->status = CRAWL_SIGNAL + c->stopped_by;
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
    if (!store_close(c->store, c->outcome, stats.data, &err))
        failed(c, &err);
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

void crawl_close_run(struct crawl *c)
{
    struct summary summary = {.options = c->options,
                              .recorded_before = c->done_before,
                              .elapsed_ms = clock_ms() - c->started_ms,
                              .database_bytes = -1,
                              .undecided = (int64_t)scope_limit_hits(c->scope)};
    struct frontier_counts frontier;

    frontier_counts(c->frontier, &frontier);
    if (c->outcome == RUN_COMPLETE && (frontier.pages_reached || frontier.bytes_reached)) {
        c->outcome = RUN_LIMIT;
        c->limit = frontier.bytes_reached ? "--quota" : "--max-pages";
    }
    tally_read(c->tally, &summary.counts);
    memcpy(summary.held_ms, progress_held_ms(c->progress), sizeof summary.held_ms);
    set_exit_status(c, &summary.counts);
    summary.outcome = c->outcome;
    summary.limit = c->limit;
    if (!c->writer.failed) {
        record_hosts(c);
        if (count_up(c, &frontier, &summary))
            look_for_faults(c);
    }
    close_store(c, &summary);
    progress_free(c->progress);
    c->progress = NULL;
    summary_print(&summary);
    tell_programs(c, &summary);
}

#include "progress.h"

#include "clock.h"
#include "columns.h"
#include "estimate.h"
#include "held.h"
#include "log.h"
#include "mem.h"
#include "panel.h"
#include "screen.h"
#include "terminal.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PLAIN_LOOK_MS 1000 /* between two looks where nothing is drawn */
#define COST_PARTS    400  /* a look that took 1 ms is not repeated for so many */

struct progress {
    struct progress_parts parts;
    enum progress_mode mode;
    int64_t started_ms, look_at_ms, say_at_ms;
    struct estimate estimate;
    struct held held;
    struct tally_counts counts;
    struct frontier_counts frontier;
    bool color;
    bool is_finishing;
    int processors;
    char how[120];
    struct screen screen;
};

/* --- Looking ------------------------------------------------------------------------ */

/* Pages that are known and still to come, as far as limits let them. */
static int64_t pages_left(const struct progress *p)
{
    const struct frontier_counts *f = &p->frontier;
    int64_t left = f->waiting + f->parked + f->active;
    int64_t most = p->parts.options->max_pages - f->taken + f->active;

    if (p->parts.options->max_pages > 0 && left > most)
        left = most < 0 ? 0 : most;
    return left;
}

static int64_t cpu_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void look(struct progress *p, int64_t now_ms)
{
    const struct progress_parts *parts = &p->parts;
    struct held_sample sample = {.now_ms = now_ms - p->started_ms + 1,
                                 .transfers = parts->transfers,
                                 .fetchers = parts->fetchers,
                                 .parsers = parts->parsers};
    size_t room = (size_t)parts->options->queue;

    tally_read(parts->tally, &p->counts);
    frontier_counts(parts->frontier, &p->frontier);
    estimate_add(&p->estimate, now_ms - p->started_ms, p->counts.pages, p->counts.wire_bytes, pages_left(p));
    sample.waiting = p->frontier.waiting + p->frontier.parked;
    sample.fetching = p->frontier.fetching;
    sample.resting = p->frontier.resting;
    sample.full = p->frontier.full;
    sample.rest = p->frontier.rest;
    sample.to_parse_is_full = queue_length(parts->to_parse) >= room;
    sample.to_write_is_full = queue_length(parts->to_write) >= room;
    sample.parse_waited_ms = queue_waited_ms(parts->to_parse);
    sample.write_waited_ms = queue_waited_ms(parts->to_write);
    sample.cpu_ms = cpu_us(CLOCK_PROCESS_CPUTIME_ID) / 1000;
    sample.processors = p->processors;
    sample.refusals = budget_refusals(parts->budget);
    memcpy(sample.host, p->frontier.resting_host, sizeof sample.host);
    held_add(&p->held, &sample);
}

static int64_t time_left_ms(const struct progress *p, int64_t elapsed_ms)
{
    int64_t left_ms = estimate_left_ms(&p->estimate);
    int64_t most_ms = p->parts.options->max_duration_ms;

    if (most_ms > 0 && (left_ms < 0 || left_ms > most_ms - elapsed_ms))
        left_ms = most_ms > elapsed_ms ? most_ms - elapsed_ms : 0;
    return left_ms;
}

/* `history` and `held_by` are the caller's, and stay as long as the facts. */
static void fill(const struct progress *p, struct panel_facts *facts, double history[ESTIMATE_SECONDS],
                 struct buf *held_by)
{
    const struct tally_counts *c = &p->counts;
    int64_t elapsed_ms = clock_ms() - p->started_ms;

    buf_add_string(held_by, "");
    held_add_words(&p->held, held_by);
    *facts = (struct panel_facts){
        .host = p->parts.host,
        .more_hosts = p->frontier.hosts > 1 ? p->frontier.hosts - 1 : 0,
        .how = p->how,
        .database = p->parts.options->database,
        .done = p->parts.done_before + c->pages,
        .in_flight = p->frontier.active,
        .pages_per_s = estimate_pages_per_s(&p->estimate),
        .bytes_per_s = estimate_bytes_per_s(&p->estimate),
        .history = history,
        .held_by = held_by->data,
        .elapsed_ms = elapsed_ms,
        .left_ms = time_left_ms(p, elapsed_ms),
        .is_growing = estimate_is_growing(&p->estimate) && p->parts.options->max_duration_ms == 0,
        .is_stopping = frontier_is_stopping(p->parts.frontier),
        .is_finishing = p->is_finishing,
        .last_url = c->last.url,
        .last_status = c->last.status,
        .last_outcome = page_outcome_names[c->last.outcome],
        .last_ms = c->last.total_ms,
    };
    facts->waiting = pages_left(p) - facts->in_flight;
    if (facts->waiting < 0)
        facts->waiting = 0;
    facts->history_count = estimate_history(&p->estimate, history, ESTIMATE_SECONDS);
    for (int i = 0; i < 6; i++)
        facts->answers[i] = c->answers[i];
    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        facts->skipped += c->skips[i];
}

/* --- Showing ------------------------------------------------------------------------ */

static void draw(struct progress *p)
{
    struct panel_look look = {.columns = p->screen.columns, .color = p->color, .locale = p->screen.locale};
    double history[ESTIMATE_SECONDS];
    struct buf held_by = {.limit = 400};
    struct panel_facts facts;
    struct buf *frame = screen_begin(&p->screen, PANEL_LEAST_COLUMNS);

    if (frame == NULL)
        return;
    fill(p, &facts, history, &held_by);
    panel_add(frame, &facts, &look);
    screen_show(&p->screen);
    buf_free(&held_by);
}

static void say(const struct progress *p, bool asked)
{
    double history[ESTIMATE_SECONDS];
    struct buf held_by = {.limit = 400}, text = {.limit = 4096};
    struct panel_facts facts;

    fill(p, &facts, history, &held_by);
    panel_add_plain(&text, &facts);
    if (asked)
        log_answer("%s", text.data);
    else
        log_note("%s", text.data);
    buf_free(&held_by);
    buf_free(&text);
}

void progress_tick(struct progress *p, bool asked, bool resized)
{
    int64_t now_ms = clock_ms();
    int64_t begun_us = cpu_us(CLOCK_THREAD_CPUTIME_ID);

    if (!asked && !resized && now_ms < p->look_at_ms)
        return;
    look(p, now_ms);
    if (asked)
        say(p, true);
    if (p->mode == PROGRESS_PANEL) {
        if (resized)
            screen_resize(&p->screen);
        draw(p);
    } else if (p->mode == PROGRESS_PLAIN && now_ms >= p->say_at_ms) {
        say(p, false);
        p->say_at_ms = now_ms + p->parts.options->stats_ms;
    }
    p->look_at_ms = now_ms + (cpu_us(CLOCK_THREAD_CPUTIME_ID) - begun_us) * COST_PARTS / 1000;
    if (p->mode != PROGRESS_PANEL && p->look_at_ms < now_ms + PLAIN_LOOK_MS)
        p->look_at_ms = now_ms + (PLAIN_LOOK_MS < p->parts.options->stats_ms ? PLAIN_LOOK_MS : 0);
}

/* --- Begin and end ------------------------------------------------------------------ */

enum progress_mode progress_mode(const struct options *o)
{
    bool is_shared = o->events != NULL && strcmp(o->events, "-") == 0 && isatty(STDOUT_FILENO);

    switch (o->progress) {
    case OPTIONS_PROGRESS_BAR:
        return PROGRESS_PANEL;
    case OPTIONS_PROGRESS_PLAIN:
        return PROGRESS_PLAIN;
    case OPTIONS_PROGRESS_NONE:
        return PROGRESS_NONE;
    default:
        if (o->quiet)
            return PROGRESS_NONE;
        return terminal_is_able(STDERR_FILENO) && !is_shared ? PROGRESS_PANEL : PROGRESS_PLAIN;
    }
}

static void describe(struct progress *p)
{
    const struct options *o = p->parts.options;
    struct buf rate = {.limit = 60};

    if (p->parts.rest_us == 0) {
        buf_add_string(&rate, "no rate limit");
    } else if (p->parts.rest_us <= 1000000) {
        buf_printf(&rate, "%.3g/s a host", 1e6 / (double)p->parts.rest_us);
    } else {
        buf_add_string(&rate, "one in ");
        words_add_time(&rate, p->parts.rest_us / 1000);
        buf_add_string(&rate, " a host");
    }
    snprintf(p->how, sizeof p->how, "%d thread%s, %s, robots %s", o->threads, o->threads == 1 ? "" : "s", rate.data,
             o->robots ? "on" : "off");
    buf_free(&rate);
}

struct progress *progress_new(const struct progress_parts *parts)
{
    struct progress *p = mem_new(sizeof *p);

    p->parts = *parts;
    p->mode = progress_mode(parts->options);
    p->color = parts->options->color == OPTIONS_COLOR_ALWAYS ||
               (parts->options->color == OPTIONS_COLOR_AUTO && terminal_wants_color(STDERR_FILENO));
    p->started_ms = clock_ms();
    p->say_at_ms = p->started_ms + parts->options->stats_ms;
    screen_open(&p->screen, columns_locale(parts->options->ascii));
    p->processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    describe(p);
    return p;
}

void progress_finish(struct progress *p)
{
    if (p == NULL || p->mode != PROGRESS_PANEL || p->look_at_ms == 0)
        return; /* never drawn: it was over at once */
    p->is_finishing = true;
    look(p, clock_ms());
    draw(p);
}

const int64_t *progress_held_ms(const struct progress *p)
{
    return p->held.spent_ms;
}

void progress_free(struct progress *p)
{
    if (p == NULL)
        return;
    screen_close(&p->screen);
    free(p);
}

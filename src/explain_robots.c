#include "explain.h"

#include "explain_inside.h"
#include "text.h"
#include "verb.h"
#include "words.h"

#include <stdio.h>

/* What is said of a robots.txt, and of tries. */

static void add(struct buf *out, const char *text)
{
    text_add_terminal(out, slice_of(text));
}

void explain_add_label(struct buf *out, const char *name)
{
    buf_printf(out, "  %-12s ", name);
}

void explain_add_try(const struct explain_try *try, const char *name, int64_t known_run, struct buf *out)
{
    char label[40];

    snprintf(label, sizeof label, "%s %d", name, (int)try->number);
    explain_add_label(out, label);
    if (try->url != NULL) {
        add(out, try->url);
        buf_add_string(out, "  ");
    }
    if (try->status > 0)
        buf_printf(out, "%d ", (int)try->status);
    add(out, try->outcome == NULL ? "" : try->outcome);
    if (try->error != NULL) {
        buf_add_string(out, " (");
        add(out, try->error);
        buf_add_char(out, ')');
    }
    buf_add_string(out, ", ");
    verb_add_time(out, try->ended_ms);
    if (try->total_ms >= 0) {
        buf_add_string(out, ", in all ");
        words_add_time(out, try->total_ms);
    }
    if (try->run != known_run)
        buf_printf(out, ", in run %d", (int)try->run);
    buf_add_char(out, '\n');
}

/* Tries, hops and the request that had the answer. */
static void add_requests(const struct explanation *e, struct buf *out)
{
    for (size_t i = 0; i < e->robots.try_count; i++)
        explain_add_try(&e->robots.tries[i], "robots try", e->run_id, out);
}

/* It was asked for, and there is no answer to go by yet. */
static void add_trying(const struct explain_robots *r, struct buf *out)
{
    buf_add_string(out, "not to be had so far");
    if (r->again_ms > 0) {
        buf_add_string(out, ": tried again ");
        verb_add_time(out, r->again_ms);
        buf_add_char(out, '\n');
    } else {
        buf_add_string(out, ": the next run asks for it again\n");
    }
}

void explain_add_robots(const struct explanation *e, struct buf *out)
{
    const struct explain_robots *r = &e->robots;

    explain_add_label(out, "robots.txt");
    if (!r->is_known && r->try_count > 0 && !r->is_ignored) {
        add_trying(r, out);
        add_requests(e, out);
        return;
    }
    if (!r->is_known) {
        buf_add_string(out, r->is_ignored ? "not asked for: --no-robots\n" : "not asked for yet\n");
        return;
    }
    if (r->status < 0) {
        buf_add_string(out, "could not be had (");
        add(out, r->outcome == NULL ? "no answer" : r->outcome);
        buf_add_string(out, "): so nothing of the host is fetched");
    } else if (r->status < 200 || r->status > 299) {
        buf_printf(out, "answered %d: %s", r->status,
                   r->allowed ? "so everything is allowed" : "so nothing of the host is fetched");
    } else if (r->line == 0) {
        buf_add_string(out, "allows it: no rule fits");
    } else {
        buf_printf(out, "%s it: line %u, \"", r->allowed ? "allows" : "refuses", r->line);
        add(out, r->rule);
        buf_add_char(out, '"');
    }
    if (r->is_cut)
        buf_printf(out, "; rules beyond its first %u KiB are left out", ROBOTS_BODY_LIMIT / 1024);
    if (r->asked_ms > 0) {
        buf_add_string(out, "; asked for ");
        verb_add_time(out, r->asked_ms);
    }
    buf_add_string(out, r->is_ignored ? "; not obeyed: --no-robots\n" : "\n");
    if (r->try_count > 1 || (r->try_count == 1 && r->status < 0))
        add_requests(e, out);
}

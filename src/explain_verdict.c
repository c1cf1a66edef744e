#include "explain_inside.h"
#include "text.h"
#include "words.h"

#include <string.h>

/* The one line that answers. */

static void add(struct buf *out, const char *text)
{
    text_add_terminal(out, slice_of(text));
}

/* What a reason for skipping means; the names are those of page.h. */
static const char *meaning_of(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } all[] = {
        {"robots", "robots.txt refuses it, or could not be had"},
        {"off_scope", "it is out of scope"},
        {"rejected", "a pattern rejects it"},
        {"bad_url", "its URL is of no use"},
        {"level", "it is too many links away from a seed"},
        {"limit", "a limit of pages was reached"},
        {"trap", "it looks like a trap"},
        {"duplicate", "another URL is the same page"},
        {"nofollow", "all links to it say nofollow"},
        {"kind", "it was only found as a kind of link that is not followed"},
        {"host_gave_up", "its host did not recover"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(reason, all[i].reason) == 0)
            return all[i].words;
    return "";
}

void explain_add_result(struct buf *out, const struct explain_answer *a)
{
    if (a->status > 0)
        buf_printf(out, "%d ", (int)a->status);
    add(out, a->outcome == NULL ? "" : a->outcome);
}

static void add_skipped(const struct explanation *e, struct buf *out)
{
    buf_add_string(out, "skipped");
    if (e->skip_reason == NULL)
        return;
    buf_add_string(out, ": ");
    add(out, e->skip_reason);
    if (meaning_of(e->skip_reason)[0] != '\0')
        buf_printf(out, ", %s", meaning_of(e->skip_reason));
    if (e->skip_rule != NULL) {
        buf_add_string(out, " (");
        if (e->skip_line > 0)
            buf_printf(out, "line %d: ", (int)e->skip_line);
        add(out, e->skip_rule);
        buf_add_char(out, ')');
    }
}

static void add_waiting(const struct explanation *e, struct buf *out)
{
    buf_add_string(out, "waiting: ");
    if (e->is_running && !e->robots.is_known && e->robots.try_count > 0 && !e->robots.is_ignored)
        buf_add_string(out, "the crawl runs, and tries to get the robots.txt of its host, which failed so far; ");
    else if (e->is_running)
        buf_add_string(out, "the crawl runs, and will come to it; ");
    else
        buf_add_string(out, "the crawl stopped before its turn, and the same command goes on; ");
    if (e->host.waiting_before == 0)
        buf_add_string(out, "it is the next of its host");
    else {
        words_add_count(out, e->host.waiting_before, "URL");
        buf_printf(out, " of its host %s found before it", e->host.waiting_before == 1 ? "was" : "were");
    }
}

static bool robots_refuse(const struct explanation *e)
{
    return !e->robots.is_ignored && e->robots.is_known && !e->robots.allowed;
}

const char *explain_verdict_words(enum scope_verdict verdict)
{
    static const char *const words[] = {
        [SCOPE_WANTED] = "wanted",     [SCOPE_OFF_SCOPE] = "out of scope", [SCOPE_EXCLUDED] = "out of scope",
        [SCOPE_REJECTED] = "rejected", [SCOPE_TOO_DEEP] = "too deep",      [SCOPE_TRAP] = "taken for a trap",
    };

    return words[verdict];
}

/* What would become of a URL that was never seen. */
static void add_unseen(const struct explanation *e, struct buf *out)
{
    buf_add_string(out, "never seen: no seed, no sitemap and no page that was read names it");
    if (e->twin.id != 0) {
        buf_add_string(out, "; it is the same page as one that was");
        return;
    }
    if (e->scope.verdict != SCOPE_WANTED)
        buf_printf(out, "; if one did, it would be skipped: %s", explain_verdict_words(e->scope.verdict));
    else if (robots_refuse(e))
        buf_add_string(out, "; if one did, it would be skipped: robots.txt refuses it");
    else if (e->host.given_up)
        buf_add_string(out, "; if one did, it would be skipped: its host was given up");
    else
        buf_add_string(out, "; if one did, it would be fetched");
}

/* Recorded with what was wrong with its robots.txt; it had no request of its own. */
static bool is_lost_with_robots(const struct explanation *e)
{
    const char *error = e->answer.error;

    return e->answer.tries <= 0 && error != NULL && strncmp(error, "robots.txt: ", strlen("robots.txt: ")) == 0;
}

void explain_add_verdict(const struct explanation *e, struct buf *out)
{
    buf_add_string(out, "  ");
    switch (e->state) {
    case EXPLAIN_UNSEEN:
        add_unseen(e, out);
        break;
    case EXPLAIN_FETCHED:
        buf_add_string(out, is_lost_with_robots(e) ? "not asked for: its robots.txt could not be had: " : "fetched: ");
        explain_add_result(out, &e->answer);
        break;
    case EXPLAIN_WAITING:
        add_waiting(e, out);
        break;
    case EXPLAIN_SKIPPED:
        add_skipped(e, out);
        break;
    }
    buf_add_string(out, "\n\n");
}

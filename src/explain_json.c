#include "explain.h"

#include "explain_inside.h"
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void text(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, ",\"%s\":", name);
    verb_add_json(out, slice_of(value));
}

/* `none` stands for a number that is not known. */
static void number(struct buf *out, const char *name, int64_t value, int64_t none)
{
    if (value == none)
        buf_printf(out, ",\"%s\":null", name);
    else
        buf_printf(out, ",\"%s\":%" PRId64, name, value);
}

static void truth(struct buf *out, const char *name, bool value)
{
    buf_printf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void wall_time(struct buf *out, const char *name, int64_t wall_ms)
{
    buf_printf(out, ",\"%s\":", name);
    verb_add_json_time(out, wall_ms);
}

/* A list of URLs, each with what is known of it. */
static void list(struct buf *out, const char *name, const struct explain_list *urls)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < urls->count; i++) {
        const struct explain_url *item = &urls->items[i];

        buf_printf(out, "%s{\"url\":", i == 0 ? "" : ",");
        verb_add_json(out, slice_of(item->url));
        text(out, "state", explain_state_names[item->state]);
        text(out, "result", item->result);
        text(out, "via", item->via);
        wall_time(out, "fetched_at", item->fetched_ms > 0 ? item->fetched_ms : 0);
        number(out, "total_ms", item->total_ms, -1);
        if (item->anchor != NULL)
            text(out, "anchor", item->anchor);
        if (item->how != NULL)
            text(out, "differs", item->how);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void rules(struct buf *out, const char *name, unsigned set)
{
    const char *before = "";

    buf_printf(out, ",\"%s\":[", name);
    for (int i = 0; i < URL_RULE_COUNT; i++)
        if ((set >> i & 1) != 0) {
            buf_printf(out, "%s\"%s\"", before, url_rule_names[i]);
            before = ",";
        }
    buf_add_char(out, ']');
}

static void add_names(const struct explanation *e, struct buf *out)
{
    buf_add_string(out, "{\"url\":");
    verb_add_json(out, buf_slice(&e->url.text));
    text(out, "asked", e->asked);
    text(out, "state", explain_state_names[e->state]);
    buf_add_string(out, ",\"sent\":{\"method\":\"GET\",\"target\":");
    verb_add_json(out, url_target(&e->url));
    buf_add_string(out, ",\"host\":");
    verb_add_json(out, url_host(&e->url));
    number(out, "port", e->url.port, -1);
    truth(out, "tls", e->url.https);
    buf_add_string(out, "},\"key\":");
    verb_add_json(out, e->key.size > 0 ? buf_slice(&e->key) : buf_slice(&e->url.text));
    rules(out, "key_rules", e->key_rules);
    text(out, "same_as", e->twin.url);
    if (e->twin.url != NULL)
        rules(out, "same_as_rules", e->twin_rules);
}

/* Of a page, and of a robots.txt; where a redirect led that to, and when it is asked for again, is told of it alone. */
static void add_tries(const char *name, const struct explain_try *tries, size_t count, struct buf *out)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        const struct explain_try *try = &tries[i];

        buf_printf(out, "%s{\"number\":%" PRId64, i == 0 ? "" : ",", try->number);
        text(out, "outcome", try->outcome);
        number(out, "status", try->status, -1);
        text(out, "error", try->error);
        wall_time(out, "ended_at", try->ended_ms);
        number(out, "total_ms", try->total_ms, -1);
        number(out, "run", try->run, 0);
        if (try->url != NULL)
            text(out, "url", try->url);
        if (try->again_ms > 0)
            wall_time(out, "again_at", try->again_ms);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void add_decisions(const struct explanation *e, struct buf *out)
{
    static const char *const verdicts[] = {
        [SCOPE_WANTED] = "wanted",     [SCOPE_OFF_SCOPE] = "off_scope", [SCOPE_EXCLUDED] = "off_scope",
        [SCOPE_REJECTED] = "rejected", [SCOPE_TOO_DEEP] = "level",      [SCOPE_TRAP] = "trap",
    };

    buf_add_string(out, ",\"skipped\":");
    if (e->state == EXPLAIN_SKIPPED) {
        buf_add_string(out, "{\"reason\":");
        verb_add_json(out, slice_of(e->skip_reason));
        text(out, "rule", e->skip_rule);
        number(out, "line", e->skip_line, 0);
        buf_add_char(out, '}');
    } else {
        buf_add_string(out, "null");
    }
    buf_printf(out, ",\"scope\":{\"verdict\":\"%s\"", verdicts[e->scope.verdict]);
    text(out, "why", e->scope.why);
    text(out, "origin", e->scope.origin);
    truth(out, "options_given_now", e->scope.has_new);
    buf_add_string(out, "},\"robots\":{\"allowed\":");
    buf_add_string(out, !e->robots.is_known ? "null" : e->robots.allowed ? "true" : "false");
    number(out, "status", e->robots.status, 0);
    text(out, "outcome", e->robots.outcome);
    number(out, "line", e->robots.line, 0);
    text(out, "rule", e->robots.rule);
    truth(out, "obeyed", !e->robots.is_ignored);
    truth(out, "cut", e->robots.is_cut);
    wall_time(out, "asked_at", e->robots.asked_ms);
    wall_time(out, "again_at", e->robots.again_ms);
    add_tries("tries", e->robots.tries, e->robots.try_count, out);
    buf_add_char(out, '}');
}

static void add_host(const struct explanation *e, struct buf *out)
{
    const struct explain_host *h = &e->host;

    buf_add_string(out, ",\"host\":{\"origin\":");
    verb_add_json(out, slice_of(h->origin));
    truth(out, "known", h->id != 0);
    text(out, "address", h->address);
    number(out, "crawl_delay_ms", h->crawl_delay_ms, -1);
    wall_time(out, "held_until", h->held_until_ms);
    number(out, "failures", h->fails, -1);
    truth(out, "given_up", h->given_up != 0);
    if (e->state == EXPLAIN_WAITING) {
        number(out, "waiting", h->waiting, -1);
        number(out, "waiting_before", h->waiting_before, -1);
    }
    buf_add_char(out, '}');
}

static void add_answer(const struct explanation *e, struct buf *out)
{
    const struct explain_answer *a = &e->answer;

    if (e->state != EXPLAIN_FETCHED) {
        buf_add_string(out, ",\"answer\":null");
        return;
    }
    buf_add_string(out, ",\"answer\":{\"outcome\":");
    verb_add_json(out, slice_of(a->outcome));
    number(out, "status", a->status, -1);
    text(out, "error", a->error);
    text(out, "content_type", a->content_type);
    number(out, "bytes", a->bytes, -1);
    number(out, "wire_bytes", a->wire_bytes, -1);
    number(out, "tries", a->tries, -1);
    number(out, "redirects", a->redirects, -1);
    wall_time(out, "fetched_at", a->fetched_ms);
    number(out, "dns_ms", a->dns_ms, -1);
    number(out, "connect_ms", a->connect_ms, -1);
    number(out, "tls_ms", a->tls_ms, -1);
    number(out, "first_byte_ms", a->first_byte_ms, -1);
    number(out, "total_ms", a->total_ms, -1);
    text(out, "title", a->title);
    text(out, "canonical", a->canonical);
    truth(out, "noindex", a->noindex);
    truth(out, "nofollow", a->nofollow);
    text(out, "x_robots", a->x_robots);
    number(out, "links_out", a->links_out, -1);
    number(out, "links_in", a->links_in, -1);
    number(out, "run", e->run_of_page, 0);
    text(out, "soft_404", a->soft_404);
    buf_add_char(out, '}');
}

void explain_add_json(const struct explanation *e, struct buf *out)
{
    add_names(e, out);
    number(out, "depth", e->id == 0 ? -1 : e->depth, -1);
    list(out, "found", &e->way);
    add_decisions(e, out);
    add_host(e, out);
    add_tries("tries_before", e->tries, e->try_count, out);
    add_answer(e, out);
    list(out, "leads_to", &e->redirects);
    list(out, "linked_from", &e->sources);
    list(out, "similar", &e->similar);
    text(out, "last_run", e->run_outcome);
    truth(out, "running", e->is_running);
    buf_add_string(out, "}\n");
}

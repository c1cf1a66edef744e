#include "explain.h"

#include "explain_inside.h"
#include "text.h"
#include "verb.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

static void add(struct buf *out, const char *text)
{
    text_add_terminal(out, slice_of(text));
}

/* " (X-Robots-Tag: noindex; X-Robots-Tag: bot: nofollow)" */
static void add_fields(struct buf *out, const char *lines)
{
    const char *before = " (X-Robots-Tag: ";

    for (const char *line = lines;; before = "; X-Robots-Tag: ") {
        size_t size = strcspn(line, "\n");

        buf_add_string(out, before);
        text_add_terminal(out, (struct slice){line, size});
        if (line[size] == '\0')
            break;
        line += size + 1;
    }
    buf_add_char(out, ')');
}

static void add_time(struct buf *out, const char *name, int64_t ms)
{
    if (ms < 0)
        return;
    buf_printf(out, ", %s ", name);
    words_add_time(out, ms);
}

/* --- Who it is ---------------------------------------------------------------------------- */

/* " (by the rules percent_case, unreserved)" */
static void add_rules(struct buf *out, unsigned rules)
{
    const char *before = (rules & (rules - 1)) == 0 ? " (by the rule " : " (by the rules ";

    if (rules == 0)
        return;
    for (int i = 0; i < URL_RULE_COUNT; i++)
        if ((rules >> i & 1) != 0) {
            buf_printf(out, "%s%s", before, url_rule_names[i]);
            before = ", ";
        }
    buf_add_char(out, ')');
}

static void add_names(const struct explanation *e, struct buf *out)
{
    struct slice target = url_target(&e->url), host = url_host(&e->url);

    if (!slice_is(buf_slice(&e->url.text), e->asked)) {
        explain_add_label(out, "written as");
        add(out, e->asked);
        buf_add_char(out, '\n');
    }
    explain_add_label(out, "sent as");
    buf_add_string(out, "GET ");
    text_add_terminal(out, target);
    buf_add_string(out, " to ");
    text_add_terminal(out, host);
    buf_printf(out, ", port %u%s\n", e->url.port, e->url.https ? ", with TLS" : "");
    explain_add_label(out, "key");
    if (e->key.size == 0) {
        buf_add_string(out, "the URL itself\n");
    } else {
        text_add_terminal(out, buf_slice(&e->key));
        add_rules(out, e->key_rules);
        buf_add_char(out, '\n');
    }
    if (e->twin.id != 0) {
        explain_add_label(out, "same as");
        add(out, e->twin.url);
        buf_add_string(out, "  ");
        add(out, e->twin.result);
        if (e->key_rules == 0) /* else they are said above */
            add_rules(out, e->twin_rules);
        buf_add_char(out, '\n');
    }
}

static void add_kind_of_step(struct buf *out, const struct explain_url *step, bool is_first)
{
    if (step->via == NULL)
        return;
    if (strcmp(step->via, "a") == 0)
        buf_add_string(out, "link");
    else if (is_first && strcmp(step->via, "sitemap_file") == 0)
        buf_add_string(out, "sitemap of the host");
    else
        add(out, step->via);
    if (step->anchor != NULL && step->anchor[0] != '\0') {
        buf_add_string(out, " \"");
        add(out, step->anchor);
        buf_add_char(out, '"');
    }
}

/* ", TIME, in all 12 ms": when a hop was asked for. */
static void add_when(struct buf *out, const struct explain_url *item)
{
    if (item->fetched_ms <= 0)
        return;
    buf_add_string(out, ", ");
    verb_add_time(out, item->fetched_ms);
    add_time(out, "in all", item->total_ms);
}

static bool is_hop(const struct explain_url *step)
{
    return step->via != NULL && (strcmp(step->via, "redirect") == 0 || strcmp(step->via, "refresh") == 0);
}

static void add_way(const struct explanation *e, struct buf *out)
{
    for (size_t i = 0; i < e->way.count; i++) {
        const struct explain_url *step = &e->way.items[i];

        if (e->way.left_out > 0 && i == EXPLAIN_STEPS_MAX / 2) {
            explain_add_label(out, "");
            buf_printf(out, "... %d more\n", (int)e->way.left_out);
        }
        explain_add_label(out, i == 0 ? "found" : "");
        add(out, step->url);
        buf_add_string(out, "  ");
        add_kind_of_step(out, step, i == 0);
        if (i + 1 < e->way.count && is_hop(&e->way.items[i + 1])) {
            buf_add_string(out, ", ");
            add(out, step->result);
            add_when(out, step);
        }
        buf_add_char(out, '\n');
    }
    if (e->id == 0)
        return;
    explain_add_label(out, "depth");
    words_add_count(out, e->depth, "link");
    buf_add_string(out, " from a seed\n");
}

/* --- What was decided ------------------------------------------------------------------------ */

static void add_scope(const struct explanation *e, struct buf *out)
{
    const char *via = e->way.count > 0 ? e->way.items[e->way.count - 1].via : NULL;

    explain_add_label(out, "scope");
    if (via != NULL && strcmp(via, "seed") == 0) {
        buf_add_string(out, "wanted: it is a seed\n");
        return;
    }
    if (via != NULL && strcmp(via, "sitemap_file") == 0 && e->state != EXPLAIN_SKIPPED) {
        buf_add_string(out, "wanted: a sitemap that is named\n");
        return;
    }
    buf_printf(out, "%s: ", explain_verdict_words(e->scope.verdict));
    add(out, e->scope.why);
    if (e->scope.origin != NULL) {
        buf_add_string(out, " (");
        add(out, e->scope.origin);
        buf_add_char(out, ')');
    }
    buf_add_string(out, e->scope.has_new ? ", with the options given now\n" : "\n");
}

static void add_host(const struct explanation *e, struct buf *out)
{
    const struct explain_host *h = &e->host;

    explain_add_label(out, "host");
    add(out, h->origin);
    if (h->id == 0) {
        buf_add_string(out, ", of which nothing was ever asked for\n");
        return;
    }
    if (h->address != NULL) {
        buf_add_string(out, " at ");
        add(out, h->address);
    }
    if (h->crawl_delay_ms >= 0) {
        buf_add_string(out, "; Crawl-delay ");
        words_add_time(out, h->crawl_delay_ms);
    }
    if (h->held_until_ms > 0) {
        buf_add_string(out, "; held back until ");
        verb_add_time(out, h->held_until_ms);
    }
    if (h->fails > 0) {
        buf_add_string(out, "; ");
        words_add_count(out, h->fails, "failure");
        buf_add_string(out, " in a row");
    }
    buf_add_string(out, h->given_up ? "; given up\n" : "\n");
}

/* --- What came of it --------------------------------------------------------------------------- */

/* Those that were not the last. */
static void add_tries(const struct explanation *e, struct buf *out)
{
    for (size_t i = 0; i < e->try_count; i++)
        explain_add_try(&e->tries[i], "try", e->state == EXPLAIN_FETCHED ? e->run_of_page : 0, out);
}

static void add_answer(const struct explanation *e, struct buf *out)
{
    const struct explain_answer *a = &e->answer;

    explain_add_label(out, "answer");
    explain_add_result(out, a);
    if (a->content_type != NULL) {
        buf_add_string(out, ", ");
        add(out, a->content_type);
    }
    if (a->bytes >= 0) {
        buf_add_string(out, ", ");
        words_add_bytes(out, (double)a->bytes);
    }
    buf_add_char(out, '\n');
    if (a->soft_404 != NULL) {
        explain_add_label(out, "soft 404");
        buf_add_string(out, "it says what its host says of ");
        add(out, a->soft_404);
        buf_add_string(out, ", which does not exist\n");
    }
    if (a->error != NULL) {
        explain_add_label(out, "error");
        add(out, a->error);
        buf_add_char(out, '\n');
    }
    explain_add_label(out, "time");
    verb_add_time(out, a->fetched_ms);
    add_time(out, "DNS", a->dns_ms);
    add_time(out, "connect", a->connect_ms);
    add_time(out, "TLS", a->tls_ms);
    add_time(out, "first byte", a->first_byte_ms);
    add_time(out, "in all", a->total_ms);
    buf_add_string(out, a->tries == 1 ? ", 1 try\n" : a->tries <= 0 ? ", without a try of its own\n" : "");
    if (a->tries > 1)
        buf_printf(out, ", %d tries\n", (int)a->tries);
}

static void add_page(const struct explanation *e, struct buf *out)
{
    const struct explain_answer *a = &e->answer;

    if (a->title != NULL) {
        explain_add_label(out, "title");
        add(out, a->title);
        buf_add_char(out, '\n');
    }
    if (a->canonical != NULL) {
        explain_add_label(out, "canonical");
        add(out, a->canonical);
        buf_add_char(out, '\n');
    }
    if (a->noindex || a->nofollow || a->x_robots != NULL) {
        explain_add_label(out, "robots tags");
        buf_printf(out, "%s%s%s", a->noindex ? "noindex" : "", a->noindex && a->nofollow ? ", " : "",
                   a->nofollow ? "nofollow: its links are not followed" : "");
        if (a->x_robots != NULL) {
            add_fields(out, a->x_robots);
        }
        buf_add_char(out, '\n');
    }
}

static void add_list(struct buf *out, const char *name, const struct explain_list *list, bool with_times)
{
    for (size_t i = 0; i < list->count; i++) {
        explain_add_label(out, i == 0 ? name : "");
        add(out, list->items[i].url);
        buf_add_string(out, "  ");
        add(out, list->items[i].result);
        if (list->items[i].how != NULL) {
            buf_add_string(out, "; ");
            add(out, list->items[i].how);
        }
        if (with_times)
            add_when(out, &list->items[i]);
        buf_add_char(out, '\n');
    }
    if (list->left_out > 0) {
        explain_add_label(out, "");
        buf_printf(out, "... %d more\n", (int)list->left_out);
    }
}

static void add_sources(const struct explanation *e, struct buf *out)
{
    for (size_t i = 0; i < e->sources.count; i++) {
        explain_add_label(out, i == 0 ? "linked from" : "");
        add(out, e->sources.items[i].url);
        buf_add_string(out, "  ");
        add_kind_of_step(out, &e->sources.items[i], false);
        buf_add_char(out, '\n');
    }
    if (e->answer.links_in > (int64_t)e->sources.count) {
        explain_add_label(out, "");
        buf_add_string(out, "... ");
        words_add_number(out, e->answer.links_in - (int64_t)e->sources.count);
        buf_add_string(out, " more\n");
    }
}

void explain_add_text(const struct explanation *e, struct buf *out)
{
    text_add_terminal(out, buf_slice(&e->url.text));
    buf_add_char(out, '\n');
    explain_add_verdict(e, out);
    add_names(e, out);
    add_way(e, out);
    add_scope(e, out);
    explain_add_robots(e, out);
    add_host(e, out);
    add_tries(e, out);
    if (e->state == EXPLAIN_FETCHED) {
        add_answer(e, out);
        add_page(e, out);
    }
    add_list(out, "leads to", &e->redirects, true);
    add_sources(e, out);
    add_list(out, "much like it", &e->similar, false);
}

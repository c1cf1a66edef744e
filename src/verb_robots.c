#include "verb.h"

#include "mem.h"
#include "robots_fetch.h"
#include "text.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Telling --------------------------------------------------------------------------- */

struct answer {
    struct slice url;
    const char *token;
    const struct robots_file *file;
    struct robots_verdict verdict;
};

static void label(struct buf *out, const char *name)
{
    buf_printf(out, "  %-12s ", name);
}

static void add_verdict(const struct answer *a, struct buf *out)
{
    const struct robots_file *f = a->file;

    label(out, "verdict");
    if (f->allows_all)
        buf_printf(out, "allowed: there is no robots.txt (%d)\n", f->status);
    else if (f->refuses_all && f->status > 0)
        buf_printf(out, "refused: robots.txt answered %d, so nothing of the host is fetched\n", f->status);
    else if (f->refuses_all)
        buf_add_string(out, "refused: robots.txt could not be had, so nothing of the host is fetched\n");
    else if (a->verdict.line == 0)
        buf_printf(out, "%s: no rule fits\n", a->verdict.allowed ? "allowed" : "refused");
    else {
        buf_printf(out, "%s: line %u, \"", a->verdict.allowed ? "allowed" : "refused", a->verdict.line);
        text_add_terminal(out, a->verdict.rule);
        buf_add_string(out, "\"\n");
    }
}

static void add_file(const struct answer *a, struct buf *out)
{
    const struct robots_file *f = a->file;

    label(out, "robots.txt");
    text_add_terminal(out, slice_of(f->origin));
    buf_add_string(out, "/robots.txt");
    if (f->last_url != NULL) {
        buf_add_string(out, " -> ");
        text_add_terminal(out, slice_of(f->last_url));
    }
    if (f->status > 0)
        buf_printf(out, ", %d", f->status);
    if (f->robots != NULL) {
        buf_add_string(out, ", ");
        words_add_bytes(out, (double)f->bytes);
    }
    if (f->outcome != PAGE_OK) {
        buf_printf(out, ", %s", page_outcome_names[f->outcome]);
        buf_add_string(out, f->error[0] == '\0' ? "" : ": ");
        text_add_terminal(out, slice_of(f->error));
    }
    if (f->robots != NULL && robots_bytes_left_out(f->robots) > 0)
        buf_printf(out, "; rules beyond its first %u KiB are left out", ROBOTS_BODY_LIMIT / 1024);
    buf_add_char(out, '\n');
}

static void add_text(const struct answer *a, struct buf *out)
{
    const struct robots *robots = a->file->robots;

    text_add_terminal(out, a->url);
    buf_add_char(out, '\n');
    add_verdict(a, out);
    add_file(a, out);
    label(out, "asked as");
    text_add_terminal(out, slice_of(a->token));
    buf_add_char(out, '\n');
    if (robots != NULL && robots_delay_ms(robots) >= 0) {
        label(out, "Crawl-delay");
        words_add_time(out, robots_delay_ms(robots));
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; robots != NULL && i < robots_sitemap_count(robots); i++) {
        label(out, i == 0 ? "sitemaps" : "");
        text_add_terminal(out, robots_sitemap(robots, i));
        buf_add_char(out, '\n');
    }
}

static void add_json(const struct answer *a, struct buf *out)
{
    const struct robots_file *f = a->file;

    buf_add_string(out, "{\"url\":");
    verb_add_json(out, a->url);
    buf_printf(out, ",\"allowed\":%s,\"line\":", a->verdict.allowed ? "true" : "false");
    if (a->verdict.line > 0)
        buf_printf(out, "%u", a->verdict.line);
    else
        buf_add_string(out, "null");
    buf_add_string(out, ",\"rule\":");
    verb_add_json(out, a->verdict.line > 0 ? a->verdict.rule : (struct slice){NULL, 0});
    buf_add_string(out, ",\"token\":");
    verb_add_json(out, slice_of(a->token));
    buf_add_string(out, ",\"robots_url\":\"");
    text_add_json_output(out, slice_of(f->origin));
    buf_add_string(out, "/robots.txt\",\"final_url\":");
    verb_add_json(out, slice_of(f->last_url));
    buf_printf(out, ",\"redirects\":%d,\"status\":", f->hops);
    if (f->status > 0)
        buf_printf(out, "%d", f->status);
    else
        buf_add_string(out, "null");
    buf_printf(out, ",\"outcome\":\"%s\",\"error\":", page_outcome_names[f->outcome]);
    verb_add_json(out, slice_of(f->error[0] == '\0' ? NULL : f->error));
    buf_printf(out, ",\"bytes\":%zu,\"crawl_delay_ms\":", f->bytes);
    if (f->robots != NULL && robots_delay_ms(f->robots) >= 0)
        buf_printf(out, "%" PRId64, robots_delay_ms(f->robots));
    else
        buf_add_string(out, "null");
    buf_add_string(out, ",\"sitemaps\":[");
    for (size_t i = 0; f->robots != NULL && i < robots_sitemap_count(f->robots); i++) {
        buf_add_string(out, i == 0 ? "" : ",");
        verb_add_json(out, robots_sitemap(f->robots, i));
    }
    buf_add_string(out, "]}\n");
}

/* --- All of it ------------------------------------------------------------------------------ */

static bool parse_with(struct url *url, const char *scheme, const char *text)
{
    struct buf whole = {.limit = URL_LIMIT};
    bool good;

    buf_add_string(&whole, scheme);
    good = buf_add_string(&whole, text) && url_parse(url, buf_slice(&whole)) == URL_WEB;
    buf_free(&whole);
    return good;
}

static bool is_this_machine(struct slice host)
{
    return slice_is(host, "localhost") || slice_is(host, "[::1]") ||
           (host.size > 4 && memcmp(host.data, "127.", 4) == 0);
}

/* True if there is no scheme: what stands before a colon is a host, for a port follows. */
static bool is_bare(const char *operand)
{
    const char *colon = strchr(operand, ':');

    return colon == NULL || (colon[1] >= '0' && colon[1] <= '9');
}

/* Without a scheme it is https, for this machine itself http: as with seeds. */
static bool read_url(struct url *url, const char *operand, struct err *err)
{
    enum url_kind kind = url_parse(url, slice_of(operand));

    if (kind != URL_WEB && is_bare(operand) && parse_with(url, "https://", operand)) {
        if (is_this_machine(url_host(url)))
            parse_with(url, "http://", operand);
        return true;
    }
    if (kind == URL_OTHER)
        return err_set(err, "\"%.200s\": only http and https have a robots.txt", operand);
    return kind == URL_WEB || err_set(err, "\"%.200s\" is no URL", operand);
}

static void answer_for(struct robots_session *s, const struct url *url, struct out *out)
{
    struct buf sent = {.limit = URL_LIMIT};
    struct answer a = {.token = s->settings->robots_token};

    url_add_sent(url, &sent);
    a.url = buf_slice(&sent);
    a.file = robots_file_of(s, url);
    a.verdict.allowed = a.file->allows_all;
    if (a.file->robots != NULL)
        a.verdict = robots_check(a.file->robots, url_target(url));
    if (s->options->json) {
        add_json(&a, &out->text);
    } else {
        if (out_size(out) > 0)
            buf_add_char(&out->text, '\n');
        add_text(&a, &out->text);
    }
    buf_free(&sent);
}

/* All URLs are sound, and their hosts may have private addresses, for the user named them. */
static bool read_urls(struct robots_session *s, struct url *urls, struct err *err)
{
    for (size_t i = 0; i < s->options->operand_count; i++) {
        if (!read_url(&urls[i], s->options->operands[i], err))
            return false;
        scope_add_seed(s->scope, &urls[i]);
    }
    return s->options->operand_count > 0 ||
           err_set(err, "crawl robots needs a URL: crawl robots https://example.org/private/");
}

int verb_robots(const struct options *options)
{
    struct robots_session s;
    struct url *urls = mem_array(options->operand_count + 1, sizeof *urls);
    struct out out;
    struct err err;
    int status = VERB_NO_ANSWER;

    for (size_t i = 0; i < options->operand_count; i++)
        urls[i].text.limit = URL_LIMIT;
    if (!robots_session_begin(&s, options, &err) || !read_urls(&s, urls, &err)) {
        status = verb_fail(VERB_USAGE, &err);
    } else if (!out_open(&out, NULL, &err)) {
        status = verb_fail(VERB_FILE, &err);
    } else {
        for (size_t i = 0; i < options->operand_count && out_pass(&out); i++)
            answer_for(&s, &urls[i], &out);
        for (const struct robots_file *f = s.files; f != NULL; f = f->next)
            status = f->status > 0 ? VERB_DONE : status;
        if (!out_close(&out, &err))
            status = verb_fail(VERB_FILE, &err);
    }
    for (size_t i = 0; i < options->operand_count; i++)
        url_free(&urls[i]);
    free(urls);
    robots_session_end(&s);
    return status;
}

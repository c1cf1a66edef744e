#include "summary.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

/* When nearly all that a site says is "no", it says so to the crawler, not to a URL. */
#define MANY 5

bool summary_found_nothing(const struct summary *s)
{
    return s->counts.seeds > 0 && s->counts.seeds_answered == 0 && s->counts.outcomes[PAGE_OK] == 0;
}

typedef void tell_function(void *arg, bool is_error, const char *words);

/* What happened to a seed, in words. */
static void add_fate(struct buf *out, const struct tally_page *seed)
{
    if (seed->skip == SKIP_ROBOTS && seed->skip_line > 0)
        buf_printf(out, "line %u of its robots.txt forbids it (%s)", seed->skip_line, seed->error);
    else if (seed->skip == SKIP_ROBOTS)
        buf_printf(out, "its robots.txt gave no usable answer, so nothing may be asked (%s)",
                   seed->error[0] != '\0' ? seed->error : "RFC 9309");
    else if (seed->skip != SKIP_NONE)
        buf_printf(out, "skipped, %s%s%s", page_skip_names[seed->skip], seed->error[0] != '\0' ? ": " : "",
                   seed->error);
    else if (seed->outcome == PAGE_HTTP_ERROR)
        buf_printf(out, "answered with %d", seed->status);
    else
        buf_printf(out, "%s%s%s", page_outcome_names[seed->outcome], seed->error[0] != '\0' ? ": " : "", seed->error);
}

static void tell_of_seeds(const struct summary *s, tell_function *tell, void *arg)
{
    const struct tally_counts *c = &s->counts;
    int64_t bad = c->seeds - c->seeds_answered;
    struct buf words = {.limit = 2000};

    if (bad == 0 || c->bad_seed.url[0] == '\0' || s->outcome == RUN_INTERRUPTED)
        return;
    if (c->seeds_answered == 0)
        buf_add_string(&words, "no seed could be fetched: ");
    else if (bad == 1)
        buf_add_string(&words, "a seed could not be fetched: ");
    else
        buf_printf(&words, "%lld seeds could not be fetched, such as ", (long long)bad);
    buf_printf(&words, "%s: ", c->bad_seed.url);
    add_fate(&words, &c->bad_seed);
    tell(arg, c->seeds_answered == 0, words.data);
    buf_free(&words);
}

static void tell_of_moved_seeds(const struct summary *s, tell_function *tell, void *arg)
{
    const struct tally_counts *c = &s->counts;
    struct buf words = {.limit = 2000};

    if (c->seeds_moved == 0)
        return;
    if (c->seeds_moved > 1)
        buf_printf(&words, "%lld seeds lead out of scope, such as ", (long long)c->seeds_moved);
    else
        buf_add_string(&words, "a seed leads out of scope, ");
    buf_printf(&words, "%s to %s: crawl that instead, or let it in with --domains", c->moved_seed, c->moved_to);
    tell(arg, false, words.data);
    buf_free(&words);
}

static bool is_nearly_all(int64_t part, int64_t all)
{
    return part >= MANY && part * 10 >= all * 8;
}

static void tell_of_refusals(const struct summary *s, tell_function *tell, void *arg)
{
    const struct tally_counts *c = &s->counts;
    bool seed_refused =
        c->seeds > 0 && c->seeds_answered == 0 && (c->bad_seed.status == 401 || c->bad_seed.status == 403);
    struct buf words = {.limit = 1000};

    if (is_nearly_all(c->refused, c->pages) || seed_refused) {
        words_add_number(&words, c->refused);
        buf_add_string(&words, " of ");
        words_add_count(&words, c->pages, "page");
        buf_printf(
            &words,
            " %s refused (401, 403): the site may not want this crawler; try a lower --rate, say who you are with"
            " --user-agent and --from, or ask the site",
            c->refused == 1 ? "was" : "were");
        tell(arg, false, words.data);
    } else if (c->too_many >= MANY && c->too_many * 5 >= c->pages) {
        words_add_number(&words, c->too_many);
        buf_add_string(&words,
                       " pages were answered with 429, too many requests: try a lower --rate, such as --rate=1/s");
        tell(arg, false, words.data);
    }
    buf_free(&words);
}

void summary_hints(const struct summary *s, tell_function *tell, void *arg)
{
    char words[200];

    tell_of_seeds(s, tell, arg);
    tell_of_moved_seeds(s, tell, arg);
    tell_of_refusals(s, tell, arg);
    if (s->counts.outcomes[PAGE_BLOCKED_ADDRESS] > 0 && s->counts.seeds_answered > 0) {
        snprintf(words, sizeof words,
                 "%lld %s not asked for, because of a host with a private address; --allow-private lets links lead "
                 "there",
                 (long long)s->counts.outcomes[PAGE_BLOCKED_ADDRESS],
                 s->counts.outcomes[PAGE_BLOCKED_ADDRESS] == 1 ? "URL was" : "URLs were");
        tell(arg, false, words);
    }
    if (s->undecided > 0) {
        snprintf(
            words, sizeof words,
            "patterns took too long on a URL %lld times, which was skipped then, as rejected: see the view skipped,"
            " rule '%%match limit hit%%'",
            (long long)s->undecided);
        tell(arg, false, words);
    }
}

/* --- What to try next ------------------------------------------------------------------ */

static void add_command(const struct summary *s, struct buf *out, const char *verb, const char *rest)
{
    buf_printf(out, "crawl %s", verb);
    if (strcmp(s->options->database, "crawl.db") != 0) {
        buf_add_string(out, " -d ");
        words_add_shell(out, s->options->database);
    }
    buf_printf(out, "%s%s", rest[0] == '\0' ? "" : " ", rest);
}

/* The question that what was found suggests. */
static const char *question(const struct summary *s)
{
    const struct tally_counts *c = &s->counts;

    if (c->outcomes[PAGE_HTTP_ERROR] + tally_failures(c) > 0)
        return "'select * from broken_links limit 20'";
    if (s->titles.duplicated > 0)
        return "'select * from duplicate_titles limit 20'";
    if (s->titles.missing > 0)
        return "'select * from missing_titles limit 20'";
    if (c->skips[SKIP_ROBOTS] > 0 && c->pages == 0)
        return "\"select * from skipped where reason = 'robots' limit 20\"";
    return "'select * from slowest_pages limit 20'";
}

void summary_add_next(const struct summary *s, struct buf *out)
{
    buf_add_string(out, "Next:  ");
    if (summary_found_nothing(s)) {
        struct buf url = {.limit = 2000};

        words_add_shell(&url, s->counts.bad_seed.url);
        add_command(s, out, "explain", url.data);
        buf_add_char(out, '\n');
        buf_free(&url);
        return;
    }
    add_command(s, out, "report", "");
    buf_add_string(out, "\n       ");
    add_command(s, out, "sql", question(s));
    buf_add_char(out, '\n');
}

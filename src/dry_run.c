#include "dry_run.h"

#include "crawl_settings.h"
#include "mem.h"
#include "option.h"
#include "scope.h"
#include "seeds.h"
#include "seen.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#define SHOWN_MAX 10 /* seeds that are shown; the rest is counted */

struct plan {
    const struct options *options;
    struct crawl_settings *settings;
    struct buf out;    /* the seeds, as lines */
    struct seen *seen; /* the seeds' origins */
    size_t seeds;
    int64_t slowest_gap_us; /* between two requests to one of their hosts */
};

static void take_seed(void *arg, const struct url *url)
{
    struct plan *plan = arg;
    struct buf origin = {.limit = 4096};
    int64_t gap, id = (int64_t)plan->seeds + 1;

    plan->seeds++;
    url_add_origin(url, &origin);
    gap = crawl_settings_rules_for(plan->settings, buf_slice(&origin))->rest_us;
    seen_add(plan->seen, XXH3_64bits(origin.data, origin.size), id);
    if (gap > plan->slowest_gap_us)
        plan->slowest_gap_us = gap;
    if (plan->seeds <= SHOWN_MAX) {
        buf_add_string(&plan->out, "            ");
        url_add_sent(url, &plan->out);
        buf_add_char(&plan->out, '\n');
    }
    buf_free(&origin);
}

static bool read_seeds(struct plan *plan, struct err *err)
{
    const struct options *o = plan->options;

    for (size_t i = 0; i < o->input_files.count; i++) {
        if (!seeds_read_file(o->input_files.items[i].text, take_seed, plan, err))
            return false;
    }
    for (size_t i = 0; i < o->operand_count; i++) {
        if (!seeds_read_operand(o->operands[i], take_seed, plan, err))
            return false;
    }
    if (plan->seeds == 0 && access(o->database, F_OK) != 0)
        return err_set(err,
                       "no usable seed: name a URL, such as https://www.example.org/, or a file with one URL a line");
    return true;
}

static void add_time(struct buf *out, int64_t ms)
{
    int64_t s = (ms + 999) / 1000;

    if (s >= 86400)
        buf_printf(out, "%" PRId64 " days %" PRId64 " h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        buf_printf(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        buf_printf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    else
        buf_printf(out, "%" PRId64 " s", s);
}

static void add_pace(struct buf *out, int64_t gap_us, int at_once)
{
    static const struct {
        const char *name;
        double us;
    } units[] = {{"second", 1e6}, {"minute", 60e6}, {"hour", 3600e6}, {"day", 86400e6}};
    size_t i = 0;

    while (i < 3 && (double)gap_us > units[i].us)
        i++;
    buf_printf(out, "a host      at most %.4g requests a %s, %d at once\n", units[i].us / (double)gap_us, units[i].name,
               at_once);
}

static void add_longest(struct buf *out, const struct plan *plan)
{
    const struct options *o = plan->options;
    int64_t pages_ms = -1;

    if (o->max_pages > 0 && o->max_pages < INT64_MAX / 1000 / (plan->slowest_gap_us + 1))
        pages_ms = o->max_pages * plan->slowest_gap_us / 1000;
    buf_add_string(out, "longest     ");
    if (o->max_duration_ms > 0) {
        add_time(out, o->max_duration_ms);
        buf_add_string(out, ", by --max-duration\n");
    } else if (pages_ms >= 0) {
        buf_add_string(out, "about ");
        add_time(out, pages_ms);
        buf_printf(out, " for %" PRId64 " pages, if all were on the slowest host and it answers at once\n",
                   o->max_pages);
    } else {
        buf_add_string(out, "no limit; --max-pages, --max-duration or --level would set one\n");
    }
}

/* The options that are not at their built-in values, each with where it comes from. */
static void add_options(struct buf *out, const struct options *o)
{
    struct buf value = {.limit = 1u << 20};
    const char *title = "options    ";

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        if (o->notes[i].rank == RANK_BUILT_IN || !option_is_for(entry, VERB_CRAWL) ||
            &o->dry_run == (const void *)((const char *)o + entry->field))
            continue;
        buf_clear(&value);
        option_add_text(o, entry, &value);
        buf_printf(out, "%s --%s = ", title, entry->name);
        text_add_terminal(out, buf_slice(&value));
        buf_printf(out, " (%s)\n", o->notes[i].origin);
        title = "           ";
    }
    buf_free(&value);
}

static void add_plan(struct buf *out, const struct plan *plan, const struct crawl_settings *settings)
{
    const struct options *o = plan->options;
    static const char *const scopes[] = {"the hosts of the seeds, with their www twins",
                                         "the registered domains of the seeds", "below the paths of the seeds",
                                         "anywhere"};

    buf_add_string(out, "Nothing is sent. A crawl would do this:\n\n");
    buf_printf(out, "seeds       %zu on %zu host%s\n", plan->seeds, seen_count(plan->seen),
               seen_count(plan->seen) == 1 ? "" : "s");
    if (plan->out.size > 0)
        buf_add(out, plan->out.data, plan->out.size);
    if (plan->seeds > SHOWN_MAX)
        buf_printf(out, "            and %zu more\n", plan->seeds - SHOWN_MAX);
    buf_printf(out, "scope       %s\n", scopes[o->scope]);
    buf_printf(out, "database    %s: %s\n", o->database,
               access(o->database, F_OK) != 0 ? "would be made"
               : o->fresh                     ? "is there; it would be kept under another name, and a new one made"
                                              : "is there; the crawl in it would go on");
    buf_printf(out, "speed       %d threads that fetch, %d that read pages, at most %d downloads at once\n",
               settings->threads, settings->parsers, settings->transfers);
    if (plan->slowest_gap_us > 0)
        add_pace(out, plan->slowest_gap_us, o->host.host_concurrency);
    else
        buf_printf(out, "a host      as fast as it answers, at most %d requests at once\n", o->host.host_concurrency);
    buf_printf(out, "robots.txt  %s\n", o->robots ? "asked for first and obeyed" : "NOT asked for, NOT obeyed");
    buf_printf(out, "user agent  %s\n", settings->user_agent);
    add_longest(out, plan);
    add_options(out, o);
}

bool dry_run(const struct options *options, struct err *err)
{
    struct crawl_settings *settings = crawl_settings_new(options);
    struct plan plan = {.options = options, .settings = settings, .out = {.limit = 1u << 22}, .seen = seen_new()};
    struct buf out = {.limit = 1u << 23};
    struct scope *scope = scope_new(&settings->scope, err); /* patterns are checked */
    bool good = scope != NULL && http_settings_check(&settings->http, err) && read_seeds(&plan, err);

    if (good) {
        add_plan(&out, &plan, settings);
        good = fwrite(out.data, 1, out.size, stdout) == out.size && fflush(stdout) == 0;
        if (!good)
            err_set(err, "cannot write to standard output");
    }
    scope_free(scope);
    crawl_settings_free(settings);
    seen_free(plan.seen);
    buf_free(&plan.out);
    buf_free(&out);
    return good;
}

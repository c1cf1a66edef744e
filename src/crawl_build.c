#include "crawl_inside.h"

#include "files.h"
#include "log.h"
#include "seeds.h"
#include "summary.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SEEDS_A_PAGE 1000 /* seeds that travel together to the writer */

/* --- Building it up ------------------------------------------------------------ */

static bool may_be_private(void *arg, struct slice host)
{
    return scope_names_host(arg, host);
}

static bool may_have_secrets(void *arg, const struct url *url)
{
    return scope_names_origin(arg, url);
}

static bool open_store(struct crawl *c, struct err *err)
{
    enum store_failure why;
    struct buf settings = {.limit = 1 << 20};
    struct store_options options = {.fresh = c->options->fresh,
                                    .deterministic = c->options->deterministic,
                                    .release_traps = c->options->release_traps,
                                    .keep_links = c->options->links != OPTIONS_LINKS_NONE,
                                    .sync_full = c->options->sync == OPTIONS_SYNC_FULL};

    options_add_json(c->options, &settings);
    options.settings = settings.data;
    options.args = c->options->command == NULL ? "" : c->options->command;
    options.versions = summary_versions();
    c->makes_database = access(c->options->database, F_OK) != 0;
    c->store = store_open(c->options->database, &options, &why, err);
    if (c->store == NULL)
        c->status = why == STORE_IN_USE ? CRAWL_IN_USE : CRAWL_FILE;
    buf_free(&settings);
    return c->store != NULL;
}

static bool refuses(void *arg, struct slice url, char *why, size_t why_size)
{
    return trap_refuses(arg, url, why, why_size);
}

static bool kinds_of(void *arg, struct slice url, uint64_t keys[PAGE_KINDS])
{
    return trap_kinds(arg, url, keys);
}

static void tell_host(void *arg, const struct host_state *state)
{
    frontier_add_host(arg, state);
}

static void tell_known(void *arg, int64_t id, struct slice url, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                       enum frontier_known state)
{
    struct crawl *c = arg;

    if ((state == KNOWN_DONE || state == KNOWN_WAITING) && url.size > 0 && memchr(url.data, '?', url.size) != NULL)
        frontier_add_variant(c->frontier, url);
    c->done_before += state == KNOWN_DONE;
    frontier_add_known(c->frontier, id, text_hash, key_hash, host_id, state);
}

static void note_first_host(struct crawl *c, const struct url *url)
{
    if (c->first_host[0] == '\0')
        snprintf(c->first_host, sizeof c->first_host, "%.*s", (int)url_host(url).size, url_host(url).data);
}

static void tell_trap(void *arg, unsigned kind, const char *shape, const char *why)
{
    trap_restore(arg, (enum shape)kind, shape, why);
}

/* What is released is fetched to its end: so nothing is watched for then. */
static bool watch_for_traps(struct crawl *c, struct err *err)
{
    if (!c->options->traps || c->options->release_traps)
        return true;
    c->trap = trap_new(store_hash_seed(c->store));
    c->settings->extract.trap = c->trap;
    c->settings->frontier.refuses = refuses;
    c->settings->frontier.refuses_arg = c->trap;
    c->settings->frontier.kinds = kinds_of;
    c->settings->frontier.kinds_arg = c->trap;
    return store_traps(c->store, tell_trap, c->trap, err);
}

static void tell_probe(void *arg, const struct store_probe *probe)
{
    struct crawl *c = arg;

    soft404_restore(c->soft404, probe->url, probe->answered, probe->title);
    if (!probe->answered)
        frontier_add_probe(c->frontier, probe->url);
}

/* What --user and --bearer say is for the seed's origin, and for no other; what a seed carries itself, for that URL
 * and what is below it. */
static void log_in(struct crawl *c, const struct url *url)
{
    struct buf text = {.limit = 64 * 1024};
    struct options_host host;
    struct err err;

    buf_add(&text, url_host(url).data, url_host(url).size);
    options_for_host(c->options, text.data, &host);
    buf_clear(&text);
    url_add_origin(url, &text);
    if (url->user_at < url->host_at) {
        buf_add(&text, url_path(url).data, url_path(url).size);
        buf_add_char(&text, ' ');
        url_add_credentials(url, &text);
    } else if (host.bearer != NULL) {
        buf_printf(&text, " Bearer %s", host.bearer);
    } else if (host.user != NULL) {
        buf_printf(&text, " %s", host.user);
    } else {
        buf_free(&text);
        return;
    }
    if (!http_shared_add_credential(c->shared, text.data, &err))
        log_warning("%s", err.text);
    buf_free(&text);
}

static void tell_old_seed(void *arg, struct slice text)
{
    struct crawl *c = arg;
    struct url url = URL_INIT;

    if (url_parse(&url, text) == URL_WEB) {
        scope_add_seed(c->scope, &url);
        note_first_host(c, &url);
        log_in(c, &url);
    }
    url_free(&url);
}

/* A proxy that was not asked for on the command line is no surprise if it is said. */
static void say_proxy(const struct http_settings *http)
{
    if (http->proxy != NULL)
        return;
    if (http->environment.http_proxy != NULL)
        log_note("http requests go through the proxy that http_proxy names");
    if (http->environment.https_proxy != NULL)
        log_note("https requests go through the proxy that https_proxy names");
    if (http->environment.all_proxy != NULL)
        log_note("requests go through the proxy that all_proxy names");
}

/* What is switched off for a reason should be seen to be off. */
static void say_risks(const struct options *o)
{
    if (!o->robots)
        log_warning("--no-robots: robots.txt, robots meta tags, X-Robots-Tag and nofollow are not obeyed: be sure that "
                    "the sites' owners agree%s",
                    o->sitemaps ? "; and as robots.txt is not asked for, no sitemap is looked for" : "");
    if (o->insecure)
        log_warning(
            "--insecure: any certificate is taken: what is fetched may be read and changed by anyone on the way");
    if (o->allow_private)
        log_warning("--allow-private: pages may lead into private networks");
}

/* What is left of --memory for bodies in flight: one of them may go over, so that not all can pause for ever, and each
 * parser may need as much again for a page in another encoding. */
static size_t bodies_budget(const struct options *o, int parsers)
{
    int64_t aside = o->max_filesize_bytes * (1 + parsers), least = o->memory_bytes / 8;

    return (size_t)(o->memory_bytes - aside > least ? o->memory_bytes - aside : least);
}

/* The parts that all threads share; they know nothing of each other's insides. */
bool crawl_build(struct crawl *c, struct err *err)
{
    struct crawl_settings *s = c->settings;
    struct files_room room;

    c->scope = scope_new(&s->scope, err);
    if (c->scope == NULL) {
        c->status = CRAWL_USAGE;
        return false;
    }
    s->http.may_be_private = may_be_private;
    s->http.may_have_secrets = may_have_secrets;
    s->http.arg = c->scope;
    say_proxy(&s->http);
    say_risks(c->options);
    c->shared = http_shared_new(&s->http, err);
    if (c->shared == NULL) {
        c->status = CRAWL_USAGE;
        return false;
    }
    c->events = c->options->events == NULL ? NULL : events_open(c->options->events, err);
    if (c->options->events != NULL && c->events == NULL) {
        c->status = CRAWL_FILE;
        return false;
    }
    if (!open_store(c, err))
        return false;
    if (!watch_for_traps(c, err)) {
        c->status = CRAWL_FILE;
        return false;
    }
    if ((c->options->fail_on & OPTIONS_FAIL_EXTERNAL) != 0 && !c->options->check_external)
        log_warning("--fail-on=external finds nothing without --check-external");
    /* The settings are read when the fetchers are made. */
    room = files_make_room(s->transfers, (int)s->frontier.stalled, s->threads);
    s->http.connections = room.kept;
    s->http.closing = room.closing;
    if (c->options->soft_404)
        c->soft404 = s->extract.soft404 = soft404_new(store_hash_seed(c->store));
    s->frontier.hash_seed = store_hash_seed(c->store);
    c->frontier = frontier_new(&s->frontier);
    s->extract.scope = c->scope;
    s->extract.frontier = c->frontier;
    c->budget = budget_new(bodies_budget(c->options, s->parsers));
    c->to_parse = queue_new((size_t)c->options->queue);
    queue_gather(c->to_parse, s->parsers, PARSER_WANTS, PARSER_PATIENCE_MS);
    c->to_write = queue_new((size_t)c->options->queue);
    queue_gather(c->to_write, 1, WRITER_WANTS, WRITER_PATIENCE_MS);
    c->tally = tally_new();
    if (!store_hosts(c->store, tell_host, c->frontier, err) || !store_known(c->store, tell_known, c, err) ||
        !store_seeds(c->store, tell_old_seed, c, err) ||
        (c->soft404 != NULL && !store_probes(c->store, tell_probe, c, err))) {
        c->status = CRAWL_FILE;
        return false;
    }
    return true;
}

/* --- Seeds ----------------------------------------------------------------------- */

struct seeding {
    struct crawl *crawl;
    struct extract *extract;
    struct page *page; /* carries what was read since the last hand-over; NULL: nothing */
};

static void hand_over_seeds(struct seeding *seeding)
{
    if (seeding->page == NULL)
        return;
    seeding->crawl->seeds_written = true;
    frontier_finish(seeding->crawl->frontier, seeding->page);
    queue_push(seeding->crawl->to_write, seeding->page);
    seeding->page = NULL;
}

static void take_seed(void *arg, const struct url *url)
{
    struct seeding *seeding = arg;

    scope_add_seed(seeding->crawl->scope, url);
    note_first_host(seeding->crawl, url);
    log_in(seeding->crawl, url);
    if (seeding->page == NULL) {
        seeding->page = page_new(PAGE_SEEDS, "", 0);
        extract_forget(seeding->extract);
    }
    if (extract_add_url(seeding->extract, seeding->page, url, LINK_SEED))
        seeding->crawl->seeds_given++;
    if (seeding->page->link_count >= SEEDS_A_PAGE)
        hand_over_seeds(seeding);
}

static bool names_seeds(const struct options *o)
{
    return o->input_files.count + o->operand_count > 0;
}

static bool no_seed(struct crawl *c, struct err *err)
{
    c->status = CRAWL_USAGE;
    return err_set(err, "no usable seed: name a URL, such as https://www.example.org/, or a file with one URL a line");
}

static void pass_over(void *arg, const struct url *url)
{
    (void)arg;
    (void)url;
}

/* To say which lines are no seeds. */
static bool read_for_nothing(const struct options *o, struct err *err)
{
    bool good = true;

    for (size_t i = 0; i < o->input_files.count && good; i++)
        good = seeds_read_file(o->input_files.items[i].text, pass_over, NULL, err);
    for (size_t i = 0; i < o->operand_count && good; i++)
        good = seeds_read_operand(o->operands[i], pass_over, NULL, err);
    return good;
}

bool crawl_look_at_seeds(struct crawl *c, struct err *err)
{
    const struct options *o = c->options;
    bool any = !names_seeds(o); /* else what is in the database goes on */
    bool good = true;

    for (size_t i = 0; i < o->input_files.count && good; i++)
        good = seeds_look_at_file(o->input_files.items[i].text, &any, err);
    for (size_t i = 0; i < o->operand_count && good; i++)
        good = seeds_look_at_operand(o->operands[i], &any, err);
    if (good && !any)
        return read_for_nothing(o, err) && no_seed(c, err);
    if (!good)
        c->status = CRAWL_USAGE;
    return good;
}

/* Secrets of a section go to origins of seeds alone; one that names another host would keep silent about that. */
static void say_kept_secrets(const struct crawl *c)
{
    for (size_t i = 0; i < c->options->section_count; i++) {
        const struct options_section *section = &c->options->sections[i];
        bool has_secret = section->host.user != NULL || section->host.bearer != NULL;

        for (size_t j = 0; j < section->host.headers.count; j++)
            has_secret |= http_is_secret(section->host.headers.items[j].text);
        if (has_secret && strchr(section->pattern, '*') == NULL &&
            !scope_names_host(c->scope, slice_of(section->pattern)))
            log_warning("%s: user, bearer and secret headers go to hosts of seeds alone, and %s is none: they are not "
                        "sent there",
                        section->origin, section->pattern);
    }
}

/* All seeds are known before the first is fetched: they make the scope. */
bool crawl_read_seeds(struct crawl *c, struct err *err)
{
    struct seeding seeding = {.crawl = c, .extract = extract_new(&c->settings->extract)};
    struct frontier_counts counts;
    bool good = true;

    for (size_t i = 0; i < c->options->input_files.count && good; i++)
        good = seeds_read_file(c->options->input_files.items[i].text, take_seed, &seeding, err);
    for (size_t i = 0; i < c->options->operand_count && good; i++)
        good = seeds_read_operand(c->options->operands[i], take_seed, &seeding, err);
    if (good)
        hand_over_seeds(&seeding);
    else
        page_free(seeding.page);
    extract_free(seeding.extract);
    frontier_counts(c->frontier, &counts);
    if (!good) {
        c->status = CRAWL_USAGE;
    } else if (c->seeds_given == 0 && (names_seeds(c->options) || counts.known == 0)) {
        return no_seed(c, err);
    } else {
        say_kept_secrets(c);
    }
    return good;
}

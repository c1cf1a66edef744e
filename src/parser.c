#include "parser.h"

#include "http.h"
#include "log.h"
#include "mem.h"
#include "notices.h"

/* The text of a robots.txt is kept with its host, so that anyone can see by what the crawl went. */
static void keep_robots_text(struct page *page)
{
    struct host_state *state = page->host_state;

    if (page->kind != PAGE_ROBOTS || page->outcome != PAGE_OK || state == NULL || state->robots_body != NULL)
        return;
    state->robots_size = page->body.size;
    state->robots_body = mem_copy(page->body.data, state->robots_size);
}

/* All that becomes of a page here, but for its body: what it says, what it leads to, what it teaches. */
static void read_page(const struct parser *parser, struct extract *extract, struct page *page)
{
    struct trap *trap = parser->settings->trap;
    struct soft404 *soft404 = parser->settings->soft404;
    struct trap_sight sight = {.counts = false};
    bool wants_text;

    extract_page(extract, page);
    notices_patterns(page, parser->settings->scope);
    if (page->rules != NULL)
        notices_robots(page, page->rules, parser->settings->delay_cap_ms);
    if (trap != NULL)
        trap_look(trap, page, &sight);
    wants_text = sight.wants_text;
    if (soft404 != NULL)
        wants_text |= soft404_look(soft404, page);
    if (wants_text)
        extract_text(extract, page, sight.echo.count > 0 ? &sight.echo : NULL);
    if (soft404 != NULL)
        soft404_learn(soft404, page);
    if (soft404 != NULL && page->kind == PAGE_PROBE)
        soft404_answered(soft404, page);
    frontier_finish(parser->frontier, page);
    if (sight.counts)
        trap_learn(trap, page, &sight);
    frontier_learnt(parser->frontier, page);
    if (page->trap != NULL)
        log_note("%s: what else is found there is skipped (--release-traps fetches it later)", page->trap->why);
}

void *parser_main(void *arg)
{
    struct parser *parser = arg;
    struct extract *extract = extract_new(parser->settings);
    struct page *page;
    bool asks;

    log_thread_name("parser %d", parser->number + 1);
    while ((page = queue_pop(parser->to_parse)) != NULL) {
        read_page(parser, extract, page);
        keep_robots_text(page);
        http_release_body(parser->budget, page);
        if (parser->parsed != NULL)
            parser->parsed(page);
        asks = page->kind == PAGE_REFILL;
        queue_push_weighing(parser->to_write, page, page_weight(page));
        if (asks) /* a host may have nothing to do until it is answered */
            queue_hurry(parser->to_write);
    }
    extract_free(extract);
    return NULL;
}

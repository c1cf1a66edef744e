/* Do two parser threads do the work of two? Pages that lie in memory are parsed by the real thing (decode, read,
 * resolve, judge, offer to the frontier, learn about traps, give the body back) with no fetcher, server or store
 * beside it: by one thread, by two, and by two processes of one thread each, which share nothing, so that theirs is
 * what the machine can do at most. Rounds in turn; medians. usage: parsers_bench [ROUNDS [PAGES]] */

#include "clock.h"
#include "mem.h"
#include "parser.h"
#include "writer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 99
#define SECTIONS   60 /* of a page: 24 KB, 240 links */

static const struct host_rules rules = {.ceiling = 8, .patience_ms = 1000};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    (void)arg, (void)origin;
    return &rules;
}

static void add_section(struct buf *body, int page, int section, int count)
{
    buf_printf(
        body,
        "<div class=\"section\" id=\"s%d\"><h2>%d.%d. Of what there is<a class=\"headerlink\" href=\"#s%d\" "
        "title=\"Permalink\">#</a></h2>\n<p>The <code class=\"literal\"><span class=\"pre\">name_%d</span></code> "
        "of <em>this</em> is told in <a class=\"reference internal\" href=\"../p/%d.html#s%d\">another "
        "part</a>, which leads to <a href=\"/p/%d.html\"><b>the next</b></a> &amp; on.</p>\n<ul><li><a "
        "href=\"%d.html\">back</a></li><li>nothing more</li></ul></div>\n",
        section, page, section, section, section, (page * 7 + section) % count, section, (page + section) % count,
        page / 2);
}

/* A page as a fetcher hands it on. */
static struct page *make_page(int number, int count, struct budget *budget)
{
    char url[64];
    struct page *page;

    snprintf(url, sizeof url, "http://www.example.org/p/%d.html", number);
    page = page_new(PAGE_DOCUMENT, url, strlen(url));
    page->id = number + 1;
    page->status = 200;
    page->outcome = PAGE_OK;
    page->mime.kind = MIME_HTML;
    page->body.limit = 1 << 20;
    buf_printf(&page->body, "<!DOCTYPE html><html lang=en><head><title>Page %d</title></head><body>\n", number);
    for (int i = 0; i < SECTIONS; i++)
        add_section(&page->body, number, i, count);
    budget_take(budget, page->body.capacity, page);
    return page;
}

struct work {
    struct extract_settings settings;
    struct frontier *frontier;
    struct queue *to_parse, *to_write;
    struct budget *budget;
};

/* All pages of it wait in to_parse: nobody waits for a fetcher. */
static struct work *prepare(int count)
{
    struct work *w = mem_new(sizeof *w);
    struct scope_limits limits = {.mode = SCOPE_ANY, .max_level = 1000};
    struct err err;

    w->frontier = frontier_new(&(struct frontier_limits){.window = 1 << 16,
                                                         .transfers = 64,
                                                         .takers = 1,
                                                         .max_redirects = 10,
                                                         .max_tries = 3,
                                                         .robots_token = "crawl",
                                                         .rules_for = rules_for});
    w->settings = (struct extract_settings){.scope = scope_new(&limits, &err),
                                            .frontier = w->frontier,
                                            .trap = trap_new(1),
                                            .html = {.title_bytes = 1 << 20,
                                                     .anchor_bytes = 512,
                                                     .distinct = true,
                                                     .href_bytes = 8192,
                                                     .links = 10000,
                                                     .kinds = ~0u},
                                            .follow = 1u << HTML_A | 1u << HTML_AREA,
                                            .links = EXTRACT_LINKS_ALL,
                                            .robots_token = "crawl",
                                            .decoded_bytes = 1 << 24};
    w->budget = budget_new((size_t)1 << 34);
    w->to_parse = queue_new((size_t)count);
    w->to_write = queue_new(256);
    queue_gather(w->to_write, 1, WRITER_WANTS, WRITER_PATIENCE_MS);
    for (int i = 0; i < count; i++)
        queue_push(w->to_parse, make_page(i, count, w->budget));
    queue_close(w->to_parse);
    return w;
}

/* In the place of the writer. */
static void *free_all(void *arg)
{
    struct work *w = arg;
    void *pages[256];
    size_t count;

    while ((count = queue_pop_many(w->to_write, pages, 256)) > 0)
        for (size_t i = 0; i < count; i++)
            page_free(pages[i]);
    return NULL;
}

static void parse_all(struct work *w, int threads)
{
    pthread_t ids[16], writer;
    struct parser parsers[16];

    if (pthread_create(&writer, NULL, free_all, w) != 0)
        abort();
    for (int i = 0; i < threads; i++) {
        parsers[i] = (struct parser){.number = i,
                                     .settings = &w->settings,
                                     .frontier = w->frontier,
                                     .to_parse = w->to_parse,
                                     .to_write = w->to_write,
                                     .budget = w->budget};
        if (pthread_create(&ids[i], NULL, parser_main, &parsers[i]) != 0)
            abort();
    }
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    queue_close(w->to_write);
    pthread_join(writer, NULL);
}

/* A process that says when it is ready, and parses when it is told to. Ends without tidying up. */
static void be_child(int threads, int count, int ready, int go)
{
    struct work *w = prepare(count);
    char byte = 0;

    if (write(ready, &byte, 1) == 1 && read(go, &byte, 1) == 1)
        parse_all(w, threads);
    _exit(0);
}

/* Pages a second. */
static double measure(int processes, int threads, int count)
{
    int ready[2], go[2];
    int64_t start_us;
    char bytes[16] = "";

    if (pipe(ready) != 0 || pipe(go) != 0)
        abort();
    for (int i = 0; i < processes; i++)
        if (fork() == 0)
            be_child(threads, count, ready[1], go[0]);
    for (int i = 0; i < processes; i++)
        if (read(ready[0], bytes, 1) != 1)
            abort();
    start_us = clock_us();
    if (write(go[1], bytes, (size_t)processes) != processes)
        abort();
    while (wait(NULL) > 0)
        ;
    start_us = clock_us() - start_us;
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[i]);
    }
    return 1e6 * processes * count / (double)start_us;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return left < right ? -1 : left > right;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5, count = argc > 2 ? atoi(argv[2]) : 8000;
    static double one[ROUNDS_MAX], two[ROUNDS_MAX], apart[ROUNDS_MAX];
    double alone, together, ceiling;

    if (rounds < 1 || rounds > ROUNDS_MAX || count < 1) {
        fprintf(stderr, "usage: parsers_bench [ROUNDS [PAGES]]\n");
        return 2;
    }
    for (int i = 0; i < rounds; i++) {
        one[i] = measure(1, 1, count);
        two[i] = measure(1, 2, count);
        apart[i] = measure(2, 1, count);
    }
    alone = median(one, rounds);
    together = median(two, rounds) / alone;
    ceiling = median(apart, rounds) / alone;
    printf("one parser: %.0f pages/s; two: %.2f times as many; two processes, which share nothing: %.2f times; "
           "two parsers do %.2f of what the machine can do\n",
           alone, together, ceiling, together / ceiling);
    return 0;
}

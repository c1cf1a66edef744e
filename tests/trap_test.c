#include "trap.h"
#include "trap_shape.h"

#include "cases.h"
#include "crawl.h"
#include "echo.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define ORIGIN "http://a1.example:8000"

static void shapes_keep_what_urls_have_in_common(void **state)
{
    struct cases *cases = cases_open("trap_shape.cases");
    struct slice column[4];

    (void)state;
    while (cases_next(cases, column, 4)) {
        struct buf url = {.limit = 4096};

        buf_printf(&url, ORIGIN "%.*s", (int)column[0].size, column[0].data);
        for (unsigned kind = 0; kind < SHAPE_NAME; kind++) {
            struct buf want = {.limit = 4096}, got = {.limit = 4096};
            bool has_shape = shape_of(buf_slice(&url), kind, &got);

            if (!slice_is(column[kind + 1], "-"))
                buf_printf(&want, ORIGIN "%.*s", (int)column[kind + 1].size, column[kind + 1].data);
            if (got.size != want.size || (got.size > 0 && memcmp(got.data, want.data, got.size) != 0))
                fail_msg("trap_shape.cases:%d: %u: %.*s", cases_line(cases), kind, (int)got.size, got.data);
            assert_int_equal(has_shape, got.size > 0);
            buf_free(&want);
            buf_free(&got);
        }
        buf_free(&url);
    }
    cases_close(cases);
}

static void each_name_of_a_query_has_a_shape(void **state)
{
    static const char url[] = ORIGIN "/shop/12?size=m&color=blue&f[1]=a&size=s&flag";
    static const char *const shapes[] = {"/shop/0?*&color=*", "/shop/0?*&f[0]=*", "/shop/0?*&flag=*",
                                         "/shop/0?*&size=*"};
    struct buf got = {.limit = 4096};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        buf_clear(&got);
        assert_true(shape_of(slice_of(url), SHAPE_NAME + i, &got));
        assert_int_equal(shape_of_slot(SHAPE_NAME + i), SHAPE_NAME);
        assert_string_equal(got.data + strlen(ORIGIN), shapes[i]);
    }
    assert_false(shape_of(slice_of(url), SHAPE_NAME + 4, &got));
    assert_false(shape_of(slice_of(ORIGIN "/shop?"), SHAPE_NAME, &got));
    buf_free(&got);
}

static uint64_t hash_without(const char *value, const char *text)
{
    struct echo echo = {.count = 0};
    uint64_t hash = 0;

    assert_true(echo_add(&echo, slice_of(value)));
    echo_hash(&echo, slice_of(text), &hash);
    return hash;
}

static void words_of_a_value_are_left_out_but_numbers_are_not(void **state)
{
    uint64_t things = hash_without("x", "All our things, 38 of them");
    struct echo echo = {.count = 0};
    char many[300] = "";

    (void)state;
    assert_true(hash_without("dark%20Red", "All our (dark) RED things, 38 of them") == things);
    assert_true(hash_without("dark+red", "All our dark-red things, 38 of them") == things);
    assert_true(hash_without("%c3%a9t%C3%a9", "All our \xC3\xA9t\xC3\xA9 things, 38 of them") == things);
    assert_true(hash_without("red", "All our redder things, 38 of them") != things);
    assert_true(hash_without("38", "All our things, 38 of them") == things);
    assert_true(hash_without("red", "All our things, 39 of them") != things);
    for (int i = 0; i < ECHO_WORDS_MAX; i++) {
        snprintf(many, sizeof many, "word%d-word%d", i, i);
        assert_true(echo_add(&echo, slice_of(many)));
    }
    assert_true(echo_add(&echo, slice_of("word0%zz")) == false);
    assert_true(echo_add(&echo, slice_of("word0")));
    memset(many, 'a', sizeof many);
    assert_false(echo_add(&echo, (struct slice){many, sizeof many}));
}

/* --- Which texts are read ------------------------------------------------------------ */

/* Has the trap look at and learn from http://a1.example/item/<number>, which says `text`. True if that was read. */
static bool is_read(struct trap *trap, int number, uint64_t text)
{
    struct trap_sight sight;
    struct page *page;
    char url[64];

    snprintf(url, sizeof url, ORIGIN "/item/%d", number);
    page = page_new(PAGE_DOCUMENT, url, strlen(url));
    page->outcome = PAGE_OK;
    page->mime.kind = MIME_HTML;
    page->title = slice_of("Item 1");
    trap_look(trap, page, &sight);
    if (sight.wants_text) {
        page->text_hash = page->text_blind_hash = page->text_simhash = text * 0x9E3779B97F4A7C15u;
        page->text_bytes = 1000;
    }
    trap_learn(trap, page, &sight);
    page->title = (struct slice){NULL, 0};
    page_free(page);
    return sight.wants_text;
}

static void where_all_texts_differ_few_are_read_until_two_are_the_same(void **state)
{
    struct trap *trap = trap_new(1);
    int number = 0, read = 0;

    (void)state;
    for (; number < 100; number++)
        read += is_read(trap, number, (uint64_t)number + 1);
    assert_in_range(read, 50, 80);
    for (read = 0; number < 1100; number++)
        read += is_read(trap, number, (uint64_t)number + 1);
    assert_in_range(read, 1000 / 16, 1000 / 4);
    /* The first that says what another did may be one that is not read: but soon it is one that is. */
    for (read = 0; number < 1200; number++)
        read += is_read(trap, number, 1);
    assert_in_range(read, 50, 100);
    trap_free(trap);
}

/* --- Sites ------------------------------------------------------------------------ */

/* A page of a site: writes the HTML of `path`, to which `query` ("" or "?...") belongs, or gives false. */
typedef bool page_writer(const char *path, const char *query, struct buf *text);

struct maze {
    page_writer *write;
    page_writer *sitemap; /* of /sitemap.xml; NULL: none */
    long requests;        /* for pages */
};

static bool make_page(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct maze *maze = arg;
    const char *query = strchr(target, '?');
    char path[256];

    (void)host;
    snprintf(path, sizeof path, "%.*s", query == NULL ? (int)strlen(target) : (int)(query - target), target);
    page->type = "text/html";
    if (strcmp(path, "/robots.txt") == 0)
        return false;
    if (strcmp(path, "/sitemap.xml") == 0) {
        page->type = "application/xml";
        if (maze->sitemap == NULL || !maze->sitemap(path, "", text))
            return false;
    } else {
        maze->requests++;
        if (!maze->write(path, query == NULL ? "" : query, text))
            return false;
    }
    page->body = text->data;
    return true;
}

/* Thirty pages of words, linked from the first, which leads to what else there is. */
static bool write_real(const char *path, const char *more, struct buf *text)
{
    static const char *const words[] = {"stone", "river", "moss", "cloud", "amber", "fern"};
    long number = strcmp(path, "/") == 0 ? 0 : strncmp(path, "/real/", 6) == 0 ? strtol(path + 6, NULL, 10) : -1;

    if (number < 0 || number > 30)
        return false;
    buf_printf(text, "<title>Real %ld</title><p>", number);
    for (long i = 0; i < 12; i++)
        buf_printf(text, "%s ", words[(number * 7 + i * i) % 6]);
    for (long i = 1; i <= 30 && number == 0; i++)
        buf_printf(text, "<a href=/real/%ld>%ld</a>", i, i);
    return buf_add_string(text, more);
}

/* Months without end, in three views of which the last two say the same as the first. */
static bool write_calendar(const char *path, const char *query, struct buf *text)
{
    int year, month;

    (void)query;
    if (sscanf(path, "/calendar/%d/%d", &year, &month) != 2)
        return write_real(path, "<a href=/calendar/2024/1>calendar</a>", text);
    return buf_printf(text,
                      "<title>Calendar %d-%d</title>Nothing planned in %d-%d. <a href=/calendar/%d/%d>next</a>"
                      "<a href='?view=week'>weeks</a><a href='?view=day'>days</a>",
                      year, month, year, month, year + month / 12, month % 12 + 1);
}

/* A calendar that does end, after 400 months. */
static bool write_short_calendar(const char *path, const char *query, struct buf *text)
{
    int month;

    (void)query;
    if (sscanf(path, "/month/%d", &month) != 1)
        return write_real(path, "<a href=/month/1>calendar</a>", text);
    buf_printf(text, "<title>Month %d</title>Nothing planned in %d.", month, month);
    return month == 400 || buf_printf(text, "<a href=/month/%d>next</a>", month + 1);
}

/* The list of goods, filtered by any of 4 properties, each with 12 values: 28,561 URLs with the same text. */
static bool write_filters(const char *path, const char *query, struct buf *text)
{
    static const char *const words[] = {"red",  "oak", "wide", "new", "soft", "tall",
                                        "warm", "old", "calm", "raw", "dry",  "wild"};

    if (strcmp(path, "/shop") != 0)
        return write_real(path, "<a href='/shop?color=any'>shop</a>", text);
    buf_add_string(text, "<title>Shop</title>A chair. A table. A lamp.");
    for (int kind = 0; kind < 4; kind++)
        for (int value = 0; value < 12; value++)
            if (strchr(query, "cswg"[kind]) == NULL || kind == 0)
                buf_printf(text, "<a href='/shop%s&amp;%c=%s'>%s</a>", query, "cswg"[kind], words[value], words[value]);
    return true;
}

/* Ten filters, each of which may be set or not: no two URLs of them have the same names for long. The list itself goes
 * on over 40 pages, which are real. */
static bool write_facets(const char *path, const char *query, struct buf *text)
{
    long number = strncmp(query, "?page=", 6) == 0 ? strtol(query + 6, NULL, 10) : 0;

    if (strcmp(path, "/goods") != 0)
        return write_real(path, "<a href='/goods?page=1'>goods</a>", text);
    buf_printf(text, "<title>Goods</title>Chair %ld. Table %ld. Lamp %ld.", number * 7, number * 11, number * 13);
    if (number > 0 && number < 40)
        buf_printf(text, "<a href='/goods?page=%ld'>more</a>", number + 1);
    for (int facet = 0; facet < 10; facet++)
        for (int value = 0; value < 4; value++) {
            char name[8];

            snprintf(name, sizeof name, "f%c=", 'a' + facet);
            if (strstr(query, name) == NULL)
                buf_printf(text, "<a href='/goods%s%s%s%d'>%d</a>", query[0] == '\0' ? "?" : query,
                           query[0] == '\0' ? "" : "&amp;", name, value, value);
        }
    return true;
}

/* Five filters of six values, which change nothing but the words that say what is filtered by; and a list of 60 pages,
 * each with one thing more, in which one may filter, too. */
static bool write_echoes(const char *path, const char *query, struct buf *text)
{
    static const char *const names[] = {"brand", "color", "cut", "fabric", "style"};
    static const char *const words[] = {"Acme",   "Dune",  "Glow",  "Iris",  "Juno",   "Heron", "red",   "blue",
                                        "gold",   "pink",  "white", "black", "slim",   "wide",  "short", "long",
                                        "loose",  "tight", "silk",  "wool",  "cotton", "linen", "denim", "fur",
                                        "casual", "sport", "retro", "boho",  "posh",   "plain"};
    const char *page = strstr(query, "page=");
    int number = page == NULL ? 1 : atoi(page + 5);

    if (strncmp(path, "/thing/", 7) == 0)
        return buf_printf(text, "<title>Thing %s</title>%s", path + 7, path);
    if (strcmp(path, "/shop") != 0)
        return write_real(path, "<a href=/shop>shop</a>", text);
    buf_add_string(text, "<title>");
    for (int i = 0; i < 30; i++)
        if (strstr(query, words[i]) != NULL)
            buf_printf(text, "%s ", words[i]);
    buf_printf(text, "things</title><a href=/thing/%d>%d</a>", number, number);
    for (int i = 0; i < 30; i++)
        if (strstr(query, names[i / 6]) == NULL)
            buf_printf(text, "<a href='/shop%s%s=%s'>%s</a>", query[0] == '\0' ? "?" : query,
                       query[0] == '\0' ? "" : "&amp;", words[i], words[i]);
    if (number < 60 && page == NULL)
        buf_printf(text, "<a href='/shop%s%spage=2'>next</a>", query[0] == '\0' ? "?" : query,
                   query[0] == '\0' ? "" : "&amp;");
    else if (number < 60)
        buf_printf(text, "<a href='/shop%.*s%d'>next</a>", (int)(page + 5 - query), query, number + 1);
    return true;
}

/* Each day of a year has values of its own at two places: few values in the queries, and many pages. */
static bool write_archive(const char *path, const char *query, struct buf *text)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    static const char *const places[] = {"Oslo", "Bergen"};
    char place[10], month[10];
    int day;

    if (strcmp(path, "/weather") != 0)
        return write_real(path, "<a href=/weather>weather</a>", text);
    if (sscanf(query, "?place=%9[A-Za-z]&month=%9[a-z]&day=%d", place, month, &day) == 3)
        return buf_printf(text, "<title>%s, %s %d</title>%s %s: %u hPa, %u degrees", place, month, day, place, month,
                          (unsigned)(day * 7 + month[1] * place[0]) % 90,
                          (unsigned)(day * 11 + month[2] * place[1]) % 40);
    for (int i = 0; i < 2 * 12 * 31; i++)
        buf_printf(text, "<a href='/weather?place=%s&amp;month=%s&amp;day=%d'>%d</a>", places[i / 372],
                   months[i / 31 % 12], i % 31 + 1, i);
    return true;
}

/* A wiki: every text has its address in the same path, and so have 400 pages that all say one may not edit. */
static bool write_wiki(const char *path, const char *query, struct buf *text)
{
    int number;

    if (strcmp(path, "/wiki") != 0)
        return write_real(path, "<a href='/wiki?title=T0'>wiki</a>", text);
    if (strstr(query, "action=edit") != NULL)
        return buf_add_string(text, "<title>No</title>Please log in to change this page.");
    if (sscanf(query, "?title=T%d", &number) != 1)
        return false;
    buf_printf(text, "<title>T %d</title>", number);
    for (int i = 0; i < 20; i++)
        buf_printf(text, "word%c ", 'a' + number * (i + 3) % 23);
    for (int i = 1; i <= 4 && number * 4 + i <= 400; i++)
        buf_printf(text, "<a href='/wiki?title=T%d'>%d</a><a href='/wiki?title=T%d&amp;action=edit'>edit</a>",
                   number * 4 + i, i, number * 4 + i);
    return true;
}

/* Links that forget the slash in front, and a server that looks at the last part alone. */
static bool write_relative(const char *path, const char *query, struct buf *text)
{
    static const char *const parts[] = {"about", "contact", "news", "jobs", "help"};

    (void)query;
    if (strncmp(path, "/x/", 3) != 0)
        return write_real(path, "<a href=/x/about/>about</a>", text);
    for (int i = 0; i < 5; i++) {
        const char *found = strstr(path, parts[i]);

        if (found != NULL && strcmp(path + strlen(path) - strlen(parts[i]) - 1 + strlen(parts[i]), "/") == 0 &&
            strncmp(path + strlen(path) - 1 - strlen(parts[i]), parts[i], strlen(parts[i])) == 0)
            buf_printf(text, "<title>%s</title>All there is to say of %s.", parts[i], parts[i]);
        buf_printf(text, "<a href='%s/'>%s</a>", parts[i], parts[i]);
    }
    return true;
}

/* Pictures one after the other: no text, one title, but each page shows another picture. */
static bool write_gallery(const char *path, const char *query, struct buf *text)
{
    int number;

    (void)query;
    if (sscanf(path, "/photo/%d", &number) != 1)
        return write_real(path, "<a href=/photo/1>photos</a>", text);
    buf_printf(text, "<title>Gallery</title><img src=/img/%d.jpg>", number);
    return number == 300 || buf_printf(text, "<a href=/photo/%d>next</a>", number + 1);
}

/* Measured values: pages that differ in numbers alone, linked from lists. */
static bool write_measured(const char *path, const char *query, struct buf *text)
{
    int number;

    (void)query;
    if (sscanf(path, "/station/%d", &number) == 1)
        return buf_printf(text, "<title>Station %d</title>It measured %d.%d degrees. <a href=/station/%d>next</a>",
                          number, number % 31, number % 7, number % 600 + 1);
    if (sscanf(path, "/list/%d", &number) == 1) {
        buf_printf(text, "<title>List %d</title>", number);
        for (int i = 1; i <= 100; i++)
            buf_printf(text, "<a href=/station/%d>%d</a>", number * 100 + i, i);
        return true;
    }
    return write_real(path,
                      "<a href=/list/0>0</a><a href=/list/1>1</a><a href=/list/2>2</a><a href=/list/3>3</a>"
                      "<a href=/list/4>4</a><a href=/list/5>5</a>",
                      text);
}

/* A list of 40 pages, each found on the one before. */
static bool write_list(const char *path, const char *query, struct buf *text)
{
    int number;

    if (strcmp(path, "/list") != 0)
        return write_real(path, "<a href='/list?from=1'>list</a>", text);
    if (sscanf(query, "?from=%d", &number) != 1)
        return false;
    buf_printf(text, "<title>List %d</title>", number);
    return number == 40 || buf_printf(text, "<a href='/list?from=%d'>more</a>", number + 1);
}

/* --- Crawls ------------------------------------------------------------------------- */
struct crawled {
    struct maze maze;
    struct site *site;
    struct whole whole;
};

static void begin(struct crawled *c, page_writer *write, page_writer *sitemap)
{
    c->maze = (struct maze){.write = write, .sitemap = sitemap};
    c->site = site_start_made(make_page, &c->maze, 0);
    whole_init(&c->whole);
}

static void end(struct crawled *c)
{
    whole_free(&c->whole);
    site_stop(c->site);
}

/* All of the real part was fetched, none of it skipped. */
static void assert_real_part_is_whole(struct crawled *c)
{
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM pages WHERE title LIKE 'Real %' AND outcome = 'ok'"),
                     31);
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM skipped WHERE url LIKE '%/real/%'"), 0);
}

static void a_calendar_without_end_is_left_after_a_few_hundred_pages(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_calendar, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_in_range(c.maze.requests, 100, 300);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM traps WHERE template LIKE '%/calendar/0/0'"), 1);
    assert_int_equal(whole_number(&c.whole, "SELECT sum(skipped) = (SELECT count(*) FROM skipped WHERE reason = 'trap')"
                                            " FROM traps"),
                     1);
    assert_int_equal(whole_number(&c.whole, "SELECT min(example LIKE '%/calendar/%' AND pages >= 32 AND reason LIKE"
                                            " 'trap: http%/calendar/0/0%pages brought nothing new') FROM traps"),
                     1);
    end(&c);
}

static void an_interrupted_crawl_knows_its_traps_when_it_goes_on(void **state)
{
    struct crawled c;
    long before;

    (void)state;
    begin(&c, write_calendar, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    before = c.maze.requests;
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/", "{site}/calendar/1990/1"), CRAWL_DONE);
    assert_int_equal(c.maze.requests, before + 1); /* the seed is fetched all the same */
    assert_int_equal(
        whole_number(&c.whole, "SELECT count(*) FROM skipped WHERE url LIKE '%/1990/2' AND reason = 'trap'"), 1);
    end(&c);
}

static void filters_that_combine_are_left_soon(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_filters, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_in_range(c.maze.requests, 50, 500);
    end(&c);
}

static void filters_of_any_number_are_left_soon_and_what_they_filter_is_not(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_facets, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_in_range(c.maze.requests, 50, 1000);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/goods?page=%'"
                                            " AND url NOT LIKE '%&%'"),
                     40);
    end(&c);
}

static void filters_whose_values_the_pages_echo_are_left_and_what_they_filter_is_not(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_echoes, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--max-pages=20000", "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_in_range(c.maze.requests, 150, 1500);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE title LIKE 'Thing %'"), 60);
    end(&c);
}

static void few_values_with_something_to_say_for_each_are_no_trap(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_archive, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%day=%'"), 2 * 12 * 31);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM traps"), 0);
    end(&c);
}

static void pages_told_apart_by_their_query_alone_are_no_trap(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_wiki, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE title LIKE 'T %'"), 401);
    end(&c);
}

static void of_one_path_no_more_queries_are_fetched_than_may_be(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_list, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--max-query-variants=10", "--max-pages=35", "{site}/"), CRAWL_DONE);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--max-query-variants=10", "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/list?from=%'"), 10);
    assert_string_equal(whole_text(&c.whole, "SELECT reason || ': ' || rule FROM skipped WHERE url LIKE '%from=11'"),
                        "trap: trap guard: query variants (--max-query-variants=10)");
    /* A seed is one more than may be; and the limit gives way when traps are released. */
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--max-query-variants=10", "{site}/list?from=20"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/list?from=%'"), 11);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--max-query-variants=10", "--release-traps", "{site}/"),
                     CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/list?from=%'"), 40);
    end(&c);
}

static void relative_links_that_deepen_the_path_are_left(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_relative, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_real_part_is_whole(&c);
    assert_in_range(c.maze.requests, 50, 1000);
    end(&c);
}

static void what_a_trap_held_back_is_fetched_when_it_is_released(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_short_calendar, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_in_range(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/month/%'"), 100, 200);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--release-traps", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/month/%'"), 400);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM traps"), 0);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM skipped WHERE reason = 'trap'"), 0);
    end(&c);
}

static void without_traps_nothing_is_left_out(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_short_calendar, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--no-traps", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/month/%'"), 400);
    end(&c);
}

static bool list_months(const char *path, const char *query, struct buf *text)
{
    (void)path, (void)query;
    buf_add_string(text, "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>");
    for (int i = 1; i <= 400; i++)
        buf_printf(text, "<url><loc>{site}/month/%d</loc></url>", i);
    return buf_add_string(text, "</urlset>");
}

static void what_a_sitemap_names_is_no_trap(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_short_calendar, list_months);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/month/%'"), 400);
    end(&c);
}

static void pictures_in_a_row_are_no_trap(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_gallery, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE url LIKE '%/photo/%'"), 300);
    end(&c);
}

static void measured_values_are_no_trap(void **state)
{
    struct crawled c;

    (void)state;
    begin(&c, write_measured, NULL);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE title LIKE 'Station %'"), 600);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_keep_what_urls_have_in_common),
        cmocka_unit_test(each_name_of_a_query_has_a_shape),
        cmocka_unit_test(where_all_texts_differ_few_are_read_until_two_are_the_same),
        cmocka_unit_test(words_of_a_value_are_left_out_but_numbers_are_not),
        cmocka_unit_test(a_calendar_without_end_is_left_after_a_few_hundred_pages),
        cmocka_unit_test(an_interrupted_crawl_knows_its_traps_when_it_goes_on),
        cmocka_unit_test(filters_that_combine_are_left_soon),
        cmocka_unit_test(filters_of_any_number_are_left_soon_and_what_they_filter_is_not),
        cmocka_unit_test(filters_whose_values_the_pages_echo_are_left_and_what_they_filter_is_not),
        cmocka_unit_test(few_values_with_something_to_say_for_each_are_no_trap),
        cmocka_unit_test(pages_told_apart_by_their_query_alone_are_no_trap),
        cmocka_unit_test(of_one_path_no_more_queries_are_fetched_than_may_be),
        cmocka_unit_test(relative_links_that_deepen_the_path_are_left),
        cmocka_unit_test(what_a_trap_held_back_is_fetched_when_it_is_released),
        cmocka_unit_test(without_traps_nothing_is_left_out),
        cmocka_unit_test(what_a_sitemap_names_is_no_trap),
        cmocka_unit_test(pictures_in_a_row_are_no_trap),
        cmocka_unit_test(measured_values_are_no_trap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

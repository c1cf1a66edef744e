#include "crawl.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REAL_PAGES 150
#define NUMBERED   60 /* of them, from the last one down */

/* A real site with a trap in it, whose answers take longer or shorter as it happens. */
struct maze {
    void (*entry)(long number, struct buf *text);       /* what the real page of this number leads to; NULL: below */
    bool (*trap)(const char *target, struct buf *text); /* a page of the trap; false: 404 */
    unsigned chance;
};

static unsigned by_chance(struct maze *maze, unsigned below)
{
    maze->chance = maze->chance * 1103515245 + 12345;
    return maze->chance / 65536 % below;
}

/* Some real pages have names, others numbers. */
static void add_real_link(long number, struct buf *text)
{
    if (number == 0)
        buf_add_string(text, "<a href=/>home</a>");
    else if (number >= REAL_PAGES - NUMBERED)
        buf_printf(text, "<a href=/item/%ld>item</a>", number);
    else
        buf_printf(text, "<a href=/%c%c/>text</a>", (char)('a' + number / 26), (char)('a' + number % 26));
}

static long real_number(const char *target)
{
    long number;

    if (strcmp(target, "/") == 0)
        return 0;
    if (sscanf(target, "/item/%ld", &number) == 1)
        return number >= REAL_PAGES - NUMBERED && number < REAL_PAGES ? number : -1;
    if (strlen(target) != 4 || target[3] != '/')
        return -1;
    number = (target[1] - 'a') * 26 + target[2] - 'a';
    return number > 0 && number < REAL_PAGES - NUMBERED ? number : -1;
}

static void write_real(long number, struct buf *text)
{
    buf_printf(text, "<title>Real %c%ld</title>", (char)('a' + number % 26), number);
    for (long i = 1; i <= 20; i++)
        buf_printf(text, "word%c%c ", (char)('a' + number * i % 23), (char)('a' + number % (i + 3)));
    for (long i = 1; i <= 4 && number * 4 + i < REAL_PAGES; i++)
        add_real_link(number * 4 + i, text);
    add_real_link(number * number % REAL_PAGES, text);
    add_real_link(0, text);
}

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct maze *maze = arg;
    long number = real_number(target);

    (void)host;
    page->type = "text/html";
    page->delay_ms = (int)by_chance(maze, 4);
    if (number >= 0) {
        write_real(number, text);
        maze->entry(number, text);
    } else if (!maze->trap(target, text)) {
        return false;
    }
    page->body = text->data;
    return true;
}

/* --- Traps ---------------------------------------------------------------------------------- */
static void enter_calendar(long number, struct buf *text)
{
    if (number % 10 == 3)
        buf_add_string(text, "<a href=/month/24000>calendar</a>");
}

/* Months without end, to and fro, by their names; each leads to months and years. */
static bool write_calendar(const char *target, struct buf *text)
{
    static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    long month;

    if (sscanf(target, "/month/%ld", &month) != 1)
        return false;
    buf_printf(text, "<title>%s %ld</title>Nothing planned in %s.", names[month % 12], month / 12, names[month % 12]);
    return buf_printf(text, "<a href=/month/%ld>+</a><a href=/month/%ld>-</a><a href=/month/%ld>year</a>", month + 1,
                      month - 1, month + 12);
}

static void enter_list(long number, struct buf *text)
{
    for (int i = 0; i <= 200 && number == 5; i++)
        buf_printf(text, "<a href=/offer/%d>offer</a>", i * 37 % 201);
}

static bool write_list(const char *target, struct buf *text)
{
    return strncmp(target, "/offer/", 7) == 0 &&
           buf_add_string(text, "<title>Offer</title>This offer is no longer there.");
}

static void enter_facets(long number, struct buf *text)
{
    if (number % 20 == 1)
        buf_add_string(text, "<a href='/goods?page=1'>goods</a>");
}

/* Filters that combine, over a list of 30 pages. */
static bool write_facets(const char *target, struct buf *text)
{
    const char *query = strchr(target, '?');
    long number = 0;

    if (sscanf(target, "/goods?page=%ld", &number) != 1)
        return false;
    buf_printf(text, "<title>Goods</title>Chair %ld. Table %ld. Lamp %ld.", number * 7, number * 11, number * 13);
    if (number < 30)
        buf_printf(text, "<a href='/goods?page=%ld'>more</a>", number + 1);
    for (int facet = 0; facet < 6; facet++)
        for (int value = 0; value < 3; value++) {
            char name[8];

            snprintf(name, sizeof name, "f%c=", 'a' + facet);
            if (strstr(query, name) == NULL)
                buf_printf(text, "<a href='/goods%s&amp;%s%d'>%d</a>", query, name, value, value);
        }
    return true;
}

static void enter_session(long number, struct buf *text)
{
    if (number == 2)
        buf_add_string(text, "<a href='/shop?visit=1'>shop</a>");
}

static bool write_session(const char *target, struct buf *text)
{
    unsigned visit = 5381;

    if (strncmp(target, "/shop?", 6) != 0)
        return false;
    for (const char *c = target; *c != '\0'; c++)
        visit = visit * 33 + (unsigned char)*c;
    buf_add_string(text, "<title>Shop</title>A chair, a table and a lamp.");
    for (unsigned i = 1; i <= 5; i++)
        buf_printf(text, "<a href='/shop?room=%u&amp;visit=%u'>room</a>", i, visit + i);
    return true;
}

static void enter_relative(long number, struct buf *text)
{
    if (number == 4)
        buf_add_string(text, "<a href=/x/about/>about</a>");
}

static bool write_relative(const char *target, struct buf *text)
{
    static const char *const parts[] = {"about", "contact", "news"};

    if (strncmp(target, "/x/", 3) != 0)
        return false;
    buf_add_string(text, "<title>About</title>All there is to say.");
    for (int i = 0; i < 3; i++)
        buf_printf(text, "<a href='%s/'>%s</a>", parts[i], parts[i]);
    return true;
}

static void enter_login(long number, struct buf *text)
{
    buf_printf(text, "<a href='/login?next=%ld'>log in</a>", number);
}

static bool write_login(const char *target, struct buf *text)
{
    return strncmp(target, "/login?", 7) == 0 && buf_add_string(text, "<title>Log in</title>Your name, please.");
}

/* --- Crawls ------------------------------------------------------------------------------------ */
static char *crawl(struct site *site, const char *threads, const char *parsers)
{
    struct buf rows = {.limit = 1 << 22};
    struct whole whole;

    whole_init(&whole);
    assert_int_equal(WHOLE_CRAWL(&whole, site, "--threads", threads, "--parsers", parsers, "--rate=0", "{site}/"),
                     CRAWL_DONE);
    assert_int_equal(whole_number(&whole, "SELECT count(*) FROM pages WHERE title LIKE 'Real %' AND outcome = 'ok'"),
                     REAL_PAGES);
    whole_add_text(&whole,
                   "SELECT group_concat(url || ' ' || outcome, char(10)) FROM (SELECT url, outcome FROM pages UNION ALL"
                   " SELECT url, reason FROM skipped ORDER BY 1)",
                   &rows);
    assert_in_range(whole_number(&whole, "SELECT count(*) FROM skipped WHERE reason = 'trap'"), 5, 5000);
    whole_free(&whole);
    return rows.data;
}

/* The first line that is in one text but not in the other. */
static void assert_same_rows(const char *rows, const char *others)
{
    while (*rows != '\0' && *rows == *others)
        rows++, others++;
    if (*rows != *others)
        fail_msg("rows differ: %.60s, %.60s", rows, others);
}

static void assert_same_at_any_count(struct maze maze)
{
    static const char *const counts[][2] = {{"1", "1"}, {"8", "2"}, {"64", "1"}, {"64", "2"}, {"8", "1"}};
    struct site *site;
    char *first;

    maze.chance = 1;
    site = site_start_made(answer, &maze, 0);
    first = crawl(site, "1", "2");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char *rows = crawl(site, counts[i][0], counts[i][1]);

        assert_same_rows(first, rows);
        free(rows);
    }
    free(first);
    site_stop(site);
}

static void of_a_calendar_that_goes_both_ways_the_same_months_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_calendar, .trap = write_calendar});
}

static void of_a_list_of_pages_that_say_the_same_the_same_ones_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_list, .trap = write_list});
}

static void of_filters_that_combine_the_same_ones_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_facets, .trap = write_facets});
}

static void of_links_with_ever_new_ids_the_same_ones_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_session, .trap = write_session});
}

static void of_paths_that_deepen_themselves_the_same_ones_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_relative, .trap = write_relative});
}

static void of_a_page_that_all_lead_to_in_their_own_way_the_same_ones_are_fetched(void **state)
{
    (void)state;
    assert_same_at_any_count((struct maze){.entry = enter_login, .trap = write_login});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_calendar_that_goes_both_ways_the_same_months_are_fetched),
        cmocka_unit_test(of_a_list_of_pages_that_say_the_same_the_same_ones_are_fetched),
        cmocka_unit_test(of_filters_that_combine_the_same_ones_are_fetched),
        cmocka_unit_test(of_links_with_ever_new_ids_the_same_ones_are_fetched),
        cmocka_unit_test(of_paths_that_deepen_themselves_the_same_ones_are_fetched),
        cmocka_unit_test(of_a_page_that_all_lead_to_in_their_own_way_the_same_ones_are_fetched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

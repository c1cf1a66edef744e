/* What a report says, and what it lets nobody do. */
#include "report.h"

#include "made_crawl.h"
#include "report_columns.h"
#include "report_markup.h"
#include "sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MADE_MS INT64_C(1700000100000)

static char folder[40], path[60];

static int enter(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/report_test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/made.db", folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* The report of the database that `make` filled, NULL: of an empty one. Free it with buf_free(). */
static struct buf report_of(void (*make)(sqlite3 *db))
{
    struct buf out = {.limit = 2 * REPORT_BYTES_MOST};
    struct err err = {""};
    struct reader *reader;
    sqlite3 *db = made_crawl(path);

    if (make != NULL)
        make(db);
    sqlite3_close(db);
    reader = reader_open(path, &err);
    assert_string_equal(err.text, "");
    assert_true(report_add(&out, reader, NULL, MADE_MS, &err));
    reader_close(reader);
    return out;
}

static void has(const struct buf *report, const char *words)
{
    if (strstr(report->data, words) == NULL)
        fail_msg("not in the report: %s", words);
}

static void has_not(const struct buf *report, const char *words)
{
    const char *at = strstr(report->data, words);

    if (at != NULL)
        fail_msg("in the report: %.200s", at);
}

/* --- What it says ----------------------------------------------------------------------- */

static void six_figures_stand_on_top(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "<dt>Pages</dt><dd>14<small>2 hosts</small>");
    has(&report, "<dt>OK</dt><dd>35.7&nbsp;%<small>4 broken pages</small>");
    has(&report, "<dt>Broken links</dt><dd>5<small>to 4 broken pages</small>");
    has(&report, "<dt>Duplicate titles</dt><dd>1<small>on 2 pages</small>");
    has(&report, "<dt>Response time</dt><dd>4 ms<small>median; p95 2.5 s</small>");
    has(&report, "<dt>Size</dt><dd>11 kB<small>14 kB on the wire</small>");
    buf_free(&report);
}

static void a_column_of_depths_is_stacked_by_what_came_of_its_pages(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    /* Six at one click: two good ones, two redirects, a 404, a time-out. */
    has(&report, "<title>1 click from a seed: 6, redirects 2, 4xx errors 1, no usable answer 1</title>"
                 "<rect class=\"ok\" x=\"17.67%\" y=\"121.3\" width=\"14.67%\" height=\"46.7\"/>"
                 "<rect class=\"redirect\" x=\"17.67%\" y=\"74.7\" width=\"14.67%\" height=\"46.7\"/>"
                 "<rect class=\"e4\" x=\"17.67%\" y=\"51.3\" width=\"14.67%\" height=\"23.3\"/>"
                 "<rect class=\"failed\" x=\"17.67%\" y=\"28.0\" width=\"14.67%\" height=\"23.3\"/></g>");
    buf_free(&report);
}

static void percentiles_are_marked_in_the_histogram_of_times(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "Half of all pages took 4 ms or less, 95 of 100 at most 2.5 s, 99 at most 2.5 s.");
    has(&report, ">p50 4 ms</text>");
    has(&report, ">p95 2.5 s</text>");
    has(&report, ">p99 2.5 s</text>");
    has(&report, "<title>3 to 4 ms: 7</title>");
    buf_free(&report);
}

struct drawn_mark {
    double x;           /* of the line, in percent */
    int top;            /* where it begins */
    double from, to, y; /* the words: over these percents, standing on this line */
};

/* Reads back what was drawn, for a figure of `pixels`. */
static size_t drawn_marks(const char *svg, double pixels, struct drawn_mark marks[REPORT_MARKS_MOST])
{
    size_t count = 0;

    while ((svg = strstr(svg, "<line class=\"mark\" x1=\"")) != NULL && count < REPORT_MARKS_MOST) {
        struct drawn_mark *m = &marks[count++];
        const char *words = strstr(svg, "<text class=\"mark");
        bool is_end = strncmp(words, "<text class=\"mark end", 21) == 0;
        int dx, y;
        double room;

        assert_int_equal(sscanf(svg, "<line class=\"mark\" x1=\"%lf%%\" x2=\"%*f%%\" y1=\"%d", &m->x, &m->top), 2);
        assert_int_equal(sscanf(strstr(words, "dx="), "dx=\"%d\" y=\"%d", &dx, &y), 2);
        room = (double)strcspn(strchr(words, '>') + 1, "<") * 6.6 / pixels * 100;
        m->from = m->x + dx / pixels * 100 - (is_end ? room : 0);
        m->to = m->from + room;
        m->y = y;
        svg = words;
    }
    return count;
}

static void no_line_of_a_mark_goes_through_the_words_of_another(void **state)
{
    (void)state;
    for (int a = 0; a <= 100; a += 4)
        for (int b = a; b <= 100; b += 4)
            for (int c = b; c <= 100; c += 4) {
                struct report_columns chart = {.id = "x", .title = "X", .count = 50, .mark_count = 3};
                struct drawn_mark m[REPORT_MARKS_MOST];
                struct buf out = {.limit = 1 << 16};

                chart.marks[0] = (struct report_mark){a / 2.0, "p50 18 ms"};
                chart.marks[1] = (struct report_mark){b / 2.0, "p95 29 ms"};
                chart.marks[2] = (struct report_mark){c / 2.0, "p99 41 ms"};
                report_columns_add(&out, &chart);
                assert_int_equal(drawn_marks(out.data, 290, m), 3);
                for (int i = 0; i < 3; i++) {
                    if (m[i].from < -0.01 || m[i].to > 100.01)
                        fail_msg("marks at %d, %d, %d: words outside", a, b, c);
                    for (int j = 0; j < 3; j++) {
                        bool is_crossed = m[j].x > m[i].from && m[j].x < m[i].to && m[j].top < m[i].y - 1;
                        bool is_covered =
                            i != j && fabs(m[j].y - m[i].y) < 10 && m[j].from < m[i].to && m[j].to > m[i].from;

                        if (is_crossed || is_covered)
                            fail_msg("marks at %d, %d, %d: words %d and mark %d", a, b, c, i, j);
                    }
                }
                buf_free(&out);
            }
}

static void boxes_of_the_tree_are_as_wide_as_there_are_pages(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "<title>all hosts: 14 pages, 4 broken, 1 slow</title>");
    has(&report, "<svg x=\"0.000%\" y=\"28\" width=\"85.714%\" height=\"28\"><rect class=\"b3\"");
    has(&report, "<title>https://a.test: 12 pages, 3 broken, 1 slow</title>");
    has(&report, "<title>/docs: 4 pages, 1 broken, 0 slow</title>");
    has(&report, "id=\"tree-data\">[\"all hosts\",14,4,1,[[\"https://a.test\",12,3,1,[[\"/docs\",4,1,0,[");
    buf_free(&report);
}

static void a_broken_link_stands_with_its_sources_and_anchors(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "href=\"https://a.test/gone\">/gone</a><td class=s><b class=\"bad\">404</b> <td class=n>2<td class=f>"
                 "<a rel=\"noreferrer noopener\" href=\"https://a.test/\">/</a> <q>the old page</q><br>"
                 "<a rel=\"noreferrer noopener\" href=\"https://a.test/docs/one\">/docs/one</a> <q>the old page</q>");
    has(&report, "<bdi>no answer within 10 s</bdi>");
    has(&report, "<li><bdi>404</bdi> <b>2</b></li>");
    buf_free(&report);
}

static void chains_and_loops_of_redirects_are_told_apart(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, ">/moved</a><td class=n>2<td><bdi>a chain</bdi><td class=u>");
    has(&report, ">/round</a><td class=n>2<td><bdi>a loop</bdi>");
    buf_free(&report);
}

static void titles_that_are_missing_or_twice_there_are_listed(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "<bdi>Documentation</bdi><td class=n>2<td class=u>");
    has(&report, ">/docs/three</a><td><bdi>missing</bdi><td><bdi>Three</bdi>");
    has(&report, "<title>10 to 14 characters: 3</title>");
    buf_free(&report);
}

static void make_soft(sqlite3 *db)
{
    made_crawl_small(db);
    made_crawl_do(db, "INSERT INTO host_probe (host_id, url, example_id, run_id, outcome)"
                      " VALUES (1, 'https://a.test/no-such-page-1', 3, 1, 1);"
                      "UPDATE page SET soft_404 = 1 WHERE id = 3");
}

/* Nor do readers stumble over a file in which nobody could have marked any. */
static void make_old(sqlite3 *db)
{
    made_crawl_small(db);
    made_crawl_do(db, "DROP VIEW soft_404s; DROP VIEW soft_404_probes; DROP VIEW pages; DROP TABLE host_probe;"
                      "ALTER TABLE page RENAME COLUMN soft_404 TO gone; PRAGMA user_version = 1");
}

static void soft_404s_are_listed_where_there_are_some(void **state)
{
    struct buf soft = report_of(make_soft), sound, old;

    (void)state;
    has(&soft, "Not found, with status 200");
    unlink(path);
    sound = report_of(made_crawl_small);
    has_not(&sound, "Not found, with status 200");
    unlink(path);
    old = report_of(make_old);
    has_not(&old, "Not found, with status 200");
    buf_free(&soft);
    buf_free(&sound);
    buf_free(&old);
}

static void what_held_the_crawl_back_stands_below_the_timeline(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "Held back by");
    has(&report, "</svg>site latency 75&nbsp;%</li>");
    has(&report, "</svg>--rate 25&nbsp;%</li>");
    buf_free(&report);
}

static void what_was_skipped_is_counted_by_reason(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    has(&report, "<li><bdi>robots</bdi> <b>1</b></li>");
    has(&report, "<li><bdi>off scope</bdi> <b>1</b></li>");
    buf_free(&report);
}

static void an_empty_crawl_has_a_report_too(void **state)
{
    struct buf report = report_of(NULL);

    (void)state;
    has(&report, "<dt>Pages</dt><dd>0<small>0 hosts</small>");
    has(&report, "Every link that was followed led to a good page.");
    has(&report, "</html>");
    has_not(&report, "nan");
    buf_free(&report);
}

static void change(sqlite3 *db)
{
    made_crawl_small(db);
    made_crawl_do(db, "UPDATE page SET title = 'Welcome to <B>' WHERE id = 1;"                /* another title */
                      "UPDATE page SET outcome = 3, status = 500, title = NULL WHERE id = 3;" /* newly broken */
                      "UPDATE page SET outcome = 1, status = 200, title = 'Back' WHERE id = 5;"
                      "UPDATE url SET url = 'https://a.test/docs/four' WHERE id = 4;");
}

static void what_has_changed_since_an_older_crawl_is_told(void **state)
{
    struct buf report = {.limit = 2 * REPORT_BYTES_MOST}, first = report_of(made_crawl_small);
    struct reader *reader, *older;
    char other[80];
    sqlite3 *db;
    struct err err = {""};

    (void)state;
    snprintf(other, sizeof other, "%s/other.db", folder);
    db = made_crawl(other);
    change(db);
    sqlite3_close(db);
    reader = reader_open(other, &err);
    older = reader_open(path, &err);
    assert_true(report_add(&report, reader, older, MADE_MS, &err));
    reader_close(reader);
    reader_close(older);
    unlink(other);
    has(&report, "<li>newly broken <b>1</b></li><li>gone <b>1</b></li><li>new <b>1</b></li><li>mended <b>1</b></li>"
                 "<li>title changed <b>1</b></li>");
    has(&report, ">/docs/two</a><td><bdi>Documentation</bdi><td><b class=\"bad\">500</b> \n");
    has(&report, "<tr><td>gone<td class=u><a rel=\"noreferrer noopener\" href=\"https://a.test/docs/three\">");
    has(&report, "<tr><td>new<td class=u><a rel=\"noreferrer noopener\" href=\"https://a.test/docs/four\">");
    has(&report, ">/gone</a><td><b class=\"bad\">404</b> <td><bdi>Back</bdi>");
    has(&report, "<td><bdi>Welcome to A</bdi><td><bdi>Welcome to &lt;B&gt;</bdi>");
    has_not(&first, "newly broken");
    buf_free(&first);
    buf_free(&report);
}

/* --- What it lets nobody do ----------------------------------------------------------------- */

static void text_of_strangers_is_only_text(void **state)
{
    static const char *const harmful[] = {
        "<script>alert",
        "<img",
        "<iframe",
        "<svg onload",
        "<b onclick",
        "href=\"javascript",
        "href=\"data:text",
        "\"onmouseover=\"",
        "<!--<",
        "\xE2\x80\xAE",
        "\xE2\x81\xA6",
        "\x07",
        "\xC2\x9B",
        " style=",
    };
    struct buf report = report_of(made_crawl_nasty);

    (void)state;
    for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++)
        has_not(&report, harmful[i]);
    has(&report, "&lt;/script&gt;&lt;script&gt;alert(6)&lt;/script&gt;");
    has(&report, "\\u202egpj.exe");
    has(&report, "<td class=u>javascript:alert(4)");
    buf_free(&report);
}

/* The text between the two, from the first place on. */
static struct slice between(const struct buf *report, const char *begin, const char *end)
{
    const char *from = strstr(report->data, begin), *to;

    assert_non_null(from);
    from += strlen(begin);
    to = strstr(from, end);
    assert_non_null(to);
    return (struct slice){from, (size_t)(to - from)};
}

static void the_policy_allows_its_own_style_and_script_and_nothing_else(void **state)
{
    struct buf report = report_of(made_crawl_nasty), policy = {.limit = 2000};

    (void)state;
    buf_add_string(&policy, "content=\"default-src 'none'; style-src 'sha256-");
    sha256_add_base64(&policy, between(&report, "<style>", "</style>"));
    buf_add_string(&policy, "'; script-src 'sha256-");
    sha256_add_base64(&policy, between(&report, "<script>", "</script>"));
    buf_add_string(&policy, "'; img-src data:; base-uri 'none'; form-action 'none'\">");
    has(&report, policy.data);
    buf_free(&policy);
    buf_free(&report);
}

static void links_tell_nobody_where_one_comes_from(void **state)
{
    struct buf report = report_of(made_crawl_small);

    (void)state;
    for (const char *at = report.data; (at = strstr(at, " href=\"http")) != NULL; at++)
        assert_memory_equal(at - strlen("<a rel=\"noreferrer noopener\""), "<a rel=\"noreferrer noopener\"",
                            strlen("<a rel=\"noreferrer noopener\""));
    buf_free(&report);
}

static void make_large(sqlite3 *db)
{
    made_crawl_large(db, 100000);
}

static void a_report_of_100000_pages_is_less_than_300_kB(void **state)
{
    struct buf report = report_of(make_large);

    (void)state;
    assert_in_range(report.size, 200000, REPORT_BYTES_MOST - 1);
    has(&report, "</html>");
    has(&report, "<section id=\"skipped\">");
    buf_free(&report);
}

/* --- Parts of it ------------------------------------------------------------------------------ */

static void digest_is(const char *text, const char *base64)
{
    struct buf out = {.limit = 100};

    sha256_add_base64(&out, slice_of(text));
    assert_string_equal(out.data, base64);
    buf_free(&out);
}

static void digests_are_those_of_the_standards_examples(void **state)
{
    (void)state;
    digest_is("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    digest_is("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    digest_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
              "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
}

static void a_long_text_is_cut_in_its_middle_between_two_characters(void **state)
{
    struct buf out = {.limit = 100};

    (void)state;
    markup_add_text(&out, slice_of("\xC3\xA4\xC3\xB6\xC3\xBC<>&\"'0123456789"), 9);
    assert_string_equal(out.data, "\xC3\xA4\xC3\xB6\xC3\xBC&lt;&gt;&amp;\xE2\x80\xA6"
                                  "789");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(six_figures_stand_on_top, enter, leave),
        cmocka_unit_test_setup_teardown(a_column_of_depths_is_stacked_by_what_came_of_its_pages, enter, leave),
        cmocka_unit_test_setup_teardown(percentiles_are_marked_in_the_histogram_of_times, enter, leave),
        cmocka_unit_test(no_line_of_a_mark_goes_through_the_words_of_another),
        cmocka_unit_test_setup_teardown(boxes_of_the_tree_are_as_wide_as_there_are_pages, enter, leave),
        cmocka_unit_test_setup_teardown(a_broken_link_stands_with_its_sources_and_anchors, enter, leave),
        cmocka_unit_test_setup_teardown(chains_and_loops_of_redirects_are_told_apart, enter, leave),
        cmocka_unit_test_setup_teardown(titles_that_are_missing_or_twice_there_are_listed, enter, leave),
        cmocka_unit_test_setup_teardown(soft_404s_are_listed_where_there_are_some, enter, leave),
        cmocka_unit_test_setup_teardown(what_held_the_crawl_back_stands_below_the_timeline, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_skipped_is_counted_by_reason, enter, leave),
        cmocka_unit_test_setup_teardown(an_empty_crawl_has_a_report_too, enter, leave),
        cmocka_unit_test_setup_teardown(what_has_changed_since_an_older_crawl_is_told, enter, leave),
        cmocka_unit_test_setup_teardown(text_of_strangers_is_only_text, enter, leave),
        cmocka_unit_test_setup_teardown(the_policy_allows_its_own_style_and_script_and_nothing_else, enter, leave),
        cmocka_unit_test_setup_teardown(links_tell_nobody_where_one_comes_from, enter, leave),
        cmocka_unit_test_setup_teardown(a_report_of_100000_pages_is_less_than_300_kB, enter, leave),
        cmocka_unit_test(digests_are_those_of_the_standards_examples),
        cmocka_unit_test(a_long_text_is_cut_in_its_middle_between_two_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

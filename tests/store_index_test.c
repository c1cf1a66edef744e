/* That questions are answered without going through everything for each row: what the planner makes of them, during the
 * first run and after the end of one, with few links and with millions. */
#include "buf.h"
#include "made_crawl.h"
#include "made_page.h"
#include "sanitized.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const questions[] = {
    "SELECT l.from_url, l.to_url, p.redirect_to FROM links l JOIN pages p ON p.id = l.to_id"
    " WHERE p.outcome = 'redirect' AND l.kind = 'a' ORDER BY l.from_url",
    "SELECT substr(l.to_url, 1, 9), count(*) FROM skipped s JOIN links l ON l.to_id = s.id"
    " WHERE s.reason = 'off_scope' GROUP BY 1",
    "SELECT p.url, count(*) FROM pages p JOIN links l ON l.to_id = p.id WHERE p.noindex GROUP BY p.id",
    "SELECT from_url FROM links WHERE to_id = 4711",
    "SELECT from_url FROM links WHERE to_url = 'https://a.test/'",
    "SELECT to_url FROM links WHERE from_url = 'https://a.test/'",
    "SELECT count(*) FROM links",
};

static char folder[64], path[80], many[80];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/store_index_test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/crawl.db", folder);
    return 0;
}

static int tear_down(void **state)
{
    char other[100];

    (void)state;
    unlink(path);
    snprintf(other, sizeof other, "%s-lock", path);
    unlink(other);
    return rmdir(folder);
}

static struct store *opened(void)
{
    static const struct store_options options = {.args = "crawl 'x'", .keep_links = true};
    enum store_failure why;
    struct err err = {""};
    struct store *store = store_open(path, &options, &why, &err);

    assert_string_equal(err.text, "");
    return store;
}

static void closed(struct store *store)
{
    struct err err = {""};

    assert_true(store_close(store, RUN_COMPLETE, "{}", &err));
}

/* The last column of each row, a line each; valid until the next. */
static const char *answer(const char *sql)
{
    static struct buf lines = {.limit = 1 << 20};
    sqlite3_stmt *rows = NULL;
    sqlite3 *db;

    buf_clear(&lines);
    buf_add_string(&lines, "");
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW)
        buf_printf(&lines, "%s\n", (const char *)sqlite3_column_text(rows, sqlite3_column_count(rows) - 1));
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return lines.data;
}

static const char *plan(const char *question)
{
    char sql[1000];

    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", question);
    return answer(sql);
}

static void assert_no_index_on_the_fly(void)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strstr(plan(questions[i]), "AUTOMATIC") != NULL)
            fail_msg("%s\n%s", questions[i], plan(questions[i]));
}

/* A page that stands first, and is found first. */
static void assert_begins_with(const char *first, const char *question)
{
    const char *steps = plan(question);

    if (strncmp(steps, first, strlen(first)) != 0)
        fail_msg("%s\n%s", question, steps);
}

/* 20,000 pages of 105 links each, so 2,100,000: made once, at `many`. */
static void make_many_links(void)
{
    sqlite3 *db = made_crawl(path);

    made_crawl_do(
        db, "PRAGMA synchronous = OFF; BEGIN;"
            "INSERT INTO host (id, origin) VALUES (1, 'https://a.test');"
            "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO url (id, url, hash,"
            " host_id, depth, via) SELECT i, 'https://a.test/' || i, i, 1, 1, 0 FROM n;"
            "INSERT INTO page (id, run_id, kind, outcome, status, robots, fetched_ms, tries, redirects, first_link,"
            " links_out, links_left_out)"
            " SELECT id, 1, 0, 1, 200, 0, 1700000000000, 1, 0, id * 105 - 104, 105, 0 FROM url;"
            "WITH n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2099999) INSERT INTO link (src, dst, kind,"
            " rel) SELECT 1 + i / 105, 1 + i * 7919 % 20000, 0, 0 FROM n;"
            "COMMIT");
    sqlite3_close(db);
    closed(opened());
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t size;

    assert_non_null(in);
    assert_non_null(out);
    while ((size = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void use_many_links(void)
{
    if (many[0] == '\0') {
        make_many_links();
        strcpy(many, "/tmp/store_index_many.XXXXXX");
        close(mkstemp(many));
        copy_file(path, many);
    } else {
        copy_file(many, path);
    }
}

static int forget_many_links(void **state)
{
    (void)state;
    if (many[0] != '\0')
        unlink(many);
    return 0;
}

static void add_page_with_links(struct store *store, int64_t id, int count)
{
    struct page *page = made_page(id, "https://a.test/new", 200), *before = made_page(id - 1, "https://a.test/", 0);
    struct err err = {""};

    made_link(before, id, "https://a.test/new", 1)->record = false;
    assert_true(store_write(store, &before, 1, &err));
    page_free(before);
    for (int i = 0; i < count; i++)
        made_known_link(page, 1 + i % 20000, "https://a.test/1");
    assert_true(store_write(store, &page, 1, &err));
    page_free(page);
}

static const char *index_of_links(void)
{
    return answer("SELECT name FROM sqlite_schema WHERE name = 'link_by_dst'");
}

static void no_question_makes_an_index_on_the_fly_during_the_first_run(void **state)
{
    struct store *store = opened();

    (void)state;
    assert_no_index_on_the_fly();
    assert_begins_with("SCAN s", "SELECT to_url FROM links WHERE from_url = 'https://a.test/'");
    closed(store);
}

static void few_links_are_looked_through(void **state)
{
    sqlite3 *db = made_crawl(path);

    (void)state;
    made_crawl_small(db);
    sqlite3_close(db);
    closed(opened());
    assert_string_equal(index_of_links(), "");
    assert_string_equal(answer("SELECT from_url FROM links WHERE to_url = 'https://a.test/gone'"),
                        "https://a.test/\nhttps://a.test/docs/one\n");
}

/* Millions of rows would take minutes, all of them in SQLite. */
static void without_sanitizer(void)
{
    if (IS_SANITIZED)
        skip();
}

static void of_millions_those_to_a_url_are_found_by_an_index(void **state)
{
    (void)state;
    without_sanitizer();
    use_many_links();
    assert_string_equal(index_of_links(), "link_by_dst\n");
    assert_no_index_on_the_fly();
    assert_begins_with("SCAN d\nSEARCH l USING INDEX link_by_dst (dst=?)",
                       "SELECT from_url FROM links WHERE to_url = 'https://a.test/4711'");
    assert_begins_with("SCAN s\nSEARCH p USING INTEGER PRIMARY KEY (rowid=?)\n"
                       "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                       "SELECT to_url FROM links WHERE from_url = 'https://a.test/4711'");
    assert_string_equal(answer("SELECT count(*) FROM links WHERE to_url = 'https://a.test/4711'"), "105\n");
}

static void a_run_that_adds_few_links_keeps_that_index(void **state)
{
    struct store *store;

    (void)state;
    without_sanitizer();
    use_many_links();
    store = opened();
    add_page_with_links(store, 20001, 100);
    assert_string_equal(index_of_links(), "link_by_dst\n");
    assert_string_equal(answer("SELECT count(*) FROM links WHERE to_id = 1"), "106\n");
    closed(store);
    assert_string_equal(index_of_links(), "link_by_dst\n");
}

static void a_run_that_adds_many_does_without_until_its_end(void **state)
{
    struct store *store;

    (void)state;
    without_sanitizer();
    use_many_links();
    store = opened();
    add_page_with_links(store, 20001, 50001);
    assert_string_equal(index_of_links(), "");
    assert_no_index_on_the_fly();
    closed(store);
    assert_string_equal(index_of_links(), "link_by_dst\n");
    assert_string_equal(answer("SELECT count(*) FROM links WHERE to_id = 1"), "108\n");
    assert_string_equal(answer("PRAGMA integrity_check"), "ok\n");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_question_makes_an_index_on_the_fly_during_the_first_run),
        TEST(few_links_are_looked_through),
        TEST(of_millions_those_to_a_url_are_found_by_an_index),
        TEST(a_run_that_adds_few_links_keeps_that_index),
        TEST(a_run_that_adds_many_does_without_until_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, forget_many_links);
}

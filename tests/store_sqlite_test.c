/* What the store in a file promises to people, and to other programs that use the file. */
#include "made_page.h"
#include "mem.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITE "http://a.test"

static char folder[64], path[80];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/store_sqlite_test.XXXXXX");
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

static struct store *try_open(enum store_failure *why, struct err *err)
{
    static const struct store_options options = {.args = "crawl 'x'", .keep_links = true};

    *err = (struct err){""};
    return store_open(path, &options, why, err);
}

static struct store *opened(void)
{
    enum store_failure why;
    struct err err;
    struct store *store = try_open(&why, &err);

    assert_string_equal(err.text, "");
    return store;
}

static void closed(struct store *store, enum store_outcome outcome)
{
    struct err err = {""};

    assert_true(store_close(store, outcome, "{\"pages\": 1}", &err));
    assert_string_equal(err.text, "");
}

static void record(struct store *store, struct page *page)
{
    struct err err = {""};

    store_write(store, &page, 1, &err);
    assert_string_equal(err.text, "");
    page_free(page);
}

static void record_seed(struct store *store)
{
    struct page *seeds = made_other(PAGE_SEEDS);
    struct page_link *link = made_link(seeds, 1, SITE "/", 1);

    link->host_is_new = true;
    link->kind = LINK_SEED;
    link->depth = 0;
    link->record = false;
    record(store, seeds);
}

/* The whole answer of a query, columns joined by '|', rows by '\n', NULL as "-"; valid until the next. */
static const char *query(const char *sql)
{
    static struct buf answer = {.limit = 1 << 20};
    sqlite3_stmt *rows = NULL;
    sqlite3 *db;

    buf_clear(&answer);
    /* Opened for reading only, it could not take its -wal and -shm away again. */
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 0);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);

            if (i > 0 || answer.size > 0)
                buf_add_char(&answer, i == 0 ? '\n' : '|');
            buf_add_string(&answer, text == NULL ? "-" : text);
        }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    sqlite3_close(db);
    return answer.data == NULL ? "" : answer.data;
}

/* A small site: a home page that links to a page, a missing page, a redirect in two hops, an image and another site. */
static void record_site(struct store *store)
{
    struct page *page = made_page(1, SITE "/", 200);
    struct page_link *link;

    record_seed(store);
    made_link(page, 2, SITE "/a", 1);
    link = made_link(page, 3, SITE "/gone", 1);
    link->anchor_at = (uint32_t)page->pool.size;
    link->anchor_size = 8;
    link->rel = 1;
    buf_add_string(&page->pool, "the gone");
    made_link(page, 4, SITE "/r1", 1);
    link = made_link(page, 5, SITE "/i.png", 0);
    link->skip = SKIP_KIND;
    link->kind = 11;
    link = made_link(page, 6, "http://b.test/", 0);
    link->why_at = (uint32_t)page->pool.size;
    link->why_size = 12;
    buf_add_string(&page->pool, "--scope=host");
    made_title(page, "Same");
    page->times.total_ms = 40;
    page->body_bytes = 1000;
    page->charset = charset_utf8();
    record(store, page);

    page = made_page(2, SITE "/a", 200);
    made_known_link(page, 3, SITE "/gone");
    made_title(page, "Same");
    page->times.total_ms = 90;
    record(store, page);
    record(store, made_page(3, SITE "/gone", 404));
    page = made_page(4, SITE "/r1", 301);
    link = made_link(page, 7, SITE "/r2", 1);
    link->kind = LINK_REDIRECT;
    page->redirect_link = 0;
    record(store, page);
    page = made_page(7, SITE "/r2", 302);
    link = made_link(page, 8, SITE "/end", 1);
    link->kind = LINK_REDIRECT;
    page->redirect_link = 0;
    record(store, page);
    page = made_page(8, SITE "/end", 200);
    record(store, page);
}

static void pages_say_what_became_of_each_url(void **state)
{
    struct store *store = opened();

    (void)state;
    record_site(store);
    assert_string_equal(
        query("SELECT id, url, status, outcome, title, depth, content_type, charset, bytes, total_ms,"
              " redirect_to, found_on, fetched_at, error, tries FROM pages WHERE id IN (1, 3, 4)"),
        "1|http://a.test/|200|ok|Same|0|text/html|utf-8|1000|40|-|-|2023-11-14T22:13:20.123Z|-|1\n"
        "3|http://a.test/gone|404|http_error|-|1|-|-|0|-|-|http://a.test/|2023-11-14T22:13:20.123Z|-|1\n"
        "4|http://a.test/r1|301|redirect|-|1|-|-|0|-|http://a.test/r2|http://a.test/|"
        "2023-11-14T22:13:20.123Z|-|1");
    closed(store, RUN_COMPLETE);
}

static void the_contract_of_pages_comes_first_among_its_columns(void **state)
{
    (void)state;
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('pages') LIMIT 15)"),
                        "id,url,status,outcome,title,depth,content_type,charset,bytes,total_ms,redirect_to,found_on,"
                        "fetched_at,error,tries");
    assert_string_equal(query("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('links') LIMIT 5)"),
                        "from_url,to_url,kind,nofollow,anchor");
    assert_string_equal(query("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('skipped') LIMIT 4)"),
                        "url,reason,rule,found_on");
}

static void a_title_that_is_empty_is_not_one_that_is_missing(void **state)
{
    struct store *store = opened();
    struct page *page = made_page(1, SITE "/", 200);

    (void)state;
    record_seed(store);
    made_link(page, 2, SITE "/2", 1);
    made_title(page, "");
    record(store, page);
    record(store, made_page(2, SITE "/2", 200));
    assert_string_equal(query("SELECT id, title IS NULL, title FROM pages"), "1|0|\n2|1|-");
    assert_string_equal(query("SELECT url, is_empty FROM missing_titles"), "http://a.test/|1\nhttp://a.test/2|0");
    closed(store, RUN_COMPLETE);
}

static void links_have_whole_urls_names_and_anchors(void **state)
{
    struct store *store = opened();

    (void)state;
    record_site(store);
    assert_string_equal(query("SELECT from_url, to_url, kind, nofollow, anchor FROM links WHERE to_url LIKE '%gone' OR"
                              " kind = 'img' ORDER BY id"),
                        "http://a.test/|http://a.test/gone|a|1|the gone\n"
                        "http://a.test/|http://a.test/i.png|img|0|-\n"
                        "http://a.test/a|http://a.test/gone|a|0|-");
    assert_string_equal(query("SELECT count(*) FROM links WHERE from_url = 'http://a.test/'"), "5");
    closed(store, RUN_COMPLETE);
}

static void what_was_left_out_says_why(void **state)
{
    struct store *store = opened();
    struct page *page = made_page(2, SITE "/a", 0);

    (void)state;
    record_site(store);
    page->id = 9;
    page_free(page);
    assert_string_equal(query("SELECT url, reason, rule, found_on FROM skipped ORDER BY id"),
                        "http://a.test/i.png|kind|-|http://a.test/\n"
                        "http://b.test/|off_scope|--scope=host|http://a.test/");
    closed(store, RUN_COMPLETE);
}

static const char *const same_before_and_after[] = {
    "SELECT url, status, found_on, anchor FROM broken_links ORDER BY found_on",
    "SELECT title, pages, example_url FROM duplicate_titles",
    "SELECT start, final, hops, is_loop, final_status FROM redirect_chains",
    "SELECT url, total_ms FROM slowest_pages WHERE total_ms > 0",
    "SELECT outcome, status, pages FROM status_summary ORDER BY 1, 2",
    "SELECT host, urls, pages, ok, broken FROM hosts",
    "SELECT url, links FROM most_linked ORDER BY links DESC, id LIMIT 2",
    "SELECT count(*) FROM frontier",
};
static const char *const answers[] = {
    "http://a.test/gone|404|http://a.test/|the gone\nhttp://a.test/gone|404|http://a.test/a|-",
    "Same|2|http://a.test/",
    "http://a.test/r1|http://a.test/end|2|0|200",
    "http://a.test/a|90\nhttp://a.test/|40",
    "http_error|404|1\nok|200|3\nredirect|301|1\nredirect|302|1",
    "http://a.test|6|6|3|1",
    "http://a.test/gone|2\nhttp://a.test/a|1",
    "0",
};

static void views_answer_the_same_during_a_crawl_and_after(void **state)
{
    size_t count = sizeof answers / sizeof *answers;
    struct store *store = opened();

    (void)state;
    record_site(store);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(query(same_before_and_after[i]), answers[i]);
    closed(store, RUN_COMPLETE);
    assert_string_equal(query("SELECT value FROM meta WHERE key = 'indexed'"), "1");
    for (size_t i = 0; i < count; i++)
        assert_string_equal(query(same_before_and_after[i]), answers[i]);
}

static void every_view_can_be_read(void **state)
{
    char names[1000], sql[200];
    struct store *store = opened();

    (void)state;
    record_site(store);
    snprintf(names, sizeof names, "%s", query("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'view'"));
    for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s", name);
        query(sql);
    }
    closed(store, RUN_COMPLETE);
}

static void circles_of_redirects_are_told_as_such(void **state)
{
    struct store *store = opened();
    struct page *page = made_page(1, SITE "/", 301);

    (void)state;
    record_seed(store);
    made_link(page, 2, SITE "/2", 1);
    page->redirect_link = 0;
    record(store, page);
    page = made_page(2, SITE "/2", 301);
    made_known_link(page, 1, SITE "/");
    page->redirect_link = 0;
    page->outcome = PAGE_REDIRECT_LOOP;
    record(store, page);
    assert_string_equal(query("SELECT start, is_loop FROM redirect_chains"), "http://a.test/|1\nhttp://a.test/2|1");
    closed(store, RUN_COMPLETE);
}

static void numbers_in_the_views_mean_what_the_program_means(void **state)
{
    (void)state;
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("SELECT group_concat(name) FROM outcome WHERE id IN (1, 2, 4)"),
                        "ok,redirect,wrong_type");
    assert_string_equal(query("SELECT name FROM link_kind WHERE id = 34"), "sitemap");
    assert_int_equal(PAGE_DOCUMENT, 0);
    assert_int_equal(PAGE_SITEMAP, 2);
    assert_int_equal(PAGE_EXTERNAL, 3);
}

static void titles_can_be_searched_after_the_run(void **state)
{
    struct store *store = opened();

    (void)state;
    record_site(store);
    closed(store, RUN_COMPLETE);
    assert_string_equal(query("SELECT rowid FROM page_fts WHERE page_fts MATCH 'same'"), "1\n2");
    assert_non_null(strstr(query("SELECT sql FROM sqlite_schema WHERE name = 'page_fts'"), "content=\"page\""));
}

static void a_resumed_crawl_adds_to_what_is_indexed(void **state)
{
    struct store *store = opened();
    struct page *page = made_page(1, SITE "/", 200);

    (void)state;
    record_seed(store);
    made_link(page, 2, SITE "/2", 1);
    record(store, page);
    closed(store, RUN_LIMIT);
    assert_string_equal(query("SELECT count(*) FROM broken_links"), "0");
    store = opened();
    assert_string_equal(query("SELECT value FROM meta WHERE key = 'indexed'"), "1");
    page = made_page(2, SITE "/2", 404);
    made_known_link(page, 1, SITE "/");
    record(store, page);
    assert_string_equal(query("SELECT url FROM broken_links"), "http://a.test/2");
    closed(store, RUN_COMPLETE);
    assert_string_equal(query("SELECT url FROM broken_links"), "http://a.test/2");
    assert_string_equal(query("SELECT outcome, args, stats FROM runs"),
                        "limit|crawl 'x'|{\"pages\": 1}\ncomplete|crawl 'x'|{\"pages\": 1}");
}

static void without_links_only_their_urls_are_kept(void **state)
{
    static const struct store_options options = {.keep_links = false};
    enum store_failure why;
    struct err err;
    struct store *store = store_open(path, &options, &why, &err);

    (void)state;
    record_site(store);
    assert_string_equal(query("SELECT count(*) FROM link"), "0");
    assert_string_equal(query("SELECT count(*) FROM url"), "8");
    closed(store, RUN_COMPLETE);
}

static void text_of_strangers_becomes_valid(void **state)
{
    struct store *store = opened();
    struct page *page = made_page(1, SITE "/", 200);

    (void)state;
    record_seed(store);
    page->etag = mem_string("\"\xff\xfe\"");
    page->x_robots = mem_string("no\xc3index");
    strcpy(page->error, "bad \x80");
    record(store, page);
    assert_string_equal(query("SELECT etag, x_robots, error FROM pages"),
                        "\"\xef\xbf\xbd\xef\xbf\xbd\"|no\xef\xbf\xbdindex|bad \xef\xbf\xbd");
    closed(store, RUN_COMPLETE);
}

static void tables_refer_to_rows_that_are_there(void **state)
{
    struct store *store = opened();

    (void)state;
    record_site(store);
    assert_string_equal(query("PRAGMA foreign_key_check"), "");
    closed(store, RUN_COMPLETE);
    assert_string_equal(query("PRAGMA foreign_key_check"), "");
    assert_string_equal(query("PRAGMA integrity_check"), "ok");
}

static void a_closed_crawl_is_one_file(void **state)
{
    struct store *store = opened();

    (void)state;
    record_site(store);
    closed(store, RUN_INTERRUPTED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0777), 0);
}

/* --- Who may write ------------------------------------------------------------------ */

static void a_second_crawl_is_refused_and_told_whose_it_is(void **state)
{
    struct store *store = opened();
    enum store_failure why;
    char pid[30];
    struct err err;

    (void)state;
    assert_null(try_open(&why, &err));
    assert_int_equal(why, STORE_IN_USE);
    snprintf(pid, sizeof pid, "process %ld since ", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    closed(store, RUN_INTERRUPTED);
    closed(opened(), RUN_INTERRUPTED);
}

static void a_killed_crawl_holds_nothing(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        record_seed(opened());
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_string_equal(query("SELECT outcome FROM runs"), "running");
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("SELECT outcome FROM runs"), "interrupted\ncomplete");
    assert_string_equal(query("SELECT count(*) FROM url"), "1");
}

static void put_file(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void assert_refused_untouched(enum store_failure expected)
{
    struct stat before, after;
    enum store_failure why;
    struct err err;

    assert_int_equal(stat(path, &before), 0);
    assert_null(try_open(&why, &err));
    assert_int_equal(why, expected);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_true(before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing was put beside it */
    assert_int_equal(mkdir(folder, 0777), 0);
}

static void a_file_that_is_not_ours_is_refused_untouched(void **state)
{
    (void)state;
    put_file("my shopping list\n", 17);
    assert_refused_untouched(STORE_FOREIGN);
    run_sql("CREATE TABLE mine (x)");
    assert_refused_untouched(STORE_FOREIGN);
    run_sql("PRAGMA journal_mode = WAL; CREATE TABLE mine (x)");
    assert_refused_untouched(STORE_FOREIGN);
}

static void a_file_of_a_newer_program_is_refused_untouched(void **state)
{
    (void)state;
    closed(opened(), RUN_COMPLETE);
    run_sql("PRAGMA user_version = 1000");
    assert_refused_untouched(STORE_NEWER);
}

/* As version 1 had it, but for the words of its views. */
static void a_file_of_an_older_program_is_brought_up_to_date(void **state)
{
    (void)state;
    closed(opened(), RUN_COMPLETE);
    run_sql("PRAGMA user_version = 1; DROP VIEW tries; DROP VIEW sitemaps; DROP VIEW pages;"
            "DROP VIEW soft_404s; DROP VIEW soft_404_probes; DROP TABLE try; DROP TABLE host_probe; DROP VIEW "
            "robots_tries; DROP TABLE robots_try;"
            "ALTER TABLE page DROP COLUMN sitemap; ALTER TABLE page DROP COLUMN soft_404;"
            "CREATE VIEW sitemaps AS SELECT id FROM page WHERE kind = 2");
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("SELECT count(*) FROM runs"), "2");
    assert_string_equal(query("PRAGMA user_version"), "3");
    assert_string_equal(query("SELECT count(format) FROM sitemaps"), "0");
    assert_string_equal(query("SELECT count(*) FROM tries"), "0");
    assert_string_equal(query("SELECT count(*) FROM robots_tries"), "0");
    assert_string_equal(query("SELECT count(*) > 15 FROM sqlite_schema WHERE type = 'view'"), "1");
}

static void so_is_one_of_version_2(void **state)
{
    (void)state;
    closed(opened(), RUN_COMPLETE);
    run_sql("PRAGMA user_version = 2; DROP VIEW robots_tries; DROP TABLE robots_try;");
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("PRAGMA user_version"), "3");
    assert_string_equal(query("SELECT count(*) FROM robots_tries"), "0");
    assert_string_equal(query("SELECT count(*) FROM tries"), "0");
}

static void an_empty_file_is_taken(void **state)
{
    (void)state;
    put_file("", 0);
    closed(opened(), RUN_COMPLETE);
    assert_string_equal(query("SELECT outcome FROM runs"), "complete");
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    enum store_failure why;
    struct err err;

    (void)state;
    snprintf(path, sizeof path, "%s/no/crawl.db", folder);
    assert_null(try_open(&why, &err));
    assert_int_equal(why, STORE_FILE);
    assert_non_null(strstr(err.text, "No such file or directory"));
}

/* --- With other programs at the same file -------------------------------------------------- */

static void readers_are_not_blocked_within_a_transaction(const char *point)
{
    if (strcmp(point, "commit") == 0)
        assert_string_equal(query("SELECT count(*) FROM pages"), "0");
}

static void readers_see_the_last_commit_while_the_next_is_made(void **state)
{
    struct store *store = opened();

    (void)state;
    record_seed(store);
    store_fault = readers_are_not_blocked_within_a_transaction;
    record(store, made_page(1, SITE "/", 200));
    store_fault = NULL;
    assert_string_equal(query("SELECT count(*) FROM pages"), "1");
    closed(store, RUN_COMPLETE);
}

static pthread_barrier_t store_begins;

static void meet_at_begin(const char *point)
{
    if (strcmp(point, "begin") == 0)
        pthread_barrier_wait(&store_begins);
}

/* Holds the write lock until the store is about to ask for it. */
static void *hold_lock(void *arg)
{
    pthread_barrier_wait(&store_begins);
    assert_int_equal(sqlite3_exec(arg, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    return NULL;
}

static void a_lock_of_another_program_is_waited_for(void **state)
{
    struct store *store = opened();
    pthread_t thread;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    pthread_barrier_init(&store_begins, NULL, 2);
    store_fault = meet_at_begin;
    pthread_create(&thread, NULL, hold_lock, db);
    record_seed(store);
    store_fault = NULL;
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&store_begins);
    sqlite3_close(db);
    closed(store, RUN_COMPLETE);
    assert_string_equal(query("SELECT count(*) FROM url"), "1");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_say_what_became_of_each_url),
        TEST(the_contract_of_pages_comes_first_among_its_columns),
        TEST(a_title_that_is_empty_is_not_one_that_is_missing),
        TEST(links_have_whole_urls_names_and_anchors),
        TEST(what_was_left_out_says_why),
        TEST(views_answer_the_same_during_a_crawl_and_after),
        TEST(every_view_can_be_read),
        TEST(circles_of_redirects_are_told_as_such),
        TEST(numbers_in_the_views_mean_what_the_program_means),
        TEST(titles_can_be_searched_after_the_run),
        TEST(a_resumed_crawl_adds_to_what_is_indexed),
        TEST(without_links_only_their_urls_are_kept),
        TEST(text_of_strangers_becomes_valid),
        TEST(tables_refer_to_rows_that_are_there),
        TEST(a_closed_crawl_is_one_file),
        TEST(a_second_crawl_is_refused_and_told_whose_it_is),
        TEST(a_killed_crawl_holds_nothing),
        TEST(a_file_that_is_not_ours_is_refused_untouched),
        TEST(a_file_of_a_newer_program_is_refused_untouched),
        TEST(a_file_of_an_older_program_is_brought_up_to_date),
        TEST(so_is_one_of_version_2),
        TEST(an_empty_file_is_taken),
        TEST(a_folder_that_is_not_there_is_told),
        TEST(readers_see_the_last_commit_while_the_next_is_made),
        TEST(a_lock_of_another_program_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "crawl.h"
#include "robots.h"
#include "text.h"
#include "verb_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct site_page SITE[] = {
    {.path = "/robots.txt",
     .type = "text/plain",
     .body = "User-agent: *\nDisallow: /private/\nCrawl-delay: 0\nSitemap: {site}/map.xml\n"},
    {.path = "/map.xml",
     .type = "application/xml",
     .body =
         "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{site}/hidden</loc></url></urlset>"},
    {.path = "/",
     .type = "text/html",
     .body = "<title>Home</title><h1>Opening hours</h1><a href=a>to <b>a</b></a><a href=moved>moved</a>"
             "<a href=private/b>b</a><a href=gone>gone</a><a href='http://other.invalid/'>out</a>"
             "<a href=/quiet rel=nofollow>quiet</a><a href='/a?PHPSESSID=0123456789abcdef'>again</a><a href=b>b</a>"},
    {.path = "/a?PHPSESSID=0123456789abcdef", .type = "text/html", .body = "<title>Again</title>"},
    {.path = "/a",
     .type = "text/html",
     .headers = "Last-Modified: Tue, 15 Nov 1994 12:45:26 GMT\r\n",
     .body = "<title>A page</title><meta name=description content='Of towers and tides'><a href=gone>also gone</a>"},
    {.path = "/b", .type = "text/html", .body = "<title>A page</title><meta name=robots content=noindex>"},
    {.path = "/moved", .status = 301, .headers = "Location: /further\r\n"},
    {.path = "/further", .status = 302, .headers = "Location: /a\r\n"},
    {.path = "/hidden", .type = "text/html", .body = "<title>\xE9\x9A\xA0\xE3\x82\x8C\xE3\x81\x9F\xE9\xA0\x81</title>"},
    {.path = NULL},
};

/* What all tests of one crawl share. */
struct crawled {
    struct site *site;
    struct whole whole;
};

static int crawl_once(void **state)
{
    static struct crawled crawled;

    crawled.site = site_start(SITE);
    whole_init(&crawled.whole);
    *state = &crawled;
    /* One page after the other: the order of rows is then always the same. */
    return WHOLE_CRAWL(&crawled.whole, crawled.site, "--threads=1", "--transfers=1", "--parsers=1", "{site}/") !=
           CRAWL_DONE;
}

static int forget_crawl(void **state)
{
    struct crawled *crawled = *state;

    whole_free(&crawled->whole);
    site_stop(crawled->site);
    return 0;
}

/* Standard output is just this, the exit status that. */
static void gives_status(const struct crawled *c, int status, const char *want, const char *const *args)
{
    struct verb_run run;
    const char *got;

    verb_run(&run, &c->whole, c->site, args);
    got = verb_run_plain(&run.out, &c->whole, c->site);
    if (strcmp(got, want) != 0 || run.status != status)
        fail_msg("crawl %s ended with %d, not %d, and wrote\n%s\nnot\n%s\nsaying\n%s", args[0], run.status, status, got,
                 want, run.err.data);
    verb_run_free(&run);
}

#define GIVES(c, want, ...)           gives_status(c, 0, want, (const char *const[]){__VA_ARGS__, NULL})
#define GIVES_STATUS(c, s, want, ...) gives_status(c, s, want, (const char *const[]){__VA_ARGS__, NULL})

/* Nothing on standard output, and this in what is said. */
static void refuses(const struct crawled *c, int status, const char *words, const char *const *args)
{
    struct verb_run run;

    verb_run(&run, &c->whole, c->site, args);
    if (run.status != status || run.out.size != 0 || strstr(run.err.data, words) == NULL)
        fail_msg("crawl %s ended with %d, not %d, wrote \"%s\", and said\n%s\nnot \"%s\"", args[0], run.status, status,
                 run.out.data, run.err.data, words);
    verb_run_free(&run);
}

#define REFUSES(c, status, words, ...) refuses(c, status, words, (const char *const[]){__VA_ARGS__, NULL})

/* --- sql -------------------------------------------------------------------------------- */

static void a_query_is_answered_as_csv_table_tsv_or_json(void **state)
{
    static const char sql[] = "SELECT url, status, title FROM pages WHERE status = 200 ORDER BY url LIMIT 2";

    GIVES(*state, "url,status,title\r\n{site}/,200,Home\r\n{site}/a,200,A page\r\n", "sql", sql);
    GIVES(*state, "url\tstatus\ttitle\n{site}/\t200\tHome\n{site}/a\t200\tA page\n", "sql", "--format=tsv", sql);
    GIVES(*state,
          "[\n{\"url\":\"{site}/\",\"status\":200,\"title\":\"Home\"},\n"
          "{\"url\":\"{site}/a\",\"status\":200,\"title\":\"A page\"}\n]\n",
          "sql", "--format=json", sql);
    GIVES(*state,
          "{\"url\":\"{site}/\",\"status\":200,\"title\":\"Home\"}\n"
          "{\"url\":\"{site}/a\",\"status\":200,\"title\":\"A page\"}\n",
          "sql", "-f", "jsonl", sql);
    GIVES(*state, "  n  word\n---  ------\n  1  a\n-20\n  3  longer\n", "sql", "--format=table",
          "SELECT 1 AS n, 'a' AS word UNION ALL SELECT -20, NULL UNION ALL SELECT 3, 'longer'");
}

static void every_kind_of_value_has_its_form(void **state)
{
    static const char sql[] =
        "SELECT NULL AS n, '' AS e, -5 AS i, 1.5 AS r, 1e999 AS big, x'00ff' AS b, '=1+1' AS f, 'a,\"b\"' AS q, 2 AS i";

    GIVES(*state, "n,e,i,r,big,b,f,q,i\r\n,\"\",-5,1.5,Inf,00ff,'=1+1,\"a,\"\"b\"\"\",2\r\n", "sql", sql);
    GIVES(*state, "n\te\ti\tr\tbig\tb\tf\tq\ti\n\t\t-5\t1.5\tInf\t00ff\t'=1+1\t\"a,\"\"b\"\"\"\t2\n", "sql", "-f",
          "tsv", sql);
    GIVES(*state,
          "{\"n\":null,\"e\":\"\",\"i\":-5,\"r\":1.5,\"big\":null,\"b\":\"00ff\",\"f\":\"=1+1\",\"q\":\"a,\\\"b\\\"\","
          "\"i:2\":2}\n",
          "sql", "-f", "jsonl", sql);
    GIVES(*state, "[]\n", "sql", "-f", "json", "SELECT 1 WHERE 0");
    GIVES(*state, "1\r\n", "sql", "SELECT 1 WHERE 0");
    GIVES(*state, "", "sql", "-f", "jsonl", "SELECT 1 WHERE 0");
    GIVES(*state, "9223372036854775807\r\n9223372036854775807\r\n", "sql", "SELECT 9223372036854775807");
}

static void a_statement_that_does_more_than_read_is_refused(void **state)
{
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"DELETE FROM page", "DELETE from page is refused"},
        {"UPDATE page SET title = ''", "UPDATE of page is refused"},
        {"INSERT INTO meta VALUES ('a', 'b')", "INSERT into meta is refused"},
        {"REPLACE INTO meta VALUES ('a', 'b')", "is refused"},
        {"WITH x AS (SELECT 1) DELETE FROM page", "DELETE from page is refused"},
        {"EXPLAIN DELETE FROM page", "is refused"},
        {"CREATE TABLE x (a)", "is refused"},
        {"CREATE TEMP TABLE x (a)", "is refused"},
        {"CREATE TEMP VIEW x AS SELECT 1", "is refused"},
        {"CREATE TEMP TRIGGER x AFTER INSERT ON page BEGIN SELECT 1; END", "is refused"},
        {"CREATE VIRTUAL TABLE x USING fts5(a)", "is refused"},
        {"DROP TABLE page", "is refused"},
        {"DROP VIEW pages", "is refused"},
        {"ALTER TABLE page ADD x", "is refused"},
        {"REINDEX", "is refused"},
        {"ANALYZE", "is refused"},
        {"VACUUM", "is refused"},
        {"VACUUM INTO 'x.db'", "is refused"},
        {"ATTACH 'x.db' AS x", "ATTACH is refused"},
        {"DETACH main", "is refused"},
        {"BEGIN", "transactions are refused"},
        {"SAVEPOINT x", "transactions are refused"},
        {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode is refused"},
        {"PRAGMA user_version = 7", "PRAGMA user_version is refused"},
        {"PRAGMA writable_schema = 1", "is refused"},
        {"PRAGMA query_only = 0", "is refused"},
        {"PRAGMA wal_checkpoint", "is refused"},
        {"UPDATE sqlite_master SET sql = ''", "may not be modified"},
        {"SELECT load_extension('x')", "the function is refused"},
        {"INSERT INTO page_fts (page_fts) VALUES ('delete-all')", "is refused"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        REFUSES(*state, 2, cases[i].words, "sql", cases[i].sql);
}

static void what_is_wrong_with_a_query_is_shown(void **state)
{
    REFUSES(*state, 2, "near \"selec\": syntax error\n  selec 1\n  ^", "sql", "selec 1");
    REFUSES(*state, 2, "no such column: titel (did you mean \"title\"?)\n  SELECT titel FROM pages\n         ^", "sql",
            "SELECT titel FROM pages");
    REFUSES(*state, 2, "\n  WHERE nam = 1\n        ^", "sql", "SELECT url\nFROM pages\nWHERE nam = 1\nLIMIT 1");
    /* "anchor" is a column of links, not of pages. */
    REFUSES(*state, 2, "no such column: anchr (did you mean \"anchor\"?)", "sql", "SELECT anchr FROM links");
    REFUSES(*state, 2, "no such column: anchr\n", "sql", "SELECT anchr FROM pages");
    REFUSES(*state, 2, "no such table: page_s (did you mean \"pages\"?)", "sql", "SELECT * FROM page_s");
    REFUSES(*state, 2, "one statement at a time", "sql", "SELECT 1; DELETE FROM page");
    REFUSES(*state, 2, "one statement at a time", "sql", "SELECT 1; selec 2");
    REFUSES(*state, 2, "the query is empty", "sql", " -- nothing\n ;");
    REFUSES(*state, 2, "needs a query", "sql");
    REFUSES(*state, 2, "takes one query", "sql", "SELECT", "1");
    REFUSES(*state, 2, "--format takes table, csv, tsv, json or jsonl", "sql", "-f", "dot", "SELECT 1");
    GIVES(*state, "1\r\n1\r\n", "sql", "SELECT 1; -- done\n;");
    GIVES(*state, "user_version\r\n3\r\n", "sql", "PRAGMA user_version");
    GIVES(*state, "value\r\n7\r\n", "sql", "SELECT value FROM json_each('[7]')");
}

/* --- export ----------------------------------------------------------------------------- */

static void a_view_is_exported_by_name(void **state)
{
    GIVES(*state, "title,pages,example_id,example_url\r\nA page,2,3,{site}/a\r\n", "export", "duplicate_titles");
    GIVES(*state, "title,pages,example_id,example_url\r\nA page,2,3,{site}/a\r\n", "export", "Duplicate_Titles");
    REFUSES(*state, 2, "there is no view broken (did you mean \"broken_links\"?); there are: bad_links broken_links",
            "export", "broken");
    REFUSES(*state, 2, " status_summary traps tries\n", "export", "broken"); /* tables are not told of */
    REFUSES(*state, 2, "takes one view", "export", "pages", "links");
    REFUSES(*state, 2, "takes no view", "export", "-f", "dot", "pages");
}

static void a_file_appears_whole_or_not_at_all(void **state)
{
    struct crawled *c = *state;
    char path[200];
    struct stat there;

    snprintf(path, sizeof path, "%s/out.json", c->whole.folder);
    GIVES(c, "", "export", "duplicate_titles", "-o", path);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_size,
                     (off_t)strlen("[\n{\"title\":\"A page\",\"pages\":2,\"example_id\":3,\"example_url\":"
                                   "\"http://127.0.0.1:/a\"}\n]\n") +
                         (site_port(c->site) > 9999 ? 5 : 4));
    REFUSES(c, 3, "is a database, and stays as it is", "export", "-o", c->whole.database);
    REFUSES(c, 3, "it is a folder", "export", "-o", c->whole.folder);
    REFUSES(c, 3, "No space left on device", "export", "-o", "/dev/full");
    assert_int_equal(whole_number(&c->whole, "SELECT count(*) FROM duplicate_titles"), 1);
}

static void an_ending_of_no_known_format_is_refused(void **state)
{
    struct crawled *c = *state;
    char path[200], plain[200];
    struct stat there;

    snprintf(path, sizeof path, "%s/out.d.parquet", c->whole.folder);
    REFUSES(c, 2, "no format is known by the ending .parquet of", "export", "-o", path);
    REFUSES(c, 2, "there are .csv, .tsv, .json, .jsonl and .txt", "export", "duplicate_titles", "-o", path);
    assert_int_not_equal(stat(path, &there), 0);
    GIVES(c, "", "export", "-f", "csv", "-o", path);
    assert_int_equal(stat(path, &there), 0);
    snprintf(plain, sizeof plain, "%s/plain", c->whole.folder);
    GIVES(c, "", "export", "-o", plain);
    assert_int_equal(stat(plain, &there), 0);
}

static void a_sitemap_has_good_indexable_pages(void **state)
{
    GIVES(*state,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
          "<url><loc>{site}/</loc></url>\n<url><loc>{site}/a</loc><lastmod>TIMEZ</lastmod></url>\n"
          "<url><loc>{site}/hidden</loc></url>\n</urlset>\n",
          "export", "--format=sitemap");
}

static void a_sitemap_beyond_its_limit_becomes_an_index_and_its_parts(void **state)
{
    struct site *site = site_start(SITE);
    struct crawled c = {.site = site};
    struct verb_run run;
    char path[200], part[200];
    struct stat there;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, site, "--max-pages=1", "{site}/"), CRAWL_DONE);
    whole_text(
        &c.whole,
        "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 50999)"
        " INSERT INTO url (id, url, hash, host_id, depth, via) SELECT i, 'http://many.example/?a&b=' || i, i, 1, 1,"
        " 0 FROM n RETURNING 1");
    whole_text(&c.whole, "INSERT INTO page (id, run_id, kind, outcome, robots, fetched_ms, tries, redirects, links_out,"
                         " links_left_out) SELECT id, 1, 0, 1, 0, 1, 1, 0, 0, 0 FROM url WHERE id >= 1000 RETURNING 1");
    REFUSES(&c, 2, "at most 50,000 URLs: name a file with -o", "export", "--format=sitemap");
    snprintf(path, sizeof path, "%s/map.xml", c.whole.folder);
    VERB_RUN(&run, &c.whole, site, "export", "--format=sitemap", "-o", path);
    assert_int_equal(run.status, 0);
    verb_run_free(&run);
    for (int i = 1; i <= 2; i++) {
        snprintf(part, sizeof part, "%s/map-%d.xml", c.whole.folder, i);
        assert_int_equal(stat(part, &there), 0);
        xmlFreeDoc(xmlReadFile(part, NULL, XML_PARSE_NONET));
    }
    assert_true(there.st_size < 400);
    assert_int_equal(stat(path, &there), 0);
    assert_true(there.st_size < 600);
    whole_free(&c.whole);
    site_stop(site);
}

static void a_graph_has_pages_and_the_links_among_them(void **state)
{
    GIVES(*state,
          "digraph crawl {\n  node [shape=box];\n"
          "  n1 [label=\"Home\", URL=\"{site}/\", color=black];\n"
          "  n3 [label=\"A page\", URL=\"{site}/a\", color=black];\n"
          "  n4 [label=\"{site}/moved\", URL=\"{site}/moved\", color=gray50];\n"
          "  n6 [label=\"{site}/gone\", URL=\"{site}/gone\", color=red];\n"
          "  n10 [label=\"A page\", URL=\"{site}/b\", color=black];\n"
          "  n11 [label=\"\xE9\x9A\xA0\xE3\x82\x8C\xE3\x81\x9F\xE9\xA0\x81\", URL=\"{site}/hidden\", color=black];\n"
          "  n12 [label=\"{site}/further\", URL=\"{site}/further\", color=gray50];\n"
          "  n1 -> n3;\n  n1 -> n4;\n  n1 -> n6;\n  n1 -> n10;\n  n3 -> n6;\n"
          "  n4 -> n12 [style=dashed];\n  n12 -> n3 [style=dashed];\n}\n",
          "export", "-f", "dot");
}

static void test_cases_name_what_failed_and_where_it_was_found(void **state)
{
    struct verb_run run;
    struct crawled *c = *state;
    const char *text;

    VERB_RUN(&run, &c->whole, c->site, "export", "-f", "junit");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(text, "<testsuite name=\"broken\" tests=\"7\" failures=\"1\" errors=\"0\">"));
    assert_non_null(strstr(text,
                           "<failure message=\"404\" type=\"http_error\">linked from {site}/ as &quot;gone&quot;\n"
                           "linked from {site}/a as &quot;also gone&quot;\n</failure>"));
    assert_non_null(strstr(text, "<testsuite name=\"seed\" tests=\"1\" failures=\"0\" errors=\"0\">"));
    assert_null(strstr(text, "dup-title"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "export", "-f", "junit", "--fail-on=dup-title");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_non_null(strstr(text, "<testsuite name=\"dup-title\" tests=\"4\" failures=\"2\" errors=\"0\">"));
    assert_non_null(strstr(text, "<failure message=\"other pages have the same title: A page\" type=\"title\">"));
    assert_null(strstr(text, "\"broken\""));
    verb_run_free(&run);
}

static void one_who_stops_reading_is_no_error(void **state)
{
    struct crawled *c = *state;
    int ends[2], status;
    pid_t child;
    char program[4096];

    snprintf(program, sizeof program, "%s/crawl", getenv("top_builddir") == NULL ? "." : getenv("top_builddir"));
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        execl(program, "crawl", "export", "--config=none", "-d", c->whole.database, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- search ------------------------------------------------------------------------------- */

static void words_are_found_in_titles_headings_and_descriptions(void **state)
{
    struct verb_run run;
    struct crawled *c = *state;

    VERB_RUN(&run, &c->whole, c->site, "search", "-f", "jsonl", "opening");
    assert_non_null(strstr(run.out.data, "\"title\":\"Home\",\"snippet\":\"Opening hours\""));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "search", "-f", "jsonl", "TOWER*", "tides");
    assert_non_null(strstr(run.out.data, "\"snippet\":\"Of towers and tides\""));
    verb_run_free(&run);
    /* Part of a word, of a language without blanks. */
    VERB_RUN(&run, &c->whole, c->site, "search", "-f", "jsonl", "\xE9\xA0\x81");
    assert_non_null(strstr(run.out.data, "/hidden"));
    verb_run_free(&run);
    GIVES_STATUS(c, 1, "url,status,title,snippet,rank\r\n", "search", "nowhere");
    GIVES_STATUS(c, 1, "url,status,title,snippet,rank\r\n", "search", "\"", "NOT", "*", "%");
    REFUSES(c, 2, "needs words", "search");
}

static void without_an_index_all_pages_are_looked_at(void **state)
{
    struct site *site = site_start(SITE);
    struct crawled c = {.site = site};
    struct verb_run run;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, site, "--threads=1", "{site}/"), CRAWL_DONE);
    whole_number(&c.whole, "UPDATE meta SET value = '0' WHERE key = 'indexed' RETURNING 1");
    VERB_RUN(&run, &c.whole, site, "search", "-f", "jsonl", "tides");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.err.data, "index for searching is made at the end"));
    assert_non_null(strstr(run.out.data, "\"snippet\":\"Of towers and tides\""));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(site);
}

/* --- status --------------------------------------------------------------------------------- */

static void time_and_pages_a_second_are_those_of_the_summary_wherever_they_are_told(void **state)
{
    struct site *site = site_start(SITE);
    struct crawled c = {.site = site};
    struct verb_run run;
    json_t *json;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, site, "--threads=1", "{site}/"), CRAWL_DONE);
    whole_number(&c.whole, "UPDATE run SET stats = json_set(stats, '$.seconds', 3.5) RETURNING 1");
    VERB_RUN(&run, &c.whole, site, "status", "--json");
    json = json_loads(run.out.data, 0, NULL);
    assert_non_null(json);
    assert_true(json_real_value(json_object_get(json, "pages_per_second")) == 2);
    json_decref(json);
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, site, "report", "-o", "-");
    assert_non_null(strstr(run.out.data, ">2.0 pages a second on average"));
    assert_non_null(strstr(run.out.data, " UTC, 3.5 s, complete. "));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(site);
}

static void how_the_last_run_ended_is_told(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;
    json_t *json;
    const char *text;

    VERB_RUN(&run, &c->whole, c->site, "status");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(text, "crawl    finished: every reachable page in scope was visited; begun TIME, took "));
    assert_non_null(strstr(text, "pages    7: ok 4, redirect 2, http_error 1\n"));
    assert_non_null(strstr(text, "skipped  4: "));
    assert_non_null(strstr(text, "waiting  0\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "status", "--json");
    json = json_loads(run.out.data, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "complete");
    assert_int_equal(json_integer_value(json_object_get(json, "pages")), 7);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "outcomes"), "ok")), 4);
    assert_int_equal(json_integer_value(json_object_get(json, "known")),
                     json_integer_value(json_object_get(json, "recorded")) +
                         json_integer_value(json_object_get(json, "skipped_urls")));
    json_decref(json);
    verb_run_free(&run);
    REFUSES(c, 2, "takes no argument", "status", "other.db");
}

static void what_a_finished_crawl_left_out_all_the_same_is_told(void **state)
{
    struct whole_tree tree = {.count = 10};
    struct crawled c = {.site = site_start_made(whole_tree_make, &tree, 0)};
    struct verb_run run;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--no-sitemaps", "--host-max-pages=3", "{site}/p/0"), CRAWL_DONE);
    VERB_RUN(&run, &c.whole, c.site, "status");
    assert_non_null(strstr(run.out.data, "finished: every reachable page in scope was visited, but for "));
    assert_non_null(strstr(run.out.data, " beyond a limit; begun "));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

/* --- explain ---------------------------------------------------------------------------------- */

static void a_fetched_url_is_explained_from_its_seed_to_its_answer(void **state)
{
    GIVES(*state,
          "{site}/gone\n  fetched: 404 http_error\n\n"
          "  written as   /gone\n"
          "  sent as      GET /gone to 127.0.0.1, port PORT\n"
          "  key          the URL itself\n"
          "  found        {site}/  seed\n"
          "               {site}/gone  link \"gone\"\n"
          "  depth        1 link from a seed\n"
          "  scope        wanted: --scope=host (built in)\n"
          "  robots.txt   allows it: no rule fits; asked for TIME\n"
          "  host         {site}; Crawl-delay N s\n"
          "  answer       404 http_error, text/html, 24 B\n"
          "  time         TIME, first byte N s, in all N s, 1 try\n"
          "  linked from  {site}/  link \"gone\"\n"
          "               {site}/a  link \"also gone\"\n",
          "explain", "/gone");
}

static void a_redirect_is_explained_with_where_it_leads(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;

    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/moved");
    assert_non_null(strstr(verb_run_plain(&run.out, &c->whole, c->site),
                           "  leads to     {site}/further  302 redirect, TIME, in all N s\n"
                           "               {site}/a  200 ok, TIME, in all N s\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/further");
    assert_non_null(strstr(
        verb_run_plain(&run.out, &c->whole, c->site),
        "  found        {site}/  seed\n               {site}/moved  link \"moved\", 301 redirect, TIME, in all N s\n"
        "               {site}/further  redirect\n"));
    verb_run_free(&run);
}

static void each_try_is_explained_with_its_time(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/", .status = 503, .fault_times = 0, .type = "text/html", .body = "<title>Busy</title>"},
        {.path = NULL},
    };
    struct crawled c = {.site = site_start(pages)};
    struct verb_run run;
    json_t *json, *tries;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--waitretry=0", "--tries=3", "--no-sitemaps", "{site}/"),
                     CRAWL_NO_SEED);
    VERB_RUN(&run, &c.whole, c.site, "explain", "/");
    assert_non_null(strstr(verb_run_plain(&run.out, &c.whole, c.site),
                           "  try 1        503 http_error, TIME, in all N s\n"
                           "  try 2        503 http_error, TIME, in all N s\n"
                           "  answer       503 http_error, text/html"));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "--json", "/");
    json = json_loads(run.out.data, 0, NULL);
    tries = json_object_get(json, "tries_before");
    assert_int_equal(json_array_size(tries), 2);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(tries, 1), "number")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(tries, 1), "status")), 503);
    assert_true(json_is_string(json_object_get(json_array_get(tries, 1), "ended_at")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "answer"), "tries")), 3);
    json_decref(json);
    verb_run_free(&run);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM tries WHERE outcome = 'http_error'"), 2);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM try t JOIN page p ON p.id = t.url_id"
                                            " WHERE t.ended_ms > p.fetched_ms"),
                     0);
    whole_free(&c.whole);
    site_stop(c.site);
}

static void each_request_for_a_robots_txt_is_explained_with_its_time(void **state)
{
    static const struct site_page pages[] = {
        {.path = "/robots.txt",
         .status = 302,
         .headers = "Location: /rules\r\n",
         .fault = SITE_RESETS,
         .fault_times = 2},
        {.path = "/rules", .type = "text/plain", .body = "User-agent: *\nDisallow: /x\n"},
        {.path = "/", .type = "text/html", .body = "<title>Home</title>"},
        {.path = NULL},
    };
    struct crawled c = {.site = site_start(pages)};
    struct verb_run run;
    json_t *json, *tries, *robots;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--waitretry=0", "--tries=3", "--no-sitemaps", "{site}/"),
                     CRAWL_DONE);
    VERB_RUN(&run, &c.whole, c.site, "explain", "/");
    assert_non_null(strstr(verb_run_plain(&run.out, &c.whole, c.site),
                           "  robots.txt   allows it: no rule fits; asked for TIME\n"
                           "  robots try 1 conn_error ("));
    assert_non_null(strstr(verb_run_plain(&run.out, &c.whole, c.site),
                           "  robots try 3 302 redirect, TIME, in all N s\n"
                           "  robots try 4 {site}/rules  200 ok, TIME, in all N s\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "--json", "/");
    json = json_loads(run.out.data, 0, NULL);
    robots = json_object_get(json, "robots");
    tries = json_object_get(robots, "tries");
    assert_int_equal(json_array_size(tries), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(tries, 0), "outcome")), "conn_error");
    assert_true(json_is_string(json_object_get(json_array_get(tries, 1), "again_at")));
    assert_null(json_object_get(json_array_get(tries, 2), "again_at"));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(tries, 3), "status")), 200);
    assert_true(json_is_false(json_object_get(robots, "cut")));
    assert_true(json_is_null(json_object_get(robots, "again_at")));
    json_decref(json);
    verb_run_free(&run);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM robots_tries WHERE again_at IS NOT NULL"), 2);
    whole_free(&c.whole);
    site_stop(c.site);
}

/* A crawl in a process of its own, until it has asked for robots.txt twice. */
static pid_t start_crawl_without_robots(const struct crawled *c)
{
    char program[4096], url[SITE_URL_SIZE];
    pid_t child;

    snprintf(program, sizeof program, "%s/crawl", getenv("top_builddir") == NULL ? "." : getenv("top_builddir"));
    site_url(c->site, "/", url);
    child = fork();
    if (child == 0) {
        execl(program, "crawl", "-q", "--config=none", "--no-sandbox", "--tries=20", "--waitretry=1000", "-o",
              c->whole.database, url, (char *)NULL);
        _exit(127);
    }
    while (site_requests(c->site, "/robots.txt") < 2)
        poll(NULL, 0, 10);
    return child;
}

static void what_waits_for_its_robots_txt_is_explained_with_its_tries_and_the_next(void **state)
{
    static const struct site_page pages[] = {{.path = "/robots.txt", .status = 503}, {.path = NULL}};
    struct crawled c = {.site = site_start(pages)};
    struct verb_run run = {.status = 0};
    const char *text = "";
    json_t *json, *robots;
    pid_t child;

    (void)state;
    whole_init(&c.whole);
    child = start_crawl_without_robots(&c);
    while (strstr(text, "robots try 2") == NULL) { /* until it is recorded */
        verb_run_free(&run);
        VERB_RUN(&run, &c.whole, c.site, "explain", "/");
        text = verb_run_plain(&run.out, &c.whole, c.site);
    }
    assert_non_null(strstr(text,
                           "\n  waiting: the crawl runs, and tries to get the robots.txt of its host, which failed "
                           "so far; it is the next of its host\n"));
    assert_non_null(strstr(text, "  robots.txt   not to be had so far: tried again TIME\n"
                                 "  robots try 1 503 http_error, TIME, in all N s\n"
                                 "  robots try 2 503 http_error, TIME, in all N s\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "--json", "/");
    json = json_loads(run.out.data, 0, NULL);
    robots = json_object_get(json, "robots");
    assert_true(json_is_null(json_object_get(robots, "allowed")));
    assert_true(strcmp(json_string_value(json_object_get(robots, "again_at")),
                       json_string_value(
                           json_object_get(json_array_get(json_object_get(robots, "tries"), 1), "ended_at"))) > 0);
    json_decref(json);
    verb_run_free(&run);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    VERB_RUN(&run, &c.whole, c.site, "explain", "/");
    assert_non_null(strstr(run.out.data, "  robots.txt   not to be had so far: the next run asks for it again\n"));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

static void a_skipped_url_is_explained_with_rule_line_and_words(void **state)
{
    GIVES(*state,
          "{site}/private/b\n"
          "  skipped: robots, robots.txt refuses it, or could not be had (line 2: Disallow: /private/)\n\n"
          "  sent as      GET /private/b to 127.0.0.1, port PORT\n"
          "  key          the URL itself\n"
          "  found        {site}/  seed\n"
          "               {site}/private/b  link \"b\"\n"
          "  depth        1 link from a seed\n"
          "  scope        wanted: --scope=host (built in)\n"
          "  robots.txt   refuses it: line 2, \"Disallow: /private/\"; asked for TIME\n"
          "  host         {site}; Crawl-delay N s\n"
          "  linked from  {site}/  link \"b\"\n",
          "explain", "{site}/private/b");
    GIVES(*state,
          "http://other.invalid/\n"
          "  skipped: off_scope, it is out of scope (--scope=host)\n\n"
          "  written as   http://other.invalid\n"
          "  sent as      GET / to other.invalid, port 80\n"
          "  key          the URL itself\n"
          "  found        {site}/  seed\n"
          "               http://other.invalid/  link \"out\"\n"
          "  depth        1 link from a seed\n"
          "  scope        out of scope: --scope=host (built in)\n"
          "  robots.txt   not asked for yet\n"
          "  host         http://other.invalid, of which nothing was ever asked for\n"
          "  linked from  {site}/  link \"out\"\n",
          "explain", "http://other.invalid");
}

static void a_twin_is_explained_with_the_rule_that_makes_it_one(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;
    const char *text;

    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/a?PHPSESSID=0123456789abcdef");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_non_null(strstr(text, "\n  skipped: duplicate, another URL is the same page (--url-rules: session-id)\n"));
    assert_non_null(
        strstr(text, "  key          {site}/a (by the rule session-id)\n  same as      {site}/a  200 ok\n"));
    verb_run_free(&run);
    /* Another one that nobody ever linked to. */
    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/a?PHPSESSID=fedcba9876543210");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_non_null(strstr(text, "it is the same page as one that was"));
    assert_non_null(strstr(text, "  same as      {site}/a  200 ok\n"));
    verb_run_free(&run);
    /* Nor to this one, whose twin was left out. */
    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/private/%62");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_non_null(strstr(text, "  same as      {site}/private/b  skipped: robots\n"));
    verb_run_free(&run);
}

static void a_url_never_seen_is_told_what_would_be_and_what_is_like_it(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;
    const char *text;

    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/A/?x=1", "{site}/private/z", "--reject-regex=/A");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(text, "names it; if one did, it would be skipped: rejected\n"));
    assert_non_null(strstr(text,
                           "  scope        rejected: --reject-regex (command line of explain): /A, with the options "
                           "given now\n"));
    assert_non_null(strstr(text, "  much like it {site}/a  200 ok; other letter case, without the slash at the end, "
                                 "without a query\n"));
    assert_non_null(strstr(text, "names it; if one did, it would be skipped: robots.txt refuses it\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "explain", "{site}/new", "{site}/private/z", "--no-robots");
    text = verb_run_plain(&run.out, &c->whole, c->site);
    assert_null(strstr(text, "skipped"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "explain", "http://a.test/", "--exclude-domains=test", "--scope=any");
    assert_non_null(strstr(run.out.data, "names it; if one did, it would be skipped: out of scope\n"));
    assert_non_null(strstr(run.out.data, "  scope        out of scope: --exclude-domains"));
    verb_run_free(&run);
    VERB_RUN(&run, &c->whole, c->site, "explain", "--json", "http://a.test/", "--exclude-domains=test");
    assert_non_null(strstr(run.out.data, "\"verdict\":\"off_scope\",\"why\":\"--exclude-domains"));
    verb_run_free(&run);
    REFUSES(c, 2, "only http and https are ever fetched", "explain", "mailto:me@example.org");
    REFUSES(c, 2, "is no URL", "explain", "http://");
    REFUSES(c, 2, "needs a URL", "explain");
}

static void a_page_lost_with_its_robots_txt_is_said_not_to_have_been_asked_for(void **state)
{
    struct crawled c = {.site = site_start(SITE)};
    struct verb_run run;

    (void)state;
    whole_init(&c.whole);
    WHOLE_CRAWL(&c.whole, c.site, "--tries=1", "{site}/b", "http://127.0.0.1:1/x"); /* where nobody listens */
    VERB_RUN(&run, &c.whole, c.site, "explain", "http://127.0.0.1:1/x");
    assert_non_null(strstr(run.out.data, "\n  not asked for: its robots.txt could not be had: conn_error\n"));
    assert_non_null(strstr(run.out.data, ", without a try of its own\n"));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

/* Cut at the limit, its last line would refuse all. */
static void rules_beyond_what_is_read_of_a_robots_txt_are_said_to_be_left_out(void **state)
{
    static const char words[] = "; rules beyond its first 512 KiB are left out";
    struct buf rules = {.limit = ROBOTS_BODY_LIMIT + 100};
    struct site_page pages[] = {{.path = "/robots.txt", .type = "text/plain"},
                                {.path = "/", .type = "text/html", .body = "<a href=/late>late</a>"},
                                {.path = "/late", .type = "text/html", .body = "late"},
                                {.path = NULL}};
    struct crawled c;
    struct verb_run run;

    (void)state;
    buf_add_string(&rules, "User-agent: *\n");
    while (rules.size < ROBOTS_BODY_LIMIT - 12)
        buf_add_char(&rules, '#');
    buf_add_string(&rules, "\nDisallow: /late\nDisallow: /late\n");
    pages[0].body = rules.data;
    c.site = site_start(pages);
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, c.site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
    assert_int_equal(whole_number(&c.whole, "SELECT count(*) FROM pages WHERE status = 200"), 2);
    VERB_RUN(&run, &c.whole, c.site, "explain", "{site}/late");
    assert_non_null(strstr(run.out.data, words));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "--json", "{site}/late");
    assert_non_null(strstr(run.out.data, "\"obeyed\":true,\"cut\":true,"));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "robots", "{site}/late");
    assert_non_null(strstr(run.out.data, words));
    assert_non_null(strstr(run.out.data, "  verdict      allowed: no rule fits\n"));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
    buf_free(&rules);
}

static void what_waits_is_explained_with_how_many_stand_before_it(void **state)
{
    struct whole_tree tree = {.count = 40};
    struct crawled c = {.site = site_start_made(whole_tree_make, &tree, 0)};
    struct verb_run run;
    json_t *json;

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(
        WHOLE_CRAWL(&c.whole, c.site, "--threads=1", "--transfers=1", "--no-sitemaps", "--max-pages=2", "{site}/p/0"),
        CRAWL_DONE);
    VERB_RUN(&run, &c.whole, c.site, "explain", "{site}/p/3");
    assert_non_null(strstr(run.out.data,
                           "\n  waiting: the crawl stopped before its turn, and the same command goes on; "
                           "1 URL of its host was found before it\n"));
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "explain", "--json", "{site}/p/5");
    json = json_loads(run.out.data, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "waiting");
    assert_int_equal(json_array_size(json_object_get(json, "found")), 3);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "host"), "waiting_before")), 3);
    json_decref(json);
    verb_run_free(&run);
    VERB_RUN(&run, &c.whole, c.site, "status");
    assert_non_null(strstr(run.out.data, "stopped at a limit"));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

static void a_file_that_gave_a_pattern_is_named_with_its_line(void **state)
{
    struct site *site = site_start(SITE);
    struct crawled c = {.site = site};
    char path[200], url[SITE_URL_SIZE], option[220], command[1000];
    struct verb_run run;
    FILE *file;

    (void)state;
    whole_init(&c.whole);
    snprintf(path, sizeof path, "%s/c.conf", c.whole.folder);
    file = fopen(path, "w");
    fputs("# mine\nreject-regex = /b$\n", file);
    fclose(file);
    snprintf(option, sizeof option, "--config=%s", path);
    snprintf(command, sizeof command, "%s/crawl -q --no-sandbox %s -o %s %s",
             getenv("top_builddir") == NULL ? "." : getenv("top_builddir"), option, c.whole.database,
             site_url(site, "/", url));
    assert_int_equal(system(command), 0);
    VERB_RUN(&run, &c.whole, site, "explain", "/b");
    assert_non_null(strstr(verb_run_plain(&run.out, &c.whole, site),
                           "skipped: rejected, a pattern rejects it (--reject-regex ({folder}/c.conf:2): /b$)"));
    assert_non_null(strstr(verb_run_plain(&run.out, &c.whole, site),
                           "  scope        rejected: --reject-regex ({folder}/c.conf:2): /b$\n"));
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(site);
}

/* --- robots ------------------------------------------------------------------------------------- */

static void robots_txt_is_fetched_and_told(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;
    json_t *json;

    GIVES(c,
          "{site}/private/x\n"
          "  verdict      refused: line 2, \"Disallow: /private/\"\n"
          "  robots.txt   {site}/robots.txt, 200, 89 B\n"
          "  asked as     crawl\n"
          "  Crawl-delay  N s\n"
          "  sitemaps     {site}/map.xml\n",
          "robots", "{site}/private/x");
    VERB_RUN(&run, &c->whole, c->site, "robots", "--json", "-U", "other/2", "{site}/x");
    json = json_loads(run.out.data, 0, NULL);
    assert_non_null(json);
    assert_true(json_is_true(json_object_get(json, "allowed")));
    assert_string_equal(json_string_value(json_object_get(json, "token")), "other");
    assert_int_equal(json_array_size(json_object_get(json, "sitemaps")), 1);
    json_decref(json);
    verb_run_free(&run);
    REFUSES(c, 2, "needs a URL", "robots");
    REFUSES(c, 2, "only http and https have a robots.txt", "robots", "ftp://example.org/");
}

static const struct site_page MOVED[] = {
    {.path = "/robots.txt", .status = 301, .headers = "Location: /other.txt\r\n"},
    {.path = "/other.txt", .type = "text/plain", .body = "User-agent: crawl\nDisallow: /x\nCrawl-delay: 2\n"},
    {.path = NULL},
};
static const struct site_page BROKEN[] = {
    {.path = "/robots.txt", .status = 503},
    {.path = NULL},
};
static const struct site_page SILENT[] = {
    {.path = "/robots.txt", .fault = SITE_RESETS},
    {.path = NULL},
};
static const struct site_page NONE[] = {
    {.path = "/", .body = "x"},
    {.path = NULL},
};

static void robots_are(const struct site_page *pages, int status, const char *words)
{
    struct crawled c = {.site = site_start(pages)};
    struct verb_run run;

    whole_init(&c.whole);
    VERB_RUN(&run, &c.whole, c.site, "robots", "{site}/x");
    assert_int_equal(run.status, status);
    if (strstr(verb_run_plain(&run.out, &c.whole, c.site), words) == NULL)
        fail_msg("%s", run.out.data);
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

static void what_an_answer_means_is_what_a_crawl_makes_of_it(void **state)
{
    (void)state;
    robots_are(MOVED, 0,
               "refused: line 2, \"Disallow: /x\"\n  robots.txt   {site}/robots.txt -> {site}/other.txt, 200, 46 B\n"
               "  asked as     crawl\n  Crawl-delay  N s\n");
    robots_are(BROKEN, 0, "refused: robots.txt answered 503, so nothing of the host is fetched");
    robots_are(NONE, 0, "allowed: there is no robots.txt (404)");
    robots_are(SILENT, 4, "refused: robots.txt could not be had, so nothing of the host is fetched");
}

/* --- The file, whatever becomes of it -------------------------------------------------------------- */

static void a_file_that_is_no_crawl_is_refused_in_words(void **state)
{
    struct crawled c = {.site = NULL};
    FILE *file;

    (void)state;
    whole_init(&c.whole);
    REFUSES(&c, 3, "there is no ", "status");
    file = fopen(c.whole.database, "w");
    REFUSES(&c, 3, "is empty", "status");
    fputs("a shopping list, and no database at all", file);
    fclose(file);
    REFUSES(&c, 3, "was not made by crawl", "status");
    unlink(c.whole.database);
    assert_int_equal(mkdir(c.whole.database, 0700), 0);
    REFUSES(&c, 3, "was not made by crawl", "status");
    rmdir(c.whole.database);
    whole_free(&c.whole);
}

static void a_database_of_another_program_or_a_newer_one_is_refused(void **state)
{
    struct site *site = site_start(NONE);
    struct crawled c = {.site = site};

    (void)state;
    whole_init(&c.whole);
    assert_int_equal(WHOLE_CRAWL(&c.whole, site, "{site}/"), CRAWL_DONE);
    whole_text(&c.whole, "PRAGMA user_version = 99");
    REFUSES(&c, 3, "was made by a newer crawl (version 99", "export");
    whole_text(&c.whole, "PRAGMA application_id = 1");
    REFUSES(&c, 3, "was not made by crawl", "search", "x");
    whole_free(&c.whole);
    site_stop(site);
}

static void reading_leaves_the_folder_as_it_was(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;
    struct stat before, after;
    char path[200];

    assert_int_equal(stat(c->whole.database, &before), 0);
    VERB_RUN(&run, &c->whole, c->site, "status");
    verb_run_free(&run);
    assert_int_equal(stat(c->whole.database, &after), 0);
    assert_true(before.st_mtime == after.st_mtime && before.st_size == after.st_size);
    for (const char *const *ending = (const char *const[]){"-wal", "-shm", "-journal", "-lock", NULL}; *ending != NULL;
         ending++) {
        snprintf(path, sizeof path, "%s%s", c->whole.database, *ending);
        assert_int_not_equal(stat(path, &after), 0);
    }
}

/* Root may write anywhere, so the program runs as nobody. */
static void a_medium_that_cannot_be_written_is_read(void **state)
{
    struct crawled *c = *state;
    char program[4096], copy[200];
    int ends[2], status;
    char text[100] = "";
    pid_t child;

    if (geteuid() != 0)
        skip();
    snprintf(program, sizeof program, "%s/crawl", getenv("top_builddir") == NULL ? "." : getenv("top_builddir"));
    snprintf(copy, sizeof copy, "%s/crawl-for-nobody", c->whole.folder);
    {
        char command[5000];

        snprintf(command, sizeof command, "cp %s %s && chmod 755 %s", program, copy, copy);
        assert_int_equal(system(command), 0);
    }
    assert_int_equal(chmod(c->whole.folder, 0555), 0);
    assert_int_equal(chmod(c->whole.database, 0444), 0);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(126);
        execl(copy, "crawl", "sql", "--config=none", "-d", c->whole.database, "SELECT count(*) AS n FROM pages",
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) >= 0);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    chmod(c->whole.folder, 0700);
    chmod(c->whole.database, 0644);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_string_equal(text, "n\r\n7\r\n");
}

/* --- Text of strangers ----------------------------------------------------------------------------- */

/* All that makes mischief somewhere: a formula, markup, quotes, terminal escapes of two kinds, a character that turns
 * the line round, line ends, a tab, a NUL's neighbour, and half a character. */
#define NASTY                                                                                                          \
    "'=1+1</script><b>\"''&]]>' || char(27) || '[31m' || char(155) || '2J' || char(8238) || char(10) || char(13) ||"   \
    " char(9) || '\\ ' || char(1) || CAST(x'c3' AS TEXT) || 'x'"

static const struct site_page PLAIN[] = {
    {.path = "/", .type = "text/html", .body = "<title>Home</title><a href=a>to a</a><a href=gone>gone</a>"},
    {.path = "/a", .type = "text/html", .body = "<title>A</title><a href=/>home</a>"},
    {.path = NULL},
};

static void make_nasty(struct crawled *c)
{
    static const char *const statements[] = {
        "UPDATE page SET title = " NASTY ", h1 = " NASTY ", description = " NASTY ", error = " NASTY
        ", last_modified = " NASTY ", x_robots = " NASTY " RETURNING 1",
        "UPDATE anchor SET text = " NASTY " RETURNING 1",
        "UPDATE url SET url = url || '?' || " NASTY " WHERE url LIKE '%/a' RETURNING 1",
        "UPDATE host SET address = " NASTY " RETURNING 1",
        "UPDATE run SET args = " NASTY " RETURNING 1",
        "INSERT INTO page_fts (page_fts) SELECT 'rebuild' RETURNING 1",
    };

    c->site = site_start(PLAIN);
    whole_init(&c->whole);
    assert_int_equal(WHOLE_CRAWL(&c->whole, c->site, "--no-sitemaps", "{site}/"), CRAWL_DONE);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        whole_text(&c->whole, statements[i]);
}

static void commands_nothing(const struct verb_run *run, const char *what)
{
    struct slice text = buf_slice(&run->out);

    assert_true(text_is_utf8(text));
    for (size_t i = 0; i < text.size; i++)
        if (((unsigned char)text.data[i] < 0x20 && text.data[i] != '\n' && text.data[i] != '\r') ||
            text.data[i] == 0x7f)
            fail_msg("%s: byte %d at %zu", what, text.data[i], i);
    assert_null(strstr(text.data, "\xC2\x9B"));
    assert_null(strstr(text.data, "\xE2\x80\xAE"));
}

static void is_sound_xml(const struct verb_run *run)
{
    xmlDoc *document = xmlReadMemory(run->out.data, (int)run->out.size, "x", NULL, XML_PARSE_NONET);

    assert_non_null(document);
    assert_null(strchr(run->out.data, 27));
    xmlFreeDoc(document);
}

static void is_sound_json(const struct verb_run *run, size_t rows)
{
    json_t *json = json_loadb(run->out.data, run->out.size, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL);

    assert_non_null(json);
    if (rows > 0)
        assert_int_equal(json_array_size(json), rows);
    json_decref(json);
}

static void text_of_strangers_commands_nothing_on_any_way_out(void **state)
{
    static const struct {
        const char *args[6];
        char kind; /* 't': text for a terminal, 'j': JSON, 'x': XML */
    } ways[] = {
        {{"sql", "--format=table", "SELECT * FROM pages"}, 't'},
        {{"export", "--format=table", "broken_links"}, 't'},
        {{"export", "--format=json"}, 'j'},
        {{"export", "--format=jsonl", "links"}, 'j'},
        {{"search", "--format=table", "script"}, 't'},
        {{"search", "--format=json", "script"}, 'j'},
        {{"export", "--format=dot"}, 't'},
        {{"export", "--format=junit", "--fail-on=broken,dup-title,seed"}, 'x'},
        {{"export", "--format=sitemap"}, 'x'},
        {{"status"}, 't'},
        {{"status", "--json"}, 'j'},
        {{"explain", "/"}, 't'},
        {{"explain", "/gone"}, 't'},
        {{"explain", "/a"}, 't'},
        {{"explain", "/a?\x1b[31m\xC2\x9B\xE2\x80\xAE"}, 't'},
        {{"explain", "--json", "/", "/gone", "/a"}, 'j'},
        {{"export", "page"}, 'c'},
        {{"export", "--format=tsv", "page"}, 'c'},
    };
    struct crawled c;

    (void)state;
    make_nasty(&c);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct verb_run run;

        verb_run(&run, &c.whole, c.site, ways[i].args);
        if (run.status != 0 || run.out.size == 0)
            fail_msg("%s %s: %d, %s", ways[i].args[0], ways[i].args[1], run.status, run.err.data);
        if (ways[i].kind == 't' || ways[i].kind == 'j')
            commands_nothing(&run, ways[i].args[0]);
        if (ways[i].kind == 'j')
            is_sound_json(&run, 0);
        if (ways[i].kind == 'x')
            is_sound_xml(&run);
        if (ways[i].kind == 'c') {
            assert_null(strstr(run.out.data, ",=1"));
            assert_null(strstr(run.out.data, "\"=1"));
            assert_null(strstr(run.out.data, "\t=1"));
            assert_non_null(strstr(run.out.data, "\"'=1+1</script><b>\"\"'&]]>\x1b[31m"));
        }
        verb_run_free(&run);
    }
    whole_free(&c.whole);
    site_stop(c.site);
}

/* --- On a terminal ------------------------------------------------------------------------------------ */

/* Characters of the longest line; those of the tests take a column each. */
static int longest_line(const char *text)
{
    int longest = 0, now = 0;

    for (; *text != '\0'; text++) {
        if (*text == '\n')
            now = 0;
        else if (*text != '\r' && ((unsigned char)*text & 0xC0) != 0x80)
            now++;
        longest = now > longest ? now : longest;
    }
    return longest;
}

static void a_table_fits_the_terminal_and_text_commands_nothing_there(void **state)
{
    static const int widths[] = {20, 40, 80, 200};
    struct crawled c;
    struct verb_run run;

    (void)state;
    make_nasty(&c);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        verb_run_on_terminal(&run, &c.whole, widths[i], (const char *const[]){"export", NULL});
        assert_int_equal(run.status, 0);
        commands_nothing(&run, "export");
        assert_true(longest_line(run.out.data) <= widths[i]);
        assert_non_null(strstr(run.err.data, "find no room here"));
        verb_run_free(&run);
    }
    verb_run_on_terminal(&run, &c.whole, 80, (const char *const[]){"export", "--format=csv", NULL});
    commands_nothing(&run, "export");
    verb_run_free(&run);
    verb_run_on_terminal(&run, &c.whole, 80, (const char *const[]){"search", "--color=never", "script", NULL});
    assert_int_equal(run.status, 0);
    commands_nothing(&run, "search");
    verb_run_free(&run);
    whole_free(&c.whole);
    site_stop(c.site);
}

static void what_was_found_is_shown_in_bold(void **state)
{
    struct crawled *c = *state;
    struct verb_run run;

    verb_run_on_terminal(&run, &c->whole, 80, (const char *const[]){"search", "--color=always", "tides", NULL});
    assert_string_equal(verb_run_plain(&run.out, &c->whole, c->site),
                        "A page\r\n  {site}/a\r\n  Of towers and \x1b[1mtides\x1b[22m\r\n");
    verb_run_free(&run);
}

/* --- While a crawl runs ------------------------------------------------------------------------------ */

struct asked {
    struct whole_tree tree;
    struct whole *whole;
    struct site *site;
    struct verb_run status, rows, explained;
    bool done;
};

/* In the middle of the crawl, from the site's thread. */
static bool ask_meanwhile(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct asked *asked = arg;

    if (strcmp(target, "/p/200") == 0 && !asked->done) {
        asked->done = true;
        VERB_RUN(&asked->status, asked->whole, NULL, "status", "--json");
        VERB_RUN(&asked->rows, asked->whole, NULL, "sql", "SELECT count(*) > 0 AS some FROM pages");
        VERB_RUN(&asked->explained, asked->whole, asked->site, "explain", "--json", "/p/200");
    }
    return whole_tree_make(&asked->tree, host, target, page, text);
}

static void verbs_answer_while_a_crawl_runs(void **state)
{
    struct whole whole;
    struct asked asked = {.tree = {.count = 300}, .whole = &whole};
    struct site *site = site_start_made(ask_meanwhile, &asked, 0);
    json_t *json;

    (void)state;
    whole_init(&whole);
    asked.site = site;
    assert_int_equal(WHOLE_CRAWL(&whole, site, "--threads=2", "{site}/p/0"), CRAWL_DONE);
    assert_true(asked.done);
    json = json_loads(asked.status.out.data, 0, NULL);
    assert_non_null(json);
    assert_true(json_is_true(json_object_get(json, "running")));
    assert_int_equal(json_integer_value(json_object_get(json, "pid")), getpid());
    json_decref(json);
    assert_string_equal(asked.rows.out.data, "some\r\n1\r\n");
    json = json_loads(asked.explained.out.data, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "waiting");
    json_decref(json);
    assert_int_equal(whole_number(&whole, "SELECT count(*) FROM pages"), 300);
    verb_run_free(&asked.status);
    verb_run_free(&asked.rows);
    verb_run_free(&asked.explained);
    whole_free(&whole);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_answered_as_csv_table_tsv_or_json),
        cmocka_unit_test(every_kind_of_value_has_its_form),
        cmocka_unit_test(a_statement_that_does_more_than_read_is_refused),
        cmocka_unit_test(what_is_wrong_with_a_query_is_shown),
        cmocka_unit_test(a_view_is_exported_by_name),
        cmocka_unit_test(a_file_appears_whole_or_not_at_all),
        cmocka_unit_test(an_ending_of_no_known_format_is_refused),
        cmocka_unit_test(a_sitemap_has_good_indexable_pages),
        cmocka_unit_test(a_sitemap_beyond_its_limit_becomes_an_index_and_its_parts),
        cmocka_unit_test(a_graph_has_pages_and_the_links_among_them),
        cmocka_unit_test(test_cases_name_what_failed_and_where_it_was_found),
        cmocka_unit_test(one_who_stops_reading_is_no_error),
        cmocka_unit_test(words_are_found_in_titles_headings_and_descriptions),
        cmocka_unit_test(without_an_index_all_pages_are_looked_at),
        cmocka_unit_test(time_and_pages_a_second_are_those_of_the_summary_wherever_they_are_told),
        cmocka_unit_test(how_the_last_run_ended_is_told),
        cmocka_unit_test(what_a_finished_crawl_left_out_all_the_same_is_told),
        cmocka_unit_test(a_fetched_url_is_explained_from_its_seed_to_its_answer),
        cmocka_unit_test(a_redirect_is_explained_with_where_it_leads),
        cmocka_unit_test(each_try_is_explained_with_its_time),
        cmocka_unit_test(each_request_for_a_robots_txt_is_explained_with_its_time),
        cmocka_unit_test(what_waits_for_its_robots_txt_is_explained_with_its_tries_and_the_next),
        cmocka_unit_test(a_skipped_url_is_explained_with_rule_line_and_words),
        cmocka_unit_test(a_twin_is_explained_with_the_rule_that_makes_it_one),
        cmocka_unit_test(a_url_never_seen_is_told_what_would_be_and_what_is_like_it),
        cmocka_unit_test(a_page_lost_with_its_robots_txt_is_said_not_to_have_been_asked_for),
        cmocka_unit_test(rules_beyond_what_is_read_of_a_robots_txt_are_said_to_be_left_out),
        cmocka_unit_test(what_waits_is_explained_with_how_many_stand_before_it),
        cmocka_unit_test(a_file_that_gave_a_pattern_is_named_with_its_line),
        cmocka_unit_test(robots_txt_is_fetched_and_told),
        cmocka_unit_test(what_an_answer_means_is_what_a_crawl_makes_of_it),
        cmocka_unit_test(a_file_that_is_no_crawl_is_refused_in_words),
        cmocka_unit_test(a_database_of_another_program_or_a_newer_one_is_refused),
        cmocka_unit_test(reading_leaves_the_folder_as_it_was),
        cmocka_unit_test(a_medium_that_cannot_be_written_is_read),
        cmocka_unit_test(text_of_strangers_commands_nothing_on_any_way_out),
        cmocka_unit_test(a_table_fits_the_terminal_and_text_commands_nothing_there),
        cmocka_unit_test(what_was_found_is_shown_in_bold),
        cmocka_unit_test(verbs_answer_while_a_crawl_runs),
    };

    return cmocka_run_group_tests(tests, crawl_once, forget_crawl);
}

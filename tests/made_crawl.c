#include "made_crawl.h"

#include "store.h"

#include <stdio.h>
#include <stdlib.h>

void made_crawl_do(sqlite3 *db, const char *sql)
{
    char *words = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK) {
        fprintf(stderr, "made_crawl: %s: %s\n", words, sql);
        abort();
    }
}

sqlite3 *made_crawl(const char *path)
{
    static const struct store_options options = {.args = "https://a.test/", .keep_links = true};
    enum store_failure why;
    struct err err = {""};
    struct store *store = store_open(path, &options, &why, &err);
    sqlite3 *db;

    if (store == NULL || !store_close(store, RUN_COMPLETE, "{}", &err) || sqlite3_open(path, &db) != SQLITE_OK) {
        fprintf(stderr, "made_crawl: %s\n", err.text);
        abort();
    }
    /* Nothing of what follows goes through the store, so nothing is indexed. */
    made_crawl_do(
        db, "UPDATE meta SET value = '0' WHERE key = 'indexed';"
            "UPDATE run SET started_ms = 1700000000000, ended_ms = 1700000012000, versions = 'crawl, made by hand';"
            "INSERT OR IGNORE INTO mime VALUES (101, 'text/html'), (102, 'application/pdf');");
    return db;
}

void made_crawl_small(sqlite3 *db)
{
    made_crawl_do(
        db,
        "INSERT INTO host (id, origin) VALUES (1, 'https://a.test'), (2, 'https://b.test');"
        "INSERT INTO url (id, url, hash, host_id, depth, via, found_on, skip) VALUES"
        " (1, 'https://a.test/', 1, 1, 0, 36, NULL, NULL), (2, 'https://a.test/docs/one', 2, 1, 1, 0, 1, NULL),"
        " (3, 'https://a.test/docs/two', 3, 1, 1, 0, 1, NULL), (4, 'https://a.test/docs/three', 4, 1, 2, 0, 2, NULL),"
        " (5, 'https://a.test/gone', 5, 1, 1, 0, 1, NULL), (6, 'https://a.test/docs/gone', 6, 1, 2, 0, 2, NULL),"
        " (7, 'https://a.test/fails', 7, 1, 2, 0, 2, NULL), (8, 'https://a.test/slow', 8, 1, 2, 0, 2, NULL),"
        " (9, 'https://a.test/moved', 9, 1, 1, 0, 1, NULL), (10, 'https://a.test/moved/twice', 10, 1, 1, 32, 9, NULL),"
        " (11, 'https://a.test/round', 11, 1, 3, 0, 4, NULL), (12, 'https://a.test/and-round', 12, 1, 3, 32, 11, NULL),"
        " (13, 'https://b.test/', 13, 2, 1, 0, 1, NULL), (14, 'https://b.test/paper.pdf', 14, 2, 2, 0, 13, NULL),"
        " (15, 'https://a.test/private', 15, NULL, 1, 0, 1, 1), (16, 'https://else.test/', 16, NULL, 1, 0, 1, 2);"
        "INSERT INTO page (id, run_id, kind, outcome, status, title, h1, mime_id, redirect_to, robots, bytes, "
        "wire_bytes,"
        " first_byte_ms, total_ms, fetched_ms, tries, redirects, first_link, links_out, links_left_out, error) VALUES"
        " (1, 1, 0, 1, 200, 'Welcome to A', 'A', 101, NULL, 0, 4000, 4200, 4, 5, 1700000000000, 1, 0, 1, 6, 0, NULL),"
        " (2, 1, 0, 1, 200, 'Documentation', '1', 101, NULL, 0, 2000, 2200, 9, 12, 1700000001000, 1, 0, 7, 4, 0, NULL),"
        " (3, 1, 0, 1, 200, 'Documentation', '2', 101, NULL, 0, 2000, 2200, 9, 12, 1700000002000, 1, 0, NULL, 0, 0, "
        "NULL),"
        " (4, 1, 0, 1, 200, NULL, 'Three', 101, NULL, 0, 1500, 1700, 20, 40, 1700000003000, 1, 0, NULL, 0, 0, NULL),"
        " (5, 1, 0, 3, 404, NULL, NULL, 101, NULL, 0, 300, 500, 3, 4, 1700000004000, 1, 0, NULL, 0, 0, NULL),"
        " (6, 1, 0, 3, 404, NULL, NULL, 101, NULL, 0, 300, 500, 3, 4, 1700000005000, 1, 0, NULL, 0, 0, NULL),"
        " (7, 1, 0, 3, 503, NULL, NULL, 101, NULL, 0, 300, 500, 3, 4, 1700000006000, 3, 0, NULL, 0, 0, NULL),"
        " (8, 1, 0, 1, 200, 'A page that takes its time', '', 101, NULL, 0, 900, 1100, 1800, 2500, 1700000009000, 1, "
        "0, NULL,"
        "  0, 0, NULL),"
        " (9, 1, 0, 2, 301, NULL, NULL, NULL, 10, 0, 0, 200, 3, 3, 1700000009100, 1, 0, NULL, 0, 0, NULL),"
        " (10, 1, 0, 2, 302, NULL, NULL, NULL, 2, 0, 0, 200, 3, 3, 1700000009200, 1, 1, NULL, 0, 0, NULL),"
        " (11, 1, 0, 2, 302, NULL, NULL, NULL, 12, 0, 0, 200, 3, 3, 1700000009300, 1, 0, NULL, 0, 0, NULL),"
        " (12, 1, 0, 2, 302, NULL, NULL, NULL, 11, 0, 0, 200, 3, 3, 1700000009400, 1, 1, NULL, 0, 0, NULL),"
        " (13, 1, 0, 5, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, 1700000011000, 3, 0, NULL, 0, 0,"
        "  'no answer within 10 s'),"
        " (14, 1, 0, 4, 200, NULL, NULL, 102, NULL, 0, 0, 400, 7, 7, 1700000012000, 1, 0, NULL, 0, 0, NULL);"
        "UPDATE run SET stats = '{\"held_back_ms\":{\"site_latency\":9000,\"rate\":3000,\"no such cause\":7}}';"
        "INSERT INTO anchor VALUES (1, 'the old page'), (2, 'more');"
        "INSERT INTO link (src, dst, kind, rel, anchor_id) VALUES (1, 2, 0, 0, 2), (1, 3, 0, 0, 2), (1, 5, 0, 0, 1),"
        " (1, 9, 0, 0, 2), (1, 13, 0, 0, NULL), (1, 15, 0, 0, 2), (2, 4, 0, 0, 2), (2, 6, 0, 0, 2), (2, 7, 0, 0, 2),"
        " (2, 5, 0, 0, 1);");
}

void made_crawl_nasty(sqlite3 *db)
{
    made_crawl_do(
        db,
        "INSERT INTO host (id, origin) VALUES (7, 'https://n.test');"
        "INSERT INTO mime VALUES (107, '<script>alert(''mime'')</script>');"
        "INSERT INTO rule VALUES (7, '</td><script>alert(''rule'')</script>');"
        "INSERT INTO url (id, url, hash, host_id, depth, via, found_on, skip, rule_id) VALUES"
        " (701, 'https://n.test/\"onmouseover=\"alert(1)', 701, 7, 0, 36, NULL, NULL, NULL),"
        " (702, 'https://n.test/</script><script>alert(2)</script>', 702, 7, 1, 0, 701, NULL, NULL),"
        " (703, 'https://n.test/''><img src=x onerror=alert(3)>', 703, 7, 1, 0, 701, NULL, NULL),"
        " (704, 'javascript:alert(4)', 704, NULL, 1, 0, 701, 4, 7),"
        " (705, 'data:text/html,<script>alert(5)</script>', 705, NULL, 1, 0, 701, 4, 7),"
        " (706, 'https://n.test/' || char(0x202E) || 'gpj.exe', 706, 7, 1, 0, 701, NULL, NULL),"
        " (707, 'https://n.test/constructor/__proto__/x', 707, 7, 1, 0, 701, NULL, NULL);"
        "INSERT INTO page (id, run_id, kind, outcome, status, title, h1, mime_id, robots, bytes, wire_bytes, total_ms,"
        " fetched_ms, tries, redirects, links_out, links_left_out, error) VALUES"
        " (701, 1, 0, 1, 200, '</script><script>alert(6)</script>', '', 101, 0, 10, 10, 1, 1700000000000, 1, 0, 0, 0, "
        "''),"
        " (702, 1, 0, 1, 200, '</script><script>alert(6)</script>', '', 101, 0, 10, 10, 1, 1700000000000, 1, 0, 0, 0, "
        "''),"
        " (703, 1, 0, 1, 200, '', '<svg onload=alert(7)>', 101, 0, 10, 10, 1, 1700000000000, 1, 0, 0, 0, ''),"
        " (706, 1, 0, 3, 404, NULL, NULL, 107, 0, 10, 10, 1, 1700000000000, 1, 0, 0, 0, '<b onclick=alert(8)>' || "
        "char(0x9B)),"
        " (707, 1, 0, 1, 200, '\"''`<!--<style>*{display:none}' || char(0x2066) || char(7), '', 107, 0, 10, 10, 1,"
        "  1700000000000, 1, 0, 0, 0, '');"
        "INSERT INTO anchor VALUES (701, '</q></td><iframe src=https://n.test/>' || char(0x202E));"
        "INSERT INTO link (src, dst, kind, rel, anchor_id) VALUES (701, 706, 0, 0, 701), (703, 706, 0, 0, 701);"
        "UPDATE run SET args = '</dd><script>alert(9)</script>', settings = '{\"x\":\"<img src=y "
        "onerror=alert(10)>\"}';");
}

void made_crawl_large(sqlite3 *db, int pages)
{
    char sql[3000];

    made_crawl_do(db, "INSERT INTO host (id, origin) VALUES (1, 'https://www.large-site-for-a-test.example');");
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             " INSERT INTO url (id, url, hash, host_id, depth, via, found_on, skip)"
             " SELECT i, 'https://www.large-site-for-a-test.example/section-' || (i %% 17) || "
             "'/folder-with-a-long-name-' || (i %% 311)"
             " || '/and-another-one-below-it/page-number-' || i || '.html?with=a&query=string', i, 1, i %% 9, 0,"
             " max(1, i / 10), iif(i %% 11 = 0, 1 + i %% 10, NULL) FROM n;",
             pages);
    made_crawl_do(db, sql);
    made_crawl_do(db, "INSERT INTO page (id, run_id, kind, outcome, status, title, h1, mime_id, robots, bytes, "
                      "wire_bytes, first_byte_ms,"
                      " total_ms, fetched_ms, tries, redirects, links_out, links_left_out, error)"
                      " SELECT id, 1, 0, iif(id % 10 = 3, 3, 1), iif(id % 10 = 3, 404, 200), 'A title that some pages "
                      "share: ' || (id % 60000),"
                      " 'Heading ' || id, 101, 0, 1000 + id * 7919 % 90000, 500, id % 70, id * 31 % 3000, "
                      "1700000000000 + id, 1, 0, 10, 0, NULL"
                      " FROM url WHERE skip IS NULL;"
                      "INSERT INTO anchor VALUES (1, 'an anchor of some words, as most are');");
    snprintf(sql, sizeof sql,
             "INSERT INTO link (src, dst, kind, rel, anchor_id) SELECT p.id, 1 + (p.id * 10 + k.value) %% %d, 0, 0, 1"
             " FROM page p, json_each('[0,1,2,3,4,5,6,7,8,9]') k;"
             "INSERT INTO bad_link SELECT dst, id FROM link WHERE dst IN (SELECT id FROM page WHERE outcome <> 1);"
             "INSERT INTO inbound SELECT dst, count(*) FROM link GROUP BY dst;"
             "UPDATE meta SET value = '1' WHERE key = 'indexed';",
             pages);
    made_crawl_do(db, sql);
}

#include "store_sqlite_parts.h"

#include "log.h"
#include "mem.h"

#include <stdlib.h>

#define INDEX_LEAST_LINKS 2000000 /* a look at fewer takes less than a tenth of a second */
#define INDEX_ROWS_KEPT   50000   /* adding as many to the index costs a quarter of a second */

/* --- Before there is anything to count ------------------------------------------------ */

bool store_sqlite_guess_sizes(struct sqlite_store *s)
{
    return store_sqlite_run(s, "ANALYZE;"
                               "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('page', NULL, '100000'),"
                               " ('url', NULL, '200000'), ('link', NULL, '10000000')");
}

/* --- One look at each link ----------------------------------------------------------
 * An index on link(dst) would answer more, but cost as much as writing the links (0.029 ms a page with 97), and 11
 * bytes a link. This costs a fifth of it: count what comes in for each URL, and keep the links to what is not a good
 * page. */

struct tally {
    uint32_t *links;     /* by id of the URL */
    unsigned char *good; /* likewise, a bit each: it has a page and that is good, or it has none */
    int64_t size;        /* ids are below it */
};

/* SQL: is_bad(dst), which counts as it goes. */
static void is_bad(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct tally *tally = sqlite3_user_data(context);
    int64_t id = sqlite3_value_int64(argv[0]);

    (void)argc;
    if (id <= 0 || id >= tally->size)
        return;
    tally->links[id]++;
    sqlite3_result_int(context, !(tally->good[id / 8] >> (id % 8) & 1));
}

/* SQL: inbound(id), what is_bad() counted. */
static void inbound(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct tally *tally = sqlite3_user_data(context);
    int64_t id = sqlite3_value_int64(argv[0]);

    (void)argc;
    if (id > 0 && id < tally->size && tally->links[id] > 0)
        sqlite3_result_int64(context, tally->links[id]);
}

static bool find_bad_pages(struct sqlite_store *s, struct tally *tally)
{
    sqlite3_stmt *bad = NULL;
    int code = SQLITE_ERROR;

    for (int64_t i = 0; i < tally->size / 8 + 1; i++)
        tally->good[i] = 0xff;
    if (sqlite3_prepare_v2(s->db, "SELECT id FROM page WHERE outcome <> 1", -1, &bad, NULL) == SQLITE_OK)
        while ((code = sqlite3_step(bad)) == SQLITE_ROW) {
            int64_t id = sqlite3_column_int64(bad, 0);

            if (id > 0 && id < tally->size)
                tally->good[id / 8] &= (unsigned char)~(1 << (id % 8));
        }
    sqlite3_finalize(bad);
    return code == SQLITE_DONE;
}

static bool tally_links(struct sqlite_store *s)
{
    struct tally tally = {.size = 0};
    bool good;

    if (!store_sqlite_number(s, "SELECT max(id) + 1 FROM url", &tally.size))
        return false;
    tally.links = mem_array((size_t)tally.size, sizeof *tally.links);
    tally.good = mem_array((size_t)tally.size / 8 + 1, 1);
    good = find_bad_pages(s, &tally) &&
           sqlite3_create_function(s->db, "is_bad", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, &tally, is_bad, NULL, NULL) ==
               SQLITE_OK &&
           sqlite3_create_function(s->db, "inbound", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, &tally, inbound, NULL, NULL) ==
               SQLITE_OK &&
           store_sqlite_begin(s) &&
           store_sqlite_run(s, "DELETE FROM bad_link; DELETE FROM inbound;"
                               "INSERT INTO bad_link (dst, link_id) SELECT dst, id FROM link WHERE is_bad(dst)"
                               " ORDER BY dst, id;"
                               "INSERT INTO inbound (id, links) SELECT id, inbound(id) FROM url"
                               " WHERE inbound(id) IS NOT NULL") &&
           store_sqlite_commit(s);
    sqlite3_create_function(s->db, "is_bad", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    sqlite3_create_function(s->db, "inbound", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    free(tally.links);
    free(tally.good);
    return good;
}

/* Who links to a URL: without an index that is a look at each link, 0.04 ms a thousand. The index is made where that
 * would be felt. It is also the only thing that needs much room: where there is none, the rest stands. */
static bool index_links(struct sqlite_store *s)
{
    int64_t links;

    if (s->has_link_index)
        return true;
    if (!store_sqlite_number(s, "SELECT max(id) FROM link", &links))
        return false;
    if (links < INDEX_LEAST_LINKS || store_sqlite_run(s, "CREATE INDEX IF NOT EXISTS link_by_dst ON link (dst)"))
        return true;
    if (sqlite3_errcode(s->db) != SQLITE_FULL)
        return false;
    log_warning("%s: no room for the index of links: to find those to a URL will take longer", s->path);
    return true;
}

/* Full-text over what people search. Double quotes: sqlite-utils and Datasette find it only so. */
static bool index_text(struct sqlite_store *s)
{
    int64_t has_fts5;

    if (!store_sqlite_number(s, "SELECT sqlite_compileoption_used('ENABLE_FTS5')", &has_fts5))
        return false;
    /* A SQLite built without FTS5 has no search, and all the rest. */
    if (has_fts5 == 0)
        return true;
    return store_sqlite_begin(s) &&
           store_sqlite_run(s, "CREATE VIRTUAL TABLE IF NOT EXISTS page_fts USING fts5(title, h1, description,"
                               " content=\"page\", content_rowid=\"id\");"
                               "INSERT INTO page_fts (page_fts) VALUES ('rebuild')") &&
           store_sqlite_commit(s);
}

/* From a page to its links, and from a URL to the links to it, are to cost the planner the same, however many links
 * there are: so it begins with whatever the question names. The first is guessed by the view `links` to be that part of
 * all links, the second is an average that means little. */
static bool count_rows(struct sqlite_store *s)
{
    return store_sqlite_run(s, "PRAGMA analysis_limit = 400; ANALYZE;"
                               "UPDATE sqlite_stat1 SET stat = CAST(stat AS INTEGER) || ' ' ||"
                               " max(1, CAST(stat AS INTEGER) * 9 / 1000000) WHERE idx = 'link_by_dst'");
}

bool store_sqlite_make_indexes(struct sqlite_store *s)
{
    bool good;

    if (s->indexed)
        return true;
    good = tally_links(s) && index_links(s) && index_text(s) && count_rows(s) &&
           store_sqlite_run(s, "UPDATE meta SET value = '1' WHERE key = 'indexed'");
    if (!good)
        store_sqlite_rollback(s);
    store_sqlite_reach("indexed");
    return good;
}

/* --- When a later run begins ---------------------------------------------------------- */

bool store_sqlite_forget_indexes(struct sqlite_store *s)
{
    return !s->indexed || store_sqlite_run(s, "UPDATE meta SET value = '0' WHERE key = 'indexed'");
}

/* A run that adds little keeps the index over links: to make it again takes seconds. One that adds more does without it
 * until the end: each row costs ten times as much with it. */
bool store_sqlite_keep_index(struct sqlite_store *s)
{
    if (!s->has_link_index)
        return true;
    s->rows_since += (int64_t)s->row_count;
    if (s->rows_since <= INDEX_ROWS_KEPT)
        return true;
    s->has_link_index = false;
    return store_sqlite_run(s, "DROP INDEX IF EXISTS link_by_dst");
}

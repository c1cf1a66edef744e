#include "store_sqlite_parts.h"

#include "clock.h"
#include "mem.h"

#include <stdlib.h>

static const char *const outcome_names[] = {
    [RUN_COMPLETE] = "complete",
    [RUN_LIMIT] = "limit",
    [RUN_INTERRUPTED] = "interrupted",
    [RUN_FAILED] = "failed",
};

static bool note_outcome(struct sqlite_store *s, enum store_outcome outcome, const char *stats)
{
    sqlite3_stmt *update = NULL;
    struct binder b = {.store = s, .at = 1};
    bool good;

    if (sqlite3_prepare_v2(s->db, "UPDATE run SET ended_ms = ?, outcome = ?, stats = ? WHERE id = ?", -1, &update,
                           NULL) != SQLITE_OK)
        return false;
    b.statement = update;
    store_bind(&b, clock_wall_ms());
    store_bind_text(&b, slice_of(outcome_names[outcome]));
    store_bind_web(&b, slice_of(stats));
    store_bind(&b, s->run_id);
    good = store_sqlite_step(update);
    sqlite3_finalize(update);
    return good;
}

/* --- One look at each link ----------------------------------------------------------
 * An index on link(dst) would answer more, but cost as much as writing the links (0.029 ms a page with 97). This costs
 * a fifth of it: count what comes in for each URL, and keep the links to what is not a good page. */

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
    struct tally tally = {.size = store_sqlite_number(s, "SELECT max(id) FROM url", 0) + 1};
    bool good;

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

/* Full-text over what people search. Double quotes: sqlite-utils and Datasette find it only so. */
static bool index_text(struct sqlite_store *s)
{
    /* A SQLite built without FTS5 has no search, and all the rest. */
    if (store_sqlite_number(s, "SELECT sqlite_compileoption_used('ENABLE_FTS5')", 0) == 0)
        return true;
    return store_sqlite_begin(s) &&
           store_sqlite_run(s, "CREATE VIRTUAL TABLE IF NOT EXISTS page_fts USING fts5(title, h1, description,"
                               " content=\"page\", content_rowid=\"id\");"
                               "INSERT INTO page_fts (page_fts) VALUES ('rebuild')") &&
           store_sqlite_commit(s);
}

static bool make_indexes(struct sqlite_store *s)
{
    bool good;

    if (s->indexed)
        return true;
    good = tally_links(s) && index_text(s) &&
           store_sqlite_run(s, "PRAGMA analysis_limit = 400; ANALYZE;"
                               "UPDATE meta SET value = '1' WHERE key = 'indexed'");
    if (!good)
        store_sqlite_rollback(s);
    store_sqlite_reach("indexed");
    return good;
}

bool store_sqlite_close(struct store *store, enum store_outcome outcome, const char *stats, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    bool good;

    store_sqlite_reach("close");
    /* The end does not wait for others as the writer does: what it adds can be added by the next run. */
    sqlite3_busy_timeout(s->db, 1000);
    good = note_outcome(s, outcome, stats);
    if (good && (outcome == RUN_COMPLETE || outcome == RUN_LIMIT))
        good = make_indexes(s);
    if (outcome == RUN_FAILED)
        good = true; /* whoever failed has said so */
    if (!good)
        store_sqlite_failed(s, "finish", err);
    /* One file that can be mailed; if somebody reads just now, it stays two. */
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    store_sqlite_free(s);
    return good;
}

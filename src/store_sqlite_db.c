#include "store_sqlite_parts.h"

#include "fresh.h"
#include "log.h"
#include "mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS (5 * 60 * 1000) /* for another program that holds the write lock */
#define WARNING_MS  3000            /* after that long it is said */

static const char *const texts[STATEMENT_COUNT] = {
    /* Never read first: a read transaction cannot always become a write one (SQLITE_BUSY_SNAPSHOT). */
    [DO_BEGIN] = "BEGIN IMMEDIATE",
    [DO_COMMIT] = "COMMIT",
    [ADD_HOST] = "INSERT INTO host (id, origin) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
    [SET_HOST] =
        "INSERT INTO host (id, origin, robots_status, robots_outcome, robots_ms, robots_body, crawl_delay_ms,"
        " held_until_ms, fails, given_up, address, http_version, admitted)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        " ON CONFLICT (id) DO UPDATE SET robots_status = ?3, robots_outcome = ?4, robots_ms = ?5,"
        " robots_body = coalesce(?6, robots_body), crawl_delay_ms = ?7, held_until_ms = ?8, fails = ?9, given_up = ?10,"
        " address = coalesce(?11, address), http_version = coalesce(?12, http_version), admitted = ?13",
    [SET_HOST_RUN] =
        "INSERT OR REPLACE INTO host_run (host_id, run_id, requests, bytes, errors, too_many, least_gap_ms,"
        " median_gap_ms, most_parallel) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ADD_URL] =
        "INSERT INTO url (id, url, hash, key_hash, host_id, skip, rule_id, rule_line, found_on, depth, via,"
        " same_as, lastmod_ms, external) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    [SET_WAITING] =
        "UPDATE url SET skip = NULL, rule_id = NULL, rule_line = NULL, host_id = ?, found_on = ?, depth = ?,"
        " via = ?, external = ? WHERE id = ?",
    [ADD_SEED] = "INSERT INTO seed (url_id, run_id) VALUES (?, ?) ON CONFLICT (url_id) DO NOTHING",
    [SET_SKIP] = "UPDATE url SET skip = ?, rule_id = ?, rule_line = ? WHERE id = ?",
    [UNCHECK] = "DELETE FROM page WHERE id = ? AND kind = 3",
    [ADD_PAGE] =
        "INSERT INTO page (id, run_id, kind, outcome, status, error, title, h1, description, og_title, lang,"
        " mime_id, charset, charset_source, redirect_to, canonical_id, location, robots, x_robots, bytes,"
        " wire_bytes, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, fetched_ms, tries, redirects, address,"
        " http_version, body_hash, text_hash, text_simhash, etag, last_modified, first_link, links_out,"
        " links_left_out, sitemap) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?,"
        " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    [ADD_TRY] = "INSERT INTO try (url_id, run_id, number, outcome, status, error, first_byte_ms, total_ms, ended_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url_id, run_id, number) DO NOTHING",
    [ADD_ROBOTS_TRY] =
        "INSERT INTO robots_try (host_id, run_id, number, url, outcome, status, error, total_ms, ended_ms, again_ms)"
        " SELECT ?1, ?2, 1 + count(*), ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM robots_try WHERE host_id = ?1 AND run_id = ?2",
    [ADD_PROBE] = "INSERT INTO host_probe (host_id, example_id, url, run_id) SELECT u.host_id, u.id, ?2, ?3 FROM url u"
                  " WHERE u.id = ?1 AND u.host_id IS NOT NULL ON CONFLICT DO NOTHING",
    [SET_PROBE] =
        "UPDATE host_probe SET skip = ?, outcome = ?, status = ?, error = ?, location = ?, title = ?, bytes = ?,"
        " body_hash = ?, text_hash = ?, text_simhash = ?, tries = ?, total_ms = ?, fetched_ms = ?"
        " WHERE url = ?",
    [SET_SOFT_404] = "UPDATE page SET soft_404 = 1 WHERE id = ?",
    [ADD_TRAP] = "INSERT INTO trap (rule_id, kind, shape, pages, example_id, run_id) VALUES (?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT (shape, kind) DO NOTHING",
    [ADD_ANCHOR] = "INSERT INTO anchor (text) VALUES (?)",
    [ADD_LINKS] =
        "INSERT INTO link (src, dst, kind, rel, anchor_id) SELECT src, dst, kind, rel, anchor_id FROM link_row",
    [FIND_NEXT_LINK] = "SELECT coalesce(max(id), 0) + 1 FROM link",
    [ADD_MIME] = "INSERT INTO mime (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
    [FIND_MIME] = "SELECT id FROM mime WHERE name = ?",
    [ADD_RULE] = "INSERT INTO rule (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
    [FIND_RULE] = "SELECT id FROM rule WHERE name = ?",
    [FIND_HOST] =
        "SELECT id, origin, robots_status, robots_outcome, robots_ms, robots_body, crawl_delay_ms, held_until_ms,"
        " fails, given_up, address, http_version, admitted FROM host WHERE id = ?",
    [FIND_HOST_RUN] =
        "SELECT requests, bytes, errors, too_many, least_gap_ms, median_gap_ms, most_parallel FROM host_run"
        " WHERE host_id = ? AND run_id = ?",
    [CLAIM] =
        "SELECT u.id, u.url, u.found_on, u.depth, u.via, u.external FROM url u INDEXED BY url_by_host WHERE u.host_id "
        "= ? AND"
        " u.id > ? AND u.skip IS NULL AND NOT EXISTS (SELECT 1 FROM page p WHERE p.id = u.id) ORDER BY u.id LIMIT ?",
    [FIND_WAY] = "SELECT u.found_on FROM page p JOIN url u ON u.id = p.id WHERE p.id = ? AND p.redirect_to = ?",
};

void store_sqlite_reach(const char *point)
{
    if (store_fault != NULL)
        store_fault(point);
}

bool store_sqlite_failed(struct sqlite_store *s, const char *doing, struct err *err)
{
    int code = s->db == NULL ? SQLITE_NOMEM : sqlite3_errcode(s->db);
    int cause = s->db == NULL ? 0 : sqlite3_system_errno(s->db);

    switch (code) {
    case SQLITE_FULL:
        return err_set(err, "cannot %s %s: the disk is full: free some space and run the same command again", doing,
                       s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, "cannot %s %s: another program keeps it locked: end that and run the same command again",
                       doing, s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, "cannot %s %s: it is damaged (%s): begin anew with --fresh", doing, s->path,
                       sqlite3_errmsg(s->db));
    case SQLITE_READONLY:
        return err_set(err, "cannot %s %s: it may not be written: see its permissions and those of its folder", doing,
                       s->path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG)
            return err_set(err, "cannot %s %s: %s: make room on the disk and run the same command again", doing,
                           s->path, strerror(cause));
        if (cause == EMFILE || cause == ENFILE)
            return err_set(err, "cannot %s %s: too many open files: raise the limit (ulimit -n)", doing, s->path);
        return err_set(err, "cannot %s %s: %s%s%s: look after the disk and run the same command again", doing, s->path,
                       sqlite3_errmsg(s->db), cause == 0 ? "" : ": ", cause == 0 ? "" : strerror(cause));
    default:
        return err_set(err, "cannot %s %s: %s", doing, s->path, sqlite3_errmsg(s->db));
    }
}

/* Another program holds a lock that we need. The crawl waits: what was fetched queues up meanwhile. */
static int wait_for_lock(void *arg, int tries)
{
    static const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    struct sqlite_store *s = arg;

    if (tries == 0)
        s->waited_ms = 0;
    if (s->waited_ms >= PATIENCE_MS)
        return 0;
    nanosleep(&pause, NULL);
    s->waited_ms += 20;
    if (s->waited_ms == WARNING_MS)
        log_warning("%s is locked by another program: waiting for it", s->path);
    return 1;
}

bool store_sqlite_connect(struct sqlite_store *s, bool sync_full, struct err *err)
{
    /* Its statistics cost a mutex at each allocation. Refused, without harm, once SQLite is in use. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return store_sqlite_failed(s, "open", err);
    sqlite3_busy_handler(s->db, wait_for_lock, s);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!store_sqlite_run(s, sync_full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL") ||
        !store_sqlite_run(s, "PRAGMA foreign_keys = OFF; PRAGMA cell_size_check = ON;"
                             "PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864"))
        return store_sqlite_failed(s, "open", err);
    return true;
}

/* Nothing came of --fresh. */
static void put_back(const struct sqlite_store *s)
{
    struct err err;

    if (fresh_put_back(s->path, s->kept, &err))
        log_note("the old %s is back in its place", s->path);
    else
        log_error("%s", err.text);
}

void store_sqlite_free(struct sqlite_store *s)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    if (s->is_undone && s->kept != NULL)
        put_back(s);
    store_lock_release(s->lock); /* after the last write: closing may checkpoint */
    free(s->path);
    free(s->kept);
    free(s->rows);
    free(s->anchors);
    free(s->claimed);
    free(s->host_ids);
    buf_free(&s->texts);
    buf_free(&s->clean);
    free(s);
}

bool store_sqlite_run(struct sqlite_store *s, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool store_sqlite_number(struct sqlite_store *s, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool good =
        sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;

    if (good)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return good;
}

sqlite3_stmt *store_sqlite_statement(struct sqlite_store *s, enum statement which)
{
    if (s->statements[which] == NULL)
        sqlite3_prepare_v3(s->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[which], NULL);
    return s->statements[which];
}

bool store_sqlite_step(sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    return sqlite3_reset(statement) == SQLITE_OK;
}

bool store_sqlite_begin(struct sqlite_store *s)
{
    sqlite3_stmt *begin = store_sqlite_statement(s, DO_BEGIN);

    store_sqlite_reach("begin");
    return begin != NULL && store_sqlite_step(begin);
}

bool store_sqlite_commit(struct sqlite_store *s)
{
    sqlite3_stmt *commit = store_sqlite_statement(s, DO_COMMIT);

    store_sqlite_reach("commit");
    if (commit == NULL || !store_sqlite_step(commit))
        return false;
    store_sqlite_reach("committed");
    return true;
}

void store_sqlite_rollback(struct sqlite_store *s)
{
    /* FULL, IOERR, NOMEM and BUSY may have done it already. */
    if (!sqlite3_get_autocommit(s->db))
        store_sqlite_run(s, "ROLLBACK");
    store_sqlite_forget_names(s);
    s->row_count = 0;
}

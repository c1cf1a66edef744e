#include "store_sqlite_parts.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

struct slice store_sqlite_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return (struct slice){text, (size_t)sqlite3_column_bytes(statement, column)};
}

bool store_sqlite_lacks_memory(const struct sqlite_store *s)
{
    return sqlite3_errcode(s->db) == SQLITE_NOMEM;
}

/* --- What a damaged file could say ---------------------------------------------------
 * The file may come from anywhere, and SQLite checks pages, not sense. What a crawl counts on is looked at as it is
 * read: then it is refused, with a reason, before a request is made. Mere numbers are brought within bounds. */

#define ID_MAX     ((int64_t)1 << 36)
#define ID_GAP_MAX ((int64_t)1 << 24) /* ids are given in order; a crash loses some */
#define MS_MAX     ((int64_t)1 << 52)

bool store_sqlite_damaged(const struct sqlite_store *s, const char *what, int64_t id, struct err *err)
{
    return err_set(err, "cannot read %s: it is damaged (%s %lld): begin anew with --fresh", s->path, what,
                   (long long)id);
}

static bool is_next_id(int64_t id, int64_t before)
{
    return id > before && id <= ID_MAX && id - before <= ID_GAP_MAX;
}

int64_t store_sqlite_within(int64_t number, int64_t least, int64_t most)
{
    return number < least ? least : number > most ? most : number;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

/* True if store_sqlite_hosts() told of it. URLs of a host mostly stand together. */
static bool knows_host(struct sqlite_store *s, int64_t id)
{
    const int64_t *found;

    if (s->host_count == 0)
        return false;
    if (s->host_ids[s->last_host] == id)
        return true;
    found = bsearch(&id, s->host_ids, s->host_count, sizeof id, compare_ids);
    if (found != NULL)
        s->last_host = (size_t)(found - s->host_ids);
    return found != NULL;
}

static void note_host(struct sqlite_store *s, int64_t id)
{
    if ((s->host_count & (s->host_count - 1)) == 0)
        s->host_ids = mem_resize(s->host_ids, (s->host_count == 0 ? 1 : 2 * s->host_count) * sizeof id);
    s->host_ids[s->host_count++] = id;
}

/* --- Hosts ----------------------------------------------------------------------------- */

/* A NULL reads as `null`. */
static int64_t column_or(sqlite3_stmt *statement, int column, int64_t null)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? null : sqlite3_column_int64(statement, column);
}

static void copy_column(char *to, size_t size, sqlite3_stmt *statement, int column)
{
    struct slice text = store_sqlite_text(statement, column);

    if (text.size >= size)
        text.size = size - 1;
    if (text.size > 0)
        memcpy(to, text.data, text.size);
    to[text.size] = '\0';
}

/* A row of `host` as FIND_HOST selects it. Its text is the statement's. */
static void read_host(sqlite3_stmt *statement, struct host_state *state)
{
    struct slice body = store_sqlite_text(statement, 5);

    *state = (struct host_state){
        .id = sqlite3_column_int64(statement, 0),
        .origin = (char *)sqlite3_column_text(statement, 1),
        .robots_status = sqlite3_column_int(statement, 2),
        .robots_outcome =
            (enum page_outcome)store_sqlite_within(sqlite3_column_int(statement, 3), 0, PAGE_OUTCOME_COUNT - 1),
        .robots_ms = store_sqlite_within(sqlite3_column_int64(statement, 4), 0, MS_MAX),
        .robots_body = (char *)body.data,
        .robots_size = body.size,
        .crawl_delay_ms = store_sqlite_within(column_or(statement, 6, -1), -1, MS_MAX),
        .held_until_ms = store_sqlite_within(sqlite3_column_int64(statement, 7), 0, MS_MAX),
        .fails = (uint32_t)sqlite3_column_int64(statement, 8),
        .given_up = sqlite3_column_int(statement, 9) != 0,
        .admitted = store_sqlite_within(sqlite3_column_int64(statement, 12), 0, ID_MAX),
        .least_gap_ms = -1,
        .median_gap_ms = -1,
    };
    copy_column(state->address, sizeof state->address, statement, 10);
    copy_column(state->http_version, sizeof state->http_version, statement, 11);
}

bool store_sqlite_hosts(struct store *store, store_tell_host *tell, void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *rows = NULL;
    int64_t before = 0;
    int code;

    /* Without the texts of robots.txt: store_host() gives a host's own when it is needed. */
    if (sqlite3_prepare_v2(s->db,
                           "SELECT id, origin, robots_status, robots_outcome, robots_ms, NULL, crawl_delay_ms,"
                           " held_until_ms, fails, given_up, address, http_version, admitted FROM host ORDER BY id",
                           -1, &rows, NULL) != SQLITE_OK)
        return store_sqlite_failed(s, "read", err);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        struct host_state state;

        read_host(rows, &state);
        if (store_sqlite_lacks_memory(s)) {
            code = SQLITE_NOMEM;
            break;
        }
        if (!is_next_id(state.id, before) || state.origin == NULL || strncmp(state.origin, "http", 4) != 0) {
            store_sqlite_damaged(s, "host", state.id, err);
            break;
        }
        before = state.id;
        note_host(s, state.id);
        tell(arg, &state);
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

/* What was done to the host in this run so far; nothing if nothing was. */
static bool read_ledger(struct sqlite_store *s, struct host_state *state)
{
    sqlite3_stmt *find = store_sqlite_statement(s, FIND_HOST_RUN);

    if (find == NULL)
        return false;
    sqlite3_bind_int64(find, 1, state->id);
    sqlite3_bind_int64(find, 2, s->run_id);
    if (sqlite3_step(find) == SQLITE_ROW) {
        state->requests = store_sqlite_within(sqlite3_column_int64(find, 0), 0, MS_MAX);
        state->bytes = store_sqlite_within(sqlite3_column_int64(find, 1), 0, MS_MAX);
        state->errors = store_sqlite_within(sqlite3_column_int64(find, 2), 0, MS_MAX);
        state->too_many = store_sqlite_within(sqlite3_column_int64(find, 3), 0, MS_MAX);
        state->least_gap_ms = store_sqlite_within(column_or(find, 4, -1), -1, MS_MAX);
        state->median_gap_ms = store_sqlite_within(column_or(find, 5, -1), -1, MS_MAX);
        state->most_parallel = sqlite3_column_int(find, 6);
    }
    return sqlite3_reset(find) == SQLITE_OK;
}

bool store_sqlite_host(struct store *store, int64_t host_id, struct host_state **state, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *find = store_sqlite_statement(s, FIND_HOST);
    bool good = find != NULL;

    *state = NULL;
    if (good) {
        sqlite3_bind_int64(find, 1, host_id);
        if (sqlite3_step(find) == SQLITE_ROW) {
            struct host_state row;

            read_host(find, &row);
            good = !store_sqlite_lacks_memory(s);
            row.origin = mem_string(row.origin);
            row.robots_body = row.robots_body == NULL ? NULL : mem_copy(row.robots_body, row.robots_size);
            *state = mem_alloc(sizeof **state);
            **state = row;
            good = good && read_ledger(s, *state);
        }
        good = sqlite3_reset(find) == SQLITE_OK && good;
    }
    if (good)
        return true;
    store_sqlite_failed(s, "read", err);
    host_state_free(*state);
    *state = NULL;
    return false;
}

/* Steps the ids of `page` up to `id`; true if it has that one. */
static bool has_page(sqlite3_stmt *pages, int64_t *page_id, int64_t id)
{
    while (*page_id < id)
        *page_id = sqlite3_step(pages) == SQLITE_ROW ? sqlite3_column_int64(pages, 0) : INT64_MAX;
    return *page_id == id;
}

bool store_sqlite_known(struct store *store, store_tell_known *tell, void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *urls = NULL, *pages = NULL;
    int64_t page_id = 0, before = 0;
    int code = SQLITE_ERROR;

    /* Two scans side by side, both in order of ids: a look-up for each URL would cost thrice that. */
    if (sqlite3_prepare_v2(s->db, "SELECT id, hash, key_hash, host_id, skip, external, url FROM url ORDER BY id", -1,
                           &urls, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(s->db, "SELECT id FROM page ORDER BY id", -1, &pages, NULL) == SQLITE_OK) {
        while ((code = sqlite3_step(urls)) == SQLITE_ROW) {
            int64_t id = sqlite3_column_int64(urls, 0);
            int64_t hash = sqlite3_column_int64(urls, 1);
            int64_t key = column_or(urls, 2, hash);
            int64_t host_id = sqlite3_column_int64(urls, 3);
            struct slice url;
            bool waits = host_id != 0 && sqlite3_column_type(urls, 4) == SQLITE_NULL;
            bool external = sqlite3_column_int(urls, 5) != 0;
            enum frontier_known state = has_page(pages, &page_id, id) ? external ? KNOWN_CHECKED : KNOWN_DONE
                                        : waits                       ? external ? KNOWN_TO_CHECK : KNOWN_WAITING
                                                                      : KNOWN_SKIPPED;

            if (!is_next_id(id, before) || (host_id != 0 && !knows_host(s, host_id))) {
                store_sqlite_damaged(s, "URL", id, err);
                break;
            }
            before = id;
            /* As a blob: a text would be copied, to end it. */
            url.data = sqlite3_column_blob(urls, 6);
            url.size = (size_t)sqlite3_column_bytes(urls, 6);
            tell(arg, id, url, (uint64_t)hash, (uint64_t)key, host_id, state);
        }
    }
    if (code == SQLITE_DONE && sqlite3_reset(pages) != SQLITE_OK)
        code = SQLITE_ERROR;
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(urls);
    sqlite3_finalize(pages);
    return code == SQLITE_DONE;
}

bool store_sqlite_seeds(struct store *store, store_tell_seed *tell, void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *rows = NULL;
    int code;

    if (sqlite3_prepare_v2(s->db, "SELECT u.url FROM seed s JOIN url u ON u.id = s.url_id ORDER BY s.url_id", -1, &rows,
                           NULL) != SQLITE_OK)
        return store_sqlite_failed(s, "read", err);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        struct slice url = store_sqlite_text(rows, 0);

        if (store_sqlite_lacks_memory(s)) {
            code = SQLITE_NOMEM;
            break;
        }
        tell(arg, url);
    }
    if (code != SQLITE_DONE)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

bool store_sqlite_traps(struct store *store, store_tell_trap *tell, void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *rows = NULL;
    int code;

    if (sqlite3_prepare_v2(s->db, "SELECT t.kind, t.shape, r.name FROM trap t JOIN rule r ON r.id = t.rule_id", -1,
                           &rows, NULL) != SQLITE_OK)
        return store_sqlite_failed(s, "read", err);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *shape = (const char *)sqlite3_column_text(rows, 1);
        const char *why = (const char *)sqlite3_column_text(rows, 2);

        if (store_sqlite_lacks_memory(s)) {
            code = SQLITE_NOMEM;
            break;
        }
        tell(arg, (unsigned)sqlite3_column_int(rows, 0), shape, why);
    }
    if (code != SQLITE_DONE)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

bool store_sqlite_totals(struct store *store, struct store_totals *totals, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *count = NULL;
    bool good;

    good = sqlite3_prepare_v2(s->db,
                              "SELECT count(*), (SELECT count(*) FROM page), coalesce(sum(u.skip IS NOT NULL), 0),"
                              " coalesce(sum(u.skip IS NULL AND p.id IS NULL AND u.host_id IS NOT NULL), 0)"
                              " FROM url u LEFT JOIN page p ON p.id = u.id",
                              -1, &count, NULL) == SQLITE_OK &&
           sqlite3_step(count) == SQLITE_ROW;
    if (good) {
        totals->known = sqlite3_column_int64(count, 0);
        totals->recorded = sqlite3_column_int64(count, 1);
        totals->skipped = sqlite3_column_int64(count, 2);
        totals->waiting = sqlite3_column_int64(count, 3);
    } else {
        store_sqlite_failed(s, "read", err);
    }
    sqlite3_finalize(count);
    return good;
}

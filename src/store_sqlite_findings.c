#include "store_sqlite_parts.h"

/* How a page came to be no good: not ok, redirect or wrong_type (page_outcome). */
#define IS_BAD "p.outcome NOT IN (1, 2, 4)"

/* The answers, with those that are wanted in `bad (id, status, name, error)`; ?1 is how many. Pages that link there are
 * counted in one look at all links. */
#define OF_BAD                                                                                                         \
    " SELECT u.url, f.url, b.name, b.error, NULL, b.status, n.pages FROM bad b JOIN url u ON u.id = b.id"              \
    " LEFT JOIN url f ON f.id = u.found_on"                                                                            \
    " LEFT JOIN (SELECT dst, count(DISTINCT src) AS pages FROM link WHERE dst IN (SELECT id FROM bad) GROUP BY dst) n" \
    " ON n.dst = b.id ORDER BY b.id"

#define FROM_PAGES " FROM page p JOIN outcome o ON o.id = p.outcome WHERE "

#define BAD_PAGES(which)                                                                                               \
    "WITH bad AS MATERIALIZED (SELECT p.id, p.status, o.name, p.error" FROM_PAGES which                                \
    " ORDER BY p.id LIMIT ?1)" OF_BAD

/* A seed that waits is none to complain of, nor one that is the same page as another (skip 8). */
#define FROM_SEEDS                                                                                                     \
    " FROM seed s JOIN url u ON u.id = s.url_id LEFT JOIN page p ON p.id = u.id LEFT JOIN outcome o ON o.id = "        \
    "p.outcome"                                                                                                        \
    " LEFT JOIN skip_reason k ON k.id = u.skip LEFT JOIN rule r ON r.id = u.rule_id"                                   \
    " WHERE (p.id IS NULL AND u.skip <> 8) OR (p.id IS NOT NULL AND coalesce(p.status, 0) NOT BETWEEN 200 AND 399)"

#define TITLES                                                                                                         \
    "SELECT title, count(*) AS pages, min(id) AS first, max(id) AS last FROM page"                                     \
    " WHERE title <> '' AND outcome = 1 AND kind = 0 GROUP BY title"

#define BROKEN       "p.kind = 0 AND " IS_BAD
#define SERVER_ERROR "p.kind = 0 AND p.status BETWEEN 500 AND 599"
#define SOFT_404     "p.soft_404 = 1"
#define EXTERNAL     "p.kind = 3 AND " IS_BAD

static const struct {
    const char *count, *list;
} queries[FINDING_KINDS] = {
    [FINDING_BROKEN] = {"SELECT count(*)" FROM_PAGES BROKEN, BAD_PAGES(BROKEN)},
    [FINDING_SERVER_ERROR] = {"SELECT count(*)" FROM_PAGES SERVER_ERROR, BAD_PAGES(SERVER_ERROR)},
    [FINDING_EXTERNAL] = {"SELECT count(*)" FROM_PAGES EXTERNAL, BAD_PAGES(EXTERNAL)},
    [FINDING_SOFT_404] = {"SELECT count(*)" FROM_PAGES SOFT_404, BAD_PAGES(SOFT_404)},
    [FINDING_TITLE] = {"SELECT count(*) FROM (" TITLES " HAVING count(*) > 1)",
                       "SELECT a.url, b.url, NULL, NULL, t.title, NULL, t.pages FROM (" TITLES
                       " HAVING count(*) > 1) t JOIN url a ON a.id = t.first JOIN url b ON b.id = t.last"
                       " ORDER BY t.first LIMIT ?1"},
    [FINDING_SEED] =
        {"SELECT count(*)" FROM_SEEDS,
         "SELECT u.url, NULL, coalesce(o.name, k.name), coalesce(p.error, r.name), NULL, p.status, 0" FROM_SEEDS
         " ORDER BY u.id LIMIT ?1"},
};

static struct slice text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return (struct slice){text, (size_t)sqlite3_column_bytes(row, column)};
}

int64_t store_sqlite_findings(struct store *store, enum store_finding_kind kind, size_t max, store_tell_finding *tell,
                              void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    int64_t count = -1;
    sqlite3_stmt *rows = NULL;
    int code = store_sqlite_number(s, queries[kind].count, &count) ? SQLITE_DONE : SQLITE_ERROR;

    if (count > 0 && sqlite3_prepare_v2(s->db, queries[kind].list, -1, &rows, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(rows, 1, (int64_t)max);
        while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
            struct store_finding finding = {
                .url = text_of(rows, 0),
                .found_on = text_of(rows, 1),
                .outcome = text_of(rows, 2),
                .error = text_of(rows, 3),
                .title = text_of(rows, 4),
                .status = sqlite3_column_int(rows, 5),
                .pages = sqlite3_column_int64(rows, 6),
            };

            tell(arg, &finding);
        }
    } else if (count > 0) {
        code = SQLITE_ERROR;
    }
    if (code != SQLITE_DONE)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE ? count : -1;
}

bool store_sqlite_titles(struct store *store, struct store_titles *titles, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *row = NULL;
    bool good = sqlite3_prepare_v2(s->db,
                                   "SELECT coalesce(sum(pages), 0), coalesce(sum(pages > 1), 0),"
                                   " coalesce(sum(iif(pages > 1, pages, 0)), 0), (SELECT count(*) FROM missing_titles)"
                                   " FROM (" TITLES ")",
                                   -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW;

    if (good) {
        titles->titles = sqlite3_column_int64(row, 0);
        titles->duplicated = sqlite3_column_int64(row, 1);
        titles->duplicated_pages = sqlite3_column_int64(row, 2);
        titles->missing = sqlite3_column_int64(row, 3);
    } else {
        store_sqlite_failed(s, "read", err);
    }
    sqlite3_finalize(row);
    return good;
}

#include "store_sqlite_parts.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

/* Files that older versions of the program made are brought up to date before anything is written to them. Tables and
 * columns are only added; views, which hold nothing, are made anew. */

#define SINCE_2 "-- ---- Since version 2"
#define SINCE_3 "-- ---- Since version 3"

static bool drop_views(struct sqlite_store *s)
{
    sqlite3_stmt *views = NULL;
    struct buf sql = {.limit = 1 << 20};
    bool good =
        sqlite3_prepare_v2(s->db, "SELECT name FROM sqlite_schema WHERE type = 'view'", -1, &views, NULL) == SQLITE_OK;

    while (good && sqlite3_step(views) == SQLITE_ROW) {
        char *drop = sqlite3_mprintf("DROP VIEW \"%w\";", (const char *)sqlite3_column_text(views, 0));

        buf_add_string(&sql, drop == NULL ? "" : drop);
        sqlite3_free(drop);
    }
    good = good && sqlite3_reset(views) == SQLITE_OK && (sql.size == 0 || store_sqlite_run(s, sql.data));
    sqlite3_finalize(views);
    buf_free(&sql);
    return good;
}

bool store_sqlite_migrate(struct sqlite_store *s, const char *schema, int64_t version, struct err *err)
{
    bool is_first = version < 2;
    char sql[100];

    if (version >= STORE_VERSION)
        return true;
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version = %d", STORE_VERSION);
    if (store_sqlite_begin(s) && drop_views(s) &&
        (!is_first || store_sqlite_run(s, "ALTER TABLE page ADD COLUMN sitemap TEXT;"
                                          "ALTER TABLE page ADD COLUMN soft_404 INTEGER")) &&
        store_sqlite_run(s, strstr(schema, is_first ? SINCE_2 : SINCE_3)) && store_sqlite_run(s, sql) &&
        store_sqlite_commit(s))
        return true;
    store_sqlite_failed(s, "bring up to date", err);
    store_sqlite_rollback(s);
    return false;
}

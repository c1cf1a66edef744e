#include "store_sqlite_parts.h"

#include "clock.h"

#include <stdio.h>

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

static bool forget_run(struct sqlite_store *s)
{
    char sql[80];

    snprintf(sql, sizeof sql, "DELETE FROM run WHERE id = %lld", (long long)s->run_id);
    return store_sqlite_run(s, sql);
}

bool store_sqlite_close(struct store *store, enum store_outcome outcome, const char *stats, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    bool good;

    store_sqlite_reach("close");
    /* The end does not wait for others as the writer does: what it adds can be added by the next run. */
    sqlite3_busy_timeout(s->db, 1000);
    good = outcome == RUN_NONE ? forget_run(s) : note_outcome(s, outcome, stats);
    if (good && (outcome == RUN_COMPLETE || outcome == RUN_LIMIT))
        good = store_sqlite_make_indexes(s);
    if (outcome == RUN_FAILED || outcome == RUN_NONE)
        good = true; /* whoever failed has said so */
    if (!good)
        store_sqlite_failed(s, "finish", err);
    /* One file that can be mailed; if somebody reads just now, it stays two. */
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    s->is_undone = outcome == RUN_NONE;
    store_sqlite_free(s);
    return good;
}

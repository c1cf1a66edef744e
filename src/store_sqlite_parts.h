#ifndef CRAWL_STORE_SQLITE_PARTS_H
#define CRAWL_STORE_SQLITE_PARTS_H

#include "store.h"
#include "store_identity.h"
#include "store_lock.h"

#include <sqlite3.h>

/* What the files of the SQLite store share; nobody else includes this. */

enum statement { /* prepared when first used, kept to the end; their text stands in store_sqlite_db.c */
                 DO_BEGIN,
                 DO_COMMIT,
                 ADD_HOST,
                 SET_HOST,
                 SET_HOST_RUN,
                 ADD_URL,
                 ADD_SEED,
                 SET_WAITING,
                 SET_SKIP,
                 UNCHECK,
                 ADD_PAGE,
                 ADD_TRY,
                 ADD_ROBOTS_TRY,
                 ADD_PROBE,
                 SET_PROBE,
                 SET_SOFT_404,
                 ADD_TRAP,
                 ADD_ANCHOR,
                 ADD_LINKS,
                 FIND_NEXT_LINK,
                 ADD_MIME,
                 FIND_MIME,
                 ADD_RULE,
                 FIND_RULE,
                 FIND_HOST,
                 FIND_HOST_RUN,
                 CLAIM,
                 FIND_WAY,
                 STATEMENT_COUNT
};

struct link_row { /* of `link`, before it is written */
    int64_t src, dst;
    int64_t anchor_id; /* 0: none */
    uint8_t kind, rel;
};

struct known_text { /* that a text has a row: by hash, a newer text replaces an older one in its place */
    uint64_t hash;
    int64_t id; /* 0: this place is empty */
};

/* An anchor text that was replaced gets a second row when it comes again, which costs space and nothing else. */
#define ANCHOR_CACHE_SIZE 32768u
#define NAME_CACHE_SIZE   256u

struct sqlite_store {
    struct store base;
    sqlite3 *db;
    char *path;
    struct store_lock *lock;
    char *kept;     /* --fresh: what the old file is called now; NULL: there was none */
    bool is_undone; /* and closing gives it back its name */
    bool keep_links;
    uint64_t hash_seed;
    int64_t run_id;
    bool indexed;          /* the tables made at the end of a run are there and true */
    bool has_link_index;   /* links to a URL can be found: of large crawls */
    int64_t rows_since;    /* rows of `link` added to that index in this run */
    bool can_claim;        /* the index that claiming needs is there */
    int64_t waited_ms;     /* for another program's lock, in the current call */
    int64_t next_link;     /* id that the next row of `link` will get in this transaction */
    struct link_row *rows; /* of the current transaction */
    size_t row_count, row_capacity;
    struct known_text *anchors;               /* ANCHOR_CACHE_SIZE places */
    struct known_text names[NAME_CACHE_SIZE]; /* of media types and rules */
    int64_t *host_ids;                        /* of the hosts told of, in order; its room is the next power of two */
    size_t host_count, last_host;             /* the one found last, in host_ids */
    struct waiting_url *claimed;              /* answer of the last claim, its texts in `texts` */
    struct buf texts;
    struct buf clean; /* text of strangers made valid */
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

/* --- store_sqlite_db.c: the connection ------------------------------------------- */

/* Sets *err to what went wrong with the database and what to do about it. Always false. */
bool store_sqlite_failed(struct sqlite_store *s, const char *doing, struct err *err);

/* Opens s->path and sets how it is used, foreign content distrusted. */
bool store_sqlite_connect(struct sqlite_store *s, bool sync_full, struct err *err);

/* Closes the connection, gives up the lock, frees the store, however far it got. */
void store_sqlite_free(struct sqlite_store *s);

/* Runs statements without results. False as sqlite3_exec(); the caller words it. */
bool store_sqlite_run(struct sqlite_store *s, const char *sql);

/* One integer of a query's first row into *number; false, and it is as it was, without one or on failure. */
bool store_sqlite_number(struct sqlite_store *s, const char *sql, int64_t *number);

/* The statement, ready for binding; NULL on failure. */
sqlite3_stmt *store_sqlite_statement(struct sqlite_store *s, enum statement which);

/* Steps a statement that gives no row, and resets it. */
bool store_sqlite_step(sqlite3_stmt *statement);

/* A write transaction. After a failed commit or any failure within, rollback. */
bool store_sqlite_begin(struct sqlite_store *s);
bool store_sqlite_commit(struct sqlite_store *s);
void store_sqlite_rollback(struct sqlite_store *s);

/* Calls store_fault, if set. */
void store_sqlite_reach(const char *point);

/* --- store_sqlite_migrate.c: files of older versions ------------------------------- */

/* Brings the tables of an older `version` up to that of this program, whose `schema` it is, in one transaction. */
bool store_sqlite_migrate(struct sqlite_store *s, const char *schema, int64_t version, struct err *err);

/* --- store_sqlite_index.c: what makes questions quick ------------------------------- */

/* Tells the planner of an empty database how long its tables will be: else, until the end of the first run has counted
 * them, it takes `link` to be no longer than the others, and begins with it. */
bool store_sqlite_guess_sizes(struct sqlite_store *s);

/* At the end of a run: the tables `inbound` and `bad_link`, the full text, of large crawls an index over links, and the
 * planner's statistics. Nothing, when they are there and true. */
bool store_sqlite_make_indexes(struct sqlite_store *s);

/* In a transaction that changes what these tell: they are no longer true. */
bool store_sqlite_forget_indexes(struct sqlite_store *s);

/* Before s->rows are written: drops the index over links, if the run adds too much to it. */
bool store_sqlite_keep_index(struct sqlite_store *s);

/* --- store_sqlite_bind.c: values for a statement, from left to right ---------------- */
struct binder {
    struct sqlite_store *store;
    sqlite3_stmt *statement;
    int at; /* the next parameter */
};

/* Of this statement; it is NULL there on failure. */
struct binder store_binder(struct sqlite_store *s, enum statement which);

void store_bind(struct binder *b, int64_t value);
void store_bind_unless(struct binder *b, int64_t value, int64_t null); /* NULL if it is this one */
void store_bind_text(struct binder *b, struct slice text);             /* valid UTF-8 that outlives the step */
void store_bind_some(struct binder *b, struct slice text);             /* the same; NULL if empty */
void store_bind_web(struct binder *b, struct slice text);              /* bytes of strangers; NULL if NULL or empty */

/* --- store_sqlite_read.c: what a row says --------------------------------------------- */

/* The text of a column; it is the statement's, until that steps or is reset. */
struct slice store_sqlite_text(sqlite3_stmt *statement, int column);

/* True if a text of the row that was read last is NULL for want of memory alone. */
bool store_sqlite_lacks_memory(const struct sqlite_store *s);

/* A number of a file that may say anything, brought within bounds. */
int64_t store_sqlite_within(int64_t number, int64_t least, int64_t most);

/* Sets *err: the file says of this row ("URL", "host") what cannot be. Always false. */
bool store_sqlite_damaged(const struct sqlite_store *s, const char *what, int64_t id, struct err *err);

/* --- store_sqlite_names.c: ids for texts that come again --------------------------- */

/* Id of an anchor text, 0 on failure. */
int64_t store_sqlite_anchor(struct sqlite_store *s, struct slice text);

/* Id of a media type (ADD_MIME) or the words of a rule (ADD_RULE); 0 if the text is empty, -1 on failure.
 */
int64_t store_sqlite_name(struct sqlite_store *s, enum statement which, struct slice text);

/* After a rollback: rows that were known may be gone. */
void store_sqlite_forget_names(struct sqlite_store *s);

/* --- store_sqlite_links.c: many rows of `link` by one step --------------------------- */

/* Makes the table-valued source from which ADD_LINKS selects: s->rows. */
bool store_sqlite_offer_rows(struct sqlite_store *s);
void store_sqlite_add_row(struct sqlite_store *s, const struct link_row *row);

/* --- store_sqlite_notes.c: rows beside those of pages and links; false on failure ------ */
bool store_sqlite_add_trap(struct sqlite_store *s, const struct page *page);
bool store_sqlite_add_try(struct sqlite_store *s, const struct page *try);
bool store_sqlite_add_robots_try(struct sqlite_store *s, const struct page *page);

/* --- store_sqlite_soft404.c: what hosts say of names they do not have; false on failure */
bool store_sqlite_add_probe(struct sqlite_store *s, const struct page *page); /* page->probe is wanted */
bool store_sqlite_set_probe(struct sqlite_store *s, const struct page *page); /* a PAGE_PROBE */

/* --- The calls of store.h ------------------------------------------------------------- */
bool store_sqlite_hosts(struct store *s, store_tell_host *tell, void *arg, struct err *err);
bool store_sqlite_known(struct store *s, store_tell_known *tell, void *arg, struct err *err);
bool store_sqlite_seeds(struct store *s, store_tell_seed *tell, void *arg, struct err *err);
bool store_sqlite_traps(struct store *s, store_tell_trap *tell, void *arg, struct err *err);
bool store_sqlite_probes(struct store *s, store_tell_probe *tell, void *arg, struct err *err);
bool store_sqlite_mark_soft404(struct store *s, int64_t *count, struct err *err);
long store_sqlite_claim(struct store *s, int64_t host_id, int64_t after, size_t max, const struct waiting_url **rows,
                        struct err *err);
bool store_sqlite_host(struct store *s, int64_t host_id, struct host_state **state, struct err *err);
bool store_sqlite_totals(struct store *s, struct store_totals *totals, struct err *err);
bool store_sqlite_titles(struct store *s, struct store_titles *titles, struct err *err);
int64_t store_sqlite_findings(struct store *s, enum store_finding_kind kind, size_t max, store_tell_finding *tell,
                              void *arg, struct err *err);
bool store_sqlite_write(struct store *s, struct page *const *pages, size_t count, struct err *err);
bool store_sqlite_write_hosts(struct store *s, const struct host_state *states, size_t count, struct err *err);
bool store_sqlite_close(struct store *s, enum store_outcome outcome, const char *stats, struct err *err);

#endif

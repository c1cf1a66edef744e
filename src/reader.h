#ifndef CRAWL_READER_H
#define CRAWL_READER_H

#include "buf.h"
#include "err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* A crawl's database for reading, and for nothing else: of a crawl that runs, of one that is over, on media that cannot
 * be written. The file may come from anywhere: nothing in it is trusted, and whoever asks it in SQL can only read.
 *
 * Threads: a reader belongs to one thread.
 */
struct reader {
    sqlite3 *db;
    char *path;
    bool is_indexed; /* what is made at the end of a run is there and true: bad_link, inbound, page_fts */
    bool can_search; /* page_fts may be asked */
    /* Of reader.c alone: */
    bool is_ours;       /* what runs now is our own: BEGIN and COMMIT are fine */
    struct err refused; /* what the authorizer forbade last */
};

/* NULL with the reason in words: there is none, it is not a crawl's, it is of a newer crawl, it cannot be read. */
struct reader *reader_open(const char *path, struct err *err);
void reader_close(struct reader *reader); /* all statements are finalized before; NULL is fine */

/* One statement of the user's. NULL with the reason, the place of an error shown by a caret in a line of its own, and
 * the name that was probably meant: it is no SQL, it is more than one statement, it does more than read. */
sqlite3_stmt *reader_prepare(struct reader *reader, const char *sql, struct err *err);

/* A statement of our own. The tables may be broken: NULL with the reason, too. */
sqlite3_stmt *reader_statement(struct reader *reader, const char *sql, struct err *err);

/* SQLITE_ROW or SQLITE_DONE, or with the reason SQLITE_ERROR. */
int reader_step(struct reader *reader, sqlite3_stmt *statement, struct err *err);

/* SQL: how long the run `r` took, as its summary said it, which pages a second go by; NULL while it runs, and if it was
 * killed. A view could not say it: JSON functions are not trusted there. */
#define READER_RUN_MS                                                                                                  \
    "coalesce(iif(json_valid(r.stats), CAST(1000 * json_extract(r.stats, '$.seconds') AS INTEGER), NULL),"             \
    " r.ended_ms - r.started_ms)"

/* One integer of a query of our own; `otherwise` without a row, or for NULL. */
int64_t reader_number(struct reader *reader, const char *sql, int64_t otherwise);

/* A column's text as it is stored, any bytes, valid until the next step; empty for NULL. */
struct slice reader_text(sqlite3_stmt *statement, int column);

/* A column's number; `null` if it is NULL. What the file says is more than READER_MOST is taken for that, so that sums
 * and differences of a few hold. */
#define READER_MOST ((int64_t)1 << 53)
int64_t reader_column(sqlite3_stmt *statement, int column, int64_t null);

/* Several queries that see the same moment, between these two. Short: a crawl that runs cannot tidy its log meanwhile.
 */
void reader_begin(struct reader *reader);
void reader_end(struct reader *reader);

#endif

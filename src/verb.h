#ifndef CRAWL_VERB_H
#define CRAWL_VERB_H

#include "options.h"
#include "out.h"
#include "reader.h"
#include "rows.h"

/* The verbs: each reads the database of a crawl, that runs or is over, and writes what was asked for to standard
 * output. They never touch the pipeline. One file a verb; each says all a user should know and returns the exit status.
 */

enum verb_exit {
    VERB_DONE = 0,
    VERB_NOTHING = 1, /* nothing was found */
    VERB_USAGE = 2,
    VERB_FILE = 3,      /* the database cannot be read, or the result not be written */
    VERB_NO_ANSWER = 4, /* crawl robots: no robots.txt could be had */
};

int verb_status(const struct options *options);
int verb_report(const struct options *options);
int verb_export(const struct options *options);
int verb_search(const struct options *options);
int verb_sql(const struct options *options);
int verb_explain(const struct options *options);
int verb_robots(const struct options *options);

/* --- What verbs share --------------------------------------------------------------- */

/* Says the reason as an error, and gives `status`. */
int verb_fail(int status, const struct err *err);

/* The format of rows that --format asks for, else what suits `out`: a table on a terminal, what the ending of -o says,
 * CSV. False with the reason: it is none of rows, or the ending is not known. */
bool verb_style(const struct options *options, const struct out *out, struct rows_style *style, struct err *err);
void verb_style_free(struct rows_style *style);

/* Writes the rows of a statement as --format and -o say, finalizes it, and gives the exit status. NULL, with the reason
 * in *err: that is said, with the exit status `otherwise`. *rows gets how many there were; it may be NULL. */
int verb_write_rows(const struct options *options, struct reader *reader, sqlite3_stmt *statement, int otherwise,
                    int64_t *rows, struct err *err);

/* True if the crawl that noted `pid` in the database at `path` still is at it. */
bool verb_is_running(const char *path, int64_t pid);

/* "YYYY-MM-DD HH:MM:SS" in the user's time zone; appends. */
void verb_add_time(struct buf *out, int64_t wall_ms);

/* The same for JSON: quoted, UTC, ISO 8601, milliseconds; null if 0 or less. */
void verb_add_json_time(struct buf *out, int64_t wall_ms);

/* Appends a JSON string in quotes; null for NULL data. */
void verb_add_json(struct buf *out, struct slice text);

#endif

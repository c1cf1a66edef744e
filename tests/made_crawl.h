#ifndef CRAWL_TESTS_MADE_CRAWL_H
#define CRAWL_TESTS_MADE_CRAWL_H

#include <sqlite3.h>

/* A crawl's database made by hand, for what reads it: tables as the store makes them, rows by SQL. */

/* Makes an empty one at `path`, where nothing stands, that has had one complete run, and opens it for changes. Aborts
 * when it cannot. The caller closes it. */
sqlite3 *made_crawl(const char *path);

/* Runs the statements; aborts with the reason. */
void made_crawl_do(sqlite3 *db, const char *sql);

/* Two hosts, fourteen pages of all fates within 12 s, links, and skipped URLs: a small crawl of each kind of thing. */
void made_crawl_small(sqlite3 *db);

/* Titles, anchors, addresses and errors that would do harm if a report or a terminal took them for more than text. */
void made_crawl_nasty(sqlite3 *db);

/* `pages` pages with long addresses in folders, a tenth of them broken, each linked ten times. */
void made_crawl_large(sqlite3 *db, int pages);

#endif

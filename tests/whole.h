#ifndef CRAWL_TEST_WHOLE_H
#define CRAWL_TEST_WHOLE_H

#include "site.h"

#include <stdbool.h>

/* Whole crawls inside the test process, so that sanitizers see all threads, against a declared site; their database
 * lies in a folder of its own. */
struct whole {
    char folder[64];
    char database[96];
};

/* A new empty folder; ended, and removed with all in it, by whole_free(). */
void whole_init(struct whole *whole);
void whole_free(struct whole *whole);

/* Runs `crawl --config=none -q -o DATABASE ARGS...` (NULL-terminated), and gives its exit status. "{site}" at the start
 * of an argument stands for the site's root. */
int whole_crawl(struct whole *whole, const struct site *site, const char *const *args);

/* The same with these arguments written out. */
#define WHOLE_CRAWL(whole, site, ...) whole_crawl(whole, site, (const char *const[]){__VA_ARGS__, NULL})

/* The one number, or text (valid until the next call; "" for NULL or no row), that a query of the database gives. Also
 * holds the database to its promises: it is whole and its books balance. */
long whole_number(struct whole *whole, const char *sql);
const char *whole_text(struct whole *whole, const char *sql);

/* Appends the text that a query gives, of any length, and a line end. */
void whole_add_text(struct whole *whole, const char *sql, struct buf *out);

/* False of a crawl that failed before the database had its tables. */
bool whole_has_tables(struct whole *whole);

/* All that was recorded, but for times and what a run says of itself: two crawls of one site give the same text. To be
 * freed. */
char *whole_recorded(struct whole *whole);

/* A site of `count` pages for site_start_made(): page K is /p/K, titled "Page K", with links to 3K+1, 3K+2, 3K+3 and
 * back to 0. `arg` is a struct whole_tree. */
struct whole_tree {
    long count;
    long kill_at;  /* at this request (from 1) of a page ... */
    int kill_pid;  /* ... this process is killed; 0: none */
    long requests; /* so far */
};
bool whole_tree_make(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text);

#endif

#ifndef CRAWL_PANEL_H
#define CRAWL_PANEL_H

#include "buf.h"

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words and pictures of the live display, from numbers. Pure: it knows no
 * terminal, clock or crawl. Text of strangers is made harmless here.
 */
#define PANEL_LEAST_COLUMNS 20 /* of a terminal that has room for it */

struct panel_look {
    int columns;     /* of the terminal; no line takes more than one less */
    bool color;      /* SGR sequences may be used */
    locale_t locale; /* of columns_locale(); (locale_t)0: ASCII only */
};

struct panel_facts {
    const char *host;     /* that is crawled, and how many more */
    int64_t more_hosts;   /* 0: none */
    const char *how;      /* "8 threads, 10/s a host, robots on" */
    const char *database; /* file name */
    int64_t done, waiting, in_flight;
    double pages_per_s, bytes_per_s; /* negative: not known yet */
    const double *history;           /* pages a second, oldest first */
    size_t history_count;
    const char *held_by;      /* "" unknown */
    int64_t answers[6];       /* [2]: 2xx ...; [0] and [1]: no use of the answer, or none */
    int64_t skipped;          /* URLs */
    int64_t elapsed_ms;       /* since the start */
    int64_t left_ms;          /* -1: cannot be said */
    bool is_growing;          /* more is found than fetched */
    bool is_stopping;         /* what is under way is brought to its end */
    bool is_finishing;        /* nothing is fetched any more, the database is put in order */
    const char *last_url;     /* the page recorded last; "" none yet */
    int last_status;          /* 0: no answer */
    const char *last_outcome; /* its name */
    int64_t last_ms;          /* -1: not known */
};

/* Appends the lines, each with "\n" behind it. */
void panel_add(struct buf *out, const struct panel_facts *facts, const struct panel_look *look);

/* "12431/15638 pages (79%), 41.2/s, 1.9 MB/s, 4xx 121, 5xx 3, failed 8, 00:05:02, held back by --rate (x)": one line
 * for logs, ASCII but for the host, without newline. */
void panel_add_plain(struct buf *out, const struct panel_facts *facts);

#endif

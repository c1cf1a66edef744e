#ifndef CRAWL_WORDS_H
#define CRAWL_WORDS_H

#include "buf.h"

#include <stdint.h>

/* Numbers as people read them. Pure, ASCII, whatever the locale. */

/* "12 431": digits in threes. */
void words_add_number(struct buf *out, int64_t number);

/* "1 page", "12 431 pages": `one` has an s behind it unless number is 1. */
void words_add_count(struct buf *out, int64_t number, const char *one);

/* "812 B", "1.9 MB", "702 MB": powers of 1000. */
void words_add_bytes(struct buf *out, double bytes);

/* "0.4", "41.2", "2 130": of something a second. */
void words_add_rate(struct buf *out, double per_second);

/* "84 ms", "4.8 s", "5 s", "1 min 20 s", "2 h 5 min", "3 d 4 h": two units at most. */
void words_add_time(struct buf *out, int64_t ms);

/* "00:05:02"; hours may have more digits. */
void words_add_clock(struct buf *out, int64_t ms);

/* A line of words, without a newline, on as many lines of up to `columns` columns as it takes, `used` of the first taken
 * already; the others begin with `indent` blanks. It breaks behind a comma, colon or semicolon, or else at another blank,
 * but never inside a number, nor between a name and its number; a word that is longer stays whole. */
void words_add_folded(struct buf *out, struct slice line, int columns, int used, int indent);

/* `word` as one word of a shell command: in single quotes if it needs them. */
void words_add_shell(struct buf *out, const char *word);

#endif

#ifndef CRAWL_ECHO_H
#define CRAWL_ECHO_H

#include "buf.h"

#include <stdbool.h>
#include <stdint.h>

/* A few words, to be left out of a text: what a page says only because its URL says so. A word is a run of letters and
 * digits that has a letter, whatever their case; all bytes beyond ASCII are taken for letters. Numbers are never left
 * out: they are what pages are told apart by. Pure; any thread.
 */

#define ECHO_WORDS_MAX 128

struct echo {
    uint32_t count;
    uint64_t words[ECHO_WORDS_MAX]; /* hashes, ascending */
};

/* Adds the words of the value of a query, percent-encoded as it stands there. False: there is no room for all. */
bool echo_add(struct echo *echo, struct slice value);

/* Takes the words of a piece of text into *hash, which is 0 before the first, but for those left out. No word goes over
 * from one piece to the next. */
void echo_hash(const struct echo *echo, struct slice text, uint64_t *hash);

#endif

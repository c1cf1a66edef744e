#ifndef CRAWL_TOKEN_WORDS_H
#define CRAWL_TOKEN_WORDS_H

#include "token_wants.h"

/* Hashes the words of a page, by which equal and nearly equal pages are found. A
 * word is a run of bytes above the space, as the page has them (references are not
 * decoded); each tag parts words. Threads: one at a time.
 */

#define WORDS_PLANES 40

struct words {
    uint64_t hash;       /* of all words in order */
    uint64_t blind_hash; /* the same with each run of digits as one: it does not see a number change */
    uint64_t last[2];    /* the last two words' hashes, blind to digits likewise */
    uint64_t count;
    size_t bytes;
    uint64_t waiting[7]; /* hashes of three words in a row, still to be counted */
    unsigned waiting_count;
    uint64_t shingles;
    const struct echo *echo; /* NULL: none */
    uint64_t echo_hash;
    /* How often each of the 64 bits was set: bit i of the counts is plane[i]. */
    uint64_t plane[WORDS_PLANES];
};

/* With words to be left out of the echo_hash, which outlive it; NULL: it is not wanted. */
void words_start(struct words *w, const struct echo *echo);

/* The bytes before `page_end` may be read. */
void words_add(struct words *w, struct slice text, const char *page_end);

void words_end(struct words *w, struct token_text *text);

#endif

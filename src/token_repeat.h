#ifndef CRAWL_TOKEN_REPEAT_H
#define CRAWL_TOKEN_REPEAT_H

#include "buf.h"

#include <stdint.h>

/* Tells links that a page repeats: of the links of a documentation page seven in ten lead to where an earlier one
 * leads, and what comes after tokenization costs several times as much as to see that here. It may miss one that
 * is repeated, but never takes two for the same that could differ. Memory is bounded. Threads: one at a time.
 */

#define REPEAT_SLOTS 1024 /* a power of two */

struct repeat {
    struct repeat_slot {
        uint32_t stamp;         /* of the page; else the slot is free */
        struct slice href, rel; /* in the page */
    } slots[REPEAT_SLOTS];
    uint32_t stamp;
};

/* A new page, or one whose links so far do not count. */
void repeat_start(struct repeat *r);

/* True if this page had a link before that leads to the same URL but for its fragment, with the same rel; both values
 * as they stand in the page. Keeps this one if not: the slices stay valid until repeat_start(). */
bool repeat_find(struct repeat *r, struct slice href, struct slice rel);

/* Takes back what repeat_find() kept: that link did not come to be. */
void repeat_forget(struct repeat *r, struct slice href);

#endif

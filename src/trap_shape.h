#ifndef CRAWL_TRAP_SHAPE_H
#define CRAWL_TRAP_SHAPE_H

#include "buf.h"

#include <stdbool.h>

/* What URLs of one kind have in common: the same text for all of them, in words that a person can read. Pure; any
 * thread.
 */
enum shape {
    SHAPE_NUMBERS, /* what looks made up by a program is masked: http://a.example/calendar/0/0?view=week&id=x */
    SHAPE_VALUES,  /* of a query only the names count, in their order by text: http://a.example/shop?color=*&size=* */
    SHAPE_TAIL,    /* only the last part of a path counts, however deep: http://a.example/.../contact/ */
    SHAPE_NAME,    /* of a query only that it has this one name: http://a.example/shop?*&color=* */
    SHAPE_COUNT
};

/* A URL has one shape of each kind, but of the last one for each name in its query (beyond so many names, for the first
 * ones by text). They stand in slots. */
#define SHAPE_NAMES 8
#define SHAPE_SLOTS (SHAPE_NAME + SHAPE_NAMES)

enum shape shape_of_slot(unsigned slot);

/* Appends the shape of a URL (serialised, http or https, no fragment) to *out. False, and nothing added: it has none,
 * for no other URL would share it. Numbers become 0; UUIDs, digests and the like become x. */
bool shape_of(struct slice url, unsigned slot, struct buf *out);

/* True if a URL has, for the name that this slot is about, a value with a letter in it. */
bool shape_has_word(struct slice url, unsigned slot);

/* How many parts the path of a URL has: 0 for "http://a.example/", 2 for "http://a.example/b/c?d". */
int shape_parts(struct slice url);

/* A part of the path of a URL is there twice. */
bool shape_part_comes_again(struct slice url);

/* Appends `text` with each run of digits as one 0. */
void shape_add_blind(struct slice text, struct buf *out);

#endif

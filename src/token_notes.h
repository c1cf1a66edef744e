#ifndef CRAWL_TOKEN_NOTES_H
#define CRAWL_TOKEN_NOTES_H

#include "token_repeat.h"
#include "token_stack.h"
#include "token_tag.h"
#include "token_wants.h"
#include "token_write.h"

/* Decides which of the elements and texts that tree construction inserts are
 * written to the short page. Threads: one at a time.
 */

#define FOSTERS_KEPT 4

/* Where the first of something stands, for deciding whether another comes before it in the tree. */
struct first_of {
    bool found;
    uint32_t serial; /* the newest stack element then */
    uint32_t
        fosters[FOSTERS_KEPT]; /* serials of the tables open then that it, or what it is in, was moved in front of */
    unsigned foster_count;
};

struct notes {
    struct writer writer;
    const struct token_wants *wants;
    bool anchor_open;
    struct slice anchor_href; /* of the one that is open, in the page */
    bool heading_open;
    bool heading_done; /* there was one with text */
    bool lang_given;
    struct text_run run;
    struct first_of title;
    struct first_of base;
    struct repeat repeat; /* must stay last: notes_start() keeps it */
};

void notes_start(struct notes *n, const struct token_wants *wants);
void notes_end(struct notes *n);

/* Takes down an HTML element that is being inserted below the current one. Returns
 * the flags (enum open_flag) its place on the stack has to have. */
uint8_t notes_insert(struct notes *n, struct stack *s, const struct tag *tag);

/* The lang of an html tag that only adds attributes to the element there is. */
void notes_lang(struct notes *n, const struct tag *tag);

/* A body was thrown away for a frameset. */
void notes_frameset(struct notes *n);

/* True if the title being inserted is to be written. */
bool notes_wants_title(struct notes *n, struct stack *s);
void notes_title(struct notes *n, struct slice text);

/* Writes what follows from elements that left the stack. */
void notes_settle(struct notes *n, struct stack *s);

/* True if text is wanted where we are. */
static inline bool notes_capture(const struct notes *n, const struct stack *s)
{
    return (n->anchor_open || n->heading_open) && !stack_has(s, NAME_TEMPLATE);
}

/* Text that notes_capture(). */
void notes_text(struct notes *n, struct slice text, bool keep_nul);

/* Words on both sides are apart. */
static inline void notes_space(struct notes *n)
{
    n->run.space = true;
}

#endif

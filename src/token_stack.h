#ifndef CRAWL_TOKEN_STACK_H
#define CRAWL_TOKEN_STACK_H

#include "token_names.h"

/* The stack of open elements and the list of active formatting elements (WHATWG
 * HTML, 13.2.4.2 and 13.2.4.3), as names only: there is no tree. "Has an element
 * in scope" and its like take constant time whatever the depth; what cannot
 * (removal from the middle, the adoption agency) draws on `work`, which the
 * caller fills in proportion to the page: when it is used up such steps are left
 * out, so that the whole stays linear. Threads: one at a time.
 */

enum space { SPACE_HTML, SPACE_MATHML, SPACE_SVG }; /* namespaces */

enum open_flag {
    OPEN_ANCHOR = 1 << 0,    /* its text is an anchor's */
    OPEN_HEADING = 1 << 1,   /* its text is the h1's */
    OPEN_LISTED = 1 << 2,    /* it is in the list of active formatting elements */
    OPEN_HTML_POINT = 1 << 3 /* annotation-xml with an HTML encoding */
};

struct open_element {
    uint8_t name;  /* enum name */
    uint8_t space; /* enum space */
    uint8_t flags; /* enum open_flag, or-ed */
    uint32_t hash; /* of the name, if it is NAME_OTHER */
    uint32_t serial;
    /* Indexes into the stack, -1 for none; those of bounds include the element itself. */
    int32_t before;  /* the next lower HTML element of this name */
    int32_t special; /* the nearest special element */
    int32_t scope;   /* the nearest bound of the particular scope */
    int32_t item;    /* the nearest special element but address, div and p */
};

/* One entry of the list of active formatting elements, or a marker. */
struct formatting {
    uint8_t name; /* NAME_OTHER: a marker */
    bool open;    /* it is on the stack */
    bool lost;    /* an a that does not count where it stood, in a template or a body thrown away */
    uint32_t serial;
    struct slice attributes; /* of its tag, in the page */
};

#define FORMATTING_MAX 128       /* beyond it the oldest is forgotten */
#define STACK_MAX      (1 << 18) /* elements; deeper ones are counted only */

struct stack {
    struct open_element *open;
    int32_t count;
    int32_t capacity;
    size_t beyond;           /* elements open beyond STACK_MAX */
    int32_t top[NAME_COUNT]; /* index of the topmost HTML element of a name, or -1 */
    uint8_t popped;          /* open_flag of elements that went, or-ed; the reader clears it */
    uint32_t serial;         /* the last one given */
    int64_t work;            /* see above */
    int32_t revived;         /* index on the list of a lost one that was opened again; -1: none */
    struct formatting list[FORMATTING_MAX];
    int32_t listed;
};

void stack_clear(struct stack *s, int64_t work);
void stack_free(struct stack *s);

void stack_push(struct stack *s, enum name name, enum space space, uint8_t flags, uint32_t hash);
void stack_pop(struct stack *s);

/* Pops until `count` elements are left. */
void stack_pop_to(struct stack *s, int32_t count);

/* Pops until the topmost HTML element `name`, which there is, has gone. */
void stack_pop_until(struct stack *s, enum name name);

/* Takes one element out of the middle. */
void stack_remove(struct stack *s, int32_t at);

static inline struct open_element *stack_current(struct stack *s)
{
    return &s->open[s->count - 1];
}

static inline bool stack_has(const struct stack *s, enum name name)
{
    return s->top[name] >= 0;
}

static inline bool stack_current_is(struct stack *s, enum name name)
{
    return s->count > 0 && stack_current(s)->name == name && stack_current(s)->space == SPACE_HTML;
}

/* For what changes the stack in its middle: takes open[from] and all above out of
 * the indexes, and puts them (there may be others now) back. */
void stack_unlink_from(struct stack *s, int32_t from);
void stack_link_from(struct stack *s, int32_t from);

static inline bool stack_is_called(const struct open_element *e, enum name name, uint32_t hash)
{
    return e->name == name && (name != NAME_OTHER || e->hash == hash);
}

/* "Has an element in scope": in the particular one, with button, with ol and ul, in table scope. */
bool stack_in_scope(const struct stack *s, enum name name);
bool stack_in_button_scope(const struct stack *s, enum name name);
bool stack_in_item_scope(const struct stack *s, enum name name);
bool stack_in_table_scope(const struct stack *s, enum name name);

/* "Generate implied end tags", but for `except` (NAME_OTHER: for none). */
void stack_imply_ends(struct stack *s, enum name except);
void stack_imply_ends_thoroughly(struct stack *s);

/* The "any other end tag" steps: pops to the nearest element of that name, unless a special one is nearer. */
void stack_end_other(struct stack *s, enum name name, uint32_t hash);

/* A marker on the list; and all from the last marker on taken off. */
void stack_mark(struct stack *s);
void stack_clear_to_mark(struct stack *s);

/* Puts the current element on the list. */
void stack_list_current(struct stack *s, struct slice attributes);

/* True if the last of the list is neither a marker nor open. */
static inline bool stack_must_reconstruct(const struct stack *s)
{
    return s->listed > 0 && s->list[s->listed - 1].name != NAME_OTHER && !s->list[s->listed - 1].open;
}

/* "Reconstruct the active formatting elements". Sets s->revived if that opened an a which now may count. */
void stack_reconstruct(struct stack *s);

/* The body is thrown away: no a on the list counts any longer. */
void stack_lose_listed(struct stack *s);

/* True if `name` is on the list behind the last marker. */
bool stack_is_listed(const struct stack *s, enum name name);

/* The adoption agency algorithm for the end tag `name`. */
void stack_adopt(struct stack *s, enum name name);

/* Takes the last `name` behind the last marker off the list and the stack. */
void stack_drop_listed(struct stack *s, enum name name);

#endif

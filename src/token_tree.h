#ifndef CRAWL_TOKEN_TREE_H
#define CRAWL_TOKEN_TREE_H

#include "token_notes.h"

/* Tree construction (WHATWG HTML, 13.2.6) without a tree: which tokens become
 * elements, in which namespace, and what the tokenizer is to do next. Scripting
 * is off. Threads: one at a time.
 */

enum mode { /* 13.2.4.1 "The insertion mode"; that of raw text is the tokenizer's own */
            MODE_INITIAL,
            MODE_BEFORE_HTML,
            MODE_BEFORE_HEAD,
            MODE_IN_HEAD,
            MODE_IN_HEAD_NOSCRIPT,
            MODE_AFTER_HEAD,
            MODE_IN_BODY,
            MODE_IN_TABLE,
            MODE_IN_CAPTION,
            MODE_IN_COLUMN_GROUP,
            MODE_IN_TABLE_BODY,
            MODE_IN_ROW,
            MODE_IN_CELL,
            MODE_IN_TEMPLATE,
            MODE_AFTER_BODY,
            MODE_IN_FRAMESET,
            MODE_AFTER_FRAMESET,
            MODE_AFTER_AFTER_BODY,
            MODE_AFTER_AFTER_FRAMESET
};

/* What the tokenizer reads after a start tag. */
enum raw {
    RAW_NONE,   /* markup */
    RAW_RCDATA, /* text with references, up to the end tag of that name: title, textarea */
    RAW_TITLE,  /* the same, and it is to be written */
    RAW_TEXT,   /* text without: style, xmp, iframe, noembed, noframes */
    RAW_SCRIPT, /* the same, with the escaped states */
    RAW_PLAIN   /* all that follows */
};

struct tree {
    struct stack stack;
    struct notes notes;
    enum mode mode;
    uint8_t *template_modes; /* enum mode */
    size_t template_count;
    size_t template_capacity;
    bool frameset_ok;
    bool quirks;
    bool head_given; /* the head element pointer is set */
    uint32_t form;   /* serial of the form element pointer; 0: null */
    enum raw raw;    /* set by tree_start_tag() */
};

void tree_start(struct tree *t, const struct token_wants *wants, size_t page_bytes);
void tree_free(struct tree *t);

void tree_doctype(struct tree *t, bool quirks);

/* A start tag. t->raw is what to read next; the element of raw text is not on the stack. */
void tree_start_tag(struct tree *t, struct tag *tag);
void tree_end_tag(struct tree *t, enum name name, uint32_t hash);

/* A run of text, not empty, as it stands in the page. */
void tree_text(struct tree *t, struct slice text, bool is_cdata);

/* True if a text between two tags changes nothing here. */
static inline bool tree_skips_text(const struct tree *t)
{
    return !t->frameset_ok && (t->mode == MODE_IN_BODY || t->mode == MODE_IN_CELL) && !t->notes.anchor_open &&
           !t->notes.heading_open && !stack_must_reconstruct(&t->stack);
}

/* True if the current node is in HTML's namespace, or there is none: no CDATA. */
static inline bool tree_in_html(const struct tree *t)
{
    return t->stack.count == 0 || t->stack.open[t->stack.count - 1].space == SPACE_HTML;
}

/* --- between the files of tree construction ------------------------------- */

/* Inserts an HTML element; notes_insert() has its say. */
void tree_insert(struct tree *t, const struct tag *tag);
void tree_insert_void(struct tree *t, const struct tag *tag);
void tree_insert_name(struct tree *t, enum name name);

/* A tag by the rules of the present mode, of which each knows some. False: the mode
 * has changed, process the tag again. */
bool tree_start_outside(struct tree *t, struct tag *tag);
bool tree_start_in_body(struct tree *t, struct tag *tag);
bool tree_start_in_table(struct tree *t, struct tag *tag);
bool tree_end_outside(struct tree *t, enum name name, uint32_t hash);
bool tree_end_in_body(struct tree *t, enum name name, uint32_t hash);
bool tree_end_in_table(struct tree *t, enum name name, uint32_t hash);

/* base, link, meta, noframes, script, style, template, title: the same in most modes. */
void tree_start_as_in_head(struct tree *t, struct tag *tag);

/* The end tag of a template, wherever it stands. */
void tree_end_template(struct tree *t);

/* An html start tag where there is such an element: it only adds attributes. */
void tree_merge_html(struct tree *t, const struct tag *tag);

/* "Anything else" in the modes before and after the body: what is missing is
 * inserted or what is open is closed, and the next mode is on. */
void tree_step_towards_body(struct tree *t);

/* An svg or math element. */
void tree_insert_foreign(struct tree *t, const struct tag *tag, enum space space);

/* "Reset the insertion mode appropriately". */
void tree_reset_mode(struct tree *t);

/* "Reconstruct the active formatting elements", of which there are some. */
void tree_reconstruct_some(struct tree *t);

static inline void tree_reconstruct(struct tree *t)
{
    if (stack_must_reconstruct(&t->stack))
        tree_reconstruct_some(t);
}

#endif

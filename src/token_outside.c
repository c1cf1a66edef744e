#include "token_tree.h"

#include "mem.h"

/* The insertion modes before, after and beside the body (WHATWG HTML, 13.2.6.4.1
 * to 6, 18 to 23). */

void tree_step_towards_body(struct tree *t)
{
    switch (t->mode) {
    case MODE_INITIAL:
        t->quirks = true;
        t->mode = MODE_BEFORE_HTML;
        break;
    case MODE_BEFORE_HTML:
        tree_insert_name(t, NAME_HTML);
        t->mode = MODE_BEFORE_HEAD;
        break;
    case MODE_BEFORE_HEAD:
        tree_insert_name(t, NAME_HEAD);
        t->head_given = true;
        t->mode = MODE_IN_HEAD;
        break;
    case MODE_IN_HEAD:
        stack_pop(&t->stack);
        t->mode = MODE_AFTER_HEAD;
        break;
    case MODE_IN_HEAD_NOSCRIPT:
        stack_pop(&t->stack);
        t->mode = MODE_IN_HEAD;
        break;
    case MODE_AFTER_HEAD:
        tree_insert_name(t, NAME_BODY);
        t->mode = MODE_IN_BODY;
        break;
    default:
        t->mode = MODE_IN_BODY;
        break;
    }
}

void tree_merge_html(struct tree *t, const struct tag *tag)
{
    if (!stack_has(&t->stack, NAME_TEMPLATE))
        notes_lang(&t->notes, tag);
}

static void push_template_mode(struct tree *t, enum mode mode)
{
    if (t->template_count == t->template_capacity) {
        t->template_capacity = t->template_capacity * 2 + 16;
        t->template_modes = mem_resize(t->template_modes, t->template_capacity);
    }
    t->template_modes[t->template_count++] = (uint8_t)mode;
}

static void start_template(struct tree *t, const struct tag *tag)
{
    if (t->stack.count == STACK_MAX)
        return;
    tree_insert(t, tag);
    stack_mark(&t->stack);
    t->frameset_ok = false;
    t->mode = MODE_IN_TEMPLATE;
    push_template_mode(t, MODE_IN_TEMPLATE);
}

void tree_end_template(struct tree *t)
{
    if (!stack_has(&t->stack, NAME_TEMPLATE))
        return;
    stack_pop_until(&t->stack, NAME_TEMPLATE);
    stack_clear_to_mark(&t->stack);
    t->template_count--;
    tree_reset_mode(t);
}

void tree_start_as_in_head(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_TITLE:
        t->raw = notes_wants_title(&t->notes, &t->stack) ? RAW_TITLE : RAW_RCDATA;
        break;
    case NAME_NOFRAMES:
    case NAME_STYLE:
        t->raw = RAW_TEXT;
        break;
    case NAME_SCRIPT:
        tree_insert_void(t, tag);
        t->raw = RAW_SCRIPT;
        break;
    case NAME_TEMPLATE:
        start_template(t, tag);
        break;
    default: /* base, basefont, bgsound, link, meta */
        tree_insert_void(t, tag);
        break;
    }
}

static bool start_before_head(struct tree *t, struct tag *tag)
{
    if (t->mode == MODE_BEFORE_HTML && tag->name == NAME_HTML) {
        tree_insert(t, tag);
        t->mode = MODE_BEFORE_HEAD;
        return true;
    }
    if (t->mode == MODE_BEFORE_HEAD && tag->name == NAME_HTML) {
        tree_merge_html(t, tag);
        return true;
    }
    if (t->mode == MODE_BEFORE_HEAD && tag->name == NAME_HEAD) {
        tree_insert(t, tag);
        t->head_given = true;
        t->mode = MODE_IN_HEAD;
        return true;
    }
    tree_step_towards_body(t);
    return false;
}

/* Elements that belong in a head, wherever they stand. */
static bool is_of_head(enum name name)
{
    switch (name) {
    case NAME_BASE:
    case NAME_BASEFONT:
    case NAME_BGSOUND:
    case NAME_LINK:
    case NAME_META:
    case NAME_NOFRAMES:
    case NAME_SCRIPT:
    case NAME_STYLE:
    case NAME_TEMPLATE:
    case NAME_TITLE:
        return true;
    default:
        return false;
    }
}

static bool start_in_head(struct tree *t, struct tag *tag)
{
    if (is_of_head(tag->name)) {
        tree_start_as_in_head(t, tag);
        return true;
    }
    switch (tag->name) {
    case NAME_HTML:
        tree_merge_html(t, tag);
        return true;
    case NAME_NOSCRIPT:
        tree_insert(t, tag);
        t->mode = MODE_IN_HEAD_NOSCRIPT;
        return true;
    case NAME_HEAD:
        return true;
    default:
        tree_step_towards_body(t);
        return false;
    }
}

static bool start_in_head_noscript(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_HEAD:
    case NAME_NOSCRIPT:
        return true;
    case NAME_BASE:
    case NAME_SCRIPT:
    case NAME_TEMPLATE:
    case NAME_TITLE:
        tree_step_towards_body(t);
        return false;
    default:
        return start_in_head(t, tag);
    }
}

static bool start_after_head(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_BODY:
        tree_insert(t, tag);
        t->frameset_ok = false;
        t->mode = MODE_IN_BODY;
        return true;
    case NAME_FRAMESET:
        tree_insert(t, tag);
        t->mode = MODE_IN_FRAMESET;
        return true;
    case NAME_NOSCRIPT:
        tree_step_towards_body(t);
        return false;
    default:
        return start_in_head(t, tag);
    }
}

static bool start_in_template(struct tree *t, struct tag *tag)
{
    if (is_of_head(tag->name)) {
        tree_start_as_in_head(t, tag);
        return true;
    }
    switch (tag->name) {
    case NAME_CAPTION:
    case NAME_COLGROUP:
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
        t->mode = MODE_IN_TABLE;
        break;
    case NAME_COL:
        t->mode = MODE_IN_COLUMN_GROUP;
        break;
    case NAME_TR:
        t->mode = MODE_IN_TABLE_BODY;
        break;
    case NAME_TD:
    case NAME_TH:
        t->mode = MODE_IN_ROW;
        break;
    default:
        t->mode = MODE_IN_BODY;
        break;
    }
    t->template_modes[t->template_count - 1] = (uint8_t)t->mode;
    return false;
}

static void start_in_frameset(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_HTML:
        tree_merge_html(t, tag);
        break;
    case NAME_NOFRAMES:
        tree_start_as_in_head(t, tag);
        break;
    case NAME_FRAMESET:
        if (t->mode == MODE_IN_FRAMESET)
            tree_insert(t, tag);
        break;
    case NAME_FRAME:
        if (t->mode == MODE_IN_FRAMESET)
            tree_insert_void(t, tag);
        break;
    default:
        break;
    }
}

bool tree_start_outside(struct tree *t, struct tag *tag)
{
    switch (t->mode) {
    case MODE_INITIAL:
    case MODE_BEFORE_HTML:
    case MODE_BEFORE_HEAD:
        return start_before_head(t, tag);
    case MODE_IN_HEAD:
        return start_in_head(t, tag);
    case MODE_IN_HEAD_NOSCRIPT:
        return start_in_head_noscript(t, tag);
    case MODE_AFTER_HEAD:
        return start_after_head(t, tag);
    case MODE_IN_TEMPLATE:
        return start_in_template(t, tag);
    case MODE_IN_FRAMESET:
    case MODE_AFTER_FRAMESET:
    case MODE_AFTER_AFTER_FRAMESET:
        start_in_frameset(t, tag);
        return true;
    default: /* after body, after after body */
        if (tag->name == NAME_HTML) {
            tree_merge_html(t, tag);
            return true;
        }
        tree_step_towards_body(t);
        return false;
    }
}

static bool end_before_body(struct tree *t, enum name name)
{
    if (name == NAME_TEMPLATE && (t->mode == MODE_IN_HEAD || t->mode == MODE_AFTER_HEAD)) {
        tree_end_template(t);
        return true;
    }
    if (t->mode == MODE_IN_HEAD && name == NAME_HEAD) {
        tree_step_towards_body(t);
        return true;
    }
    if (t->mode == MODE_IN_HEAD_NOSCRIPT) {
        if (name == NAME_NOSCRIPT || name == NAME_BR)
            tree_step_towards_body(t);
        return name != NAME_BR;
    }
    switch (name) {
    case NAME_HEAD:
        if (t->mode == MODE_AFTER_HEAD)
            return true;
        /* fall through */
    case NAME_BODY:
    case NAME_HTML:
    case NAME_BR:
        tree_step_towards_body(t);
        return false;
    default:
        /* Only the initial mode passes any token on. */
        if (t->mode != MODE_INITIAL)
            return true;
        tree_step_towards_body(t);
        return false;
    }
}

static bool end_after_body(struct tree *t, enum name name)
{
    if (t->mode == MODE_AFTER_BODY && name == NAME_HTML) {
        t->mode = MODE_AFTER_AFTER_BODY;
        return true;
    }
    t->mode = MODE_IN_BODY;
    return false;
}

bool tree_end_outside(struct tree *t, enum name name, uint32_t hash)
{
    (void)hash;
    switch (t->mode) {
    case MODE_AFTER_BODY:
    case MODE_AFTER_AFTER_BODY:
        return end_after_body(t, name);
    case MODE_IN_TEMPLATE:
        if (name == NAME_TEMPLATE)
            tree_end_template(t);
        return true;
    case MODE_IN_FRAMESET:
        if (name == NAME_FRAMESET && t->stack.count > 1) {
            stack_pop(&t->stack);
            if (!stack_current_is(&t->stack, NAME_FRAMESET))
                t->mode = MODE_AFTER_FRAMESET;
        }
        return true;
    case MODE_AFTER_FRAMESET:
        if (name == NAME_HTML)
            t->mode = MODE_AFTER_AFTER_FRAMESET;
        return true;
    case MODE_AFTER_AFTER_FRAMESET:
        return true;
    default:
        return end_before_body(t, name);
    }
}

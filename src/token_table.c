#include "token_tree.h"

/* The insertion modes in tables (WHATWG HTML, 13.2.6.4.9 to 15). */

/* "Clear the stack back to a table context", "... table body context", "... table row context". */
static void clear_back(struct tree *t, enum name a, enum name b, enum name c)
{
    struct stack *s = &t->stack;
    int32_t to = s->top[NAME_HTML];

    if (s->top[NAME_TEMPLATE] > to)
        to = s->top[NAME_TEMPLATE];
    if (s->top[a] > to)
        to = s->top[a];
    if (s->top[b] > to)
        to = s->top[b];
    if (s->top[c] > to)
        to = s->top[c];
    stack_pop_to(s, to + 1);
}

static void clear_to_table(struct tree *t)
{
    clear_back(t, NAME_TABLE, NAME_TABLE, NAME_TABLE);
}

static void clear_to_table_body(struct tree *t)
{
    clear_back(t, NAME_TBODY, NAME_TFOOT, NAME_THEAD);
}

static void clear_to_row(struct tree *t)
{
    clear_back(t, NAME_TR, NAME_TR, NAME_TR);
}

static bool end_table(struct tree *t)
{
    if (!stack_in_table_scope(&t->stack, NAME_TABLE))
        return false;
    stack_pop_until(&t->stack, NAME_TABLE);
    tree_reset_mode(t);
    return true;
}

static bool is_hidden_input(const struct tag *tag)
{
    return tag_has(tag, ATTRIBUTE_TYPE) && name_is(tag->value[ATTRIBUTE_TYPE], "hidden");
}

static bool start_in_table(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_CAPTION:
        clear_to_table(t);
        stack_mark(&t->stack);
        tree_insert(t, tag);
        t->mode = MODE_IN_CAPTION;
        return true;
    case NAME_COLGROUP:
        clear_to_table(t);
        tree_insert(t, tag);
        t->mode = MODE_IN_COLUMN_GROUP;
        return true;
    case NAME_COL:
        clear_to_table(t);
        tree_insert_name(t, NAME_COLGROUP);
        t->mode = MODE_IN_COLUMN_GROUP;
        return false;
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
        clear_to_table(t);
        tree_insert(t, tag);
        t->mode = MODE_IN_TABLE_BODY;
        return true;
    case NAME_TD:
    case NAME_TH:
    case NAME_TR:
        clear_to_table(t);
        tree_insert_name(t, NAME_TBODY);
        t->mode = MODE_IN_TABLE_BODY;
        return false;
    case NAME_TABLE:
        return !end_table(t);
    case NAME_STYLE:
    case NAME_SCRIPT:
    case NAME_TEMPLATE:
        tree_start_as_in_head(t, tag);
        return true;
    case NAME_INPUT:
        if (is_hidden_input(tag)) {
            tree_insert_void(t, tag);
            return true;
        }
        return tree_start_in_body(t, tag);
    case NAME_FORM:
        if (t->form == 0 && !stack_has(&t->stack, NAME_TEMPLATE)) {
            tree_insert_void(t, tag);
            t->form = ++t->stack.serial;
        }
        return true;
    default:
        return tree_start_in_body(t, tag);
    }
}

static bool leave_caption(struct tree *t)
{
    if (!stack_in_table_scope(&t->stack, NAME_CAPTION))
        return false;
    stack_pop_until(&t->stack, NAME_CAPTION);
    stack_clear_to_mark(&t->stack);
    t->mode = MODE_IN_TABLE;
    return true;
}

static bool leave_column_group(struct tree *t)
{
    if (!stack_current_is(&t->stack, NAME_COLGROUP))
        return false;
    stack_pop(&t->stack);
    t->mode = MODE_IN_TABLE;
    return true;
}

static bool start_in_column_group(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_HTML:
        tree_merge_html(t, tag);
        return true;
    case NAME_COL:
        return true;
    case NAME_TEMPLATE:
        tree_start_as_in_head(t, tag);
        return true;
    default:
        return !leave_column_group(t);
    }
}

static bool leave_table_body(struct tree *t)
{
    struct stack *s = &t->stack;

    if (!stack_in_table_scope(s, NAME_TBODY) && !stack_in_table_scope(s, NAME_THEAD) &&
        !stack_in_table_scope(s, NAME_TFOOT))
        return false;
    clear_to_table_body(t);
    stack_pop(s);
    t->mode = MODE_IN_TABLE;
    return true;
}

static bool start_in_table_body(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_TR:
        clear_to_table_body(t);
        tree_insert(t, tag);
        t->mode = MODE_IN_ROW;
        return true;
    case NAME_TH:
    case NAME_TD:
        clear_to_table_body(t);
        tree_insert_name(t, NAME_TR);
        t->mode = MODE_IN_ROW;
        return false;
    case NAME_CAPTION:
    case NAME_COL:
    case NAME_COLGROUP:
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
        return !leave_table_body(t);
    default:
        return start_in_table(t, tag);
    }
}

static bool leave_row(struct tree *t)
{
    if (!stack_in_table_scope(&t->stack, NAME_TR))
        return false;
    clear_to_row(t);
    stack_pop(&t->stack);
    t->mode = MODE_IN_TABLE_BODY;
    return true;
}

static bool start_in_row(struct tree *t, struct tag *tag)
{
    switch (tag->name) {
    case NAME_TH:
    case NAME_TD:
        clear_to_row(t);
        tree_insert(t, tag);
        t->mode = MODE_IN_CELL;
        stack_mark(&t->stack);
        return true;
    case NAME_CAPTION:
    case NAME_COL:
    case NAME_COLGROUP:
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
    case NAME_TR:
        return !leave_row(t);
    default:
        return start_in_table(t, tag);
    }
}

static bool leave_cell(struct tree *t)
{
    struct stack *s = &t->stack;
    bool td = stack_in_table_scope(s, NAME_TD), th = stack_in_table_scope(s, NAME_TH);

    if (!td && !th)
        return false;
    stack_pop_until(s, s->top[NAME_TD] > s->top[NAME_TH] ? NAME_TD : NAME_TH);
    stack_clear_to_mark(s);
    t->mode = MODE_IN_ROW;
    return true;
}

static bool is_part_of_table(enum name name)
{
    switch (name) {
    case NAME_CAPTION:
    case NAME_COL:
    case NAME_COLGROUP:
    case NAME_TBODY:
    case NAME_TD:
    case NAME_TFOOT:
    case NAME_TH:
    case NAME_THEAD:
    case NAME_TR:
        return true;
    default:
        return false;
    }
}

bool tree_start_in_table(struct tree *t, struct tag *tag)
{
    switch (t->mode) {
    case MODE_IN_CAPTION:
        return is_part_of_table(tag->name) ? !leave_caption(t) : tree_start_in_body(t, tag);
    case MODE_IN_COLUMN_GROUP:
        return start_in_column_group(t, tag);
    case MODE_IN_TABLE_BODY:
        return start_in_table_body(t, tag);
    case MODE_IN_ROW:
        return start_in_row(t, tag);
    case MODE_IN_CELL:
        return is_part_of_table(tag->name) ? !leave_cell(t) : tree_start_in_body(t, tag);
    default:
        return start_in_table(t, tag);
    }
}

/* End tags that "in table" and its like ignore. */
static bool is_stray(enum name name)
{
    return is_part_of_table(name) || name == NAME_BODY || name == NAME_HTML;
}

static bool end_in_table(struct tree *t, enum name name, uint32_t hash)
{
    if (name == NAME_TABLE) {
        end_table(t);
        return true;
    }
    if (is_stray(name))
        return true;
    if (name == NAME_TEMPLATE) {
        tree_end_template(t);
        return true;
    }
    return tree_end_in_body(t, name, hash);
}

static bool end_in_table_body(struct tree *t, enum name name, uint32_t hash)
{
    switch (name) {
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
        if (stack_in_table_scope(&t->stack, name))
            leave_table_body(t);
        return true;
    case NAME_TABLE:
        return !leave_table_body(t);
    default:
        return end_in_table(t, name, hash);
    }
}

static bool end_in_row(struct tree *t, enum name name, uint32_t hash)
{
    switch (name) {
    case NAME_TR:
        leave_row(t);
        return true;
    case NAME_TABLE:
        return !leave_row(t);
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
        return !stack_in_table_scope(&t->stack, name) || !leave_row(t);
    default:
        return end_in_table(t, name, hash);
    }
}

static bool end_in_cell(struct tree *t, enum name name, uint32_t hash)
{
    switch (name) {
    case NAME_TD:
    case NAME_TH:
        if (stack_in_table_scope(&t->stack, name)) {
            stack_pop_until(&t->stack, name);
            stack_clear_to_mark(&t->stack);
            t->mode = MODE_IN_ROW;
        }
        return true;
    case NAME_TABLE:
    case NAME_TBODY:
    case NAME_TFOOT:
    case NAME_THEAD:
    case NAME_TR:
        return !stack_in_table_scope(&t->stack, name) || !leave_cell(t);
    default:
        return is_stray(name) ? true : tree_end_in_body(t, name, hash);
    }
}

static bool end_in_caption(struct tree *t, enum name name, uint32_t hash)
{
    if (name == NAME_CAPTION) {
        leave_caption(t);
        return true;
    }
    if (name == NAME_TABLE)
        return !leave_caption(t);
    return is_stray(name) ? true : tree_end_in_body(t, name, hash);
}

static bool end_in_column_group(struct tree *t, enum name name)
{
    switch (name) {
    case NAME_COLGROUP:
        leave_column_group(t);
        return true;
    case NAME_COL:
        return true;
    case NAME_TEMPLATE:
        tree_end_template(t);
        return true;
    default:
        return !leave_column_group(t);
    }
}

bool tree_end_in_table(struct tree *t, enum name name, uint32_t hash)
{
    switch (t->mode) {
    case MODE_IN_CAPTION:
        return end_in_caption(t, name, hash);
    case MODE_IN_COLUMN_GROUP:
        return end_in_column_group(t, name);
    case MODE_IN_TABLE_BODY:
        return end_in_table_body(t, name, hash);
    case MODE_IN_ROW:
        return end_in_row(t, name, hash);
    case MODE_IN_CELL:
        return end_in_cell(t, name, hash);
    default:
        return end_in_table(t, name, hash);
    }
}

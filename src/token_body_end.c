#include "token_tree.h"

/* The end tags of the insertion mode "in body" (WHATWG HTML, 13.2.6.4.7). */

static void end_form(struct tree *t)
{
    struct stack *s = &t->stack;
    uint32_t serial = t->form;
    int32_t at = s->top[NAME_FORM];

    if (stack_has(s, NAME_TEMPLATE)) {
        if (stack_in_scope(s, NAME_FORM))
            stack_pop_until(s, NAME_FORM);
        return;
    }
    t->form = 0;
    while (serial != 0 && at >= 0 && s->open[at].serial != serial)
        at = s->open[at].before;
    if (serial == 0 || at < 0 || at < stack_current(s)->scope)
        return;
    stack_imply_ends(s, NAME_OTHER);
    stack_remove(s, at);
}

static void end_heading(struct tree *t)
{
    static const uint8_t HEADINGS[] = {NAME_H1, NAME_H2, NAME_H3, NAME_H4, NAME_H5, NAME_H6};
    struct stack *s = &t->stack;
    int32_t at = -1;

    for (size_t i = 0; i < sizeof HEADINGS; i++)
        if (s->top[HEADINGS[i]] > at)
            at = s->top[HEADINGS[i]];
    if (at >= 0 && at >= stack_current(s)->scope)
        stack_pop_to(s, at);
}

/* </body> and </html>. False: it is for the mode after the body. */
static bool end_body(struct tree *t, enum name name)
{
    if (!stack_in_scope(&t->stack, NAME_BODY))
        return true;
    t->mode = MODE_AFTER_BODY;
    return name == NAME_BODY;
}

static void end_marked(struct tree *t, enum name name)
{
    if (!stack_in_scope(&t->stack, name))
        return;
    stack_pop_until(&t->stack, name);
    stack_clear_to_mark(&t->stack);
}

/* Which rule an end tag follows. */
enum rule { ENDS_ANY_OTHER, ENDS_ITSELF, ENDS_BLOCK, ENDS_HEADING, ENDS_FORMATTING, ENDS_MARKED };

static const uint8_t RULES[NAME_COUNT] = {
    [NAME_ADDRESS] = ENDS_BLOCK,    [NAME_ARTICLE] = ENDS_BLOCK,     [NAME_ASIDE] = ENDS_BLOCK,
    [NAME_BLOCKQUOTE] = ENDS_BLOCK, [NAME_BUTTON] = ENDS_BLOCK,      [NAME_CENTER] = ENDS_BLOCK,
    [NAME_DETAILS] = ENDS_BLOCK,    [NAME_DIALOG] = ENDS_BLOCK,      [NAME_DIR] = ENDS_BLOCK,
    [NAME_DIV] = ENDS_BLOCK,        [NAME_DL] = ENDS_BLOCK,          [NAME_FIELDSET] = ENDS_BLOCK,
    [NAME_FIGCAPTION] = ENDS_BLOCK, [NAME_FIGURE] = ENDS_BLOCK,      [NAME_FOOTER] = ENDS_BLOCK,
    [NAME_HEADER] = ENDS_BLOCK,     [NAME_HGROUP] = ENDS_BLOCK,      [NAME_LISTING] = ENDS_BLOCK,
    [NAME_MAIN] = ENDS_BLOCK,       [NAME_MENU] = ENDS_BLOCK,        [NAME_NAV] = ENDS_BLOCK,
    [NAME_OL] = ENDS_BLOCK,         [NAME_PRE] = ENDS_BLOCK,         [NAME_SEARCH] = ENDS_BLOCK,
    [NAME_SECTION] = ENDS_BLOCK,    [NAME_SELECT] = ENDS_BLOCK,      [NAME_SUMMARY] = ENDS_BLOCK,
    [NAME_UL] = ENDS_BLOCK,         [NAME_DD] = ENDS_BLOCK,          [NAME_DT] = ENDS_BLOCK,
    [NAME_H1] = ENDS_HEADING,       [NAME_H2] = ENDS_HEADING,        [NAME_H3] = ENDS_HEADING,
    [NAME_H4] = ENDS_HEADING,       [NAME_H5] = ENDS_HEADING,        [NAME_H6] = ENDS_HEADING,
    [NAME_A] = ENDS_FORMATTING,     [NAME_B] = ENDS_FORMATTING,      [NAME_BIG] = ENDS_FORMATTING,
    [NAME_CODE] = ENDS_FORMATTING,  [NAME_EM] = ENDS_FORMATTING,     [NAME_FONT] = ENDS_FORMATTING,
    [NAME_I] = ENDS_FORMATTING,     [NAME_NOBR] = ENDS_FORMATTING,   [NAME_S] = ENDS_FORMATTING,
    [NAME_SMALL] = ENDS_FORMATTING, [NAME_STRIKE] = ENDS_FORMATTING, [NAME_STRONG] = ENDS_FORMATTING,
    [NAME_TT] = ENDS_FORMATTING,    [NAME_U] = ENDS_FORMATTING,      [NAME_APPLET] = ENDS_MARKED,
    [NAME_MARQUEE] = ENDS_MARKED,   [NAME_OBJECT] = ENDS_MARKED,     [NAME_P] = ENDS_ITSELF,
    [NAME_LI] = ENDS_ITSELF,        [NAME_FORM] = ENDS_ITSELF,       [NAME_BODY] = ENDS_ITSELF,
    [NAME_HTML] = ENDS_ITSELF,      [NAME_TEMPLATE] = ENDS_ITSELF,   [NAME_BR] = ENDS_ITSELF};

static void end_block(struct stack *s, enum name name)
{
    if (s->beyond > 0)
        s->beyond--;
    else if (stack_in_scope(s, name))
        stack_pop_until(s, name);
}

static bool end_itself(struct tree *t, enum name name)
{
    struct stack *s = &t->stack;

    switch (name) {
    case NAME_P:
        /* With no p open the standard inserts an empty one, which changes nothing here. */
        if (stack_in_button_scope(s, NAME_P))
            stack_pop_until(s, NAME_P);
        return true;
    case NAME_LI:
        if (stack_in_item_scope(s, NAME_LI))
            stack_pop_until(s, NAME_LI);
        return true;
    case NAME_FORM:
        end_form(t);
        return true;
    case NAME_TEMPLATE:
        tree_end_template(t);
        return true;
    case NAME_BR:
        tree_reconstruct(t);
        t->frameset_ok = false;
        return true;
    default:
        return end_body(t, name);
    }
}

bool tree_end_in_body(struct tree *t, enum name name, uint32_t hash)
{
    switch ((enum rule)RULES[name]) {
    case ENDS_ANY_OTHER:
        stack_end_other(&t->stack, name, hash);
        break;
    case ENDS_ITSELF:
        return end_itself(t, name);
    case ENDS_BLOCK:
        end_block(&t->stack, name);
        break;
    case ENDS_HEADING:
        end_heading(t);
        break;
    case ENDS_FORMATTING:
        stack_adopt(&t->stack, name);
        break;
    case ENDS_MARKED:
        end_marked(t, name);
        break;
    }
    return true;
}

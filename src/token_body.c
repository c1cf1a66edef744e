#include "token_tree.h"

/* The insertion mode "in body" (WHATWG HTML, 13.2.6.4.7), with the select element
 * of 2025, which may hold anything. */

/* "Close a p element". */
static void close_p(struct tree *t)
{
    if (stack_in_button_scope(&t->stack, NAME_P))
        stack_pop_until(&t->stack, NAME_P);
}

void tree_reconstruct(struct tree *t)
{
    struct stack *s = &t->stack;
    struct tag tag = {.name = NAME_A};
    struct formatting *f;

    stack_reconstruct(s);
    if (s->revived < 0)
        return;
    f = &s->list[s->revived];
    s->revived = -1;
    f->lost = false;
    /* The byte behind the attributes is their tag's '>'. */
    tag_read_attributes(&tag, f->attributes.data, f->attributes.data + f->attributes.size + 1, true);
    s->open[s->top[NAME_A]].flags |= notes_insert(&t->notes, s, &tag);
}

/* The rules of a select for the elements that mean something to it. */
static bool in_select(struct tree *t)
{
    return stack_in_scope(&t->stack, NAME_SELECT);
}

static void start_block(struct tree *t, const struct tag *tag)
{
    close_p(t);
    tree_insert(t, tag);
}

/* li, dd, dt: the one that is open ends, unless something special stands between. */
static void start_item(struct tree *t, const struct tag *tag)
{
    struct stack *s = &t->stack;
    int32_t item = stack_current(s)->item;

    t->frameset_ok = false;
    if (item >= 0 && s->open[item].space == SPACE_HTML) {
        enum name open = (enum name)s->open[item].name;

        if (tag->name == NAME_LI ? open == NAME_LI : open == NAME_DD || open == NAME_DT)
            stack_pop_to(s, item);
    }
    start_block(t, tag);
}

static void start_formatting(struct tree *t, const struct tag *tag)
{
    tree_reconstruct(t);
    tree_insert(t, tag);
    if (t->stack.beyond == 0)
        stack_list_current(&t->stack, tag->attributes);
}

static void start_a(struct tree *t, const struct tag *tag)
{
    if (stack_is_listed(&t->stack, NAME_A)) {
        stack_adopt(&t->stack, NAME_A);
        stack_drop_listed(&t->stack, NAME_A);
    }
    start_formatting(t, tag);
}

static void start_void(struct tree *t, const struct tag *tag)
{
    tree_reconstruct(t);
    tree_insert_void(t, tag);
    t->frameset_ok = false;
}

static void start_input(struct tree *t, const struct tag *tag)
{
    bool frameset_ok = t->frameset_ok;

    if (in_select(t))
        stack_pop_until(&t->stack, NAME_SELECT);
    start_void(t, tag);
    if (tag_has(tag, ATTRIBUTE_TYPE) && name_is(tag->value[ATTRIBUTE_TYPE], "hidden"))
        t->frameset_ok = frameset_ok;
}

static void start_form(struct tree *t, const struct tag *tag)
{
    bool in_template = stack_has(&t->stack, NAME_TEMPLATE);

    if (t->form != 0 && !in_template)
        return;
    start_block(t, tag);
    if (!in_template)
        t->form = t->stack.serial;
}

static void start_body(struct tree *t)
{
    const struct stack *s = &t->stack;

    if (s->count > 1 && s->open[1].name == NAME_BODY && !stack_has(s, NAME_TEMPLATE))
        t->frameset_ok = false;
}

static void start_frameset(struct tree *t, const struct tag *tag)
{
    struct stack *s = &t->stack;

    if (s->count < 2 || s->open[1].name != NAME_BODY || !t->frameset_ok)
        return;
    stack_pop_to(s, 1);
    s->popped = 0;
    stack_lose_listed(s);
    notes_frameset(&t->notes);
    tree_insert(t, tag);
    t->mode = MODE_IN_FRAMESET;
}

static void start_option(struct tree *t, const struct tag *tag)
{
    struct stack *s = &t->stack;

    if (in_select(t))
        stack_imply_ends(s, tag->name == NAME_OPTION ? NAME_OPTGROUP : NAME_OTHER);
    else if (stack_current_is(s, NAME_OPTION))
        stack_pop(s);
    tree_reconstruct(t);
    tree_insert(t, tag);
}

static void start_select(struct tree *t, const struct tag *tag)
{
    if (in_select(t)) {
        stack_pop_until(&t->stack, NAME_SELECT);
        return;
    }
    tree_reconstruct(t);
    tree_insert(t, tag);
    t->frameset_ok = false;
}

/* Elements whose content is raw text. */
static void start_raw(struct tree *t, const struct tag *tag)
{
    t->raw = RAW_TEXT;
    switch (tag->name) {
    case NAME_TEXTAREA:
        t->frameset_ok = false;
        t->raw = RAW_RCDATA;
        break;
    case NAME_XMP:
        close_p(t);
        tree_reconstruct(t);
        t->frameset_ok = false;
        break;
    case NAME_IFRAME:
        t->frameset_ok = false;
        tree_insert_void(t, tag);
        break;
    case NAME_PLAINTEXT:
        close_p(t);
        t->raw = RAW_PLAIN;
        break;
    default:
        break;
    }
}

static void start_heading(struct tree *t, const struct tag *tag)
{
    struct stack *s = &t->stack;

    close_p(t);
    if (stack_current(s)->space == SPACE_HTML && (name_facts[stack_current(s)->name] & NAME_HEADING) != 0)
        stack_pop(s);
    tree_insert(t, tag);
}

/* The start tags that block, list, form and table elements have in common. */
static bool start_structure(struct tree *t, struct tag *tag)
{
    struct stack *s = &t->stack;

    switch (tag->name) {
    case NAME_LI:
    case NAME_DD:
    case NAME_DT:
        start_item(t, tag);
        return true;
    case NAME_H1:
    case NAME_H2:
    case NAME_H3:
    case NAME_H4:
    case NAME_H5:
    case NAME_H6:
        start_heading(t, tag);
        return true;
    case NAME_PRE:
    case NAME_LISTING:
        start_block(t, tag);
        t->frameset_ok = false;
        return true;
    case NAME_FORM:
        start_form(t, tag);
        return true;
    case NAME_BUTTON:
        if (stack_in_scope(s, NAME_BUTTON))
            stack_pop_until(s, NAME_BUTTON);
        tree_reconstruct(t);
        tree_insert(t, tag);
        t->frameset_ok = false;
        return true;
    case NAME_TABLE:
        if (!t->quirks)
            close_p(t);
        tree_insert(t, tag);
        t->frameset_ok = false;
        t->mode = MODE_IN_TABLE;
        return true;
    case NAME_APPLET:
    case NAME_MARQUEE:
    case NAME_OBJECT:
        tree_reconstruct(t);
        tree_insert(t, tag);
        stack_mark(s);
        t->frameset_ok = false;
        return true;
    case NAME_RB:
    case NAME_RTC:
    case NAME_RP:
    case NAME_RT:
        if (stack_in_scope(s, NAME_RUBY))
            stack_imply_ends(s, tag->name == NAME_RP || tag->name == NAME_RT ? NAME_RTC : NAME_OTHER);
        tree_insert(t, tag);
        return true;
    default:
        return false;
    }
}

bool tree_start_in_body(struct tree *t, struct tag *tag)
{
    struct stack *s = &t->stack;

    switch (tag->name) {
    case NAME_ADDRESS:
    case NAME_ARTICLE:
    case NAME_ASIDE:
    case NAME_BLOCKQUOTE:
    case NAME_CENTER:
    case NAME_DETAILS:
    case NAME_DIALOG:
    case NAME_DIR:
    case NAME_DIV:
    case NAME_DL:
    case NAME_FIELDSET:
    case NAME_FIGCAPTION:
    case NAME_FIGURE:
    case NAME_FOOTER:
    case NAME_HEADER:
    case NAME_HGROUP:
    case NAME_MAIN:
    case NAME_MENU:
    case NAME_NAV:
    case NAME_OL:
    case NAME_P:
    case NAME_SEARCH:
    case NAME_SECTION:
    case NAME_SUMMARY:
    case NAME_UL:
        start_block(t, tag);
        break;
    case NAME_A:
        start_a(t, tag);
        break;
    case NAME_B:
    case NAME_BIG:
    case NAME_CODE:
    case NAME_EM:
    case NAME_FONT:
    case NAME_I:
    case NAME_S:
    case NAME_SMALL:
    case NAME_STRIKE:
    case NAME_STRONG:
    case NAME_TT:
    case NAME_U:
        start_formatting(t, tag);
        break;
    case NAME_NOBR:
        tree_reconstruct(t);
        if (stack_in_scope(s, NAME_NOBR))
            stack_adopt(s, NAME_NOBR);
        start_formatting(t, tag);
        break;
    case NAME_IMAGE:
        tag->name = NAME_IMG;
        start_void(t, tag);
        break;
    case NAME_AREA:
    case NAME_BR:
    case NAME_EMBED:
    case NAME_IMG:
    case NAME_KEYGEN:
    case NAME_WBR:
        start_void(t, tag);
        break;
    case NAME_INPUT:
        start_input(t, tag);
        break;
    case NAME_PARAM:
    case NAME_SOURCE:
    case NAME_TRACK:
        tree_insert_void(t, tag);
        break;
    case NAME_HR:
        close_p(t);
        if (in_select(t))
            stack_imply_ends(s, NAME_OTHER);
        t->frameset_ok = false;
        break;
    case NAME_HTML:
        tree_merge_html(t, tag);
        break;
    case NAME_BODY:
        start_body(t);
        break;
    case NAME_FRAMESET:
        start_frameset(t, tag);
        break;
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
        tree_start_as_in_head(t, tag);
        break;
    case NAME_IFRAME:
    case NAME_NOEMBED:
    case NAME_PLAINTEXT:
    case NAME_TEXTAREA:
    case NAME_XMP:
        start_raw(t, tag);
        break;
    case NAME_SELECT:
        start_select(t, tag);
        break;
    case NAME_OPTGROUP:
    case NAME_OPTION:
        start_option(t, tag);
        break;
    case NAME_MATH:
    case NAME_SVG:
        tree_reconstruct(t);
        tree_insert_foreign(t, tag, tag->name == NAME_SVG ? SPACE_SVG : SPACE_MATHML);
        break;
    case NAME_CAPTION:
    case NAME_COL:
    case NAME_COLGROUP:
    case NAME_FRAME:
    case NAME_HEAD:
    case NAME_TBODY:
    case NAME_TD:
    case NAME_TFOOT:
    case NAME_TH:
    case NAME_THEAD:
    case NAME_TR:
        break;
    default:
        if (!start_structure(t, tag)) {
            tree_reconstruct(t);
            tree_insert(t, tag);
        }
        break;
    }
    return true;
}

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

bool tree_end_in_body(struct tree *t, enum name name, uint32_t hash)
{
    struct stack *s = &t->stack;

    switch (name) {
    case NAME_ADDRESS:
    case NAME_ARTICLE:
    case NAME_ASIDE:
    case NAME_BLOCKQUOTE:
    case NAME_BUTTON:
    case NAME_CENTER:
    case NAME_DETAILS:
    case NAME_DIALOG:
    case NAME_DIR:
    case NAME_DIV:
    case NAME_DL:
    case NAME_FIELDSET:
    case NAME_FIGCAPTION:
    case NAME_FIGURE:
    case NAME_FOOTER:
    case NAME_HEADER:
    case NAME_HGROUP:
    case NAME_LISTING:
    case NAME_MAIN:
    case NAME_MENU:
    case NAME_NAV:
    case NAME_OL:
    case NAME_PRE:
    case NAME_SEARCH:
    case NAME_SECTION:
    case NAME_SELECT:
    case NAME_SUMMARY:
    case NAME_UL:
    case NAME_DD:
    case NAME_DT:
        if (s->beyond > 0)
            s->beyond--;
        else if (stack_in_scope(s, name))
            stack_pop_until(s, name);
        return true;
    case NAME_P:
        /* With no p open the standard inserts an empty one, which changes nothing here. */
        close_p(t);
        return true;
    case NAME_LI:
        if (stack_in_item_scope(s, NAME_LI))
            stack_pop_until(s, NAME_LI);
        return true;
    case NAME_H1:
    case NAME_H2:
    case NAME_H3:
    case NAME_H4:
    case NAME_H5:
    case NAME_H6:
        end_heading(t);
        return true;
    case NAME_A:
    case NAME_B:
    case NAME_BIG:
    case NAME_CODE:
    case NAME_EM:
    case NAME_FONT:
    case NAME_I:
    case NAME_NOBR:
    case NAME_S:
    case NAME_SMALL:
    case NAME_STRIKE:
    case NAME_STRONG:
    case NAME_TT:
    case NAME_U:
        stack_adopt(s, name);
        return true;
    case NAME_APPLET:
    case NAME_MARQUEE:
    case NAME_OBJECT:
        end_marked(t, name);
        return true;
    case NAME_FORM:
        end_form(t);
        return true;
    case NAME_BODY:
    case NAME_HTML:
        return end_body(t, name);
    case NAME_TEMPLATE:
        tree_end_template(t);
        return true;
    case NAME_BR:
        tree_reconstruct(t);
        t->frameset_ok = false;
        return true;
    default:
        stack_end_other(s, name, hash);
        return true;
    }
}

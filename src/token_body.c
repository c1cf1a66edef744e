#include "token_tree.h"

/* The start tags of the insertion mode "in body" (WHATWG HTML, 13.2.6.4.7), with the select element
 * of 2025, which may hold anything. */

/* "Close a p element". */
static void close_p(struct tree *t)
{
    if (stack_in_button_scope(&t->stack, NAME_P))
        stack_pop_until(&t->stack, NAME_P);
}

void tree_reconstruct_some(struct tree *t)
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

static void start_table(struct tree *t, const struct tag *tag)
{
    if (!t->quirks)
        close_p(t);
    tree_insert(t, tag);
    t->frameset_ok = false;
    t->mode = MODE_IN_TABLE;
}

static void start_button(struct tree *t, const struct tag *tag)
{
    struct stack *s = &t->stack;

    if (stack_in_scope(s, NAME_BUTTON))
        stack_pop_until(s, NAME_BUTTON);
    tree_reconstruct(t);
    tree_insert(t, tag);
    t->frameset_ok = false;
}

static void start_nobr(struct tree *t, const struct tag *tag)
{
    tree_reconstruct(t);
    if (stack_in_scope(&t->stack, NAME_NOBR))
        stack_adopt(&t->stack, NAME_NOBR);
    start_formatting(t, tag);
}

static void start_hr(struct tree *t)
{
    close_p(t);
    if (in_select(t))
        stack_imply_ends(&t->stack, NAME_OTHER);
    t->frameset_ok = false;
}

static void start_ruby(struct tree *t, const struct tag *tag)
{
    if (stack_in_scope(&t->stack, NAME_RUBY))
        stack_imply_ends(&t->stack, tag->name == NAME_RP || tag->name == NAME_RT ? NAME_RTC : NAME_OTHER);
    tree_insert(t, tag);
}

/* Which rule a start tag follows. */
enum rule {
    AS_ANY_OTHER,
    AS_ITSELF, /* its own */
    AS_BLOCK,
    AS_FORMATTING,
    AS_VOID,
    AS_IN_HEAD,
    AS_IGNORED,
    AS_ITEM,
    AS_HEADING,
    AS_PRE,
    AS_MARKED,
    AS_RAW,
    AS_OPTION,
    AS_RUBY,
    AS_FOREIGN,
    AS_LEAF
};

static const uint8_t RULES[NAME_COUNT] = {
    [NAME_ADDRESS] = AS_BLOCK,     [NAME_ARTICLE] = AS_BLOCK,     [NAME_ASIDE] = AS_BLOCK,
    [NAME_BLOCKQUOTE] = AS_BLOCK,  [NAME_CENTER] = AS_BLOCK,      [NAME_DETAILS] = AS_BLOCK,
    [NAME_DIALOG] = AS_BLOCK,      [NAME_DIR] = AS_BLOCK,         [NAME_DIV] = AS_BLOCK,
    [NAME_DL] = AS_BLOCK,          [NAME_FIELDSET] = AS_BLOCK,    [NAME_FIGCAPTION] = AS_BLOCK,
    [NAME_FIGURE] = AS_BLOCK,      [NAME_FOOTER] = AS_BLOCK,      [NAME_HEADER] = AS_BLOCK,
    [NAME_HGROUP] = AS_BLOCK,      [NAME_MAIN] = AS_BLOCK,        [NAME_MENU] = AS_BLOCK,
    [NAME_NAV] = AS_BLOCK,         [NAME_OL] = AS_BLOCK,          [NAME_P] = AS_BLOCK,
    [NAME_SEARCH] = AS_BLOCK,      [NAME_SECTION] = AS_BLOCK,     [NAME_SUMMARY] = AS_BLOCK,
    [NAME_UL] = AS_BLOCK,          [NAME_B] = AS_FORMATTING,      [NAME_BIG] = AS_FORMATTING,
    [NAME_CODE] = AS_FORMATTING,   [NAME_EM] = AS_FORMATTING,     [NAME_FONT] = AS_FORMATTING,
    [NAME_I] = AS_FORMATTING,      [NAME_S] = AS_FORMATTING,      [NAME_SMALL] = AS_FORMATTING,
    [NAME_STRIKE] = AS_FORMATTING, [NAME_STRONG] = AS_FORMATTING, [NAME_TT] = AS_FORMATTING,
    [NAME_U] = AS_FORMATTING,      [NAME_AREA] = AS_VOID,         [NAME_BR] = AS_VOID,
    [NAME_EMBED] = AS_VOID,        [NAME_IMAGE] = AS_VOID,        [NAME_IMG] = AS_VOID,
    [NAME_KEYGEN] = AS_VOID,       [NAME_WBR] = AS_VOID,          [NAME_BASE] = AS_IN_HEAD,
    [NAME_BASEFONT] = AS_IN_HEAD,  [NAME_BGSOUND] = AS_IN_HEAD,   [NAME_LINK] = AS_IN_HEAD,
    [NAME_META] = AS_IN_HEAD,      [NAME_NOFRAMES] = AS_IN_HEAD,  [NAME_SCRIPT] = AS_IN_HEAD,
    [NAME_STYLE] = AS_IN_HEAD,     [NAME_TEMPLATE] = AS_IN_HEAD,  [NAME_TITLE] = AS_IN_HEAD,
    [NAME_CAPTION] = AS_IGNORED,   [NAME_COL] = AS_IGNORED,       [NAME_COLGROUP] = AS_IGNORED,
    [NAME_FRAME] = AS_IGNORED,     [NAME_HEAD] = AS_IGNORED,      [NAME_TBODY] = AS_IGNORED,
    [NAME_TD] = AS_IGNORED,        [NAME_TFOOT] = AS_IGNORED,     [NAME_TH] = AS_IGNORED,
    [NAME_THEAD] = AS_IGNORED,     [NAME_TR] = AS_IGNORED,        [NAME_LI] = AS_ITEM,
    [NAME_DD] = AS_ITEM,           [NAME_DT] = AS_ITEM,           [NAME_H1] = AS_HEADING,
    [NAME_H2] = AS_HEADING,        [NAME_H3] = AS_HEADING,        [NAME_H4] = AS_HEADING,
    [NAME_H5] = AS_HEADING,        [NAME_H6] = AS_HEADING,        [NAME_PRE] = AS_PRE,
    [NAME_LISTING] = AS_PRE,       [NAME_APPLET] = AS_MARKED,     [NAME_MARQUEE] = AS_MARKED,
    [NAME_OBJECT] = AS_MARKED,     [NAME_IFRAME] = AS_RAW,        [NAME_NOEMBED] = AS_RAW,
    [NAME_PLAINTEXT] = AS_RAW,     [NAME_TEXTAREA] = AS_RAW,      [NAME_XMP] = AS_RAW,
    [NAME_OPTGROUP] = AS_OPTION,   [NAME_OPTION] = AS_OPTION,     [NAME_RB] = AS_RUBY,
    [NAME_RTC] = AS_RUBY,          [NAME_RP] = AS_RUBY,           [NAME_RT] = AS_RUBY,
    [NAME_MATH] = AS_FOREIGN,      [NAME_SVG] = AS_FOREIGN,       [NAME_PARAM] = AS_LEAF,
    [NAME_SOURCE] = AS_LEAF,       [NAME_TRACK] = AS_LEAF,        [NAME_A] = AS_ITSELF,
    [NAME_BODY] = AS_ITSELF,       [NAME_BUTTON] = AS_ITSELF,     [NAME_FORM] = AS_ITSELF,
    [NAME_FRAMESET] = AS_ITSELF,   [NAME_HR] = AS_ITSELF,         [NAME_HTML] = AS_ITSELF,
    [NAME_INPUT] = AS_ITSELF,      [NAME_NOBR] = AS_ITSELF,       [NAME_SELECT] = AS_ITSELF,
    [NAME_TABLE] = AS_ITSELF};

/* The elements whose rule nothing else follows. */
static void start_itself(struct tree *t, const struct tag *tag)
{
    switch (tag->name) {
    case NAME_A:
        start_a(t, tag);
        break;
    case NAME_BODY:
        start_body(t);
        break;
    case NAME_BUTTON:
        start_button(t, tag);
        break;
    case NAME_FORM:
        start_form(t, tag);
        break;
    case NAME_FRAMESET:
        start_frameset(t, tag);
        break;
    case NAME_HR:
        start_hr(t);
        break;
    case NAME_HTML:
        tree_merge_html(t, tag);
        break;
    case NAME_INPUT:
        start_input(t, tag);
        break;
    case NAME_NOBR:
        start_nobr(t, tag);
        break;
    case NAME_SELECT:
        start_select(t, tag);
        break;
    default:
        start_table(t, tag);
        break;
    }
}

bool tree_start_in_body(struct tree *t, struct tag *tag)
{
    switch ((enum rule)RULES[tag->name]) {
    case AS_ANY_OTHER:
        tree_reconstruct(t);
        tree_insert(t, tag);
        break;
    case AS_ITSELF:
        start_itself(t, tag);
        break;
    case AS_BLOCK:
        start_block(t, tag);
        break;
    case AS_FORMATTING:
        start_formatting(t, tag);
        break;
    case AS_VOID:
        if (tag->name == NAME_IMAGE)
            tag->name = NAME_IMG;
        start_void(t, tag);
        break;
    case AS_IN_HEAD:
        tree_start_as_in_head(t, tag);
        break;
    case AS_IGNORED:
        break;
    case AS_ITEM:
        start_item(t, tag);
        break;
    case AS_HEADING:
        start_heading(t, tag);
        break;
    case AS_PRE:
        start_block(t, tag);
        t->frameset_ok = false;
        break;
    case AS_MARKED:
        tree_reconstruct(t);
        tree_insert(t, tag);
        stack_mark(&t->stack);
        t->frameset_ok = false;
        break;
    case AS_RAW:
        start_raw(t, tag);
        break;
    case AS_OPTION:
        start_option(t, tag);
        break;
    case AS_RUBY:
        start_ruby(t, tag);
        break;
    case AS_FOREIGN:
        tree_reconstruct(t);
        tree_insert_foreign(t, tag, tag->name == NAME_SVG ? SPACE_SVG : SPACE_MATHML);
        break;
    case AS_LEAF:
        tree_insert_void(t, tag);
        break;
    }
    return true;
}

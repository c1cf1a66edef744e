#include "token_tree.h"

#include "token_refs.h"

#include <stdlib.h>

void tree_start(struct tree *t, const struct token_wants *wants, size_t page_bytes)
{
    stack_clear(&t->stack, 1000000 + 4 * (int64_t)page_bytes);
    notes_start(&t->notes, wants);
    t->mode = MODE_INITIAL;
    t->template_count = 0;
    t->frameset_ok = true;
    t->quirks = false;
    t->head_given = false;
    t->form = 0;
    t->raw = RAW_NONE;
}

void tree_free(struct tree *t)
{
    stack_free(&t->stack);
    writer_free(&t->notes.writer);
    free(t->template_modes);
}

void tree_doctype(struct tree *t, bool quirks)
{
    if (t->mode != MODE_INITIAL)
        return;
    t->quirks = quirks;
    t->mode = MODE_BEFORE_HTML;
}

void tree_insert(struct tree *t, const struct tag *tag)
{
    uint8_t flags = 0;

    if ((name_facts[tag->name] & NAME_NOTED) != 0)
        flags = notes_insert(&t->notes, &t->stack, tag);
    stack_push(&t->stack, tag->name, SPACE_HTML, flags, tag->hash);
}

void tree_insert_void(struct tree *t, const struct tag *tag)
{
    if ((name_facts[tag->name] & NAME_NOTED) != 0)
        notes_insert(&t->notes, &t->stack, tag);
}

void tree_insert_name(struct tree *t, enum name name)
{
    tree_insert(t, &(struct tag){.name = name});
}

void tree_reset_mode(struct tree *t)
{
    static const struct {
        uint8_t name;
        uint8_t mode;
    } MODES[] = {{NAME_TD, MODE_IN_CELL},          {NAME_TH, MODE_IN_CELL},
                 {NAME_TR, MODE_IN_ROW},           {NAME_TBODY, MODE_IN_TABLE_BODY},
                 {NAME_THEAD, MODE_IN_TABLE_BODY}, {NAME_TFOOT, MODE_IN_TABLE_BODY},
                 {NAME_CAPTION, MODE_IN_CAPTION},  {NAME_COLGROUP, MODE_IN_COLUMN_GROUP},
                 {NAME_TABLE, MODE_IN_TABLE},      {NAME_TEMPLATE, MODE_IN_TEMPLATE},
                 {NAME_HEAD, MODE_IN_HEAD},        {NAME_BODY, MODE_IN_BODY},
                 {NAME_FRAMESET, MODE_IN_FRAMESET}};
    int32_t nearest = -1;

    t->mode = t->head_given ? MODE_AFTER_HEAD : MODE_BEFORE_HEAD;
    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        int32_t at = t->stack.top[MODES[i].name];

        if (at > nearest) {
            nearest = at;
            t->mode = (enum mode)MODES[i].mode;
        }
    }
    if (t->mode == MODE_IN_TEMPLATE)
        t->mode = (enum mode)t->template_modes[t->template_count - 1];
}

static bool is_integration_point(const struct open_element *e)
{
    return (e->space == SPACE_SVG &&
            (e->name == NAME_FOREIGNOBJECT || e->name == NAME_DESC || e->name == NAME_TITLE)) ||
           (e->flags & OPEN_HTML_POINT) != 0;
}

static bool is_text_integration_point(const struct open_element *e)
{
    return e->space == SPACE_MATHML && (e->name == NAME_MI || e->name == NAME_MO || e->name == NAME_MN ||
                                        e->name == NAME_MS || e->name == NAME_MTEXT);
}

/* 13.2.6, the tree construction dispatcher: is a start tag here for the rules of foreign content? */
static bool is_foreign_start(struct tree *t, const struct tag *tag)
{
    const struct open_element *e = stack_current(&t->stack);

    if (is_integration_point(e))
        return false;
    if (is_text_integration_point(e))
        return tag->name == NAME_MGLYPH || tag->name == NAME_MALIGNMARK;
    return !(e->space == SPACE_MATHML && e->name == NAME_ANNOTATION_XML && tag->name == NAME_SVG);
}

/* Leaves foreign content: pops up to an HTML element or an integration point. */
static void break_out(struct tree *t)
{
    const struct open_element *e;

    while ((e = stack_current(&t->stack))->space != SPACE_HTML && !is_integration_point(e) &&
           !is_text_integration_point(e))
        stack_pop_to(&t->stack, t->stack.count - 1);
}

static bool breaks_out(const struct tag *tag)
{
    if (tag->name == NAME_FONT)
        return tag_has(tag, ATTRIBUTE_COLOR) || tag_has(tag, ATTRIBUTE_FACE) || tag_has(tag, ATTRIBUTE_SIZE);
    return (name_facts[tag->name] & NAME_BREAKOUT) != 0;
}

static bool has_html_encoding(const struct tag *tag)
{
    struct slice encoding = tag->value[ATTRIBUTE_ENCODING];

    return tag_has(tag, ATTRIBUTE_ENCODING) &&
           (name_is(encoding, "text/html") || name_is(encoding, "application/xhtml+xml"));
}

void tree_insert_foreign(struct tree *t, const struct tag *tag, enum space space)
{
    uint8_t flags = 0;

    if (space == SPACE_MATHML && tag->name == NAME_ANNOTATION_XML && has_html_encoding(tag))
        flags = OPEN_HTML_POINT;
    if (!tag->self_closing)
        stack_push(&t->stack, tag->name, space, flags, tag->hash);
}

static bool start_by_mode(struct tree *t, struct tag *tag)
{
    switch (t->mode) {
    case MODE_IN_BODY:
        return tree_start_in_body(t, tag);
    case MODE_IN_TABLE:
    case MODE_IN_CAPTION:
    case MODE_IN_COLUMN_GROUP:
    case MODE_IN_TABLE_BODY:
    case MODE_IN_ROW:
    case MODE_IN_CELL:
        return tree_start_in_table(t, tag);
    default:
        return tree_start_outside(t, tag);
    }
}

void tree_start_tag(struct tree *t, struct tag *tag)
{
    t->raw = RAW_NONE;
    if (!tree_in_html(t) && is_foreign_start(t, tag)) {
        if (!breaks_out(tag)) {
            tree_insert_foreign(t, tag, (enum space)stack_current(&t->stack)->space);
            return;
        }
        break_out(t);
    }
    while (!start_by_mode(t, tag))
        ;
    if ((t->notes.anchor_open || t->notes.heading_open) && (name_facts[tag->name] & NAME_SPECIAL) != 0 &&
        tag->name != NAME_IMG)
        notes_space(&t->notes);
    if (t->stack.popped != 0)
        notes_settle(&t->notes, &t->stack);
}

/* An end tag in foreign content. False: it is for the rules of the mode. */
static bool end_foreign(struct tree *t, enum name name, uint32_t hash)
{
    struct stack *s = &t->stack;

    if (name == NAME_BR || name == NAME_P) {
        break_out(t);
        return false;
    }
    for (int32_t i = s->count - 1; i > 0 && s->work > 0; i--, s->work--) {
        const struct open_element *e = &s->open[i];

        if (e->space == SPACE_HTML)
            return false;
        if (stack_is_called(e, name, hash)) {
            stack_pop_to(s, i);
            return true;
        }
    }
    return true;
}

static bool end_by_mode(struct tree *t, enum name name, uint32_t hash)
{
    switch (t->mode) {
    case MODE_IN_BODY:
        return tree_end_in_body(t, name, hash);
    case MODE_IN_TABLE:
    case MODE_IN_CAPTION:
    case MODE_IN_COLUMN_GROUP:
    case MODE_IN_TABLE_BODY:
    case MODE_IN_ROW:
    case MODE_IN_CELL:
        return tree_end_in_table(t, name, hash);
    default:
        return tree_end_outside(t, name, hash);
    }
}

void tree_end_tag(struct tree *t, enum name name, uint32_t hash)
{
    t->raw = RAW_NONE;
    if (tree_in_html(t) || !end_foreign(t, name, hash))
        while (!end_by_mode(t, name, hash))
            ;
    if ((t->notes.anchor_open || t->notes.heading_open) && (name_facts[name] & NAME_SPECIAL) != 0)
        notes_space(&t->notes);
    if (t->stack.popped != 0)
        notes_settle(&t->notes, &t->stack);
}

/* --- text ------------------------------------------------------------------ */

/* How many bytes at the start of `text` are white space, references decoded; a
 * NUL counts as white space where `skip_nul` (the parser ignores it there). */
static size_t space_bytes(struct slice text, bool is_cdata, bool skip_nul)
{
    const char *p = text.data, *end = p + text.size;

    while (p < end) {
        char decoded[REF_TEXT_SIZE];
        size_t size, taken = 1;
        char c = *p;

        if (c == '&' && !is_cdata) {
            taken = ref_read(p, end, false, decoded, &size);
            if (taken == 0 || size != 1)
                break;
            c = decoded[0];
            if (c == '\0')
                break;
        }
        if (!(c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || (c == '\0' && skip_nul)))
            break;
        p += taken;
    }
    return (size_t)(p - text.data);
}

/* Text by the rules of "in body": it may reopen formatting elements. */
static void text_in_body(struct tree *t, struct slice text, bool is_cdata)
{
    tree_reconstruct(t);
    if (t->frameset_ok && space_bytes(text, is_cdata, true) < text.size)
        t->frameset_ok = false;
    if (notes_capture(&t->notes, &t->stack))
        notes_text(&t->notes, text, false);
}

static void text_in_foreign(struct tree *t, struct slice text, bool is_cdata)
{
    /* A NUL, though it becomes U+FFFD here, still allows a frameset. */
    if (t->frameset_ok && space_bytes(text, is_cdata, true) < text.size)
        t->frameset_ok = false;
    if (notes_capture(&t->notes, &t->stack))
        notes_text(&t->notes, text, true);
}

static bool is_of_table(struct stack *s)
{
    return stack_current_is(s, NAME_TABLE) || stack_current_is(s, NAME_TBODY) || stack_current_is(s, NAME_TEMPLATE) ||
           stack_current_is(s, NAME_TFOOT) || stack_current_is(s, NAME_THEAD) || stack_current_is(s, NAME_TR);
}

static bool has_space(struct slice text, bool is_cdata)
{
    for (; text.size > 0; text.data++, text.size--)
        if (space_bytes(text, is_cdata, false) > 0)
            return true;
    return false;
}

/* Text outside of body, cell, caption and template, where only white space can stay. */
static void text_outside(struct tree *t, struct slice text, bool is_cdata)
{
    size_t spaces = space_bytes(text, is_cdata, false);

    if (t->mode == MODE_IN_FRAMESET || t->mode == MODE_AFTER_FRAMESET)
        return;
    if (t->mode == MODE_AFTER_AFTER_FRAMESET) {
        if (has_space(text, is_cdata))
            tree_reconstruct(t);
        return;
    }
    if (spaces == text.size) {
        if (t->mode == MODE_AFTER_BODY || t->mode == MODE_AFTER_AFTER_BODY)
            text_in_body(t, text, is_cdata);
        return;
    }
    text = (struct slice){text.data + spaces, text.size - spaces};
    if (t->mode == MODE_IN_COLUMN_GROUP) {
        if (!stack_current_is(&t->stack, NAME_COLGROUP))
            return;
        stack_pop(&t->stack);
        t->mode = MODE_IN_TABLE;
    } else {
        while (t->mode != MODE_IN_BODY)
            tree_step_towards_body(t);
    }
    text_in_body(t, text, is_cdata);
}

void tree_text(struct tree *t, struct slice text, bool is_cdata)
{
    if (!tree_in_html(t)) {
        const struct open_element *e = stack_current(&t->stack);

        if (!is_integration_point(e) && !is_text_integration_point(e)) {
            text_in_foreign(t, text, is_cdata);
            return;
        }
    }
    switch (t->mode) {
    case MODE_IN_TABLE:
    case MODE_IN_TABLE_BODY:
    case MODE_IN_ROW:
        if (is_of_table(&t->stack) && space_bytes(text, is_cdata, true) == text.size)
            return;
        text_in_body(t, text, is_cdata);
        break;
    case MODE_IN_BODY:
    case MODE_IN_CELL:
    case MODE_IN_CAPTION:
    case MODE_IN_TEMPLATE:
        text_in_body(t, text, is_cdata);
        break;
    default:
        text_outside(t, text, is_cdata);
        break;
    }
}

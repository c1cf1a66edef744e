#include "token_notes.h"

#include <stddef.h>
#include <string.h>

void notes_start(struct notes *n, const struct token_wants *wants)
{
    struct writer writer = n->writer;

    memset(n, 0, offsetof(struct notes, repeat)); /* what it keeps is large */
    n->writer = writer;
    n->wants = wants;
    repeat_start(&n->repeat);
    writer_markup(&n->writer, "<page>");
}

static void close_anchor(struct notes *n)
{
    if (n->anchor_open) {
        writer_markup(&n->writer, "</a>");
        if (n->wants->distinct && !n->run.started) /* the next one with this URL may have words */
            repeat_forget(&n->repeat, n->anchor_href);
    }
    n->anchor_open = false;
}

static void close_heading(struct notes *n)
{
    if (n->heading_open)
        writer_markup(&n->writer, "<heading-end/>");
    n->heading_done = n->heading_done || (n->heading_open && n->run.started);
    n->heading_open = false;
}

void notes_end(struct notes *n)
{
    close_anchor(n);
    close_heading(n);
    writer_markup(&n->writer, "</page>");
}

void notes_settle(struct notes *n, struct stack *s)
{
    if ((s->popped & OPEN_ANCHOR) != 0)
        close_anchor(n);
    if ((s->popped & OPEN_HEADING) != 0)
        close_heading(n);
    s->popped = 0;
    writer_settle(&n->writer);
}

static bool is_row_or_rows(const struct open_element *e)
{
    return e->space == SPACE_HTML &&
           (e->name == NAME_TBODY || e->name == NAME_TFOOT || e->name == NAME_THEAD || e->name == NAME_TR);
}

/* True if what is inserted now, or an element it is in, goes in front of the table open[at] ("foster parenting"). */
static bool is_fostered(const struct stack *s, int32_t at)
{
    for (at++; at < s->count && is_row_or_rows(&s->open[at]); at++)
        ;
    return at == s->count || s->open[at].space != SPACE_HTML ||
           (s->open[at].name != NAME_TD && s->open[at].name != NAME_TH && s->open[at].name != NAME_CAPTION &&
            s->open[at].name != NAME_COLGROUP);
}

static bool was_fostered(const struct first_of *first, uint32_t table)
{
    for (unsigned i = 0; i < first->foster_count; i++)
        if (first->fosters[i] == table)
            return true;
    return false;
}

/* Whether this one comes before the one there is, in tree order: it is the first
 * at all; or it goes in front of a table that the other stands in. */
static bool comes_first(struct first_of *first, const struct stack *s)
{
    int32_t at = s->top[NAME_TABLE];

    if (first->found && (at < 0 || !is_fostered(s, at) || first->serial < s->open[at].serial ||
                         was_fostered(first, s->open[at].serial)))
        return false;
    *first = (struct first_of){.found = true, .serial = s->serial};
    for (; at >= 0 && first->foster_count < FOSTERS_KEPT; at = s->open[at].before)
        if (is_fostered(s, at))
            first->fosters[first->foster_count++] = s->open[at].serial;
    return true;
}

/* Writes ` name="..."` if the tag has the attribute. */
static bool copy(struct notes *n, const struct tag *tag, enum attribute attribute, const char *name, size_t limit)
{
    return !tag_has(tag, attribute) || writer_attribute(&n->writer, name, tag->value[attribute], limit);
}

struct copied {
    enum attribute attribute;
    const char *name;
    bool url;
};

/* Writes an element with those attributes it has. False if its URL is too long. */
static bool write_element(struct notes *n, const struct tag *tag, const char *start, const struct copied *attributes,
                          const char *end)
{
    size_t before = n->writer.size;

    writer_markup(&n->writer, start);
    for (; attributes->name != NULL; attributes++) {
        size_t limit = attributes->url ? n->wants->url_bytes : n->wants->value_bytes;

        if (!copy(n, tag, attributes->attribute, attributes->name, limit) && attributes->url) {
            n->writer.size = before;
            writer_markup(&n->writer, "<long/>");
            return false;
        }
    }
    writer_markup(&n->writer, end);
    writer_settle(&n->writer);
    return true;
}

void notes_lang(struct notes *n, const struct tag *tag)
{
    static const struct copied LANG[] = {{ATTRIBUTE_LANG, "lang", false}, {0}};

    if (tag_has(tag, ATTRIBUTE_LANG) && !n->lang_given) {
        n->lang_given = true;
        write_element(n, tag, "<html", LANG, "/>");
    }
}

void notes_frameset(struct notes *n)
{
    close_anchor(n);
    close_heading(n);
    n->heading_done = false;
    repeat_start(&n->repeat);
    writer_markup(&n->writer, "<frameset/>");
}

static bool may_be(struct slice value, const char *word)
{
    /* With a character reference in it only the reader can tell. */
    return name_is(value, word) || (value.size > 0 && memchr(value.data, '&', value.size) != NULL);
}

static bool meta_matters(const struct notes *n, const struct tag *tag)
{
    static const char *const NAMES[] = {"description", "robots", "og:title"};

    if (!tag_has(tag, ATTRIBUTE_CONTENT))
        return false;
    if (tag_has(tag, ATTRIBUTE_HTTP_EQUIV) && may_be(tag->value[ATTRIBUTE_HTTP_EQUIV], "refresh"))
        return true;
    if (tag_has(tag, ATTRIBUTE_PROPERTY) && may_be(tag->value[ATTRIBUTE_PROPERTY], "og:title"))
        return true;
    if (!tag_has(tag, ATTRIBUTE_NAME))
        return false;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (may_be(tag->value[ATTRIBUTE_NAME], NAMES[i]))
            return true;
    return n->wants->robots_name != NULL && may_be(tag->value[ATTRIBUTE_NAME], n->wants->robots_name);
}

static bool is_repeated(struct notes *n, const struct tag *tag)
{
    struct slice rel = tag_has(tag, ATTRIBUTE_REL) ? tag->value[ATTRIBUTE_REL] : (struct slice){"", 0};

    return repeat_find(&n->repeat, tag->value[ATTRIBUTE_HREF], rel);
}

static uint8_t insert_anchor(struct notes *n, struct stack *s, const struct tag *tag)
{
    static const struct copied A[] = {
        {ATTRIBUTE_HREF, "href", true}, {ATTRIBUTE_REL, "rel", false}, {ATTRIBUTE_HREFLANG, "hreflang", false}, {0}};

    if (!n->wants->element[NAME_A] || !tag_has(tag, ATTRIBUTE_HREF))
        return 0;
    if (n->anchor_open) {
        /* One within another, as only an object or a table cell between them allows. */
        if (stack_has(s, NAME_A))
            s->open[s->top[NAME_A]].flags &= (uint8_t)~OPEN_ANCHOR;
        close_anchor(n);
    }
    if (n->wants->distinct && is_repeated(n, tag))
        return 0;
    if (!write_element(n, tag, "<a", A, n->wants->anchor_texts ? ">" : "/>")) {
        repeat_forget(&n->repeat, tag->value[ATTRIBUTE_HREF]);
        return 0;
    }
    if (!n->wants->anchor_texts)
        return 0;
    n->anchor_open = true;
    n->anchor_href = tag->value[ATTRIBUTE_HREF];
    n->run.left = 3 * n->wants->text_bytes;
    if (!n->heading_open)
        n->run.space = n->run.started = false;
    return OPEN_ANCHOR;
}

static uint8_t insert_heading(struct notes *n)
{
    if (n->heading_done || n->heading_open)
        return 0;
    writer_markup(&n->writer, "<heading/>");
    n->heading_open = true;
    n->run = (struct text_run){.left = 3 * n->wants->text_bytes};
    return OPEN_HEADING;
}

static void insert_image(struct notes *n, struct stack *s, const struct tag *tag)
{
    static const struct copied IMG[] = {{ATTRIBUTE_SRC, "src", true}, {ATTRIBUTE_SRCSET, "srcset", false}, {0}};

    if (n->wants->element[NAME_IMG])
        write_element(n, tag, "<img", IMG, "/>");
    if (tag_has(tag, ATTRIBUTE_ALT) && notes_capture(n, s))
        notes_text(n, tag->value[ATTRIBUTE_ALT], true);
}

static const struct copied HREF[] = {{ATTRIBUTE_HREF, "href", true}, {ATTRIBUTE_REL, "rel", false}, {0}};
static const struct copied SRC[] = {{ATTRIBUTE_SRC, "src", true}, {ATTRIBUTE_SRCSET, "srcset", false}, {0}};
static const struct copied DATA[] = {{ATTRIBUTE_DATA, "src", true}, {0}};
static const struct copied ACTION[] = {{ATTRIBUTE_ACTION, "action", true}, {0}};

/* Elements that are written only where wanted, and as what. */
static const struct {
    enum name name;
    const char *start;
    const struct copied *attributes; /* without the first of them it is nothing, but for srcset */
} OTHERS[] = {
    {NAME_AREA, "<area", HREF},    {NAME_FRAME, "<frame", SRC},    {NAME_IFRAME, "<iframe", SRC},
    {NAME_SCRIPT, "<script", SRC}, {NAME_OBJECT, "<source", DATA}, {NAME_FORM, "<form", ACTION},
    {NAME_SOURCE, "<source", SRC}, {NAME_VIDEO, "<source", SRC},   {NAME_AUDIO, "<source", SRC},
    {NAME_TRACK, "<source", SRC},  {NAME_EMBED, "<source", SRC},
};

static void insert_other(struct notes *n, const struct tag *tag)
{
    if (!n->wants->element[tag->name])
        return;
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        const struct copied *attributes = OTHERS[i].attributes;

        if (OTHERS[i].name == tag->name && (tag_has(tag, attributes->attribute) || tag_has(tag, ATTRIBUTE_SRCSET)))
            write_element(n, tag, OTHERS[i].start, attributes, "/>");
    }
}

static void insert_in_head(struct notes *n, struct stack *s, const struct tag *tag)
{
    static const struct copied LINK[] = {
        {ATTRIBUTE_REL, "rel", false}, {ATTRIBUTE_HREF, "href", true}, {ATTRIBUTE_HREFLANG, "hreflang", false}, {0}};
    static const struct copied META[] = {{ATTRIBUTE_NAME, "name", false},
                                         {ATTRIBUTE_PROPERTY, "property", false},
                                         {ATTRIBUTE_HTTP_EQUIV, "http-equiv", false},
                                         {ATTRIBUTE_CONTENT, "content", false},
                                         {0}};

    if (tag->name == NAME_BASE) {
        if (tag_has(tag, ATTRIBUTE_HREF) && comes_first(&n->base, s))
            write_element(n, tag, "<base", HREF, "/>");
    } else if (tag->name == NAME_META) {
        if (meta_matters(n, tag))
            write_element(n, tag, "<meta", META, "/>");
    } else if (tag_has(tag, ATTRIBUTE_HREF) && tag_has(tag, ATTRIBUTE_REL)) {
        write_element(n, tag, "<link", LINK, "/>");
    }
}

uint8_t notes_insert(struct notes *n, struct stack *s, const struct tag *tag)
{
    if (s->popped != 0)
        notes_settle(n, s);
    if (stack_has(s, NAME_TEMPLATE))
        return 0;
    switch (tag->name) {
    case NAME_A:
        return insert_anchor(n, s, tag);
    case NAME_H1:
        return insert_heading(n);
    case NAME_IMG:
        insert_image(n, s, tag);
        break;
    case NAME_HTML:
        notes_lang(n, tag);
        break;
    case NAME_BODY:
        writer_markup(&n->writer, "<body/>");
        break;
    case NAME_BASE:
    case NAME_META:
    case NAME_LINK:
        insert_in_head(n, s, tag);
        break;
    default:
        insert_other(n, tag);
        break;
    }
    return 0;
}

bool notes_wants_title(struct notes *n, struct stack *s)
{
    return !stack_has(s, NAME_TEMPLATE) && comes_first(&n->title, s);
}

void notes_title(struct notes *n, struct slice text)
{
    struct text_run run = {.left = 3 * n->wants->text_bytes};

    writer_markup(&n->writer, "<title>");
    writer_text(&n->writer, &run, text, true);
    writer_markup(&n->writer, "</title>");
}

void notes_text(struct notes *n, struct slice text, bool keep_nul)
{
    writer_text(&n->writer, &n->run, text, keep_nul);
}

#include "html_build.h"

#include "html_values.h"
#include "mem.h"

#include <stdlib.h>

/* Memory that slices point into: it never moves. */
struct build_block {
    struct build_block *next;
    size_t size;
    size_t capacity;
    char data[];
};

#define BLOCK_SIZE (32 * 1024)

void build_init(struct build *b, const struct html_limits *limits, const char *robots_name)
{
    *b = (struct build){.limits = *limits, .robots_name = robots_name};
    /* Raw texts are at most three times as long as what they say. */
    b->title.raw.limit = b->heading.raw.limit = 3 * limits->title_bytes + 64;
    b->anchor.raw.limit = 3 * limits->anchor_bytes + 64;
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        b->value[i].limit = SIZE_MAX / 2;
}

static void free_blocks(struct build *b, struct build_block *keep)
{
    while (b->blocks != keep) {
        struct build_block *next = b->blocks->next;

        free(b->blocks);
        b->blocks = next;
    }
}

void build_free(struct build *b)
{
    free_blocks(b, NULL);
    free(b->facts.links);
    buf_free(&b->title.raw);
    buf_free(&b->heading.raw);
    buf_free(&b->anchor.raw);
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        buf_free(&b->value[i]);
}

#define LINKS_KEPT 8192 /* links for which memory is kept between pages */

void build_start(struct build *b, bool escaped)
{
    struct html_link *links = b->facts.links;
    struct build_block *first = b->blocks;

    if (first != NULL) {
        /* The oldest block stays; a page that needed more was an exception. */
        while (first->next != NULL)
            first = first->next;
        free_blocks(b, first);
        first->size = 0;
    }
    if (b->link_capacity > LINKS_KEPT) {
        free(links);
        links = NULL;
        b->link_capacity = 0;
    }
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        buf_trim(&b->value[i], 65536);
    b->facts = (struct html_facts){.links = links};
    b->before_body = b->facts;
    b->escaped = escaped;
    b->title.open = b->heading.open = b->anchor.open = false;
    buf_clear(&b->title.raw);
    buf_clear(&b->heading.raw);
    buf_clear(&b->anchor.raw);
}

static struct slice keep(struct build *b, struct slice text)
{
    struct build_block *block = b->blocks;
    char *place;

    if (text.size == 0)
        return (struct slice){"", 0};
    if (block == NULL || block->capacity - block->size < text.size) {
        size_t capacity = text.size > BLOCK_SIZE ? text.size : BLOCK_SIZE;

        block = mem_alloc(sizeof *block + capacity);
        block->next = b->blocks;
        block->size = 0;
        block->capacity = capacity;
        b->blocks = block;
    }
    place = block->data + block->size;
    memcpy(place, text.data, text.size);
    block->size += text.size;
    return (struct slice){place, text.size};
}

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Undoes the escapes of the short page in place; gives the new size. */
static size_t unescape(char *data, size_t size)
{
    char *out = memchr(data, '\\', size), *end = data + size;

    if (out == NULL)
        return size;
    for (const char *p = out; p < end;) {
        if (*p == '\\' && end - p >= 3) {
            *out++ = (char)(hex_value(p[1]) << 4 | hex_value(p[2]));
            p += 3;
        } else {
            *out++ = *p++;
        }
    }
    return (size_t)(out - data);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static size_t collapse(char *data, size_t size)
{
    size_t out = 0;
    bool space = false;

    for (size_t i = 0; i < size; i++) {
        if (is_space(data[i])) {
            space = out > 0;
            continue;
        }
        if (space)
            data[out++] = ' ';
        space = false;
        data[out++] = data[i];
    }
    return out;
}

static struct slice cut(struct slice text, size_t limit)
{
    if (text.size > limit) {
        text.size = limit;
        while (text.size > 0 && ((unsigned char)text.data[text.size] & 0xC0) == 0x80)
            text.size--;
    }
    return text;
}

/* A gathered text, stripped and collapsed, at most `limit` bytes of it. */
static struct slice finish(struct build *b, struct build_text *text, size_t limit)
{
    struct buf *raw = &text->raw;
    struct slice result;

    text->open = false;
    if (raw->size == 0)
        return (struct slice){"", 0};
    raw->size = b->escaped ? unescape(raw->data, raw->size) : collapse(raw->data, raw->size);
    result = keep(b, cut(html_value_trim(buf_slice(raw)), limit));
    buf_clear(raw);
    return result;
}

static void add_text(struct build_text *to, struct slice text)
{
    size_t left = to->raw.limit - to->raw.size;

    if (to->open)
        buf_add(&to->raw, text.data, text.size < left ? text.size : left);
}

void build_text(struct build *b, struct slice text)
{
    if (b->title.open) {
        add_text(&b->title, text);
        return;
    }
    add_text(&b->anchor, text);
    add_text(&b->heading, text);
}

/* The attribute's value as it is meant; empty if it is not there. Valid until the next element. */
static struct slice value_of(struct build *b, const struct build_attributes *attributes, enum attribute attribute)
{
    struct slice value = attributes->value[attribute];
    struct buf *buf = &b->value[attribute];

    if ((attributes->has >> attribute & 1) == 0)
        return (struct slice){"", 0};
    if (!b->escaped || value.size == 0 || memchr(value.data, '\\', value.size) == NULL)
        return value;
    buf_clear(buf);
    buf_add(buf, value.data, value.size);
    buf->size = unescape(buf->data, buf->size);
    return buf_slice(buf);
}

static bool has(const struct build_attributes *attributes, enum attribute attribute)
{
    return (attributes->has >> attribute & 1) != 0;
}

void build_left_out(struct build *b)
{
    b->facts.links_left_out++;
}

/* A new link, or NULL if it is not wanted. */
static struct html_link *add_link(struct build *b, enum html_link_kind kind, struct slice href)
{
    struct html_facts *f = &b->facts;
    struct html_link *link;

    if ((b->limits.kinds >> kind & 1) == 0)
        return NULL;
    if (f->link_count >= b->limits.links || href.size > b->limits.href_bytes) {
        f->links_left_out++;
        return NULL;
    }
    if (f->link_count == b->link_capacity) {
        b->link_capacity = b->link_capacity * 2 + 256;
        f->links = mem_resize(f->links, b->link_capacity * sizeof *f->links);
    }
    link = &f->links[f->link_count++];
    *link = (struct html_link){.href = keep(b, href), .anchor = {"", 0}, .hreflang = {"", 0}, .kind = (uint8_t)kind};
    return link;
}

static void add_anchor(struct build *b, const struct build_attributes *attributes)
{
    struct html_link *link;

    if (!has(attributes, ATTRIBUTE_HREF))
        return;
    b->anchor_link = SIZE_MAX;
    link = add_link(b, HTML_A, value_of(b, attributes, ATTRIBUTE_HREF));
    if (link == NULL)
        return;
    if (has(attributes, ATTRIBUTE_REL))
        link->rel = (uint8_t)html_value_rel(value_of(b, attributes, ATTRIBUTE_REL));
    if (has(attributes, ATTRIBUTE_HREFLANG))
        link->hreflang = keep(b, value_of(b, attributes, ATTRIBUTE_HREFLANG));
    b->anchor_link = b->facts.link_count - 1;
    b->anchor.open = true;
}

static void add_link_element(struct build *b, const struct build_attributes *attributes)
{
    struct slice href = value_of(b, attributes, ATTRIBUTE_HREF);
    unsigned kinds;

    if (!has(attributes, ATTRIBUTE_HREF) || !has(attributes, ATTRIBUTE_REL))
        return;
    kinds = html_value_link_kinds(value_of(b, attributes, ATTRIBUTE_REL));
    if ((kinds >> HTML_CANONICAL & 1) != 0 && !b->facts.has_canonical) {
        b->facts.has_canonical = true;
        b->facts.canonical = keep(b, href);
    }
    for (unsigned kind = 0; kind < HTML_LINK_KIND_COUNT; kind++) {
        struct html_link *link = (kinds >> kind & 1) != 0 ? add_link(b, (enum html_link_kind)kind, href) : NULL;

        if (link != NULL && kind == HTML_ALTERNATE)
            link->hreflang = keep(b, value_of(b, attributes, ATTRIBUTE_HREFLANG));
    }
}

static void add_meta(struct build *b, const struct build_attributes *attributes)
{
    struct html_facts *f = &b->facts;
    struct slice name = html_value_trim(value_of(b, attributes, ATTRIBUTE_NAME));
    struct slice content = value_of(b, attributes, ATTRIBUTE_CONTENT), url;
    struct slice property = html_value_trim(value_of(b, attributes, ATTRIBUTE_PROPERTY));

    if (!has(attributes, ATTRIBUTE_CONTENT))
        return;
    if (has(attributes, ATTRIBUTE_HTTP_EQUIV) && !f->has_refresh &&
        name_is(value_of(b, attributes, ATTRIBUTE_HTTP_EQUIV), "refresh") &&
        html_value_refresh(content, &f->refresh_seconds, &url)) {
        f->has_refresh = true;
        f->refresh = keep(b, url);
    }
    if (name_is(name, "description") && f->description.size == 0)
        f->description = keep(b, cut(html_value_trim(content), b->limits.title_bytes));
    if ((name_is(property, "og:title") || name_is(name, "og:title")) && f->og_title.size == 0)
        f->og_title = keep(b, cut(html_value_trim(content), b->limits.title_bytes));
    if (name_is(name, "robots") || (b->robots_name != NULL && name_is(name, b->robots_name)))
        f->robots |= html_value_robots(content);
}

static void add_source(struct build *b, const struct build_attributes *attributes, enum html_link_kind kind)
{
    struct slice rest = value_of(b, attributes, ATTRIBUTE_SRCSET), url;

    if (has(attributes, ATTRIBUTE_SRC))
        add_link(b, kind, value_of(b, attributes, ATTRIBUTE_SRC));
    if (kind == HTML_IMG || kind == HTML_SOURCE)
        while (html_value_srcset(&rest, &url))
            add_link(b, HTML_IMG, url);
}

void build_element(struct build *b, enum name name, const struct build_attributes *attributes)
{
    struct html_facts *f = &b->facts;
    struct html_link *link;

    switch (name) {
    case NAME_A:
        add_anchor(b, attributes);
        break;
    case NAME_AREA:
        link = has(attributes, ATTRIBUTE_HREF) ? add_link(b, HTML_AREA, value_of(b, attributes, ATTRIBUTE_HREF)) : NULL;
        if (link != NULL)
            link->rel = (uint8_t)html_value_rel(value_of(b, attributes, ATTRIBUTE_REL));
        break;
    case NAME_TITLE:
        b->title.open = true;
        break;
    case NAME_H1:
        b->heading.open = f->h1.size == 0;
        break;
    case NAME_HTML:
        if (has(attributes, ATTRIBUTE_LANG) && f->lang.size == 0)
            f->lang = keep(b, cut(html_value_trim(value_of(b, attributes, ATTRIBUTE_LANG)), 64));
        break;
    case NAME_BODY:
        b->before_body = b->facts;
        break;
    case NAME_BASE:
        if (has(attributes, ATTRIBUTE_HREF)) {
            f->base = keep(b, value_of(b, attributes, ATTRIBUTE_HREF));
            f->has_base = true;
        }
        break;
    case NAME_LINK:
        add_link_element(b, attributes);
        break;
    case NAME_META:
        add_meta(b, attributes);
        break;
    case NAME_FRAME:
        add_source(b, attributes, HTML_FRAME);
        break;
    case NAME_IFRAME:
        add_source(b, attributes, HTML_IFRAME);
        break;
    case NAME_IMG:
        add_source(b, attributes, HTML_IMG);
        break;
    case NAME_SCRIPT:
        add_source(b, attributes, HTML_SCRIPT);
        break;
    case NAME_SOURCE:
        add_source(b, attributes, HTML_SOURCE);
        break;
    case NAME_FORM:
        if (has(attributes, ATTRIBUTE_ACTION))
            add_link(b, HTML_FORM, value_of(b, attributes, ATTRIBUTE_ACTION));
        break;
    default:
        break;
    }
}

void build_end(struct build *b, enum name name)
{
    struct html_facts *f = &b->facts;

    if (name == NAME_TITLE && b->title.open) {
        f->has_title = true;
        f->title = finish(b, &b->title, b->limits.title_bytes);
    } else if (name == NAME_H1 && b->heading.open) {
        f->h1 = finish(b, &b->heading, b->limits.title_bytes);
    } else if (name == NAME_A && b->anchor.open) {
        struct slice text = finish(b, &b->anchor, b->limits.anchor_bytes);

        if (b->anchor_link < f->link_count)
            f->links[b->anchor_link].anchor = text;
    }
}

void build_frameset(struct build *b)
{
    struct html_link *links = b->facts.links;

    b->title.open = b->heading.open = b->anchor.open = false;
    b->facts = b->before_body;
    b->facts.links = links;
}

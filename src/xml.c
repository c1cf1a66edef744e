#include "xml.h"

#include <stdint.h>

#define REFERENCE_BYTES 32u /* longer than any that means something to us */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_reference_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '#';
}

/* --- References ----------------------------------------------------------------- */

static size_t encode_utf8(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* The character of "#65" or "#x41", or 0 if it is none. */
static uint32_t numbered(struct slice name)
{
    bool hex = name.size > 1 && (name.data[1] == 'x' || name.data[1] == 'X');
    uint32_t c = 0;

    for (size_t i = hex ? 2 : 1; i < name.size; i++) {
        char digit = name.data[i];

        if (digit >= '0' && digit <= '9')
            digit = (char)(digit - '0');
        else if (hex && (digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            digit = (char)((digit | 0x20) - 'a' + 10);
        else
            return 0;
        c = c * (hex ? 16 : 10) + (uint32_t)digit;
        if (c > 0x10ffff)
            return 0;
    }
    return c >= 0xd800 && c <= 0xdfff ? 0 : c;
}

/* What "&name;" stands for, written to out[]; 0 if it stands for nothing. */
static size_t resolve(struct slice name, char out[4])
{
    static const struct {
        const char *name;
        char character;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    uint32_t c;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_is(name, known[i].name)) {
            out[0] = known[i].character;
            return 1;
        }
    c = name.size > 1 && name.data[0] == '#' ? numbered(name) : 0;
    return c == 0 ? 0 : encode_utf8(c, out);
}

void xml_add_resolved(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        size_t end = i + 1, size = 0;
        char character[4];

        if (text.data[i] == '&') {
            while (end < text.size && end - i <= REFERENCE_BYTES && is_reference_char(text.data[end]))
                end++;
            if (end < text.size && text.data[end] == ';')
                size = resolve((struct slice){text.data + i + 1, end - i - 1}, character);
        }
        if (size > 0) {
            buf_add(out, character, size);
            i = end;
        } else
            buf_add_char(out, text.data[i]);
    }
}

/* --- Attributes ----------------------------------------------------------------- */

bool xml_next_attribute(struct slice *attributes, struct slice *name, struct slice *value)
{
    const char *at = attributes->data, *end = at + attributes->size, *stop;

    while (at < end && (is_blank(*at) || *at == '/' || *at == '='))
        at++;
    name->data = at;
    while (at < end && !is_blank(*at) && *at != '=' && *at != '/')
        at++;
    name->size = (size_t)(at - name->data);
    *value = (struct slice){at, 0};
    while (at < end && is_blank(*at))
        at++;
    if (at < end && *at == '=') {
        do
            at++;
        while (at < end && is_blank(*at));
        if (at < end && (*at == '"' || *at == '\'')) {
            stop = memchr(at + 1, *at, (size_t)(end - at - 1));
            stop = stop == NULL ? end : stop;
            *value = (struct slice){at + 1, (size_t)(stop - at - 1)};
            at = stop == end ? end : stop + 1;
        } else {
            value->data = at;
            while (at < end && !is_blank(*at))
                at++;
            value->size = (size_t)(at - value->data);
        }
    }
    *attributes = (struct slice){at, (size_t)(end - at)};
    return name->size > 0;
}

/* --- Markup --------------------------------------------------------------------- */

static void tell_text(struct xml *x, const char *data, size_t size)
{
    if (size > 0)
        x->listener.text(x->listener.arg, (struct slice){data, size});
}

/* Tells the tag in `held`. */
static void tell_tag(struct xml *x)
{
    const struct xml_listener *l = &x->listener;
    struct slice tag = buf_slice(&x->held), name = {tag.data, 0}, attributes;
    bool is_end = tag.size > 0 && tag.data[0] == '/',
         is_empty = !is_end && tag.size > 0 && tag.data[tag.size - 1] == '/';

    name.data += is_end;
    while (name.data + name.size < tag.data + tag.size && !is_blank(name.data[name.size]) &&
           name.data[name.size] != '/')
        name.size++;
    attributes.data = name.data + name.size;
    attributes.size = (size_t)(tag.data + tag.size - attributes.data) - is_empty;
    if (name.size == 0)
        return;
    if (is_end) {
        l->end(l->arg, name);
        return;
    }
    l->start(l->arg, name, attributes);
    if (is_empty)
        l->end(l->arg, name);
}

static void set_state(struct xml *x, enum xml_state state)
{
    x->state = state;
    x->matched = 0;
    x->quote = '\0';
}

/* May it stand behind a '<'? Names of XML begin with letters of all kinds. */
static bool begins_tag(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c == '/' || (c & 0x80) != 0;
}

/* Behind '<': the first characters tell what it is. Gives how many of `bytes` it took. */
static size_t feed_open(struct xml *x, struct slice bytes)
{
    static const char cdata[] = "![CDATA[";
    size_t i = 0;

    for (; i < bytes.size; i++) {
        struct buf *h = &x->held;

        if (h->size == 0 && bytes.data[i] != '!') {
            set_state(x, bytes.data[i] == '?' ? XML_INSTRUCTION : begins_tag(bytes.data[i]) ? XML_TAG : XML_TEXT);
            if (x->state == XML_TEXT)
                tell_text(x, "<", 1); /* "a < b" */
            return i;
        }
        buf_add_char(h, bytes.data[i]);
        if (slice_is(buf_slice(h), "!--"))
            set_state(x, XML_COMMENT);
        else if (slice_is(buf_slice(h), cdata))
            set_state(x, XML_CDATA);
        else if (h->size > 2 ? memcmp(h->data, cdata, h->size) != 0
                             : h->size == 2 && bytes.data[i] != '-' && bytes.data[i] != '[')
            set_state(x, XML_DOCTYPE);
        else
            continue;
        /* The last character of "<!>" and "<!-x" may matter to what follows. */
        return x->state == XML_DOCTYPE ? i : i + 1;
    }
    return i;
}

/* Up to the '>' that ends a tag: one within quotes does not. */
static size_t feed_tag(struct xml *x, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        char c = bytes.data[i];

        if (x->state == XML_QUOTED) {
            if (c == x->quote)
                x->state = XML_TAG;
        } else if (c == '>' || c == '<') {
            tell_tag(x);
            buf_clear(&x->held);
            set_state(x, c == '>' ? XML_TEXT : XML_OPEN);
            return i + 1;
        } else if ((c == '"' || c == '\'') && x->held.size > 0 && x->held.data[0] != '/') {
            x->quote = c;
            x->state = XML_QUOTED;
        }
        buf_add_char(&x->held, c); /* what does not fit is left out */
    }
    return bytes.size;
}

/* Up to the end of a comment ("-->"), CDATA ("]]>") or instruction ("?>"): a '>' behind enough of its mark. CDATA is
 * text. */
static size_t feed_until(struct xml *x, struct slice bytes)
{
    char mark = x->state == XML_COMMENT ? '-' : x->state == XML_CDATA ? ']' : '?';
    size_t marks = x->state == XML_INSTRUCTION ? 1 : 2, untold = 0, size = bytes.size;
    bool cdata = x->state == XML_CDATA;

    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] == '>' && x->matched == marks) {
            buf_clear(&x->held);
            set_state(x, XML_TEXT);
            return i + 1;
        }
        if (bytes.data[i] == mark) {
            /* A mark is text only once another, or something else, has come behind the last of them. */
            if (cdata)
                tell_text(x, x->matched == marks ? "]" : bytes.data + untold, x->matched == marks ? 1 : i - untold);
            x->matched += x->matched < marks;
            untold = i + 1;
        } else if (x->matched > 0) {
            if (cdata)
                tell_text(x, "]]", x->matched);
            x->matched = 0;
            untold = i;
        }
    }
    if (cdata)
        tell_text(x, bytes.data + untold, size - untold);
    return size;
}

/* To its '>', which does not stand in quotes or in "[]". */
static size_t feed_doctype(struct xml *x, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        char c = bytes.data[i];

        if (x->quote != '\0')
            x->quote = c == x->quote ? '\0' : x->quote;
        else if (c == '"' || c == '\'')
            x->quote = c;
        else if (c == '[')
            x->matched++;
        else if (c == ']' && x->matched > 0)
            x->matched--;
        else if (c == '>' && x->matched == 0) {
            buf_clear(&x->held);
            set_state(x, XML_TEXT);
            return i + 1;
        }
    }
    return bytes.size;
}

/* --- Text ----------------------------------------------------------------------- */

static size_t feed_text(struct xml *x, struct slice bytes)
{
    size_t i = 0;

    while (i < bytes.size && bytes.data[i] != '<' && bytes.data[i] != '&')
        i++;
    tell_text(x, bytes.data, i);
    if (i == bytes.size)
        return i;
    set_state(x, bytes.data[i] == '<' ? XML_OPEN : XML_REFERENCE);
    return i + 1;
}

/* Tells what is held behind an '&' as it is written. */
static void tell_as_written(struct xml *x)
{
    tell_text(x, "&", 1);
    tell_text(x, x->held.data, x->held.size);
    buf_clear(&x->held);
    set_state(x, XML_TEXT);
}

static size_t feed_reference(struct xml *x, struct slice bytes)
{
    char character[4];
    size_t size;

    for (size_t i = 0; i < bytes.size; i++) {
        char c = bytes.data[i];

        if (is_reference_char(c) && x->held.size < REFERENCE_BYTES) {
            buf_add_char(&x->held, c);
            continue;
        }
        size = c == ';' ? resolve(buf_slice(&x->held), character) : 0;
        if (size == 0) {
            tell_as_written(x);
            return i;
        }
        tell_text(x, character, size);
        buf_clear(&x->held);
        set_state(x, XML_TEXT);
        return i + 1;
    }
    return bytes.size;
}

/* --- The whole ------------------------------------------------------------------ */

void xml_start(struct xml *x, const struct xml_listener *listener)
{
    *x = (struct xml){.listener = *listener, .held = {.limit = XML_TAG_BYTES}};
}

void xml_free(struct xml *x)
{
    buf_free(&x->held);
}

void xml_feed(struct xml *x, struct slice bytes)
{
    while (bytes.size > 0) {
        size_t taken = 0;

        switch (x->state) {
        case XML_TEXT:
            taken = feed_text(x, bytes);
            break;
        case XML_REFERENCE:
            taken = feed_reference(x, bytes);
            break;
        case XML_OPEN:
            taken = feed_open(x, bytes);
            break;
        case XML_TAG:
        case XML_QUOTED:
            taken = feed_tag(x, bytes);
            break;
        case XML_COMMENT:
        case XML_CDATA:
        case XML_INSTRUCTION:
            taken = feed_until(x, bytes);
            break;
        case XML_DOCTYPE:
            taken = feed_doctype(x, bytes);
            break;
        }
        bytes.data += taken;
        bytes.size -= taken;
    }
}

bool xml_finish(struct xml *x)
{
    bool whole = x->state == XML_TEXT || x->state == XML_REFERENCE;

    if (x->state == XML_REFERENCE)
        tell_as_written(x);
    else if (x->state == XML_TAG && x->held.size > 0 && x->held.data[0] == '/')
        x->listener.end(x->listener.arg, (struct slice){"", 0});
    return whole;
}

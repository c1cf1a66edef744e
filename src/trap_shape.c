#include "trap_shape.h"

#include <stdlib.h>

#define LEAST_HEX       8  /* characters of a digest, cut short as some do */
#define LEAST_UUID      16 /* of digits and letters up to F with hyphens between */
#define LEAST_RANDOM    16 /* of a random text in letters and digits */
#define LEAST_CHANGES   3  /* between letters and digits in it */
#define PARAMETERS_MOST 64 /* of a query; the rest does not count */

struct url_parts {
    struct slice origin, path, query; /* query: without its '?'; data NULL if there is none */
};

static struct url_parts take_apart(struct slice url)
{
    struct url_parts parts = {.origin = url};
    const char *end = url.data + url.size;
    const char *host = memchr(url.data, '/', url.size);
    const char *path = NULL, *query;

    if (host != NULL && end - host > 2)
        path = memchr(host + 2, '/', (size_t)(end - host - 2));
    if (path == NULL)
        return parts;
    query = memchr(path, '?', (size_t)(end - path));
    parts.origin.size = (size_t)(path - url.data);
    parts.path = (struct slice){path, (size_t)((query == NULL ? end : query) - path)};
    if (query != NULL)
        parts.query = (struct slice){query + 1, (size_t)(end - query - 1)};
    return parts;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex_letter(char c)
{
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Letters, digits and hyphens in a row: is that a UUID, a digest, a key? Dates, words and numbers are none. */
static bool looks_random(struct slice word)
{
    size_t digits = 0, letters = 0, changes = 0;
    bool hex = true, has_hyphen = false, was_digit = false;

    for (size_t i = 0; i < word.size; i++) {
        bool digit = is_digit(word.data[i]);

        has_hyphen = has_hyphen || word.data[i] == '-';
        if (word.data[i] == '-')
            continue;
        changes += digits + letters > 0 && digit != was_digit;
        was_digit = digit;
        digits += digit;
        letters += !digit;
        hex = hex && (digit || is_hex_letter(word.data[i]));
    }
    if (digits == 0 || letters == 0)
        return false;
    if (has_hyphen)
        return hex && digits + letters >= LEAST_UUID;
    return (hex && digits + letters >= LEAST_HEX) || (digits + letters >= LEAST_RANDOM && changes >= LEAST_CHANGES);
}

void shape_add_blind(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i]))
            buf_add_char(out, text.data[i]);
        else if (i == 0 || !is_digit(text.data[i - 1]))
            buf_add_char(out, '0');
}

/* Letters and digits at the start of `text`; hyphens among them count if all is a UUID or the like. */
static size_t word_size(struct slice text)
{
    size_t plain = 0, size;

    while (plain < text.size && (is_digit(text.data[plain]) || is_letter(text.data[plain])))
        plain++;
    for (size = plain; size < text.size && (is_digit(text.data[size]) || is_letter(text.data[size]) ||
                                            (size > 0 && text.data[size] == '-'));)
        size++;
    return size > plain && looks_random((struct slice){text.data, size}) ? size : plain;
}

/* Appends `text` masked; true if anything was. An escape such as %C3 is no number. */
static bool add_masked(struct slice text, struct buf *out)
{
    bool masked = false;
    size_t size;

    for (size_t i = 0; i < text.size; i += size) {
        struct slice word = {text.data + i, text.size - i};

        if (text.data[i] == '%' && word.size >= 3) {
            size = 3;
            buf_add(out, word.data, size);
            continue;
        }
        size = word_size(word);
        if (size == 0) {
            size = 1;
            buf_add(out, word.data, size);
            continue;
        }
        word.size = size;
        if (looks_random(word)) {
            buf_add_char(out, 'x');
            masked = true;
            continue;
        }
        shape_add_blind(word, out);
        for (size_t k = 0; k < size; k++)
            masked = masked || is_digit(word.data[k]);
    }
    return masked;
}

static bool add_numbers(const struct url_parts *parts, struct buf *out)
{
    bool masked = add_masked(parts->path, out);

    if (parts->query.data == NULL)
        return masked;
    buf_add_char(out, '?');
    return add_masked(parts->query, out) || masked;
}

static int by_text(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;
    size_t size = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->data, right->data, size);

    if (order != 0)
        return order;
    return left->size < right->size ? -1 : left->size > right->size;
}

/* The names of a query's parameters in their order by text. */
static size_t find_names(struct slice query, struct slice names[PARAMETERS_MOST])
{
    struct slice left = query;
    size_t count = 0;

    for (; left.data != NULL && left.size > 0 && count < PARAMETERS_MOST;) {
        size_t size = 0, name_size = 0;

        while (size < left.size && left.data[size] != '&' && left.data[size] != ';')
            size++;
        while (name_size < size && left.data[name_size] != '=')
            name_size++;
        if (size > 0)
            names[count++] = (struct slice){left.data, name_size};
        size += size < left.size;
        left = (struct slice){left.data + size, left.size - size};
    }
    if (count > 1)
        qsort(names, count, sizeof names[0], by_text);
    return count;
}

/* The names of a query's parameters, each once. */
static bool add_values(const struct url_parts *parts, struct buf *out)
{
    struct slice names[PARAMETERS_MOST];
    size_t count = find_names(parts->query, names), last = 0; /* where the latest name begins in *out */

    if (count == 0)
        return false;
    add_masked(parts->path, out);
    for (size_t i = 0; i < count; i++) {
        size_t at = out->size, size;

        buf_add_char(out, i == 0 ? '?' : '&');
        add_masked(names[i], out);
        buf_add_string(out, "=*");
        size = out->size - at;
        if (i > 0 && !out->full && at - last == size && memcmp(out->data + last + 1, out->data + at + 1, size - 1) == 0)
            out->size = at;
        else
            last = at;
    }
    return true;
}

/* The name number `wanted` of a query, from 0, those that come again not counted; data NULL: there is none. */
static struct slice find_name(struct slice query, unsigned wanted)
{
    struct slice names[PARAMETERS_MOST];
    size_t count = find_names(query, names);

    for (size_t i = 0; i < count; i++)
        if ((i == 0 || by_text(&names[i - 1], &names[i]) != 0) && wanted-- == 0)
            return names[i];
    return (struct slice){NULL, 0};
}

static bool add_name(const struct url_parts *parts, unsigned wanted, struct buf *out)
{
    struct slice name = find_name(parts->query, wanted);

    if (name.data == NULL)
        return false;
    add_masked(parts->path, out);
    buf_add_string(out, "?*&");
    add_masked(name, out);
    return buf_add_string(out, "=*");
}

static bool add_tail(const struct url_parts *parts, struct buf *out)
{
    size_t end = parts->path.size, start;

    if (end > 1 && parts->path.data[end - 1] == '/')
        end--;
    start = end;
    while (start > 0 && parts->path.data[start - 1] != '/')
        start--;
    if (end == start)
        return false;
    buf_add_string(out, "/.../");
    add_masked((struct slice){parts->path.data + start, parts->path.size - start}, out);
    return true;
}

enum shape shape_of_slot(unsigned slot)
{
    return slot < SHAPE_NAME ? (enum shape)slot : SHAPE_NAME;
}

bool shape_of(struct slice url, unsigned slot, struct buf *out)
{
    struct url_parts parts = take_apart(url);
    size_t before = out->size;
    bool has_shape = false;

    if (parts.path.size == 0)
        return false;
    buf_add(out, parts.origin.data, parts.origin.size);
    switch (shape_of_slot(slot)) {
    case SHAPE_NUMBERS:
        has_shape = add_numbers(&parts, out);
        break;
    case SHAPE_VALUES:
        has_shape = add_values(&parts, out);
        break;
    case SHAPE_TAIL:
        has_shape = add_tail(&parts, out);
        break;
    case SHAPE_NAME:
        has_shape = add_name(&parts, slot - SHAPE_NAME, out);
        break;
    case SHAPE_COUNT:
        break;
    }
    has_shape = has_shape && !out->full;
    if (!has_shape && out->data != NULL) {
        out->size = before;
        out->data[before] = '\0';
    }
    return has_shape;
}

bool shape_has_word(struct slice url, unsigned slot)
{
    struct slice query = take_apart(url).query;
    struct slice name = slot < SHAPE_NAME ? (struct slice){NULL, 0} : find_name(query, slot - SHAPE_NAME);

    if (name.data == NULL)
        return false;
    for (const char *p = name.data + name.size; p < query.data + query.size && *p != '&' && *p != ';'; p++)
        if (is_letter(*p) || (unsigned char)*p >= 0x80)
            return true;
    return false;
}

int shape_parts(struct slice url)
{
    struct slice path = take_apart(url).path;
    int parts = 0;

    for (size_t i = 0; i < path.size; i++)
        parts += path.data[i] != '/' && (i == 0 || path.data[i - 1] == '/');
    return parts;
}

/* The part of a path that begins at `from` or behind; size 0: there is none. */
static struct slice part_from(struct slice path, size_t from)
{
    size_t start = from, end;

    while (start < path.size && path.data[start] == '/')
        start++;
    for (end = start; end < path.size && path.data[end] != '/';)
        end++;
    return (struct slice){path.data + start, end - start};
}

#define PARTS_COMPARED 16

bool shape_part_comes_again(struct slice url)
{
    struct slice path = take_apart(url).path, parts[PARTS_COMPARED];
    size_t at = 0;

    for (int count = 0; count < PARTS_COMPARED; count++) {
        parts[count] = part_from(path, at);
        if (parts[count].size == 0)
            return false;
        for (int i = 0; i < count; i++)
            if (by_text(&parts[i], &parts[count]) == 0)
                return true;
        at = (size_t)(parts[count].data + parts[count].size - path.data);
    }
    return true; /* so long a path is suspicious in any case */
}

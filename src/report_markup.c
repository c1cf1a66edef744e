#include "report_markup.h"

#include "text.h"
#include "words.h"

#include <stdint.h>

#define SHOWN_MOST 100 /* characters of a URL */

/* True for what changes the order or the place of what stands round it, or is seen by nobody. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F || c == 0x2028 ||
           c == 0x2029 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static size_t count_characters(struct slice text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

static void add_character(struct buf *out, uint32_t c)
{
    char bytes[4];

    if (c == '\t' || c == '\n' || c == '\r')
        buf_add_char(out, ' ');
    else if (is_control(c))
        buf_printf(out, "\\u%04x", (unsigned)c);
    else
        text_add_html(out, (struct slice){bytes, text_put(bytes, c)});
}

void markup_add_text(struct buf *out, struct slice text, size_t most)
{
    struct buf valid = {.limit = 3 * text.size + 4};
    struct slice rest;
    size_t count, head = SIZE_MAX, tail = 0, at = 0;

    text_add_utf8(&valid, text);
    rest = buf_slice(&valid);
    count = count_characters(rest);
    if (most > 0 && count > most) {
        head = most * 2 / 3;
        tail = count - (most - head);
    }
    for (; rest.size > 0; at++) {
        uint32_t c = text_next(&rest);

        if (at < head || at >= tail)
            add_character(out, c);
        else if (at == head)
            buf_add_string(out, "\xE2\x80\xA6");
    }
    buf_free(&valid);
}

size_t markup_origin_size(struct slice url)
{
    size_t at = text_begins_nocase(url, "https://") ? 8 : text_begins_nocase(url, "http://") ? 7 : 0;

    if (at == 0)
        return 0;
    while (at < url.size && url.data[at] != '/' && url.data[at] != '?' && url.data[at] != '#')
        at++;
    return at;
}

void markup_add_link(struct buf *out, struct slice url, struct slice shown)
{
    bool is_link = markup_origin_size(url) > 0;

    if (is_link) {
        buf_add_string(out, "<a rel=\"noreferrer noopener\" href=\"");
        markup_add_text(out, url, 0);
        buf_add_string(out, "\">");
    }
    markup_add_text(out, shown, SHOWN_MOST);
    if (is_link)
        buf_add_string(out, "</a>");
}

void markup_add_url(struct buf *out, struct slice url, struct slice origin)
{
    struct slice shown = url;

    if (origin.size > 0 && url.size > origin.size && memcmp(url.data, origin.data, origin.size) == 0 &&
        url.data[origin.size] == '/')
        shown = (struct slice){url.data + origin.size, url.size - origin.size};
    markup_add_link(out, url, shown);
}

void markup_add_number(struct buf *out, long long number)
{
    struct buf plain = {.limit = 64};

    words_add_number(&plain, number);
    for (size_t i = 0; i < plain.size; i++) {
        if (plain.data[i] == ' ')
            buf_add_string(out, "\xC2\xA0");
        else
            buf_add_char(out, plain.data[i]);
    }
    buf_free(&plain);
}

#include "columns.h"

#include "text.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

#define TEXT_LIMIT 4096 /* bytes of a text that are looked at */

locale_t columns_locale(bool ascii)
{
    locale_t locale = ascii ? (locale_t)0 : newlocale(LC_CTYPE_MASK, "", (locale_t)0);

    if (locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0) {
        freelocale(locale);
        locale = (locale_t)0;
    }
    return locale;
}

/* The columns of the first character of *text, which is taken off; -1: it has no place on a terminal. For use while
 * `locale` is in force. */
static int next_width(struct slice *text)
{
    uint32_t character = text_next(text);

    return character < 0x7F ? 1 : wcwidth((wchar_t)character);
}

int columns_of(struct slice text, locale_t locale)
{
    locale_t before;
    int columns = 0;

    if (locale == (locale_t)0)
        return (int)text.size;
    before = uselocale(locale);
    while (text.size > 0) {
        int width = next_width(&text);

        columns += width > 0 ? width : 0;
    }
    uselocale(before);
    return columns;
}

/* Appends `text` with '?' for each character that cannot be shown. Returns its columns. */
static int add_shown(struct buf *out, struct slice text, locale_t locale)
{
    locale_t before = locale == (locale_t)0 ? (locale_t)0 : uselocale(locale);
    int columns = 0;

    while (text.size > 0) {
        struct slice character = text;
        int width = next_width(&text);

        character.size -= text.size;
        if (width < 0 || (locale == (locale_t)0 && character.size > 1)) {
            buf_add_char(out, '?');
            width = 1;
        } else {
            buf_add(out, character.data, character.size);
        }
        columns += width;
    }
    if (before != (locale_t)0)
        uselocale(before);
    return columns;
}

/* The longest prefix of at most `most` columns. */
static struct slice prefix(struct slice text, int most, locale_t locale)
{
    struct slice rest = text;

    while (rest.size > 0) {
        struct slice character = rest;
        int width;

        text_next(&rest);
        character.size -= rest.size;
        width = columns_of(character, locale);
        if (width > most)
            return (struct slice){text.data, (size_t)(character.data - text.data)};
        most -= width;
    }
    return text;
}

/* The longest suffix of at most `most` columns; what combines with the character before it is left out. */
static struct slice suffix(struct slice text, int most, locale_t locale)
{
    int columns = columns_of(text, locale);

    while (text.size > 0) {
        struct slice character = text;
        struct slice rest = text;
        int width;

        text_next(&rest);
        character.size -= rest.size;
        width = columns_of(character, locale);
        if (columns <= most && width > 0)
            break;
        columns -= width;
        text = rest;
    }
    return text;
}

int columns_add(struct buf *out, struct slice text, int most, enum columns_cut cut, locale_t locale)
{
    struct slice dots = slice_of(locale == (locale_t)0 ? "..." : "\xE2\x80\xA6");
    int dots_width = columns_of(dots, locale);
    struct buf fit = {.limit = TEXT_LIMIT}, shown = {.limit = TEXT_LIMIT};
    int columns;

    text_add_terminal(&fit, text);
    columns = add_shown(&shown, buf_slice(&fit), locale);
    if (columns <= most) {
        buf_add(out, shown.data, shown.size);
    } else if (most < dots_width + (cut == COLUMNS_CUT_MIDDLE ? 2 : 1)) {
        struct slice head = prefix(buf_slice(&shown), most < 0 ? 0 : most, locale);

        buf_add(out, head.data, head.size);
        columns = columns_of(head, locale);
    } else {
        int left = most - dots_width;
        struct slice head = prefix(buf_slice(&shown), cut == COLUMNS_CUT_MIDDLE ? left / 2 : left, locale);
        int head_width = columns_of(head, locale);
        struct slice tail = {NULL, 0};

        buf_add(out, head.data, head.size);
        buf_add(out, dots.data, dots.size);
        if (cut == COLUMNS_CUT_MIDDLE)
            tail = suffix(buf_slice(&shown), left - head_width, locale);
        buf_add(out, tail.data, tail.size);
        columns = head_width + dots_width + columns_of(tail, locale);
    }
    buf_free(&fit);
    buf_free(&shown);
    return columns;
}

#include "token_refs.h"

#include <stdint.h>

struct ref {
    uint16_t name_at;
    uint8_t name_size;
    uint16_t text_at;
    uint8_t text_size;
    uint8_t bare; /* may stand without semicolon */
};

#include "data/token_refs.inc"

#define REF_COUNT    (sizeof REFS / sizeof REFS[0])
#define LONGEST_BARE 6
#define LONGEST      31

/* 13.2.5.80: what the C1 numbers stand for, windows-1252 in effect; 0: themselves. */
static const uint16_t C1[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* `at` points behind "&#". */
static size_t read_number(const char *at, const char *end, char *text, size_t *text_size)
{
    const char *p = at, *digits;
    int base = 10;
    uint32_t code = 0;

    if (p < end && (*p == 'x' || *p == 'X')) {
        base = 16;
        p++;
    }
    for (digits = p; p < end && digit_value(*p) < base; p++)
        if (code <= 0x10FFFF)
            code = code * (uint32_t)base + (uint32_t)digit_value(*p);
    if (p == digits)
        return 0;
    if (p < end && *p == ';')
        p++;
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = 0xFFFD;
    else if (code >= 0x80 && code < 0xA0 && C1[code - 0x80] != 0)
        code = C1[code - 0x80];
    *text_size = put_utf8(code, text);
    return (size_t)(p - at) + 2;
}

static const struct ref *find(const char *name, size_t size)
{
    size_t low = 0, high = REF_COUNT;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct ref *ref = &REFS[middle];
        size_t both = size < ref->name_size ? size : ref->name_size;
        int order = memcmp(name, REF_NAMES + ref->name_at, both);

        if (order == 0 && size == ref->name_size)
            return ref;
        if (order < 0 || (order == 0 && size < ref->name_size))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static size_t give(const struct ref *ref, size_t taken, char *text, size_t *text_size)
{
    memcpy(text, REF_TEXTS + ref->text_at, ref->text_size);
    *text_size = ref->text_size;
    return taken;
}

size_t ref_read(const char *at, const char *end, bool in_attribute, char text[REF_TEXT_SIZE], size_t *text_size)
{
    const char *name = at + 1;
    const struct ref *ref;
    size_t size = 0;

    if (name < end && *name == '#')
        return read_number(name + 1, end, text, text_size);
    while (size <= LONGEST && name + size < end && is_letter_or_digit(name[size]))
        size++;
    if (size <= LONGEST && name + size < end && name[size] == ';' && (ref = find(name, size)) != NULL)
        return give(ref, size + 2, text, text_size);
    for (size_t bare = size < LONGEST_BARE ? size : LONGEST_BARE; bare >= 2; bare--) {
        ref = find(name, bare);
        if (ref == NULL || !ref->bare)
            continue;
        if (in_attribute && name + bare < end && (name[bare] == '=' || is_letter_or_digit(name[bare])))
            return 0;
        return give(ref, bare + 1, text, text_size);
    }
    return 0;
}

struct slice ref_by_name(struct slice name)
{
    const struct ref *ref = find(name.data, name.size);

    return ref == NULL ? (struct slice){"", 0} : (struct slice){REF_TEXTS + ref->text_at, ref->text_size};
}

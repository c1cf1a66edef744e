#include "domain_idna.h"

#include "domain_punycode.h"
#include "domain_unicode.h"
#include "mem.h"

#include <stdlib.h>

/* Bytes. The standard sets no bound, but what DNS can hold is far below this one, and Punycode is quadratic. */
enum { NAME_MAX_SIZE = 1024 };

/* A part of a name between two dots. */
struct label {
    const uint32_t *points;
    size_t count;
};

/* One code point of valid UTF-8 from *at, which moves on. False: it is not valid. */
static bool read_point(const unsigned char **at, const unsigned char *end, uint32_t *point)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = *at;
    int more = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;

    if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4 || end - p <= more)
        return false;
    *point = more == 0 ? *p : *p & (0x3f >> more);
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return false;
        *point = *point << 6 | (p[i] & 0x3f);
    }
    *at = p + more + 1;
    return *point >= least[more] && *point <= 0x10ffff && !(*point >= 0xd800 && *point <= 0xdfff);
}

/* UTS 46, 4, steps 1 and 2: maps and normalizes. False: a code point is not allowed. */
static bool map_name(struct slice name, uint32_t *points, size_t *count)
{
    const unsigned char *at = (const unsigned char *)name.data, *end = at + name.size;
    uint32_t point;
    size_t size = 0;

    while (at < end) {
        if (!read_point(&at, end, &point))
            return false;
        switch (unicode_class_of(point).status) {
        case UNICODE_DISALLOWED:
            return false;
        case UNICODE_VALID:
            points[size++] = point;
            break;
        case UNICODE_IGNORED:
            break;
        case UNICODE_MAPPED:
            size += unicode_map(point, points + size);
            break;
        }
    }
    *count = unicode_normalize(points, size);
    return true;
}

/* RFC 5892, A.1: a zero width non-joiner may stand between two letters that it keeps from joining. */
static bool splits_joined(const struct label *label, size_t at)
{
    enum unicode_joining joining = UNICODE_TRANSPARENT;
    size_t i;

    for (i = at; i > 0 && joining == UNICODE_TRANSPARENT; i--)
        joining = unicode_class_of(label->points[i - 1]).joining;
    if (joining != UNICODE_JOINS_LEFT && joining != UNICODE_JOINS_BOTH)
        return false;
    joining = UNICODE_TRANSPARENT;
    for (i = at + 1; i < label->count && joining == UNICODE_TRANSPARENT; i++)
        joining = unicode_class_of(label->points[i]).joining;
    return joining == UNICODE_JOINS_RIGHT || joining == UNICODE_JOINS_BOTH;
}

/* "CheckJoiners": the ContextJ rules of RFC 5892. */
static bool joiners_are_right(const struct label *label)
{
    for (size_t i = 0; i < label->count; i++) {
        uint32_t point = label->points[i];

        if (point != 0x200c && point != 0x200d)
            continue;
        if (i > 0 && unicode_is_virama(label->points[i - 1]))
            continue;
        if (point == 0x200d || !splits_joined(label, i))
            return false;
    }
    return true;
}

static bool has_prefix(const struct label *label)
{
    return label->count >= 4 && label->points[0] == 'x' && label->points[1] == 'n' && label->points[2] == '-' &&
           label->points[3] == '-';
}

/* UTS 46, 4.1, but for the check of directions, which needs the whole name. */
static bool is_valid(const struct label *label)
{
    enum unicode_bidi first;

    if (label->count == 0)
        return true;
    first = unicode_class_of(label->points[0]).bidi;
    if (first == UNICODE_NSM || first == UNICODE_L_MARK)
        return false;
    if (has_prefix(label))
        return false;
    for (size_t i = 0; i < label->count; i++) {
        if (label->points[i] == '.' || unicode_class_of(label->points[i]).status != UNICODE_VALID)
            return false;
    }
    return joiners_are_right(label);
}

/* True if the label holds what makes a name one that runs from right to left (RFC 5893, 1.4). */
static bool runs_left(const struct label *label)
{
    for (size_t i = 0; i < label->count; i++) {
        enum unicode_bidi class = unicode_class_of(label->points[i]).bidi;

        if (class == UNICODE_R || class == UNICODE_AL || class == UNICODE_AN)
            return true;
    }
    return false;
}

static unsigned bit(enum unicode_bidi class)
{
    return 1u << class;
}

/* The six conditions of RFC 5893, 2, on a label of a name that has right-to-left parts. */
static bool directions_are_right(const struct label *label)
{
    const unsigned neutral = bit(UNICODE_ES) | bit(UNICODE_CS) | bit(UNICODE_ET) | bit(UNICODE_ON) | bit(UNICODE_BN) |
                             bit(UNICODE_NSM) | bit(UNICODE_EN);
    const unsigned left_to_right = bit(UNICODE_L) | bit(UNICODE_L_MARK);
    const unsigned right_to_left = bit(UNICODE_R) | bit(UNICODE_AL);
    unsigned first, last = 0, seen = 0;

    if (label->count == 0)
        return true;
    first = bit(unicode_class_of(label->points[0]).bidi);
    for (size_t i = 0; i < label->count; i++) {
        unsigned class = bit(unicode_class_of(label->points[i]).bidi);

        seen |= class;
        if (class != bit(UNICODE_NSM))
            last = class;
    }
    if ((first & right_to_left) != 0) {
        return (seen & ~(right_to_left | neutral | bit(UNICODE_AN))) == 0 &&
               (last & (right_to_left | bit(UNICODE_EN) | bit(UNICODE_AN))) != 0 &&
               (seen & (bit(UNICODE_EN) | bit(UNICODE_AN))) != (bit(UNICODE_EN) | bit(UNICODE_AN));
    }
    return (first & left_to_right) != 0 && (seen & ~(left_to_right | neutral)) == 0 &&
           (last & (left_to_right | bit(UNICODE_EN))) != 0;
}

static bool is_ascii(const struct label *label)
{
    for (size_t i = 0; i < label->count; i++) {
        if (label->points[i] >= 0x80)
            return false;
    }
    return true;
}

/* A label that says it is Punycode becomes what it stands for, in scratch[], which has room for UNICODE_MAP_MAX
 * times as many. False: it is not well encoded, or there was no need to encode it, or it is not normalized. */
static bool decode(struct label *label, uint32_t *scratch)
{
    struct buf ascii = {.limit = label->count};
    uint32_t *normal = scratch + label->count;
    size_t count;
    bool good;

    if (!is_ascii(label))
        return false;
    for (size_t i = 4; i < label->count; i++)
        buf_add_char(&ascii, (char)label->points[i]);
    good = punycode_decode(buf_slice(&ascii), scratch, &count);
    buf_free(&ascii);
    *label = (struct label){scratch, count};
    if (!good || is_ascii(label) || !is_valid(label))
        return false;
    memcpy(normal, scratch, count * sizeof *normal);
    return unicode_normalize(normal, count) == count && memcmp(normal, scratch, count * sizeof *normal) == 0;
}

/* Appends a label in its ASCII form. */
static void add_label(struct buf *out, const struct label *label)
{
    if (!is_ascii(label)) {
        buf_add_string(out, "xn--");
        punycode_encode(out, label->points, label->count);
        return;
    }
    for (size_t i = 0; i < label->count; i++)
        buf_add_char(out, (char)label->points[i]);
}

/* Checks and appends a mapped name label by label. */
static bool add_labels(struct buf *out, const uint32_t *points, size_t count, uint32_t *scratch)
{
    bool any_runs_left = false, all_right = true;

    for (size_t start = 0, end; start <= count; start = end + 1) {
        struct label label;

        for (end = start; end < count && points[end] != '.'; end++)
            continue;
        if (start > 0)
            buf_add_char(out, '.');
        label = (struct label){points + start, end - start};
        add_label(out, &label);
        if (has_prefix(&label) ? !decode(&label, scratch) : !is_valid(&label))
            return false;
        /* A label need only keep to the rules of direction if some label of the name runs left. */
        any_runs_left |= runs_left(&label);
        all_right &= directions_are_right(&label);
    }
    return !any_runs_left || all_right;
}

bool domain_add_idna(struct buf *out, struct slice name)
{
    size_t room = name.size * UNICODE_MAP_MAX, count;
    uint32_t *points;
    bool good;

    if (name.size > NAME_MAX_SIZE)
        return false;
    points = mem_alloc(2 * room * sizeof *points);
    good = map_name(name, points, &count) && add_labels(out, points, count, points + room) && !out->full;
    free(points);
    return good;
}

#include "domain_unicode.h"

#include "domain_unicode_data.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

/* Hangul syllables are composed by rule, not by table (The Unicode Standard, 3.12). */
enum {
    S_BASE = 0xac00,
    L_BASE = 0x1100,
    V_BASE = 0x1161,
    T_BASE = 0x11a7,
    L_COUNT = 19,
    V_COUNT = 21,
    T_COUNT = 28,
    S_COUNT = L_COUNT * V_COUNT * T_COUNT
};

/* The status in unicode_ranges[] of a run of upper and lower case in turn: the
 * first, third ... are mapped to their successors, which are valid. */
enum { STATUS_PAIRS = 4 };

/* The number of the last of `count` words, `step` apart, that is not above `key`; the first is. */
static size_t find_last(const uint32_t *words, size_t count, size_t step, uint32_t key)
{
    size_t low = 0, high = count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (words[middle * step] <= key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uint32_t range_of(uint32_t point)
{
    return unicode_ranges[find_last(unicode_ranges, unicode_ranges_count, 1, point << 11 | 0x7ff)];
}

struct unicode_class unicode_class_of(uint32_t point)
{
    uint32_t range = range_of(point);
    unsigned status = range >> 7 & 7;

    if (status == STATUS_PAIRS)
        status = (point - (range >> 11)) % 2 == 0 ? UNICODE_MAPPED : UNICODE_VALID;
    return (struct unicode_class){(enum unicode_status)status, (enum unicode_bidi)(range >> 3 & 15),
                                  (enum unicode_joining)(range & 7)};
}

size_t unicode_map(uint32_t point, uint32_t *target)
{
    const uint32_t *run;

    if ((range_of(point) >> 7 & 7) == STATUS_PAIRS) {
        *target = point + 1;
        return 1;
    }
    run = unicode_mappings + 2 * find_last(unicode_mappings, unicode_mappings_count / 2, 2, point << 11 | 0x7ff);
    if ((run[0] & 0x7ff) > 0) {
        *target = run[1] + (point - (run[0] >> 11));
        return 1;
    }
    memcpy(target, unicode_texts + (run[1] >> 8), (run[1] & 0xff) * sizeof *target);
    return run[1] & 0xff;
}

static unsigned combining_class(uint32_t point)
{
    /* Below U+0300 there are none. */
    if (point < 0x300)
        return 0;
    return unicode_combining[find_last(unicode_combining, unicode_combining_count, 1, point << 8 | 0xff)] & 0xff;
}

bool unicode_is_virama(uint32_t point)
{
    return combining_class(point) == 9;
}

/* The composition whose result is `point`, or NULL. */
static const uint32_t *composition_of(uint32_t point)
{
    size_t low = 0, high = unicode_decompositions_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint32_t *entry = unicode_compositions + 3 * (size_t)unicode_decompositions[middle];

        if (entry[2] == point)
            return entry;
        if (entry[2] < point)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Writes the canonical decomposition of `point` at `to`; gives its length. */
static size_t decompose(uint32_t point, uint32_t *to)
{
    uint32_t marks[UNICODE_DECOMPOSED_MAX];
    size_t mark_count = 0, size = 0;
    const uint32_t *entry;

    if (point >= S_BASE && point < S_BASE + S_COUNT) {
        uint32_t index = point - S_BASE;

        to[0] = L_BASE + index / (V_COUNT * T_COUNT);
        to[1] = V_BASE + index % (V_COUNT * T_COUNT) / T_COUNT;
        to[2] = T_BASE + index % T_COUNT;
        return index % T_COUNT == 0 ? 2 : 3;
    }
    /* Only the first of a pair can be decomposed further. */
    while (point >= 0xc0 && (entry = composition_of(point)) != NULL) {
        marks[mark_count++] = entry[1];
        point = entry[0];
    }
    to[size++] = point;
    while (mark_count > 0)
        to[size++] = marks[--mark_count];
    return size;
}

/* Sorts the marks in points[0, count) by combining class, equal ones as they stand: counted, not compared, for
 * a name may be nothing but marks. */
static void sort_marks(uint32_t *points, size_t count)
{
    size_t starts[257] = {0};
    uint32_t *sorted;

    for (size_t i = 0; i < count; i++)
        starts[combining_class(points[i]) + 1]++;
    for (size_t i = 1; i < 257; i++)
        starts[i] += starts[i - 1];
    sorted = mem_alloc(count * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[starts[combining_class(points[i])]++] = points[i];
    memcpy(points, sorted, count * sizeof *sorted);
    free(sorted);
}

static void order_marks(uint32_t *points, size_t count)
{
    for (size_t i = 0, start; i < count; i++) {
        for (start = i; i < count && combining_class(points[i]) != 0; i++)
            continue;
        if (i - start > 1)
            sort_marks(points + start, i - start);
    }
}

/* The primary composite of two code points, 0 if there is none. */
static uint32_t compose_pair(uint32_t first, uint32_t second)
{
    size_t low = 0, high = unicode_compositions_count / 3;

    if (first >= L_BASE && first < L_BASE + L_COUNT && second >= V_BASE && second < V_BASE + V_COUNT)
        return S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT;
    if (first >= S_BASE && first < S_BASE + S_COUNT && (first - S_BASE) % T_COUNT == 0 && second > T_BASE &&
        second < T_BASE + T_COUNT)
        return first + (second - T_BASE);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint32_t *entry = unicode_compositions + 3 * middle;

        if (entry[0] == first && entry[1] == second)
            return entry[2];
        if (entry[0] < first || (entry[0] == first && entry[1] < second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static size_t compose(uint32_t *points, size_t count)
{
    size_t starter = SIZE_MAX, kept = 0;
    unsigned last_class = 0; /* of what was kept last behind the starter */

    for (size_t i = 0; i < count; i++) {
        unsigned class = combining_class(points[i]);
        bool blocked = starter == SIZE_MAX || (kept > starter + 1 && last_class >= class);
        uint32_t whole = blocked ? 0 : compose_pair(points[starter], points[i]);

        if (whole != 0) {
            points[starter] = whole;
            continue;
        }
        if (class == 0)
            starter = kept;
        last_class = class;
        points[kept++] = points[i];
    }
    return kept;
}

size_t unicode_normalize(uint32_t *points, size_t count)
{
    uint32_t *decomposed = mem_alloc((count + 1) * UNICODE_DECOMPOSED_MAX * sizeof *decomposed);
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += decompose(points[i], decomposed + size);
    order_marks(decomposed, size);
    size = compose(decomposed, size);
    memcpy(points, decomposed, size * sizeof *points);
    free(decomposed);
    return size;
}

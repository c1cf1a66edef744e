#include "charset_index.h"

#include "text.h"

#include <assert.h>
#include <pthread.h>

static const char *const BIG5_ROWS[] = {
#include "data/charset_big5.inc"
};

static const char *const EUC_KR_ROWS[] = {
#include "data/charset_euc_kr.inc"
};

static const char *const GB18030_ROWS[] = {
#include "data/charset_gb18030.inc"
};

static const char *const JIS0208_ROWS[] = {
#include "data/charset_jis0208.inc"
};

static const char *const JIS0212_ROWS[] = {
#include "data/charset_jis0212.inc"
};

static const char *const SINGLE_ROWS[SINGLE_COUNT] = {
#include "data/charset_single.inc"
};

/* From `pointer` on, the characters from `character` on, in order. */
static const struct {
    uint16_t pointer;
    uint16_t character;
} GB18030_RANGES[] = {
#include "data/charset_gb18030_ranges.inc"
};

#define RANGE_COUNT     (sizeof GB18030_RANGES / sizeof *GB18030_RANGES)
#define GB18030_BMP_END 39420  /* the pointer behind the last character below U+10000 */
#define GB18030_ASTRAL  189000 /* the pointer of U+10000 */
#define GB18030_PRIVATE 7457   /* the pointer of U+E7C7, out of order */

static uint32_t big5_points[INDEX_BIG5_SIZE];
static uint32_t euc_kr_points[INDEX_EUC_KR_SIZE];
static uint32_t gb18030_points[INDEX_GB18030_SIZE];
static uint32_t jis0208_points[INDEX_JIS0208_SIZE];
static uint32_t jis0212_points[INDEX_JIS0212_SIZE];

static const struct {
    const char *const *rows;
    size_t row_count;
    uint32_t *points;
    size_t size;
} INDEXES[INDEX_COUNT] = {
    [INDEX_BIG5] = {BIG5_ROWS, 126, big5_points, INDEX_BIG5_SIZE},
    [INDEX_EUC_KR] = {EUC_KR_ROWS, 126, euc_kr_points, INDEX_EUC_KR_SIZE},
    [INDEX_GB18030] = {GB18030_ROWS, 126, gb18030_points, INDEX_GB18030_SIZE},
    [INDEX_JIS0208] = {JIS0208_ROWS, 120, jis0208_points, INDEX_JIS0208_SIZE},
    [INDEX_JIS0212] = {JIS0212_ROWS, 94, jis0212_points, INDEX_JIS0212_SIZE},
};

static uint16_t inverses[INVERSE_COUNT][65536];
static uint16_t single_points[SINGLE_COUNT][128];

/* Takes a number off the start of `text`. */
static uint32_t take_number(struct slice *text, uint32_t base)
{
    uint32_t number = 0;

    for (; text->size > 0; text->data++, text->size--) {
        char c = text->data[0];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 99;

        if (digit >= base)
            break;
        number = number * base + digit;
    }
    return number;
}

/* Takes one item off the start of a row: `*count` characters in order from
 * *first on, or `*count` times none, then *first is 0. The form is described in
 * tools/charset_tables.sh. */
static void take_item(struct slice *row, uint32_t *first, uint32_t *count)
{
    *count = 1;
    *first = 0;
    if (row->data[0] >= '0' && row->data[0] <= '9') {
        *count = take_number(row, 10);
        return;
    }
    *first = text_next(row);
    if (*first != '(')
        return;
    *first = take_number(row, 16);
    if (text_next(row) == '+') {
        *count = take_number(row, 10);
        text_next(row); /* the ')' */
    }
}

static void expand_indexes(void)
{
    for (size_t i = 0; i < INDEX_COUNT; i++) {
        size_t size = 0;

        for (size_t j = 0; j < INDEXES[i].row_count; j++) {
            struct slice row = slice_of(INDEXES[i].rows[j]);
            uint32_t first, count;

            while (row.size > 0) {
                take_item(&row, &first, &count);
                assert(count <= INDEXES[i].size - size);
                for (uint32_t k = 0; k < count; k++)
                    INDEXES[i].points[size++] = first == 0 ? 0 : first + k;
            }
        }
        assert(size == INDEXES[i].size);
    }
}

const uint32_t *const *charset_indexes(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const uint32_t *const points[INDEX_COUNT] = {
        [INDEX_BIG5] = big5_points,       [INDEX_EUC_KR] = euc_kr_points,   [INDEX_GB18030] = gb18030_points,
        [INDEX_JIS0208] = jis0208_points, [INDEX_JIS0212] = jis0212_points,
    };

    pthread_once(&once, expand_indexes);
    return points;
}

static void expand_singles(void)
{
    for (size_t i = 0; i < SINGLE_COUNT; i++) {
        struct slice row = slice_of(SINGLE_ROWS[i]);
        uint32_t first, count, byte = 0;

        while (row.size > 0) {
            take_item(&row, &first, &count);
            assert(count <= 128 - byte);
            for (uint32_t k = 0; k < count; k++)
                single_points[i][byte++] = (uint16_t)(first == 0 ? 0xFFFD : first + k);
        }
        assert(byte == 128);
    }
}

const uint16_t *charset_single(enum charset_single single)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, expand_singles);
    return single_points[single];
}

/* A character that stands at several pointers counts at the first of them, from `start` on. */
static void invert(enum charset_inverse inverse, enum charset_index index, uint32_t start, uint32_t end)
{
    const uint32_t *points = charset_indexes()[index];

    for (uint32_t pointer = start; pointer < end; pointer++)
        if (points[pointer] != 0 && points[pointer] < 0x10000 && inverses[inverse][points[pointer]] == 0)
            inverses[inverse][points[pointer]] = (uint16_t)(pointer + 1);
}

/* "Index Big5 pointer": the rows of the Hong Kong supplement below A1 are for
 * decoding only, and six characters count at the last of their pointers. */
static void invert_big5(void)
{
    static const uint16_t LAST[] = {0x2550, 0x255E, 0x2561, 0x256A, 0x5341, 0x5345};
    const uint32_t start = (0xA1 - 0x81) * 157, *points = charset_indexes()[INDEX_BIG5];

    invert(INVERSE_BIG5, INDEX_BIG5, start, INDEX_BIG5_SIZE);
    for (uint32_t pointer = start; pointer < INDEX_BIG5_SIZE; pointer++) {
        uint16_t *astral = &inverses[INVERSE_BIG5_ASTRAL][points[pointer] & 0xFFFF];

        for (size_t i = 0; i < sizeof LAST / sizeof *LAST; i++)
            if (points[pointer] == LAST[i])
                inverses[INVERSE_BIG5][LAST[i]] = (uint16_t)(pointer + 1);
        if (points[pointer] >= 0x10000 && *astral == 0)
            *astral = (uint16_t)(pointer + 1);
    }
}

static void invert_indexes(void)
{
    invert_big5();
    invert(INVERSE_EUC_KR, INDEX_EUC_KR, 0, INDEX_EUC_KR_SIZE);
    invert(INVERSE_GB18030, INDEX_GB18030, 0, INDEX_GB18030_SIZE);
    invert(INVERSE_JIS0208, INDEX_JIS0208, 0, INDEX_JIS0208_SIZE);
    /* "Index Shift_JIS pointer": NEC's copy of IBM's characters is for decoding only. */
    invert(INVERSE_SHIFT_JIS, INDEX_JIS0208, 0, 8272);
    invert(INVERSE_SHIFT_JIS, INDEX_JIS0208, 8836, INDEX_JIS0208_SIZE);
}

const uint16_t *charset_inverse(enum charset_inverse inverse)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, invert_indexes);
    return inverses[inverse];
}

uint32_t charset_gb18030_character(uint32_t pointer)
{
    size_t low = 0, high = RANGE_COUNT;

    if (pointer >= GB18030_ASTRAL)
        return pointer - GB18030_ASTRAL < 0x100000 ? pointer - GB18030_ASTRAL + 0x10000 : 0;
    if (pointer >= GB18030_BMP_END)
        return 0;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (GB18030_RANGES[middle].pointer <= pointer)
            low = middle;
        else
            high = middle;
    }
    return GB18030_RANGES[low].character + (pointer - GB18030_RANGES[low].pointer);
}

uint32_t charset_gb18030_pointer(uint32_t character)
{
    size_t best = 0;

    if (character >= 0x10000)
        return character - 0x10000 + GB18030_ASTRAL;
    if (character == 0xE7C7)
        return GB18030_PRIVATE;
    for (size_t i = 1; i < RANGE_COUNT; i++)
        if (GB18030_RANGES[i].character <= character && GB18030_RANGES[i].pointer != GB18030_PRIVATE)
            best = i;
    return GB18030_RANGES[best].pointer + (character - GB18030_RANGES[best].character);
}

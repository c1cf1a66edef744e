#ifndef CRAWL_CHARSET_INDEX_H
#define CRAWL_CHARSET_INDEX_H

#include <stdint.h>

/* The indexes of the Encoding Standard: which character stands at which
 * "pointer", and back. For the decoders and encoders of charset only. Threads:
 * any; what is given is constant and lives for ever.
 */

enum charset_index { INDEX_BIG5, INDEX_EUC_KR, INDEX_GB18030, INDEX_JIS0208, INDEX_JIS0212, INDEX_COUNT };

enum charset_inverse {
    INVERSE_BIG5,        /* "index Big5 pointer" */
    INVERSE_BIG5_ASTRAL, /* the same for U+20000 to U+2FFFF */
    INVERSE_EUC_KR,
    INVERSE_GB18030,
    INVERSE_JIS0208,
    INVERSE_SHIFT_JIS, /* "index Shift_JIS pointer" */
    INVERSE_COUNT
};

#define INDEX_BIG5_SIZE    (126 * 157)
#define INDEX_EUC_KR_SIZE  (126 * 190)
#define INDEX_GB18030_SIZE (126 * 190)
#define INDEX_JIS0208_SIZE (120 * 94)
#define INDEX_JIS0212_SIZE (94 * 94)

/* By enum charset_index: the character of each pointer, 0 for none; as many as
 * INDEX_..._SIZE says. */
const uint32_t *const *charset_indexes(void);

/* For each of 65,536 characters (by its low 16 bits) one more than its pointer; 0: it has none. */
const uint16_t *charset_inverse(enum charset_inverse inverse);

/* Single-byte encodings. */
enum charset_single {
    SINGLE_IBM866,
    SINGLE_ISO_8859_2,
    SINGLE_ISO_8859_3,
    SINGLE_ISO_8859_4,
    SINGLE_ISO_8859_5,
    SINGLE_ISO_8859_6,
    SINGLE_ISO_8859_7,
    SINGLE_ISO_8859_8, /* ISO-8859-8-I too */
    SINGLE_ISO_8859_10,
    SINGLE_ISO_8859_13,
    SINGLE_ISO_8859_14,
    SINGLE_ISO_8859_15,
    SINGLE_ISO_8859_16,
    SINGLE_KOI8_R,
    SINGLE_KOI8_U,
    SINGLE_MACINTOSH,
    SINGLE_WINDOWS_874,
    SINGLE_WINDOWS_1250,
    SINGLE_WINDOWS_1251,
    SINGLE_WINDOWS_1252,
    SINGLE_WINDOWS_1253,
    SINGLE_WINDOWS_1254,
    SINGLE_WINDOWS_1255,
    SINGLE_WINDOWS_1256,
    SINGLE_WINDOWS_1257,
    SINGLE_WINDOWS_1258,
    SINGLE_X_MAC_CYRILLIC,
    SINGLE_COUNT
};

/* The characters of the bytes 80 to FF, U+FFFD for none. */
const uint16_t *charset_single(enum charset_single single);

/* The character of a four-byte sequence of gb18030, by its pointer; 0 for none. */
uint32_t charset_gb18030_character(uint32_t pointer);

/* And back, for any character that index gb18030 lacks. */
uint32_t charset_gb18030_pointer(uint32_t character);

#endif

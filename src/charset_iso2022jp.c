#include "charset_codec.h"
#include "charset_index.h"

/* ISO-2022-JP, as in 12.2 of the Encoding Standard: escape sequences switch
 * between sets of characters, all of them in bytes 21 to 7E. */

#define ESCAPE 0x1B

enum set {
    SET_ASCII,
    SET_ROMAN,    /* ASCII but for the yen sign and the overline */
    SET_KATAKANA, /* halfwidth */
    SET_JIS0208   /* two bytes a character */
};

/* The set that the two bytes behind an escape select; false: none. */
static bool find_set(const unsigned char *p, enum set *set)
{
    static const struct {
        char bytes[3];
        enum set set;
    } SETS[] = {{"(B", SET_ASCII}, {"(J", SET_ROMAN}, {"(I", SET_KATAKANA}, {"$@", SET_JIS0208}, {"$B", SET_JIS0208}};

    for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++)
        if (memcmp(SETS[i].bytes, p, 2) == 0) {
            *set = SETS[i].set;
            return true;
        }
    return false;
}

/* The character of one byte that is no escape. */
static uint32_t decode_byte(enum set set, unsigned char byte)
{
    if (set == SET_KATAKANA)
        return byte >= 0x21 && byte <= 0x5F ? 0xFF61u + byte - 0x21 : REPLACEMENT_CHARACTER;
    if (byte >= 0x80 || byte == 0x0E || byte == 0x0F)
        return REPLACEMENT_CHARACTER;
    if (set == SET_ROMAN && (byte == '\\' || byte == '~'))
        return byte == '\\' ? 0xA5 : 0x203E;
    return byte;
}

/* Reads a character of JIS X 0208 at `p`, where no escape stands; gives its size. */
static size_t decode_pair(const unsigned char *p, size_t left, uint32_t *character)
{
    *character = REPLACEMENT_CHARACTER;
    if (p[0] < 0x21 || p[0] > 0x7E)
        return 1;
    if (left < 2 || p[1] == ESCAPE)
        return 1;
    if (p[1] >= 0x21 && p[1] <= 0x7E) {
        uint32_t found = charset_indexes()[INDEX_JIS0208][(p[0] - 0x21) * 94 + p[1] - 0x21];

        if (found != 0)
            *character = found;
    }
    return 2;
}

bool codec_decode_iso_2022_jp(const struct charset *charset, struct slice in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in.data, *end = p + in.size;
    enum set set = SET_ASCII;
    bool escaped = false; /* the last thing read was an escape: a second one says nothing and is an error */
    bool room = true;
    struct sink sink;

    (void)charset;
    sink_open(&sink, out, in.size + in.size / 2);
    while (p < end && room) {
        uint32_t character = REPLACEMENT_CHARACTER;

        if (*p == ESCAPE && end - p >= 3 && find_set(p + 1, &set)) {
            p += 3;
            if (escaped)
                room = sink_put(&sink, REPLACEMENT_CHARACTER);
            escaped = true;
            continue;
        }
        if (*p == ESCAPE)
            p++;
        else if (set == SET_JIS0208)
            p += decode_pair(p, (size_t)(end - p), &character);
        else
            character = decode_byte(set, *p++);
        escaped = false;
        room = sink_put(&sink, character);
    }
    return sink_close(&sink);
}

/* --- encoding ------------------------------------------------------------------ */

/* Halfwidth katakana, FF61 to FF9F, has no place here: it becomes fullwidth. */
static uint32_t widened(uint32_t character)
{
    static const char WIDE[] = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒ"
                               "フヘホマミムメモヤユヨラリルレロワン゛゜";
    struct slice wide = slice_of(WIDE);

    if (character == 0x2212)
        return 0xFF0D;
    if (character < 0xFF61 || character > 0xFF9F)
        return character;
    wide.data += 3 * (character - 0xFF61); /* all take three bytes */
    return text_next(&wide);
}

static void switch_to(struct buf *out, enum set *current, enum set set)
{
    if (*current != set)
        buf_add_string(out, set == SET_ASCII ? "\x1B(B" : set == SET_ROMAN ? "\x1B(J" : "\x1B$B");
    *current = set;
}

static void encode(struct buf *out, enum set *set, uint32_t character)
{
    uint32_t wide = widened(character);
    uint16_t place = wide > 0xFFFF ? 0 : charset_inverse(INVERSE_JIS0208)[wide];

    if (character == 0xA5 || character == 0x203E) {
        switch_to(out, set, SET_ROMAN);
        buf_add_char(out, character == 0xA5 ? '\\' : '~');
    } else if (character < 0x80) {
        if (*set != SET_ROMAN || character == '\\' || character == '~')
            switch_to(out, set, SET_ASCII);
        /* What would be taken for a switch becomes U+FFFD. */
        if (character == 0x0E || character == 0x0F || character == ESCAPE)
            codec_query_lacks(out, REPLACEMENT_CHARACTER);
        else
            buf_add_char(out, (char)character);
    } else if (place == 0) {
        if (*set == SET_JIS0208)
            switch_to(out, set, SET_ASCII);
        codec_query_lacks(out, character);
    } else {
        switch_to(out, set, SET_JIS0208);
        buf_add_char(out, (char)(0x21 + (place - 1) / 94));
        buf_add_char(out, (char)(0x21 + (place - 1) % 94));
    }
}

bool codec_query_iso_2022_jp(struct slice in, struct buf *out)
{
    enum set set = SET_ASCII;

    while (in.size > 0 && !out->full)
        encode(out, &set, text_next(&in));
    switch_to(out, &set, SET_ASCII);
    return !out->full;
}

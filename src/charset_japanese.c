#include "charset_codec.h"
#include "charset_index.h"

/* The decoders and encoders of EUC-JP, Shift_JIS and ISO-2022-JP, as in chapter
 * 12 of the Encoding Standard. */

#define HALFWIDTH_FIRST 0xFF61u /* halfwidth katakana: one byte, A1 to DF */
#define HALFWIDTH_LAST  0xFF9Fu

static bool is_between(unsigned byte, unsigned low, unsigned high)
{
    return byte >= low && byte <= high;
}

static size_t bad(size_t size, uint32_t characters[2])
{
    characters[0] = REPLACEMENT_CHARACTER;
    return size;
}

/* --- EUC-JP ------------------------------------------------------------------ */

static size_t step_euc_jp(const unsigned char *p, size_t left, const uint32_t *const *indexes, uint32_t characters[2])
{
    size_t at = 0; /* of the pair */

    if (p[0] != 0x8E && p[0] != 0x8F && !is_between(p[0], 0xA1, 0xFE))
        return bad(1, characters);
    if (left >= 2 && p[0] == 0x8E && is_between(p[1], 0xA1, 0xDF)) {
        characters[0] = HALFWIDTH_FIRST + p[1] - 0xA1;
        return 2;
    }
    if (left >= 2 && p[0] == 0x8F && is_between(p[1], 0xA1, 0xFE))
        at = 1;
    if (left < at + 2)
        return bad(left, characters);
    if (is_between(p[at], 0xA1, 0xFE) && is_between(p[at + 1], 0xA1, 0xFE))
        characters[0] = indexes[at == 1 ? INDEX_JIS0212 : INDEX_JIS0208][(p[at] - 0xA1) * 94 + p[at + 1] - 0xA1];
    if (characters[0] == 0)
        return bad(p[at + 1] < 0x80 ? at + 1 : at + 2, characters);
    return at + 2;
}

bool codec_decode_euc_jp(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_euc_jp, in, out);
}

/* What EUC-JP and Shift_JIS write as one byte; 0: nothing. */
static size_t encode_yen(uint32_t character, char bytes[4])
{
    if (character != 0xA5 && character != 0x203E)
        return 0;
    bytes[0] = character == 0xA5 ? '\\' : '~';
    return 1;
}

/* One more than the pointer; the minus sign counts as the fullwidth one, which is what decodes. */
static uint16_t place_of(enum charset_inverse inverse, uint32_t character)
{
    if (character == 0x2212)
        character = 0xFF0D;
    return character > 0xFFFF ? 0 : charset_inverse(inverse)[character];
}

size_t codec_encode_euc_jp(const struct charset *charset, uint32_t character, char bytes[4])
{
    uint16_t place = place_of(INVERSE_JIS0208, character);

    (void)charset;
    if (encode_yen(character, bytes) == 1)
        return 1;
    if (character >= HALFWIDTH_FIRST && character <= HALFWIDTH_LAST) {
        bytes[0] = (char)0x8E;
        bytes[1] = (char)(character - HALFWIDTH_FIRST + 0xA1);
        return 2;
    }
    if (place == 0)
        return 0;
    bytes[0] = (char)(0xA1 + (place - 1) / 94);
    bytes[1] = (char)(0xA1 + (place - 1) % 94);
    return 2;
}

/* --- Shift_JIS --------------------------------------------------------------- */

static size_t step_shift_jis(const unsigned char *p, size_t left, const uint32_t *const *indexes,
                             uint32_t characters[2])
{
    if (p[0] == 0x80 || is_between(p[0], 0xA1, 0xDF)) {
        characters[0] = p[0] == 0x80 ? 0x80 : HALFWIDTH_FIRST + p[0] - 0xA1;
        return 1;
    }
    if (p[0] == 0xA0 || p[0] > 0xFC || left < 2)
        return bad(1, characters);
    if (is_between(p[1], 0x40, 0x7E) || is_between(p[1], 0x80, 0xFC)) {
        uint32_t pointer = (p[0] - (p[0] < 0xA0 ? 0x81u : 0xC1u)) * 188 + p[1] - (p[1] < 0x7F ? 0x40 : 0x41);

        /* Rows for the users' own characters. */
        if (pointer >= 8836 && pointer <= 10715)
            characters[0] = 0xE000 + pointer - 8836;
        else
            characters[0] = indexes[INDEX_JIS0208][pointer];
    }
    return characters[0] == 0 ? bad(p[1] < 0x80 ? 1 : 2, characters) : 2;
}

bool codec_decode_shift_jis(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_shift_jis, in, out);
}

size_t codec_encode_shift_jis(const struct charset *charset, uint32_t character, char bytes[4])
{
    uint16_t place = place_of(INVERSE_SHIFT_JIS, character);
    uint32_t lead, trail;

    (void)charset;
    if (encode_yen(character, bytes) == 1)
        return 1;
    if (character == 0x80 || (character >= HALFWIDTH_FIRST && character <= HALFWIDTH_LAST)) {
        bytes[0] = (char)(character == 0x80 ? 0x80 : character - HALFWIDTH_FIRST + 0xA1);
        return 1;
    }
    if (place == 0)
        return 0;
    lead = (place - 1u) / 188;
    trail = (place - 1u) % 188;
    bytes[0] = (char)(lead + (lead < 0x1F ? 0x81 : 0xC1));
    bytes[1] = (char)(trail + (trail < 0x3F ? 0x40 : 0x41));
    return 2;
}

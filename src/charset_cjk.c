#include "charset_codec.h"
#include "charset_index.h"

/* The decoders and encoders of gb18030, GBK, Big5 and EUC-KR, as in chapters 10
 * to 13 of the Encoding Standard. */

static bool is_between(unsigned byte, unsigned low, unsigned high)
{
    return byte >= low && byte <= high;
}

/* An error of a lead byte and the byte behind it: that one is read again if it
 * is ASCII, so that no '<' or '"' is ever swallowed. */
static size_t bad_pair(const unsigned char *p, uint32_t characters[2])
{
    characters[0] = REPLACEMENT_CHARACTER;
    return p[1] < 0x80 ? 1 : 2;
}

static size_t bad(size_t size, uint32_t characters[2])
{
    characters[0] = REPLACEMENT_CHARACTER;
    return size;
}

/* --- gb18030 and GBK, which differ in their encoders only ------------------ */

static size_t step_four_bytes(const unsigned char *p, size_t left, uint32_t characters[2])
{
    uint32_t pointer;

    if (left < 3)
        return bad(2, characters);
    if (!is_between(p[2], 0x81, 0xFE))
        return bad(1, characters);
    if (left < 4)
        return bad(3, characters);
    if (!is_between(p[3], '0', '9'))
        return bad(1, characters);
    pointer = (((p[0] - 0x81u) * 10 + (p[1] - '0')) * 126 + (p[2] - 0x81u)) * 10 + (p[3] - '0');
    characters[0] = charset_gb18030_character(pointer);
    return characters[0] == 0 ? bad(4, characters) : 4;
}

static size_t step_gb18030(const unsigned char *p, size_t left, const uint32_t *const *indexes, uint32_t characters[2])
{
    if (p[0] == 0x80) {
        characters[0] = 0x20AC;
        return 1;
    }
    if (p[0] == 0xFF || left < 2)
        return bad(1, characters);
    if (is_between(p[1], '0', '9'))
        return step_four_bytes(p, left, characters);
    if (is_between(p[1], 0x40, 0x7E) || is_between(p[1], 0x80, 0xFE))
        characters[0] = indexes[INDEX_GB18030][(p[0] - 0x81) * 190 + p[1] - (p[1] < 0x7F ? 0x40 : 0x41)];
    return characters[0] == 0 ? bad_pair(p, characters) : 2;
}

bool codec_decode_gb18030(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_gb18030, in, out);
}

/* Private-use characters that have since become others: they keep their bytes,
 * though these decode to the others. 0: it is none of them. */
static unsigned gb18030_private_bytes(uint32_t character)
{
    static const struct {
        uint16_t character;
        uint16_t bytes;
    } PRIVATE[] = {
        {0xE78D, 0xA6D9}, {0xE78E, 0xA6DA}, {0xE78F, 0xA6DB}, {0xE790, 0xA6DC}, {0xE791, 0xA6DD}, {0xE792, 0xA6DE},
        {0xE793, 0xA6DF}, {0xE794, 0xA6EC}, {0xE795, 0xA6ED}, {0xE796, 0xA6F3}, {0xE81E, 0xFE59}, {0xE826, 0xFE61},
        {0xE82B, 0xFE66}, {0xE82C, 0xFE67}, {0xE832, 0xFE6D}, {0xE843, 0xFE7E}, {0xE854, 0xFE90}, {0xE864, 0xFEA0},
    };

    for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++)
        if (PRIVATE[i].character == character)
            return PRIVATE[i].bytes;
    return 0;
}

/* Two bytes for a pointer in rows of `width`, with the trail bytes 40 to 7E and from `second` on. */
static size_t put_pair(uint32_t pointer, uint32_t width, uint32_t second, char bytes[4])
{
    uint32_t trail = pointer % width;

    bytes[0] = (char)(0x81 + pointer / width);
    bytes[1] = (char)(trail < 0x3F ? trail + 0x40 : trail - 0x3F + second);
    return 2;
}

/* The part that GBK and gb18030 share. */
static size_t encode_two_bytes(uint32_t character, char bytes[4])
{
    unsigned private = gb18030_private_bytes(character);
    uint16_t place = character > 0xFFFF ? 0 : charset_inverse(INVERSE_GB18030)[character];

    if (private != 0) {
        bytes[0] = (char)(private >> 8);
        bytes[1] = (char)(private & 0xFF);
        return 2;
    }
    return place == 0 ? 0 : put_pair(place - 1u, 190, 0x80, bytes);
}

size_t codec_encode_gbk(const struct charset *charset, uint32_t character, char bytes[4])
{
    (void)charset;
    if (character == 0x20AC) {
        bytes[0] = (char)0x80;
        return 1;
    }
    return encode_two_bytes(character, bytes);
}

size_t codec_encode_gb18030(const struct charset *charset, uint32_t character, char bytes[4])
{
    size_t size = encode_two_bytes(character, bytes);
    uint32_t pointer;

    (void)charset;
    if (size != 0 || character == 0xE5E5) /* A3 A0 decodes to U+3000 for the sake of old pages */
        return size;
    pointer = charset_gb18030_pointer(character);
    bytes[0] = (char)(0x81 + pointer / 12600);
    bytes[1] = (char)(0x30 + pointer / 1260 % 10);
    bytes[2] = (char)(0x81 + pointer / 10 % 126);
    bytes[3] = (char)(0x30 + pointer % 10);
    return 4;
}

/* --- Big5, with the Hong Kong supplement ------------------------------------ */

static size_t step_big5(const unsigned char *p, size_t left, const uint32_t *const *indexes, uint32_t characters[2])
{
    uint32_t pointer = 0;

    if (p[0] == 0x80 || p[0] == 0xFF || left < 2)
        return bad(1, characters);
    if (is_between(p[1], 0x40, 0x7E) || is_between(p[1], 0xA1, 0xFE)) {
        pointer = (p[0] - 0x81u) * 157 + p[1] - (p[1] < 0x7F ? 0x40 : 0x62);
        characters[0] = indexes[INDEX_BIG5][pointer];
    }
    /* Four pointers mean two characters: a letter and its accent. */
    if (pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166) {
        characters[0] = pointer < 1150 ? 0xCA : 0xEA;
        characters[1] = pointer == 1133 || pointer == 1164 ? 0x304 : 0x30C;
    }
    return characters[0] == 0 ? bad_pair(p, characters) : 2;
}

bool codec_decode_big5(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_big5, in, out);
}

size_t codec_encode_big5(const struct charset *charset, uint32_t character, char bytes[4])
{
    uint16_t place = 0;

    (void)charset;
    if (character <= 0xFFFF)
        place = charset_inverse(INVERSE_BIG5)[character];
    else if (character >> 16 == 2)
        place = charset_inverse(INVERSE_BIG5_ASTRAL)[character & 0xFFFF];
    return place == 0 ? 0 : put_pair(place - 1u, 157, 0xA1, bytes);
}

/* --- EUC-KR, with the Unified Hangul Code ------------------------------------- */

static size_t step_euc_kr(const unsigned char *p, size_t left, const uint32_t *const *indexes, uint32_t characters[2])
{
    if (p[0] == 0x80 || p[0] == 0xFF || left < 2)
        return bad(1, characters);
    if (is_between(p[1], 0x41, 0xFE))
        characters[0] = indexes[INDEX_EUC_KR][(p[0] - 0x81) * 190 + p[1] - 0x41];
    return characters[0] == 0 ? bad_pair(p, characters) : 2;
}

bool codec_decode_euc_kr(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_euc_kr, in, out);
}

size_t codec_encode_euc_kr(const struct charset *charset, uint32_t character, char bytes[4])
{
    uint16_t place = character > 0xFFFF ? 0 : charset_inverse(INVERSE_EUC_KR)[character];

    (void)charset;
    if (place == 0)
        return 0;
    bytes[0] = (char)(0x81 + (place - 1) / 190);
    bytes[1] = (char)(0x41 + (place - 1) % 190);
    return 2;
}

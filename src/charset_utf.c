#include "charset_codec.h"

bool codec_decode_utf8(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return text_add_utf8(out, in);
}

bool codec_decode_replacement(const struct charset *charset, struct slice in, struct buf *out)
{
    char bytes[4];
    size_t size = text_put(bytes, REPLACEMENT_CHARACTER);

    (void)charset;
    return in.size == 0 || text_add_utf8(out, (struct slice){bytes, size});
}

/* "Shared UTF-16 decoder"; `big`: the first byte of a unit is its high one. */
static bool decode_utf16(bool big, struct slice in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in.data, *end = p + in.size;
    struct sink sink;
    bool room = true;

    sink_open(&sink, out, in.size / 2 + in.size / 8);
    while (end - p >= 2 && room) {
        uint32_t unit = (uint32_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);

        p += 2;
        if (unit >= 0xD800 && unit <= 0xDFFF) {
            uint32_t next = end - p < 2 ? 0 : (uint32_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);

            if (unit <= 0xDBFF && end - p < 2)
                p = end; /* an odd byte behind a lone surrogate is one error with it */
            if (unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00);
                p += 2;
            } else {
                unit = REPLACEMENT_CHARACTER;
            }
        }
        room = sink_put(&sink, unit);
    }
    if (p < end && room)
        sink_put(&sink, REPLACEMENT_CHARACTER);
    return sink_close(&sink);
}

bool codec_decode_utf16le(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return decode_utf16(false, in, out);
}

bool codec_decode_utf16be(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return decode_utf16(true, in, out);
}

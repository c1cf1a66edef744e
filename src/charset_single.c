#include "charset_codec.h"
#include "charset_index.h"

/* The UTF-8 of a byte from 80 to FF; none takes more than three bytes. */
struct image {
    char bytes[4];
    size_t size;
};

bool codec_decode_single(const struct charset *charset, struct slice in, struct buf *out)
{
    const uint16_t *points = charset_single((enum charset_single)charset->table);
    struct image images[128];
    struct sink sink;
    bool room = true;

    for (size_t i = 0; i < 128; i++)
        images[i].size = text_put(images[i].bytes, points[i]);
    sink_open(&sink, out, in.size + in.size / 8);
    while (in.size > 0 && room) {
        const struct image *image = &images[in.data[0] & 0x7F];

        if ((unsigned char)in.data[0] < 0x80) {
            struct slice run = {in.data, text_ascii_size(in)};

            room = sink_add(&sink, run);
            in = (struct slice){in.data + run.size, in.size - run.size};
            continue;
        }
        if (sink.end - sink.at >= 4) {
            memcpy(sink.at, image->bytes, 4);
            sink.at += image->size;
        } else {
            room = sink_add(&sink, (struct slice){image->bytes, image->size});
        }
        in = (struct slice){in.data + 1, in.size - 1};
    }
    return sink_close(&sink);
}

size_t codec_encode_single(const struct charset *charset, uint32_t character, char bytes[4])
{
    const uint16_t *points = charset_single((enum charset_single)charset->table);

    for (size_t i = 0; i < 128; i++)
        if (points[i] == character && character != REPLACEMENT_CHARACTER) {
            bytes[0] = (char)(0x80 + i);
            return 1;
        }
    return 0;
}

static size_t step_user_defined(const unsigned char *p, size_t left, const uint32_t *const *indexes,
                                uint32_t characters[2])
{
    (void)left;
    (void)indexes;
    characters[0] = 0xF780u + (*p - 0x80u);
    return 1;
}

bool codec_decode_user_defined(const struct charset *charset, struct slice in, struct buf *out)
{
    (void)charset;
    return codec_decode_steps(step_user_defined, in, out);
}

size_t codec_encode_user_defined(const struct charset *charset, uint32_t character, char bytes[4])
{
    (void)charset;
    if (character < 0xF780 || character > 0xF7FF)
        return 0;
    bytes[0] = (char)(character - 0xF780 + 0x80);
    return 1;
}

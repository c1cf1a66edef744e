#include "charset_codec.h"
#include "charset_index.h"

/* Makes room for at least `least` more bytes, better for half as much again as
 * there is; less only at the limit. */
static void make_room(struct sink *sink, size_t least)
{
    struct buf *out = sink->out;
    size_t wanted, most;

    out->size = (size_t)(sink->at - out->data);
    most = out->limit - out->size;
    wanted = least > out->size / 2 + 64 ? least : out->size / 2 + 64;
    sink->at = buf_room(out, wanted < most ? wanted : most);
    sink->end = out->data + out->capacity - 1;
}

void sink_open(struct sink *sink, struct buf *out, size_t expected)
{
    size_t most = out->limit - out->size;

    *sink = (struct sink){.out = out};
    sink->at = buf_room(out, expected < most ? expected : most);
    sink->end = out->data + out->capacity - 1;
}

bool sink_close(struct sink *sink)
{
    sink->out->size = (size_t)(sink->at - sink->out->data);
    *sink->at = '\0';
    if (sink->cut)
        sink->out->full = true;
    return !sink->cut;
}

bool sink_add(struct sink *sink, struct slice bytes)
{
    if ((size_t)(sink->end - sink->at) < bytes.size)
        make_room(sink, bytes.size);
    if ((size_t)(sink->end - sink->at) < bytes.size) {
        bytes = text_prefix(bytes, (size_t)(sink->end - sink->at));
        sink->cut = true;
    }
    if (bytes.size > 0)
        memcpy(sink->at, bytes.data, bytes.size);
    sink->at += bytes.size;
    return !sink->cut;
}

bool sink_put_scarce(struct sink *sink, uint32_t character)
{
    char bytes[4];
    size_t size = text_put(bytes, character);

    return sink_add(sink, (struct slice){bytes, size});
}

bool codec_decode_steps(codec_step *step, struct slice in, struct buf *out)
{
    const uint32_t *const *indexes = charset_indexes();
    struct sink sink;
    bool room = true;

    /* Two bytes of East Asian text make three of UTF-8. */
    sink_open(&sink, out, in.size + in.size / 2);
    while (in.size > 0 && room) {
        if ((unsigned char)in.data[0] < 0x80) {
            struct slice run = {in.data, text_ascii_size(in)};

            room = sink_add(&sink, run);
            in = (struct slice){in.data + run.size, in.size - run.size};
        } else {
            uint32_t characters[2] = {0, 0};
            size_t size = step((const unsigned char *)in.data, in.size, indexes, characters);

            room = sink_put(&sink, characters[0]) && (characters[1] == 0 || sink_put(&sink, characters[1]));
            in = (struct slice){in.data + size, in.size - size};
        }
    }
    return sink_close(&sink);
}

bool codec_query_lacks(struct buf *out, uint32_t character)
{
    return buf_printf(out, "%%26%%23%u%%3B", (unsigned)character);
}

#include "decode_inside.h"

#include "mem.h"

#include <stdlib.h>
#include <zstd_errors.h>

#define ZSTD_WINDOW_LOG   23 /* RFC 9659: 8 MiB */
#define ZLIB_MEMORY_BYTES (44u * 1024)
#define GZIP_MAGIC        "\x1f\x8b\x08"
#define GZIP_MAGIC_BYTES  3u
#define ZSTD_MAGIC_BYTES  4u
#define WINDOW_BITS_GZIP  (15 + 16)
#define WINDOW_BITS_ZLIB  15
#define WINDOW_BITS_RAW   (-15)

const char *decode_coding_name(enum coding coding)
{
    static const char *const names[] = {"gzip", "deflate", "br", "zstd", "body"};

    return names[coding];
}

/* --- Making and unmaking ------------------------------------------------------ */

static void *zlib_alloc(void *opaque, unsigned count, unsigned size)
{
    (void)opaque;
    return mem_array(count, size);
}

static void zlib_release(void *opaque, void *block)
{
    (void)opaque;
    free(block);
}

union header { /* in front of each of brotli's blocks */
    size_t size;
    max_align_t align;
};

static void *brotli_alloc(void *opaque, size_t size)
{
    struct stage *s = opaque;
    union header *block = mem_alloc(sizeof *block + size);

    block->size = size;
    s->brotli_bytes += size;
    return block + 1;
}

static void brotli_release(void *opaque, void *address)
{
    struct stage *s = opaque;
    union header *block = address;

    if (block == NULL)
        return;
    s->brotli_bytes -= block[-1].size;
    free(block - 1);
}

static void zlib_begin(struct stage *s, int window_bits)
{
    if (s->zlib_ready) {
        inflateReset2(&s->zlib, window_bits);
        return;
    }
    s->zlib.zalloc = zlib_alloc;
    s->zlib.zfree = zlib_release;
    inflateInit2(&s->zlib, window_bits);
    s->zlib_ready = true;
}

void decode_stage_begin(struct stage *s, enum coding coding)
{
    s->coding = coding;
    s->place = PLACE_START;
    s->held = 0;
    s->given = 0;
    /* Brotli's state cannot be used again; and a large window should not outlive its body. */
    BrotliDecoderDestroyInstance(s->brotli);
    s->brotli = NULL;
    if (coding != CODING_ZSTD) {
        ZSTD_freeDStream(s->zstd);
        s->zstd = NULL;
    }
    if (coding == CODING_GZIP)
        zlib_begin(s, WINDOW_BITS_GZIP);
    else if (coding == CODING_BR)
        s->brotli = BrotliDecoderCreateInstance(brotli_alloc, brotli_release, s);
    else if (coding == CODING_ZSTD) {
        if (s->zstd == NULL && (s->zstd = ZSTD_createDStream()) == NULL)
            mem_exhausted(ZSTD_DStreamInSize());
        ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_and_parameters);
        ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    }
}

void decode_stage_end(struct stage *s)
{
    if (s->zlib_ready)
        inflateEnd(&s->zlib);
    BrotliDecoderDestroyInstance(s->brotli);
    ZSTD_freeDStream(s->zstd);
    free(s->scratch);
}

size_t decode_stage_memory(const struct stage *s)
{
    size_t bytes = s->brotli_bytes + (s->zlib_ready ? ZLIB_MEMORY_BYTES : 0);

    bytes += s->scratch != NULL ? DECODE_SCRATCH_BYTES : 0;
    return bytes + (s->zstd == NULL ? 0 : ZSTD_sizeof_DStream(s->zstd));
}

/* --- The codings ---------------------------------------------------------------- */

/* Feeds zlib until it wants more or the member ends; *in and *size become what is left. */
static bool zlib_feed(struct decode *d, unsigned index, const unsigned char **in, size_t *size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    size_t given, room_size;
    unsigned char *room;
    int result;

    do {
        /* avail_in is 32 bits wide. */
        unsigned piece = *size < (1u << 30) ? (unsigned)*size : 1u << 30;

        room = decode_room(d, index, out, &room_size);
        s->zlib.next_in = (unsigned char *)*in;
        s->zlib.avail_in = piece;
        s->zlib.next_out = room;
        s->zlib.avail_out = (unsigned)room_size;
        result = inflate(&s->zlib, Z_NO_FLUSH);
        *in += piece - s->zlib.avail_in;
        *size -= piece - s->zlib.avail_in;
        given = room_size - s->zlib.avail_out;
        if (!decode_deliver(d, index, room, given, out))
            return false;
        if (result == Z_STREAM_END)
            s->place = PLACE_BETWEEN;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return decode_fail(d, DECODE_CORRUPT, s->coding, s->zlib.msg);
    } while (s->place == PLACE_INSIDE && (*size > 0 || given == room_size));
    return true;
}

/* Between two gzip members: looks for the start of another, and ignores all else. */
static bool gzip_between(struct decode *d, unsigned index, const unsigned char **in, size_t *size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    const unsigned char *magic = (const unsigned char *)GZIP_MAGIC;
    size_t magic_size = GZIP_MAGIC_BYTES;

    while (*size > 0 && s->held < GZIP_MAGIC_BYTES) {
        if (**in != magic[s->held]) {
            s->place = PLACE_ENDED;
            return true;
        }
        s->held++;
        (*in)++;
        (*size)--;
    }
    if (s->held < GZIP_MAGIC_BYTES)
        return true;
    s->held = 0;
    s->place = PLACE_INSIDE;
    inflateReset(&s->zlib);
    return zlib_feed(d, index, &magic, &magic_size, out);
}

static bool gzip_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    bool sound = true;

    if (s->place == PLACE_START)
        s->place = PLACE_INSIDE;
    while (sound && size > 0 && s->place != PLACE_ENDED)
        sound =
            s->place == PLACE_BETWEEN ? gzip_between(d, index, &in, &size, out) : zlib_feed(d, index, &in, &size, out);
    return sound;
}

/* "deflate" means zlib-wrapped (RFC 9110, 8.4.1.2), but many servers send it raw. The first two bytes tell: with the
 * low half 8 a raw stream would start with a stored block whose padding is not zero. */
static bool deflate_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    const unsigned char *head = &s->first;
    size_t head_size = 1;
    bool zlib;

    if (s->place == PLACE_START) {
        if (s->held == 0) {
            s->first = *in++;
            size--;
            s->held = 1;
        }
        if (size == 0)
            return true;
        zlib = (s->first & 0x0f) == 8 && (s->first >> 4) <= 7 && (s->first * 256 + *in) % 31 == 0;
        if (s->first == 0x1f && *in == 0x8b)
            s->coding = CODING_GZIP;
        zlib_begin(s, zlib ? WINDOW_BITS_ZLIB : s->coding == CODING_GZIP ? WINDOW_BITS_GZIP : WINDOW_BITS_RAW);
        s->place = PLACE_INSIDE;
        s->held = 0;
        if (!zlib_feed(d, index, &head, &head_size, out))
            return false;
        if (s->coding == CODING_GZIP)
            return gzip_feed(d, index, in, size, out);
    }
    if (s->place == PLACE_INSIDE && !zlib_feed(d, index, &in, &size, out))
        return false;
    if (s->place == PLACE_BETWEEN)
        s->place = PLACE_ENDED;
    return true;
}

static bool brotli_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;

    s->place = PLACE_INSIDE;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        size_t room_size, room_left;
        unsigned char *room = decode_room(d, index, out, &room_size), *next = room;

        room_left = room_size;
        result = BrotliDecoderDecompressStream(s->brotli, &size, &in, &room_left, &next, NULL);
        if (!decode_deliver(d, index, room, room_size - room_left, out))
            return false;
    }
    if (result == BROTLI_DECODER_RESULT_ERROR)
        return decode_fail(d, DECODE_CORRUPT, CODING_BR,
                           BrotliDecoderErrorString(BrotliDecoderGetErrorCode(s->brotli)));
    if (result == BROTLI_DECODER_RESULT_SUCCESS)
        s->place = PLACE_ENDED;
    return true;
}

static bool zstd_feed(struct decode *d, unsigned index, const unsigned char *bytes, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    ZSTD_inBuffer in = {bytes, size, 0};
    bool more = true;

    while (more) {
        ZSTD_outBuffer o = {NULL, 0, 0};
        size_t before = in.pos, hint;

        o.dst = decode_room(d, index, out, &o.size);
        hint = ZSTD_decompressStream(s->zstd, &o, &in);
        if (!decode_deliver(d, index, o.dst, o.pos, out))
            return false;
        if (ZSTD_isError(hint)) {
            if (s->place == PLACE_BETWEEN && ZSTD_getErrorCode(hint) == ZSTD_error_prefix_unknown) {
                s->place = PLACE_ENDED;
                return true;
            }
            if (ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation)
                mem_exhausted((size_t)1 << ZSTD_WINDOW_LOG);
            return decode_fail(d, DECODE_CORRUPT, CODING_ZSTD, ZSTD_getErrorName(hint));
        }
        s->held += in.pos - before;
        if (hint == 0) {
            s->place = PLACE_BETWEEN;
            s->held = 0;
        } else if (s->place == PLACE_START || s->held > ZSTD_MAGIC_BYTES)
            s->place = PLACE_INSIDE;
        more = in.pos < in.size || (o.pos == o.size && hint != 0);
    }
    return true;
}

/* Runs bytes through stage `index` and all behind it. False: d->status says why. */
bool decode_stage_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];

    if (size == 0 || s->place == PLACE_ENDED)
        return true;
    switch (s->coding) {
    case CODING_GZIP:
        return gzip_feed(d, index, in, size, out);
    case CODING_DEFLATE:
        return deflate_feed(d, index, in, size, out);
    case CODING_BR:
        return brotli_feed(d, index, in, size, out);
    case CODING_ZSTD:
        return zstd_feed(d, index, in, size, out);
    case CODING_IDENTITY:
        break;
    }
    return true;
}

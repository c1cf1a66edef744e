#include "decode.h"

#include "mem.h"

#include <brotli/decode.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define SCRATCH_BYTES    (16u * 1024)
#define RATIO_FREE_BYTES (4u * 1024 * 1024)
/* Deflate reaches 1,032 at most, so one stage of it is never held up by this. */
#define RATIO_MAX         1100u
#define ZSTD_WINDOW_LOG   23 /* RFC 9659: 8 MiB */
#define ZLIB_MEMORY_BYTES (44u * 1024)
#define CHAIN_EXTRA_BYTES (64u * 1024) /* coded bytes may be a little more than what they code */
#define GZIP_MAGIC        "\x1f\x8b\x08"
#define GZIP_MAGIC_BYTES  3u
#define ZSTD_MAGIC_BYTES  4u
#define WINDOW_BITS_GZIP  (15 + 16)
#define WINDOW_BITS_ZLIB  15
#define WINDOW_BITS_RAW   (-15)

enum coding { CODING_GZIP, CODING_DEFLATE, CODING_BR, CODING_ZSTD, CODING_IDENTITY };

enum place {                /* where in its stream a stage is */
             PLACE_START,   /* nothing has come */
             PLACE_INSIDE,  /* the end is missing */
             PLACE_BETWEEN, /* a member or frame has ended, another may follow */
             PLACE_ENDED    /* what comes now is ignored */
};

static const char *const CODING_NAMES[] = {"gzip", "deflate", "br", "zstd", "identity"};

struct stage {
    enum coding coding;
    enum place place;
    size_t held;            /* bytes of a possible header seen: of GZIP_MAGIC, or since the last zstd frame */
    unsigned char first;    /* deflate: the first byte, while held is 1 */
    uint64_t given;         /* bytes this stage has put out */
    unsigned char *scratch; /* SCRATCH_BYTES, or NULL while not needed */
    z_stream zlib;          /* for gzip and deflate */
    bool zlib_ready;        /* inflateInit2() was called */
    BrotliDecoderState *brotli;
    size_t brotli_bytes; /* what brotli has allocated */
    ZSTD_DStream *zstd;
};

struct decode {
    struct stage stages[DECODE_CHAIN_MAX]; /* in order of decoding: the reverse of the header's */
    unsigned count;                        /* stages in use */
    enum decode_status status;
    const char *reason;
    char reason_text[128];
    uint64_t taken; /* coded bytes fed */
};

/* --- Which codings ------------------------------------------------------------ */

static const struct {
    const char *name;
    enum coding coding;
} NAMES[] = {
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP},
    {"deflate", CODING_DEFLATE},
    {"br", CODING_BR},
    {"zstd", CODING_ZSTD},
    {"identity", CODING_IDENTITY},
    {"none", CODING_IDENTITY},
    {"utf-8", CODING_IDENTITY},
    {"utf8", CODING_IDENTITY},
    {"7bit", CODING_IDENTITY},
    {"8bit", CODING_IDENTITY},
    {"binary", CODING_IDENTITY},
    {"aws-chunked", CODING_IDENTITY},
    {"", CODING_IDENTITY},
};

static bool coding_by_name(struct slice name, enum coding *coding)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (name.size == strlen(NAMES[i].name) && strncasecmp(name.data, NAMES[i].name, name.size) == 0) {
            *coding = NAMES[i].coding;
            return true;
        }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The last element of a comma-separated list without blanks and ";parameters"; *list becomes what is before it. */
static struct slice take_last(struct slice *list)
{
    size_t start = list->size, end = list->size;
    struct slice element;

    while (start > 0 && list->data[start - 1] != ',')
        start--;
    for (size_t i = start; i < end; i++)
        if (list->data[i] == ';')
            end = i;
    list->size = start == 0 ? 0 : start - 1;
    while (start < end && is_blank(list->data[start]))
        start++;
    while (end > start && is_blank(list->data[end - 1]))
        end--;
    element = (struct slice){list->data + start, end - start};
    return element;
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
    union header *block = size > SIZE_MAX - sizeof *block ? NULL : malloc(sizeof *block + size);

    if (block == NULL)
        return NULL;
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

static void stage_begin(struct stage *s, enum coding coding)
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
        if (s->zstd == NULL)
            s->zstd = ZSTD_createDStream();
        ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_and_parameters);
        ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    }
}

static void stage_end(struct stage *s)
{
    if (s->zlib_ready)
        inflateEnd(&s->zlib);
    BrotliDecoderDestroyInstance(s->brotli);
    ZSTD_freeDStream(s->zstd);
    free(s->scratch);
}

bool decode_reset(struct decode *d, struct slice content_encoding, struct err *err)
{
    struct slice rest = content_encoding, name;
    enum coding coding;

    d->count = 0;
    d->status = DECODE_OK;
    d->reason = "";
    d->taken = 0;
    while (rest.size > 0) {
        name = take_last(&rest);
        if (!coding_by_name(name, &coding))
            return err_set(err, "unknown Content-Encoding \"%.*s\"", (int)(name.size < 40 ? name.size : 40), name.data);
        if (coding == CODING_IDENTITY)
            continue;
        if (d->count == DECODE_CHAIN_MAX)
            return err_set(err, "more than %d content codings", DECODE_CHAIN_MAX);
        stage_begin(&d->stages[d->count++], coding);
    }
    return true;
}

struct decode *decode_new(struct slice content_encoding, struct err *err)
{
    struct decode *d = mem_new(sizeof *d);

    if (!decode_reset(d, content_encoding, err)) {
        decode_free(d);
        return NULL;
    }
    return d;
}

void decode_free(struct decode *d)
{
    if (d == NULL)
        return;
    for (unsigned i = 0; i < DECODE_CHAIN_MAX; i++)
        stage_end(&d->stages[i]);
    free(d);
}

bool decode_is_identity(const struct decode *d)
{
    return d->count == 0;
}

const char *decode_reason(const struct decode *d)
{
    return d->reason;
}

size_t decode_memory_bytes(const struct decode *d)
{
    size_t bytes = sizeof *d;

    for (unsigned i = 0; i < DECODE_CHAIN_MAX; i++) {
        const struct stage *s = &d->stages[i];

        bytes += s->brotli_bytes + (s->zlib_ready ? ZLIB_MEMORY_BYTES : 0) + (s->scratch != NULL ? SCRATCH_BYTES : 0);
        bytes += s->zstd == NULL ? 0 : ZSTD_sizeof_DStream(s->zstd);
    }
    return bytes;
}

/* --- Decoding ----------------------------------------------------------------- */

static bool fail(struct decode *d, enum decode_status status, const char *who, const char *why)
{
    d->status = status;
    snprintf(d->reason_text, sizeof d->reason_text, "%s: %s", who, why == NULL ? "corrupt" : why);
    d->reason = d->reason_text;
    return false;
}

static bool stage_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out);

/* Where stage `index` may write next: the buf itself for the last one. A full buf is followed by
 * scratch, since only one more byte tells "too large" from "just fits". */
static unsigned char *room_for(struct decode *d, unsigned index, struct buf *out, size_t *size)
{
    struct stage *s = &d->stages[index];
    size_t left = out->limit > out->size ? out->limit - out->size : 0;

    *size = SCRATCH_BYTES;
    if (index + 1 == d->count && left > 0) {
        *size = left < SCRATCH_BYTES ? left : SCRATCH_BYTES;
        return (unsigned char *)buf_room(out, *size);
    }
    if (s->scratch == NULL)
        s->scratch = mem_alloc(SCRATCH_BYTES);
    return s->scratch;
}

/* Passes on `size` bytes that stage `index` wrote to `at`, its room. */
static bool deliver(struct decode *d, unsigned index, const unsigned char *at, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    const char *name = CODING_NAMES[s->coding];

    if (size == 0)
        return true;
    s->given += size;
    if (s->given > RATIO_FREE_BYTES && s->given / RATIO_MAX > d->taken)
        return fail(d, DECODE_TOO_LARGE, name, "becomes more than 1,100 times its size");
    if (index + 1 < d->count) {
        if (s->given > (uint64_t)out->limit + out->limit / 1024 + CHAIN_EXTRA_BYTES)
            return fail(d, DECODE_TOO_LARGE, name, "becomes larger than the limit within a chain of codings");
        return stage_feed(d, index + 1, at, size, out);
    }
    if (at == s->scratch) {
        out->full = true;
        return fail(d, DECODE_TOO_LARGE, name, "becomes larger than the limit");
    }
    out->size += size;
    out->data[out->size] = '\0';
    return true;
}

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

        room = room_for(d, index, out, &room_size);
        s->zlib.next_in = (unsigned char *)*in;
        s->zlib.avail_in = piece;
        s->zlib.next_out = room;
        s->zlib.avail_out = (unsigned)room_size;
        result = inflate(&s->zlib, Z_NO_FLUSH);
        *in += piece - s->zlib.avail_in;
        *size -= piece - s->zlib.avail_in;
        given = room_size - s->zlib.avail_out;
        if (!deliver(d, index, room, given, out))
            return false;
        if (result == Z_STREAM_END)
            s->place = PLACE_BETWEEN;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return fail(d, DECODE_CORRUPT, CODING_NAMES[s->coding], s->zlib.msg);
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

    if (s->brotli == NULL)
        return fail(d, DECODE_CORRUPT, "br", "out of memory");
    s->place = PLACE_INSIDE;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        size_t room_size, room_left;
        unsigned char *room = room_for(d, index, out, &room_size), *next = room;

        room_left = room_size;
        result = BrotliDecoderDecompressStream(s->brotli, &size, &in, &room_left, &next, NULL);
        if (!deliver(d, index, room, room_size - room_left, out))
            return false;
    }
    if (result == BROTLI_DECODER_RESULT_ERROR)
        return fail(d, DECODE_CORRUPT, "br", BrotliDecoderErrorString(BrotliDecoderGetErrorCode(s->brotli)));
    if (result == BROTLI_DECODER_RESULT_SUCCESS)
        s->place = PLACE_ENDED;
    return true;
}

static bool zstd_feed(struct decode *d, unsigned index, const unsigned char *bytes, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];
    ZSTD_inBuffer in = {bytes, size, 0};
    bool more = true;

    if (s->zstd == NULL)
        return fail(d, DECODE_CORRUPT, "zstd", "out of memory");
    while (more) {
        ZSTD_outBuffer o = {NULL, 0, 0};
        size_t before = in.pos, hint;

        o.dst = room_for(d, index, out, &o.size);
        hint = ZSTD_decompressStream(s->zstd, &o, &in);
        if (!deliver(d, index, o.dst, o.pos, out))
            return false;
        if (ZSTD_isError(hint)) {
            if (s->place == PLACE_BETWEEN && ZSTD_getErrorCode(hint) == ZSTD_error_prefix_unknown) {
                s->place = PLACE_ENDED;
                return true;
            }
            return fail(d, DECODE_CORRUPT, "zstd", ZSTD_getErrorName(hint));
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
static bool stage_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out)
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

enum decode_status decode_feed(struct decode *d, struct slice bytes, struct buf *out)
{
    if (d->status != DECODE_OK)
        return d->status;
    d->taken += bytes.size;
    if (d->count > 0) {
        stage_feed(d, 0, (const unsigned char *)bytes.data, bytes.size, out);
        return d->status;
    }
    if (!buf_add(out, bytes.data, bytes.size)) {
        buf_add(out, bytes.data, out->limit - out->size);
        fail(d, DECODE_TOO_LARGE, "body", "larger than the limit");
    }
    return d->status;
}

enum decode_status decode_end(struct decode *d)
{
    if (d->status != DECODE_OK || d->taken == 0)
        return d->status;
    for (unsigned i = 0; i < d->count; i++) {
        const struct stage *s = &d->stages[i];
        bool untouched = s->place == PLACE_START && s->held == 0; /* an empty body, coded once less */

        if (!untouched && s->place != PLACE_BETWEEN && s->place != PLACE_ENDED) {
            fail(d, DECODE_TRUNCATED, CODING_NAMES[s->coding], "the stream has no end");
            break;
        }
    }
    return d->status;
}

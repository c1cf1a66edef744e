#ifndef CRAWL_DECODE_INSIDE_H
#define CRAWL_DECODE_INSIDE_H

#include "decode.h"

#include <brotli/decode.h>
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>

/* Between the parts of decode: decode.c has the chain and its limits, decode_codings.c the single stages. */

#define DECODE_SCRATCH_BYTES (16u * 1024)

enum coding { CODING_GZIP, CODING_DEFLATE, CODING_BR, CODING_ZSTD, CODING_IDENTITY };

enum place {                /* where in its stream a stage is */
             PLACE_START,   /* nothing has come */
             PLACE_INSIDE,  /* the end is missing */
             PLACE_BETWEEN, /* a member or frame has ended, another may follow */
             PLACE_ENDED    /* what comes now is ignored */
};

struct stage {
    enum coding coding;
    enum place place;
    size_t held;            /* bytes of a possible header seen: of a gzip member's, or since the last zstd frame */
    unsigned char first;    /* deflate: the first byte, while held is 1 */
    uint64_t given;         /* bytes this stage has put out */
    unsigned char *scratch; /* DECODE_SCRATCH_BYTES, or NULL while not needed */
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

/* "gzip", "deflate" ...; for a reason, so identity is "body". */
const char *decode_coding_name(enum coding coding);

/* --- decode_codings.c ----------------------------------------------------------- */

/* Makes a stage ready for a stream of `coding`, whatever it did before; it starts as all zero. */
void decode_stage_begin(struct stage *s, enum coding coding);

/* Gives back what it holds. */
void decode_stage_end(struct stage *s);

/* Bytes of memory it holds. */
size_t decode_stage_memory(const struct stage *s);

/* Runs bytes through stage `index` and all behind it. False: d->status says why. */
bool decode_stage_feed(struct decode *d, unsigned index, const unsigned char *in, size_t size, struct buf *out);

/* --- decode.c --------------------------------------------------------------------- */

/* Where stage `index` may write next, and how much. Never NULL. */
unsigned char *decode_room(struct decode *d, unsigned index, struct buf *out, size_t *size);

/* Passes on `size` bytes that stage `index` wrote to `at`, its room. False: a limit was hit. */
bool decode_deliver(struct decode *d, unsigned index, const unsigned char *at, size_t size, struct buf *out);

/* Sets status and reason. Always false. */
bool decode_fail(struct decode *d, enum decode_status status, enum coding coding, const char *why);

#endif

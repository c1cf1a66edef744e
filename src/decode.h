#ifndef CRAWL_DECODE_H
#define CRAWL_DECODE_H

#include "buf.h"
#include "err.h"

/* Undoes Content-Encoding (RFC 9110, 8.4) while a body arrives, and knows whether it
 * came whole: gzip and x-gzip (RFC 1952), deflate (zlib-wrapped, raw, or gzip all the
 * same), br (RFC 7932), zstd (RFC 8878, windows up to 8 MiB as RFC 9659 has it),
 * identity, and chains of up to five, such as "gzip, br".
 *
 * As browsers do: bytes behind the end of a stream are ignored, unless they begin another
 * gzip member or zstd frame, which is decoded too; a body of no bytes is whole; names
 * that servers send by mistake and mean nothing (none, utf-8, 8bit, aws-chunked ...) are identity.
 * Stricter than browsers: a wrong check sum is DECODE_CORRUPT, a missing end DECODE_TRUNCATED.
 *
 * Bombs. Output stops at the limit of the caller's buf; what the inner stages of a chain give
 * is held to the same limit, in all; and output of more than 4 MiB may be at most 1,100
 * times what came in. Memory is a few fixed buffers and the windows of the codings.
 *
 * Threads: one at a time. Pure.
 */
struct decode;

enum decode_status {
    DECODE_OK,
    DECODE_CORRUPT,   /* the bytes are not what their coding says */
    DECODE_TOO_LARGE, /* a limit was hit; what fitted stands in the buf */
    DECODE_TRUNCATED  /* of decode_end() only: a stream has not ended */
};

#define DECODE_CHAIN_MAX 5

/* A decoder for the value of a Content-Encoding header (several headers: joined by
 * commas; empty: identity). NULL for a coding unknown to us, with the reason in *err. The caller ends it with
 * decode_free(). */
struct decode *decode_new(struct slice content_encoding, struct err *err);

/* Makes `d` ready for another body, as decode_new() would, whatever state it is in, but
 * keeping the memory that fits. False as there; then only reset or free may follow. */
bool decode_reset(struct decode *d, struct slice content_encoding, struct err *err);

/* True if the header asked for no decoding: decode_feed() will only copy. */
bool decode_is_identity(const struct decode *d);

/* Decodes the next bytes of the body onto the end of *out. After anything but DECODE_OK it
 * gives the same again. Work is bounded by `bytes` and the limit of *out, in chains too. */
enum decode_status decode_feed(struct decode *d, struct slice bytes, struct buf *out);

/* The body is over: was that its proper end? An earlier failure is told again. */
enum decode_status decode_end(struct decode *d);

/* Why it failed, such as "gzip: incorrect data check"; "" if it has not. Constant text, lives for ever
 * or as long as `d` is not reset or freed. */
const char *decode_reason(const struct decode *d);

/* Bytes of memory the decoder holds now, windows included: for a budget. */
size_t decode_memory_bytes(const struct decode *d);

void decode_free(struct decode *d);

#endif

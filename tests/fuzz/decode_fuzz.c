/* A coded body: the first byte chooses the Content-Encoding, the second the size of the pieces. */

#include "decode.h"

#include "mem.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const headers[] = {"gzip",       "deflate",       "br",           "zstd",
                                          "gzip, gzip", "deflate, gzip", "gzip, br, br", "zstd, gzip, zstd, gzip, br"};
    struct buf out = {.limit = 256 * 1024};
    enum decode_status status = DECODE_OK;
    struct decode *d;
    size_t piece;

    if (size < 2)
        return 0;
    d = decode_new(slice_of(headers[data[0] % (sizeof headers / sizeof headers[0])]), NULL);
    piece = 1u + data[1] * 64u;
    for (size_t at = 2; at < size && status == DECODE_OK; at += piece) {
        size_t now = size - at < piece ? size - at : piece;
        char *copy = mem_alloc(now);

        memcpy(copy, data + at, now);
        status = decode_feed(d, (struct slice){copy, now}, &out);
        free(copy);
    }
    if (out.size > out.limit || (decode_end(d) == DECODE_OK && out.full) || decode_memory_bytes(d) > (128u << 20))
        abort();
    decode_free(d);
    buf_free(&out);
    return 0;
}

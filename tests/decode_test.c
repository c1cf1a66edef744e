#include "decode.h"

#include "mem.h"

#include <brotli/encode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#define BIG (64u * 1024 * 1024)

/* --- Encoders: the caller frees the buf ---------------------------------------- */

/* window_bits: 31 gzip, 15 zlib, -15 raw. */
static struct buf deflated(struct slice in, int window_bits)
{
    struct buf out = {.limit = BIG};
    z_stream z = {0};
    unsigned bound;

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
    bound = (unsigned)deflateBound(&z, in.size);
    z.next_in = (unsigned char *)in.data;
    z.avail_in = (unsigned)in.size;
    z.next_out = (unsigned char *)buf_room(&out, bound);
    z.avail_out = bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct buf gzipped(struct slice in)
{
    return deflated(in, 31);
}

static struct buf brotlied(struct slice in)
{
    struct buf out = {.limit = BIG};
    size_t size = BrotliEncoderMaxCompressedSize(in.size) + 64;
    uint8_t *room = (uint8_t *)buf_room(&out, size);

    assert_true(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, in.size, (const uint8_t *)in.data, &size, room));
    out.size = size;
    return out;
}

static struct buf zstandard(struct slice in)
{
    struct buf out = {.limit = BIG};
    size_t size = ZSTD_compressBound(in.size);
    char *room = buf_room(&out, size);

    out.size = ZSTD_compress(room, size, in.data, in.size, 3);
    assert_false(ZSTD_isError(out.size));
    return out;
}

/* Text that is neither tiny nor all alike. */
static struct buf sample(size_t size)
{
    struct buf out = {.limit = BIG};
    unsigned seed = 1;

    buf_add(&out, "", 0);
    while (out.size < size) {
        seed = seed * 1103515245u + 12345u;
        buf_printf(&out, "<a href=/page/%u>", seed >> 12);
    }
    out.size = size;
    return out;
}

static struct buf spaces(size_t size)
{
    struct buf out = {.limit = BIG};

    memset(buf_room(&out, size), ' ', size);
    out.size = size;
    return out;
}

#define CODED_COUNT 5

/* One text in every coding. */
struct coded {
    const char *name;
    struct buf body;
};

static void code_all(struct coded coded[CODED_COUNT], struct slice in)
{
    coded[0] = (struct coded){"gzip", gzipped(in)};
    coded[1] = (struct coded){"deflate", deflated(in, 15)};
    coded[2] = (struct coded){"deflate", deflated(in, -15)};
    coded[3] = (struct coded){"br", brotlied(in)};
    coded[4] = (struct coded){"zstd", zstandard(in)};
}

static void free_all(struct coded coded[CODED_COUNT])
{
    for (size_t i = 0; i < CODED_COUNT; i++)
        buf_free(&coded[i].body);
}

/* --- Checks ------------------------------------------------------------------- */

static enum decode_status decoded(const char *header, struct slice body, size_t piece, struct buf *out)
{
    struct decode *d = decode_new(slice_of(header), NULL);
    enum decode_status status = DECODE_OK;

    assert_non_null(d);
    for (size_t at = 0; at < body.size && status == DECODE_OK; at += piece) {
        size_t size = body.size - at < piece ? body.size - at : piece;
        char *copy = mem_copy(body.data + at, size); /* so that a sanitizer sees a read beyond */

        status = decode_feed(d, (struct slice){copy, size}, out);
        free(copy);
    }
    status = decode_end(d);
    assert_int_equal(status == DECODE_OK, decode_reason(d)[0] == '\0');
    decode_free(d);
    return status;
}

static void assert_decodes(const char *header, struct slice body, struct slice text)
{
    static const size_t pieces[] = {1, 2, 3, 7, 1000, 1u << 30};

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf out = {.limit = BIG};

        assert_int_equal(decoded(header, body, pieces[i], &out), DECODE_OK);
        assert_int_equal(out.size, text.size);
        if (text.size > 0)
            assert_memory_equal(out.data, text.data, text.size);
        buf_free(&out);
    }
}

static void assert_fails(const char *header, struct slice body, enum decode_status status)
{
    for (size_t piece = 1; piece < 100000; piece *= 40) {
        struct buf out = {.limit = BIG};

        assert_int_equal(decoded(header, body, piece, &out), status);
        buf_free(&out);
    }
}

/* --- What is decoded ------------------------------------------------------------ */

static void every_coding_gives_its_text_back_in_pieces_of_any_size(void **state)
{
    static const size_t sizes[] = {0, 1, 100, 70000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf text = sample(sizes[i]);
        struct coded coded[CODED_COUNT];

        code_all(coded, buf_slice(&text));
        for (size_t k = 0; k < CODED_COUNT; k++)
            assert_decodes(coded[k].name, buf_slice(&coded[k].body), buf_slice(&text));
        assert_decodes("identity", buf_slice(&text), buf_slice(&text));
        assert_decodes("", buf_slice(&text), buf_slice(&text));
        free_all(coded);
        buf_free(&text);
    }
}

static void names_are_read_as_a_header_has_them(void **state)
{
    static const char *const names[] = {"x-gzip",         "GZip",    " gzip ",    "gzip;q=1",
                                        "identity, gzip", "gzip,, ", "utf-8,gzip"};
    struct buf text = sample(500), coded = gzipped(buf_slice(&text));

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_decodes(names[i], buf_slice(&coded), buf_slice(&text));
    buf_free(&text);
    buf_free(&coded);
}

static void unknown_codings_are_named_in_the_reason(void **state)
{
    static const char *const names[] = {"x-chaos", "compress", "gzip, x-chaos", "gzipp", "gzi", "gzip br"};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(decode_new(slice_of(names[i]), &err));
    assert_null(decode_new(slice_of("x-chaos"), &err));
    assert_non_null(strstr(err.text, "\"x-chaos\""));
}

static void chains_are_undone_from_the_last_to_the_first(void **state)
{
    struct buf text = sample(50000), once = gzipped(buf_slice(&text)), br = brotlied(buf_slice(&once)),
               zstd = zstandard(buf_slice(&br)), raw = deflated(buf_slice(&zstd), -15), five = gzipped(buf_slice(&raw));

    (void)state;
    assert_decodes("gzip, br", buf_slice(&br), buf_slice(&text));
    assert_decodes("gzip,br,zstd,deflate,gzip", buf_slice(&five), buf_slice(&text));
    assert_null(decode_new(slice_of("gzip,br,zstd,deflate,gzip,gzip"), NULL));
    buf_free(&text);
    buf_free(&once);
    buf_free(&br);
    buf_free(&zstd);
    buf_free(&raw);
    buf_free(&five);
}

static void several_members_and_frames_are_one_text(void **state)
{
    struct buf text = sample(3000), twice = {.limit = BIG}, gzip = {.limit = BIG}, zstd = {.limit = BIG}, coded;

    (void)state;
    for (int i = 0; i < 2; i++) {
        buf_add(&twice, text.data, text.size);
        coded = gzipped(buf_slice(&text));
        buf_add(&gzip, coded.data, coded.size);
        buf_free(&coded);
        coded = zstandard(buf_slice(&text));
        buf_add(&zstd, coded.data, coded.size);
        buf_free(&coded);
    }
    buf_add(&zstd, "\x50\x2a\x4d\x18\x03\0\0\0abc", 11); /* a frame to be skipped */
    assert_decodes("gzip", buf_slice(&gzip), buf_slice(&twice));
    assert_decodes("zstd", buf_slice(&zstd), buf_slice(&twice));
    gzip.size -= 4;
    assert_fails("gzip", buf_slice(&gzip), DECODE_TRUNCATED);
    buf_free(&text);
    buf_free(&twice);
    buf_free(&gzip);
    buf_free(&zstd);
}

static void bytes_behind_the_end_are_ignored(void **state)
{
    static const struct slice tails[] = {
        {"\n", 1},           {"\0\0\0\0\0\0\0\0", 8},      {"\x1f\x8b", 2}, {"\x1f\x8bxxxxxx", 8},
        {"\x28\xb5\x2f", 3}, {"<!-- served by x -->", 20},
    };
    struct buf text = sample(2000);

    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        struct coded coded[CODED_COUNT];

        code_all(coded, buf_slice(&text));
        for (size_t k = 0; k < CODED_COUNT; k++) {
            buf_add(&coded[k].body, tails[i].data, tails[i].size);
            assert_decodes(coded[k].name, buf_slice(&coded[k].body), buf_slice(&text));
        }
        free_all(coded);
    }
    buf_free(&text);
}

static void gzip_sent_as_deflate_is_taken(void **state)
{
    struct buf text = sample(2000), coded = gzipped(buf_slice(&text));

    (void)state;
    assert_decodes("deflate", buf_slice(&coded), buf_slice(&text));
    buf_free(&text);
    buf_free(&coded);
}

/* --- What is refused ------------------------------------------------------------ */

static void a_body_cut_anywhere_is_truncated(void **state)
{
    struct buf text = sample(300);
    struct coded coded[CODED_COUNT];

    (void)state;
    code_all(coded, buf_slice(&text));
    for (size_t k = 0; k < CODED_COUNT; k++)
        for (size_t size = 1; size < coded[k].body.size; size++)
            assert_fails(coded[k].name, (struct slice){coded[k].body.data, size}, DECODE_TRUNCATED);
    free_all(coded);
    buf_free(&text);
}

static void a_cut_inside_a_chain_is_truncated(void **state)
{
    struct buf text = sample(3000), once = gzipped(buf_slice(&text)),
               twice = gzipped((struct slice){once.data, once.size / 2});

    (void)state;
    assert_fails("gzip, gzip", buf_slice(&twice), DECODE_TRUNCATED);
    buf_free(&text);
    buf_free(&once);
    buf_free(&twice);
}

static void broken_bytes_and_wrong_sums_are_corrupt(void **state)
{
    struct buf text = sample(3000), gzip = gzipped(buf_slice(&text)), zlib = deflated(buf_slice(&text), 15);

    (void)state;
    gzip.data[gzip.size - 8] ^= 1; /* the CRC */
    assert_fails("gzip", buf_slice(&gzip), DECODE_CORRUPT);
    zlib.data[zlib.size - 1] ^= 1; /* the Adler-32 */
    assert_fails("deflate", buf_slice(&zlib), DECODE_CORRUPT);
    assert_fails("gzip", buf_slice(&text), DECODE_CORRUPT);
    assert_fails("deflate", buf_slice(&text), DECODE_CORRUPT);
    assert_fails("zstd", buf_slice(&text), DECODE_CORRUPT);
    assert_fails("br", slice_of("\xff\xff\xff\xff\xff"), DECODE_CORRUPT);
    buf_free(&text);
    buf_free(&gzip);
    buf_free(&zlib);
}

static void failure_is_told_again_until_reset(void **state)
{
    struct buf text = sample(3000), coded = gzipped(buf_slice(&text)), out = {.limit = BIG};
    struct decode *d = decode_new(slice_of("gzip"), NULL);

    (void)state;
    assert_int_equal(decode_feed(d, slice_of("no gzip at all"), &out), DECODE_CORRUPT);
    assert_int_equal(decode_feed(d, buf_slice(&coded), &out), DECODE_CORRUPT);
    assert_int_equal(decode_end(d), DECODE_CORRUPT);
    assert_string_equal(decode_reason(d), "gzip: incorrect header check");
    assert_true(decode_reset(d, slice_of("gzip"), NULL));
    assert_int_equal(decode_feed(d, buf_slice(&coded), &out), DECODE_OK);
    assert_int_equal(decode_end(d), DECODE_OK);
    assert_int_equal(out.size, text.size);
    decode_free(d);
    buf_free(&text);
    buf_free(&coded);
    buf_free(&out);
}

static void one_decoder_serves_any_row_of_bodies(void **state)
{
    static const size_t order[] = {0, 3, 4, 1, 0, 0, 2, 4, 0, 3, 2};
    struct buf text = sample(9000);
    struct coded coded[CODED_COUNT];
    struct decode *d = decode_new(slice_of(""), NULL);

    (void)state;
    code_all(coded, buf_slice(&text));
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct buf out = {.limit = BIG};
        struct slice body = buf_slice(&coded[order[i]].body);

        /* Every other body is left in its middle: the next must not feel it. */
        body.size = i % 2 == 1 ? body.size / 2 : body.size;
        assert_true(decode_reset(d, slice_of(coded[order[i]].name), NULL));
        assert_false(decode_is_identity(d));
        assert_int_equal(decode_feed(d, body, &out), DECODE_OK);
        assert_int_equal(decode_end(d), i % 2 == 1 ? DECODE_TRUNCATED : DECODE_OK);
        assert_int_equal(out.size == text.size, i % 2 == 0);
        buf_free(&out);
    }
    assert_true(decode_reset(d, slice_of("identity"), NULL));
    assert_true(decode_is_identity(d));
    decode_free(d);
    free_all(coded);
    buf_free(&text);
}

/* --- Limits ------------------------------------------------------------------- */

static void a_text_of_just_the_limit_fits_and_one_byte_more_is_too_large(void **state)
{
    struct buf text = sample(40000);
    struct coded coded[CODED_COUNT];

    (void)state;
    code_all(coded, buf_slice(&text));
    for (size_t k = 0; k <= CODED_COUNT; k++)
        for (size_t piece = 1; piece < 100000; piece *= 50) {
            struct buf fits = {.limit = 40000}, cut = {.limit = 39999};
            const char *name = k < CODED_COUNT ? coded[k].name : "";
            struct slice body = buf_slice(k < CODED_COUNT ? &coded[k].body : &text);

            assert_int_equal(decoded(name, body, piece, &fits), DECODE_OK);
            assert_int_equal(fits.size, 40000);
            assert_int_equal(decoded(name, body, piece, &cut), DECODE_TOO_LARGE);
            assert_int_equal(cut.size, 39999);
            assert_memory_equal(cut.data, text.data, 39999);
            assert_true(cut.full);
            buf_free(&fits);
            buf_free(&cut);
        }
    free_all(coded);
    buf_free(&text);
}

static void a_nested_bomb_ends_early_and_in_little_memory(void **state)
{
    struct buf text = spaces(20u << 20), once = gzipped(buf_slice(&text)), many = {.limit = BIG}, nested,
               out = {.limit = 1u << 20};
    struct decode *d = decode_new(slice_of("gzip, gzip"), NULL);

    (void)state;
    for (int i = 0; i < 300; i++)
        buf_add(&many, once.data, once.size);
    nested = gzipped(buf_slice(&many));
    assert_int_equal(decode_feed(d, buf_slice(&nested), &out), DECODE_TOO_LARGE);
    assert_in_range(out.size, 1, 1u << 20);
    assert_in_range(decode_memory_bytes(d), 1, 200000);
    decode_free(d);
    buf_free(&text);
    buf_free(&once);
    buf_free(&many);
    buf_free(&nested);
    buf_free(&out);
}

static void inner_bytes_that_never_show_are_held_to_the_limit_too(void **state)
{
    /* The outer coding becomes 30 MB; the inner one ends early and ignores the rest. */
    struct buf text = sample(100), once = gzipped(buf_slice(&text)), padded = sample(30u << 20), nested,
               out = {.limit = 100000};

    (void)state;
    memcpy(padded.data, once.data, once.size);
    padded.data[once.size] = ' ';
    nested = gzipped(buf_slice(&padded));
    assert_int_equal(decoded("gzip, gzip", buf_slice(&nested), 1000, &out), DECODE_TOO_LARGE);
    buf_free(&text);
    buf_free(&once);
    buf_free(&padded);
    buf_free(&nested);
    buf_free(&out);
}

static void a_ratio_beyond_reason_is_too_large_even_below_the_limit(void **state)
{
    struct buf text = spaces(20u << 20), br = brotlied(buf_slice(&text)), zstd = zstandard(buf_slice(&text)),
               gzip = gzipped(buf_slice(&text)), out = {.limit = BIG};

    (void)state;
    assert_int_equal(decoded("br", buf_slice(&br), 1000, &out), DECODE_TOO_LARGE);
    assert_in_range(out.size, 4u << 20, 5u << 20);
    buf_clear(&out);
    assert_int_equal(decoded("zstd", buf_slice(&zstd), 100000, &out), DECODE_TOO_LARGE);
    buf_clear(&out);
    assert_int_equal(decoded("gzip", buf_slice(&gzip), 100000, &out), DECODE_OK); /* deflate cannot reach it */
    buf_free(&text);
    buf_free(&br);
    buf_free(&zstd);
    buf_free(&gzip);
    buf_free(&out);
}

static void memory_stays_small_for_a_gzip_page(void **state)
{
    struct buf text = sample(30000), coded = gzipped(buf_slice(&text)), out = {.limit = BIG};
    struct decode *d = decode_new(slice_of("gzip"), NULL);

    (void)state;
    assert_int_equal(decode_feed(d, buf_slice(&coded), &out), DECODE_OK);
    assert_in_range(decode_memory_bytes(d), 1, 64 * 1024);
    decode_free(d);
    buf_free(&text);
    buf_free(&coded);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coding_gives_its_text_back_in_pieces_of_any_size),
        cmocka_unit_test(names_are_read_as_a_header_has_them),
        cmocka_unit_test(unknown_codings_are_named_in_the_reason),
        cmocka_unit_test(chains_are_undone_from_the_last_to_the_first),
        cmocka_unit_test(several_members_and_frames_are_one_text),
        cmocka_unit_test(bytes_behind_the_end_are_ignored),
        cmocka_unit_test(gzip_sent_as_deflate_is_taken),
        cmocka_unit_test(a_body_cut_anywhere_is_truncated),
        cmocka_unit_test(a_cut_inside_a_chain_is_truncated),
        cmocka_unit_test(broken_bytes_and_wrong_sums_are_corrupt),
        cmocka_unit_test(failure_is_told_again_until_reset),
        cmocka_unit_test(one_decoder_serves_any_row_of_bodies),
        cmocka_unit_test(a_text_of_just_the_limit_fits_and_one_byte_more_is_too_large),
        cmocka_unit_test(a_nested_bomb_ends_early_and_in_little_memory),
        cmocka_unit_test(inner_bytes_that_never_show_are_held_to_the_limit_too),
        cmocka_unit_test(a_ratio_beyond_reason_is_too_large_even_below_the_limit),
        cmocka_unit_test(memory_stays_small_for_a_gzip_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "charset.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(string) ((struct slice){string, sizeof(string) - 1})
#define BAD           "\xEF\xBF\xBD"

static const struct charset *charset(const char *label)
{
    const struct charset *found = charset_by_label(slice_of(label));

    if (found == NULL)
        fail_msg("no encoding has the label %s", label);
    return found;
}

/* --- labels ----------------------------------------------------------------------- */

static void white_space_and_case_of_a_label_do_not_count(void **state)
{
    (void)state;
    assert_string_equal(charset_name(charset(" \t\nUTF-8\f\r")), "utf-8");
    assert_string_equal(charset_name(charset("Latin1")), "windows-1252");
    assert_string_equal(charset_name(charset("iso-8859-9")), "windows-1254");
    assert_ptr_equal(charset("unicode-1-1-utf-8"), charset_utf8());
    assert_string_equal(charset_name(charset("hz-gb-2312")), "replacement");
}

static void what_is_no_label_names_nothing(void **state)
{
    static const char *const NONE[] = {"",       " ",        "utf-7",  "utf-32", "klingon", "latin1 latin2",
                                       "l1\nl2", "\xC3\xA9", "utf-8,", "x"};
    char endless[1000];

    (void)state;
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_null(charset_by_label(slice_of(NONE[i])));
    assert_null(charset_by_label((struct slice){NULL, 0}));
    assert_null(charset_by_label(BYTES("utf-8\0")));
    memset(endless, 'a', sizeof endless);
    assert_null(charset_by_label((struct slice){endless, sizeof endless}));
}

/* --- decoding --------------------------------------------------------------------- */

static void check_decode(const char *label, struct slice in, const char *expected)
{
    struct buf out = {.limit = 10000};
    char *exact = malloc(in.size + 1);

    memcpy(exact, in.data, in.size);
    exact = realloc(exact, in.size == 0 ? 1 : in.size); /* so that a sanitizer sees a read beyond it */
    assert_true(charset_decode(charset(label), (struct slice){exact, in.size}, &out));
    if (strcmp(out.size == 0 ? "" : out.data, expected) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", label, out.data, expected);
    free(exact);
    buf_free(&out);
}

static void each_encoding_has_its_characters(void **state)
{
    (void)state;
    check_decode("utf-8", BYTES("Gr\xC3\xBC\xC3\x9F"), "Grüß");
    check_decode("windows-1252", BYTES("\x80\x81\x93x\x94\xFF"), "€\xC2\x81“x”ÿ");
    check_decode("koi8-r", BYTES("\xF0\xD2\xC9\xD7\xC5\xD4"), "Привет");
    check_decode("ibm866", BYTES("\x8F\xE0\xA8\xA2\xA5\xE2"), "Привет");
    check_decode("iso-8859-8-i", BYTES("\xF9\xEC\xE5\xED"), "שלום");
    check_decode("macintosh", BYTES("Gr\x9F\xA7"), "Grüß");
    check_decode("windows-874", BYTES("\xCA\xC7\xD1"), "สวั");
    check_decode("gbk", BYTES("\x80\xC4\xE3\xBA\xC3"), "€你好");
    check_decode("gb18030", BYTES("\xC4\xE3\x95\x32\x82\x36\x81\x30\x81\x30\x90\x30\x81\x30\xE3\x32\x9A\x35"),
                 "你𠀀\xC2\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
    check_decode("big5", BYTES("\xA7\x41\xA6\x6E\x88\x62\x88\xA5\x87\x40"), "你好Ê\xCC\x84ê\xCC\x8C䏰");
    check_decode("euc-jp", BYTES("\xC6\xFC\xCB\xDC\x8E\xB6\x8F\xB0\xA1"), "日本ｶ丂");
    check_decode("shift_jis", BYTES("\x93\xFA\x96\x7B\xB6\x80\xF0\x40\x5C"), "日本ｶ\xC2\x80\xEE\x80\x80\\");
    check_decode("iso-2022-jp", BYTES("a\x1B$BF|K\\\x1B(J\\~\x1B(I6\x1B(Bz"), "a日本¥‾ｶz");
    check_decode("euc-kr", BYTES("\xC7\xD1\xB1\xDB\x8C\x63"), "한글똠");
    check_decode("utf-16le", BYTES("A\0\xAC\x20\x3D\xD8\x00\xDE"), "A€😀");
    check_decode("utf-16be", BYTES("\0A\x20\xAC\xD8\x3D\xDE\x00"), "A€😀");
    check_decode("x-user-defined", BYTES("A\x80\xFF"), "A\xEF\x9E\x80\xEF\x9F\xBF");
    check_decode("replacement", BYTES("anything <b>"), BAD);
    check_decode("replacement", BYTES(""), "");
}

static void a_bad_byte_never_swallows_ascii_behind_it(void **state)
{
    (void)state;
    check_decode("utf-8", BYTES("\xE2\x82<"), BAD "<");
    check_decode("windows-1253", BYTES("\xD2<"), BAD "<");
    check_decode("gbk", BYTES("\x81<\xFF\x81\x7F\x80"), BAD "<" BAD BAD "\x7F€");
    check_decode("gb18030", BYTES("\x81\x30<\x81\x30\x81<"), BAD "0<" BAD "0" BAD "<");
    check_decode("big5", BYTES("\x81<\x80\x81\x40\xA1\x80"), BAD "<" BAD BAD "@" BAD);
    check_decode("euc-jp", BYTES("\xA1<\x8F\xA1<\x8E<\x8E\xE0\xA1\x41\x8F\xFF"),
                 BAD "<" BAD "<" BAD "<" BAD BAD "A" BAD);
    check_decode("shift_jis", BYTES("\x81<\xA0\xFD\x81\xFF\x85\x40"), BAD "<" BAD BAD BAD BAD "@");
    check_decode("euc-kr", BYTES("\x81<\xC9\x41\xFF\x80"), BAD "<" BAD "A" BAD BAD);
    check_decode("iso-2022-jp", BYTES("\x1B<\x0E\x80\x1B(<\x1B$BF\x1B(B<"), BAD "<" BAD BAD BAD "(<" BAD "<");
}

static void what_the_end_cuts_is_one_error(void **state)
{
    (void)state;
    check_decode("utf-8", BYTES("\xF0\x9F\x98"), BAD);
    check_decode("gb18030", BYTES("\x81"), BAD);
    check_decode("gb18030", BYTES("\x81\x30"), BAD);
    check_decode("gb18030", BYTES("\x81\x30\x81"), BAD);
    check_decode("big5", BYTES("\xA7"), BAD);
    check_decode("euc-jp", BYTES("\x8F\xA1"), BAD);
    check_decode("shift_jis", BYTES("\x93"), BAD);
    check_decode("euc-kr", BYTES("\xC7"), BAD);
    check_decode("iso-2022-jp", BYTES("\x1B$BF"), BAD);
    check_decode("iso-2022-jp", BYTES("\x1B"), BAD);
    check_decode("iso-2022-jp", BYTES("\x1B$"), BAD "$");
    check_decode("utf-16le", BYTES("A\0B"), "A" BAD);
    check_decode("utf-16le", BYTES("\x3D\xD8"), BAD);
    check_decode("utf-16le", BYTES("\x3D\xD8\x00"), BAD);
    check_decode("utf-16be", BYTES("\xDE\0\xD8\x3D\0A"), BAD BAD "A");
}

static void two_escapes_in_a_row_are_an_error_in_iso_2022_jp(void **state)
{
    (void)state;
    check_decode("iso-2022-jp", BYTES("\x1B$B\x1B(Ba"), BAD "a");
    check_decode("iso-2022-jp", BYTES("\x1B(Ba\x1B(Bb"), "ab");
    check_decode("iso-2022-jp", BYTES("\x1B$B\x1B$B\x1B(B"), BAD BAD);
}

/* FNV-1a, 32 bits. */
static uint32_t hash(uint32_t so_far, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        so_far = (so_far ^ (unsigned char)bytes.data[i]) * 16777619u;
    return so_far;
}

/* The hash of what each of these two bytes decodes to, behind `prefix`. */
static uint32_t hash_of_pairs(const char *label, struct slice prefix)
{
    struct buf out = {.limit = 100};
    uint32_t result = 2166136261u;
    char in[3];

    memcpy(in, prefix.data, prefix.size);
    for (unsigned a = 0x80; a < 0x100; a++)
        for (unsigned b = 0; b < 0x100; b++) {
            in[prefix.size] = (char)a;
            in[prefix.size + 1] = (char)b;
            buf_clear(&out);
            assert_true(charset_decode(charset(label), (struct slice){in, prefix.size + 2}, &out));
            result = hash(result, buf_slice(&out));
        }
    buf_free(&out);
    return result;
}

/* The hashes were computed from what the TextDecoder of Chromium 156 gives (for
 * Big5 with the four pairs corrected that it gets wrong: 8862 8864 88A3 88A5). */
static void every_pair_of_bytes_decodes_as_in_a_browser(void **state)
{
    static const struct {
        const char *label;
        uint32_t hash;
    } ENCODINGS[] = {
        {"utf-8", 1454724165u},        {"ibm866", 1564544353u},        {"iso-8859-2", 1535982453u},
        {"iso-8859-3", 2683329823u},   {"iso-8859-4", 2740798829u},    {"iso-8859-5", 3205990027u},
        {"iso-8859-6", 3568430313u},   {"iso-8859-7", 3953526337u},    {"iso-8859-8", 1385270529u},
        {"iso-8859-8-i", 1385270529u}, {"iso-8859-10", 3106067805u},   {"iso-8859-13", 2720480073u},
        {"iso-8859-14", 2563293309u},  {"iso-8859-15", 2780268583u},   {"iso-8859-16", 2513778095u},
        {"koi8-r", 3520329437u},       {"koi8-u", 3416278585u},        {"macintosh", 4080260301u},
        {"windows-874", 1919276301u},  {"windows-1250", 2812377313u},  {"windows-1251", 569836017u},
        {"windows-1252", 2313598599u}, {"windows-1253", 2282863889u},  {"windows-1254", 131436589u},
        {"windows-1255", 258403637u},  {"windows-1256", 3780716037u},  {"windows-1257", 849745213u},
        {"windows-1258", 1687968717u}, {"x-mac-cyrillic", 793428149u}, {"gbk", 2578718638u},
        {"gb18030", 2578718638u},      {"big5", 1807975794u},          {"euc-jp", 852460707u},
        {"iso-2022-jp", 895346117u},   {"shift_jis", 578896223u},      {"euc-kr", 3149404786u},
        {"utf-16be", 401399493u},      {"utf-16le", 236597445u},       {"x-user-defined", 128091333u},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ENCODINGS / sizeof *ENCODINGS; i++)
        if (hash_of_pairs(ENCODINGS[i].label, BYTES("")) != ENCODINGS[i].hash)
            fail_msg("%s: %u", ENCODINGS[i].label, (unsigned)hash_of_pairs(ENCODINGS[i].label, BYTES("")));
    assert_int_equal(hash_of_pairs("euc-jp", BYTES("\x8F")), 1833782709u);
}

static void every_four_byte_sequence_of_gb18030_below_u_10000_is_encoded_back(void **state)
{
    struct buf decoded = {.limit = 100}, encoded = {.limit = 100};

    (void)state;
    for (unsigned pointer = 0; pointer < 39420; pointer++) {
        char in[4] = {(char)(0x81 + pointer / 12600), (char)(0x30 + pointer / 1260 % 10),
                      (char)(0x81 + pointer / 10 % 126), (char)(0x30 + pointer % 10)};

        buf_clear(&decoded);
        buf_clear(&encoded);
        assert_true(charset_decode(charset("gb18030"), (struct slice){in, 4}, &decoded));
        assert_true(charset_encode_query(charset("gb18030"), buf_slice(&decoded), &encoded));
        /* Characters that moved to two bytes in 2022 encode so. */
        if (encoded.size == 4)
            assert_memory_equal(encoded.data, in, 4);
        else
            assert_true(encoded.size == 2 && (in[0] == '\x82' || in[0] == '\x84'));
    }
    buf_free(&decoded);
    buf_free(&encoded);
}

static void every_length_of_input_and_limit_gives_a_prefix_at_a_character(void **state)
{
    static const char *const LABELS[] = {"utf-8",       "windows-1252", "gb18030", "big5",    "euc-jp",
                                         "iso-2022-jp", "shift_jis",    "euc-kr",  "utf-16le"};
    static const char IN[] = "<p>\x93\xFA\x96\x7B abc \xC3\xA9\xE2\x82\xAC\x1B$BF|K\\\x1B(B\x81\x30\x81\x30 "
                             "\xF0\x9F\x98\x80 \x8F\xB0\xA1\x88\x62 a longer run of ASCII at the end";

    (void)state;
    for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
        for (size_t size = 0; size < sizeof IN; size++) {
            struct buf whole = {.limit = 10000};

            assert_true(charset_decode(charset(LABELS[i]), (struct slice){IN, size}, &whole));
            assert_true(text_is_utf8(buf_slice(&whole)));
            for (size_t limit = 0; limit <= whole.size; limit++) {
                struct buf cut = {.limit = limit};
                bool fitted = charset_decode(charset(LABELS[i]), (struct slice){IN, size}, &cut);

                assert_int_equal(fitted, limit == whole.size);
                assert_int_equal(cut.full, !fitted);
                assert_true(cut.size <= limit && whole.size - cut.size <= whole.size - limit + 3);
                assert_true(cut.size == 0 || memcmp(cut.data, whole.data, cut.size) == 0);
                assert_true(text_is_utf8(buf_slice(&cut)));
                buf_free(&cut);
            }
            buf_free(&whole);
        }
}

/* --- encoding --------------------------------------------------------------------- */

static void check_query(const char *label, const char *in, const char *expected)
{
    struct buf out = {.limit = 1000};

    assert_true(charset_encode_query(charset(label), slice_of(in), &out));
    if (strcmp(out.size == 0 ? "" : out.data, expected) != 0)
        fail_msg("%s: \"%s\" gives \"%s\"", label, in, out.data);
    buf_free(&out);
}

static void a_query_is_encoded_and_what_an_encoding_lacks_becomes_a_reference(void **state)
{
    (void)state;
    check_query("utf-8", "aé😀", "aé😀");
    check_query("utf-16le", "aé", "aé");
    check_query("replacement", "aé", "aé");
    check_query("windows-1252", "a€é\xC2\x81Ж=1", "a\x80\xE9\x81%26%231046%3B=1");
    check_query("windows-1253", "\xEF\xBF\xBD", "%26%2365533%3B");
    check_query("koi8-r", "Жé", "\xF6%26%23233%3B");
    check_query("x-user-defined", "\xEF\x9E\x80é", "\x80%26%23233%3B");
    check_query("gbk", "你€😀", "\xC4\xE3\x80%26%23128512%3B");
    check_query("gb18030", "你€😀\xEE\x9F\x87\xEE\x97\xA5",
                "\xC4\xE3\xA2\xE3\x94\x39\xFC\x36\x81\x35\xF4\x37%26%2358853%3B");
    check_query("gb18030", "\xEE\xA0\x9E\xE9\xBE\xB4", "\xFE\x59\xFE\x59");
    check_query("big5", "你═十䏰𠕇\xE2\x95\xAA", "\xA7\x41\xF9\xF9\xA4\x51%26%2317392%3B\xFA\x40\xF9\xEA");
    check_query("euc-jp", "日¥‾ｶ−丂", "\xC6\xFC\\~\x8E\xB6\xA1\xDD%26%2319970%3B");
    check_query("shift_jis", "日¥‾ｶ−\xC2\x80纊", "\x93\xFA\\~\xB6\x81\x7C\x80\xFA\x5C");
    check_query("euc-kr", "한똠é", "\xC7\xD1\x8C\x63%26%23233%3B");
}

static void iso_2022_jp_queries_switch_sets_and_end_in_ascii(void **state)
{
    (void)state;
    check_query("iso-2022-jp", "a日b", "a\x1B$BF|\x1B(Bb");
    check_query("iso-2022-jp", "日", "\x1B$BF|\x1B(B");
    check_query("iso-2022-jp", "¥a\\", "\x1B(J\\a\x1B(B\\");
    check_query("iso-2022-jp", "ｶﾞ−", "\x1B$B%+!+!]\x1B(B");
    check_query("iso-2022-jp", "日é", "\x1B$BF|\x1B(B%26%23233%3B");
    check_query("iso-2022-jp", "\x1B\x0E", "%26%2365533%3B%26%2365533%3B");
}

static void an_encoded_query_stops_at_its_limit(void **state)
{
    struct buf out = {.limit = 4};

    (void)state;
    assert_false(charset_encode_query(charset("gbk"), slice_of("abc你"), &out));
    assert_string_equal(out.data, "abc");
    buf_free(&out);
    assert_false(charset_encode_query(charset("iso-2022-jp"), slice_of("日"), &out));
    buf_free(&out);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(white_space_and_case_of_a_label_do_not_count),
        cmocka_unit_test(what_is_no_label_names_nothing),
        cmocka_unit_test(each_encoding_has_its_characters),
        cmocka_unit_test(a_bad_byte_never_swallows_ascii_behind_it),
        cmocka_unit_test(what_the_end_cuts_is_one_error),
        cmocka_unit_test(two_escapes_in_a_row_are_an_error_in_iso_2022_jp),
        cmocka_unit_test(every_pair_of_bytes_decodes_as_in_a_browser),
        cmocka_unit_test(every_four_byte_sequence_of_gb18030_below_u_10000_is_encoded_back),
        cmocka_unit_test(every_length_of_input_and_limit_gives_a_prefix_at_a_character),
        cmocka_unit_test(a_query_is_encoded_and_what_an_encoding_lacks_becomes_a_reference),
        cmocka_unit_test(iso_2022_jp_queries_switch_sets_and_end_in_ascii),
        cmocka_unit_test(an_encoded_query_stops_at_its_limit),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}

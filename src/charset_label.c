#include "charset.h"

#include "charset_codec.h"
#include "charset_index.h"

#define LABEL_SIZE 32 /* no label is that long */

#define SINGLE(name, table)                                                                                            \
    {                                                                                                                  \
        name, codec_decode_single, codec_encode_single, table                                                          \
    }
#define MULTI(name, family)                                                                                            \
    {                                                                                                                  \
        name, codec_decode_##family, codec_encode_##family, 0                                                          \
    }

/* Chapter 4.2 of the Encoding Standard. The labels are separated by spaces, with
 * one at either end. */
static const struct {
    struct charset charset;
    const char *labels;
} ENCODINGS[] = {
    {{"utf-8", codec_decode_utf8, NULL, 0},
     " unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8 "},
    {SINGLE("ibm866", SINGLE_IBM866), " 866 cp866 csibm866 ibm866 "},
    {SINGLE("iso-8859-2", SINGLE_ISO_8859_2),
     " csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2 "},
    {SINGLE("iso-8859-3", SINGLE_ISO_8859_3),
     " csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 "},
    {SINGLE("iso-8859-4", SINGLE_ISO_8859_4),
     " csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4 "},
    {SINGLE("iso-8859-5", SINGLE_ISO_8859_5),
     " csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 "},
    {SINGLE("iso-8859-6", SINGLE_ISO_8859_6),
     " arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i"
     " iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 "},
    {SINGLE("iso-8859-7", SINGLE_ISO_8859_7),
     " csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
     " iso_8859-7:1987 sun_eu_greek "},
    {SINGLE("iso-8859-8", SINGLE_ISO_8859_8),
     " csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8"
     " iso_8859-8:1988 visual "},
    {SINGLE("iso-8859-8-i", SINGLE_ISO_8859_8), " csiso88598i iso-8859-8-i logical "},
    {SINGLE("iso-8859-10", SINGLE_ISO_8859_10), " csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
    {SINGLE("iso-8859-13", SINGLE_ISO_8859_13), " iso-8859-13 iso8859-13 iso885913 "},
    {SINGLE("iso-8859-14", SINGLE_ISO_8859_14), " iso-8859-14 iso8859-14 iso885914 "},
    {SINGLE("iso-8859-15", SINGLE_ISO_8859_15), " csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 "},
    {SINGLE("iso-8859-16", SINGLE_ISO_8859_16), " iso-8859-16 "},
    {SINGLE("koi8-r", SINGLE_KOI8_R), " cskoi8r koi koi8 koi8-r koi8_r "},
    {SINGLE("koi8-u", SINGLE_KOI8_U), " koi8-ru koi8-u "},
    {SINGLE("macintosh", SINGLE_MACINTOSH), " csmacintosh mac macintosh x-mac-roman "},
    {SINGLE("windows-874", SINGLE_WINDOWS_874), " dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 "},
    {SINGLE("windows-1250", SINGLE_WINDOWS_1250), " cp1250 windows-1250 x-cp1250 "},
    {SINGLE("windows-1251", SINGLE_WINDOWS_1251), " cp1251 windows-1251 x-cp1251 "},
    {SINGLE("windows-1252", SINGLE_WINDOWS_1252),
     " ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1"
     " iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 "},
    {SINGLE("windows-1253", SINGLE_WINDOWS_1253), " cp1253 windows-1253 x-cp1253 "},
    {SINGLE("windows-1254", SINGLE_WINDOWS_1254),
     " cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5"
     " windows-1254 x-cp1254 "},
    {SINGLE("windows-1255", SINGLE_WINDOWS_1255), " cp1255 windows-1255 x-cp1255 "},
    {SINGLE("windows-1256", SINGLE_WINDOWS_1256), " cp1256 windows-1256 x-cp1256 "},
    {SINGLE("windows-1257", SINGLE_WINDOWS_1257), " cp1257 windows-1257 x-cp1257 "},
    {SINGLE("windows-1258", SINGLE_WINDOWS_1258), " cp1258 windows-1258 x-cp1258 "},
    {SINGLE("x-mac-cyrillic", SINGLE_X_MAC_CYRILLIC), " x-mac-cyrillic x-mac-ukrainian "},
    {{"gbk", codec_decode_gb18030, codec_encode_gbk, 0},
     " chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk "},
    {MULTI("gb18030", gb18030), " gb18030 "},
    {MULTI("big5", big5), " big5 big5-hkscs cn-big5 csbig5 x-x-big5 "},
    {MULTI("euc-jp", euc_jp), " cseucpkdfmtjapanese euc-jp x-euc-jp "},
    {{"iso-2022-jp", codec_decode_iso_2022_jp, NULL, 0}, " csiso2022jp iso-2022-jp "},
    {MULTI("shift_jis", shift_jis), " csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis "},
    {MULTI("euc-kr", euc_kr),
     " cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 "},
    {{"replacement", codec_decode_replacement, NULL, 0},
     " csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement "},
    {{"utf-16be", codec_decode_utf16be, NULL, 0}, " unicodefffe utf-16be "},
    {{"utf-16le", codec_decode_utf16le, NULL, 0},
     " csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le "},
    {MULTI("x-user-defined", user_defined), " x-user-defined "},
};

#define ENCODING_COUNT (sizeof ENCODINGS / sizeof *ENCODINGS)

static bool is_white(char c) /* "ASCII whitespace" */
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

const struct charset *charset_by_label(struct slice label)
{
    char word[LABEL_SIZE + 3] = " ";

    while (label.size > 0 && is_white(label.data[0]))
        label = (struct slice){label.data + 1, label.size - 1};
    while (label.size > 0 && is_white(label.data[label.size - 1]))
        label.size--;
    if (label.size == 0 || label.size > LABEL_SIZE)
        return NULL;
    for (size_t i = 0; i < label.size; i++) {
        char c = label.data[i];

        if (c <= ' ') /* it would match across two labels, or end the word */
            return NULL;
        word[i + 1] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    word[label.size + 1] = ' ';
    for (size_t i = 0; i < ENCODING_COUNT; i++)
        if (strstr(ENCODINGS[i].labels, word) != NULL)
            return &ENCODINGS[i].charset;
    return NULL;
}

const char *charset_name(const struct charset *charset)
{
    return charset->name;
}

const struct charset *charset_utf8(void)
{
    return &ENCODINGS[0].charset;
}

bool charset_leaves(const struct charset *charset, struct slice in)
{
    if (charset == charset_utf8())
        return text_is_utf8(in);
    if (charset->decode == codec_decode_replacement || charset->decode == codec_decode_iso_2022_jp ||
        charset->decode == codec_decode_utf16be || charset->decode == codec_decode_utf16le)
        return false;
    return text_ascii_size(in) == in.size;
}

bool charset_decode(const struct charset *charset, struct slice in, struct buf *out)
{
    return charset->decode(charset, in, out);
}

bool charset_encode_query(const struct charset *charset, struct slice in, struct buf *out)
{
    if (charset->decode == codec_decode_iso_2022_jp)
        return codec_query_iso_2022_jp(in, out);
    if (charset->encode == NULL)
        return buf_add(out, in.data, in.size);
    while (in.size > 0) {
        struct slice run = {in.data, text_ascii_size(in)};
        char bytes[4];

        if (run.size > 0) {
            in = (struct slice){in.data + run.size, in.size - run.size};
        } else {
            uint32_t character = text_next(&in);

            run = (struct slice){bytes, charset->encode(charset, character, bytes)};
            if (run.size == 0 && !codec_query_lacks(out, character))
                return false;
        }
        if (!buf_add(out, run.data, run.size))
            return false;
    }
    return true;
}

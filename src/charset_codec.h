#ifndef CRAWL_CHARSET_CODEC_H
#define CRAWL_CHARSET_CODEC_H

#include "text.h"

/* What an encoding is made of. For the files of charset only: they decode into a
 * `struct sink`, so that the limit of the buf is looked after in one place.
 */

struct charset {
    const char *name; /* lower case */

    /* As charset_decode(). */
    bool (*decode)(const struct charset *charset, struct slice in, struct buf *out);

    /* Writes a character that is not ASCII to bytes[]; gives its size, 0 if the
     * encoding lacks it. NULL: encodes as UTF-8, or (ISO-2022-JP) with a state. */
    size_t (*encode)(const struct charset *charset, uint32_t character, char bytes[4]);

    unsigned table; /* enum charset_single, where decode is codec_decode_single */
};

#define REPLACEMENT_CHARACTER 0xFFFDu

/* The end of a buf that is being written to. Between sink_open() and
 * sink_close() nobody else touches the buf. */
struct sink {
    struct buf *out;
    char *at;  /* where the next byte goes */
    char *end; /* end of the room there is */
    bool cut;  /* the limit is reached */
};

/* `expected`: bytes that will probably be added. */
void sink_open(struct sink *sink, struct buf *out, size_t expected);

/* False if the limit cut something. */
bool sink_close(struct sink *sink);

/* Adds bytes of valid UTF-8, or as many whole characters as fit. False at the limit: the end. */
bool sink_add(struct sink *sink, struct slice bytes);

/* The same for one character, when room is scarce. */
bool sink_put_scarce(struct sink *sink, uint32_t character);

static inline bool sink_put(struct sink *sink, uint32_t character)
{
    if (sink->end - sink->at < 4)
        return sink_put_scarce(sink, character);
    sink->at += text_put(sink->at, character);
    return true;
}

/* Reads one character at `p`, whose first byte is not ASCII; `left`, at least 1,
 * bytes are there. Writes it to characters[0] and gives how many bytes it took.
 * An error is REPLACEMENT_CHARACTER. A second character, which is 0 when called,
 * goes to characters[1]. `indexes` are those of charset_indexes(). */
typedef size_t codec_step(const unsigned char *p, size_t left, const uint32_t *const *indexes, uint32_t characters[2]);

/* Decodes an encoding in which ASCII bytes are ASCII wherever a character may begin. */
bool codec_decode_steps(codec_step *step, struct slice in, struct buf *out);

/* --- the encodings ---------------------------------------------------------- */

typedef bool codec_decode(const struct charset *charset, struct slice in, struct buf *out);
typedef size_t codec_encode(const struct charset *charset, uint32_t character, char bytes[4]);

codec_decode codec_decode_utf8, codec_decode_utf16le, codec_decode_utf16be, codec_decode_replacement;
codec_decode codec_decode_single, codec_decode_user_defined;
codec_decode codec_decode_gb18030, codec_decode_big5, codec_decode_euc_kr;
codec_decode codec_decode_euc_jp, codec_decode_shift_jis, codec_decode_iso_2022_jp;

codec_encode codec_encode_single, codec_encode_user_defined;
codec_encode codec_encode_gb18030, codec_encode_gbk, codec_encode_big5, codec_encode_euc_kr;
codec_encode codec_encode_euc_jp, codec_encode_shift_jis;

/* As charset_encode_query(), for ISO-2022-JP. */
bool codec_query_iso_2022_jp(struct slice in, struct buf *out);

/* Appends what stands for a character that an encoding lacks. */
bool codec_query_lacks(struct buf *out, uint32_t character);

#endif

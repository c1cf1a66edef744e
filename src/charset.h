#ifndef CRAWL_CHARSET_H
#define CRAWL_CHARSET_H

#include "buf.h"

/* Character encodings as the WHATWG Encoding Standard has them: every encoding
 * by every label, with its decoder's exact error behaviour. Pure: bytes in,
 * UTF-8 out. Threads: any; a `struct charset` is constant and lives for ever.
 */
struct charset;

/* Where the choice of a page's encoding came from. */
enum charset_source {
    CHARSET_FROM_BOM,
    CHARSET_FROM_HEADER,
    CHARSET_FROM_META,
    CHARSET_FROM_XML,     /* the XML declaration */
    CHARSET_FROM_UTF8,    /* nothing declared, and it is valid UTF-8 */
    CHARSET_FROM_GUESS,   /* nothing declared: detected from the bytes */
    CHARSET_FROM_DEFAULT, /* nothing declared, nothing detected */
    CHARSET_SOURCE_COUNT
};

/* "bom", "header", "meta", "xml", "utf8", "guess", "default". */
const char *charset_source_name(enum charset_source source);

/* "get an encoding": ASCII white space round the label and its case do not
 * count. NULL: no encoding of the standard has this label. */
const struct charset *charset_by_label(struct slice label);

/* The encoding's name in lower case, such as "windows-1252". */
const char *charset_name(const struct charset *charset);

/* UTF-8, never NULL. */
const struct charset *charset_utf8(void);

/* The encoding of a page, as a browser finds it: BOM; `header`, the value of the
 * charset parameter of Content-Type (empty if there is none); the first meta
 * that an HTML parser would act on, wherever it stands; the prescan of the first
 * 1,024 bytes, which sees more than a parser does; the XML declaration; UTF-8 if
 * it is valid and more than ASCII; detection; windows-1252. With `xml` the rules
 * of XML: BOM, header, declaration, UTF-8. *bom_size is how many bytes to skip
 * before decoding. Never NULL. */
const struct charset *charset_of_page(struct slice body, struct slice header, bool xml, enum charset_source *source,
                                      size_t *bom_size);

/* True if charset_decode() would give the bytes as they are: they are UTF-8 already. */
bool charset_leaves(const struct charset *charset, struct slice in);

/* Appends `in`, decoded to valid UTF-8: each error is a U+FFFD exactly where the
 * standard has it. A BOM is not treated specially. False when the limit of
 * `out` cut it; what fitted stands there, cut at a character boundary. */
bool charset_decode(const struct charset *charset, struct slice in, struct buf *out);

/* Appends valid UTF-8 `in` as the bytes of `charset`, as URL queries need it
 * ("percent-encode after encoding"): a character that the encoding lacks becomes
 * "%26%23NNN%3B" (already percent-encoded), all else raw bytes for the caller to
 * percent-encode. UTF-16 and replacement encode as UTF-8 ("get an output
 * encoding"). False when the limit of `out` cut it. */
bool charset_encode_query(const struct charset *charset, struct slice in, struct buf *out);

#endif

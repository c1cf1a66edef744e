#include "sitemap.h"

#include "charset.h"
#include "decode.h"
#include "sitemap_xml.h"

#include <strings.h>

#define GZIP_DEPTH  2u           /* gzip in gzip, and no further */
#define HEAD_BYTES  1024u        /* seen before it is decided what it is, as browsers do for encodings */
#define PIECE_BYTES 1024u        /* of gzip at a time: deflate makes at most 1,032 times as much of it */
#define CHUNK_BYTES (64u * 1024) /* decoded to UTF-8 at a time */
#define LINE_BYTES  (64u * 1024) /* of a text list; a longer line is no URL */

/* The bytes at one depth of packing: those given, what was gzip in them, what was gzip in that. */
struct layer {
    struct buf head; /* the first HEAD_BYTES, until it is decided */
    bool decided;
    struct decode *decode; /* NULL: this is the sitemap itself */
    struct buf unpacked;   /* what one piece became */
    size_t unpacked_bytes; /* in all */
};

enum content { CONTENT_XML, CONTENT_TEXT };

struct reader {
    const struct sitemap_limits *limits;
    struct sitemap_out out;
    struct layer layers[GZIP_DEPTH + 1];
    bool broken; /* a limit or an error ended it early */

    struct slice charset_label; /* of the Content-Type */
    const struct charset *charset;
    bool utf16;
    struct buf undecoded; /* the end of a chunk, that may be half of something */
    struct buf decoded;

    enum content content;
    struct sitemap_xml *xml; /* for CONTENT_XML */
    struct buf line;         /* for CONTENT_TEXT */
    bool has_urls;           /* a line was one */
};

const char *sitemap_kind_name(enum sitemap_kind kind)
{
    static const char *const names[] = {"none", "urlset", "index", "text", "rss", "atom"};

    return names[kind];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- Text lists ----------------------------------------------------------------- */

static void tell_line(struct reader *r)
{
    struct slice line = sitemap_trimmed(buf_slice(&r->line));
    bool is_url = !r->line.full && ((line.size > 7 && strncasecmp(line.data, "http://", 7) == 0) ||
                                    (line.size > 8 && strncasecmp(line.data, "https://", 8) == 0));

    r->has_urls |= is_url;
    if (is_url)
        sitemap_tell_entry(&r->out, line, -1);
    buf_clear(&r->line);
}

static void read_lines(struct reader *r, struct slice text)
{
    for (size_t i = 0; i < text.size && !r->out.over; i++)
        if (text.data[i] == '\n' || text.data[i] == '\r')
            tell_line(r);
        else
            buf_add_char(&r->line, text.data[i]);
}

/* --- Encodings ------------------------------------------------------------------ */

static void read_utf8(struct reader *r, struct slice text)
{
    if (r->content == CONTENT_XML)
        sitemap_xml_feed(r->xml, text);
    else
        read_lines(r, text);
}

/* How much of `bytes` can be decoded without what follows: up to a blank or a line's end, which are no part of another
 * character in any encoding; in UTF-16 up to a whole character. */
static size_t whole_characters(const struct reader *r, struct slice bytes)
{
    size_t size = bytes.size;

    if (r->utf16) {
        size -= size % 2;
        /* High surrogates are d800 to dbff; which byte is the upper one does not matter much. */
        if (size >= 2 && (((unsigned char)bytes.data[size - 1] & 0xfc) == 0xd8 ||
                          ((unsigned char)bytes.data[size - 2] & 0xfc) == 0xd8))
            size -= 2;
        return size;
    }
    while (size > 0 && (unsigned char)bytes.data[size - 1] > ' ')
        size--;
    return size > 0 ? size : bytes.size;
}

static void decode_chunk(struct reader *r, struct slice bytes)
{
    buf_clear(&r->decoded);
    charset_decode(r->charset, bytes, &r->decoded);
    read_utf8(r, buf_slice(&r->decoded));
}

/* The sitemap itself, in its own encoding. */
static void read_content(struct reader *r, struct slice bytes)
{
    if (r->charset == charset_utf8()) {
        read_utf8(r, bytes); /* not validated: each URL is when it is told */
        return;
    }
    while (bytes.size > 0 && !r->out.over) {
        size_t size = CHUNK_BYTES - r->undecoded.size, whole;

        size = size < bytes.size ? size : bytes.size;
        buf_add(&r->undecoded, bytes.data, size);
        bytes.data += size;
        bytes.size -= size;
        whole = whole_characters(r, buf_slice(&r->undecoded));
        decode_chunk(r, (struct slice){r->undecoded.data, whole});
        r->undecoded.size -= whole;
        memmove(r->undecoded.data, r->undecoded.data + whole, r->undecoded.size);
    }
}

/* Finds out encoding and form from the first bytes. Gives the size of the byte order mark. */
static size_t decide_content(struct reader *r, struct slice head)
{
    enum charset_source source;
    struct buf utf8 = {.limit = HEAD_BYTES * 4};
    size_t bom_size, i = 0;

    r->charset = charset_of_page(head, r->charset_label, true, &source, &bom_size);
    r->utf16 = strncmp(charset_name(r->charset), "utf-16", 6) == 0;
    charset_decode(r->charset, (struct slice){head.data + bom_size, head.size - bom_size}, &utf8);
    while (i < utf8.size && (unsigned char)utf8.data[i] <= ' ')
        i++;
    r->content = i < utf8.size && utf8.data[i] == '<' ? CONTENT_XML : CONTENT_TEXT;
    if (r->content == CONTENT_XML)
        r->xml = sitemap_xml_new(&r->out);
    buf_free(&utf8);
    return bom_size;
}

/* --- Layers --------------------------------------------------------------------- */

static void layer_feed(struct reader *r, unsigned depth, struct slice bytes);

static void unpack(struct reader *r, unsigned depth, struct slice bytes)
{
    struct layer *l = &r->layers[depth];

    while (bytes.size > 0 && !r->out.over && !r->broken) {
        size_t size = bytes.size < PIECE_BYTES ? bytes.size : PIECE_BYTES;
        enum decode_status status;

        buf_clear(&l->unpacked);
        status = decode_feed(l->decode, (struct slice){bytes.data, size}, &l->unpacked);
        if (l->unpacked.size > r->limits->unpacked_bytes - l->unpacked_bytes) {
            l->unpacked.size = r->limits->unpacked_bytes - l->unpacked_bytes;
            status = DECODE_TOO_LARGE;
        }
        l->unpacked_bytes += l->unpacked.size;
        layer_feed(r, depth + 1, buf_slice(&l->unpacked));
        r->broken |= status != DECODE_OK;
        bytes.data += size;
        bytes.size -= size;
    }
}

/* What the first bytes of a layer say it is; then on with them. */
static void decide(struct reader *r, unsigned depth)
{
    struct layer *l = &r->layers[depth];
    struct slice head = l->head.size == 0 ? slice_of("") : buf_slice(&l->head);
    size_t skipped;

    l->decided = true;
    if (depth < GZIP_DEPTH && head.size >= 2 && memcmp(head.data, "\x1f\x8b", 2) == 0) {
        l->decode = decode_new(slice_of("gzip"), NULL);
        l->unpacked.limit = PIECE_BYTES * 1100;
        unpack(r, depth, head);
        return;
    }
    skipped = decide_content(r, head);
    read_content(r, (struct slice){head.data + skipped, head.size - skipped});
}

static void layer_feed(struct reader *r, unsigned depth, struct slice bytes)
{
    struct layer *l = &r->layers[depth];

    if (bytes.size == 0)
        return;
    if (!l->decided) {
        size_t size;

        /* White space before an XML declaration is no XML, but common. */
        while (l->head.size == 0 && bytes.size > 0 && is_blank(bytes.data[0])) {
            bytes.data++;
            bytes.size--;
        }
        size = HEAD_BYTES - l->head.size;
        size = size < bytes.size ? size : bytes.size;
        buf_add(&l->head, bytes.data, size);
        bytes.data += size;
        bytes.size -= size;
        if (l->head.size < HEAD_BYTES)
            return;
        decide(r, depth);
    }
    if (l->decode != NULL)
        unpack(r, depth, bytes);
    else
        read_content(r, bytes);
}

static void layer_end(struct reader *r, unsigned depth)
{
    struct layer *l = &r->layers[depth];

    if (!l->decided)
        decide(r, depth);
    if (l->decode == NULL)
        return;
    layer_end(r, depth + 1);
    r->broken |= decode_end(l->decode) != DECODE_OK;
}

/* --- The whole ------------------------------------------------------------------ */

static enum sitemap_kind finish(struct reader *r)
{
    static const enum sitemap_kind kinds[] = {
        [SITEMAP_ROOT_NONE] = SITEMAP_NONE,   [SITEMAP_ROOT_URLSET] = SITEMAP_URLSET,
        [SITEMAP_ROOT_INDEX] = SITEMAP_INDEX, [SITEMAP_ROOT_RSS] = SITEMAP_RSS,
        [SITEMAP_ROOT_ATOM] = SITEMAP_ATOM,
    };

    if (r->undecoded.size > 0 && !r->out.over)
        decode_chunk(r, buf_slice(&r->undecoded));
    if (r->content == CONTENT_TEXT) {
        /* A line that the limit or an error cut is no URL. */
        if (!r->broken)
            tell_line(r);
        return r->has_urls ? SITEMAP_TEXT : SITEMAP_NONE;
    }
    return kinds[sitemap_xml_finish(r->xml, &r->broken)];
}

enum sitemap_kind sitemap_read(struct slice body, struct slice charset_label, const struct sitemap_limits *limits,
                               sitemap_tell *tell, void *arg, bool *truncated)
{
    struct reader r = {
        .limits = limits,
        .charset_label = charset_label,
        .out = {.tell = tell, .arg = arg, .urls_left = limits->urls, .text = {.limit = 4 * LINE_BYTES}},
        .undecoded = {.limit = CHUNK_BYTES},
        .decoded = {.limit = 4 * CHUNK_BYTES},
        .line = {.limit = LINE_BYTES},
    };
    enum sitemap_kind kind;

    for (unsigned i = 0; i <= GZIP_DEPTH; i++)
        r.layers[i].head.limit = HEAD_BYTES;
    layer_feed(&r, 0, body);
    layer_end(&r, 0);
    kind = finish(&r);
    if (truncated != NULL)
        *truncated = kind != SITEMAP_NONE && (r.broken || r.out.over);
    for (unsigned i = 0; i <= GZIP_DEPTH; i++) {
        decode_free(r.layers[i].decode);
        buf_free(&r.layers[i].head);
        buf_free(&r.layers[i].unpacked);
    }
    sitemap_xml_free(r.xml);
    buf_free(&r.undecoded);
    buf_free(&r.decoded);
    buf_free(&r.line);
    buf_free(&r.out.text);
    return kind;
}

#include "text.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* 0x80 in every byte: set where a byte is not ASCII. */
#define HIGH_BITS UINT64_C(0x8080808080808080)

static inline uint64_t load_word(const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* The first byte from `p` on that is not ASCII, or `end`. */
static inline const unsigned char *skip_ascii(const unsigned char *p, const unsigned char *end)
{
    while (end - p >= 32) {
        if ((load_word(p) | load_word(p + 8) | load_word(p + 16) | load_word(p + 24)) & HIGH_BITS)
            break;
        p += 32;
    }
    while (end - p >= 8 && (load_word(p) & HIGH_BITS) == 0)
        p += 8;
    while (p < end && *p < 0x80)
        p++;
    return p;
}

static inline bool is_trail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The size of the character at `p`, whose first byte is not ASCII; 0 if it is
 * bad. The second byte's range keeps out overlong forms, surrogates and what is
 * beyond U+10FFFF (Unicode 3.9, table 3-7). */
static inline size_t wide_size(const unsigned char *p, size_t left)
{
    unsigned char lead = p[0];

    if (lead < 0xC2 || lead > 0xF4 || left < 2)
        return 0;
    if (lead < 0xE0)
        return is_trail(p[1]) ? 2 : 0;
    if (p[1] < (lead == 0xE0   ? 0xA0
                : lead == 0xF0 ? 0x90
                               : 0x80) ||
        p[1] > (lead == 0xED   ? 0x9F
                : lead == 0xF4 ? 0x8F
                               : 0xBF))
        return 0;
    if (left < 3 || !is_trail(p[2]))
        return 0;
    if (lead < 0xF0)
        return 3;
    return left >= 4 && is_trail(p[3]) ? 4 : 0;
}

size_t text_utf8_size(struct slice in)
{
    const unsigned char *start = (const unsigned char *)in.data, *p = start, *end;

    if (in.size == 0)
        return 0; /* data may be NULL */
    end = start + in.size;
    while (p < end) {
        p = skip_ascii(p, end);
        /* One ASCII byte between two others is a space between two words: not
         * worth the wide steps above. */
        while (p < end && (*p >= 0x80 || (end - p >= 2 && p[1] >= 0x80))) {
            size_t size = *p < 0x80 ? 1 : wide_size(p, (size_t)(end - p));

            if (size == 0)
                return (size_t)(p - start);
            p += size;
        }
    }
    return in.size;
}

size_t text_ascii_size(struct slice in)
{
    const unsigned char *start = (const unsigned char *)in.data;

    return in.size == 0 ? 0 : (size_t)(skip_ascii(start, start + in.size) - start);
}

bool text_is_utf8(struct slice in)
{
    return text_utf8_size(in) == in.size;
}

size_t text_utf8_bad_size(struct slice in, bool *cut)
{
    const unsigned char *p = (const unsigned char *)in.data;
    unsigned char lead = p[0];
    size_t whole = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, good = 1;

    *cut = false;
    if (lead < 0xC2 || lead > 0xF4)
        return 1;
    if (in.size > 1) {
        unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;

        if (p[1] < least || p[1] > most)
            return 1;
        for (good = 2; good < whole && good < in.size && is_trail(p[good]); good++)
            ;
    }
    *cut = good == in.size;
    return good;
}

uint32_t text_next(struct slice *in)
{
    const unsigned char *p = (const unsigned char *)in->data;
    size_t size = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t character = p[0];

    if (size == 2)
        character = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    else if (size == 3)
        character = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    else if (size == 4)
        character = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    in->data += size;
    in->size -= size;
    return character;
}

size_t text_put(char bytes[4], uint32_t character)
{
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (char)(0xC0 | character >> 6);
        bytes[1] = (char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (char)(0xE0 | character >> 12);
        bytes[1] = (char)(0x80 | (character >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (character & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | character >> 18);
    bytes[1] = (char)(0x80 | (character >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (character >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (character & 0x3F));
    return 4;
}

bool text_begins_nocase(struct slice in, const char *lower)
{
    size_t i;

    for (i = 0; i < in.size && lower[i] != '\0'; i++)
        if (in.data[i] != lower[i] && (in.data[i] < 'A' || in.data[i] > 'Z' || (in.data[i] | 0x20) != lower[i]))
            return false;
    return lower[i] == '\0';
}

bool text_is_nocase(struct slice in, const char *lower)
{
    return in.size == strlen(lower) && text_begins_nocase(in, lower);
}

struct slice text_prefix(struct slice in, size_t size)
{
    if (in.size <= size)
        return in;
    while (size > 0 && is_trail((unsigned char)in.data[size]))
        size--;
    return (struct slice){in.data, size};
}

/* Appends valid UTF-8, or as much of it as the limit allows. */
static bool add_valid(struct buf *out, struct slice in)
{
    if (in.size <= out->limit - out->size)
        return buf_add(out, in.data, in.size);
    in = text_prefix(in, out->limit - out->size);
    buf_add(out, in.data, in.size);
    out->full = true;
    return false;
}

/* Takes the longest run of valid UTF-8 off the start of `in`. If there is none,
 * gives U+FFFD and takes what it stands for. */
static struct slice next_run(struct slice *in)
{
    struct slice run = {in->data, text_utf8_size(*in)};
    size_t taken = run.size;
    bool cut;

    if (taken == 0) {
        taken = text_utf8_bad_size(*in, &cut);
        run = slice_of(REPLACEMENT);
    }
    in->data += taken;
    in->size -= taken;
    return run;
}

bool text_add_utf8(struct buf *out, struct slice in)
{
    while (in.size > 0)
        if (!add_valid(out, next_run(&in)))
            return false;
    return true;
}

/* Writes what `character` becomes to escape[], NUL-terminated; false: it stays
 * as it is. Never asked about letters and digits of ASCII. */
typedef bool escape_function(uint32_t character, char escape[16]);

static bool is_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

/* `run` is valid UTF-8. */
static bool add_run_escaped(struct buf *out, struct slice run, escape_function *escape)
{
    struct slice rest = run, kept = {run.data, 0};
    char replaced[16];

    while (rest.size > 0) {
        const char *at = rest.data;

        if (is_plain((unsigned char)*at)) {
            rest.data++;
            rest.size--;
            continue;
        }
        if (!escape(text_next(&rest), replaced))
            continue;
        kept.size = (size_t)(at - kept.data);
        if (!add_valid(out, kept) || !buf_add_string(out, replaced))
            return false;
        kept.data = rest.data;
    }
    kept.size = (size_t)(rest.data - kept.data);
    return add_valid(out, kept);
}

static bool add_escaped(struct buf *out, struct slice in, escape_function *escape)
{
    while (in.size > 0)
        if (!add_run_escaped(out, next_run(&in), escape))
            return false;
    return true;
}

/* Writes `prefix` and the last `digits` hexadecimal digits of `number`. */
static bool put_hex(char escape[16], const char *prefix, uint32_t number, int digits)
{
    size_t size = strlen(prefix);

    memcpy(escape, prefix, size);
    while (digits-- > 0)
        escape[size++] = "0123456789abcdef"[number >> (4 * digits) & 15];
    escape[size] = '\0';
    return true;
}

/* The characters that reorder their neighbours (UAX 9), and marks that do so unseen. */
static bool is_bidi_control(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool terminal_escape(uint32_t c, char escape[16])
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return put_hex(escape, "\\x", c, 2);
    if (c == 0x2028 || c == 0x2029 || is_bidi_control(c))
        return put_hex(escape, "\\u", c, 4);
    return false;
}

bool text_add_terminal(struct buf *out, struct slice in)
{
    return add_escaped(out, in, terminal_escape);
}

/* What RFC 8259 has a letter for. */
static bool json_letter(uint32_t c, char escape[16])
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* character, its letter */

    for (const char *name = named; *name != '\0'; name += 2) {
        if (c == (unsigned char)name[0]) {
            escape[0] = '\\';
            escape[1] = name[1];
            escape[2] = '\0';
            return true;
        }
    }
    return false;
}

static bool json_escape(uint32_t c, char escape[16])
{
    if (json_letter(c, escape))
        return true;
    if (c < 0x20 || c == 0x7F || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029)
        return put_hex(escape, "\\u", c, 4);
    return false;
}

bool text_add_json(struct buf *out, struct slice in)
{
    return add_escaped(out, in, json_escape);
}

static bool json_output_escape(uint32_t c, char escape[16])
{
    if (json_letter(c, escape))
        return true;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || is_bidi_control(c))
        return put_hex(escape, "\\u", c, 4);
    return false;
}

bool text_add_json_output(struct buf *out, struct slice in)
{
    return add_escaped(out, in, json_output_escape);
}

static bool html_escape(uint32_t c, char escape[16])
{
    const char *becomes = c == '&'    ? "&amp;"
                          : c == '<'  ? "&lt;"
                          : c == '>'  ? "&gt;"
                          : c == '"'  ? "&quot;"
                          : c == '\'' ? "&#39;"
                          : c == '\r' ? "&#13;" /* raw, a parser would make it LF */
                                      : NULL;

    if (becomes == NULL && ((c < 0x20 && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF))
        becomes = REPLACEMENT;
    if (becomes == NULL)
        return false;
    memcpy(escape, becomes, strlen(becomes) + 1);
    return true;
}

bool text_add_html(struct buf *out, struct slice in)
{
    return add_escaped(out, in, html_escape);
}

static bool double_quotes(uint32_t c, char escape[16])
{
    memcpy(escape, "\"\"", 3);
    return c == '"';
}

/* Some spreadsheets take the wide forms of East Asian text, too; and a line end for a blank before a formula. */
static bool begins_formula(struct slice in)
{
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

    if (in.size > 0 && memchr("=+-@\t\r\n", in.data[0], 7) != NULL)
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (in.size >= 3 && memcmp(in.data, wide[i], 3) == 0)
            return true;
    return false;
}

bool text_add_csv(struct buf *out, struct slice in, char separator)
{
    bool formula = begins_formula(in);
    bool quoted = false;

    for (size_t i = 0; i < in.size && !quoted; i++)
        quoted = in.data[i] == separator || in.data[i] == '"' || in.data[i] == '\n' || in.data[i] == '\r';
    if (quoted && !buf_add_char(out, '"'))
        return false;
    if (formula && !buf_add_char(out, '\''))
        return false;
    if (!(quoted ? add_escaped(out, in, double_quotes) : text_add_utf8(out, in)))
        return false;
    return !quoted || buf_add_char(out, '"');
}

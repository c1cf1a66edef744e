#include "token_write.h"

#include "mem.h"
#include "token_refs.h"

#include <stdlib.h>

enum byte_class { PLAIN, SPACE, ESCAPE, REFERENCE, NUL_BYTE, LAST_OF_PLANE };

#define E ESCAPE
#define S SPACE

/* What a byte of the page is to the short page. */
static const uint8_t CLASS[256] = {
    NUL_BYTE,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    S,
    S,
    E,
    S,
    S,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    E,
    [' '] = SPACE,
    ['"'] = ESCAPE,
    ['&'] = REFERENCE,
    ['\''] = ESCAPE,
    ['<'] = ESCAPE,
    ['>'] = ESCAPE,
    ['\\'] = ESCAPE,
    [0xEF] = LAST_OF_PLANE,
};

#undef E
#undef S

static const char REPLACEMENT[] = "\xEF\xBF\xBD";

void writer_free(struct writer *w)
{
    free(w->data);
    w->data = NULL;
    w->size = w->capacity = 0;
}

void writer_flush(struct writer *w)
{
    if (w->size > 0)
        w->flush(w->context, w->data, w->size);
    w->size = 0;
}

static char *room(struct writer *w, size_t more)
{
    if (w->capacity - w->size < more) {
        w->capacity = w->capacity + w->capacity / 2 + more;
        w->data = mem_resize(w->data, w->capacity);
    }
    return w->data + w->size;
}

void writer_bytes(struct writer *w, const char *bytes, size_t size)
{
    memcpy(room(w, size), bytes, size);
    w->size += size;
}

static char *put_escaped(char *out, unsigned char c)
{
    static const char HEX[] = "0123456789ABCDEF";

    out[0] = '\\';
    out[1] = HEX[c >> 4];
    out[2] = HEX[c & 15];
    return out + 3;
}

/* U+FFFE and U+FFFF, which XML has no place for, at a 0xEF. */
static bool is_noncharacter(const char *at, const char *end)
{
    return end - at >= 3 && (unsigned char)at[1] == 0xBF && (unsigned char)at[2] >= 0xBE;
}

/* One decoded character or reference text, which may hold any of them. */
static char *put_decoded(char *out, const char *text, size_t size)
{
    const char *end = text + size;

    for (; text < end; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == 0xEF && is_noncharacter(text, end)) {
            out = put_escaped(put_escaped(put_escaped(out, c), 0xBF), (unsigned char)text[2]);
            text += 2;
        } else if (CLASS[c] == PLAIN || CLASS[c] == LAST_OF_PLANE || c == ' ') {
            *out++ = (char)c;
        } else {
            out = put_escaped(out, c);
        }
    }
    return out;
}

/* What stands at *at and is not plain, decoded; moves *at behind it. */
static size_t decode_one(const char **at, const char *end, bool in_attribute, char text[REF_TEXT_SIZE])
{
    const char *p = *at;
    size_t size = 1, taken = 1;

    text[0] = *p;
    if (*p == '&') {
        taken = ref_read(p, end, in_attribute, text, &size);
        if (taken == 0) {
            taken = size = 1;
            text[0] = '&';
        }
    } else if (*p == '\0') {
        memcpy(text, REPLACEMENT, size = 3);
    } else if (*p == '\r') {
        /* CR LF is one line end; a CR alone too. */
        text[0] = '\n';
        taken = end - p > 1 && p[1] == '\n' ? 2 : 1;
    } else if ((unsigned char)*p == 0xEF) {
        memcpy(text, p, size = taken = end - p >= 3 ? 3 : 1);
    }
    *at = p + taken;
    return size;
}

/* Sixteen bytes at once, if the compiler's vectors can be so; values are mostly plain. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

/* Copies bytes that need nothing done to them, up to `stop`; moves *at behind them. */
static char *copy_plain(char *out, const char **at, const char *stop)
{
    const char *p = *at;

    while (stop - p >= 16) {
        bytes16 word;
        uint64_t halves[2];

        memcpy(&word, p, 16);
        memcpy(out, p, 16);
        word = (bytes16)(word < 0x20) | (bytes16)(word == '"') | (bytes16)(word == '&') | (bytes16)(word == '\'') |
               (bytes16)(word == '<') | (bytes16)(word == '>') | (bytes16)(word == '\\') | (bytes16)(word == 0xEF);
        memcpy(halves, &word, 16);
        if ((halves[0] | halves[1]) != 0)
            break;
        out += 16;
        p += 16;
    }
    while (p < stop && (CLASS[(unsigned char)*p] == PLAIN || *p == ' '))
        *out++ = *p++;
    *at = p;
    return out;
}

#define STEP 4096 /* bytes of the page for which room is made at once */

bool writer_attribute(struct writer *w, const char *name, struct slice value, size_t limit)
{
    const char *p = value.data, *end = p + value.size;
    size_t start = w->size, decoded = 0;
    char *out;

    writer_markup(w, " ");
    writer_markup(w, name);
    writer_markup(w, "=\"");
    while (p < end) {
        const char *stop = end - p > STEP ? p + STEP : end;

        out = room(w, 3 * STEP + 64);
        while (p < stop) {
            char text[REF_TEXT_SIZE];
            size_t size;
            const char *from = p;

            out = copy_plain(out, &p, stop);
            decoded += (size_t)(p - from);
            if (p == stop)
                break;
            size = decode_one(&p, end, true, text);
            out = put_decoded(out, text, size);
            decoded += size;
        }
        w->size = (size_t)(out - w->data);
        if (decoded > limit) {
            w->size = start;
            return false;
        }
    }
    *room(w, 1) = '"';
    w->size++;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* Writes the space that is due. */
static inline char *begin_word(struct text_run *run, char *out)
{
    if (run->space && run->started)
        *out++ = ' ';
    run->space = false;
    run->started = true;
    return out;
}

/* One step of writer_text(), for which there is room. */
static char *text_step(struct text_run *run, const char **at, const char *stop, const char *end, bool keep_nul,
                       char *out)
{
    const char *p = *at;

    while (p < stop) {
        char text[REF_TEXT_SIZE];
        size_t size;

        if (CLASS[(unsigned char)*p] == PLAIN) {
            out = begin_word(run, out);
            do
                *out++ = *p++;
            while (p < stop && CLASS[(unsigned char)*p] == PLAIN);
            continue;
        }
        if (CLASS[(unsigned char)*p] == SPACE) {
            run->space = true;
            p++;
            continue;
        }
        if (*p == '\0' && !keep_nul) {
            p++;
            continue;
        }
        size = decode_one(&p, end, false, text);
        if (size == 1 && is_space(text[0]))
            run->space = true;
        else
            out = put_decoded(begin_word(run, out), text, size);
    }
    *at = p;
    return out;
}

void writer_text(struct writer *w, struct text_run *run, struct slice text, bool keep_nul)
{
    const char *p = text.data, *end = p + text.size;

    while (p < end && run->left > 0) {
        const char *stop = end - p > STEP ? p + STEP : end;
        char *out = room(w, 4 * STEP + 64);
        size_t before = w->size, written;

        out = text_step(run, &p, stop, end, keep_nul, out);
        w->size = (size_t)(out - w->data);
        written = w->size - before;
        run->left = written < run->left ? run->left - written : 0;
        writer_settle(w);
    }
}

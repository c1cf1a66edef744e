#ifndef CRAWL_TOKEN_WRITE_H
#define CRAWL_TOKEN_WRITE_H

#include "buf.h"

#include <stdint.h>

/* Writes the short page: XML that is well-formed by construction and that every
 * XML parser reads on its fastest path. Character references of the page are
 * decoded; then each byte that XML treats specially or forbids
 *
 *     & < > " ' \   all below 0x20   U+FFFE U+FFFF
 *
 * becomes a backslash and two hexadecimal digits, which the reader undoes.
 * Threads: one at a time.
 */
struct writer {
    char *data;
    size_t size;
    size_t capacity;
    /* Where the bytes go, in pieces that end behind an element or within text. */
    void (*flush)(void *context, const char *data, size_t size);
    void *context;
};

#define WRITER_PIECE (64 * 1024) /* bytes after which a piece is flushed */

/* A run of text whose ASCII white space is stripped and collapsed across any
 * number of calls. Starts as {.left = N}. */
struct text_run {
    size_t left;  /* bytes that may still be written; the last call may exceed it a little */
    bool space;   /* white space is due before the next word */
    bool started; /* a word was written */
};

void writer_free(struct writer *w);

/* Gives what is left to flush(). */
void writer_flush(struct writer *w);

/* Appends bytes as they are. */
void writer_bytes(struct writer *w, const char *bytes, size_t size);

/* Appends markup as it is. */
static inline void writer_markup(struct writer *w, const char *markup)
{
    writer_bytes(w, markup, strlen(markup)); /* known when it is compiled */
}

/* Appends ` name="value"`, with `value` as it stands in the page. False if that
 * would be more than `limit` bytes decoded; then nothing was appended. */
bool writer_attribute(struct writer *w, const char *name, struct slice value, size_t limit);

/* Appends text as it stands in the page, white space collapsed. With `keep_nul` a
 * NUL is U+FFFD, else it is dropped. */
void writer_text(struct writer *w, struct text_run *run, struct slice text, bool keep_nul);

/* Flushes when a piece is full; for the end of an element. */
static inline void writer_settle(struct writer *w)
{
    if (w->size >= WRITER_PIECE)
        writer_flush(w);
}

#endif

#ifndef CRAWL_BUF_H
#define CRAWL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes that belong to someone else; not NUL-terminated. */
struct slice {
    const char *data;
    size_t size;
};

/* A growing run of bytes that is born with its limit. Starts as
 * `{.limit = N}`; ends with buf_free(). One thread at a time.
 *
 * data[size] is always a NUL once anything was added. Adding beyond the limit
 * adds nothing and gives false, and `full` stays set until buf_clear(): a long
 * chain of additions needs only one check at its end.
 */
struct buf {
    char *data;
    size_t size;
    size_t capacity; /* of data, the NUL included */
    size_t limit;    /* most bytes it will ever hold */
    bool full;       /* something did not fit */
};

/* Room for `more` bytes behind data[size], or NULL beyond the limit. The caller
 * writes there and adds to `size` itself; use is for tight loops. */
char *buf_room(struct buf *b, size_t more);

bool buf_add(struct buf *b, const void *bytes, size_t size);
bool buf_add_string(struct buf *b, const char *string);
bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool buf_add_char(struct buf *b, char c)
{
    if (b->size + 1 < b->capacity) {
        b->data[b->size++] = c;
        b->data[b->size] = '\0';
        return true;
    }
    return buf_add(b, &c, 1);
}

/* Empty, the memory kept for the next use. */
static inline void buf_clear(struct buf *b)
{
    b->size = 0;
    b->full = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

/* Gives the memory back; the buf is empty and can be used again. */
void buf_free(struct buf *b);

/* The same, but keeps up to `keep` bytes of memory: between uses of one that
 * may have held something large. */
void buf_trim(struct buf *b, size_t keep);

static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->data, b->size};
}

static inline struct slice slice_of(const char *string)
{
    return (struct slice){string, string == NULL ? 0 : strlen(string)};
}

static inline bool slice_is(struct slice s, const char *string)
{
    return s.size == strlen(string) && (s.size == 0 || memcmp(s.data, string, s.size) == 0);
}

#endif

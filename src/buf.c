#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

char *buf_room(struct buf *b, size_t more)
{
    /* "No limit" may be said as SIZE_MAX; half of that still is none, and sums of sizes do not overflow. */
    size_t limit = b->limit < SIZE_MAX / 2 ? b->limit : SIZE_MAX / 2;
    size_t capacity;

    if (more > limit || b->size > limit - more) {
        b->full = true;
        return NULL;
    }
    if (b->size + more + 1 <= b->capacity)
        return b->data + b->size;
    /* Half as much again, not double: bodies are what grows here. */
    capacity = b->capacity + b->capacity / 2 + 64;
    if (capacity < b->size + more + 1)
        capacity = b->size + more + 1;
    if (capacity > limit + 1)
        capacity = limit + 1;
    b->data = mem_resize(b->data, capacity);
    b->capacity = capacity;
    return b->data + b->size;
}

bool buf_add(struct buf *b, const void *bytes, size_t size)
{
    char *room = buf_room(b, size);

    if (room == NULL)
        return false;
    if (size > 0)
        memcpy(room, bytes, size);
    b->size += size;
    b->data[b->size] = '\0';
    return true;
}

bool buf_add_string(struct buf *b, const char *string)
{
    return buf_add(b, string, strlen(string));
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    char *room;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    room = length < 0 ? NULL : buf_room(b, (size_t)length);
    if (room != NULL) {
        vsnprintf(room, (size_t)length + 1, format, again);
        b->size += (size_t)length;
    }
    va_end(again);
    return room != NULL;
}

void buf_free(struct buf *b)
{
    free(b->data);
    b->data = NULL;
    b->size = b->capacity = 0;
    b->full = false;
}

void buf_trim(struct buf *b, size_t keep)
{
    if (b->capacity > keep)
        buf_free(b);
    else
        buf_clear(b);
}

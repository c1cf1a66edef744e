#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LARGE_BLOCK_BYTES (256 * 1024)
#define KEPT_BYTES        (4 * 1024 * 1024) /* at the end of an arena */
#define GROWTH_BYTES      (256 * 1024)

void mem_exhausted(size_t size)
{
    fprintf(stderr, "crawl: error: out of memory (%zu bytes wanted); run the same command again to go on\n", size);
    /* Not exit(): the other threads still run and hold what the handlers would free. */
    _Exit(1);
}

static void *checked(void *block, size_t size)
{
    if (block == NULL && size > 0)
        mem_exhausted(size);
    return block;
}

void mem_tune(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_TOP_PAD, GROWTH_BYTES);
#endif
}

void mem_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void *mem_alloc(size_t size)
{
    return checked(malloc(size), size);
}

void *mem_new(size_t size)
{
    return checked(calloc(1, size), size);
}

void *mem_array(size_t count, size_t size)
{
    return checked(calloc(count, size), size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
}

void *mem_resize(void *block, size_t size)
{
    return checked(realloc(block, size), size);
}

char *mem_copy(const void *bytes, size_t size)
{
    char *copy = size == SIZE_MAX ? NULL : malloc(size + 1);

    if (copy == NULL)
        mem_exhausted(size);
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

char *mem_string(const char *string)
{
    return string == NULL ? NULL : mem_copy(string, strlen(string));
}

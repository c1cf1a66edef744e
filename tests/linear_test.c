#include "cases.h"
#include "charset.h"
#include "date.h"
#include "domain.h"
#include "extract.h"
#include "html.h"
#include "mem.h"
#include "mime.h"
#include "robots.h"
#include "robots_tag.h"
#include "scope.h"
#include "sitemap.h"
#include "text.h"
#include "url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Whatever stands in ten megabytes from a stranger, reading them takes processor time in proportion. Each text is read
 * in two sizes, the one four times the other: a quadratic reader takes sixteen times as long. */

#define LARGE   (10u << 20)
#define RATIO   8   /* of the times; 4 is what is expected */
#define FREE_MS 400 /* so much more is allowed: clock ticks, caches, pages that are touched for the first time */

typedef void read_text(struct slice text);

/* `start`, then `part` again and again ('%': a new number each time), and `end`. */
struct hard {
    const char *start, *part, *end;
};

static void make(struct buf *text, const struct hard *hard, size_t size)
{
    buf_add_string(text, hard->start);
    for (unsigned i = 0; text->size + 32 < size; i++)
        for (const char *c = hard->part; *c != '\0'; c++)
            if (*c == '%')
                buf_printf(text, "%u", i);
            else
                buf_add_char(text, *c);
    buf_add_string(text, hard->end);
}

static int64_t time_of(read_text *reader, const struct hard *hard, size_t size)
{
    struct buf text = {.limit = size + 1024};
    int64_t start;

    make(&text, hard, size);
    start = cpu_ms();
    reader(buf_slice(&text));
    start = cpu_ms() - start;
    buf_free(&text);
    return start;
}

static void assert_linear(read_text *reader, const struct hard *hard, size_t count, size_t large)
{
    for (size_t i = 0; i < count; i++) {
        int64_t small_ms = time_of(reader, &hard[i], large / 4);
        int64_t large_ms = time_of(reader, &hard[i], large);

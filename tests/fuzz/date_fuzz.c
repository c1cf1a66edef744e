/* A date of a sitemap or feed, and the same with white space round it. */

#include "date.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct buf wide = {.limit = 1u << 20};
    int64_t ms = date_parse_ms(text);

    if (ms < -1)
        abort();
    buf_add_string(&wide, " \t");
    buf_add(&wide, text.data, text.size);
    buf_add_string(&wide, "\n ");
    if (!wide.full && date_parse_ms(buf_slice(&wide)) != ms)
        abort();
    buf_free(&wide);
    return 0;
}

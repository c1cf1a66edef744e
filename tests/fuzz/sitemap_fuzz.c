/* A sitemap, as it comes. */

#include "sitemap.h"

#include "text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *arg, struct slice loc, int64_t lastmod_ms)
{
    size_t *count = arg;

    if (loc.size == 0 || !text_is_utf8(loc) || lastmod_ms < -1 || ++*count > 1000)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sitemap_limits limits = {.unpacked_bytes = 1u << 20, .urls = 1000};
    size_t count = 0;
    bool truncated;
    enum sitemap_kind kind =
        sitemap_read((struct slice){(const char *)data, size}, slice_of(""), &limits, check, &count, &truncated);

    if (kind == SITEMAP_NONE && count > 0)
        abort();
    return 0;
}

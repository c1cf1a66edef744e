#include "scope_inside.h"

#include <string.h>

/* Comparing each part with each is quadratic: a path of more parts than this is taken for one that repeats. */
#define MANY_PARTS 500

const char *scope_guard(const struct scope_limits *limits, const struct url *url)
{
    struct slice path = url_path(url);
    int parts = 0;

    if (limits->url_bytes > 0 && url->text.size > limits->url_bytes)
        return "URL length";
    for (size_t i = 0; i + 1 < path.size; i++)
        parts += path.data[i] == '/';
    if (limits->path_parts > 0 && parts > limits->path_parts)
        return "path parts";
    if (limits->part_repeats <= 0 || parts <= limits->part_repeats)
        return NULL;
    if (parts > MANY_PARTS)
        return "repeated path part";
    for (size_t i = 1; i < path.size;) {
        const char *end = memchr(path.data + i, '/', path.size - i);
        size_t size = end == NULL ? path.size - i : (size_t)(end - (path.data + i));
        int repeats = 1;

        for (size_t j = i + size + 1; j + size <= path.size && repeats <= limits->part_repeats && size > 0;) {
            const char *next = memchr(path.data + j, '/', path.size - j);
            size_t other = next == NULL ? path.size - j : (size_t)(next - (path.data + j));

            repeats += other == size && memcmp(path.data + i, path.data + j, size) == 0;
            j += other + 1;
        }
        if (repeats > limits->part_repeats)
            return "repeated path part";
        i += size + 1;
    }
    return NULL;
}

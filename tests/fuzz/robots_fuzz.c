/* A robots.txt: the first line of the input is the target asked for, the rest is the file. */

#include "robots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = size == 0 ? NULL : memchr(text, '\n', size);
    struct slice target = {text, end == NULL ? 0 : (size_t)(end - text)};
    struct slice body = {text + target.size, size - target.size};
    struct robots *robots = robots_parse(body, "crawl");
    struct robots_verdict verdict = robots_check(robots, target);

    if ((!verdict.allowed && verdict.line == 0) || (verdict.line == 0 && verdict.rule.size > 0) ||
        robots_delay_ms(robots) < -1 || robots_bytes_left_out(robots) > body.size)
        abort();
    for (size_t i = 0; i < robots_sitemap_count(robots); i++)
        if (robots_sitemap(robots, i).size == 0)
            abort();
    robots_free(robots);
    return 0;
}

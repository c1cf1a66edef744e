/* A configuration file. Whatever it holds, it is read or refused with a reason that names a line; and what was read
 * can be printed and recorded. */

#include "conf.h"
#include "usage.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options;
    struct options_host host;
    struct buf out = {.limit = 8u << 20};
    struct err err = {""};

    options_init(&options);
    if (!conf_parse(&options, (struct slice){(const char *)data, size}, "fuzz.conf", RANK_USER, &err) &&
        strncmp(err.text, "fuzz.conf:", 10) != 0)
        abort();
    for (size_t i = 0; i < options.section_count; i++)
        options_for_host(&options, options.sections[i].pattern, &host);
    usage_add_config(&out, &options);
    options_add_json(&options, &out);
    buf_free(&out);
    options_free(&options);
    return 0;
}

/* A list of seeds. Whatever it holds, what comes out of it are http and https URLs. */

#include "log.h"
#include "seeds.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *arg, const struct url *url)
{
    (void)arg;
    if (strncmp(url->text.data, url->https ? "https://" : "http://", url->https ? 8 : 7) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char none = '\n';
    FILE *file = size == 0 ? fmemopen(&none, 1, "rb") : fmemopen((void *)(uintptr_t)data, size, "rb");
    struct err err = {""};

    if (file == NULL)
        abort();
    log_set_level(LOG_ERROR);
    if (!seeds_read_stream(file, "list", take, NULL, &err) && err.text[0] == '\0')
        abort();
    fclose(file);
    return 0;
}

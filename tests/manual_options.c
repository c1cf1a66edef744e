/* Prints the part of doc/crawl.1 that is made from the table of options. */

#include "usage.h"

#include <stdio.h>

int main(void)
{
    struct buf out = {.limit = 1u << 20};

    usage_add_manual(&out);
    fputs(out.data, stdout);
    buf_free(&out);
    return 0;
}

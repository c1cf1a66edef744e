#ifndef CRAWL_FILES_H
#define CRAWL_FILES_H

#include <stddef.h>

struct files_room { /* connections of each thread without a transfer */
    size_t kept;    /* alive, for hosts that it will ask again: at least 64 */
    size_t closing; /* besides: on their way to be closed */
};

/* Raises the limit of open files, as far as this process may, to what --transfers can need, of which so many more may
 * hang; warns with the command that helps if that is not enough. Gives what is within the limit besides. Before
 * threads. */
struct files_room files_make_room(int transfers, int hanging, int threads);

#endif

#ifndef CRAWL_FILES_H
#define CRAWL_FILES_H

#include <stddef.h>

/* Raises the limit of open files, as far as this process may, to what --transfers can need, of which so many more may
 * hang; warns with the command that helps if that is not enough. Gives how many connections each thread may keep alive
 * within the limit, for hosts that it will ask again: at least 64. Before threads. */
size_t files_make_room(int transfers, int hanging, int threads);

#endif

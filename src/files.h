#ifndef CRAWL_FILES_H
#define CRAWL_FILES_H

/* Raises the limit of open files, as far as this process may, to what --transfers can need, of which so many more may
 * hang; warns with the command that helps if that is not enough. Before threads. */
void files_make_room(int transfers, int hanging, int threads);

#endif

#ifndef CRAWL_READER_INSIDE_H
#define CRAWL_READER_INSIDE_H

/* What the files of reader share; nobody else includes this. */

/* For sqlite3_set_authorizer(), with the reader as `arg`: asked for each thing that a statement would do while it is
 * prepared. What does more than read is denied, and why is put into reader->refused. */
int reader_authorize(void *arg, int action, const char *first, const char *second, const char *database,
                     const char *view);

#endif

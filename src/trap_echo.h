#ifndef CRAWL_TRAP_ECHO_H
#define CRAWL_TRAP_ECHO_H

#include "echo.h"

/* Which values stand in the queries of a path: filters that combine have few of them, in very many URLs. What a page of
 * such a path says of a value ("red things") it says because its URL does. A fixed number of paths is kept; a new one
 * takes the place of one not met for long. For `trap` alone.
 *
 * Threads: one at a time.
 */
struct echoes;

struct echoes *echoes_new(void);
void echoes_free(struct echoes *all);

/* Takes note of a URL that was fetched (serialised), whose path has this key. True, with the words in *echo: its query
 * has two names and more, and the path's URLs do nothing but combine the same few values over and over. */
bool echoes_note(struct echoes *all, uint64_t path, struct slice url, struct echo *echo);

#endif

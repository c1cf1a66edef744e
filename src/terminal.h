#ifndef CRAWL_TERMINAL_H
#define CRAWL_TERMINAL_H

#include <stdbool.h>

/* What can be known of the terminal behind a file descriptor. Threads: any. */

/* True if `file` is a terminal that can move its cursor: TERM is set and not "dumb". */
bool terminal_is_able(int file);

/* True if text on `file` may be coloured, when the user leaves it to us: it is an able terminal, or CLICOLOR_FORCE asks
 * for it; and neither NO_COLOR (no-color.org) nor CLICOLOR=0 forbids it. */
bool terminal_wants_color(int file);

/* The window's size; where there is none: COLUMNS and LINES, else 80 and 24. */
void terminal_size(int file, int *columns, int *rows);

/* False while a job of a shell runs in the background, where it should not draw. */
bool terminal_is_ours(int file);

#endif

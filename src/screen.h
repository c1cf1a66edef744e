#ifndef CRAWL_SCREEN_H
#define CRAWL_SCREEN_H

#include "buf.h"

#include <locale.h>

/* A frame of a few lines at the foot of the terminal behind standard error, each drawn over the one before in one
 * write, so that nothing flickers; what the log says scrolls above it (log_set_panel). Main thread.
 */
struct screen {
    int columns, rows; /* of the window */
    locale_t locale;
    struct buf next; /* the frame to be drawn */

    /* What stands there: changed under the log's lock only. */
    struct buf frame;
    int drawn; /* rows that it takes; 0: it is not there */
};

/* The screen starts zeroed, and owns `locale`. */
void screen_open(struct screen *screen, locale_t locale);

/* Takes the frame away. */
void screen_close(struct screen *screen);

/* An empty frame, to be filled with lines and shown. NULL, and nothing is left of the last one, where there is no room
 * for it, or while the terminal belongs to another program. */
struct buf *screen_begin(struct screen *screen, int least_columns);
void screen_show(struct screen *screen);

/* The window may have another size, or the terminal have been another program's: what stands there may be folded. */
void screen_resize(struct screen *screen);

#endif

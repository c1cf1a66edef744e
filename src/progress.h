#ifndef CRAWL_PROGRESS_H
#define CRAWL_PROGRESS_H

#include "budget.h"
#include "frontier.h"
#include "options.h"
#include "queue.h"
#include "tally.h"

#include <stdbool.h>
#include <stdint.h>

/* How far the crawl is, on standard error: a live panel on a terminal, a line now
 * and then elsewhere. It looks at the parts of a crawl and touches nothing.
 *
 * The panel stands below the messages, goes over itself with one write a frame, and costs at most a four-hundredth of
 * one core, whatever the size of the crawl: the dearer a look is, the rarer it gets.
 *
 * Threads: the main thread alone.
 */
struct progress;

struct progress_parts {
    const struct options *options;
    struct frontier *frontier;
    struct tally *tally;
    struct queue *to_parse, *to_write;
    struct budget *budget;
    int fetchers, parsers, transfers;
    const char *host;    /* that is crawled first; "" unknown */
    int64_t rest_us;     /* between two requests to it */
    int64_t done_before; /* pages that earlier runs recorded */
};

enum progress_mode { PROGRESS_NONE, PROGRESS_PLAIN, PROGRESS_PANEL };

/* How it shows: as `options` say, else by what standard error is. */
enum progress_mode progress_mode(const struct options *options);

/* `parts` is copied; what it points to outlives the progress. Begins to draw at the first tick. */
struct progress *progress_new(const struct progress_parts *parts);

/* Looks, and shows if it is time to. With `asked` it says its line now, even with -q; with `resized` it draws anew. At
 * most five times a second. */
void progress_tick(struct progress *progress, bool asked, bool resized);

/* All is recorded, the database is put in order: says so in the panel. NULL is fine. */
void progress_finish(struct progress *progress);

/* How long each cause (enum held_by) held the crawl back so far, HELD_COUNT of them; as long as the progress lives. */
const int64_t *progress_held_ms(const struct progress *progress);

/* Takes the panel off the screen. NULL is fine. */
void progress_free(struct progress *progress);

#endif

#ifndef CRAWL_SEEDS_H
#define CRAWL_SEEDS_H

#include "err.h"
#include "url.h"

#include <stdbool.h>
#include <stdio.h>

/* Where a crawl begins, as people write it down: URLs, one a line. Blank lines
 * and comments (a # at the start or after a blank) are skipped; BOM, CR and
 * blanks round a line do not count. "example.com" is taken as
 * "https://example.com/", and that is said; for this machine itself it is http. A line that is no seed is named
 * as FILE:LINE in a warning, with what was probably meant, and skipped.
 *
 * Streams: memory does not grow with the list. Threads: one at a time.
 */

/* Told for each seed in order. `url` is valid during the call. */
typedef void seeds_take(void *arg, const struct url *url);

/* The seeds of a file; "-" is standard input. False: it cannot be read, or is no list of seeds at all. */
bool seeds_read_file(const char *path, seeds_take *take, void *arg, struct err *err);

/* An operand of the command line: a URL, "-", an existing file, or a host. False: none of these. */
bool seeds_read_operand(const char *operand, seeds_take *take, void *arg, struct err *err);

/* A first look, which takes nothing and says nothing. False with the reason: as the two above. *any is set if there is
 * a seed, or may be one, in what can be read but once: a pipe. */
bool seeds_look_at_file(const char *path, bool *any, struct err *err);
bool seeds_look_at_operand(const char *operand, bool *any, struct err *err);

/* The seeds of an open file, called `name` in messages. */
bool seeds_read_stream(FILE *file, const char *name, seeds_take *take, void *arg, struct err *err);

#endif

#ifndef CRAWL_FAIL_ON_H
#define CRAWL_FAIL_ON_H

#include "err.h"
#include "store.h"

#include <stdbool.h>
#include <stdint.h>

/* --fail-on: names what the crawl found wrong, as errors, each with the page that it was found on; at most
 * FAIL_ON_LINES of each kind, then how many more there are. `wanted` is a set of enum options_fail; `database` is named
 * in the command that shows all.
 *
 * Returns how many findings there are of all kinds, -1 with a reason if the store failed. */
#define FAIL_ON_LINES 50
int64_t fail_on_check(struct store *store, unsigned wanted, const char *database, struct err *err);

#endif

#ifndef CRAWL_DRY_RUN_H
#define CRAWL_DRY_RUN_H

#include "err.h"
#include "options.h"

#include <stdbool.h>

/* --dry-run: says on standard output what a crawl with these options would do: seeds as they would be asked for, scope,
 * rates, files, the longest it could take. Sends nothing, asks no DNS, writes no file. False, with the reason: there
 * would be no crawl. */
bool dry_run(const struct options *options, struct err *err);

#endif

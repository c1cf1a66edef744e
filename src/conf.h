#ifndef CRAWL_CONF_H
#define CRAWL_CONF_H

#include "option.h"

/* Configuration files: lines "name = value" with the names of the long options,
 * "name" alone for yes, "no-name" for no; # begins a comment line; and sections
 * "[host PATTERN]", after which options that may differ from host to host hold for hosts that
 * fit (* stands for any text).
 */

/* Reads `text`, called `name` in messages and origins. False with the reason, which begins with "NAME:LINE: ". Pure. */
bool conf_parse(struct options *options, struct slice text, const char *name, enum option_rank rank, struct err *err);

/* Reads a file. With `may_lack`, one that is not there is as good as empty. */
bool conf_read(struct options *options, const char *path, bool may_lack, enum option_rank rank, struct err *err);

/* Options from the environment: CRAWL_RATE, CRAWL_MAX_PAGES ... */
bool conf_read_environment(struct options *options, struct err *err);

/* The system's file, and the user's by the XDG base directories ("" if there is no home). */
#define CONF_SYSTEM_FILE "/etc/crawl.conf"
void conf_add_user_file(struct buf *path);

#endif

#ifndef CRAWL_COMMAND_H
#define CRAWL_COMMAND_H

#include "options.h"

/* Reads all that says what the user wants, in this order, later over earlier: built-in values, /etc/crawl.conf, the
 * user's file, the file of --config, CRAWL_* variables, the command line. `options` comes from options_init() and is to
 * be freed whatever happens. False: something there is wrong; the reason says where, and what would be right. */
bool command_read(struct options *options, int argc, char *const *argv, struct err *err);

/* Reads the command line alone. */
bool command_parse(struct options *options, int argc, char *const *argv, struct err *err);

/* Appends the command as it could be typed again, without the program's name, quoted for a shell where need be,
 * secrets left out. */
void command_add_text(struct buf *out, enum options_verb verb, int argc, char *const *argv);

#endif

#ifndef CRAWL_USAGE_H
#define CRAWL_USAGE_H

#include "option.h"

/* What is made from the table of options for people and shells. Pure. */

/* --help: usage and examples, then the common options, or `all` of them by group; of another verb, always all. */
void usage_add_help(struct buf *out, enum options_verb verb, bool all);

/* --print-config: the name of each option, its value, and where that comes from. */
void usage_add_config(struct buf *out, const struct options *options);

/* The options of the manual, in mdoc(7): what stands in doc/crawl.1 between its markers. */
void usage_add_manual(struct buf *out);

/* --completion: a script for the shell. */
void usage_add_completion(struct buf *out, enum options_completion shell);

/* The first column of help: "-o, --output=FILE", "--no-robots". */
void usage_add_option(struct buf *out, const struct option_entry *entry);

/* What each verb does, and its arguments, such as "[VIEW]". */
extern const char *const usage_verb_help[VERB_COUNT];
extern const char *const usage_verb_arguments[VERB_COUNT];

#endif

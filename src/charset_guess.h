#ifndef CRAWL_CHARSET_GUESS_H
#define CRAWL_CHARSET_GUESS_H

#include "charset.h"

/* The encoding that `page`, which declares none and is no UTF-8, is probably in;
 * NULL: no idea. The same bytes always give the same. Threads: any. */
const struct charset *charset_guess(struct slice page);

#endif

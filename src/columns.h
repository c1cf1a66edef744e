#ifndef CRAWL_COLUMNS_H
#define CRAWL_COLUMNS_H

#include "buf.h"

#include <locale.h>
#include <stdbool.h>

/* Text in the columns of a terminal: what a character takes there is what the
 * user's locale says (wcwidth). Threads: any.
 */

/* The user's locale if its characters are UTF-8, to be freed by freelocale(); (locale_t)0 if they are not, or if
 * `ascii` asks for that: then everything else here gives ASCII only. */
locale_t columns_locale(bool ascii);

/* How many columns `text`, valid UTF-8 fit for a terminal, takes. */
int columns_of(struct slice text, locale_t locale);

enum columns_cut { COLUMNS_CUT_END, COLUMNS_CUT_MIDDLE };

/* Appends `text` of strangers made fit for a terminal, in at most `most` columns: what is longer has an ellipsis at its
 * end, or in its middle. Returns the columns taken. */
int columns_add(struct buf *out, struct slice text, int most, enum columns_cut cut, locale_t locale);

#endif

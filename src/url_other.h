#ifndef CRAWL_URL_OTHER_H
#define CRAWL_URL_OTHER_H

#include "url_parts.h"

/* True if the WHATWG URL Standard accepts an absolute URL of a scheme that is
 * neither http nor https. `rest` is what follows "scheme:", without the
 * fragment, tabs and line ends. Nothing is kept of it: a crawler only has to
 * tell such a URL from a broken one. */
bool url_other_is_valid(enum url_scheme scheme, const char *rest, const char *end);

#endif

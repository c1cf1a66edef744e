#ifndef CRAWL_URL_PARTS_H
#define CRAWL_URL_PARTS_H

#include "buf.h"

#include <stdint.h>

/* What the two readers of URLs (url.c for http and https, url_other.c for the
 * rest) share: the sets of characters, and the cutting of a text into its
 * parts. All of the WHATWG URL Standard; nothing here allocates.
 */

/* Bits of url_class[]: what a byte may do in a URL. */
enum url_class {
    URL_IN_SCHEME = 1,   /* letters, digits, + - . */
    URL_IN_PATH = 2,     /* stands in a path as it is; neither / nor \ nor ? */
    URL_IN_QUERY = 4,    /* stands in the query of a special URL as it is */
    URL_IN_USERINFO = 8, /* stands in a user name or password as it is */
    URL_STOPS = 16,      /* '#' ends the URL; tab, LF and CR are taken out first */
    URL_MAY_GROW = 128   /* becomes three bytes in a path or in a query */
};

extern const uint8_t url_class[256];

enum url_scheme {
    URL_SCHEME_NONE, /* the text is a relative reference */
    URL_SCHEME_HTTP,
    URL_SCHEME_HTTPS,
    URL_SCHEME_SPECIAL, /* ftp, ws, wss */
    URL_SCHEME_FILE,
    URL_SCHEME_OTHER
};

/* The scheme that [at, end) starts with; *rest is then behind its ':', else `at`. */
enum url_scheme url_scheme_of(const char *at, const char *end, const char **rest);

/* What stands between "//" and the path. */
struct url_authority {
    struct slice userinfo; /* without the '@', not yet percent-encoded */
    struct slice host;     /* as written; empty only if `special` was false */
    int32_t port;          /* -1: none was given */
};

/* Takes an authority apart. Gives where the path begins, NULL if the standard
 * rejects it. The host itself is not looked at. `special`: a '\' is a '/', and
 * there must be a host. */
const char *url_split_authority(const char *at, const char *end, bool special, struct url_authority *authority);

/* Writes [at, end) at `to`, which has room for three times as much; bytes whose
 * class lacks the bit `raw` are percent-encoded. Gives the end of it. */
char *url_percent_encode(char *to, const char *at, const char *end, enum url_class raw);

#endif

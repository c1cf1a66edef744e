#ifndef CRAWL_HTTP_NETRC_H
#define CRAWL_HTTP_NETRC_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>

/* Names and passwords by host, of a file as ftp(1) reads it: words with blanks or line ends between them, "machine
 * NAME", "login NAME", "password WORD", "default" in place of a machine, "account WORD", "macdef NAME" with lines up to
 * an empty one, of which the last two are passed over. As curl has it a word may stand in double quotes, with \" \\ \n
 * \r \t in it, and a line that begins with '#' is a comment. Constant once it was read. */
struct http_netrc;

struct http_login {
    char *name, *password;
};

/* NULL with a reason that names the file, the line and no secret: it cannot be read, or reads as no such file does. */
struct http_netrc *http_netrc_read(const char *path, struct err *err);

void http_netrc_free(struct http_netrc *netrc); /* may be NULL */

/* How many machines it has a login for, the default too. */
size_t http_netrc_count(const struct http_netrc *netrc);

/* What the first machine of this name has, `host` as of url_host(), else what the default has. NULL: neither. Takes the
 * same time however many there are. */
const struct http_login *http_netrc_find(const struct http_netrc *netrc, struct slice host);

#endif

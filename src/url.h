#ifndef CRAWL_URL_H
#define CRAWL_URL_H

#include "buf.h"
#include "charset.h"

#include <stdint.h>

/* URLs as the WHATWG URL Standard has them, for http and https; others are
 * recognised and left alone. This file alone knows URL syntax. Pure. Threads:
 * any, each with its own structs.
 */

enum url_kind {
    URL_BAD,   /* the standard rejects it */
    URL_OTHER, /* valid, but neither http nor https: mailto:, javascript:, ftp: ... */
    URL_WEB    /* http or https */
};

/* A serialised http(s) URL, always with a fragment cut off (the fragment names a
 * place in a page, never a page). `text` is the storage, reused from parse to
 * parse; all offsets are into text.data:
 *
 *   https://user:pass@www.example.org:8080/a/b?q=1
 *   |       |         |              |    |   |   |
 *   0     user_at   host_at   host_end  path_at query_at == '?', or text.size
 *
 * user_at == host_at: no userinfo. Starts as {.text = {.limit = URL_LIMIT}}. */
struct url {
    struct buf text;
    uint32_t user_at;  /* behind "//" */
    uint32_t host_at;  /* behind the '@', if any */
    uint32_t host_end; /* ':' of the port, or path_at */
    uint32_t path_at;  /* the first '/' of the path */
    uint32_t query_at; /* the '?', or text.size if there is no query (an empty query has its '?') */
    uint16_t port;     /* the real one, 80 or 443 by default */
    bool https;
};

/* Bytes. A reference longer than that is URL_BAD, and so is one whose result
 * could be, before dots are taken out. */
#define URL_LIMIT (1u << 20)

#define URL_INIT                                                                                                       \
    {                                                                                                                  \
        .text = {.limit = URL_LIMIT }                                                                                  \
    }

void url_free(struct url *url);

/* Resolves `reference` (UTF-8) against `base` into *out; `base` NULL: it must be
 * absolute. `charset` is that of the page, for the query (NULL: UTF-8; so is a
 * query that is not UTF-8 in the first place encoded byte by byte). `base`
 * and `out` must be different. On other results than URL_WEB *out holds nothing
 * useful. Linear in the length of the reference; a typical link takes well under
 * 0.2 us and no allocation. */
enum url_kind url_resolve(struct url *out, const struct url *base, struct slice reference,
                          const struct charset *charset);

/* As url_resolve() without a base. */
enum url_kind url_parse(struct url *out, struct slice text);

/* Its parts; they point into the URL. Path and query are never apart here: what a request line says. */
struct slice url_host(const struct url *url);   /* "www.example.org", "[::1]", "127.0.0.1" */
struct slice url_path(const struct url *url);   /* "/a/b", without the query */
struct slice url_target(const struct url *url); /* "/a/b?q=1" */

/* Appends "https://host:port", the port only if it is not the scheme's own. */
void url_add_origin(const struct url *url, struct buf *out);

/* Appends what is sent: the URL without userinfo. */
void url_add_sent(const struct url *url, struct buf *out);

/* Appends "user:password" of the URL, percent-decoded; nothing if it has none. */
void url_add_credentials(const struct url *url, struct buf *out);

/* --- The key: what tells two URLs apart -------------------------------------
 * Every difference between a URL and its key is a named rule that can be turned
 * off. Rules only ever make the key; what is sent stays as it was found. */
enum url_rule {
    URL_RULE_USERINFO = 1 << 0,     /* "userinfo": user:password@ does not count */
    URL_RULE_PERCENT_CASE = 1 << 1, /* "percent-case": %7e is %7E (RFC 3986, 6.2.2.1) */
    URL_RULE_UNRESERVED = 1 << 2,   /* "unreserved": %7E is ~ (RFC 3986, 6.2.2.2) */
    URL_RULE_SESSION = 1 << 3,      /* "session-id": see below */
    URL_RULE_IGNORE_QUERY = 1 << 4, /* "ignore-query": parameters the user named (or all) do not count */
    URL_RULE_COUNT = 5
};

/* The rule "session-id" takes out ";name=value" in a path and "name=value" in a
 * query if the name, in any case, is jsessionid, phpsessid, sid, sessionid,
 * session_id, aspsessionid*, cftoken or cfid, and the value looks like an
 * id: letters, digits and - _ . , ! only, a digit among them, and at least 16
 * of them (cftoken 8, cfid 1; aspsessionid* needs no digit). So "?sid=12" stays
 * as it is. */

/* The rules' names by bit number, URL_RULE_COUNT of them. */
extern const char *const url_rule_names[];

struct url_rules {
    unsigned on;          /* enum url_rule, or-ed */
    const char **ignored; /* for URL_RULE_IGNORE_QUERY: names of parameters as they stand in the key, NULL-terminated,
                           * "utm_*" for all that begin so; NULL: all of the query */
};

/* If the key of `url` differs from its text, writes the key to *out (cleared
 * first) and gives the rules that made the difference, or-ed; else gives 0 and
 * leaves *out empty. */
unsigned url_key(const struct url *url, const struct url_rules *rules, struct buf *out);

#endif

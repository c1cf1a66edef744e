#ifndef CRAWL_HTTP_H
#define CRAWL_HTTP_H

#include "budget.h"
#include "err.h"
#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Many transfers at once for one fetcher thread, over one libcurl multi handle: connections kept alive, HTTP/2 streams
 * shared. This file alone knows libcurl. One transfer is one request: no redirect is followed, no retry made, no scope
 * judged here. What came is in the page: outcome, status, headers of interest, times, decoded body.
 *
 * Threads: a struct http belongs to one thread; http_wake() alone may be called from others. Settings are shared and
 * constant.
 */
struct http;

struct http_settings {
    const char *user_agent;
    const char *from;           /* NULL: none; likewise below */
    const char *const *headers; /* "Name: value", NULL-terminated */
    const char *proxy;
    const char *cacert, *cert, *key;
    const char *const *resolve; /* curl's HOST:PORT:ADDRESS, NULL-terminated */
    const char *netrc_file;
    const char *cookie_file; /* Netscape format, read at start; the engine is on either way, shared by all threads */
    const char *const *credentials; /* "ORIGIN user:password" or "ORIGIN Bearer TOKEN", sent to that origin only */
    int64_t connect_timeout_ms;     /* DNS, TCP and TLS */
    int64_t first_byte_timeout_ms;  /* from the request to the end of the head */
    int64_t idle_timeout_ms;        /* fewer than idle_bytes over this long */
    int64_t idle_bytes;
    int64_t total_timeout_ms;
    int64_t limit_rate;   /* bytes a second and transfer; 0: none */
    size_t head_bytes;    /* limit of a head (300 KB) and of 1xx heads together */
    size_t body_bytes;    /* --max-filesize, decoded */
    size_t sitemap_bytes; /* likewise for sitemaps (50 MB + a little) */
    int ip_version;       /* 4, 6, or 0: both */
    bool http1_only;
    bool insecure;
    bool allow_private;                                   /* private addresses for every host */
    bool (*may_be_private)(void *arg, struct slice host); /* a seed names this host; thread-safe */
    void *arg;
};

struct http_shared; /* cookies, DNS cache, TLS sessions: for all threads of a crawl */

/* Once, before any thread. NULL with a reason: an unusable setting (a file that cannot be read ...). */
struct http_shared *http_shared_new(const struct http_settings *settings, struct err *err);
void http_shared_free(struct http_shared *shared);

/* NULL with a reason on failure. */
struct http *http_new(struct http_shared *shared, struct budget *budget, struct err *err);
void http_free(struct http *h); /* nothing may be running */

/* Starts a transfer (GET; HEAD for PAGE_EXTERNAL, and GET if page->tries says that HEAD was refused). The page belongs
 * to http until http_wait() gives it back. A URL on whose host libcurl and `url` disagree, or any other failure to
 * start, comes back by http_wait() as well. */
void http_start(struct http *h, struct page *page);

/* Lets transfers run until at least one has ended, `timeout_ms` is over (-1: no limit), or http_wake(). Ended pages are
 * put into pages[]; returns how many. */
size_t http_wait(struct http *h, int64_t timeout_ms, struct page **pages, size_t max);

/* Ends http_wait() soon. Any thread; cheap when repeated. */
void http_wake(struct http *h);

size_t http_running(const struct http *h);

/* Gives up everything that runs: pages into pages[] (room for http_running()). */
size_t http_give_up(struct http *h, struct page **pages);

/* "libcurl/7.88.1 OpenSSL/3.0.17 ..." of the library at run time. */
const char *http_version(void);

#endif

#ifndef CRAWL_HTTP_H
#define CRAWL_HTTP_H

#include "budget.h"
#include "err.h"
#include "http_settings.h"
#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Many transfers at once for one fetcher thread, over one libcurl multi handle: connections kept alive,
 * HTTP/1.1 or HTTP/2 (by ALPN), one transfer at a time on each. The files http*.c alone know libcurl. One transfer is
 * one request: no redirect is followed, no retry made, no scope judged here.
 *
 * What came is in the page: outcome, status, headers of interest, times, and with PAGE_OK or PAGE_HTTP_ERROR the
 * decoded body, where it is of use: HTML of documents (error pages too, but not 429 and 5xx, for which another try may
 * come), anything of robots.txt (of a longer one a byte more than ROBOTS_BODY_LIMIT, which shows it to be cut) and
 * sitemaps. Whoever is done with it calls http_release_body(). With all other outcomes there is none.
 *
 * Threads: a struct http belongs to one thread; http_wake() and http_watch() alone may be called from others. Settings
 * are shared and constant.
 */
struct http;

/* NULL with a reason on failure. */
struct http *http_new(struct http_shared *shared, struct budget *budget, struct err *err);
void http_free(struct http *h); /* nothing may be running */

/* Without it every request passes. *gate outlives what is done with `h`. */
void http_set_gate(struct http *h, const struct http_gate *gate);

/* Starts a transfer, at page->start_us if that is still to come, as exactly as the system can (GET; HEAD for
 * PAGE_EXTERNAL, and GET if page->tries says that HEAD was refused). The page belongs to http until http_wait() gives
 * it back. A URL on whose host libcurl and `url` disagree, or any other failure to start, comes back by http_wait() as
 * well. */
void http_start(struct http *h, struct page *page);

/* Lets transfers run until at least one has ended, `timeout_ms` is over (-1: no limit), or http_wake(). Ended pages are
 * put into pages[]; returns how many. */
size_t http_wait(struct http *h, int64_t timeout_ms, struct page **pages, size_t max);

/* Cuts a connection that holds up all transfers of `h` by bytes without end that are no answer. One other thread, every
 * now and then while http_wait() may run. `all`: what it still brings is of no use, so each that holds up is cut. */
void http_watch(struct http *h, bool all);

/* Ends http_wait() soon. Any thread; cheap when repeated. */
void http_wake(struct http *h);

size_t http_running(const struct http *h);

/* Gives up everything that runs or was not given back: pages into pages[] (room for http_running()), as if never asked
 * for. Returns how many. */
size_t http_give_up(struct http *h, struct page **pages);

/* Frees page->body and gives its memory back to the budget it was taken from. Any thread; for whoever holds the page.
 */
void http_release_body(struct budget *budget, struct page *page);

/* "libcurl/7.88.1 OpenSSL/3.0.17 ..." of the library at run time. */
const char *http_version(void);

#endif

#ifndef CRAWL_HTTP_SOCKETS_H
#define CRAWL_HTTP_SOCKETS_H

#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sockets that a multi handle waits for, and its timer (libcurl's "multi_socket" interface): so that only transfers
 * for which something has come are looked at. curl_multi_perform() asks the kernel about each of them whenever one has
 * something to do: with 1,000 connections in 8 threads that was a third of a crawl's CPU. With few it is all the same.
 *
 * Threads: that of the multi handle; any may call http_sockets_wake().
 */
struct http_sockets {
    CURLM *multi;
    struct pollfd *polled; /* the first is the reading end of `wake` */
    size_t count, capacity;
    size_t *places; /* by file descriptor: where in `polled` it stands; 0: nowhere */
    size_t place_count;
    int wake[2];      /* a pipe; -1: none */
    int64_t timer_ms; /* by clock_ms(): when libcurl wants to be called; INT64_MAX: never */
    bool looked;      /* what poll() said has not been acted on */
};

/* Makes `multi` tell of its sockets. False: it is NULL, or no pipe can be had. http_sockets_free() ends it in any case,
 * after curl_multi_cleanup(). */
bool http_sockets_init(struct http_sockets *s, CURLM *multi);
void http_sockets_free(struct http_sockets *s);

/* Lets libcurl do what can be done now. */
void http_sockets_perform(struct http_sockets *s);

/* Waits until there is something to do, `also` (-1: nothing) can be read, it is woken, or the time is over. */
void http_sockets_wait(struct http_sockets *s, int also, int timeout_ms);

void http_sockets_wake(struct http_sockets *s);

#endif

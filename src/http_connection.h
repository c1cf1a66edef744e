#ifndef CRAWL_HTTP_CONNECTION_H
#define CRAWL_HTTP_CONNECTION_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sockets of one multi handle: what libcurl does not tell of a connection is asked of them. libcurl opens and
 * closes sockets by the functions below, and which of them a request goes over is found by its addresses, for
 * CURLINFO_ACTIVESOCKET knows that only behind the transfer. One thread, but for http_connections_watch(). */
struct http_connection {
    curl_socket_t fd;
    uint64_t number;      /* its own, from 1 */
    uint64_t idle_since;  /* greater for one that became idle later; 0: it is not */
    int own_port, port;   /* 0: no request went over it yet */
    char address[46];     /* the other end's */
    bool is_used;         /* it had an answer before ... */
    bool speaks_http2;    /* ... which was of HTTP/2 */
    bool is_counted;      /* `counted_from` is known */
    int64_t counted_from; /* how many bytes it had brought when counting began */
    int64_t watched_from; /* how many when http_connections_watch() first saw this round */
};

struct http_connections { /* outlives the multi handle */
    pthread_mutex_t lock; /* held by the owner to change what is in the list, by others to look at it */
    struct http_connection *list;
    size_t count, room;
    uint64_t numbers, idles; /* given so far */
    atomic_int cut;          /* the latest socket that http_connections_watch() cut; -1: none */
};

void http_connections_init(struct http_connections *connections);
void http_connections_free(struct http_connections *connections);

/* A socket for this address, or CURL_SOCKET_BAD with errno. */
curl_socket_t http_connections_open(struct http_connections *connections, const struct curl_sockaddr *address);

/* CURLOPT_CLOSESOCKETFUNCTION; `arg` is the struct http_connections. */
int http_connections_close(void *arg, curl_socket_t fd);

/* The one that has these ends; NULL if there is none. Good until a socket is opened or closed. */
struct http_connection *http_connections_find(struct http_connections *connections, const char *address, int port,
                                              int own_port);

/* The one of this number, likewise. */
struct http_connection *http_connections_of(struct http_connections *connections, uint64_t number);

/* Nothing goes over it any more for now. If more than `most` are idle, the oldest of them is shut down; libcurl finds
 * that out within a second of its next new connection, and closes it. It would close the oldest by itself, to make room
 * for another, but 7.88 then leaves the empty entry of its host standing and passes all of these with each request:
 * after 100,000 hosts that took more time than all the rest. */
void http_connections_rest(struct http_connections *connections, struct http_connection *connection, size_t most);

/* The request of `easy` is about to be sent. True if the connection was used before and has brought bytes since its
 * last answer ended. Over HTTP/1 nobody has asked for them; taken for the answer to this request they would be another
 * page's (RFC 9112, 9.2: the connection is to be closed). */
bool http_connection_is_spoilt(const struct http_connection *connection, CURL *easy);

/* Bytes that it brought, what is no part of a body included, since the first call after `is_counted` was set to false
 * (of a new one: since it was made). -1 where the system does not count them. */
int64_t http_connection_received(struct http_connection *connection);

/* By another thread while the owner is within one and the same round of libcurl, again and again; `begins`:
 * for the first time in this call. libcurl 7.88 reads on, within one call, as long as there are bytes of HTTP/2 that
 * belong to no body, so who sends such frames faster than they are read holds the thread for ever. A connection that
 * brings more in one call than any that is read as it should be is cut; with `all`, any that brought something since.
 */
void http_connections_watch(struct http_connections *connections, bool begins, bool all);

/* This socket was cut. True only once. */
bool http_connections_was_cut(struct http_connections *connections, curl_socket_t fd);

#endif

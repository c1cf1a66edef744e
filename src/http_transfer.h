#ifndef CRAWL_HTTP_TRANSFER_H
#define CRAWL_HTTP_TRANSFER_H

#include "http_body.h"
#include "http_connection.h"
#include "http_guard.h"
#include "http_head.h"
#include "http_shared.h"
#include "page.h"
#include "url.h"

#include <stdbool.h>
#include <stdint.h>

/* One request and its answer: a libcurl handle with the callbacks that fill in a page, and its limits of time. Used for
 * one page after the other, each with a handle of its own. One thread. */
struct http_context { /* of a struct http, the same for all its transfers; outlives them */
    struct http_shared *shared;
    const struct http_settings *settings;
    struct http_guard *guard;
    struct budget *budget;
    struct http_connections connections;
    const struct http_gate *gate; /* NULL: every request passes */
    int64_t now_ms;               /* clock_ms() as of the latest look */
    int64_t due_ms;               /* no limit of time of any transfer is over before */
    int64_t names_ms;             /* when the addresses of names that libcurl keeps were last gone through */
    size_t paused_count;          /* transfers that wait for memory */
    bool leaves;                  /* a page with `leaves` was let out */
};

struct http_transfer {
    struct http_transfer *previous, *next; /* for the list of whoever runs it */
    struct http_context *context;
    CURL *easy;        /* NULL: not in use */
    struct page *page; /* NULL: not in use */
    struct url url;
    struct buf origin, sent;
    char error[CURL_ERROR_SIZE];
    struct http_head head;
    struct http_body body;
    enum page_outcome answer; /* what the page comes to if no more than its body can still go wrong */
    bool sniffs;              /* whether the body is of use shows in its first bytes */
    bool drains;              /* the body is of no use: read so that the connection can be kept, thrown away */
    bool ended_early;         /* we ended it, and all that is wanted is there */
    bool failed;              /* we ended it, and the page has its outcome */
    bool by_proxy;            /* what is connected to is a proxy, which the user named */
    bool refused_address;     /* one of the host's addresses may not be asked */
    bool turned_away;         /* the gate did not let it pass, at one of them at least */
    bool out_of_files;
    curl_socket_t fd;    /* of the connection that the request went over; CURL_SOCKET_BAD: not known */
    uint64_t connection; /* likewise, its number; 0: not known */
    bool spoilt;         /* it would have gone over a connection that is no use: nothing was sent */
    bool paused;
    int64_t drained_bytes;
    /* Times by context->now_ms. */
    int64_t started_ms;
    int64_t request_ms;      /* -1: not connected yet */
    int64_t paused_since_ms; /* while paused */
    int64_t paused_ms;       /* in all */
    int64_t window_ms;       /* begin of the window in which idle_bytes must come */
    int64_t last_byte_ms;
    int64_t window_bytes;
    int64_t looked_ms; /* when the bytes of the connection were last looked at */
};

struct http_transfer *http_transfer_new(struct http_context *context);
void http_transfer_free(struct http_transfer *t); /* not in use */

/* Makes t->easy ready to ask for page->url. False: it must not or cannot be asked for, and the page has its outcome; *t
 * is free again. */
bool http_transfer_begin(struct http_transfer *t, struct page *page);

/* After it was ended by libcurl with an error: true if nothing was sent, for the connection was spoilt. Then t->easy is
 * ready again, for a new connection, and is to be run once more. */
bool http_transfer_starts_anew(struct http_transfer *t);

/* The transfer is over with `code`; t->easy is no longer run. Completes the page, gives it back, and *t is free. */
struct page *http_transfer_end(struct http_transfer *t, CURLcode code);

/* The same for one that is given up: the page is PAGE_PENDING, as if never asked for. */
struct page *http_transfer_give_up(struct http_transfer *t);

/* Lets a paused one try again. Anything but CURLE_OK: it is over with that. */
CURLcode http_transfer_resume(struct http_transfer *t);

/* --- http_limits.c: limits of time, and of what comes in it ---------------------------- */

/* Lowers context->due_ms to when the next of its limits of time is over. It does so by itself whenever another limit
 * comes into force. */
void http_transfer_note_due(struct http_transfer *t);

/* True if a limit of time is over; the page has its outcome, and http_transfer_end() is next. */
bool http_transfer_is_late(struct http_transfer *t);

/* --- http_answer.c: what is made of an answer while it comes ------------------------- */
/* libcurl's callbacks: a line of the head, and bytes of the body as they came; `arg` is the transfer. */
size_t http_transfer_on_head_line(char *data, size_t one, size_t size, void *arg);
size_t http_transfer_on_body(char *data, size_t one, size_t size, void *arg);

/* Most bytes that the body of its answer may have, decoded. */
size_t http_transfer_body_limit(const struct http_transfer *t);

/* Looks whether the bytes so far are of a type that is parsed. False ends the transfer. */
bool http_transfer_sniff(struct http_transfer *t);

#endif

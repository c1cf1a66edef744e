#ifndef CRAWL_TEST_SITE_H
#define CRAWL_TEST_SITE_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A web site inside the test: HTTP/1.1 on a free port of 127.0.0.1, served by one thread of its own, any number of
 * connections, kept alive. Pages are declared, or made on demand. What was asked for, when and how often, can be read
 * back.
 *
 * Threads: after site_start() any; site_stop() by one, once the others are done.
 */
struct site;

enum site_fault {
    SITE_SOUND,
    SITE_RESETS,    /* a TCP reset instead of an answer */
    SITE_CLOSES,    /* the connection is closed instead of an answer */
    SITE_SILENT,    /* no answer, ever */
    SITE_STALLS,    /* half of the answer's body, then silence */
    SITE_TRUNCATES, /* half of the body, then the connection is closed */
    SITE_BREAKS,    /* half of the body, then a reset */
    SITE_DROPS,     /* a whole answer, then the connection is closed without saying so */
    SITE_ENDLESS    /* the body again and again, without length, until the client has had enough */
};

/* "{site}" in headers, body and raw stands for "http://127.0.0.1:PORT" (not where a size is given). */
struct site_page {
    const char *path;    /* with its query, if it has one; without one any query matches. NULL ends the table */
    const char *host;    /* only for this Host, without port; NULL: any */
    int status;          /* 0: 200 */
    const char *type;    /* Content-Type; NULL: no such field */
    const char *headers; /* more fields, each with "\r\n" behind it; NULL: none */
    const char *body;    /* NULL: empty */
    size_t body_size;    /* 0: of a string */
    const char *raw;     /* the answer, head and all, byte by byte; the connection is closed behind it */
    size_t raw_size;     /* 0: of a string */
    int delay_ms;        /* before the answer */
    int drip_ms;         /* between bytes of the body (of all of raw) */
    enum site_fault fault;
    int fault_times; /* only for so many requests, then it is sound; 0: for ever */
    bool chunked;    /* Transfer-Encoding: chunked, in small chunks, instead of Content-Length */
};

/* What is not in the table is answered with 404. `pages` must outlive the site. */
struct site *site_start(const struct site_page *pages);

/* From now on these are its pages: as many as before, with the same paths. */
void site_change(struct site *site, const struct site_page *pages);

/* Each request is answered with what make() puts into *page, which starts zeroed: called in the site's thread; text may
 * be put into `text`, which is kept until the answer is made. False: 404. */
struct site *site_start_made(bool (*make)(void *arg, const char *host, const char *target, struct site_page *page,
                                          struct buf *text),
                             void *arg, int port);

/* Closes all connections. */
void site_stop(struct site *site);

int site_port(const struct site *site);

#define SITE_URL_SIZE 512
/* Writes the URL of `path` into `url`, and gives `url`. */
char *site_url(const struct site *site, const char *path, char url[SITE_URL_SIZE]);

/* How often exactly this target (with its query) was asked for; NULL: requests in all. */
long site_requests(struct site *site, const char *target);

struct site_request {
    char target[256]; /* cut to fit */
    char host[64];
    char method[8];
    int64_t start_us;         /* the same as start_ms, finer */
    int64_t start_ms, end_ms; /* clock_ms() when the request reached this machine's kernel, and when the answer was
                                 sent; -1: not yet */
    long connection;          /* from 1 on, in the order of connecting */
};

/* The requests so far, in order: up to `max` from number `first` on. Returns how many. */
size_t site_log(struct site *site, size_t first, struct site_request *requests, size_t max);

/* Bytes sent so far, heads and bodies. */
int64_t site_bytes(struct site *site);

/* The most requests that were under way at one time, and the number of connections so far. */
int site_most_parallel(struct site *site);
long site_connections(struct site *site);

/* The latest head asked with for this target into `head`; false if there was none. */
bool site_head(struct site *site, const char *target, char *head, size_t size);

#endif

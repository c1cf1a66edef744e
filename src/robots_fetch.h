#ifndef CRAWL_ROBOTS_FETCH_H
#define CRAWL_ROBOTS_FETCH_H

#include "budget.h"
#include "crawl_settings.h"
#include "http.h"
#include "robots.h"

#include <pthread.h>

/* robots.txt of a few hosts, fetched one after the other as a crawl would: by the same rules of addresses, redirects
 * and meaning. For one thread; the session has another, which watches it as the main thread of a crawl does. */

/* What is used for every URL. */
struct robots_session {
    const struct options *options;
    struct crawl_settings *settings;
    struct scope *scope; /* knows which hosts were named */
    struct http_shared *shared;
    struct budget *budget;
    struct http *http;
    pthread_t watch;
    bool has_watch;
    int watch_ends[2];         /* a pipe: the watch ends when the second is closed */
    struct robots_file *files; /* fetched so far, the latest first */
};

/* The robots.txt of one origin, fetched once. */
struct robots_file {
    struct robots_file *next;
    char *origin;
    char *last_url; /* where redirects led; NULL: nowhere else */
    int hops;
    int status; /* 0: no answer */
    enum page_outcome outcome;
    char error[160];
    size_t bytes;
    bool allows_all, refuses_all; /* whatever is in it */
    struct robots *robots;        /* NULL: there are no rules */
};

/* Ready to fetch, as `options` say. Hosts are named by scope_add_seed() before: those may have private addresses. False
 * with the reason; in either case ended by robots_session_end(). */
bool robots_session_begin(struct robots_session *session, const struct options *options, struct err *err);
void robots_session_end(struct robots_session *session);

/* The robots.txt of the origin of `url`, fetched if it is asked for the first time; belongs to the session. */
const struct robots_file *robots_file_of(struct robots_session *session, const struct url *url);

#endif

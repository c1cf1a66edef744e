#ifndef CRAWL_TEST_SITE_INSIDE_H
#define CRAWL_TEST_SITE_INSIDE_H

#include "site.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* What the files of the test site share: site.c has the connections and the thread, site_answer.c makes answers,
 * site_log.c keeps what was asked for. */
struct connection {
    struct connection *next;
    int fd;
    long number;
    int64_t arrived_us; /* when something last came, by clock_us() */
    struct buf in;      /* what came and is not answered yet */
    struct buf out;     /* the answer */
    size_t sent;        /* of out */
    size_t body_at;     /* where its body begins, in out */
    size_t request;     /* number in the log; valid while busy */
    bool busy;          /* an answer is under way */
    bool ends;          /* to be closed behind the answer */
    bool resets;        /* ... with a reset */
    bool silent;        /* nothing more is sent */
    bool endless;       /* the body begins again when it is sent */
    int drip_ms;        /* between bytes of the body */
    int64_t due_ms;     /* nothing is sent before */
    bool closed;        /* to be freed */
};

int64_t site_now_us(clockid_t clock);

struct record {
    struct site_request seen;
    char *target; /* whole */
    char *head;
};

struct site {
    _Atomic(const struct site_page *) pages; /* NULL: made on demand */
    bool (*make)(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text);
    void *arg;
    int *served; /* by page of the table: requests so far, for fault_times */
    int listener, wake[2], port;
    struct connection *connections;
    pthread_t thread;
    struct buf text;

    pthread_mutex_t lock; /* guards what follows */
    struct record *records;
    size_t record_count, record_room;
    int64_t bytes;
    int parallel, most_parallel;
    long connection_count;
};

/* --- site_log.c: any thread ------------------------------------------------------- */
void site_note_request(struct site *site, struct connection *c, const char *method, const char *target,
                       const char *host, struct slice head);
void site_note_end(struct site *site, struct connection *c);

/* --- site_answer.c: the site's thread ---------------------------------------------- */
/* Answers the request whose head is the first `size` bytes of what came. */
void site_answer(struct site *site, struct connection *c, size_t size);

#endif

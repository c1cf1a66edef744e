#ifndef CRAWL_HTTP_HEAD_H
#define CRAWL_HTTP_HEAD_H

#include "buf.h"

#include <stdbool.h>
#include <stdint.h>

/* The head of an HTTP answer, line by line, as libcurl passes it on: status line, fields, blank line; heads of 1xx come
 * before. libcurl accepts some that RFC 9112 has discarded; this is where they are found out. Pure. One thread at a
 * time. A zeroed struct is ready for use once http_head_begin() was called.
 */
enum http_head_event {
    HTTP_HEAD_GOES_ON,
    HTTP_HEAD_ENDED, /* the blank line after a final status: all fields are known */
    HTTP_HEAD_BAD    /* `wrong` says why; nothing may be added any more */
};

/* Of one field, of several with its name together. What does not fit is left out. */
#define HTTP_FIELD_LIMIT    (16u * 1024)
#define HTTP_LOCATION_LIMIT (128u * 1024)
#define HTTP_LINES_LIMIT    5000

struct http_head {
    int status;             /* of the latest status line; 0: none came */
    bool ended;             /* later lines are a trailer */
    int64_t content_length; /* -1: not said */
    bool is_part;           /* of a 206: its Content-Range is less than the whole */
    size_t bytes;           /* of all lines, interim heads and trailer included */
    size_t lines;
    size_t cookie_bytes; /* of Set-Cookie fields */
    const char *wrong;   /* a sentence of ours; NULL: nothing */

    /* Values without the blanks around them, bytes as they came. The first Location, ETag ... counts; several
     * Content-Type and Content-Encoding are joined by ", "; each X-Robots-Tag is a line, for a name in one of them does
     * not hold for the next. */
    struct buf content_type, content_encoding, location, refresh, x_robots, etag, last_modified, retry_after;

    struct buf *folds_into; /* the field that a line beginning with a blank continues; NULL: one of no interest */
};

/* Ready for another answer; keeps the memory. */
void http_head_begin(struct http_head *head);

/* The next line, its line end included. */
enum http_head_event http_head_add(struct http_head *head, struct slice line);

/* Retry-After as milliseconds from now, at most a year; -1 if it is absent or says nothing. `now_ms`: wall clock. */
int64_t http_head_retry_after_ms(const struct http_head *head, int64_t now_ms);

void http_head_free(struct http_head *head);

#endif

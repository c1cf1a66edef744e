#ifndef CRAWL_HTTP_BODY_H
#define CRAWL_HTTP_BODY_H

#include "budget.h"
#include "decode.h"
#include "page.h"

#include <stdbool.h>
#include <stdint.h>

/* The body of one answer on its way into page->body: its coding undone, its size held to a limit, its memory taken from
 * the budget before it is used. At the end exactly page->body.capacity bytes are taken, in the name of the page. One
 * thread at a time; a zeroed struct is fit for http_body_begin().
 */
enum http_body_event {
    HTTP_BODY_OK,
    HTTP_BODY_PAUSE,  /* the budget has nothing left: add the same bytes again, later */
    HTTP_BODY_FULL,   /* the limit is reached and what fits is there; only with `cut` */
    HTTP_BODY_FAILED, /* page->outcome and page->error say why */
};

struct http_body {
    struct page *page;
    struct budget *budget;
    struct decode *decode; /* kept between bodies while it is small */
    bool cut;              /* a longer body is cut at the limit instead of failing */
    bool small_steps;      /* the coding cannot make more than 1,032 bytes of one */
    bool coded;
    size_t decoder_bytes; /* taken from the budget for `decode` */
    size_t hint_bytes;    /* of the first allocation */
    size_t coded_bytes;   /* fed to the decoder so far */
    size_t ahead;         /* bytes of what http_body_add() will be given again that are already in */
};

/* For the body of `page`, empty so far, at most `limit` bytes decoded. `length`: the announced one, or -1. False: the
 * coding is unknown, and the page has its outcome. */
bool http_body_begin(struct http_body *body, struct page *page, struct slice content_encoding, int64_t length,
                     size_t limit, bool cut);

/* The next bytes as they came. After HTTP_BODY_PAUSE the same bytes come first when it is called again, in pieces of
 * any size. */
enum http_body_event http_body_add(struct http_body *body, struct slice bytes);

/* No more bytes will come: was it whole? Else page->outcome and page->error say so. */
bool http_body_end(struct http_body *body);

/* To be called when the transfer is over, whatever came of it: gives back what the decoder took. Does nothing if there
 * was no body. */
void http_body_close(struct http_body *body);

/* Frees page->body and gives its memory back to the budget. */
void http_body_release(struct budget *budget, struct page *page);

void http_body_free(struct http_body *body);

#endif

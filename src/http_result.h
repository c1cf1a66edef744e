#ifndef CRAWL_HTTP_RESULT_H
#define CRAWL_HTTP_RESULT_H

#include "http_head.h"
#include "page.h"

#include <curl/curl.h>

/* What libcurl says of a finished transfer, in the page's words. */

/* Outcome and error for a transfer that libcurl ended with `code`, which is not CURLE_OK. `text`: its error buffer. */
void http_result_fail(struct page *page, CURLcode code, const char *text, bool head_ended);

/* Times, address, version, bytes. */
void http_result_measure(struct page *page, CURL *easy);

/* The fields of the head that a page keeps. */
void http_result_keep(struct page *page, const struct http_head *head);

/* Sets page->error to `text` as one printable line. */
void http_result_say(struct page *page, const char *text);

#endif

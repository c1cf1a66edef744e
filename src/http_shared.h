#ifndef CRAWL_HTTP_SHARED_H
#define CRAWL_HTTP_SHARED_H

#include "buf.h"
#include "http_netrc.h"
#include "http_settings.h"
#include "url.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

/* What all transfers share, as libcurl wants it: for the http files only. Constant once transfers run but for what
 * libcurl keeps in `share`, which has its own locks. */
struct http_credential {
    char *origin; /* "https://www.example.org" */
    char *path;   /* what it is for: all below if it ends in '/', else itself and what is below it */
    struct curl_slist *headers;
    size_t next; /* place from 1 of the next of this origin; 0: none */
};

struct http_headers {
    const char *const *given;
    struct curl_slist *any;   /* of any request */
    struct curl_slist *seeds; /* of requests to hosts that a seed names; the same list if there is no difference */
};

struct http_shared {
    const struct http_settings *settings;
    CURLSH *share;
    pthread_mutex_t locks[CURL_LOCK_DATA_LAST];
    struct http_headers *headers; /* settings->headers, and behind it each of settings->host_headers */
    size_t headers_count;
    struct http_credential *credentials;
    size_t credential_count;
    struct seen *by_origin;   /* hash of an origin -> place of its first credential, from 1 */
    struct http_netrc *netrc; /* NULL: none */
    struct curl_slist *resolve;
    atomic_size_t cookie_bytes; /* of Set-Cookie fields since the cookies were last weighed */
};

/* Sets on `easy` all that is the same for every transfer. False: libcurl lacks something. */
bool http_shared_apply(const struct http_shared *shared, CURL *easy);

/* Most bytes of cookies that are kept. libcurl itself has no limit: with more all are forgotten but for those of the
 * user's file. */
#define HTTP_COOKIE_BYTES_MAX (4u * 1024 * 1024)

/* An answer to `easy` had `bytes` of Set-Cookie fields. Any thread. */
void http_shared_note_cookies(struct http_shared *shared, CURL *easy, size_t bytes);

/* --- http_headers.c: fields of requests, credentials among them -------------------------- */

/* Makes what the settings ask for, once. False with a reason: credentials that are none. */
bool http_headers_make(struct http_shared *shared, struct err *err);
void http_headers_free(struct http_shared *shared); /* made or not */

void http_headers_append(struct curl_slist **list, const char *text);

/* The request's header fields; belong to `shared`. Takes the same time for any number of origins with credentials. */
struct curl_slist *http_shared_headers(const struct http_shared *shared, struct slice origin, const struct url *url);

/* The name and password that the netrc file has for this URL, or NULL: for origins of seeds alone, as all secrets, for
 * the file may have some for any host that it does not list, and says nothing of schemes and ports. An Authorization
 * among the header fields goes before. */
const struct http_login *http_shared_login(const struct http_shared *shared, const struct url *url);

#endif

#ifndef CRAWL_HTTP_SETTINGS_H
#define CRAWL_HTTP_SETTINGS_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page;
struct url;

/* What all transfers of a crawl have in common. Constant once it was given to http_shared_new(), and outlives what that
 * gives. */
struct http_settings {
    const char *user_agent;
    const char *from;           /* NULL: none; likewise below */
    const char *const *headers; /* "Name: value", NULL-terminated. Authorization and Cookie among them go only to
                                   origins that may_have_secrets() names, and to those of `credentials` */
    /* Other such lists: headers_for() tells for a host, from any thread, from 1 on, which of them it has instead, or 0.
     * NULL: there are none. */
    const char *const *const *host_headers; /* NULL-terminated */
    size_t (*headers_for)(void *arg, struct slice host);
    void *headers_arg;
    const char *proxy; /* http://, https://, socks5:// ...; "": none at all; NULL: as the environment says */
    struct {           /* what the environment says; NULL: nothing */
        const char *http_proxy, *https_proxy, *all_proxy, *no_proxy;
    } environment;
    const char *cacert, *cert, *key;
    const char *const *resolve; /* curl's HOST:PORT:ADDRESS, NULL-terminated */
    const char *netrc_file;     /* read at start; for origins that may_have_secrets() names, where no header has an
                                   Authorization */
    const char *cookie_file;    /* Netscape format, read at start; the engine is on either way, shared by all threads */
    const char *const *credentials; /* "URL user:password" or "URL Bearer TOKEN": sent to what is below that URL's path
                                       (or is that URL) at its origin, and nowhere else */
    /* Limits of time; 0: none. Time in which a transfer pauses for memory does not count, but in the first. */
    int64_t connect_timeout_ms;    /* DNS, TCP and TLS */
    int64_t first_byte_timeout_ms; /* from the request to the end of the head */
    int64_t idle_timeout_ms;       /* fewer than idle_bytes over this long */
    int64_t idle_bytes;
    int64_t total_timeout_ms;
    int64_t limit_rate;   /* bytes a second and transfer; 0: none */
    size_t head_bytes;    /* limit of a head (300 KB) and of 1xx heads together; 0: that */
    size_t body_bytes;    /* --max-filesize, decoded */
    size_t sitemap_bytes; /* likewise for sitemaps (50 MB + a little) */
    size_t connections;   /* kept alive by one thread; 0: 64 */
    size_t closing;       /* so many more it may have that are about to be closed */
    int ip_version;       /* 4, 6, or 0: both */
    bool http1_only;
    bool insecure;
    bool allow_private;                                   /* private addresses for every host */
    bool (*may_be_private)(void *arg, struct slice host); /* a seed names this host; thread-safe; NULL: none does */
    bool (*may_have_secrets)(void *arg, const struct url *url); /* a seed has this URL's origin; likewise */
    void *arg;
};

static inline size_t http_settings_connections(const struct http_settings *settings)
{
    return settings->connections > 0 ? settings->connections : 64;
}

/* False with the reason for what cannot be used: a header that is none, a file that cannot be read, a --resolve or
 * --proxy that libcurl would refuse at each transfer. The reason repeats no password. */
bool http_settings_check(const struct http_settings *settings, struct err *err);

/* Who lets requests pass; called within http_wait(). If one gives false the page comes back with `turned_away` set:
 * without an outcome, or, if it is libcurl that sends again what went to a kept connection that broke, as a
 * PAGE_CONN_ERROR. */
struct http_gate {
    /* A connection to this address ("192.0.2.1", "2001:db8::1") is about to be made for the page; not where a proxy
     * makes it. */
    bool (*connects)(void *arg, struct page *page, const char *address);
    /* The request goes out, to this address; NULL: by a proxy. */
    bool (*sent)(void *arg, struct page *page, const char *address);
    /* The request of a page with `leaves` was written since. */
    void (*left)(void *arg, struct page *page);
    void *arg;
};

struct http_shared; /* cookies, TLS sessions: for all threads of a crawl */

/* Once, before any thread. NULL with a reason: an unusable setting (a file that cannot be read ...). */
struct http_shared *http_shared_new(const struct http_settings *settings, struct err *err);

/* One more of `credentials`, before any thread: of a seed that carries its own. */
bool http_shared_add_credential(struct http_shared *shared, const char *text, struct err *err);

/* True of a header line that goes to origins of seeds alone: Authorization and the like. */
bool http_is_secret(const char *header);

void http_shared_free(struct http_shared *shared);

#endif

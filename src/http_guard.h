#ifndef CRAWL_HTTP_GUARD_H
#define CRAWL_HTTP_GUARD_H

#include "buf.h"
#include "http_settings.h"

#include <stdbool.h>
#include <sys/socket.h>

/* What must hold before a byte is sent to a host. Threads: a struct http_guard belongs to one. */
struct http_guard;

struct http_guard *http_guard_new(const struct http_settings *settings);
void http_guard_free(struct http_guard *guard);

/* libcurl reads the origin "https://host:port" (as url_add_origin() gives it) as the same scheme, host and port as we
 * do. False, with the reason in `why`: then a check of ours would have been of another host than the one that is asked.
 * Each origin is parsed about once. */
bool http_guard_agrees(struct http_guard *guard, struct slice origin, struct slice host, uint16_t port, char *why,
                       size_t why_size);

/* A host that is itself a private address, and that nothing lets us ask: also where a proxy would connect for us. */
bool http_guard_refuses_host(const struct http_guard *guard, struct slice host);

/* Called with each address before it is connected to, after DNS: so it does not help a name to change its address. */
bool http_guard_refuses_address(const struct http_guard *guard, struct slice host, const struct sockaddr *address);

#endif

#ifndef CRAWL_HTTP_PROXY_H
#define CRAWL_HTTP_PROXY_H

#include "http_settings.h"
#include "url.h"

/* The proxy for a URL: --proxy for all; else that of the environment (http_proxy for http, https_proxy for https,
 * all_proxy for both, in lower case: HTTP_PROXY is what a CGI request can set), unless no_proxy names the host or one
 * of its domains. "": none. libcurl is told so, and never asks the environment itself: two readers of no_proxy that
 * disagree would let a transfer go where its address is not checked. */
const char *http_proxy_for(const struct http_settings *settings, const struct url *url);

#endif

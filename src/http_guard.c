#include "http_guard.h"

#include "domain.h"
#include "domain_address.h"
#include "mem.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOT_COUNT 256u

struct http_guard {
    const struct http_settings *settings;
    CURLU *parser;
    char *agreed[SLOT_COUNT]; /* origins found to be read alike, each in the slot of its hash; the latest stays */
};

struct http_guard *http_guard_new(const struct http_settings *settings)
{
    struct http_guard *guard = mem_new(sizeof *guard);

    guard->settings = settings;
    guard->parser = curl_url();
    return guard;
}

void http_guard_free(struct http_guard *guard)
{
    if (guard == NULL)
        return;
    curl_url_cleanup(guard->parser);
    for (size_t i = 0; i < SLOT_COUNT; i++)
        free(guard->agreed[i]);
    free(guard);
}

static size_t slot_of(struct slice origin)
{
    uint32_t hash = 2166136261u; /* FNV-1a: a collision costs one parse */

    for (size_t i = 0; i < origin.size; i++)
        hash = (hash ^ (unsigned char)origin.data[i]) * 16777619u;
    return (hash ^ hash >> 16) % SLOT_COUNT;
}

static bool libcurl_agrees(CURLU *parser, const char *text, struct slice host, uint16_t port, char *why,
                           size_t why_size)
{
    CURLUcode code = curl_url_set(parser, CURLUPART_URL, text, CURLU_PATH_AS_IS);
    char *its_host = NULL, *its_port = NULL;
    bool agrees = false;

    if (code == CURLUE_OK)
        code = curl_url_get(parser, CURLUPART_HOST, &its_host, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(parser, CURLUPART_PORT, &its_port, CURLU_DEFAULT_PORT);
    if (code != CURLUE_OK)
        snprintf(why, why_size, "libcurl refuses the host: %s", curl_url_strerror(code));
    else if (!slice_is(host, its_host) || strtol(its_port, NULL, 10) != port)
        snprintf(why, why_size, "libcurl reads the host as %.80s, port %s", its_host, its_port);
    else
        agrees = true;
    curl_free(its_host);
    curl_free(its_port);
    return agrees;
}

bool http_guard_agrees(struct http_guard *guard, struct slice origin, struct slice host, uint16_t port, char *why,
                       size_t why_size)
{
    char **agreed = &guard->agreed[slot_of(origin)];
    struct buf text = {.limit = 16 * 1024};
    bool agrees;

    if (*agreed != NULL && slice_is(origin, *agreed))
        return true;
    buf_add(&text, origin.data, origin.size);
    buf_add_string(&text, "/");
    if (text.full) {
        snprintf(why, why_size, "the host's name is too long");
        agrees = false;
    } else
        agrees = libcurl_agrees(guard->parser, text.data, host, port, why, why_size);
    if (agrees) {
        free(*agreed);
        *agreed = mem_copy(origin.data, origin.size);
    }
    buf_free(&text);
    return agrees;
}

static bool may_be_private(const struct http_guard *guard, struct slice host)
{
    const struct http_settings *settings = guard->settings;

    return settings->allow_private ||
           (settings->may_be_private != NULL && settings->may_be_private(settings->arg, host));
}

bool http_guard_refuses_host(const struct http_guard *guard, struct slice host)
{
    unsigned char bytes[16];
    uint16_t pieces[8];
    uint32_t ipv4;
    size_t size = 0;

    if (host.size > 2 && host.data[0] == '[') {
        if (!domain_parse_ipv6((struct slice){host.data + 1, host.size - 2}, pieces))
            return true;
        for (size_t i = 0; i < 8; i++) {
            bytes[size++] = (unsigned char)(pieces[i] >> 8);
            bytes[size++] = (unsigned char)pieces[i];
        }
    } else if (domain_ends_in_number(host)) {
        if (!domain_parse_ipv4(host, &ipv4))
            return true;
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[size++] = (unsigned char)(ipv4 >> shift);
    }
    return size > 0 && domain_address_is_private(bytes, size) && !may_be_private(guard, host);
}

bool http_guard_refuses_address(const struct http_guard *guard, struct slice host, const struct sockaddr *address)
{
    bool is_private = true; /* of a family we know nothing of */

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

        is_private = domain_address_is_private((const unsigned char *)&in->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;

        is_private = domain_address_is_private((const unsigned char *)&in6->sin6_addr, 16);
    }
    return is_private && !may_be_private(guard, host);
}

#ifndef CRAWL_DOMAIN_H
#define CRAWL_DOMAIN_H

#include "buf.h"

/* Host names: the "host parser" of the WHATWG URL Standard for special schemes,
 * UTS 46 with tables of our own, and what belongs together by the Public Suffix List
 * (libpsl). Threads: any.
 */

/* Appends the host of `in` (UTF-8, percent-encoding still on it), in ASCII lower
 * case, IPv4 in dotted form from any radix, IPv6 compressed in brackets. False: the
 * standard rejects it; *out is then as it was. Plain ASCII names take no library call. */
bool domain_add_host(struct buf *out, struct slice in);

/* Appends `in` with its %XX made bytes ("percent-decode" of the URL Standard); a % that begins none stays. */
void domain_add_percent_decoded(struct buf *out, struct slice in);

/* True if `host` is an IPv4 or [IPv6] address. */
bool domain_is_address(struct slice host);

/* The registrable domain ("example.co.uk") within `host`; the host itself where
 * it has none (addresses, localhost, a public suffix). */
struct slice domain_registrable(struct slice host);

/* `host` without one leading "www.", which www twins differ by; all of it where nothing stands behind that. */
struct slice domain_without_www(struct slice host);

/* True if `host` is `domain` or ends in ".domain" (`domain` in lower case). */
bool domain_is_within(struct slice host, struct slice domain);

/* A network address in bytes (4 or 16, network order) that is not public: private, loopback,
 * link-local, CGNAT, multicast, unspecified, documentation, benchmarking, reserved, and IPv6 that embeds
 * such an IPv4 (mapped, compatible, NAT64, 6to4, Teredo), by the IANA special-purpose registries. */
bool domain_address_is_private(const unsigned char *address, size_t size);

#endif

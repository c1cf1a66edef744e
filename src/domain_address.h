#ifndef CRAWL_DOMAIN_ADDRESS_H
#define CRAWL_DOMAIN_ADDRESS_H

#include "buf.h"

#include <stdint.h>

/* IPv4 and IPv6 addresses as the hosts of URLs: the parsers and serialisers of
 * the WHATWG URL Standard. Pure. Threads: any. */

/* The "ends-in-a-number checker": such a host is an IPv4 address or nothing. `host` in lower case. */
bool domain_ends_in_number(struct slice host);

/* The "IPv4 parser": one to four parts, each decimal, octal or hexadecimal. False: it is none. */
bool domain_parse_ipv4(struct slice host, uint32_t *address);

/* The "IPv6 parser", for what stands between the brackets. False: it is none. */
bool domain_parse_ipv6(struct slice host, uint16_t pieces[8]);

/* Appends "192.0.2.1". */
bool domain_add_ipv4(struct buf *out, uint32_t address);

/* Appends "[2001:db8::1]". */
bool domain_add_ipv6(struct buf *out, const uint16_t pieces[8]);

#endif

#ifndef CRAWL_DOMAIN_IDNA_H
#define CRAWL_DOMAIN_IDNA_H

#include "buf.h"

/* Appends the ASCII form of a domain name that is not all ASCII (UTF-8,
 * percent-decoded): "domain to ASCII" of the WHATWG URL Standard, which is UTS 46
 * ToASCII, non-transitional, with CheckBidi and CheckJoiners, without
 * CheckHyphens, UseSTD3ASCIIRules and VerifyDnsLength. False: the name is not
 * valid, or longer than 1,024 bytes (DNS: 253), for time grows faster than
 * length here; *out may then hold a part of it. Threads: any. */
bool domain_add_idna(struct buf *out, struct slice name);

#endif

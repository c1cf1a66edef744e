#ifndef CRAWL_SHA256_H
#define CRAWL_SHA256_H

#include "buf.h"

#define SHA256_SIZE 32

/* The SHA-256 (FIPS 180-4) of `in`. For what names constants, such as the style of a report in its
 * Content-Security-Policy; no secret ever comes near it. Pure. */
void sha256(unsigned char digest[SHA256_SIZE], struct slice in);

/* Appends the same in base64 (RFC 4648), 44 characters. */
void sha256_add_base64(struct buf *out, struct slice in);

#endif

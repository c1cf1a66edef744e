#ifndef CRAWL_MIME_H
#define CRAWL_MIME_H

#include "buf.h"

/* Media types as the WHATWG MIME Sniffing Standard has them. Pure. */

/* What we would do with a body. */
enum mime_kind {
    MIME_HTML,
    MIME_XHTML, /* application/xhtml+xml */
    MIME_XML,   /* other XML: feeds, sitemaps, SVG */
    MIME_TEXT,  /* other text/ */
    MIME_JSON,
    MIME_PDF,
    MIME_OTHER
};

struct mime {
    char type[128];         /* essence in lower case, such as "text/html", cut if longer; "" when unusable */
    char charset_label[64]; /* value of the charset parameter; "" if none */
    enum mime_kind kind;    /* of `type`; MIME_OTHER if "" */
};

/* Parses a Content-Type value: "parse a MIME type" of MIME Sniffing, and of
 * several values joined by commas the one that "extract a MIME type" of Fetch
 * would give. False and type "" when it is unusable. */
bool mime_parse(struct mime *mime, struct slice value);

/* What a body is when its label is missing or known to lie: sniffing for HTML,
 * XML, PDF, text and binary by its first 1,445 bytes. `labelled` is the parsed
 * header; its type may be "". Only an absent, unknown ("unknown/unknown",
 * "application/unknown", star/star) or lying text/plain label is overruled; the
 * charset label stays. */
void mime_sniff(struct mime *computed, const struct mime *labelled, struct slice body_start);

#endif

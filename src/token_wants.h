#ifndef CRAWL_TOKEN_WANTS_H
#define CRAWL_TOKEN_WANTS_H

#include "echo.h"
#include "token_names.h"

/* What a short page is to hold. */
struct token_wants {
    bool element[NAME_COUNT]; /* which of a, area, frame, img ... are written; html, title, base, meta and link always
                                 are */
    bool anchor_texts;        /* and the text of each a */
    size_t text_bytes;        /* enough of any one text; a little more may come */
    size_t value_bytes;       /* enough of a meta's content, an alt, a lang */
    size_t url_bytes;         /* longest href, src ... */
    const char *robots_name;  /* of a <meta name> that is written, besides the known ones */
    bool distinct;            /* an a that leads where an earlier one with text leads may be left out, and its text */
    bool text_hashes;         /* fill in struct token_text */
    const struct echo *echo;  /* its echo_hash too: words to leave out; NULL: none is wanted */
};

/* What the words of a page come to. */
struct token_text {
    uint64_t hash;
    uint64_t blind_hash; /* each run of digits as one */
    uint64_t simhash;    /* likewise */
    uint64_t echo_hash;  /* in small letters, without the words of the echo; 0: not wanted */
    size_t bytes;
};

#endif

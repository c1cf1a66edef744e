#ifndef CRAWL_HTML_FACTS_H
#define CRAWL_HTML_FACTS_H

#include "buf.h"

#include <stdint.h>

/* What a page says, as plain data. */

enum html_link_kind {
    HTML_A,
    HTML_AREA,
    HTML_FRAME,  /* frame src */
    HTML_IFRAME, /* iframe src */
    HTML_CANONICAL,
    HTML_ALTERNATE,
    HTML_NEXT,
    HTML_PREV,
    HTML_AMPHTML,
    HTML_ICON,
    HTML_STYLESHEET,
    HTML_IMG, /* src and srcset of img, srcset of source in picture */
    HTML_SCRIPT,
    HTML_SOURCE, /* src of source, video, audio, track, embed, data of object */
    HTML_FORM,   /* form action */
    HTML_LINK_KIND_COUNT
};

/* "a", "area", "frame", ... : names the user sees, stable. */
extern const char *const html_link_kind_names[HTML_LINK_KIND_COUNT];

enum html_rel { /* what a link or a page's robots says, or-ed */
                HTML_NOFOLLOW = 1,
                HTML_UGC = 2,
                HTML_SPONSORED = 4
};

enum html_robots { /* meta robots (or meta crawl), or-ed */
                   HTML_NOINDEX = 1,
                   HTML_ROBOTS_NOFOLLOW = 2 /* "none" is both */
};

/* A reference as the page has it, character references decoded, ASCII white space
 * at its ends not yet stripped. Not resolved. Slices point into the html's pool. */
struct html_link {
    struct slice href;
    struct slice anchor;   /* text inside, white space collapsed, alt of images within; empty if none */
    struct slice hreflang; /* of rel=alternate; empty if none */
    uint8_t kind;          /* enum html_link_kind */
    uint8_t rel;           /* enum html_rel */
};

struct html_limits {
    size_t title_bytes;  /* kept of title, h1, description, og:title; cut at a character */
    size_t anchor_bytes; /* kept of an anchor text; 0: none is read */
    size_t href_bytes;   /* a longer href is left out and counted */
    size_t links;        /* most links kept; the rest is counted */
    unsigned kinds;      /* bit 1 << kind: which kinds are kept at all */
    bool distinct;    /* of the a elements with one URL, but for its fragment, and one rel only the first, and the first
                         with text, is needed */
    bool text_hashes; /* fill in text_hash, text_simhash and text_bytes too, which costs about as much again */
};

/* The result; everything lies in memory of the struct html and is valid until
 * the next html_read(). Empty slices where the page has none. */
struct html_facts {
    struct slice title; /* first HTML title element: stripped, white space collapsed */
    bool has_title;     /* there is a title element, though it may be empty */
    struct slice h1;    /* first h1 with text */
    struct slice description;
    struct slice og_title;
    struct slice lang; /* of the html element */
    struct slice base; /* href of the first base with one; unresolved */
    bool has_base;
    struct slice refresh; /* URL of the first meta refresh; unresolved */
    bool has_refresh;     /* its URL may be empty: the page itself */
    int refresh_seconds;
    unsigned robots;        /* enum html_robots, of meta name=robots and name=<product token> */
    struct slice canonical; /* href of the first link rel=canonical; unresolved */
    bool has_canonical;
    struct html_link *links; /* in tree order; all kinds asked for */
    size_t link_count;
    size_t links_left_out; /* beyond limits.links or limits.href_bytes */
    uint64_t text_hash;    /* of the words outside tags: equal pages have equal hashes */
    uint64_t
        text_blind_hash;     /* likewise, with each run of digits taken as one: of pages that differ in numbers alone */
    uint64_t text_simhash;   /* blind to digits, too; near-duplicate texts differ in few bits (Charikar 2002), over word
                                3-grams or the like */
    uint64_t text_echo_hash; /* likewise, in small letters and without the words of html_set_echo(); 0: none were set */
    size_t text_bytes;       /* visible text, white space collapsed */
};

#endif

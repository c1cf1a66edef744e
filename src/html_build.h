#ifndef CRAWL_HTML_BUILD_H
#define CRAWL_HTML_BUILD_H

#include "html_facts.h"
#include "token_names.h"

/* Makes struct html_facts from the elements of a page, in whatever syntax they
 * came: what each of them means. Memory is kept from page to page. Threads: one at
 * a time.
 */

/* The attributes of an element, by enum attribute. */
struct build_attributes {
    uint32_t has; /* bit 1 << attribute */
    struct slice value[ATTRIBUTE_COUNT];
};

/* A text that comes piece by piece. */
struct build_text {
    struct buf raw;
    bool open;
};

struct build_block;

struct build {
    struct html_limits limits;
    const char *robots_name;
    bool escaped; /* values and texts are those of the short page: escaped, white space collapsed */
    struct html_facts facts;
    struct html_facts before_body; /* what a frameset goes back to */
    size_t link_capacity;
    struct build_text title;
    struct build_text heading;
    struct build_text anchor;
    size_t anchor_link;         /* its index among the links; SIZE_MAX: it is not kept */
    struct build_block *blocks; /* where the facts' slices point, newest first */
    struct buf value[ATTRIBUTE_COUNT];
};

void build_init(struct build *b, const struct html_limits *limits, const char *robots_name);
void build_free(struct build *b);

/* A new page; the facts of the last one are gone. */
void build_start(struct build *b, bool escaped);

/* The beginning of an HTML element. The text of a title, an a and an h1 is open from here to its end. */
void build_element(struct build *b, enum name name, const struct build_attributes *attributes);

/* The end of a title, an a or an h1. */
void build_end(struct build *b, enum name name);

/* Text inside: of the title if that is open, else of the anchor and the h1. */
void build_text(struct build *b, struct slice text);

/* An element left out because its URL is too long. */
void build_left_out(struct build *b);

/* The body is thrown away for a frameset. */
void build_frameset(struct build *b);

#endif

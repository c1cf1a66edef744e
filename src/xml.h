#ifndef CRAWL_XML_H
#define CRAWL_XML_H

#include "buf.h"

/* A forgiving scanner for XML that arrives in pieces. It tells tags and text and judges nothing: whether tags match is
 * the listener's to see.
 *
 * Why not libxml2's: it compares the attributes and the namespaces of a tag one by one, so a crafted file of some MB
 * costs minutes in a call that nothing can interrupt; and where a file is not well-formed it drops part of
 * the text (of "?a=1&b=2" it makes "?a=1=2"), which for URLs is worse than nothing. Here the time is linear in the
 * size, and memory is one tag of at most XML_TAG_BYTES.
 *
 * Comments, processing instructions and the DOCTYPE with all it declares are passed over: there are no
 * entities but the five of XML, and nothing is ever loaded. Input is UTF-8, or at least has ASCII as such; it is not
 * validated.
 *
 * Threads: one at a time. Pure.
 */

#define XML_TAG_BYTES (64u * 1024) /* what is beyond, in one tag, is not seen */

/* Who listens. Slices live until the call returns. */
struct xml_listener {
    /* <name attributes>; `name` is as written, with its prefix. */
    void (*start)(void *arg, struct slice name, struct slice attributes);
    /* </name>, and behind the start of <name/>. An empty name: the input ended within an end tag. */
    void (*end)(void *arg, struct slice name);
    /* Some text: CDATA, or text with references resolved; a run of it may come in many calls. What is no reference of
     * XML stays as written: "&copy=1", "&nbsp;", "& ". */
    void (*text)(void *arg, struct slice text);
    void *arg;
};

enum xml_state {
    XML_TEXT,
    XML_REFERENCE, /* behind an '&' */
    XML_OPEN,      /* behind a '<', kind of markup not yet known */
    XML_TAG,
    XML_QUOTED, /* within a quoted value of a tag */
    XML_COMMENT,
    XML_CDATA,
    XML_INSTRUCTION,
    XML_DOCTYPE
};

struct xml {
    struct xml_listener listener;
    enum xml_state state;
    struct buf held; /* the tag or reference at hand, without its first character */
    size_t matched; /* how much of the end of a comment, CDATA or instruction was seen just now; of a DOCTYPE: its depth
                       in [] */
    char quote;     /* which closes XML_QUOTED, or the string in a DOCTYPE ('\0': in none) */
};

/* Ready to scan; ends with xml_free(). */
void xml_start(struct xml *x, const struct xml_listener *listener);

void xml_feed(struct xml *x, struct slice bytes);

/* The input is over. False if it ended within markup. */
bool xml_finish(struct xml *x);

void xml_free(struct xml *x);

/* Takes the next attribute off *attributes; its value is as written. False: there is none. */
bool xml_next_attribute(struct slice *attributes, struct slice *name, struct slice *value);

/* Appends `text` with its references resolved, as for the text of an element. */
void xml_add_resolved(struct buf *out, struct slice text);

#endif

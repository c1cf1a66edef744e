#ifndef CRAWL_TOKEN_TAG_H
#define CRAWL_TOKEN_TAG_H

#include "token_names.h"

/* Start tags, and the bytes that tags are made of (WHATWG HTML, 13.2.5.8 and 13.2.5.32 to
 * 40). Pure. Threads: any.
 */

/* A start tag; attribute values lie in the page as they were written. */
struct tag {
    enum name name;
    uint32_t hash; /* of the name, if it is NAME_OTHER */
    bool self_closing;
    uint32_t has;            /* bit 1 << attribute: it is there; the first one counts */
    struct slice attributes; /* all that stands behind the name, up to the '>' */
    struct slice value[ATTRIBUTE_COUNT];
};

static inline bool tag_has(const struct tag *tag, enum attribute attribute)
{
    return (tag->has >> attribute & 1) != 0;
}

/* Reads the attributes of a tag from `p`, behind its name, and sets what is said of them above. Returns the place
 * behind its '>'; NULL: the page ended before, there is no tag. Values are kept if `wanted`. */
const char *tag_read_attributes(struct tag *tag, const char *p, const char *end, bool wanted);

/* What a byte is to a tag's name. */
enum tag_byte { TAG_NAME, TAG_SPACE, TAG_END };

extern const uint8_t tag_bytes[256]; /* enum tag_byte */

static inline bool tag_is_space(char c)
{
    return tag_bytes[(unsigned char)c] == TAG_SPACE;
}

static inline bool tag_is_name(char c)
{
    return tag_bytes[(unsigned char)c] == TAG_NAME;
}

/* The first `c` from `p` on, or `end`. */
static inline const char *tag_find(const char *p, const char *end, char c)
{
    const char *found = p < end ? memchr(p, c, (size_t)(end - p)) : NULL;

    return found == NULL ? end : found;
}

static inline const char *tag_skip_spaces(const char *p, const char *end)
{
    while (p < end && tag_is_space(*p))
        p++;
    return p;
}

static inline const char *tag_name_end(const char *p, const char *end)
{
    while (p < end && tag_is_name(*p))
        p++;
    return p;
}

#endif

#include "token_tag.h"

const uint8_t tag_bytes[256] = {
    ['\t'] = TAG_SPACE, ['\n'] = TAG_SPACE, ['\f'] = TAG_SPACE, ['\r'] = TAG_SPACE,
    [' '] = TAG_SPACE,  ['/'] = TAG_END,    ['>'] = TAG_END,
};

/* An attribute's value at `p`, behind the '='. Returns what is behind it, or NULL at
 * the end of the page. A '>' at once is no value, and not taken. */
static const char *read_value(const char *p, const char *end, struct slice *value)
{
    const char *stop;

    p = tag_skip_spaces(p, end);
    if (p == end)
        return NULL;
    if (*p == '"' || *p == '\'') {
        stop = tag_find(p + 1, end, *p);
        *value = (struct slice){p + 1, (size_t)(stop - p - 1)};
        return stop == end ? NULL : stop + 1;
    }
    for (stop = p; stop < end && !tag_is_space(*stop) && *stop != '>'; stop++)
        ;
    *value = (struct slice){p, (size_t)(stop - p)};
    return stop;
}

const char *tag_read_attributes(struct tag *tag, const char *p, const char *end, bool wanted)
{
    const char *start = p;

    tag->has = 0;
    tag->self_closing = false;
    for (;;) {
        struct slice name, value = {"", 0};
        bool slash = false;

        for (; p < end && (tag_is_space(*p) || *p == '/'); p++)
            slash = *p == '/';
        if (p == end)
            return NULL;
        if (*p == '>') {
            tag->self_closing = slash;
            tag->attributes = (struct slice){start, (size_t)(p - start)};
            return p + 1;
        }
        /* A '=' here is the name's first letter. */
        name.data = p++;
        while (p < end && tag_is_name(*p) && *p != '=')
            p++;
        name.size = (size_t)(p - name.data);
        p = tag_skip_spaces(p, end);
        if (p < end && *p == '=') {
            p = read_value(p + 1, end, &value);
            if (p == NULL)
                return NULL;
        }
        if (wanted) {
            enum attribute attribute = attribute_find(name);

            if (attribute != ATTRIBUTE_OTHER && !tag_has(tag, attribute)) {
                tag->has |= 1u << attribute;
                tag->value[attribute] = value;
            }
        }
    }
}

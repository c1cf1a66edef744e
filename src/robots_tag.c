#include "robots_tag.h"

#include "html.h"

#include <strings.h>

static struct slice trim(struct slice s)
{
    while (s.size > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && (s.data[s.size - 1] == ' ' || s.data[s.size - 1] == '\t'))
        s.size--;
    return s;
}

static bool says(struct slice s, const char *word)
{
    return s.size == strlen(word) && strncasecmp(s.data, word, s.size) == 0;
}

/* Directives that take a value behind a colon: what stands before it is no agent's name. */
static bool takes_value(struct slice name)
{
    return says(name, "unavailable_after") || says(name, "max-snippet") || says(name, "max-image-preview") ||
           says(name, "max-video-preview");
}

static unsigned directive(struct slice word)
{
    if (says(word, "none"))
        return HTML_NOINDEX | HTML_ROBOTS_NOFOLLOW;
    if (says(word, "noindex"))
        return HTML_NOINDEX;
    return says(word, "nofollow") ? HTML_ROBOTS_NOFOLLOW : 0;
}

/* Up to the next comma or line end. */
static size_t part_size(struct slice header, size_t from)
{
    size_t size = 0;

    while (from + size < header.size && header.data[from + size] != ',' && header.data[from + size] != '\n')
        size++;
    return size;
}

unsigned robots_tag_read(struct slice header, const char *product_token)
{
    unsigned robots = 0;
    bool ours = true;

    for (size_t i = 0; i < header.size;) {
        size_t size = part_size(header, i);
        struct slice part = trim((struct slice){header.data + i, size});
        const char *colon = part.size == 0 ? NULL : memchr(part.data, ':', part.size);

        if (colon != NULL) {
            struct slice name = trim((struct slice){part.data, (size_t)(colon - part.data)});

            if (!takes_value(name)) {
                ours = says(name, product_token);
                part = trim((struct slice){colon + 1, part.size - (size_t)(colon + 1 - part.data)});
            }
        }
        if (ours)
            robots |= directive(part);
        i += size + 1;
        if (i <= header.size && header.data[i - 1] == '\n')
            ours = true;
    }
    return robots;
}

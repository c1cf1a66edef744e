#include "token_repeat.h"

#include <string.h>
#include <xxhash.h>

void repeat_start(struct repeat *r)
{
    if (++r->stamp != 0)
        return;
    memset(r->slots, 0, sizeof r->slots); /* after 2^32 pages */
    r->stamp = 1;
}

/* `href` up to its fragment. Left whole where the rest might not mean the same without it: behind a character
 * reference, whose own '#' is none, and behind white space, which only counts where it is not at the end. */
static struct slice without_fragment(struct slice href)
{
    const char *hash = memchr(href.data, '#', href.size);

    if (hash == NULL || (hash > href.data && (unsigned char)hash[-1] <= ' ') ||
        memchr(href.data, '&', (size_t)(hash - href.data)) != NULL)
        return href;
    return (struct slice){href.data, (size_t)(hash - href.data)};
}

static bool is_same(struct slice a, struct slice b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static struct repeat_slot *slot_of(struct repeat *r, struct slice key)
{
    return &r->slots[XXH3_64bits(key.data, key.size) & (REPEAT_SLOTS - 1)];
}

bool repeat_find(struct repeat *r, struct slice href, struct slice rel)
{
    struct slice key = without_fragment(href);
    struct repeat_slot *slot = slot_of(r, key);

    if (slot->stamp == r->stamp && is_same(slot->href, key) && is_same(slot->rel, rel))
        return true;
    *slot = (struct repeat_slot){r->stamp, key, rel};
    return false;
}

void repeat_forget(struct repeat *r, struct slice href)
{
    slot_of(r, without_fragment(href))->stamp = r->stamp - 1;
}

#include "frontier_inside.h"

#include "mem.h"
#include "trap_shape.h"

#include <stdlib.h>

/* What the frontier remembers of clusters of URLs (see trap.h), and which way their URLs go by that. The clusters are
 * the traps' own; here is only what must be at hand when a URL is about to be handed out. */

#define KIND_SETS 8192 /* of KIND_WAYS clusters each: a power of two */
#define KIND_WAYS 4

#define OLD_ENOUGH    48   /* pages learnt from: a cluster is young no more */
#define UNLEARNT_AS   4    /* what is no page, or cannot be had, makes no trap: counts as so many of them */
#define REPEATS_MOST  1000 /* pages of a cluster that repeats itself but is not put into quarantine */
#define BATCH_OF_KIND 8    /* URLs of a young cluster that go at once */
#define MOST_PARTS    63
#define LEAST_DEEPER  2 /* parts */

struct kind {       /* a cluster of URLs of which at least one was handed out */
    uint64_t key;   /* 0: this place is free */
    uint32_t batch; /* the latest one that it had URLs in, and how many */
    uint8_t in_batch;
    uint8_t varied : 1, repeats : 1; /* as in struct page_kinds */
    uint8_t parts : 6;               /* of the path of its first URL; MOST_PARTS and more are the same */
    uint16_t done;                   /* pages learnt from, as far as it was young or repeated itself */
};

void kinds_init(struct frontier *f)
{
    if (f->limits.kinds != NULL && !f->limits.one_by_one)
        f->kinds = mem_array((size_t)KIND_SETS * KIND_WAYS, sizeof *f->kinds);
}

void kinds_free(struct frontier *f)
{
    free(f->kinds);
}

/* --- The table -------------------------------------------------------------------------- */
static struct kind *kind_find(const struct frontier *f, uint64_t key)
{
    struct kind *set = &f->kinds[(key & (KIND_SETS - 1)) * KIND_WAYS];

    for (int way = 0; way < KIND_WAYS; way++)
        if (set[way].key == key)
            return &set[way];
    return NULL;
}

static unsigned worth(const struct kind *k)
{
    return k->repeats ? 2u * UINT16_MAX : k->varied ? UINT16_MAX : k->done;
}

/* Made if need be, in the place of one of which less is known. */
static struct kind *kind_get(struct frontier *f, uint64_t key)
{
    struct kind *found = kind_find(f, key), *set;

    if (found != NULL)
        return found;
    set = &f->kinds[(key & (KIND_SETS - 1)) * KIND_WAYS];
    for (unsigned way = 0, from = (unsigned)(key / KIND_SETS); way < KIND_WAYS; way++) {
        struct kind *k = &set[(from + way) % KIND_WAYS];

        if (found == NULL || worth(k) < worth(found))
            found = k;
    }
    *found = (struct kind){.key = key};
    return found;
}

static bool repeats_itself(const struct kind *k)
{
    return k->repeats && k->done < REPEATS_MOST;
}

static bool is_young(const struct kind *k)
{
    return !k->varied && k->done < OLD_ENOUGH;
}

static unsigned parts_of(const struct waiting *w)
{
    int parts = shape_parts(waiting_url(w));

    return parts < MOST_PARTS ? (unsigned)parts : MOST_PARTS;
}

/* The cluster has a say in the way the URL goes. Of one last part of a path there are as many pages on many sites as
 * there are languages: they make a trap only where paths become longer, and parts come again. */
static bool matters(const struct kind *k, int place, const struct waiting *w)
{
    int deeper;

    if (!repeats_itself(k) && !is_young(k))
        return false;
    if (place != SHAPE_TAIL)
        return true;
    deeper = (int)parts_of(w) - k->parts;
    return deeper >= LEAST_DEEPER || (deeper > 0 && shape_part_comes_again(waiting_url(w)));
}

/* Which way a URL goes: by what is known of its clusters. */
enum kinds_way kinds_way(const struct frontier *f, const struct waiting *w, struct page_kinds *kinds)
{
    enum kinds_way way = WAY_FREE;

    *kinds = (struct page_kinds){.known = false};
    if (f->kinds == NULL || w->kind != PAGE_DOCUMENT || w->tries > 0 || w->via == LINK_SEED || w->via == LINK_SITEMAP)
        return WAY_FREE;
    kinds->known = true;
    if (!f->limits.kinds(f->limits.kinds_arg, waiting_url(w), kinds->keys))
        return WAY_FREE;
    for (int i = 0; i < PAGE_KINDS; i++) {
        const struct kind *k = kinds->keys[i] == 0 ? NULL : kind_find(f, kinds->keys[i]);

        if (k == NULL && kinds->keys[i] != 0 && way == WAY_FREE)
            way = WAY_FIRST;
        if (k == NULL || !matters(k, i, w))
            continue;
        if (repeats_itself(k))
            return WAY_REPEATS;
        way = WAY_YOUNG;
    }
    return way;
}

void kinds_learnt(struct frontier *f, const struct page *page)
{
    const struct page_kinds *kinds = &page->kinds;

    for (int i = 0; kinds->known && i < PAGE_KINDS; i++) {
        struct kind *k = kinds->keys[i] == 0 ? NULL : kind_get(f, kinds->keys[i]);
        unsigned by = page->lane == NULL ? 0 : kinds->learnt ? 1 : UNLEARNT_AS;

        if (k == NULL)
            continue;
        k->done = k->done + by < UINT16_MAX ? (uint16_t)(k->done + by) : UINT16_MAX;
        if (kinds->learnt) {
            k->varied = (kinds->varied >> i & 1) != 0;
            k->repeats = (kinds->repeats >> i & 1) != 0;
        }
    }
}

/* --- Batches ---------------------------------------------------------------------------- */
/* As many as were learnt from: soon there are more of those that say something. */
static int most_in_batch(const struct kind *k)
{
    return k->done < 1 ? 1 : k->done < BATCH_OF_KIND ? k->done : BATCH_OF_KIND;
}

void kinds_meet(struct frontier *f, const struct waiting *w, const struct page_kinds *kinds)
{
    for (int i = 0; i < PAGE_KINDS; i++)
        if (kinds->keys[i] != 0 && kind_find(f, kinds->keys[i]) == NULL)
            kind_get(f, kinds->keys[i])->parts = parts_of(w) & MOST_PARTS;
}

bool kinds_fit(const struct frontier *f, const struct waiting *w, const struct page_kinds *kinds)
{
    for (int i = 0; i < PAGE_KINDS; i++) {
        const struct kind *k = kinds->keys[i] == 0 ? NULL : kind_find(f, kinds->keys[i]);

        if (k != NULL && matters(k, i, w) && k->batch == f->batches && k->in_batch >= most_in_batch(k))
            return false;
    }
    return true;
}

void kinds_batched(struct frontier *f, const struct page_kinds *kinds)
{
    for (int i = 0; i < PAGE_KINDS; i++) {
        struct kind *k = kinds->keys[i] == 0 ? NULL : kind_get(f, kinds->keys[i]);

        if (k == NULL)
            continue;
        k->in_batch = k->batch == f->batches ? (uint8_t)(k->in_batch + 1) : 1;
        k->batch = f->batches;
    }
}

/* --- Trails --------------------------------------------------------------------------------
 * How far a URL lies inside its cluster: as many links from the first page of it, or for what was found on a page that
 * came out of the lane of what repeats, one more than that. Unlike its depth this does not follow from who was faster
 * outside. */
static uint32_t trail_of(const struct page_kinds *kinds)
{
    uint64_t key = kinds->keys[SHAPE_VALUES] != 0 ? kinds->keys[SHAPE_VALUES] : kinds->keys[SHAPE_NUMBERS];

    return key == 0 ? 0 : (uint32_t)key | 2;
}

void kinds_place(struct waiting *w, const struct page_kinds *kinds)
{
    uint32_t trail = kinds->known ? trail_of(kinds) : 0;

    if (w->placed)
        return;
    if (w->trail == KINDS_TRAIL_ANY || (w->trail != 0 && w->trail == trail))
        w->hops += w->hops < UINT16_MAX;
    else
        w->hops = 0;
    w->trail = trail;
    w->placed = true;
}

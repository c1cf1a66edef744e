#include "trap_cluster.h"

#include "mem.h"

#include <stdlib.h>
#include <xxhash.h>

#define SETS       1024 /* of WAYS clusters each: a power of two */
#define WAYS       8
#define TEXTS_KEPT 16 /* of a cluster: the newest that differ; a calendar has 12 months */

/* When a cluster is put into quarantine; see trap.h. */
#define SAME_LEAST_PAGES  50
#define SAME_RECENT       40 /* of the latest pages so many ... */
#define SAME_MOST_OTHERS  2  /* ... but for these say what others said */
#define NAME_LEAST_PAGES  32
#define NAME_RECENT       24
#define NAME_MOST_FRESH   9 /* of all pages with a name so many said something new, as far as was looked at */
#define UNLOOKED          8 /* the first pages of a cluster, whose texts nobody compares */
#define BLIND_LEAST_PAGES 150
#define BLIND_RECENT      64
#define BLIND_MOST_OTHERS 3
#define TAIL_LEAST_DEEPER 2  /* parts of the path by which those of one tail differ at least */
#define SUSPECT_RECENT    16 /* a cluster with so many latest pages stale by their texts brings no news */
#define SUSPECT_OTHERS    4  /* ... as has one of which all others but so many were, however they came */
#define REPEATS_LEAST     3 /* pages of a cluster that repeats itself, of which no more differ than do not: until ... */
#define VARIED_AGAIN      8 /* ... so many more differ; once it is varied, until of SUSPECT_RECENT so few repeat */
#define SOUND_RECENT      64  /* so many latest pages that all differ make a cluster sound */
#define NEAR_LEAST_BYTES  200 /* of text for a near-duplicate hash to mean anything */
#define NEAR_MOST_BITS    3

struct said { /* a title and text of a cluster */
    uint32_t title_hash;
    bool has_text; /* the text was hashed */
    bool is_long;
    uint64_t blind_hash, simhash;
};

struct cluster {
    uint64_t key;  /* of its shape; 0: this place is free */
    uint64_t used; /* when it was met last, in pages */
    uint32_t pages;
    uint32_t fresh;    /* of them: said something new */
    uint32_t repeated; /* of them: said what one of the cluster had said, as far as was looked at */
    uint16_t least_depth, most_depth;
    uint16_t least_parts, most_parts;
    bool closed, repeating;
    uint8_t varied; /* different texts, as far as they were looked at; at most TEXTS_KEPT + 1 */
    /* The latest 64 pages, one bit each, the newest lowest: */
    uint64_t repeats; /* title and text were there before, or nearly */
    uint64_t stale;   /* the same, and no news */
    uint64_t same;    /* the very same as another page of the host, and no news */
    uint64_t echoes;  /* of those judged so: the same but for the words that its URL says, and no news */
    uint32_t judged, judged_fresh;
    uint32_t said_next;
    struct said said[TEXTS_KEPT]; /* title_hash 0: none */
};

struct clusters {
    uint64_t pages;
    struct cluster *places; /* SETS times WAYS; zeroed memory, which costs nothing before it is used */
};

struct clusters *clusters_new(void)
{
    struct clusters *all = mem_new(sizeof *all);

    all->places = mem_array((size_t)SETS * WAYS, sizeof *all->places);
    return all;
}

void clusters_free(struct clusters *all)
{
    free(all->places);
    free(all);
}

static struct cluster *set_of(const struct clusters *all, uint64_t key)
{
    return &all->places[(key & (SETS - 1)) * WAYS];
}

struct cluster *clusters_find(const struct clusters *all, uint64_t key)
{
    struct cluster *set = set_of(all, key);

    for (int way = 0; key != 0 && way < WAYS; way++)
        if (set[way].key == key)
            return &set[way];
    return NULL;
}

/* When a cluster may make room for another: those of many pages later than those of few. */
static uint64_t use_of(const struct cluster *c)
{
    return c->used + (c->pages < 64 ? c->pages : 64) * 64;
}

struct cluster *clusters_get(struct clusters *all, uint64_t key)
{
    struct cluster *found = clusters_find(all, key);
    struct cluster *set = set_of(all, key);

    if (found == NULL) {
        found = set;
        for (int way = 1; way < WAYS; way++)
            if (use_of(&set[way]) < use_of(found))
                found = &set[way];
        *found = (struct cluster){.key = key, .least_depth = UINT16_MAX, .least_parts = UINT16_MAX};
    }
    found->used = ++all->pages;
    return found;
}

uint32_t cluster_pages(const struct cluster *c)
{
    return c->pages;
}

/* --- What its pages say ------------------------------------------------------------- */
static struct said *find_said(const struct cluster *c, uint32_t title,
                              bool (*fits)(const struct said *, const struct page *), const struct page *page)
{
    for (int i = 0; i < TEXTS_KEPT; i++)
        if (c->said[i].title_hash == title && (fits == NULL || fits(&c->said[i], page)))
            return (struct said *)&c->said[i];
    return NULL;
}

static bool lacks_text(const struct said *said, const struct page *page)
{
    return !said->has_text && page_has_text(page);
}

static bool says_the_same(const struct said *said, const struct page *page)
{
    if (!said->has_text || !page_has_text(page))
        return false;
    if (said->blind_hash == page->text_blind_hash)
        return true;
    return said->is_long && page->text_bytes >= NEAR_LEAST_BYTES &&
           __builtin_popcountll(said->simhash ^ page->text_simhash) <= NEAR_MOST_BITS;
}

bool cluster_note_said(struct cluster *c, uint32_t title, const struct page *page)
{
    struct said *said;

    if (find_said(c, title, says_the_same, page) != NULL)
        return true;
    said = find_said(c, title, lacks_text, page);
    if (said == NULL && !page_has_text(page) && cluster_knows_title(c, title))
        return false;
    if (said == NULL) {
        said = &c->said[c->said_next++ % TEXTS_KEPT];
        c->varied += c->varied <= TEXTS_KEPT;
    }
    *said = (struct said){.title_hash = title,
                          .has_text = page_has_text(page),
                          .is_long = page->text_bytes >= NEAR_LEAST_BYTES,
                          .blind_hash = page->text_blind_hash,
                          .simhash = page->text_simhash};
    return false;
}

bool cluster_knows_title(const struct cluster *c, uint32_t title)
{
    return find_said(c, title, NULL, NULL) != NULL;
}

/* --- What to make of it ---------------------------------------------------------------- */
static int latest(uint64_t bits, int count)
{
    return __builtin_popcountll(count == 64 ? bits : bits & (((uint64_t)1 << count) - 1));
}

static bool is_same(const struct cluster *c, enum shape kind)
{
    int most_others = kind == SHAPE_NUMBERS ? SAME_MOST_OTHERS : 0;

    if (kind == SHAPE_NAME && c->judged >= NAME_LEAST_PAGES && c->judged_fresh <= NAME_MOST_FRESH &&
        latest(c->echoes, NAME_RECENT) == NAME_RECENT)
        return true;
    if (kind == SHAPE_NAME)
        return c->pages >= NAME_LEAST_PAGES && c->fresh <= NAME_MOST_FRESH &&
               latest(c->same, NAME_RECENT) == NAME_RECENT;
    if (c->pages < SAME_LEAST_PAGES || latest(c->same, SAME_RECENT) < SAME_RECENT - most_others)
        return false;
    return kind != SHAPE_TAIL || c->most_parts - c->least_parts >= TAIL_LEAST_DEEPER;
}

/* So many pages of a site that ends lie within a few links of each other: as many as a tree of them is high, which
 * grows with the logarithm of the pages. Where each page leads to but a few more, and those to more, it does not. */
static bool is_blind(const struct cluster *c, enum shape kind)
{
    int doublings = 31 - __builtin_clz(c->pages | 1);

    return kind != SHAPE_TAIL && kind != SHAPE_NAME && c->pages >= BLIND_LEAST_PAGES &&
           latest(c->stale, BLIND_RECENT) >= BLIND_RECENT - BLIND_MOST_OTHERS &&
           2 * (c->most_depth - c->least_depth) >= 4 + 3 * doublings;
}

void cluster_note_page(struct cluster *c, const struct page *page, bool repeats, bool exact, bool news)
{
    int parts = shape_parts((struct slice){page->url, page->url_size});
    uint16_t shown = parts > UINT16_MAX ? UINT16_MAX : (uint16_t)parts;

    c->fresh += page_has_text(page) ? !exact : c->pages >= UNLOOKED;
    c->pages++;
    c->least_depth = page->depth < c->least_depth ? page->depth : c->least_depth;
    c->most_depth = page->depth > c->most_depth ? page->depth : c->most_depth;
    c->least_parts = shown < c->least_parts ? shown : c->least_parts;
    c->most_parts = shown > c->most_parts ? shown : c->most_parts;
    c->repeats = c->repeats << 1 | repeats;
    c->stale = c->stale << 1 | (repeats && !news);
    c->same = c->same << 1 | (exact && !news);
    c->repeated += repeats;
    /* By counts, whatever the order of the pages, as long as there are few. */
    if (cluster_is_varied(c) ? cluster_is_suspect(c) : c->pages >= REPEATS_LEAST && c->repeated >= c->varied)
        c->repeating = true;
    else if (cluster_is_varied(c) ? latest(c->repeats, SUSPECT_RECENT) <= VARIED_AGAIN
                                  : c->repeated + VARIED_AGAIN < c->varied)
        c->repeating = false;
}

bool cluster_is_varied(const struct cluster *c)
{
    return c->varied > TEXTS_KEPT || c->closed;
}

bool cluster_repeats(const struct cluster *c)
{
    return c->repeating && !c->closed;
}

void cluster_note_echo(struct cluster *c, bool echoes, bool news)
{
    c->judged++;
    c->judged_fresh += !echoes;
    c->echoes = c->echoes << 1 | (echoes && !news);
}

bool cluster_is_suspect(const struct cluster *c)
{
    return c != NULL && c->pages >= SUSPECT_RECENT &&
           (latest(c->repeats, SUSPECT_RECENT) >= SUSPECT_RECENT - 1 || c->repeated + SUSPECT_OTHERS >= c->pages);
}

bool cluster_is_trap(const struct cluster *c, enum shape kind)
{
    return !c->closed && (is_same(c, kind) || is_blind(c, kind));
}

void cluster_close(struct cluster *c)
{
    c->closed = true;
}

/* --- Which texts are read ------------------------------------------------------------ */
/* Reading the text costs time, which is not spent on what may become no large cluster at all: of one last part there
 * are as many pages on many sites as there are languages. */
static const uint32_t text_least_pages[SHAPE_COUNT] = {
    [SHAPE_NUMBERS] = 8, [SHAPE_VALUES] = 8, [SHAPE_TAIL] = 16, [SHAPE_NAME] = 8};

/* Each of its latest pages said something new. */
static bool is_sound(const struct cluster *c)
{
    return c->pages >= SOUND_RECENT && c->repeats == 0;
}

/* Of a sound cluster one page in so many is read for its text, and learnt from; the first that repeats another has all
 * read again. Where titles differ in numbers alone, as "Page 12", reading each was a fifth of a crawl's instructions.
 */
#define SAMPLE 8

static bool is_in_sample(struct slice url)
{
    /* By the URL alone: the same ones in each crawl, in whatever order. */
    return XXH3_64bits(url.data, url.size) % SAMPLE == 0;
}

bool clusters_want_text(const struct clusters *all, struct slice url, uint32_t title, uint64_t keys[SHAPE_SLOTS])
{
    bool in_sample = is_in_sample(url);
    unsigned spared = 0;

    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++) {
        const struct cluster *c = clusters_find(all, keys[slot]);

        if (c == NULL || c->pages < text_least_pages[shape_of_slot(slot)] || !cluster_knows_title(c, title))
            continue;
        if (in_sample || !is_sound(c))
            return true;
        spared |= 1u << slot;
    }
    for (unsigned slot = 0; slot < SHAPE_SLOTS; slot++)
        if ((spared >> slot & 1) != 0)
            keys[slot] = 0;
    return false;
}

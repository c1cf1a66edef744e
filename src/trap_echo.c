#include "trap_echo.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define SETS        32 /* of WAYS paths each: a power of two */
#define WAYS        4
#define PAIRS_MAX   128 /* names with values; a path that has more of them tells pages apart by them */
#define LEAST_URLS  64
#define TIMES_PAIRS 3 /* so many times as many URLs: what has a value of its own for each page never has */

struct path {
    uint64_t key;  /* 0: this place is free */
    uint64_t used; /* when it was met last, in URLs */
    uint32_t urls;
    uint32_t pair_count;
    bool is_full;              /* more values than there is room for: never mind */
    uint64_t pairs[PAIRS_MAX]; /* hashes of "name=value" */
    struct echo words;         /* of the values */
};

struct echoes {
    uint64_t urls;
    struct path *places; /* SETS times WAYS; zeroed memory, which costs nothing before it is used */
};

struct echoes *echoes_new(void)
{
    struct echoes *all = mem_new(sizeof *all);

    all->places = mem_array((size_t)SETS * WAYS, sizeof *all->places);
    return all;
}

void echoes_free(struct echoes *all)
{
    free(all->places);
    free(all);
}

static struct path *find_path(struct echoes *all, uint64_t key)
{
    struct path *set = &all->places[(key & (SETS - 1)) * WAYS], *found = set;

    for (int way = 0; way < WAYS; way++) {
        if (set[way].key == key)
            return &set[way];
        if (set[way].used < found->used)
            found = &set[way];
    }
    *found = (struct path){.key = key};
    return found;
}

/* A "name=value" of the path. */
static void note_pair(struct path *p, struct slice pair)
{
    uint64_t hash = XXH3_64bits(pair.data, pair.size);
    const char *value = memchr(pair.data, '=', pair.size);

    for (uint32_t i = 0; i < p->pair_count; i++)
        if (p->pairs[i] == hash)
            return;
    p->is_full =
        p->pair_count == PAIRS_MAX ||
        (value != NULL && !echo_add(&p->words, (struct slice){value, (size_t)(pair.data + pair.size - value)}));
    if (!p->is_full)
        p->pairs[p->pair_count++] = hash;
}

bool echoes_note(struct echoes *all, uint64_t key, struct slice url, struct echo *echo)
{
    struct path *p = find_path(all, key);
    const char *end = url.data + url.size, *at = memchr(url.data, '?', url.size);
    size_t count = 0;

    p->used = ++all->urls;
    p->urls += p->urls < UINT32_MAX;
    while (at != NULL && ++at < end && !p->is_full) {
        const char *next = at;

        while (next < end && *next != '&' && *next != ';')
            next++;
        if (next > at) {
            note_pair(p, (struct slice){at, (size_t)(next - at)});
            count++;
        }
        at = next;
    }
    if (p->is_full || count < 2 || p->words.count == 0 || p->urls < LEAST_URLS || p->urls < TIMES_PAIRS * p->pair_count)
        return false;
    *echo = p->words;
    return true;
}

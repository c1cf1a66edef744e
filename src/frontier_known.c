#include "frontier_inside.h"

#include "clock.h"
#include "mem.h"
#include "queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* What earlier runs know, and where it stands in `seen`. */

/* The text of a URL that reads like the key of another stands under a hash made from its own by this. */
#define BESIDE 0x9E3779B97F4A7C15u

#define BATCH          1024 /* URLs handed over at once */
#define BATCHES        16   /* that may wait */
#define PREFETCH_AHEAD 24

int64_t seen_value(int64_t id, int flags)
{
    return (int64_t)((uint64_t)id << 3) | flags;
}

uint64_t frontier_text_place(const struct frontier *f, uint64_t text_hash, int64_t *value)
{
    *value = seen_find(f->seen, text_hash);
    if ((*value & SEEN_KEY) == 0)
        return text_hash;
    *value = seen_find(f->seen, text_hash ^ BESIDE);
    return text_hash ^ BESIDE;
}

void frontier_claim_key(struct frontier *f, uint64_t text_hash, uint64_t key_hash, int64_t id)
{
    if (key_hash != text_hash)
        seen_add(f->seen, key_hash, seen_value(id, SEEN_KEY));
}

uint64_t frontier_variants_place(const struct frontier *f, struct slice url)
{
    const char *query = memchr(url.data, '?', url.size);

    if (query == NULL)
        return 0;
    return XXH3_64bits_withSeed(url.data, (size_t)(query - url.data), f->limits.hash_seed ^ 0x71756572794C);
}

/* --- Taking in what was told ----------------------------------------------------------- */
struct known_url {
    int64_t id, host_id; /* id 0: it is one more variant of the query, and text_hash its place */
    uint64_t text_hash, key_hash;
    enum frontier_known state;
};

struct known_batch {
    size_t count;
    struct known_url urls[BATCH];
};

static int flags_of(enum frontier_known state)
{
    switch (state) {
    case KNOWN_SKIPPED:
        return SEEN_UNVISITED;
    case KNOWN_CHECKED:
    case KNOWN_TO_CHECK:
        return SEEN_UNVISITED | SEEN_CHECKED;
    case KNOWN_DONE:
    case KNOWN_WAITING:
        break;
    }
    return 0;
}

static void park(struct frontier *f, struct host *h, int64_t id)
{
    if (h->parked == 0)
        h->loaded_up_to = id - 1;
    h->parked++;
    f->parked++;
    if (h->parked == 1)
        host_update(f, h, clock_ms());
}

static void take_in(struct frontier *f, const struct known_url *known)
{
    struct host *h;
    int64_t value;
    uint64_t place = frontier_text_place(f, known->text_hash, &value);
    bool is_document = known->state == KNOWN_DONE || known->state == KNOWN_WAITING;
    bool waits = known->state == KNOWN_WAITING || known->state == KNOWN_TO_CHECK;

    seen_set(f->seen, place, seen_value(known->id, flags_of(known->state)));
    if (known->id > f->last_url_id)
        f->last_url_id = known->id;
    f->known++;
    if (known->state == KNOWN_SKIPPED)
        return;
    if (is_document)
        frontier_claim_key(f, known->text_hash, known->key_hash, known->id);
    h = host_of_id(f, known->host_id);
    assert(h != NULL || !waits);
    if (h == NULL)
        return;
    h->admitted += is_document;
    if (waits)
        park(f, h, known->id);
}

/* Each stands at a random place of `seen`: asked for in time, that memory is there when it is needed
 * (bench/frontier_bench.c, 10 M URLs: 220 instead of 410 ns each). Frees the batch, which may be NULL. */
static void take_in_all(struct frontier *f, struct known_batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t i = 0; i < batch->count; i++) {
        const struct known_url *known = &batch->urls[i];

        if (i + PREFETCH_AHEAD < batch->count)
            seen_prefetch(f->seen, batch->urls[i + PREFETCH_AHEAD].text_hash);
        if (known->id != 0)
            take_in(f, known);
        else
            seen_set(f->seen, known->text_hash, seen_find(f->seen, known->text_hash) + 1);
    }
    free(batch);
}

/* --- A thread that does so while the store is read --------------------------------------- */
struct known_filler {
    struct frontier *frontier;
    struct queue *batches;
    pthread_t thread;
};

static void *fill(void *arg)
{
    struct known_filler *filler = arg;
    struct known_batch *batch;

    while ((batch = queue_pop(filler->batches)) != NULL)
        take_in_all(filler->frontier, batch);
    return NULL;
}

/* The first full batch starts the thread: of 10 M URLs half the time goes into reading them, half into `seen`. Without
 * the frontier's lock: nobody else is there yet, and who takes it ends the thread first. */
static void hand_over(struct frontier *f)
{
    if (f->filler == NULL) {
        f->filler = mem_new(sizeof *f->filler);
        f->filler->frontier = f;
        f->filler->batches = queue_new(BATCHES);
        if (pthread_create(&f->filler->thread, NULL, fill, f->filler) != 0) {
            queue_close(f->filler->batches);
            queue_free(f->filler->batches);
            free(f->filler);
            f->filler = NULL;
        }
    }
    if (f->filler != NULL)
        queue_push(f->filler->batches, f->told);
    else
        take_in_all(f, f->told);
    f->told = NULL;
}

void frontier_take_in_known(struct frontier *f)
{
    struct known_filler *filler = f->filler;

    if (filler != NULL) {
        queue_close(filler->batches);
        pthread_join(filler->thread, NULL);
        queue_free(filler->batches);
        free(filler);
        f->filler = NULL;
    }
    take_in_all(f, f->told);
    f->told = NULL;
}

static void add(struct frontier *f, const struct known_url *known)
{
    if (f->told == NULL)
        f->told = mem_new(sizeof *f->told);
    f->told->urls[f->told->count++] = *known;
    if (f->told->count == BATCH)
        hand_over(f);
}

void frontier_add_known(struct frontier *f, int64_t id, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                        enum frontier_known state)
{
    add(f, &(struct known_url){id, host_id, text_hash, key_hash, state});
}

void frontier_add_variant(struct frontier *f, struct slice url)
{
    uint64_t place = f->limits.query_variants > 0 ? frontier_variants_place(f, url) : 0;

    if (place != 0)
        add(f, &(struct known_url){.text_hash = place});
}

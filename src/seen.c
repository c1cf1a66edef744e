#include "seen.h"

#include "mem.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Open addressing in which the entries of a shard stand in the order of their hashes: a hash's home is its share of the
 * slots, and what finds its home taken stands behind it, in order. So a search ends at the first greater hash, which
 * keeps searches for what is not there short even at nine parts in ten full; and growing is one pass from left to
 * right. */
struct entry {            /* 12 bytes: the shard says what the first bits of the hash are */
    uint32_t hash_high;   /* 32 of the last 56 bits ... */
    uint32_t hash_low_id; /* ... and the other 24, then the first 8 bits of the id */
    uint32_t id_low;
};

struct shard {
    struct entry *slots;
    size_t homes; /* slots that are home of a hash */
    size_t size;  /* slots: the homes and some behind, so that nothing wraps around */
    size_t count; /* entries */
};

/* A shard grows within 25 ms at 100 M entries; with four times as many shards the allocator loses more in between than
 * that is worth. */
#define SHARD_BITS  8
#define SHARD_COUNT (1u << SHARD_BITS)
#define FIRST_HOMES 16
#define ROOM_BEHIND 48 /* slots behind the homes, at first */

struct seen {
    size_t count;
    struct shard shards[SHARD_COUNT];
};

static uint64_t without_shard(uint64_t hash)
{
    return hash << SHARD_BITS >> SHARD_BITS;
}

static struct entry entry_of(uint64_t hash, int64_t id)
{
    uint64_t kept = without_shard(hash);

    return (struct entry){(uint32_t)(kept >> 24), (uint32_t)kept << 8 | (uint32_t)(id >> 32), (uint32_t)id};
}

/* The hash without the bits that are the shard's. */
static uint64_t hash_in(const struct entry *entry)
{
    return (uint64_t)entry->hash_high << 24 | entry->hash_low_id >> 8;
}

static int64_t id_in(const struct entry *entry)
{
    return (int64_t)((uint64_t)(entry->hash_low_id & 0xFF) << 32 | entry->id_low);
}

static size_t home_of(const struct shard *shard, uint64_t hash)
{
    return (size_t)(((unsigned __int128)(hash << SHARD_BITS) * shard->homes) >> 64);
}

static struct shard *shard_of(const struct seen *seen, uint64_t hash)
{
    return (struct shard *)&seen->shards[hash >> (64 - SHARD_BITS)];
}

static void make_slots(struct shard *shard, size_t homes, size_t behind)
{
    shard->homes = homes;
    shard->size = homes + behind;
    shard->slots = mem_array(shard->size, sizeof shard->slots[0]);
}

struct seen *seen_new(void)
{
    struct seen *seen = mem_new(sizeof *seen);

    for (size_t i = 0; i < SHARD_COUNT; i++)
        make_slots(&seen->shards[i], FIRST_HOMES, ROOM_BEHIND);
    return seen;
}

void seen_free(struct seen *seen)
{
    if (seen == NULL)
        return;
    for (size_t i = 0; i < SHARD_COUNT; i++)
        free(seen->shards[i].slots);
    free(seen);
}

/* Where `hash` stands or, if it is not there, where it would: at most shard->size. */
static size_t place_of(const struct shard *shard, uint64_t hash)
{
    size_t at = home_of(shard, hash);
    uint64_t wanted = without_shard(hash);

    while (at < shard->size && id_in(&shard->slots[at]) != 0 && hash_in(&shard->slots[at]) < wanted)
        at++;
    return at;
}

static bool is_at(const struct shard *shard, size_t at, uint64_t hash)
{
    return at < shard->size && id_in(&shard->slots[at]) != 0 && hash_in(&shard->slots[at]) == without_shard(hash);
}

int64_t seen_find(const struct seen *seen, uint64_t hash)
{
    const struct shard *shard = shard_of(seen, hash);
    size_t at = place_of(shard, hash);

    return is_at(shard, at, hash) ? id_in(&shard->slots[at]) : 0;
}

/* Moves all entries to slots for `homes`; false if they do not fit into that many and `behind`. */
static bool move_entries(struct shard *shard, size_t homes, size_t behind)
{
    struct shard bigger = {.count = shard->count};
    size_t next = 0; /* first slot behind the last entry placed */

    make_slots(&bigger, homes, behind);
    for (size_t i = 0; i < shard->size; i++) {
        const struct entry *entry = &shard->slots[i];
        size_t home;

        if (id_in(entry) == 0)
            continue;
        home = home_of(&bigger, hash_in(entry));
        if (home > next)
            next = home;
        if (next == bigger.size) {
            free(bigger.slots);
            return false;
        }
        bigger.slots[next++] = *entry;
    }
    free(shard->slots);
    *shard = bigger;
    return true;
}

/* Nine parts in ten. */
static bool is_full(const struct shard *shard)
{
    return shard->count >= shard->homes - shard->homes / 10;
}

/* More homes if there are too few; else more room behind them, where the last ones' entries have run together. */
static void grow(struct shard *shard)
{
    bool full = is_full(shard);
    size_t homes = full ? shard->homes + shard->homes / 5 : shard->homes;
    size_t behind = full ? ROOM_BEHIND : 2 * (shard->size - shard->homes);

    while (!move_entries(shard, homes, behind))
        behind *= 2;
}

/* Puts a new entry at its place; false if the shard must grow first. */
static bool insert(struct shard *shard, size_t at, uint64_t hash, int64_t id)
{
    size_t end = at; /* the empty slot that closes the row of full ones */

    while (end < shard->size && id_in(&shard->slots[end]) != 0)
        end++;
    if (end == shard->size)
        return false;
    memmove(&shard->slots[at + 1], &shard->slots[at], (end - at) * sizeof shard->slots[0]);
    shard->slots[at] = entry_of(hash, id);
    shard->count++;
    return true;
}

/* The entry of `hash`, made with `id` if it is not there. */
static struct entry *find_or_add(struct seen *seen, uint64_t hash, int64_t id)
{
    struct shard *shard = shard_of(seen, hash);
    size_t at = place_of(shard, hash);

    assert(id > 0 && id <= SEEN_ID_MAX);
    if (is_at(shard, at, hash))
        return &shard->slots[at];
    if (is_full(shard)) {
        grow(shard);
        at = place_of(shard, hash);
    }
    while (!insert(shard, at, hash, id)) {
        grow(shard);
        at = place_of(shard, hash);
    }
    seen->count++;
    return &shard->slots[at];
}

int64_t seen_add(struct seen *seen, uint64_t hash, int64_t id)
{
    return id_in(find_or_add(seen, hash, id));
}

void seen_set(struct seen *seen, uint64_t hash, int64_t id)
{
    *find_or_add(seen, hash, id) = entry_of(hash, id);
}

void seen_prefetch(const struct seen *seen, uint64_t hash)
{
    const struct shard *shard = shard_of(seen, hash);
    const struct entry *home = &shard->slots[home_of(shard, hash)];

    /* An entry stands about five slots behind its home when the shard is full: in one of two cache lines. Worth a third
     * of the cost of a known link at 10 M URLs (bench/frontier_bench.c). */
    __builtin_prefetch(home);
    __builtin_prefetch(home + 6);
}

size_t seen_count(const struct seen *seen)
{
    return seen->count;
}

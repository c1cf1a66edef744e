#include "trap_quarantine.h"

#include "mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MOST_KEYS 1024
#define PLACES    4096 /* a power of two */

struct entry {
    uint64_t key;
    char why[];
};

struct quarantine {
    pthread_mutex_t lock; /* for whoever adds */
    size_t count;
    atomic_bool has_any;
    struct entry *_Atomic entries[PLACES]; /* by key, each in the first free place from its own on */
};

struct quarantine *quarantine_new(void)
{
    struct quarantine *q = mem_new(sizeof *q);

    pthread_mutex_init(&q->lock, NULL);
    return q;
}

void quarantine_free(struct quarantine *q)
{
    for (size_t i = 0; i < PLACES; i++)
        free(atomic_load(&q->entries[i]));
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static size_t next_place(size_t place)
{
    return (place + 1) & (PLACES - 1);
}

bool quarantine_add(struct quarantine *q, uint64_t key, const char *why)
{
    size_t size = strlen(why) + 1, place = key & (PLACES - 1);
    bool added;

    pthread_mutex_lock(&q->lock);
    added = q->count < MOST_KEYS && quarantine_find(q, key) == NULL;
    if (added) {
        struct entry *entry = mem_alloc(sizeof *entry + size);

        entry->key = key;
        memcpy(entry->why, why, size);
        while (atomic_load(&q->entries[place]) != NULL)
            place = next_place(place);
        /* Whoever sees the entry sees what is in it. */
        atomic_store_explicit(&q->entries[place], entry, memory_order_release);
        atomic_store(&q->has_any, true);
        q->count++;
    }
    pthread_mutex_unlock(&q->lock);
    return added;
}

bool quarantine_is_empty(const struct quarantine *q)
{
    return !atomic_load_explicit(&q->has_any, memory_order_relaxed);
}

const char *quarantine_find(const struct quarantine *q, uint64_t key)
{
    const struct entry *entry;

    for (size_t place = key & (PLACES - 1);
         (entry = atomic_load_explicit(&q->entries[place], memory_order_acquire)) != NULL; place = next_place(place))
        if (entry->key == key)
            return entry->why;
    return NULL;
}

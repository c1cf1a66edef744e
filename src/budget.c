#include "budget.h"

#include "mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct budget {
    pthread_mutex_t lock; /* guards everything below */
    size_t bytes;         /* the budget */
    size_t used;          /* may be more, by what the one with the way through has taken */
    const void *way;      /* who may go over; NULL: nobody */
    long long refusals;
};

struct budget *budget_new(size_t bytes)
{
    struct budget *b = mem_new(sizeof *b);

    pthread_mutex_init(&b->lock, NULL);
    b->bytes = bytes;
    return b;
}

void budget_free(struct budget *b)
{
    if (b == NULL)
        return;
    assert(b->used == 0 && b->way == NULL);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

bool budget_take(struct budget *b, size_t bytes, const void *owner)
{
    bool granted;

    assert(owner != NULL);
    pthread_mutex_lock(&b->lock);
    granted = b->used <= b->bytes && bytes <= b->bytes - b->used;
    if (!granted && (b->way == NULL || b->way == owner)) {
        b->way = owner;
        granted = true;
    }
    if (granted)
        b->used += bytes;
    else
        b->refusals++;
    pthread_mutex_unlock(&b->lock);
    return granted;
}

void budget_give(struct budget *b, size_t bytes, const void *owner, bool all)
{
    pthread_mutex_lock(&b->lock);
    assert(b->used >= bytes);
    b->used -= bytes;
    if (all && b->way == owner)
        b->way = NULL;
    pthread_mutex_unlock(&b->lock);
}

size_t budget_used(struct budget *b)
{
    size_t used;

    pthread_mutex_lock(&b->lock);
    used = b->used;
    pthread_mutex_unlock(&b->lock);
    return used;
}

long long budget_refusals(struct budget *b)
{
    long long refusals;

    pthread_mutex_lock(&b->lock);
    refusals = b->refusals;
    pthread_mutex_unlock(&b->lock);
    return refusals;
}

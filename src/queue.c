#include "queue.h"

#include "clock.h"
#include "mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct slot {
    void *item;
    size_t weight; /* in bytes */
};

struct queue {
    pthread_mutex_t lock;    /* guards everything below */
    pthread_cond_t has_room; /* length or weight fell */
    pthread_cond_t has_item; /* length rose above 0, or closed */
    size_t capacity;         /* in items */
    size_t head;             /* slot of the oldest item */
    size_t length;           /* items now held */
    size_t weight;           /* of all items now held */
    size_t wanted;           /* items for which queue_pop_batch() waits; 0: it does not */
    long long waited_ms;     /* by pushers, for room */
    bool hurried;            /* since the last queue_pop_batch() */
    bool closed;
    struct slot slots[];
};

struct queue *queue_new(size_t capacity)
{
    struct queue *q;

    assert(capacity > 0);
    q = mem_new(sizeof *q + capacity * sizeof q->slots[0]);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->has_room, NULL);
    pthread_cond_init(&q->has_item, NULL);
    q->capacity = capacity;
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    assert(q->closed && q->length == 0);
    pthread_cond_destroy(&q->has_item);
    pthread_cond_destroy(&q->has_room);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static bool has_room(const struct queue *q, size_t weight)
{
    return q->length == 0 || (q->length < q->capacity && q->weight + weight <= QUEUE_WEIGHT_MAX);
}

/* Waits for room and adds the time to waited_ms. The lock is held. */
static void wait_for_room(struct queue *q, size_t weight)
{
    int64_t since_ms = clock_ms();

    while (!has_room(q, weight)) {
        if (q->wanted > 0) { /* it could wait long for more */
            q->hurried = true;
            pthread_cond_broadcast(&q->has_item);
        }
        pthread_cond_wait(&q->has_room, &q->lock);
    }
    q->waited_ms += clock_ms() - since_ms;
}

void queue_push_weighing(struct queue *q, void *item, size_t weight)
{
    bool enough;

    assert(item != NULL);
    pthread_mutex_lock(&q->lock);
    if (!has_room(q, weight))
        wait_for_room(q, weight);
    assert(!q->closed);
    q->slots[(q->head + q->length) % q->capacity] = (struct slot){item, weight};
    q->length++;
    q->weight += weight;
    enough = q->length >= q->wanted;
    pthread_mutex_unlock(&q->lock);
    /* Not before: who is woken would only wait for the lock. */
    if (enough)
        pthread_cond_signal(&q->has_item);
}

void queue_push(struct queue *q, void *item)
{
    queue_push_weighing(q, item, 0);
}

/* Waits for an item or the end. The lock is held, as in all that follows. */
static void wait_for_item(struct queue *q)
{
    while (q->length == 0 && !q->closed)
        pthread_cond_wait(&q->has_item, &q->lock);
}

static void wait_for_more(struct queue *q, size_t want, int patience_ms)
{
    int64_t until_ms = clock_wall_ms() + patience_ms; /* if this clock jumps, one batch is larger or smaller */
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    int error = 0;

    q->wanted = want < q->capacity ? want : q->capacity;
    while (q->length < q->wanted && !q->hurried && !q->closed && error == 0)
        error = pthread_cond_timedwait(&q->has_item, &q->lock, &until);
    q->wanted = 0;
}

static size_t take(struct queue *q, void **items, size_t max)
{
    size_t count = 0;

    while (count < max && q->length > 0) {
        items[count++] = q->slots[q->head].item;
        q->weight -= q->slots[q->head].weight;
        q->head = (q->head + 1) % q->capacity;
        q->length--;
    }
    /* One place is for one pusher; many places may be for many. */
    if (count == 1)
        pthread_cond_signal(&q->has_room);
    else if (count > 1)
        pthread_cond_broadcast(&q->has_room);
    return count;
}

size_t queue_pop_many(struct queue *q, void **items, size_t max)
{
    size_t count;

    pthread_mutex_lock(&q->lock);
    wait_for_item(q);
    count = take(q, items, max);
    pthread_mutex_unlock(&q->lock);
    return count;
}

size_t queue_pop_batch(struct queue *q, void **items, size_t max, size_t want, int patience_ms)
{
    size_t count;

    pthread_mutex_lock(&q->lock);
    wait_for_item(q);
    wait_for_more(q, want, patience_ms);
    count = take(q, items, max);
    q->hurried = false;
    pthread_mutex_unlock(&q->lock);
    return count;
}

void queue_hurry(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->hurried = true;
    pthread_cond_broadcast(&q->has_item);
    pthread_mutex_unlock(&q->lock);
}

void *queue_pop(struct queue *q)
{
    void *item;

    return queue_pop_many(q, &item, 1) == 1 ? item : NULL;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->has_item);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_length(struct queue *q)
{
    size_t length;

    pthread_mutex_lock(&q->lock);
    length = q->length;
    pthread_mutex_unlock(&q->lock);
    return length;
}

long long queue_waited_ms(struct queue *q)
{
    long long waited_ms;

    pthread_mutex_lock(&q->lock);
    waited_ms = q->waited_ms;
    pthread_mutex_unlock(&q->lock);
    return waited_ms;
}

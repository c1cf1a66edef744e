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
    pthread_cond_t has_item; /* for idle takers: one is called, or closed */
    pthread_cond_t has_more; /* for the one that gathers: enough are there, hurried or closed */
    size_t capacity;         /* in items */
    size_t head;             /* slot of the oldest item */
    size_t length;           /* items now held */
    size_t weight;           /* of all items now held */
    size_t want;             /* items for which it is worth waking a taker */
    size_t crowd;            /* items for which it is worth waking another one */
    int takers, patience_ms; /* as queue_gather() was told */
    int idle;                /* takers that wait for has_item */
    int called;              /* of them: called, but not awake yet */
    int pushers;             /* that wait for has_room */
    long long waited_ms;     /* by pushers, for room; of those that wait still: less the time when they began */
    bool gathers;            /* a taker waits for has_more */
    bool begun;              /* some were taken since it was empty: take the rest */
    bool hurried;            /* since something was taken last */
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
    pthread_cond_init(&q->has_more, NULL);
    q->capacity = capacity;
    q->want = q->crowd = 1;
    return q;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void queue_gather(struct queue *q, int takers, size_t want, int patience_ms)
{
    q->takers = takers;
    q->want = least(want, q->capacity);
    q->crowd = least(2 * want, q->capacity);
    q->patience_ms = patience_ms;
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    assert(q->closed && q->length == 0);
    pthread_cond_destroy(&q->has_more);
    pthread_cond_destroy(&q->has_item);
    pthread_cond_destroy(&q->has_room);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static bool has_room(const struct queue *q, size_t weight)
{
    return q->length == 0 || (q->length < q->capacity && q->weight + weight <= QUEUE_WEIGHT_MAX);
}

/* Whom a change is for, to be signalled; NULL: nobody has to wake up. The lock is held, as in all that follows. */
static pthread_cond_t *whom_to_wake(struct queue *q)
{
    bool all_idle = q->idle - q->called == q->takers;

    if (q->length == 0)
        return NULL;
    if (q->gathers)
        return q->length >= q->want || q->hurried ? &q->has_more : NULL;
    if (q->idle == q->called || !(all_idle || q->length >= q->crowd || q->hurried))
        return NULL;
    q->called++;
    return &q->has_item;
}

static void wake(pthread_cond_t *whom)
{
    if (whom != NULL)
        pthread_cond_signal(whom);
}

/* Waits for room; waited_ms grows meanwhile. */
static void wait_for_room(struct queue *q, size_t weight)
{
    q->waited_ms -= clock_ms();
    q->pushers++;
    while (!has_room(q, weight)) {
        q->hurried = true; /* it could wait long for more */
        wake(whom_to_wake(q));
        pthread_cond_wait(&q->has_room, &q->lock);
    }
    q->waited_ms += clock_ms();
    q->pushers--;
}

void queue_push_weighing(struct queue *q, void *item, size_t weight)
{
    pthread_cond_t *whom;
    bool waits;

    assert(item != NULL);
    pthread_mutex_lock(&q->lock);
    waits = !has_room(q, weight);
    if (waits)
        wait_for_room(q, weight);
    assert(!q->closed);
    q->slots[(q->head + q->length) % q->capacity] = (struct slot){item, weight};
    q->length++;
    q->weight += weight;
    if (waits && has_room(q, 0))
        pthread_cond_signal(&q->has_room);
    whom = whom_to_wake(q);
    pthread_mutex_unlock(&q->lock);
    wake(whom); /* not before: who is woken would only wait for the lock */
}

void queue_push(struct queue *q, void *item)
{
    queue_push_weighing(q, item, 0);
}

static bool is_enough(const struct queue *q)
{
    return q->closed || (q->length > 0 && (q->begun || q->hurried || q->length >= q->want));
}

static void wait_for_more(struct queue *q)
{
    int64_t until_ms = clock_wall_ms() + q->patience_ms; /* if this clock jumps, one batch is larger or smaller */
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    int error = 0;

    q->gathers = true;
    while (!is_enough(q) && error == 0)
        error = pthread_cond_timedwait(&q->has_more, &q->lock, &until);
    q->gathers = false;
}

static void wait_for_call(struct queue *q)
{
    q->idle++;
    pthread_cond_wait(&q->has_item, &q->lock);
    q->idle--;
    if (q->called > 0)
        q->called--;
}

/* Until something is to be taken, or nothing will follow. */
static void wait_for_items(struct queue *q)
{
    while (!is_enough(q)) {
        if (q->length == 0 || q->gathers) {
            wait_for_call(q);
        } else {
            wait_for_more(q);
            q->begun = q->length > 0; /* its patience is over, if not more */
        }
    }
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
    q->begun = q->length > 0;
    q->hurried = false;
    /* One place is for one pusher, who lets in the next if what was taken was heavier; many places may be for many. */
    if (count == 1)
        pthread_cond_signal(&q->has_room);
    else if (count > 1)
        pthread_cond_broadcast(&q->has_room);
    return count;
}

size_t queue_pop_many(struct queue *q, void **items, size_t max)
{
    pthread_cond_t *whom;
    size_t count;

    pthread_mutex_lock(&q->lock);
    wait_for_items(q);
    count = take(q, items, max);
    whom = q->length >= q->crowd ? whom_to_wake(q) : NULL; /* there is enough for another one */
    pthread_mutex_unlock(&q->lock);
    wake(whom);
    return count;
}

void queue_hurry(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->hurried = true;
    wake(whom_to_wake(q));
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
    pthread_cond_broadcast(&q->has_more);
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
    waited_ms = q->waited_ms + q->pushers * clock_ms();
    pthread_mutex_unlock(&q->lock);
    return waited_ms;
}

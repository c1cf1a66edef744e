#ifndef CRAWL_QUEUE_H
#define CRAWL_QUEUE_H

#include <stddef.h>

/* A bounded hand-over of pointers from one group of threads to another, first
 * in, first out.
 *
 * Ownership. Whoever holds an item owns it: push gives it to the queue, pop
 * gives it to the caller. The queue never copies, frees or drops an item.
 *
 * Threads. Any number may push and pop at once. queue_close() is for the one
 * thread that started the producers, after it has joined them all; so a push
 * to a closed queue is a bug, and aborts.
 */
struct queue;

/* An empty queue with room for `capacity` items (at least 1). Never NULL. */
struct queue *queue_new(size_t capacity);

/* The queue must be closed and drained: an item left behind is a leak. NULL is fine. */
void queue_free(struct queue *q);

/* Waits for room, then hands over `item`, which may not be NULL. */
void queue_push(struct queue *q, void *item);

/* The same for an item on which `weight` bytes hang: no more than QUEUE_WEIGHT_MAX are held at once, unless a single
 * item is heavier. */
#define QUEUE_WEIGHT_MAX ((size_t)4 << 20)
void queue_push_weighing(struct queue *q, void *item, size_t weight);

/* Waits for an item. NULL means: closed, and nothing is left. */
void *queue_pop(struct queue *q);

/* Waits for at least one item, then takes those already there, up to `max`,
 * into items[]. Returns how many; 0 means: closed, and nothing is left. */
size_t queue_pop_many(struct queue *q, void **items, size_t max);

/* For takers that would rather be woken for many at once, which costs less an item; `takers` of them in all. Of those
 * that wait one is woken when the queue is no longer empty and waits on, until `want` items are there (or as many as
 * the queue holds), queue_hurry() was called or `patience_ms` are over. What is left over after a take may be taken at
 * once by whoever comes. While a taker is away with what it took, another one is woken only for twice as many as
 * wanted. Before any push or pop; without it a taker is woken for each item. */
void queue_gather(struct queue *q, int takers, size_t want, int patience_ms);

/* Whoever waits for more is to take what is there, now or when the next item comes. */
void queue_hurry(struct queue *q);

/* No item will follow. Wakes everyone who waits for one. */
void queue_close(struct queue *q);

/* Items now held: for the display, true at the moment it was read. */
size_t queue_length(struct queue *q);

/* How long, in ms all told, pushers have waited for room, those that wait still included: says what holds a crawl back.
 */
long long queue_waited_ms(struct queue *q);

#endif

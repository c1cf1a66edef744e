/* What a hand-over costs, in nanoseconds of CPU of both sides together: by one thread that pushes and pops, so that
 * nobody waits; and from one thread to another or from two to two, one item at a time, and to one that takes batches as
 * the writer does. usage: queue_bench [ITEMS] */

#include "mem.h"
#include "queue.h"
#include "writer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CAPACITY 256 /* as --queue */
#define BATCH    1000

struct run {
    struct queue *q;
    long each; /* items of one pusher */
    bool batches;
};

static double cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void *push(void *arg)
{
    struct run *run = arg;

    for (long i = 0; i < run->each; i++)
        queue_push(run->q, run);
    return NULL;
}

static void *pop(void *arg)
{
    struct run *run = arg;
    void *items[BATCH];

    if (run->batches)
        while (queue_pop_many(run->q, items, BATCH) > 0)
            ;
    else
        while (queue_pop(run->q) != NULL)
            ;
    return NULL;
}

static void between_threads(const char *what, long items, int pairs, bool batches)
{
    struct run run = {.q = queue_new(CAPACITY), .each = items / pairs, .batches = batches};
    pthread_t pushers[2], poppers[2];
    double start = cpu_ns();

    if (batches)
        queue_gather(run.q, pairs, WRITER_WANTS, WRITER_PATIENCE_MS);
    for (int i = 0; i < pairs; i++)
        if (pthread_create(&pushers[i], NULL, push, &run) != 0 || pthread_create(&poppers[i], NULL, pop, &run) != 0)
            abort();
    for (int i = 0; i < pairs; i++)
        pthread_join(pushers[i], NULL);
    queue_close(run.q);
    for (int i = 0; i < pairs; i++)
        pthread_join(poppers[i], NULL);
    printf("%-32s %7.0f ns\n", what, (cpu_ns() - start) / (double)(run.each * pairs));
    queue_free(run.q);
}

static void by_one_thread(long items)
{
    struct queue *q = queue_new(CAPACITY);
    double start = cpu_ns();

    for (long i = 0; i < items; i++) {
        queue_push(q, q);
        queue_pop(q);
    }
    printf("%-32s %7.0f ns\n", "one thread", (cpu_ns() - start) / (double)items);
    queue_close(q);
    queue_free(q);
}

int main(int argc, char **argv)
{
    long items = argc > 1 ? atol(argv[1]) : 2000000;

    by_one_thread(items);
    between_threads("one to one", items, 1, false);
    between_threads("one to one that takes batches", items, 1, true);
    between_threads("two to two", items, 2, false);
    return 0;
}

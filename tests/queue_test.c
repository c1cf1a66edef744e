#include "queue.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void items_come_out_in_the_order_they_went_in(void **state)
{
    struct queue *q = queue_new(3);
    int items[5];
    void *out[5];

    (void)state;
    for (int round = 0; round < 4; round++) { /* around the ring */
        queue_push(q, &items[0]);
        queue_push(q, &items[1]);
        assert_int_equal(queue_length(q), 2);
        assert_ptr_equal(queue_pop(q), &items[0]);
        queue_push(q, &items[2]);
        queue_push(q, &items[3]);
        assert_int_equal(queue_pop_many(q, out, 5), 3);
        assert_ptr_equal(out[0], &items[1]);
        assert_ptr_equal(out[2], &items[3]);
    }
    queue_close(q);
    queue_free(q);
}

static void a_closed_queue_still_gives_what_it_holds(void **state)
{
    static int item = 7;
    struct queue *q = queue_new(2);

    (void)state;
    queue_push(q, &item);
    queue_close(q);
    assert_ptr_equal(queue_pop(q), &item);
    assert_null(queue_pop(q));
    assert_null(queue_pop(q));
    queue_free(q);
}

static void pop_many_takes_no_more_than_asked_for(void **state)
{
    struct queue *q = queue_new(4);
    int item;
    void *out[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        queue_push(q, &item);
    assert_int_equal(queue_pop_many(q, out, 3), 3);
    assert_int_equal(queue_pop_many(q, out, 3), 1);
    queue_close(q);
    assert_int_equal(queue_pop_many(q, out, 3), 0);
    queue_free(q);
}

#define PUSHERS 4
#define POPPERS 3
#define EACH    2000

struct crowd {
    struct queue *q;
    char items[PUSHERS * EACH];
    pthread_mutex_t lock;
    int seen[PUSHERS * EACH];
    int next_pusher;
};

static void *push_all(void *arg)
{
    struct crowd *crowd = arg;
    int self;

    pthread_mutex_lock(&crowd->lock);
    self = crowd->next_pusher++;
    pthread_mutex_unlock(&crowd->lock);
    for (int i = 0; i < EACH; i++)
        queue_push(crowd->q, &crowd->items[self * EACH + i]);
    return NULL;
}

static void *pop_all(void *arg)
{
    struct crowd *crowd = arg;
    void *out[7];
    size_t count;

    while ((count = queue_pop_many(crowd->q, out, 7)) > 0) {
        pthread_mutex_lock(&crowd->lock);
        for (size_t i = 0; i < count; i++)
            crowd->seen[(char *)out[i] - crowd->items]++;
        pthread_mutex_unlock(&crowd->lock);
    }
    return NULL;
}

#define LONG_MS (60 * 1000) /* a test that waits that long has failed */

static void run_crowd(size_t capacity, size_t want)
{
    static struct crowd crowd;
    pthread_t pushers[PUSHERS], poppers[POPPERS];

    crowd = (struct crowd){.q = queue_new(capacity), .lock = PTHREAD_MUTEX_INITIALIZER};
    if (want > 1)
        queue_gather(crowd.q, POPPERS, want, LONG_MS);
    for (int i = 0; i < POPPERS; i++)
        pthread_create(&poppers[i], NULL, pop_all, &crowd);
    for (int i = 0; i < PUSHERS; i++)
        pthread_create(&pushers[i], NULL, push_all, &crowd);
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(pushers[i], NULL);
    queue_close(crowd.q);
    for (int i = 0; i < POPPERS; i++)
        pthread_join(poppers[i], NULL);
    for (int i = 0; i < PUSHERS * EACH; i++)
        assert_int_equal(crowd.seen[i], 1);
    queue_free(crowd.q);
}

static void with_room_for_one_every_item_goes_from_many_to_many_once(void **state)
{
    (void)state;
    run_crowd(1, 1);
}

static void with_room_for_many_every_item_goes_from_many_to_many_once(void **state)
{
    (void)state;
    run_crowd(64, 1);
}

static void *push_one(void *arg)
{
    static int item;

    queue_push(arg, &item);
    return NULL;
}

static void who_waits_for_room_gets_it_and_the_wait_is_counted(void **state)
{
    struct queue *q = queue_new(1);
    pthread_t pusher;
    int item;

    (void)state;
    queue_push(q, &item);
    assert_int_equal(queue_waited_ms(q), 0);
    pthread_create(&pusher, NULL, push_one, q);
    while (queue_waited_ms(q) < 2) /* it grows while the wait lasts */
        sched_yield();
    assert_ptr_equal(queue_pop(q), &item);
    assert_non_null(queue_pop(q));
    pthread_join(pusher, NULL);
    assert_in_range(queue_waited_ms(q), 2, LONG_MS);
    assert_int_equal(queue_waited_ms(q), queue_waited_ms(q));
    queue_close(q);
    queue_free(q);
}

static void takers_that_gather_get_every_item_once(void **state)
{
    (void)state;
    run_crowd(64, 7);
    run_crowd(8, 7);
    run_crowd(1, 7);
}

static void *push_heavy(void *arg)
{
    static int item;

    queue_push_weighing(arg, &item, QUEUE_WEIGHT_MAX / 2 + 1);
    return NULL;
}

static void *push_light(void *arg)
{
    static int item;

    queue_push_weighing(arg, &item, 1);
    return NULL;
}

static struct queue *gathering_queue(size_t capacity, size_t want, int patience_ms)
{
    struct queue *q = queue_new(capacity);

    queue_gather(q, 1, want, patience_ms);
    return q;
}

static void heavy_items_wait_for_each_other_but_one_always_finds_room(void **state)
{
    struct queue *q = gathering_queue(8, 2, LONG_MS);
    pthread_t pusher;
    void *items[8];
    int item;

    (void)state;
    queue_push_weighing(q, &item, 2 * QUEUE_WEIGHT_MAX);
    queue_hurry(q);
    assert_ptr_equal(queue_pop(q), &item);
    push_heavy(q);
    pthread_create(&pusher, NULL, push_heavy, q);
    /* That the second finds no room is known when this does not wait for it any more. */
    assert_int_equal(queue_pop_many(q, items, 8), 1);
    queue_hurry(q);
    assert_int_equal(queue_pop_many(q, items, 1), 1);
    pthread_join(pusher, NULL);
    queue_close(q);
    queue_free(q);
}

/* Whether both wait when the heavy one is taken is chance: in some of the rounds they do. */
static void a_heavy_item_makes_room_for_all_light_ones_that_wait(void **state)
{
    struct queue *q = queue_new(8);
    void *items[8];
    int item;

    (void)state;
    for (int round = 0; round < 200; round++) {
        pthread_t pushers[2];

        queue_push_weighing(q, &item, QUEUE_WEIGHT_MAX);
        for (int i = 0; i < 2; i++)
            pthread_create(&pushers[i], NULL, push_light, q);
        for (int i = 0; i < 100; i++)
            sched_yield();
        assert_ptr_equal(queue_pop(q), &item);
        for (int i = 0; i < 2; i++)
            pthread_join(pushers[i], NULL);
        assert_int_equal(queue_pop_many(q, items, 8), 2);
    }
    queue_close(q);
    queue_free(q);
}

static void *push_three(void *arg)
{
    for (int i = 0; i < 3; i++)
        push_one(arg);
    return NULL;
}

static void a_batch_waits_for_as_many_as_are_wanted(void **state)
{
    struct queue *q = gathering_queue(8, 3, LONG_MS);
    void *items[8];
    pthread_t pusher;

    (void)state;
    pthread_create(&pusher, NULL, push_three, q);
    assert_int_equal(queue_pop_many(q, items, 8), 3);
    pthread_join(pusher, NULL);
    queue_close(q);
    assert_int_equal(queue_pop_many(q, items, 8), 0);
    queue_free(q);
}

static void what_is_left_over_is_there_at_once(void **state)
{
    struct queue *q = gathering_queue(8, 3, LONG_MS);

    (void)state;
    push_three(q);
    for (int i = 0; i < 3; i++)
        assert_non_null(queue_pop(q));
    queue_close(q);
    assert_null(queue_pop(q));
    queue_free(q);
}

static void a_batch_waits_no_longer_than_for_a_full_queue(void **state)
{
    struct queue *q = gathering_queue(1, 8, LONG_MS);
    void *items[8];
    pthread_t pusher;

    (void)state;
    pthread_create(&pusher, NULL, push_three, q);
    for (int i = 0; i < 3; i++)
        assert_int_equal(queue_pop_many(q, items, 8), 1);
    pthread_join(pusher, NULL);
    queue_close(q);
    queue_free(q);
}

static void *push_and_hurry(void *arg)
{
    push_one(arg);
    queue_hurry(arg);
    return NULL;
}

static void a_batch_that_is_hurried_is_what_is_there(void **state)
{
    struct queue *q = gathering_queue(8, 8, LONG_MS);
    void *items[8];
    pthread_t pusher;

    (void)state;
    pthread_create(&pusher, NULL, push_and_hurry, q);
    assert_int_equal(queue_pop_many(q, items, 8), 1);
    pthread_join(pusher, NULL);
    queue_hurry(q);
    pthread_create(&pusher, NULL, push_one, q);
    assert_int_equal(queue_pop_many(q, items, 8), 1);
    pthread_join(pusher, NULL);
    queue_close(q);
    queue_free(q);
}

static void a_batch_is_taken_when_patience_or_the_queue_ends(void **state)
{
    struct queue *q = gathering_queue(8, 8, 0);
    void *items[8];

    (void)state;
    push_one(q);
    assert_int_equal(queue_pop_many(q, items, 8), 1);
    queue_gather(q, 1, 8, LONG_MS);
    push_three(q);
    queue_close(q);
    assert_int_equal(queue_pop_many(q, items, 2), 2);
    assert_int_equal(queue_pop_many(q, items, 2), 1);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(a_closed_queue_still_gives_what_it_holds),
        cmocka_unit_test(pop_many_takes_no_more_than_asked_for),
        cmocka_unit_test(with_room_for_one_every_item_goes_from_many_to_many_once),
        cmocka_unit_test(with_room_for_many_every_item_goes_from_many_to_many_once),
        cmocka_unit_test(who_waits_for_room_gets_it_and_the_wait_is_counted),
        cmocka_unit_test(takers_that_gather_get_every_item_once),
        cmocka_unit_test(a_batch_waits_for_as_many_as_are_wanted),
        cmocka_unit_test(what_is_left_over_is_there_at_once),
        cmocka_unit_test(a_batch_waits_no_longer_than_for_a_full_queue),
        cmocka_unit_test(a_batch_that_is_hurried_is_what_is_there),
        cmocka_unit_test(heavy_items_wait_for_each_other_but_one_always_finds_room),
        cmocka_unit_test(a_heavy_item_makes_room_for_all_light_ones_that_wait),
        cmocka_unit_test(a_batch_is_taken_when_patience_or_the_queue_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

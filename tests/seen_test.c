#include "sanitized.h"
#include "seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* The i-th of a row of well spread numbers, all different (splitmix64, Steele and others 2014). */
static uint64_t spread(uint64_t i)
{
    uint64_t x = i * 0x9E3779B97F4A7C15u;

    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static void what_was_added_is_found_and_nothing_else(void **state)
{
    struct seen *seen = seen_new();
    const int64_t count = 300000;

    (void)state;
    for (int64_t i = 1; i <= count; i++)
        assert_int_equal(seen_add(seen, spread((uint64_t)i), i), i);
    assert_int_equal(seen_count(seen), count);
    for (int64_t i = 1; i <= count; i++) {
        seen_prefetch(seen, spread((uint64_t)i));
        assert_int_equal(seen_find(seen, spread((uint64_t)i)), i);
    }
    for (int64_t i = count + 1; i <= 2 * count; i++)
        assert_int_equal(seen_find(seen, spread((uint64_t)i)), 0);
    seen_free(seen);
}

static void adding_again_keeps_the_first_and_setting_replaces_it(void **state)
{
    struct seen *seen = seen_new();

    (void)state;
    assert_int_equal(seen_add(seen, 5, 1), 1);
    assert_int_equal(seen_add(seen, 5, 2), 1);
    assert_int_equal(seen_count(seen), 1);
    seen_set(seen, 5, 3);
    assert_int_equal(seen_find(seen, 5), 3);
    seen_set(seen, 6, 4);
    assert_int_equal(seen_find(seen, 6), 4);
    assert_int_equal(seen_count(seen), 2);
    seen_free(seen);
}

static void the_smallest_and_the_greatest_hash_have_their_place(void **state)
{
    struct seen *seen = seen_new();

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) { /* far more than fit behind the last home at first */
        assert_int_equal(seen_add(seen, UINT64_MAX - i, (int64_t)i + 1), i + 1);
        assert_int_equal(seen_add(seen, i, (int64_t)i + 5001), i + 5001);
    }
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(seen_find(seen, UINT64_MAX - i), i + 1);
        assert_int_equal(seen_find(seen, i), i + 5001);
    }
    assert_int_equal(seen_find(seen, 1000), 0);
    assert_int_equal(seen_find(seen, UINT64_MAX - 1000), 0);
    seen_free(seen);
}

/* What the C library has given out; 0 where it does not tell. */
static size_t bytes_in_use(void)
{
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

static void an_entry_costs_12_bytes_and_at_most_a_third_more(void **state)
{
    size_t before = bytes_in_use(), most = 0;
    struct seen *seen = seen_new();

    (void)state;
    for (int64_t i = 1; i <= 1000000; i++) {
        seen_add(seen, spread((uint64_t)i), i);
        if (i > 200000 && i % 10000 == 0 && (bytes_in_use() - before) / (size_t)i > most)
            most = (bytes_in_use() - before) / (size_t)i;
    }
    seen_free(seen);
    if (IS_SANITIZED || bytes_in_use() == 0)
        skip(); /* memory that is not of the C library */
    assert_in_range(most, 12, 16);
}

static void the_greatest_id_is_kept_whole(void **state)
{
    struct seen *seen = seen_new();

    (void)state;
    seen_add(seen, spread(1), SEEN_ID_MAX);
    seen_add(seen, spread(2), (int64_t)1 << 32);
    assert_true(seen_find(seen, spread(1)) == SEEN_ID_MAX);
    assert_true(seen_find(seen, spread(2)) == (int64_t)1 << 32);
    seen_free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_and_nothing_else),
        cmocka_unit_test(adding_again_keeps_the_first_and_setting_replaces_it),
        cmocka_unit_test(the_greatest_id_is_kept_whole),
        cmocka_unit_test(the_smallest_and_the_greatest_hash_have_their_place),
        cmocka_unit_test(an_entry_costs_12_bytes_and_at_most_a_third_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

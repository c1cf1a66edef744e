#include "buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_is_added_stands_there_with_a_nul_behind_it(void **state)
{
    struct buf b = {.limit = 100};

    (void)state;
    assert_true(buf_add(&b, "one", 3));
    assert_true(buf_add_char(&b, ' '));
    assert_true(buf_add_string(&b, "two"));
    assert_true(buf_printf(&b, " %d", 3));
    assert_int_equal(b.size, 9);
    assert_string_equal(b.data, "one two 3");
    buf_free(&b);
}

static void beyond_its_limit_a_buf_takes_nothing_and_says_so(void **state)
{
    struct buf b = {.limit = 4};

    (void)state;
    assert_true(buf_add_string(&b, "abcd"));
    assert_false(b.full);
    assert_false(buf_add_char(&b, 'e'));
    assert_true(b.full);
    assert_string_equal(b.data, "abcd");
    assert_false(buf_printf(&b, "%s", "e"));
    assert_string_equal(b.data, "abcd");
    buf_clear(&b);
    assert_false(b.full);
    assert_true(buf_add_string(&b, "wxyz"));
    buf_free(&b);
}

static void a_buf_of_any_limit_takes_small_things(void **state)
{
    struct buf b = {.limit = SIZE_MAX};

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(buf_add_char(&b, 'x'));
    assert_int_equal(b.size, 1000);
    assert_false(buf_add(&b, "", SIZE_MAX));
    assert_true(b.full);
    buf_free(&b);
}

static void trimming_keeps_small_memory_and_gives_back_large(void **state)
{
    struct buf b = {.limit = 10000};

    (void)state;
    assert_true(buf_add_string(&b, "small"));
    buf_trim(&b, 1000);
    assert_non_null(b.data);
    assert_int_equal(b.size, 0);
    assert_non_null(buf_room(&b, 5000));
    buf_trim(&b, 1000);
    assert_null(b.data);
    buf_free(&b);
}

static void a_slice_is_compared_by_all_its_bytes(void **state)
{
    (void)state;
    assert_true(slice_is((struct slice){"abc", 3}, "abc"));
    assert_false(slice_is((struct slice){"abc", 2}, "abc"));
    assert_true(slice_is((struct slice){NULL, 0}, ""));
    assert_int_equal(slice_of(NULL).size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_stands_there_with_a_nul_behind_it),
        cmocka_unit_test(beyond_its_limit_a_buf_takes_nothing_and_says_so),
        cmocka_unit_test(a_buf_of_any_limit_takes_small_things),
        cmocka_unit_test(trimming_keeps_small_memory_and_gives_back_large),
        cmocka_unit_test(a_slice_is_compared_by_all_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "nearest.h"
#include "value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct number_case {
    const char *text;
    int64_t value; /* -1: no value */
};

static void times_are_read_with_their_units(void **state)
{
    static const struct number_case cases[] = {
        {"0", 0},
        {"30", 30000},
        {"90s", 90000},
        {"5m", 300000},
        {"2h", 7200000},
        {"1d", 86400000},
        {"250ms", 250},
        {"1.5s", 1500},
        {"0.5", 500},
        {"1h30m", 5400000},
        {"2M", 120000},
        {"", -1},
        {"s", -1},
        {"5x", -1},
        {"5 s", -1},
        {"-5", -1},
        {"1h30", -1},
        {"99999999999999999999", -1},
        {"9999999999999d", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -1;

        print_message("%s\n", cases[i].text);
        assert_int_equal(value_ms(cases[i].text, 1000, &ms), cases[i].value >= 0);
        assert_int_equal(ms, cases[i].value);
    }
}

static void sizes_are_read_in_powers_of_1024(void **state)
{
    static const struct number_case cases[] = {
        {"0", 0},
        {"4096", 4096},
        {"64K", 65536},
        {"64k", 65536},
        {"10M", 10 << 20},
        {"2G", (int64_t)2 << 30},
        {"1T", (int64_t)1 << 40},
        {"1.5K", 1536},
        {"10MB", 10 << 20},
        {"10MiB", 10 << 20},
        {"10B", 10},
        {"1.5", -1},
        {"", -1},
        {"K", -1},
        {"10X", -1},
        {"10Ki", -1},
        {"-1", -1},
        {"9999999999T", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t bytes = -1;

        print_message("%s\n", cases[i].text);
        assert_int_equal(value_bytes(cases[i].text, &bytes), cases[i].value >= 0);
        assert_int_equal(bytes, cases[i].value);
    }
}

static void a_rate_is_the_least_time_between_two_and_never_less(void **state)
{
    static const struct number_case cases[] = {
        {"10/s", 100000},
        {"10", 100000},
        {"2/m", 30000000},
        {"100/h", 36000000},
        {"1/d", 86400000000},
        {"0.5/s", 2000000},
        {"3/10s", 3333334},
        {"3/s", 333334},
        {"0", 0},
        {"0/s", 0},
        {"", -1},
        {"/s", -1},
        {"10/", -1},
        {"10/x", -1},
        {"10/s ", -1},
        {"10/0s", -1},
        {"-1/s", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t us = -1;

        print_message("%s\n", cases[i].text);
        assert_int_equal(value_rate_us(cases[i].text, &us), cases[i].value >= 0);
        assert_int_equal(us, cases[i].value);
    }
}

static void numbers_are_whole_and_fit(void **state)
{
    int64_t number = 7;

    (void)state;
    assert_true(value_int("12", &number) && number == 12);
    assert_true(value_int("-1", &number) && number == -1);
    assert_false(value_int("", &number));
    assert_false(value_int("-", &number));
    assert_false(value_int("1.5", &number));
    assert_false(value_int("+1", &number));
    assert_false(value_int("0x10", &number));
    assert_false(value_int("9223372036854775808", &number));
    assert_int_equal(number, -1);
}

static void yes_and_no_have_their_usual_words(void **state)
{
    bool yes = false;

    (void)state;
    assert_true(value_bool("yes", &yes) && yes);
    assert_true(value_bool("OFF", &yes) && !yes);
    assert_true(value_bool("1", &yes) && yes);
    assert_true(value_bool("false", &yes) && !yes);
    assert_false(value_bool("maybe", &yes));
    assert_false(value_bool("", &yes));
}

static void the_nearest_name_is_one_that_was_probably_meant(void **state)
{
    static const char *const names[] = {"threads", "timeout", "tries", "rate"};

    (void)state;
    assert_string_equal(nearest_name("thraeds", names, 4), "threads");
    assert_string_equal(nearest_name("thread", names, 4), "threads");
    assert_string_equal(nearest_name("timout", names, 4), "timeout");
    assert_string_equal(nearest_name("rte", names, 4), "rate");
    assert_null(nearest_name("something-else", names, 4));
    assert_null(nearest_name("xyz", names, 4));
    assert_null(nearest_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", names, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_with_their_units),
        cmocka_unit_test(sizes_are_read_in_powers_of_1024),
        cmocka_unit_test(a_rate_is_the_least_time_between_two_and_never_less),
        cmocka_unit_test(numbers_are_whole_and_fit),
        cmocka_unit_test(yes_and_no_have_their_usual_words),
        cmocka_unit_test(the_nearest_name_is_one_that_was_probably_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

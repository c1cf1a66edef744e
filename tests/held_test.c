#include "estimate.h"
#include "held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A crawl in which nothing is wrong: some transfers under way, much waits, hosts may be asked. */
static struct held_sample calm(void)
{
    return (struct held_sample){
        .now_ms = 1000, .waiting = 100, .fetching = 3, .transfers = 64, .fetchers = 8, .parsers = 2, .processors = 2};
}

/* What is said after a second in which each fifth of it looked like `sample` and waits and refusals grew by these. */
static enum held_by judged(struct held *held, struct held_sample sample, int parse_ms, int write_ms, int refusals)
{
    *held = (struct held){0};
    for (int i = 0; i < 6; i++) {
        held_add(held, &sample);
        sample.now_ms += 200;
        sample.parse_waited_ms += parse_ms;
        sample.write_waited_ms += write_ms;
        sample.refusals += refusals;
    }
    return held_by(held);
}

static void each_cause_is_told_from_where_things_queue(void **state)
{
    struct held held;
    struct held_sample s = calm();

    (void)state;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_FETCHERS);
    s.resting = 1;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_RATE);
    s.rest = FRONTIER_REST_CRAWL_DELAY;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_CRAWL_DELAY);
    s.rest = FRONTIER_REST_HOLD;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_REST);
    s.full = 1;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_LATENCY);
    s.waiting = 0;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_NOTHING_LEFT);
    s.fetching = 64;
    assert_int_equal(judged(&held, s, 0, 0, 0), HELD_TRANSFERS);
    assert_int_equal(judged(&held, s, 0, 0, 1), HELD_MEMORY);
    s.to_parse_is_full = true;
    assert_int_equal(judged(&held, s, 0, 0, 1), HELD_PARSERS);
    s.to_write_is_full = true;
    assert_int_equal(judged(&held, s, 0, 0, 1), HELD_DATABASE);
}

static void a_stage_that_waits_for_the_next_one_counts_when_it_does_so_for_a_fifth_of_its_time(void **state)
{
    struct held held;

    (void)state;
    assert_int_equal(judged(&held, calm(), 8 * 200 / 5 + 1, 0, 0), HELD_PARSERS);
    assert_int_equal(judged(&held, calm(), 8 * 200 / 5 - 1, 0, 0), HELD_FETCHERS);
    assert_int_equal(judged(&held, calm(), 8 * 200, 2 * 200 / 5 + 1, 0), HELD_DATABASE);
}

static void a_machine_that_is_busy_with_nothing_else_is_named_before_sites_that_seem_slow(void **state)
{
    struct held held = {0};
    struct held_sample s = calm();

    (void)state;
    s.fetching = s.transfers;
    for (int i = 0; i < 6; i++) {
        held_add(&held, &s);
        s.now_ms += 200;
        s.cpu_ms += 370; /* of 400 */
    }
    assert_int_equal(held_by(&held), HELD_PROCESSORS);
}

static void one_odd_moment_does_not_change_what_is_said(void **state)
{
    struct held held = {0};
    struct held_sample s = calm();

    (void)state;
    s.resting = 1;
    for (int i = 0; i < 12; i++) {
        s.now_ms += 200;
        s.resting = i % 4 == 3 ? 0 : 1; /* just then it may be asked */
        held_add(&held, &s);
    }
    assert_int_equal(held_by(&held), HELD_RATE);
}

static void nothing_is_said_before_it_has_been_looked_at_for_a_while(void **state)
{
    struct held held = {0};
    struct held_sample s = calm();
    struct buf out = {.limit = 100};

    (void)state;
    held_add(&held, &s);
    s.now_ms += 200;
    held_add(&held, &s);
    assert_int_equal(held_by(&held), HELD_UNKNOWN);
    held_add_words(&held, &out);
    assert_int_equal(out.size, 0);
    assert_string_equal(held_names[HELD_UNKNOWN], "");
    buf_free(&out);
}

static void a_host_that_rests_is_named_and_several_are_counted(void **state)
{
    struct held held;
    struct held_sample s = calm();
    struct buf out = {.limit = 100};

    (void)state;
    s.resting = 1;
    strcpy(s.host, "https://www.example.com");
    judged(&held, s, 0, 0, 0);
    held_add_words(&held, &out);
    assert_string_equal(out.data, "--rate (www.example.com)");
    buf_clear(&out);
    s.resting = 12;
    judged(&held, s, 0, 0, 0);
    held_add_words(&held, &out);
    assert_string_equal(out.data, "--rate (12 hosts)");
    buf_free(&out);
}

static void time_is_counted_for_each_cause(void **state)
{
    struct held held;
    struct held_sample s = calm();

    (void)state;
    s.resting = 1;
    judged(&held, s, 0, 0, 0);
    assert_int_equal(held.spent_ms[HELD_RATE], 1000);
    assert_int_equal(held.spent_ms[HELD_LATENCY], 0);
}

static void every_cause_has_a_name_and_words(void **state)
{
    (void)state;
    for (int i = HELD_UNKNOWN + 1; i < HELD_COUNT; i++) {
        struct held held = {.count = HELD_VOTES};
        struct buf out = {.limit = 100};

        memset(held.votes, i, sizeof held.votes);
        held_add_words(&held, &out);
        assert_true(out.size > 0);
        assert_true(strlen(held_names[i]) > 0);
        buf_free(&out);
    }
}

/* --- estimate --------------------------------------------------------------------------- */

/* `seconds` in which a page is done each `gap_ms`, with `left` at the end of each computed from its number. */
static void run(struct estimate *e, int seconds, int gap_ms, int64_t (*left)(int64_t now_ms))
{
    *e = (struct estimate){0};
    for (int64_t ms = 0; ms <= seconds * 1000; ms += 100)
        estimate_add(e, ms, ms / gap_ms, ms / gap_ms * 1000, left(ms));
}

static int64_t falls(int64_t now_ms)
{
    return 1000 - now_ms / 50;
}

static int64_t grows(int64_t now_ms)
{
    return now_ms / 10;
}

static void speed_is_that_of_the_last_five_seconds(void **state)
{
    struct estimate e;

    (void)state;
    e = (struct estimate){0};
    estimate_add(&e, 300, 12, 12000, 600);
    assert_true(estimate_pages_per_s(&e) < 0); /* one look is no speed */
    assert_true(estimate_bytes_per_s(&e) < 0);
    run(&e, 20, 50, falls);
    assert_true(estimate_pages_per_s(&e) > 19.5 && estimate_pages_per_s(&e) < 20.5);
    assert_true(estimate_bytes_per_s(&e) > 19500 && estimate_bytes_per_s(&e) < 20500);
    for (int64_t ms = 20100; ms <= 26000; ms += 200) /* stands still */
        estimate_add(&e, ms, 400, 400000, 600);
    assert_true(estimate_pages_per_s(&e) == 0);
}

static void the_time_left_is_what_is_known_at_the_speed_of_late(void **state)
{
    struct estimate e;

    (void)state;
    run(&e, 20, 50, falls); /* 600 left at 20 a second */
    assert_in_range(estimate_left_ms(&e), 29000, 31000);
    assert_false(estimate_is_growing(&e));
}

static void nothing_is_said_of_the_time_left_in_the_first_seconds_or_without_any_page(void **state)
{
    struct estimate e;

    (void)state;
    run(&e, 2, 50, falls);
    assert_int_equal(estimate_left_ms(&e), -1);
    run(&e, 20, 50000, falls);
    assert_int_equal(estimate_left_ms(&e), -1);
}

static void a_crawl_that_finds_more_than_it_fetches_grows(void **state)
{
    struct estimate e;

    (void)state;
    run(&e, 3, 50, grows);
    assert_true(estimate_is_growing(&e));
    run(&e, 20, 50, grows);
    assert_true(estimate_is_growing(&e));
}

static void history_has_a_number_for_each_second(void **state)
{
    struct estimate e;
    double pages[ESTIMATE_SECONDS];

    (void)state;
    run(&e, 10, 50, falls);
    assert_int_equal(estimate_history(&e, pages, ESTIMATE_SECONDS), 10);
    for (int i = 1; i < 10; i++)
        assert_true(pages[i] == 20);
    assert_int_equal(estimate_history(&e, pages, 4), 4);
    run(&e, 200, 50, falls);
    assert_int_equal(estimate_history(&e, pages, ESTIMATE_SECONDS), ESTIMATE_SECONDS);
}

static void seconds_that_nobody_looked_at_share_what_was_done(void **state)
{
    struct estimate e = {0};
    double pages[ESTIMATE_SECONDS];

    (void)state;
    estimate_add(&e, 0, 0, 0, 100);
    estimate_add(&e, 4000, 40, 40, 60);
    assert_int_equal(estimate_history(&e, pages, ESTIMATE_SECONDS), 4);
    for (int i = 0; i < 4; i++)
        assert_true(pages[i] == 10);
    estimate_add(&e, 10000000, 50, 50, 50); /* asleep for hours */
    assert_int_equal(estimate_history(&e, pages, ESTIMATE_SECONDS), ESTIMATE_SECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_is_told_from_where_things_queue),
        cmocka_unit_test(a_stage_that_waits_for_the_next_one_counts_when_it_does_so_for_a_fifth_of_its_time),
        cmocka_unit_test(a_machine_that_is_busy_with_nothing_else_is_named_before_sites_that_seem_slow),
        cmocka_unit_test(one_odd_moment_does_not_change_what_is_said),
        cmocka_unit_test(nothing_is_said_before_it_has_been_looked_at_for_a_while),
        cmocka_unit_test(a_host_that_rests_is_named_and_several_are_counted),
        cmocka_unit_test(time_is_counted_for_each_cause),
        cmocka_unit_test(every_cause_has_a_name_and_words),
        cmocka_unit_test(speed_is_that_of_the_last_five_seconds),
        cmocka_unit_test(the_time_left_is_what_is_known_at_the_speed_of_late),
        cmocka_unit_test(nothing_is_said_of_the_time_left_in_the_first_seconds_or_without_any_page),
        cmocka_unit_test(a_crawl_that_finds_more_than_it_fetches_grows),
        cmocka_unit_test(history_has_a_number_for_each_second),
        cmocka_unit_test(seconds_that_nobody_looked_at_share_what_was_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

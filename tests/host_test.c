#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct host_rules PLAIN = {.rest_us = 100000,
                                        .delay_cap_ms = 30000,
                                        .ceiling = 8,
                                        .backoff_ms = 1000,
                                        .backoff_max_ms = 60000,
                                        .patience_ms = 600000,
                                        .retry_after_max_ms = 120000};

static struct host_pace pace_of(const struct host_rules *rules)
{
    struct host_pace pace;

    host_pace_init(&pace, rules, 7);
    return pace;
}

/* A request that is there at once, when its rest is over. */
static void started(struct host_pace *pace, int64_t now_ms)
{
    int64_t sent_us = pace->next_start_us > now_ms * 1000 ? pace->next_start_us : now_ms * 1000;

    host_started(pace, now_ms);
    host_sent(pace, sent_us);
    host_answered(pace, sent_us, 0);
}

/* When a rest ends, if nothing else holds the host. */
static int64_t rest_ends_ms(const struct host_pace *pace)
{
    assert_true(host_due_ms(pace) == pace->next_start_us / 1000 - HOST_EARLY_MS);
    return pace->next_start_us / 1000;
}

/* The end of the request that was started last, or of one as old. */
static void ended(struct host_pace *pace, int64_t now_ms, enum host_answer answer, int32_t first_byte_ms,
                  int64_t retry_after_ms, int64_t bytes)
{
    host_ended(pace, now_ms,
               &(struct host_reply){.answer = answer,
                                    .started_ms = pace->last_start_ms,
                                    .first_byte_ms = first_byte_ms,
                                    .retry_after_ms = retry_after_ms,
                                    .bytes = bytes});
}

/* The end of a request that began at `started_ms`. */
static void ended_since(struct host_pace *pace, int64_t started_ms, int64_t now_ms, enum host_answer answer)
{
    host_ended(
        pace, now_ms,
        &(struct host_reply){.answer = answer, .started_ms = started_ms, .first_byte_ms = -1, .retry_after_ms = -1});
}

static void a_new_host_may_be_asked_at_once_and_by_one_request(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    assert_true(host_due_ms(&pace) <= 0);
    started(&pace, 1000);
    assert_true(host_due_ms(&pace) == INT64_MAX);
    ended(&pace, 1020, HOST_GOOD, 10, -1, 500);
    assert_int_equal(rest_ends_ms(&pace), 1100);
    assert_int_equal(pace.bytes, 500);
}

static void quick_answers_allow_more_at_once_up_to_the_ceiling(void **state)
{
    struct host_rules rules = PLAIN;
    struct host_pace pace = pace_of(&rules);
    int64_t now = 0;

    (void)state;
    rules.rest_us = 0;
    for (int i = 0; i < 100; i++) {
        started(&pace, now);
        ended(&pace, now += 10, HOST_GOOD, 10, -1, 0);
    }
    assert_int_equal(pace.allowed, 8);
}

static void trouble_halves_what_is_allowed(void **state)
{
    static const enum host_answer TROUBLE[] = {HOST_OVERLOAD, HOST_ERROR, HOST_FAILED};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct host_pace pace = pace_of(&PLAIN);

        pace.allowed = 8;
        started(&pace, 0);
        ended(&pace, 10, TROUBLE[i], -1, -1, 0);
        assert_int_equal(pace.allowed, 4);
    }
}

static void answers_far_later_than_the_best_halve_it_too(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 8;
    for (int i = 0; i < 10; i++) {
        started(&pace, i);
        ended(&pace, i, HOST_GOOD, 20, -1, 0);
    }
    for (int i = 0; i < 30; i++) {
        started(&pace, i);
        ended(&pace, i, HOST_GOOD, 5000, -1, 0);
    }
    assert_in_range(pace.allowed, 1, 2);
}

static void the_longest_rest_wins_and_a_long_crawl_delay_is_cut(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    assert_int_equal(host_rest_us(&pace), 100000);
    host_set_crawl_delay(&pace, 50);
    assert_int_equal(host_rest_us(&pace), 100000);
    host_set_crawl_delay(&pace, 2000);
    assert_int_equal(host_rest_us(&pace), 2000000);
    host_set_crawl_delay(&pace, 86400000);
    assert_int_equal(host_rest_us(&pace), 30000000);
}

static void a_crawl_delay_counts_from_the_request_that_brought_it(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    started(&pace, 1000); /* robots.txt */
    ended(&pace, 1050, HOST_GOOD, 50, -1, 0);
    host_set_crawl_delay(&pace, 2000);
    assert_int_equal(rest_ends_ms(&pace), 3005); /* 5 ms for its way, which is not known */
}

static void retry_after_holds_the_host_that_long_and_not_much_longer(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    started(&pace, 0);
    ended(&pace, 10, HOST_OVERLOAD, 10, 30000, 0);
    assert_in_range(host_due_ms(&pace), 30010, 32000);
    assert_int_equal(pace.too_many, 1);
}

static void failures_in_a_row_hold_longer_each_time_until_one_good_answer(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);
    int64_t now = 0;
    int64_t least = 1000;

    (void)state;
    for (int i = 0; i < 5; i++) {
        started(&pace, now);
        ended(&pace, now, HOST_FAILED, -1, -1, 0);
        assert_in_range(host_due_ms(&pace) - now, least, least * 3 / 2);
        now = host_due_ms(&pace);
        least *= 2;
    }
    started(&pace, now);
    ended(&pace, now, HOST_GOOD, 5, -1, 0);
    assert_int_equal(pace.fails, 0);
    for (int i = 0; i < 2; i++) {
        now += 100;
        started(&pace, now);
        ended(&pace, now, HOST_FAILED, -1, -1, 0);
    }
    assert_in_range(host_due_ms(&pace) - now, 1000, 1500);
}

static void one_failure_between_good_answers_holds_nothing(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);
    int64_t now = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        started(&pace, now);
        ended(&pace, now + 10, i % 2 == 0 ? HOST_GOOD : HOST_FAILED, 5, -1, 0);
        assert_int_equal(rest_ends_ms(&pace), now + 100);
        now += 100;
    }
}

static void a_failure_while_others_are_answered_well_holds_nothing(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 8;
    for (int i = 0; i < 4; i++)
        started(&pace, 100 * i);
    ended_since(&pace, 300, 5000, HOST_GOOD);
    for (int i = 0; i < 3; i++)
        ended_since(&pace, 100 * i, 10000, HOST_FAILED);
    assert_int_equal(pace.fails, 0);
    assert_int_equal(rest_ends_ms(&pace), 400);
}

static void failures_of_one_round_halve_once(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 8;
    for (int i = 0; i < 8; i++)
        started(&pace, 100 * i);
    for (int i = 0; i < 8; i++)
        ended_since(&pace, 100 * i, 10000 + i, HOST_FAILED);
    assert_int_equal(pace.allowed, 4);
    assert_int_equal(pace.fails, 1);
}

static void a_url_that_fails_again_says_nothing_more_of_its_host(void **state)
{
    static const enum host_answer TROUBLE[] = {HOST_ERROR, HOST_FAILED};
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 4;
    for (int i = 0; i < 2; i++) {
        started(&pace, 0);
        host_ended(
            &pace, 300,
            &(struct host_reply){.answer = TROUBLE[i], .first_byte_ms = -1, .retry_after_ms = -1, .again = true});
        assert_int_equal(pace.allowed, 4);
        assert_int_equal(rest_ends_ms(&pace), 100 * (i + 1));
    }
}

static void a_retry_after_too_long_to_wait_for_holds_as_long_as_one_may_unless_the_host_was_well(void **state)
{
    struct host_pace pace = pace_of(&PLAIN); /* 120 s at most */
    int64_t now;

    (void)state;
    started(&pace, 0);
    ended(&pace, 10, HOST_GOOD, 5, -1, 0);
    started(&pace, 100);
    ended(&pace, 110, HOST_OVERLOAD, 5, 999999999000, 0);
    assert_in_range(host_due_ms(&pace), 110 + 15000, 110 + 16000);
    pace.running++; /* one more that ran beside it */
    ended_since(&pace, 100, 111, HOST_OVERLOAD);
    assert_in_range(host_due_ms(&pace), 110 + 15000, 110 + 16000);
    now = host_due_ms(&pace);
    started(&pace, now);
    ended(&pace, now, HOST_OVERLOAD, 5, 999999999000, 0); /* it was not of that URL alone */
    assert_in_range(host_due_ms(&pace), now + 120000, now + 128000);
    now = host_due_ms(&pace);
    started(&pace, now);
    ended(&pace, now, HOST_GOOD, 5, -1, 0);
    assert_int_equal(rest_ends_ms(&pace), now + 100);
}

static void requests_that_fail_side_by_side_are_one_failure(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 8;
    for (int i = 0; i < 8; i++)
        started(&pace, 0);
    for (int i = 0; i < 8; i++)
        ended(&pace, 10, HOST_OVERLOAD, 10, -1, 0);
    assert_int_equal(pace.fails, 1);
    assert_in_range(host_due_ms(&pace), 1010, 1510);
}

static void a_good_answer_to_an_older_request_does_not_end_a_hold(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    pace.allowed = 2;
    started(&pace, 0);
    started(&pace, 100);
    ended(&pace, 110, HOST_OVERLOAD, 10, 5000, 0);
    ended(&pace, 120, HOST_GOOD, 120, -1, 0);
    assert_true(host_due_ms(&pace) >= 5110);
}

static void a_host_that_never_recovers_is_given_up_when_patience_ends(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);
    int64_t now = 0;

    (void)state;
    while (!pace.given_up) {
        assert_true(now < 800000);
        started(&pace, now);
        ended(&pace, now, HOST_FAILED, -1, -1, 0);
        if (host_due_ms(&pace) > now)
            now = host_due_ms(&pace);
    }
    assert_true(now >= 600000);
}

static void what_we_gave_up_ourselves_says_nothing_of_the_host(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);

    (void)state;
    started(&pace, 0);
    ended(&pace, 10, HOST_ABANDONED, -1, -1, 0);
    assert_int_equal(pace.fails, 0);
    assert_int_equal(pace.errors, 0);
    assert_int_equal(rest_ends_ms(&pace), 100);
}

static void the_ledger_tells_least_and_median_gap(void **state)
{
    struct host_pace pace = pace_of(&PLAIN);
    struct host_gaps gaps = {{0}, {0}};
    int64_t now = 1000;

    (void)state;
    assert_int_equal(host_median_gap_ms(&pace), -1);
    pace.gaps = &gaps;
    assert_int_equal(host_median_gap_ms(&pace), -1);
    for (int i = 0; i < 101; i++) {
        started(&pace, now);
        ended(&pace, now, HOST_GOOD, 1, -1, 0);
        now += i == 50 ? 120 : 1000;
    }
    assert_int_equal(pace.least_gap_ms, 120);
    assert_in_range(host_median_gap_ms(&pace), 512, 1023);
    assert_int_equal(pace.requests, 101);
    assert_int_equal(pace.most_parallel, 1);
}

/* --- Any rules, any answers: no request ever breaks a rule ------------------------- */
static uint32_t random_state;

static int64_t chance(int64_t range)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int64_t)((uint64_t)random_state * (uint64_t)range >> 32);
}

struct request {
    int64_t starts_ms;
    int64_t sends_us; /* connected by then, and not to be sent before */
    int64_t ends_ms;  /* INT64_MAX: not sent yet */
    bool runs;
};

#define MOST 16

struct play {
    struct host_rules rules;
    struct host_pace pace;
    struct request requests[MOST];
    int running;
    int64_t now_us, now_ms, crawl_delay_ms, sent_us, not_before_ms;
    int64_t good_ms; /* the last good answer */
    bool was_well;   /* the last failure was the first after it */
    bool failed;     /* and something failed since, whose request began after all that failed before */
    int64_t failed_ms;
    int64_t sent, unsent;
};

static void begin_play(struct play *play, uint32_t seed)
{
    random_state = seed * 2654435761u + 1;
    *play = (struct play){
        .crawl_delay_ms = -1, .sent_us = -1, .not_before_ms = INT64_MIN, .good_ms = INT64_MIN, .failed_ms = INT64_MIN};
    play->now_us = 1 + chance(1000000);
    play->rules = (struct host_rules){.rest_us = chance(3) == 0 ? 0 : 1 + chance(chance(2) == 0 ? 2000000 : 20000),
                                      .delay_cap_ms = chance(2) == 0 ? 30000 : chance(3000),
                                      .ceiling = 1 + (int32_t)chance(MOST),
                                      .backoff_ms = 1 + chance(2000),
                                      .backoff_max_ms = 1000 + chance(60000),
                                      .patience_ms = 1000000000,
                                      .retry_after_max_ms = chance(2) == 0 ? 60000 : chance(5000),
                                      .random_wait = chance(4) == 0};
    host_pace_init(&play->pace, &play->rules, seed);
}

static int64_t least_rest_us(const struct play *play)
{
    int64_t delay_ms =
        play->crawl_delay_ms < play->rules.delay_cap_ms ? play->crawl_delay_ms : play->rules.delay_cap_ms;
    int64_t rest_us = play->rules.random_wait ? play->rules.rest_us / 2 : play->rules.rest_us;

    return delay_ms * 1000 > rest_us ? delay_ms * 1000 : rest_us;
}

/* Over a connection that is there, or over one that must be made first. It may begin within the millisecond in which
 * its rest ends, and then waits for that. */
static void start_one(struct play *play)
{
    int64_t due_us = play->pace.next_start_us;
    int64_t connected_us = play->now_us + (chance(2) == 0 ? chance(100) : chance(400000));
    int slot = 0;

    while (play->requests[slot].runs)
        slot++;
    play->requests[slot] = (struct request){.starts_ms = play->now_ms,
                                            .sends_us = connected_us > due_us ? connected_us : due_us,
                                            .ends_ms = INT64_MAX,
                                            .runs = true};
    play->running++;
    assert_true(play->running <= play->rules.ceiling);
    host_started(&play->pace, play->now_ms);
}

/* Here the rules are judged: by when requests go out. */
static void send_one(struct play *play, struct request *request)
{
    if (chance(50) == 0 || !host_may_send(&play->pace, play->now_us)) {
        request->runs = false;
        play->running--;
        play->unsent++;
        host_unstarted(&play->pace);
        return;
    }
    if (play->sent_us >= 0)
        assert_true(play->now_us - play->sent_us >= least_rest_us(play));
    assert_true(play->now_ms >= play->not_before_ms);
    play->sent_us = play->now_us;
    play->sent++;
    request->sends_us = play->now_us;
    request->ends_ms = play->now_ms + chance(chance(5) == 0 ? 10000 : 200);
    host_sent(&play->pace, play->now_us);
}

/* What the rules say of this answer: nothing is to start for so long. */
static int64_t least_hold_ms(struct play *play, const struct host_reply *reply)
{
    bool is_first = !play->failed && play->good_ms != INT64_MIN;
    bool is_held = play->now_ms < play->pace.held_until_ms; /* the first of those that fail together holds */
    int64_t longest =
        (is_held ? play->was_well : is_first) ? play->rules.retry_after_max_ms / 8 : play->rules.retry_after_max_ms;
    int64_t least =
        play->rules.backoff_ms < play->rules.backoff_max_ms ? play->rules.backoff_ms : play->rules.backoff_max_ms;
    int64_t hold = 0;

    if (reply->answer == HOST_OVERLOAD) {
        hold = reply->retry_after_ms > play->rules.retry_after_max_ms ? longest : reply->retry_after_ms;
        hold = !is_held && hold < least ? least : hold;
    } else if (!reply->again && play->good_ms < reply->started_ms && reply->started_ms >= play->failed_ms) {
        hold = is_held || is_first ? 0 : least;
    } else {
        return 0;
    }
    if (!is_held) {
        play->failed = true;
        play->was_well = is_first;
        play->failed_ms = play->now_ms;
    }
    return hold;
}

static void end_one(struct play *play, struct request *request)
{
    static const enum host_answer ANSWERS[] = {HOST_GOOD, HOST_GOOD,     HOST_GOOD,  HOST_GOOD,
                                               HOST_GOOD, HOST_OVERLOAD, HOST_ERROR, HOST_FAILED,
                                               HOST_GOOD, HOST_FAILED,   HOST_GOOD,  HOST_ABANDONED};
    struct host_reply reply = {.answer = ANSWERS[chance(12)],
                               .started_ms = request->starts_ms,
                               .first_byte_ms = (int32_t)chance(500),
                               .retry_after_ms = -1,
                               .bytes = 100,
                               .again = chance(3) == 0};
    int32_t allowed = play->pace.allowed;

    request->runs = false;
    play->running--;
    host_answered(&play->pace, request->sends_us, play->now_us - request->sends_us);
    if (reply.answer == HOST_OVERLOAD && chance(2) == 0)
        reply.retry_after_ms = chance(90000);
    if (reply.answer == HOST_OVERLOAD || reply.answer == HOST_FAILED) {
        int64_t hold = least_hold_ms(play, &reply);

        if (hold > 0 && play->now_ms + hold > play->not_before_ms)
            play->not_before_ms = play->now_ms + hold;
    } else if (reply.answer == HOST_GOOD) {
        play->good_ms = play->now_ms;
        play->failed = play->failed && play->now_ms < play->pace.held_until_ms;
    }
    host_ended(&play->pace, play->now_ms, &reply);
    if (reply.answer == HOST_OVERLOAD || (reply.answer == HOST_ERROR && !reply.again))
        assert_true(play->pace.allowed <= (allowed > 1 ? allowed / 2 : 1));
    if (reply.answer == HOST_FAILED)
        assert_true(play->pace.allowed <= allowed);
    if (chance(200) == 0) {
        play->crawl_delay_ms = chance(5000);
        host_set_crawl_delay(&play->pace, play->crawl_delay_ms);
    }
}

/* The next moment at which something happens: a request is sent, or ends, or one may start. */
static int64_t next_moment_us(const struct play *play)
{
    int64_t due_ms = host_due_ms(&play->pace);
    int64_t moment_us = due_ms == INT64_MAX ? INT64_MAX : due_ms == INT64_MIN ? INT64_MIN : due_ms * 1000;

    for (int i = 0; i < MOST; i++) {
        const struct request *request = &play->requests[i];

        if (request->runs && request->ends_ms == INT64_MAX && request->sends_us < moment_us)
            moment_us = request->sends_us;
        if (request->runs && request->ends_ms < INT64_MAX && request->ends_ms * 1000 < moment_us)
            moment_us = request->ends_ms * 1000;
    }
    return moment_us > play->now_us ? moment_us : play->now_us;
}

static void step(struct play *play)
{
    play->now_us = next_moment_us(play) + (chance(3) == 0 ? chance(20000) : 0); /* we may come late, too */
    play->now_ms = play->now_us / 1000;
    for (int i = 0; i < MOST; i++) {
        struct request *request = &play->requests[i];

        if (request->runs && request->ends_ms == INT64_MAX && request->sends_us <= play->now_us)
            send_one(play, request);
        else if (request->runs && request->ends_ms <= play->now_ms)
            end_one(play, request);
    }
    while (host_due_ms(&play->pace) <= play->now_ms)
        start_one(play);
}

static void whatever_rules_and_answers_no_request_breaks_rest_hold_or_concurrency(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 3000; seed++) {
        struct play play;

        begin_play(&play, seed);
        for (int i = 0; i < 1000; i++)
            step(&play);
        assert_true(play.sent > 50);
        assert_int_equal(play.pace.requests, play.sent);
        assert_true(play.pace.most_parallel <= play.rules.ceiling);
        assert_int_equal(play.pace.running, play.running);
    }
}

static void a_host_that_is_well_is_asked_as_often_as_the_rest_allows(void **state)
{
    (void)state;
    for (int64_t latency_ms = 10; latency_ms <= 700; latency_ms += 69) {
        struct host_pace pace = pace_of(&PLAIN); /* at most every 100 ms, 8 at once */
        int64_t ends_ms[8] = {0};
        int64_t now = 0;
        int64_t starts = 0;

        for (; now < 200000; now++) {
            for (int i = 0; i < 8; i++) {
                if (ends_ms[i] == now && now > 0) {
                    ended(&pace, now, HOST_GOOD, (int32_t)latency_ms, -1, 0);
                    ends_ms[i] = 0;
                }
            }
            for (int i = 0; i < 8 && host_due_ms(&pace) <= now; i++) {
                if (ends_ms[i] == 0) {
                    started(&pace, now);
                    ends_ms[i] = now + latency_ms;
                    starts++;
                }
            }
        }
        assert_in_range(starts, 2000 * 97 / 100, 2001);
    }
}

static void the_rest_begins_when_a_request_reaches_the_host(void **state)
{
    struct host_pace pace;

    (void)state;
    host_pace_init(&pace, &PLAIN, 1);
    host_started(&pace, 1000);
    pace.allowed = 2;
    assert_true(host_due_ms(&pace) == INT64_MAX); /* it still connects */
    host_sent(&pace, 1040500);
    assert_int_equal(pace.next_start_us, 1040500 + 100000 + 500); /* when it arrives is not known yet */
    host_answered(&pace, 1040500, 300);
    assert_int_equal(pace.next_start_us, 1040500 + 100000 + 300);
    assert_int_equal(rest_ends_ms(&pace), 1140);
    host_answered(&pace, 1040500, 90000); /* a slow answer says little */
    assert_int_equal(pace.next_start_us, 1040500 + 100000 + 500);
    host_answered(&pace, 999, 0); /* of another request */
    assert_int_equal(pace.next_start_us, 1040500 + 100000 + 500);
    host_set_crawl_delay(&pace, 1000);
    assert_int_equal(pace.next_start_us, 1040500 + 1000000 + 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rest_begins_when_a_request_reaches_the_host),
        cmocka_unit_test(a_new_host_may_be_asked_at_once_and_by_one_request),
        cmocka_unit_test(quick_answers_allow_more_at_once_up_to_the_ceiling),
        cmocka_unit_test(trouble_halves_what_is_allowed),
        cmocka_unit_test(answers_far_later_than_the_best_halve_it_too),
        cmocka_unit_test(the_longest_rest_wins_and_a_long_crawl_delay_is_cut),
        cmocka_unit_test(a_crawl_delay_counts_from_the_request_that_brought_it),
        cmocka_unit_test(retry_after_holds_the_host_that_long_and_not_much_longer),
        cmocka_unit_test(failures_in_a_row_hold_longer_each_time_until_one_good_answer),
        cmocka_unit_test(requests_that_fail_side_by_side_are_one_failure),
        cmocka_unit_test(a_good_answer_to_an_older_request_does_not_end_a_hold),
        cmocka_unit_test(one_failure_between_good_answers_holds_nothing),
        cmocka_unit_test(a_failure_while_others_are_answered_well_holds_nothing),
        cmocka_unit_test(failures_of_one_round_halve_once),
        cmocka_unit_test(a_url_that_fails_again_says_nothing_more_of_its_host),
        cmocka_unit_test(a_retry_after_too_long_to_wait_for_holds_as_long_as_one_may_unless_the_host_was_well),
        cmocka_unit_test(a_host_that_never_recovers_is_given_up_when_patience_ends),
        cmocka_unit_test(what_we_gave_up_ourselves_says_nothing_of_the_host),
        cmocka_unit_test(the_ledger_tells_least_and_median_gap),
        cmocka_unit_test(whatever_rules_and_answers_no_request_breaks_rest_hold_or_concurrency),
        cmocka_unit_test(a_host_that_is_well_is_asked_as_often_as_the_rest_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

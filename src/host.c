#include "host.h"

#include <assert.h>
#include <string.h>

#define SLOW_FACTOR  4   /* latency beyond this many times the best ... */
#define SLOW_MORE_MS 500 /* ... and this is far above it */
#define BRIEF_PART   8   /* of retry_after_max_ms, where a Retry-After beyond it may be of one URL alone */

/* A request is taken to be on its way to the host for this part of the rest at most, and where there is no answer yet
 * no longer than this: rules are to be used to the full. */
#define WAY_PART       200
#define UNKNOWN_WAY_US 5000

void host_pace_init(struct host_pace *pace, const struct host_rules *rules, uint32_t random_seed)
{
    assert(rules->ceiling > 0);
    memset(pace, 0, sizeof *pace);
    pace->rules = rules;
    pace->crawl_delay_ms = -1;
    pace->next_start_us = pace->held_until_ms = INT64_MIN;
    pace->failing_since_ms = -1;
    pace->good_ms = pace->failed_ms = pace->halved_ms = INT64_MIN;
    pace->allowed = 1;
    pace->best_ms = pace->usual_ms = -1;
    pace->last_start_ms = pace->least_gap_ms = -1;
    pace->random = random_seed != 0 ? random_seed : 1;
}

/* A number from 0 to `range` - 1 (xorshift, Marsaglia 2003): jitter needs no better. */
static int64_t jitter(struct host_pace *pace, int64_t range)
{
    uint32_t r = pace->random;

    r ^= r << 13;
    r ^= r >> 17;
    r ^= r << 5;
    pace->random = r;
    return range > 0 ? (int64_t)(r % (uint64_t)range) : 0;
}

/* The rest that robots.txt asks for; below 0: none. */
static int64_t asked_rest_us(const struct host_pace *pace)
{
    int64_t delay_ms = pace->crawl_delay_ms;

    return (delay_ms < pace->rules->delay_cap_ms ? delay_ms : pace->rules->delay_cap_ms) * 1000;
}

int64_t host_rest_us(const struct host_pace *pace)
{
    int64_t asked_us = asked_rest_us(pace);

    return asked_us > pace->rules->rest_us ? asked_us : pace->rules->rest_us;
}

int64_t host_due_ms(const struct host_pace *pace)
{
    int64_t next_start_ms = pace->next_start_us == INT64_MIN ? INT64_MIN : pace->next_start_us / 1000;

    if (next_start_ms != INT64_MIN && host_rest_us(pace) > 0)
        next_start_ms -= HOST_EARLY_MS;
    if (pace->running >= pace->allowed || (pace->unsent > 0 && host_rest_us(pace) > 0))
        return INT64_MAX;
    return next_start_ms > pace->held_until_ms ? next_start_ms : pace->held_until_ms;
}

static int64_t unknown_way_us(int64_t rest_us)
{
    return rest_us / WAY_PART < UNKNOWN_WAY_US ? rest_us / WAY_PART : UNKNOWN_WAY_US;
}

void host_set_crawl_delay(struct host_pace *pace, int64_t delay_ms)
{
    int64_t from_us = pace->last_start_ms * 1000;
    int64_t rest_us;

    pace->crawl_delay_ms = delay_ms;
    rest_us = host_rest_us(pace);
    if (pace->sent_us > 0 && pace->unsent == 0)
        from_us = pace->sent_us + unknown_way_us(rest_us);
    if (pace->last_start_ms >= 0 && pace->next_start_us < from_us + rest_us)
        pace->next_start_us = from_us + rest_us;
}

/* Which of the gaps[]: 0 for 0 ms, k for 2^(k-1) to 2^k - 1. */
static unsigned gap_class(int64_t gap_ms)
{
    unsigned k = gap_ms <= 0 ? 0 : 64 - (unsigned)__builtin_clzll((unsigned long long)gap_ms);

    return k < HOST_GAP_CLASSES ? k : HOST_GAP_CLASSES - 1;
}

void host_started(struct host_pace *pace, int64_t now_ms)
{
    int64_t rest_us = host_rest_us(pace);

    /* The rest that robots.txt asks for is never shortened: only the one of our own is made random. */
    if (pace->rules->random_wait && rest_us > 0) {
        int64_t varied_us = rest_us / 2 + jitter(pace, rest_us + 1);

        rest_us = varied_us > asked_rest_us(pace) ? varied_us : asked_rest_us(pace);
    }
    pace->chosen_rest_us = rest_us;
    pace->last_start_ms = now_ms;
    pace->before_us = pace->next_start_us;
    pace->next_start_us = now_ms * 1000 + rest_us;
    pace->running++;
    pace->unsent++;
}

bool host_may_send(const struct host_pace *pace, int64_t now_us)
{
    return now_us / 1000 >= pace->held_until_ms &&
           (pace->sent_us == 0 || now_us - pace->sent_us >= asked_rest_us(pace));
}

void host_unstarted(struct host_pace *pace)
{
    assert(pace->unsent > 0);
    pace->unsent--;
    pace->running--;
    if (pace->unsent > 0)
        return;
    pace->next_start_us = pace->before_us;
    if (pace->sent_us > 0) /* it may have changed meanwhile */
        host_set_crawl_delay(pace, pace->crawl_delay_ms);
}

static void count_gap(struct host_pace *pace, int64_t gap_ms)
{
    unsigned class = gap_class(gap_ms);

    if (pace->least_gap_ms < 0 || gap_ms < pace->least_gap_ms)
        pace->least_gap_ms = gap_ms;
    if (pace->gaps == NULL)
        return;
    pace->gaps->counts[class]++;
    pace->gaps->sums_ms[class] += gap_ms;
}

/* The way to the host takes now more, now less time: what was sent a second apart may arrive some milliseconds closer.
 * So the rest begins when the host has the request, as far as can be known. */
static void rest_from(struct host_pace *pace, int64_t sent_us, int64_t way_us)
{
    int64_t rest_us = pace->rules->random_wait ? asked_rest_us(pace) : host_rest_us(pace);

    if (rest_us < pace->chosen_rest_us)
        rest_us = pace->chosen_rest_us;
    pace->next_start_us = sent_us + rest_us + way_us;
}

void host_sent(struct host_pace *pace, int64_t now_us)
{
    assert(pace->unsent > 0);
    pace->unsent--;
    pace->requests++;
    if (pace->running - pace->unsent > pace->most_parallel)
        pace->most_parallel = pace->running - pace->unsent;
    if (pace->sent_us > 0)
        count_gap(pace, (now_us - pace->sent_us) / 1000);
    pace->sent_us = now_us;
    rest_from(pace, now_us, unknown_way_us(host_rest_us(pace)));
}

void host_answered(struct host_pace *pace, int64_t sent_us, int64_t way_us)
{
    int64_t most_us = host_rest_us(pace) / WAY_PART;

    if (sent_us == pace->sent_us && pace->unsent == 0)
        rest_from(pace, sent_us, way_us < most_us ? way_us : most_us);
}

static void halve(struct host_pace *pace, int64_t now_ms)
{
    pace->allowed = pace->allowed > 1 ? pace->allowed / 2 : 1;
    pace->good_in_row = 0;
    pace->halved_ms = now_ms;
}

/* A good answer: more at once while they stay quick, fewer when they come far later than the best did. */
static void note_good(struct host_pace *pace, int64_t now_ms, int32_t first_byte_ms)
{
    pace->good_in_row++;
    if (first_byte_ms >= 0) {
        if (pace->usual_ms < 0)
            pace->usual_ms = pace->best_ms = first_byte_ms;
        pace->usual_ms += (first_byte_ms - pace->usual_ms) / 8;
        if (first_byte_ms < pace->best_ms)
            pace->best_ms = first_byte_ms;
        else if (pace->good_in_row % 64 == 0) /* an old best slowly stops to count */
            pace->best_ms += (pace->usual_ms - pace->best_ms) / 8;
        if (pace->usual_ms > SLOW_FACTOR * pace->best_ms + SLOW_MORE_MS) {
            if (pace->good_in_row >= pace->allowed)
                halve(pace, now_ms);
            return;
        }
    }
    /* At first every good answer allows one more, which doubles them each round; after the first trouble each full
     * round of good answers does. */
    if (pace->allowed < pace->rules->ceiling && (pace->halved_ms == INT64_MIN || pace->good_in_row >= pace->allowed)) {
        pace->allowed++;
        pace->good_in_row = 0;
    }
}

/* How long to hold the host after so many failures in a row: doubled each time, up to half as long again by chance, so
 * that many hosts (or crawlers) do not come back in step. */
static int64_t backoff_ms(struct host_pace *pace, uint32_t fails)
{
    int64_t hold_ms = pace->rules->backoff_ms;

    if (fails == 0)
        return 0;
    for (uint32_t i = 1; i < fails && hold_ms < pace->rules->backoff_max_ms; i++)
        hold_ms *= 2;
    hold_ms += jitter(pace, hold_ms / 2 + 1);
    return hold_ms < pace->rules->backoff_max_ms ? hold_ms : pace->rules->backoff_max_ms;
}

/* How long to hold the host for a Retry-After. */
static int64_t obeyed_ms(struct host_pace *pace, int64_t retry_after_ms)
{
    int64_t most_ms = pace->rules->retry_after_max_ms;

    if (retry_after_ms <= 0)
        return 0;
    if (retry_after_ms > most_ms)
        retry_after_ms = pace->was_well ? most_ms / BRIEF_PART : most_ms;
    return retry_after_ms + jitter(pace, retry_after_ms / 16 + 1);
}

static void hold(struct host_pace *pace, int64_t now_ms, int64_t hold_ms)
{
    if (hold_ms > 0 && now_ms + hold_ms > pace->held_until_ms)
        pace->held_until_ms = now_ms + hold_ms;
}

/* One more failure in a row. */
static void count_failure(struct host_pace *pace, int64_t now_ms)
{
    pace->was_well = pace->fails == 0 && pace->good_ms != INT64_MIN;
    pace->fails++;
    pace->failed_ms = now_ms;
    if (pace->failing_since_ms < 0)
        pace->failing_since_ms = now_ms;
    if (now_ms - pace->failing_since_ms >= pace->rules->patience_ms)
        pace->given_up = true;
}

/* Requests that ran side by side and fail together are one failure, not one each. */
static void note_overload(struct host_pace *pace, int64_t now_ms, const struct host_reply *reply)
{
    bool is_held = now_ms < pace->held_until_ms;

    halve(pace, now_ms);
    if (!is_held)
        count_failure(pace, now_ms);
    hold(pace, now_ms, obeyed_ms(pace, reply->retry_after_ms));
    if (!is_held)
        hold(pace, now_ms, backoff_ms(pace, pace->fails));
}

static void note_failure(struct host_pace *pace, int64_t now_ms, const struct host_reply *reply)
{
    if (reply->started_ms >= pace->halved_ms)
        halve(pace, now_ms);
    if (pace->good_ms >= reply->started_ms || now_ms < pace->held_until_ms || reply->started_ms < pace->failed_ms)
        return;
    count_failure(pace, now_ms);
    hold(pace, now_ms, backoff_ms(pace, pace->good_ms == INT64_MIN ? pace->fails : pace->fails - 1));
}

void host_ended(struct host_pace *pace, int64_t now_ms, const struct host_reply *reply)
{
    assert(pace->running > 0);
    pace->running--;
    pace->bytes += reply->bytes;
    pace->errors += reply->answer == HOST_OVERLOAD || reply->answer == HOST_ERROR || reply->answer == HOST_FAILED;
    switch (reply->answer) {
    case HOST_GOOD:
        pace->good_ms = now_ms;
        /* While the host is held, a good answer is one to a request from before: it does not end the hold. */
        if (now_ms < pace->held_until_ms)
            break;
        pace->fails = 0;
        pace->failing_since_ms = -1;
        note_good(pace, now_ms, reply->first_byte_ms);
        break;
    case HOST_OVERLOAD:
        pace->too_many++;
        note_overload(pace, now_ms, reply);
        break;
    case HOST_ERROR:
        if (!reply->again)
            halve(pace, now_ms);
        break;
    case HOST_FAILED:
        if (!reply->again)
            note_failure(pace, now_ms, reply);
        break;
    case HOST_ABANDONED:
        break;
    }
}

void host_pace_add_gaps(struct host_pace *pace, int64_t gap_ms, int64_t count)
{
    if (gap_ms < 0 || count <= 0 || pace->gaps == NULL)
        return;
    if (count > UINT32_MAX / 2)
        count = UINT32_MAX / 2;
    pace->gaps->counts[gap_class(gap_ms)] += (uint32_t)count;
    pace->gaps->sums_ms[gap_class(gap_ms)] += gap_ms * count;
}

int64_t host_median_gap_ms(const struct host_pace *pace)
{
    const struct host_gaps *gaps = pace->gaps;
    uint64_t total = 0;
    uint64_t before = 0;

    if (gaps == NULL)
        return -1;
    for (size_t k = 0; k < HOST_GAP_CLASSES; k++)
        total += gaps->counts[k];
    for (size_t k = 0; k < HOST_GAP_CLASSES; k++) {
        before += gaps->counts[k];
        if (gaps->counts[k] > 0 && before * 2 >= total)
            return gaps->sums_ms[k] / gaps->counts[k];
    }
    return -1;
}

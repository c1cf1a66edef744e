#ifndef CRAWL_HOST_H
#define CRAWL_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* How politely one host is asked: when the next request may start, and how many may run at once. Pure: time is a
 * parameter (milliseconds of one monotonic clock), so every rule is tested without waiting. Not for several
 * threads at once: the frontier's lock guards it.
 *
 * Rest. Between the sending of two requests lies the largest of --rate, --wait and Crawl-delay.
 *
 * Concurrency. It starts at 1, grows by one while answers stay quick, and halves on 429, 503, other 5xx, a failure, or
 * latency far above the host's best; its ceiling is --host-concurrency. Failures halve it once a round: what began
 * before it was last halved says nothing of how the host bears the new number.
 *
 * Holds. 429 and 503 are the host's own words, so each holds it: for Retry-After, and no shorter than a back-off that
 * grows as they follow each other. A time-out or reset before the head of an answer may be the host's trouble or that
 * of one URL, and neither is the host to suffer from one bad URL nor are its other pages. So good answers count against
 * failures: one that came while the failed request ran shows that the host was well all the time; and the first failure
 * after a good answer only slows. From the second in a row on, or where no good answer ever came, the host is held. A
 * URL that fails once more counts no more: it waits by its own number of tries, which is not told here.
 *
 * A Retry-After beyond `retry_after_max_ms` is not waited for. Its URL is given up. The host is held so long where it
 * is all that the host says; but only an eighth of it where a good answer came just before, for then it may be of that
 * URL alone: the next answer decides.
 */
struct host_rules {
    int64_t rest_us;            /* least time between two requests, in microseconds: --rate, --wait; 0: none */
    int64_t delay_cap_ms;       /* a Crawl-delay above this is cut to it */
    int32_t ceiling;            /* most requests at once, at least 1 */
    int64_t backoff_ms;         /* first hold after a failure; doubles (default 1 s) */
    int64_t backoff_max_ms;     /* longest hold by growth alone */
    int64_t patience_ms;        /* without one good answer for this long while failing: given up */
    int64_t retry_after_max_ms; /* a longer Retry-After is not waited for */
    bool random_wait;           /* rests are 0.5 to 1.5 times as long */
    int64_t max_pages;          /* documents of the host over all runs, which the frontier counts; 0: no limit */
    const char *max_pages_rule; /* who says so, in words */
};

enum host_answer {                /* how a request ended, as far as the host is concerned */
                   HOST_GOOD,     /* any answer that shows the host is well: 2xx, 3xx, 4xx but 429 */
                   HOST_OVERLOAD, /* 429, 503 */
                   HOST_ERROR,    /* other 5xx, or a body that did not come whole: slows down, does not hold */
                   HOST_FAILED,   /* no answer at all: time-out, reset, refused, no address */
                   HOST_ABANDONED /* we gave it up ourselves: says nothing of the host */
};

struct host_reply { /* how one request ended */
    enum host_answer answer;
    int64_t started_ms;     /* when host_started() was told of it */
    int32_t first_byte_ms;  /* -1: none came */
    int64_t retry_after_ms; /* -1: not said */
    int64_t bytes;
    bool again; /* its URL was asked for before */
};

/* Gaps between two requests, by power of two of ms. Apart, for most hosts that a crawl knows wait to be asked at all.
 */
#define HOST_GAP_CLASSES 24
struct host_gaps {
    uint32_t counts[HOST_GAP_CLASSES];
    int64_t sums_ms[HOST_GAP_CLASSES];
};

struct host_pace {
    const struct host_rules *rules; /* shared, outlives the pace */
    int64_t crawl_delay_ms;         /* of robots.txt, -1: none */
    int64_t next_start_us;          /* rest since the last start ends here; the same clock in microseconds */
    int64_t chosen_rest_us;         /* that rest */
    int64_t sent_us;                /* when the latest request was sent; 0: not told */
    int64_t before_us;              /* next_start_us as it was before the latest request started */
    int32_t unsent;            /* requests that were started and not sent yet: where there is a rest, one at most */
    int64_t held_until_ms;     /* by Retry-After or back-off */
    int64_t failing_since_ms;  /* of the first failure with no good answer since; -1: well */
    int64_t good_ms;           /* the last good answer; INT64_MIN: none yet */
    int64_t failed_ms;         /* the last of `fails`; INT64_MIN: none yet */
    int64_t halved_ms;         /* when `allowed` was last halved; INT64_MIN: never */
    int32_t running;           /* requests now under way */
    int32_t allowed;           /* how many may be */
    int32_t good_in_row;       /* since `allowed` last changed */
    uint32_t fails;            /* failures in a row */
    bool was_well;             /* a good answer came just before the last of them */
    int32_t best_ms, usual_ms; /* first-byte latency: least, and smoothed; -1: none yet */
    bool given_up;             /* failing for longer than patience_ms */
    int64_t last_start_ms;
    uint32_t random; /* state of the jitter; seed it per host */
    /* The ledger, of what was sent. */
    int64_t least_gap_ms, requests, bytes, errors, too_many;
    int32_t most_parallel;
    struct host_gaps *gaps; /* the caller's, all zero at first; NULL, as it begins: no median is wanted */
};

void host_pace_init(struct host_pace *pace, const struct host_rules *rules, uint32_t random_seed);

/* The time from which a request may be handed out; INT64_MAX while as many run as may. In the past (or INT64_MIN): now.
 * If the host rests that is up to HOST_EARLY_MS before pace->next_start_us, when it may be sent: whoever has it waits
 * for that with more care than threads are woken with. */
#define HOST_EARLY_MS 3
int64_t host_due_ms(const struct host_pace *pace);

/* A request begins: a connection is made for it, if need be. Then it is sent. The rest counts from host_sent() on, for
 * connecting takes time, and the host must not see two requests closer to each other than the rule has it; until then
 * nothing else starts, if there is a rest. */
void host_started(struct host_pace *pace, int64_t now_ms);
void host_sent(struct host_pace *pace, int64_t now_us);

/* What was started may be sent: since then the host was not held, nor did its robots.txt ask for a longer rest. */
bool host_may_send(const struct host_pace *pace, int64_t now_us);

/* What was started will not be sent: as if it had never begun. Instead of host_sent() and host_ended(). */
void host_unstarted(struct host_pace *pace);

/* What host_sent() told of at `sent_us` was answered: the host had it `way_us` later at most. */
void host_answered(struct host_pace *pace, int64_t sent_us, int64_t way_us);

void host_ended(struct host_pace *pace, int64_t now_ms, const struct host_reply *reply);

/* What robots.txt asks for (-1: nothing): in force from the last start on. */
void host_set_crawl_delay(struct host_pace *pace, int64_t delay_ms);

/* The real rest in force. */
int64_t host_rest_us(const struct host_pace *pace);

/* Counts `count` gaps of an earlier time, of about this length. */
void host_pace_add_gaps(struct host_pace *pace, int64_t gap_ms, int64_t count);

/* About: the mean of those gaps that are of the median's power of two. -1: fewer than two requests. */
int64_t host_median_gap_ms(const struct host_pace *pace);

#endif

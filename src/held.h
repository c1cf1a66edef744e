#ifndef CRAWL_HELD_H
#define CRAWL_HELD_H

#include "frontier.h"

#include <stdint.h>

/* What holds a crawl back just now: which knob would make it faster. Told from
 * where things queue. Pure: time is a parameter. One thread. Starts zeroed.
 */
enum held_by {
    HELD_UNKNOWN,      /* not looked at for long enough */
    HELD_NOTHING_LEFT, /* little is under way, and nothing waits */
    HELD_RATE,         /* --rate or --wait */
    HELD_CRAWL_DELAY,
    HELD_REST,      /* Retry-After, or the rest after failures */
    HELD_LATENCY,   /* hosts have as many requests as they may, and take their time */
    HELD_TRANSFERS, /* so has the program */
    HELD_FETCHERS,  /* hosts could be asked, but nobody comes to it */
    HELD_PARSERS,
    HELD_DATABASE,
    HELD_MEMORY,
    HELD_PROCESSORS, /* all of the machine's are busy with us */
    HELD_COUNT
};

/* What can be seen at one moment. Waits and refusals count from the start. */
struct held_sample {
    int64_t now_ms;
    int64_t waiting;  /* URLs, parked ones too */
    int64_t fetching; /* transfers under way */
    int64_t transfers;
    int64_t resting, full; /* hosts, see frontier_counts */
    enum frontier_rest rest;
    int fetchers, parsers;
    bool to_parse_is_full, to_write_is_full;
    long long parse_waited_ms; /* fetchers waited to hand over, all told */
    long long write_waited_ms; /* parsers likewise */
    int64_t cpu_ms;            /* the process has used, all told */
    int processors;
    long long refusals; /* of the memory budget */
    char host[80];      /* one that rests; "" if none */
};

#define HELD_VOTES 10 /* samples that have a say: two seconds' worth */

struct held {
    struct held_sample last;
    unsigned char votes[HELD_VOTES]; /* a ring */
    size_t count;                    /* ever given */
    char host[80];                   /* that rested last, for HELD_RATE and its like */
    int64_t spent_ms[HELD_COUNT];    /* how long each held it back, all told */
};

void held_add(struct held *held, const struct held_sample *sample);

/* What most of the last samples say. */
enum held_by held_by(const struct held *held);

extern const char *const held_names[HELD_COUNT]; /* "rate", "site_latency": for programs */
extern const char *const held_words[HELD_COUNT]; /* "--rate", "site latency": for people */

/* "--rate (www.example.com)": for people; "" for HELD_UNKNOWN. */
void held_add_words(const struct held *held, struct buf *out);

#endif

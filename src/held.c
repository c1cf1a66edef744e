#include "held.h"

#include <stdio.h>
#include <string.h>

/* A stage counts as waiting for the next one if its threads do so for more than a fifth of their time. */
#define WAITING_SHARE 5

/* Processors count as busy when less than a tenth of their time is left. */
#define BUSY_PARTS 10

const char *const held_names[HELD_COUNT] = {
    [HELD_UNKNOWN] = "",
    [HELD_NOTHING_LEFT] = "nothing_left",
    [HELD_RATE] = "rate",
    [HELD_CRAWL_DELAY] = "crawl_delay",
    [HELD_REST] = "rest",
    [HELD_LATENCY] = "site_latency",
    [HELD_TRANSFERS] = "transfers",
    [HELD_FETCHERS] = "fetchers",
    [HELD_PARSERS] = "parsers",
    [HELD_DATABASE] = "database",
    [HELD_MEMORY] = "memory",
    [HELD_PROCESSORS] = "processors",
};

const char *const held_words[HELD_COUNT] = {
    [HELD_UNKNOWN] = "",
    [HELD_NOTHING_LEFT] = "nothing left",
    [HELD_RATE] = "--rate",
    [HELD_CRAWL_DELAY] = "Crawl-delay",
    [HELD_REST] = "a rest after errors",
    [HELD_LATENCY] = "site latency",
    [HELD_TRANSFERS] = "site latency (--transfers)",
    [HELD_FETCHERS] = "fetchers (--threads)",
    [HELD_PARSERS] = "parsers (--parsers)",
    [HELD_DATABASE] = "database",
    [HELD_MEMORY] = "memory limit (--memory)",
    [HELD_PROCESSORS] = "this machine's processors",
};

static bool waited(long long since_ms, long long until_ms, int threads, int64_t span_ms)
{
    return (until_ms - since_ms) * WAITING_SHARE > span_ms * threads;
}

static enum held_by why_hosts_rest(enum frontier_rest rest)
{
    switch (rest) {
    case FRONTIER_REST_CRAWL_DELAY:
        return HELD_CRAWL_DELAY;
    case FRONTIER_REST_HOLD:
        return HELD_REST;
    default:
        return HELD_RATE;
    }
}

/* From the end of the line to its start: a full hand-over makes all before it wait, too. */
static enum held_by judge(const struct held_sample *before, const struct held_sample *now)
{
    int64_t span_ms = now->now_ms - before->now_ms;

    if (now->to_write_is_full || waited(before->write_waited_ms, now->write_waited_ms, now->parsers, span_ms))
        return HELD_DATABASE;
    if (now->to_parse_is_full || waited(before->parse_waited_ms, now->parse_waited_ms, now->fetchers, span_ms))
        return HELD_PARSERS;
    if (now->refusals > before->refusals)
        return HELD_MEMORY;
    if ((now->cpu_ms - before->cpu_ms) * BUSY_PARTS > span_ms * now->processors * (BUSY_PARTS - 1))
        return HELD_PROCESSORS;
    if (now->fetching >= now->transfers)
        return HELD_TRANSFERS;
    if (now->waiting == 0)
        return HELD_NOTHING_LEFT;
    if (now->full > 0 && now->full >= now->resting)
        return HELD_LATENCY;
    if (now->resting > 0)
        return why_hosts_rest(now->rest);
    return HELD_FETCHERS;
}

void held_add(struct held *held, const struct held_sample *sample)
{
    if (held->last.now_ms > 0 && sample->now_ms > held->last.now_ms) {
        enum held_by by = judge(&held->last, sample);

        held->votes[held->count++ % HELD_VOTES] = (unsigned char)by;
        held->spent_ms[by] += sample->now_ms - held->last.now_ms;
    }
    if (sample->host[0] != '\0')
        memcpy(held->host, sample->host, sizeof held->host);
    held->last = *sample;
}

enum held_by held_by(const struct held *held)
{
    size_t votes[HELD_COUNT] = {0};
    enum held_by most = HELD_UNKNOWN;

    for (size_t i = 0; i < held->count && i < HELD_VOTES; i++)
        votes[held->votes[i]]++;
    for (int i = HELD_UNKNOWN + 1; i < HELD_COUNT; i++)
        if (votes[i] > votes[most])
            most = (enum held_by)i;
    return held->count < 3 ? HELD_UNKNOWN : most;
}

/* Which host rests, or how many do. */
static void add_hosts(const struct held *held, struct buf *out)
{
    const char *host = strstr(held->host, "://");

    if (held->last.resting > 1)
        buf_printf(out, " (%lld hosts)", (long long)held->last.resting);
    else if (held->host[0] != '\0')
        buf_printf(out, " (%s)", host == NULL ? held->host : host + 3);
}

void held_add_words(const struct held *held, struct buf *out)
{
    enum held_by by = held_by(held);

    buf_add_string(out, held_words[by]);
    if (by == HELD_RATE || by == HELD_CRAWL_DELAY || by == HELD_REST)
        add_hosts(held, out);
}

#include "estimate.h"

#include <string.h>

#define SAMPLE_GAP_MS  200
#define SPEED_MS       5000 /* the span of the speed that is shown */
#define LEFT_SECONDS   30   /* that of the speed that the time left is reckoned with */
#define FIRST_SECONDS  3    /* before that nothing is said of the time left */
#define GROWTH_SECONDS 5

/* Ends seconds up to `second`, the pages shared out evenly if several passed unseen. */
static void end_seconds(struct estimate *e, int64_t second, int64_t pages, int64_t left)
{
    int64_t passed = second - e->second;
    int64_t done = pages - e->second_pages;

    if (passed > ESTIMATE_SECONDS) { /* asleep for long */
        memset(e->seconds, 0, sizeof e->seconds);
        e->second = second;
        passed = 0;
    }
    for (int64_t i = 0; i < passed; i++, e->second++) {
        int64_t share = done / (passed - i);

        e->seconds[e->second % ESTIMATE_SECONDS].pages = share;
        e->seconds[e->second % ESTIMATE_SECONDS].left = left;
        done -= share;
    }
    e->second_pages = pages;
}

void estimate_add(struct estimate *e, int64_t now_ms, int64_t pages, int64_t bytes, int64_t left)
{
    const struct estimate_sample *last = &e->samples[(e->sample_count - 1) % ESTIMATE_SAMPLES];

    if (now_ms / 1000 > e->second)
        end_seconds(e, now_ms / 1000, pages, left);
    e->left = left;
    if (e->sample_count == 0 || now_ms - last->at_ms >= SAMPLE_GAP_MS)
        e->samples[e->sample_count++ % ESTIMATE_SAMPLES] = (struct estimate_sample){now_ms, pages, bytes};
}

/* The newest sample, and the oldest of those that count. False: there is nothing between them. */
static bool span(const struct estimate *e, struct estimate_sample *from, struct estimate_sample *to)
{
    size_t held = e->sample_count < ESTIMATE_SAMPLES ? e->sample_count : ESTIMATE_SAMPLES;

    if (held < 2)
        return false;
    *to = e->samples[(e->sample_count - 1) % ESTIMATE_SAMPLES];
    for (size_t i = 2; i <= held; i++) {
        const struct estimate_sample *sample = &e->samples[(e->sample_count - i) % ESTIMATE_SAMPLES];

        if (i > 2 && to->at_ms - sample->at_ms > SPEED_MS)
            break;
        *from = *sample;
    }
    return to->at_ms > from->at_ms;
}

double estimate_pages_per_s(const struct estimate *e)
{
    struct estimate_sample from, to;

    return span(e, &from, &to) ? (double)(to.pages - from.pages) * 1000 / (double)(to.at_ms - from.at_ms) : -1;
}

double estimate_bytes_per_s(const struct estimate *e)
{
    struct estimate_sample from, to;

    return span(e, &from, &to) ? (double)(to.bytes - from.bytes) * 1000 / (double)(to.at_ms - from.at_ms) : -1;
}

size_t estimate_history(const struct estimate *e, double *pages, size_t max)
{
    size_t count = e->second < ESTIMATE_SECONDS ? (size_t)e->second : ESTIMATE_SECONDS;

    if (count > max)
        count = max;
    for (size_t i = 0; i < count; i++)
        pages[i] = (double)e->seconds[(size_t)(e->second - (int64_t)(count - i)) % ESTIMATE_SECONDS].pages;
    return count;
}

bool estimate_is_growing(const struct estimate *e)
{
    int64_t before = e->second > GROWTH_SECONDS ? e->second - GROWTH_SECONDS : 0;

    return e->second > 0 && e->left > e->seconds[before % ESTIMATE_SECONDS].left;
}

int64_t estimate_left_ms(const struct estimate *e)
{
    double history[LEFT_SECONDS];
    size_t count = estimate_history(e, history, LEFT_SECONDS);
    double pages = 0;

    for (size_t i = 0; i < count; i++)
        pages += history[i];
    if (count < FIRST_SECONDS || pages <= 0)
        return -1;
    return (int64_t)((double)e->left * 1000 * (double)count / pages);
}

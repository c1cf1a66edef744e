#ifndef CRAWL_ESTIMATE_H
#define CRAWL_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How fast a crawl goes, how fast it went, and how long what is known will take.
 * Pure: time is a parameter, in ms since the start. One thread. Starts zeroed.
 *
 * The time left is said of what is known, for nobody knows what will be found; and while more is found than fetched
 * there is none, for any number would be wrong.
 */
#define ESTIMATE_SECONDS 64 /* of history */
#define ESTIMATE_SAMPLES 32

struct estimate_sample {
    int64_t at_ms, pages, bytes;
};

struct estimate {
    struct estimate_sample samples[ESTIMATE_SAMPLES]; /* the latest, at least 200 ms apart; a ring */
    size_t sample_count;                              /* ever taken */
    struct {
        int64_t pages; /* done within this second */
        int64_t left;  /* at its end */
    } seconds[ESTIMATE_SECONDS];
    int64_t second;       /* number of the one under way */
    int64_t second_pages; /* all that was done before it began */
    int64_t left;         /* now */
};

/* What there is at this moment: pages done and bytes received since the start, and pages known but not done. */
void estimate_add(struct estimate *e, int64_t now_ms, int64_t pages, int64_t bytes, int64_t left);

/* Over the last five seconds; -1: not to be said yet. */
double estimate_pages_per_s(const struct estimate *e);
double estimate_bytes_per_s(const struct estimate *e);

/* Pages in each of the last whole seconds, oldest first, at most `max`. Returns how many. */
size_t estimate_history(const struct estimate *e, double *pages, size_t max);

/* How long the known pages will take at the speed of the last half minute; -1: not to be said yet. */
int64_t estimate_left_ms(const struct estimate *e);

/* True while more is found than fetched. */
bool estimate_is_growing(const struct estimate *e);

#endif

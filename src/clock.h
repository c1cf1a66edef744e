#ifndef CRAWL_CLOCK_H
#define CRAWL_CLOCK_H

#include <stdint.h>

/* Milliseconds that never jump: for due times, rests and time-outs. Not
 * comparable between two runs of the program. */
int64_t clock_ms(void);

/* The same clock, finer: clock_us() / 1000 is clock_ms(). */
int64_t clock_us(void);

/* From now on this thread's waits end as soon as the system can have them end, rather than when it is convenient: up to
 * 50 us later, or when another thread has had its time of milliseconds. */
void clock_be_prompt(void);

/* Milliseconds since 1970-01-01 UTC: for what is recorded. May jump. */
int64_t clock_wall_ms(void);

#endif

#ifndef CRAWL_VALUE_H
#define CRAWL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/* Values as people write them on command lines and in files. Pure. All give
 * false on anything else than one whole value, also on overflow, and leave the
 * result alone then.
 */

/* "12", "-1". No blanks, no plus sign. */
bool value_int(const char *text, int64_t *number);

/* "yes no true false on off 1 0", in any case. */
bool value_bool(const char *text, bool *yes);

/* A time in milliseconds: "250ms 90s 5m 2h 1d", fractions ("1.5s") and sums
 * ("1h30m") too; a bare number counts in units of `unit_ms`. */
bool value_ms(const char *text, int64_t unit_ms, int64_t *ms);

/* A size in bytes: "4096 64K 10M 2G 1T", powers of 1024, fractions too;
 * "KB", "KiB" are as good as "K". */
bool value_bytes(const char *text, int64_t *bytes);

/* A rate as the least time between two events, in microseconds, rounded up:
 * "10/s" "2/m" "100/h" "1/d" "0.5/s" "3/10s", a bare number is per second. "0" and
 * "0/s" are no limit: 0. */
bool value_rate_us(const char *text, int64_t *gap_us);

#endif

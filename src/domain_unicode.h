#ifndef CRAWL_DOMAIN_UNICODE_H
#define CRAWL_DOMAIN_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What international domain names need to know of Unicode: the mapping table of
 * UTS 46, the classes behind its checks, and normalization form C (UAX 15).
 * Pure; the tables are our own, so that names do not depend on which version of
 * a library a machine has. Threads: any.
 */

enum unicode_status {
    UNICODE_DISALLOWED,
    UNICODE_VALID,
    UNICODE_IGNORED, /* taken out */
    UNICODE_MAPPED   /* replaced, see unicode_map() */
};

/* Bidi classes that a valid code point can have (UAX 9). */
enum unicode_bidi {
    UNICODE_L,
    UNICODE_R,
    UNICODE_AL,
    UNICODE_AN,
    UNICODE_EN,
    UNICODE_ES,
    UNICODE_CS,
    UNICODE_ET,
    UNICODE_ON,
    UNICODE_BN,
    UNICODE_NSM,
    UNICODE_L_MARK, /* class L, and a mark */
    UNICODE_OTHER
};

enum unicode_joining {
    UNICODE_JOINS_NOTHING,
    UNICODE_JOINS_LEFT,
    UNICODE_JOINS_RIGHT,
    UNICODE_JOINS_BOTH,
    UNICODE_TRANSPARENT
};

struct unicode_class {
    enum unicode_status status;
    enum unicode_bidi bidi;       /* of a valid code point */
    enum unicode_joining joining; /* of a valid code point */
};

struct unicode_class unicode_class_of(uint32_t point);

enum { UNICODE_MAP_MAX = 32 };

/* Writes what a mapped code point becomes, at most UNICODE_MAP_MAX code points; gives how many. */
size_t unicode_map(uint32_t point, uint32_t *target);

/* True if `point` is a virama (canonical combining class 9). */
bool unicode_is_virama(uint32_t point);

/* The most code points that one becomes when it is decomposed. */
enum { UNICODE_DECOMPOSED_MAX = 4 };

/* Brings points[], `count` of them with room for UNICODE_DECOMPOSED_MAX times as
 * many, to normalization form C; gives the new count. Only for code points that
 * are left after mapping: those with singleton decompositions are not. Linear. */
size_t unicode_normalize(uint32_t *points, size_t count);

#endif

#ifndef CRAWL_DOMAIN_UNICODE_DATA_H
#define CRAWL_DOMAIN_UNICODE_DATA_H

#include <stddef.h>
#include <stdint.h>

/* The tables behind domain_unicode.c, which says what they mean. The .c is made
 * by tools/unicode_tables.py. Each `_count` is the length of its array. */

/* By code point: (first of the range << 11) | status << 7 | bidi class << 3 | joining type. */
extern const uint32_t unicode_ranges[];
extern const size_t unicode_ranges_count;

/* Pairs of words, by code point: (first << 11) | count, and the target of the
 * first; the others follow it. With count 0 it is one code point with a longer
 * target: (place in unicode_texts[] << 8) | length. */
extern const uint32_t unicode_mappings[];
extern const size_t unicode_mappings_count;

extern const uint32_t unicode_texts[];
extern const size_t unicode_texts_count;

/* (first of the range << 8) | canonical combining class. */
extern const uint32_t unicode_combining[];
extern const size_t unicode_combining_count;

/* Three words each, in this order: first, second, their primary composite. */
extern const uint32_t unicode_compositions[];
extern const size_t unicode_compositions_count;

/* The numbers of the compositions in the order of their composites. */
extern const uint16_t unicode_decompositions[];
extern const size_t unicode_decompositions_count;

#endif

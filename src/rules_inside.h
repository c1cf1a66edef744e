#ifndef CRAWL_RULES_INSIDE_H
#define CRAWL_RULES_INSIDE_H

#include "rules.h"

#include <stdint.h>

/* Shared by the files of rules; for nobody else. */

#define NO_GROUP  UINT32_MAX
#define PAIR_BITS 4096u /* size of the set of byte pairs of a target */
#define PAIR_ANY  UINT16_MAX

/* In which of two normal forms a rule compares. In a query ':', '/', '?' and '@' delimit nothing (RFC 3986, 3.4), so
 * behind the first '?' they equal their percent-encoding, as the table in RFC 9309, 2.2.2 has it: "?u=https://x"
 *
 * matches "?u=https%3A%2F%2Fx". In a path they differ: "/a%2Fb" is not "/a/b". A pattern without a '?' cannot know
 * which part it meets, and compares letter by letter. */
enum form { FORM_PLAIN, FORM_QUERY, FORM_COUNT };

/* A rule, its pattern normalised: no '$' at the end, no "**", no '*' at the end. */
struct rule {
    uint32_t pattern_at;   /* in the pool */
    uint32_t pattern_size; /* longer than the prefix of its group: there is a '*' behind that */
    uint32_t text_at;      /* the line, in the pool */
    uint32_t text_size;
    uint32_t line;
    uint32_t octets; /* what counts for the longest match */
    uint16_t pair;   /* pair_of() two neighbouring bytes that a target must have, or PAIR_ANY */
    uint8_t form;    /* enum form */
    bool allow : 1;
    bool anchored : 1; /* had a '$' at its end */
};

/* Rules with the same prefix: the pattern up to its first star. Groups are sorted by prefix, a group's rules from most
 * octets to least. */
struct group {
    uint32_t prefix_at;
    uint32_t prefix_size;
    uint32_t parent;   /* the group with the longest prefix that this one begins with, or NO_GROUP */
    uint32_t rules_at; /* the first of its rules; the next group has the end of them */
};

struct rules {
    const struct rule *rules;
    const struct group *groups[FORM_COUNT];
    size_t group_count[FORM_COUNT]; /* without the sentinel behind each list */
    const char *pool;
    size_t size; /* of the block, in bytes */
};

/* A number below PAIR_BITS for two neighbouring bytes. */
static inline unsigned pair_of(unsigned char a, unsigned char b)
{
    return (a * 61u + b * 7u) % PAIR_BITS;
}

/* Writes `in` to out[], which has room for three times its size. Gives the bytes written. With `pattern` a '*' stays a
 * star, and a row of them is one. */
size_t rules_normalize(struct slice in, bool pattern, enum form form, char *out);

#endif

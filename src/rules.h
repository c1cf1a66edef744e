#ifndef CRAWL_RULES_H
#define CRAWL_RULES_H

#include "buf.h"

/* The Allow and Disallow rules of one group of a robots.txt, indexed: RFC 9309, 2.2.2 and 2.2.3.
 * Pure. Threads: a struct rules is constant, any number may read it.
 */
struct rules;

/* One rule as its file has it. */
struct rule_line {
    struct slice text;    /* the line, trimmed: "Disallow: /x" */
    struct slice pattern; /* its value, within `text` */
    unsigned line;        /* its number, from 1 */
    bool allow;
};

struct rule_found {
    bool allow;
    unsigned line;
    struct slice text; /* inside the struct rules */
};

/* Keeps what it needs of `count` lines in one block of memory. A pattern that begins with neither '/' nor '*' can
 * never match and is left out. Never NULL; ended with free(). */
struct rules *rules_new(const struct rule_line *lines, size_t count);

/* In bytes. */
size_t rules_memory(const struct rules *rules);

/* The rule that decides on `target` (path and query): of those that match the one with most octets, Allow
 * on a tie. False if none matches. Octets count after percent-encoding is made alike; stars and the '$' count.
 *
 * Time: rules without stars cost a binary search, whatever their number; one with stars is tried only where its literal
 * beginning fits, and costs about the length of target and pattern however many stars it has. */
bool rules_find(const struct rules *rules, struct slice target, struct rule_found *found);

#endif

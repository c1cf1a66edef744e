#ifndef CRAWL_REPORT_TREE_H
#define CRAWL_REPORT_TREE_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages by the parts of their URLs: host, then the path's parts. Each node knows how many pages there are at and below
 * it, and how many of those are broken or slow. Only so many nodes are kept: what finds no room counts at the deepest
 * node above it that did. One thread. */
struct report_tree;

struct report_tree *report_tree_new(void);
void report_tree_free(struct report_tree *tree); /* NULL is fine */

/* Counts a page. `url` is http or https; anything else counts at the root. */
void report_tree_add(struct report_tree *tree, struct slice url, bool is_broken, bool is_slow);

/* No page follows: chooses the nodes with most pages to be drawn, and sorts them. Once, before the next two. */
void report_tree_finish(struct report_tree *tree);

/* Appends the upper levels as an SVG figure, `levels` of them. */
void report_tree_add_svg(const struct report_tree *tree, struct buf *out, int levels);

/* Appends all chosen nodes as JSON fit for a script element: [name, pages, broken, slow, [children ...]]. */
void report_tree_add_json(const struct report_tree *tree, struct buf *out);

#endif

#ifndef CRAWL_TRAP_CLUSTER_H
#define CRAWL_TRAP_CLUSTER_H

#include "page.h"
#include "trap_shape.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of pages whose URLs share a shape: what they said, whether the latest brought anything, how deep they
 * lie. A fixed number of clusters is kept; a new one takes the place of one not met for long. For `trap` alone.
 *
 * Threads: one at a time.
 */
struct clusters;
struct cluster;

struct clusters *clusters_new(void);
void clusters_free(struct clusters *all);

/* NULL: there is none (also for key 0). Valid until the next clusters_get(). */
struct cluster *clusters_find(const struct clusters *all, uint64_t key);

/* Made if need be. Never NULL; key is not 0. */
struct cluster *clusters_get(struct clusters *all, uint64_t key);

uint32_t cluster_pages(const struct cluster *c);

/* True if a page of the cluster had this title (hashed) lately. */
bool cluster_knows_title(const struct cluster *c, uint32_t title);

/* True if the text of a page with this title would tell its clusters more. Else those that know the title, and to which
 * a sample of their pages is enough, are taken out of keys[]: they are not told of this page at all. */
bool clusters_want_text(const struct clusters *all, struct slice url, uint32_t title, uint64_t keys[SHAPE_SLOTS]);

/* True if one had the title, and the page's text or nearly that, numbers not counted; else that is kept in mind. */
bool cluster_note_said(struct cluster *c, uint32_t title, const struct page *page);

/* One page more: whether it repeats one of the cluster, and whether exactly one of its host; whether it has links to
 * anything new. */
void cluster_note_page(struct cluster *c, const struct page *page, bool repeats, bool exact, bool news);

/* Of the page just noted: but for the words that its URL says, it says what another page of its host did. For those
 * told of so alone is asked whether they are a trap by it. */
void cluster_note_echo(struct cluster *c, bool echoes, bool news);

/* Nearly all of its latest pages repeat others: links to it promise nothing. False for NULL. */
bool cluster_is_suspect(const struct cluster *c);

/* Its pages have said so much, or it is closed: those to come need not be waited for. */
bool cluster_is_varied(const struct cluster *c);

/* No more than half of its pages differ as far as was looked at, or hardly one of the latest: what it is will show
 * soon, and each page more may be one too many. */
bool cluster_repeats(const struct cluster *c);

/* It goes on and brings nothing new (see trap.h), and was not closed yet. */
bool cluster_is_trap(const struct cluster *c, enum shape kind);
void cluster_close(struct cluster *c);

#endif

#ifndef CRAWL_TRAP_H
#define CRAWL_TRAP_H

#include "buf.h"
#include "echo.h"
#include "page.h"
#include "trap_shape.h"

#include <stdbool.h>
#include <stdint.h>

/* Parts of a site that go on for ever and bring nothing new: calendars, sessions, filters that combine, relative links
 * that make paths longer. URLs of one shape are a cluster. A page is stale if its title and text equal those of a page
 * before, or nearly so, numbers not counted, and all its new links lead to clusters of stale pages or only add to its
 * query. A cluster whose
 * latest pages are stale is put into quarantine: its URLs are no longer fetched. What that takes:
 *  - at least 50 pages that say exactly what others said, or
 *  - 32 such pages that have one name in their query, if hardly one with that name ever said anything new and it is not
 *    the name that tells the pages of the path apart; where queries combine a few values in very many URLs, a page that
 *    says something else only by the words of those values says nothing new, or
 *  - at least 150 pages that differ in numbers alone (or hardly), and lie ever deeper: far more links from the seeds
 *    than so many pages of a finite site would. A list of measured values is not left out so.
 * Seeds and what a sitemap names are fetched all the same.
 *
 * It learns from each page once, keeps a fixed amount of memory, and forgets what it has not met for longest.
 *
 * Threads: any. What is in quarantine is looked up without a lock, and costs nothing while there is none.
 */
struct trap;

/* A page on its way through a parser, between trap_look() and trap_learn(). */
struct trap_sight {
    bool counts;                /* it is a page to learn from */
    bool wants_text;            /* page->text_hash and the like would tell more: to be filled in before trap_learn() */
    uint64_t keys[SHAPE_SLOTS]; /* of its clusters; 0: none, or one that is not to learn from this page */
    uint32_t title_hash;        /* numbers not counted */
    struct echo echo;           /* words that its title and text only echo; none: what they say counts */
};

/* Never NULL. `seed` is that of the database, so that no site can make shapes that collide. */
struct trap *trap_new(uint64_t seed);
void trap_free(struct trap *trap);

/* A quarantine of an earlier run, from what a struct page_trap of it said. */
void trap_restore(struct trap *trap, enum shape kind, const char *shape, const char *why);

/* The clusters that a URL belongs to: 0 in places where there is none. False: it is in quarantine. */
bool trap_kinds(struct trap *trap, struct slice url, uint64_t keys[PAGE_KINDS]);

/* Looks at a page that was parsed. Fills in page->kinds as far as nobody has. */
void trap_look(struct trap *trap, struct page *page, struct trap_sight *sight);

/* Learns from it, once frontier_finish() has told which of its links are new, and says in page->kinds what is known of
 * its clusters now. If that puts one into quarantine, page->trap is set, to be recorded. */
void trap_learn(struct trap *trap, struct page *page, const struct trap_sight *sight);

/* True, with the reason in words: this URL is in quarantine. */
bool trap_refuses(struct trap *trap, struct slice url, char *why, size_t why_size);

#endif

#ifndef CRAWL_SOFT404_H
#define CRAWL_SOFT404_H

#include "page.h"

#include <stdbool.h>
#include <stdint.h>

/* Pages that say "not found", but with status 200. What a host says of a name that it does not have is learnt by asking
 * for one: a probe, one for each host (scheme, name and port), and only for those that give reason to: by a good page
 * whose title or heading reads like an error, or by one page under many URLs. Whatever equals the answer is a soft 404.
 *
 * Pages are only marked, at the end, by what is recorded of them: what is fetched, and which links are followed, does
 * not depend on it. It keeps a fixed amount of memory, but for 24 bytes a host that was suspected.
 *
 * Threads: any.
 */
struct soft404;

/* Never NULL. `seed` is that of the database: the names of probes are made from it. */
struct soft404 *soft404_new(uint64_t seed);
void soft404_free(struct soft404 *s);

/* A host that was suspected in an earlier run, by the URL of its probe, and whether that was answered. `title`: of the
 * answer, if that was a good page; else data NULL. */
void soft404_restore(struct soft404 *s, struct slice url, bool answered, struct slice title);

/* Looks at a page that was parsed. True: page->text_hash and the like would tell more; to be filled in before
 * soft404_learn(). */
bool soft404_look(struct soft404 *s, const struct page *page);

/* Learns from it. If that makes its host suspect, page->probe is set: the URL to be asked for. Before
 * frontier_finish().
 */
void soft404_learn(struct soft404 *s, struct page *page);

/* A PAGE_PROBE was answered. */
void soft404_answered(struct soft404 *s, const struct page *page);

/* True if a title or heading reads like that of an error page, in any of the more common languages. */
bool soft404_reads_missing(struct slice title);

/* What is recorded of a good page of HTML. */
struct soft404_print {
    struct slice url, title;
    uint64_t body_hash, text_hash, simhash; /* 0: not known */
    int64_t bytes;
};

/* True if `page` says what `probe`, of the same host, says: the same bytes; or under the same title, but for names in
 * their URLs, the same text or one that hardly differs. */
bool soft404_is_like(const struct soft404_print *page, const struct soft404_print *probe);

#endif

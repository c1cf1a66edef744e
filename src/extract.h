#ifndef CRAWL_EXTRACT_H
#define CRAWL_EXTRACT_H

#include "frontier.h"
#include "html.h"
#include "page.h"
#include "scope.h"
#include "soft404.h"
#include "trap.h"
#include "url.h"

/* From an answer to what it says: title, facts and links, all in memory of the
 * page. Every link is resolved, hashed, told apart from the others of its page and judged by the scope here.
 *
 * Threads: a struct extract belongs to one thread; the settings are shared and constant.
 */
struct extract;
struct echo;

enum extract_links { EXTRACT_LINKS_NONE, EXTRACT_LINKS_INTERNAL, EXTRACT_LINKS_ALL }; /* --links */

struct extract_settings {
    const struct scope *scope;
    const struct frontier *frontier; /* for its hash alone */
    struct trap *trap;               /* NULL: --no-traps */
    struct soft404 *soft404;         /* NULL: --no-soft-404 */
    struct url_rules url_rules;
    struct html_limits html;
    unsigned follow;          /* bit 1 << kind: enum html_link_kind that are visited */
    enum extract_links links; /* which get a row */
    bool check_external;      /* what is out of scope is asked for once */
    bool obey_nofollow;       /* false: --no-robots */
    bool sitemaps;
    const char *robots_token; /* product token */
    int64_t delay_cap_ms;     /* the longest Crawl-delay that is kept: for words about it */
    size_t decoded_bytes;     /* limit of a page as UTF-8; the rest of it is not read */
    size_t sitemap_urls;      /* most URLs of one sitemap */
    size_t sitemap_bytes;     /* unpacked */
};

#define EXTRACT_CUT_TITLE_BYTES 65536 /* kept of a title that is longer than its limit */
#define EXTRACT_URL_BYTES       65536 /* a longer URL gets no row: it is counted in links_left_out */

/* Never NULL. The settings must outlive it. */
struct extract *extract_new(const struct extract_settings *settings);
void extract_free(struct extract *x);

/* Reads page->body by page->kind and outcome, and fills in all that the parser is
 * to find, links included, and what its text comes to if page->kinds.wants_text; may change the outcome (a redirect
 * that leads nowhere). The body stays. */
void extract_page(struct extract *x, struct page *page);

/* Fills in what the page's text comes to, if extract_page() has not: page->text_hash and the like; text_echo_hash if
 * `echo` is not NULL. The body must still be there. */
void extract_text(struct extract *x, struct page *page, const struct echo *echo);

/* Adds a URL to page->links of a page that is only made to carry it, as kind `via` (LINK_SEED). False: it is too long
 * to be kept. extract_forget() comes before the first of a page. */
bool extract_add_url(struct extract *x, struct page *page, const struct url *url, unsigned via);
void extract_forget(struct extract *x);

#endif

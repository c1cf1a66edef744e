#ifndef CRAWL_EXTRACT_INSIDE_H
#define CRAWL_EXTRACT_INSIDE_H

#include "extract.h"

/* Shared by the files of extract; for nobody else. */

struct extract {
    const struct extract_settings *settings;
    struct html *html;
    struct html *text; /* reads the same pages for their text alone; NULL: not needed so far */
    struct scope_matcher *matcher;
    struct buf decoded;   /* the page as UTF-8, if the body is not that already */
    struct url base;      /* what references are resolved against, if ... */
    bool is_based;        /* ... true; else only absolute ones lead anywhere */
    struct url target;    /* the link at hand */
    struct url plain;     /* the same without userinfo */
    struct buf key;       /* its key, where that differs */
    struct link_set *set; /* the links of this page, so that each stands there once */
    int foreign_sitemaps; /* of this page, so far */
};

/* How a reference came in. */
struct reference {
    struct slice href;
    struct slice anchor;           /* of an alternate its hreflang */
    const struct charset *charset; /* for its query; NULL: UTF-8 */
    int64_t lastmod_ms;            /* -1: none */
    uint8_t kind;                  /* enum html_link_kind or page_link_kind */
    uint8_t rel;
    bool nofollow; /* the whole page says so */
};

/* Forgets the links of the page before. */
void link_set_clear(struct link_set *set);
struct link_set *link_set_new(void);
void link_set_free(struct link_set *set);

/* Resolves a reference against x->base and adds it to page->links. Gives its
 * index, also if it was there before; -1: it is no http(s) URL, or too long to be kept. */
int32_t extract_add_reference(struct extract *x, struct page *page, const struct reference *reference);

/* The same for a URL that is parsed already, and not x->plain. */
int32_t extract_add_parsed(struct extract *x, struct page *page, const struct url *url,
                           const struct reference *reference);

/* Where the Location of a redirect leads becomes page->redirect_link; to no URL, the page has failed. */
void extract_redirect(struct extract *x, struct page *page);

/* Reads a robots.txt into page->rules, and a sitemap: both add what they name to page->links. */
void extract_robots(struct extract *x, struct page *page);
void extract_sitemap(struct extract *x, struct page *page);

#endif

#ifndef CRAWL_DEMO_H
#define CRAWL_DEMO_H

#include "../tests/site.h"

/* The demo site: the pages of "Heron", a weather station that anybody can build and that nobody has built, for it is
 * made up, like all its people and places. About a thousand pages, made as they are asked for, always the same. */

/* --- words.c ---------------------------------------------------------------------- */
/* A number that looks like chance and depends on `seed` and `salt` only. */
unsigned demo_chance(unsigned seed, unsigned salt);

/* `count` paragraphs of a few sentences each, as HTML. */
void demo_add_text(struct buf *out, unsigned seed, unsigned count);

extern const char *const demo_chapters[];  /* 12, NULL behind: parts of the guide */
extern const char *const demo_topics[];    /* 8: pages of each chapter */
extern const char *const demo_modules[];   /* 14: parts of the reference */
extern const char *const demo_functions[]; /* 24: of each module */
extern const char *const demo_places[];    /* 30: names of stations are place and number */
extern const char *const demo_people[];    /* 24 */
extern const char *const demo_tags[];      /* 10 */

/* --- frame.c ---------------------------------------------------------------------- */
/* Everything of a page in front of its own text; `title` NULL: a page without one. `extra`: more for the head, or
 * NULL. */
void demo_begin(struct buf *out, const char *title, const char *extra);
void demo_end(struct buf *out);

/* <li><a href="HREF">TEXT</a> */
void demo_add_item(struct buf *out, const char *href, const char *text);

/* "Wind and gusts" becomes "wind-and-gusts", in a buffer of its own that the next but three calls use again. */
const char *demo_slug(const char *name);

/* The index of the name whose slug is the first `size` bytes of `slug`; -1: none. */
int demo_find(const char *const *names, const char *slug, size_t size);

/* --- sections.c, languages.c, corners.c ------------------------------------------- */
/* Each answers for the paths below its own; `rest` is what stands behind that. False: there is no such page. */
bool demo_docs(const char *rest, struct site_page *page, struct buf *text);
bool demo_reference(const char *rest, struct site_page *page, struct buf *text);
bool demo_blog(const char *rest, struct site_page *page, struct buf *text);
bool demo_stations(const char *rest, struct site_page *page, struct buf *text);
bool demo_people_pages(const char *rest, struct site_page *page, struct buf *text);
bool demo_russian(const char *rest, struct site_page *page, struct buf *text);
bool demo_japanese(const char *rest, struct site_page *page, struct buf *text);
bool demo_german(const char *rest, struct site_page *page, struct buf *text);
bool demo_archive(const char *rest, struct site_page *page, struct buf *text); /* the slow corner */
bool demo_lost(const char *rest, struct site_page *page, struct buf *text);    /* only the sitemap knows these */
bool demo_old(const char *rest, struct site_page *page, struct buf *text);     /* redirects */
bool demo_corner(const char *path, struct site_page *page, struct buf *text);  /* whole paths: robots.txt ... */

#define DEMO_POSTS    260u
#define DEMO_STATIONS 150u
#define DEMO_LOST     6u

#endif

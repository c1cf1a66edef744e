#ifndef CRAWL_EXPLAIN_INSIDE_H
#define CRAWL_EXPLAIN_INSIDE_H

#include "explain.h"

/* What the files of explain share; nobody else includes this. */

/* Key and scope of e->url, at e->depth. */
void explain_judge(struct explanation *e, const struct explain_rules *rules);

/* A copy that lives as long as the explanation; NULL for NULL data. */
char *explain_keep(struct explanation *e, struct slice text);

/* Adds the URL of row `id` to a list, if there is room; gives it, to be filled in further, or NULL. */
struct explain_url *explain_add_url(struct explanation *e, struct reader *reader, struct explain_list *list,
                                    int64_t id);

/* The lists: each a question of its own. */
void explain_find_way(struct explanation *e, struct reader *reader);
void explain_find_redirects(struct explanation *e, struct reader *reader);
void explain_find_tries(struct explanation *e, struct reader *reader);
void explain_find_robots_tries(struct explanation *e, struct reader *reader);
void explain_find_soft_404(struct explanation *e, struct reader *reader);
void explain_find_sources(struct explanation *e, struct reader *reader);
void explain_find_similar(struct explanation *e, struct reader *reader);

/* In text, each with its label: what robots.txt says and each request for it; one try, named `name`, with its run but
 * for the one that is known. */
void explain_add_robots(const struct explanation *e, struct buf *out);
void explain_add_try(const struct explain_try *try, const char *name, int64_t known_run, struct buf *out);
void explain_add_label(struct buf *out, const char *name);

/* In words: the one line that answers; "404 http_error"; "out of scope". */
void explain_add_verdict(const struct explanation *e, struct buf *out);
void explain_add_result(struct buf *out, const struct explain_answer *answer);
const char *explain_verdict_words(enum scope_verdict verdict);

/* "skipped", "fetched" ... */
extern const char *const explain_state_names[];

#endif

#ifndef CRAWL_BUDGET_H
#define CRAWL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes that bodies in flight may take together (--memory). Who wants more than is there pauses; so that
 * not all pause for ever, one body at a time (the holder of the "way through") may go over. Lock-free or one small
 * lock; any thread.
 */
struct budget;

struct budget *budget_new(size_t bytes);
void budget_free(struct budget *b);

/* Takes `bytes` for `owner` (any unique pointer). False: not now; try again after something was given back. True for
 * the owner that has the way through, whatever is there; an owner that is refused while nobody has it gets it. */
bool budget_take(struct budget *b, size_t bytes, const void *owner);

/* Gives `bytes` of `owner` back; and with `all`, its way through. */
void budget_give(struct budget *b, size_t bytes, const void *owner, bool all);

size_t budget_used(struct budget *b);
long long budget_refusals(struct budget *b); /* how often someone had to pause: for "held back by" */

#endif

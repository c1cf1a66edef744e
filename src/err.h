#ifndef CRAWL_ERR_H
#define CRAWL_ERR_H

#include <stdbool.h>

/* Why something failed, in words a user can act on: what happened, to what, and
 * what to do; lower case, no full stop, no function names. Whoever is at the
 * top shows it: report or return, never both. */
struct err {
    char text[1024];
};

/* Sets the reason (cut to fit, at a character boundary). Always false, so that
 * `return err_set(err, "cannot ...");` is one line. `err` may be NULL. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

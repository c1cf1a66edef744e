#ifndef CRAWL_SCOPE_INSIDE_H
#define CRAWL_SCOPE_INSIDE_H

#include "err.h"
#include "scope.h"

/* Shared by the files of scope; for nobody else. */

/* The fixed guards against traps: the name of the one that refuses `url`, NULL if none does. */
const char *scope_guard(const struct scope_limits *limits, const struct url *url);

/* Sets the reason why the pattern of `rule` cannot be used: where it was given, the pattern with a caret below its byte
 * `at`, and that place in characters. A long one is shown from shortly before. Always false. */
bool scope_pattern_error(const struct scope_rule *rule, const char *reason, size_t at, struct err *err);

#endif

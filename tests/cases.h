#ifndef CRAWL_TESTS_CASES_H
#define CRAWL_TESTS_CASES_H

#include "buf.h"

#include <stdint.h>

/* Tables of cases: one case a line, its columns apart by white space. A column
 * may hold \s \t \n \r \\ and \xNN for what cannot stand there itself; \e is
 * nothing, for an empty column. Empty lines and those that begin with "# " do
 * not count. */
struct cases;

/* The table `name` in the directory tests/ of the sources. Fails the test if it is not there. */
struct cases *cases_open(const char *name);

/* The next case: `count` columns, good until the next call. False at the end.
 * Fails the test at a line that has more or fewer. */
bool cases_next(struct cases *cases, struct slice *columns, int count);

/* The number of the line that cases_next() gave. */
int cases_line(const struct cases *cases);

void cases_close(struct cases *cases);

/* Processor time of this process in milliseconds: what a test of cost measures, for it does not grow with the load of
 * the machine. Bounds are far above what is usual: sanitizers take ten times as long, and the wrong algorithm hours. */
int64_t cpu_ms(void);

#endif

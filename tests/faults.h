#ifndef CRAWL_TESTS_FAULTS_H
#define CRAWL_TESTS_FAULTS_H

#include <stdbool.h>

/* Calls that can fail are made to fail: the nth of a kind, by a counter. Who links faults.c does it with the linker's
 * --wrap for each __wrap_ function there (Makefile.am). Threads: faults_begin() before the first, then any.
 */
enum fault_kind {
    FAULT_MEMORY,        /* malloc, calloc and realloc of ours; also what libcurl, libxml2 and PCRE2 get from `mem` */
    FAULT_SQLITE_MEMORY, /* of SQLite, which has its own */
    FAULT_SYSTEM,        /* what we ask the system for: files, threads, sockets; and libcurl for its handles */
    FAULT_SQLITE_SYSTEM, /* what SQLite asks the system for */
    FAULT_KINDS
};

struct fault_plan {
    enum fault_kind kind;
    long at;       /* from 1 on; 0: none fails */
    bool for_good; /* and so do all behind it */
    bool survey;   /* writes to `report` the number of each call that comes by a way of its own: one a line */
    int report;    /* a descriptor, to which the call that fails is written: its name and how it came about */
};

/* Before SQLite is used. */
void faults_begin(const struct fault_plan *plan);

#endif

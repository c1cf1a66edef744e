#ifndef CRAWL_SANDBOX_H
#define CRAWL_SANDBOX_H

#include "buf.h"

#include <stdbool.h>

/* Gives up what a crawl does not need, so that a fault in a library that reads what strangers send is worth less: with
 * Landlock, no file can be opened but the database's folder, certificates, what name lookup reads, and the files that
 * the user named; with seccomp, no program can be started, no process traced, nothing mounted. What the kernel does not
 * offer is left out silently; -V says what there is.
 *
 * Threads: sandbox_enter() by the only thread there is; those started later are held as well. There is no way back.
 */
struct sandbox_files {
    const char *database;    /* its folder may be written: the database has files beside it */
    const char *const *read; /* NULL-terminated: files that the user named; NULL among them ends the list */
};

/* Before SQLite is first used: its temporary files go beside the database, the one place that may be written later (and
 * where there is room for them). */
void sandbox_prepare(const char *database);

/* False: the kernel could have, but did not; the caller says so. */
bool sandbox_enter(const struct sandbox_files *files);

/* Appends "Landlock 4, seccomp", or "none". */
void sandbox_add_description(struct buf *out);

#endif

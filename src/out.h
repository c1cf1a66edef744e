#ifndef CRAWL_OUT_H
#define CRAWL_OUT_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a verb writes what was asked for: standard output, or a file that appears whole or not at all.
 *
 * The writer appends to `text` and calls out_pass() now and then, after each row say. One thread.
 */
struct out {
    struct buf text;  /* not written yet */
    bool is_terminal; /* text of strangers must command nothing */
    /* Of out.c alone: */
    int file;
    char *path, *draft; /* NULL: standard output; the file is written as `draft` first */
    int failure;        /* errno of the first write that failed */
    bool is_direct;     /* no draft: a device or pipe */
    int64_t written;    /* bytes */
};

/* Opens `path`; NULL or "-" is standard output. False with the reason, also if a database stands there: that is never
 * overwritten. */
bool out_open(struct out *out, const char *path, struct err *err);

/* Writes if enough has gathered. False: nobody reads any more, or the disk is full; no use to go on. */
bool out_pass(struct out *out);

/* Bytes so far, written or not. */
int64_t out_size(const struct out *out);

/* Writes the rest, and gives the file its name. False with the reason; a reader of standard output who went away is
 * none. Once for each out_open() that was good, or out_drop(). */
bool out_close(struct out *out, struct err *err);

/* Forgets it: what stood in the file before stands there still. */
void out_drop(struct out *out);

#endif

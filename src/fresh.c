#include "fresh.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A second name for a file, where file systems know such; else it just moves. `moved` tells which. */
static bool name_again(const char *from, const char *to, bool *moved)
{
    *moved = false;
    if (link(from, to) == 0)
        return true;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOTSUP && errno != EMLINK && errno != ENOSYS)
        return false;
    *moved = true;
    return rename(from, to) == 0;
}

/* The log of SQLite goes with its file, and first: an old file without its log would have lost what it last
 * committed. A log left behind without its file harms nobody; SQLite clears it when it makes the new one. */
static bool keep(const char *path, const char *to, struct err *err)
{
    char log[PATH_MAX], kept_log[PATH_MAX];
    bool moved;

    if (snprintf(log, sizeof log, "%s-wal", path) >= (int)sizeof log ||
        snprintf(kept_log, sizeof kept_log, "%s-wal", to) >= (int)sizeof kept_log)
        return err_set(err, "the name %s is too long", path);
    if (!name_again(log, kept_log, &moved) && errno != ENOENT)
        return err_set(err, "cannot keep %s as %s: %s", log, kept_log, strerror(errno));
    if (!name_again(path, to, &moved)) {
        int reason = errno;

        unlink(kept_log);
        return err_set(err, "cannot keep %s as %s: %s", path, to, strerror(reason));
    }
    unlink(path);
    unlink(log);
    snprintf(log, sizeof log, "%s-shm", path);
    unlink(log);
    return true;
}

bool fresh_keep_old(const char *path, struct buf *kept, struct err *err)
{
    size_t begin = kept->size;

    if (access(path, F_OK) != 0)
        return true;
    for (unsigned number = 1;; number++) {
        kept->size = begin;
        if (!buf_printf(kept, "%s.~%u~", path, number))
            return err_set(err, "the name %s is too long", path);
        if (access(kept->data + begin, F_OK) != 0)
            break;
    }
    if (keep(path, kept->data + begin, err))
        return true;
    kept->size = begin;
    return false;
}

bool fresh_put_back(const char *path, const char *kept, struct err *err)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char name[PATH_MAX];

    /* The file first: a log without it harms nobody, but the old file must not meet the new one's. */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (snprintf(name, sizeof name, "%s%s", path, parts[i]) >= (int)sizeof name)
            return err_set(err, "the name %s is too long", path);
        if (unlink(name) != 0 && errno != ENOENT)
            return err_set(err, "cannot remove %s: %s", name, strerror(errno));
    }
    return keep(kept, path, err);
}

#include "store_lock.h"

#include "buf.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct store_lock {
    int fd;
    char *path; /* of the lock file */
};

/* The words its holder wrote there, "process 123 since ...", into holder. */
static void read_holder(int fd, char *holder, size_t size)
{
    ssize_t length = pread(fd, holder, size - 1, 0);

    holder[length < 0 ? 0 : length] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    if (holder[0] == '\0')
        snprintf(holder, size, "another process");
}

/* For people only: a disk too full for it is no reason not to start. */
static void write_holder(int fd)
{
    char holder[100];
    char since[40] = "";
    time_t now = time(NULL);
    struct tm parts;

    if (localtime_r(&now, &parts) != NULL)
        strftime(since, sizeof since, " since %Y-%m-%d %H:%M:%S", &parts);
    snprintf(holder, sizeof holder, "process %ld%s\n", (long)getpid(), since);
    if (ftruncate(fd, 0) == 0 && pwrite(fd, holder, strlen(holder), 0) < 0)
        return;
}

/* True if `path` still is the file behind fd: who held it before may have removed it in between. */
static bool is_current(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

static int open_locked(const char *lock_path, const char *path, bool *in_use, struct err *err)
{
    for (;;) {
        char holder[100];
        int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

        if (fd < 0) {
            err_set(err, "cannot make %s: %s", lock_path, strerror(errno));
            return -1;
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            *in_use = errno == EWOULDBLOCK;
            read_holder(fd, holder, sizeof holder);
            if (*in_use)
                err_set(err, "%s is being written by another crawl (%s): wait for its end, or stop it", path, holder);
            else
                err_set(err, "cannot lock %s: %s", lock_path, strerror(errno));
            close(fd);
            return -1;
        }
        if (is_current(fd, lock_path)) {
            write_holder(fd);
            return fd;
        }
        close(fd);
    }
}

struct store_lock *store_lock_take(const char *path, bool *in_use, struct err *err)
{
    struct store_lock *lock = mem_new(sizeof *lock);
    struct buf name = {.limit = PATH_MAX + 16};

    *in_use = false;
    buf_printf(&name, "%s-lock", path);
    lock->path = mem_string(name.full ? NULL : name.data);
    buf_free(&name);
    lock->fd = -1;
    if (lock->path == NULL)
        err_set(err, "cannot open %.100s...: the name is too long", path);
    else
        lock->fd = open_locked(lock->path, path, in_use, err);
    if (lock->fd >= 0)
        return lock;
    free(lock->path);
    free(lock);
    return NULL;
}

void store_lock_release(struct store_lock *lock)
{
    if (lock == NULL)
        return;
    /* Removed while held: who opened it before finds out by is_current(). */
    unlink(lock->path);
    close(lock->fd);
    free(lock->path);
    free(lock);
}

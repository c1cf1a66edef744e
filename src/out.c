#include "out.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GATHERED   (64u * 1024)
#define TEXT_LIMIT (1u << 30) /* the longest value of a database */

static bool is_database(const char *path)
{
    char head[16] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is = file >= 0 && read(file, head, sizeof head) == (ssize_t)sizeof head &&
              memcmp(head, "SQLite format 3", sizeof head) == 0;

    if (file >= 0)
        close(file);
    return is;
}

/* The file itself where `path` is a link to one; to be freed. */
static char *resolved(const char *path)
{
    char *target = realpath(path, NULL);

    return target != NULL ? target : mem_string(path);
}

static bool open_file(struct out *out, const char *path, struct err *err)
{
    struct buf draft = {.limit = 2 * PATH_MAX};
    struct stat there;
    bool exists = stat(path, &there) == 0;

    if (exists && S_ISDIR(there.st_mode))
        return err_set(err, "cannot write %s: it is a folder", path);
    out->is_direct = (exists && !S_ISREG(there.st_mode)) || strncmp(path, "/dev/", 5) == 0;
    if (!out->is_direct && is_database(path))
        return err_set(err, "%s is a database, and stays as it is: -o names what to write, -d the database to read",
                       path);
    out->path = out->is_direct ? mem_string(path) : resolved(path);
    if (out->is_direct)
        buf_add_string(&draft, path);
    else
        buf_printf(&draft, "%s.%ld.part", out->path, (long)getpid());
    out->draft = mem_string(draft.full ? path : draft.data);
    buf_free(&draft);
    out->file = open(out->draft, O_WRONLY | O_CLOEXEC | (out->is_direct ? 0 : O_CREAT | O_EXCL), 0666);
    if (out->file >= 0)
        return true;
    err_set(err, "cannot write %s: %s", path, strerror(errno));
    free(out->path);
    free(out->draft);
    return false;
}

bool out_open(struct out *out, const char *path, struct err *err)
{
    *out = (struct out){.text = {.limit = TEXT_LIMIT}, .file = STDOUT_FILENO};
    if (path != NULL && strcmp(path, "-") != 0 && !open_file(out, path, err))
        return false;
    out->is_terminal = isatty(out->file) == 1;
    return true;
}

static void write_all(struct out *out)
{
    const char *at = out->text.data;
    size_t left = out->text.size;

    if (out->text.full && out->failure == 0)
        out->failure = EFBIG;
    while (left > 0 && out->failure == 0) {
        ssize_t size = write(out->file, at, left);

        if (size < 0 && errno != EINTR)
            out->failure = errno;
        else if (size > 0) {
            at += size;
            left -= (size_t)size;
            out->written += size;
        }
    }
    buf_clear(&out->text);
    buf_trim(&out->text, 4 * GATHERED);
}

bool out_pass(struct out *out)
{
    if (out->text.size >= GATHERED || out->text.full)
        write_all(out);
    return out->failure == 0;
}

int64_t out_size(const struct out *out)
{
    return out->written + (int64_t)out->text.size;
}

void out_drop(struct out *out)
{
    buf_free(&out->text);
    if (out->path == NULL)
        return;
    close(out->file);
    if (!out->is_direct)
        unlink(out->draft);
    free(out->path);
    free(out->draft);
    out->path = out->draft = NULL;
}

bool out_close(struct out *out, struct err *err)
{
    bool good;

    write_all(out);
    if (out->path == NULL) {
        good = out->failure == 0 || out->failure == EPIPE ||
               err_set(err, "cannot write to standard output: %s", strerror(out->failure));
        out_drop(out);
        return good;
    }
    if (close(out->file) != 0 && out->failure == 0)
        out->failure = errno;
    if (out->failure == 0 && !out->is_direct && rename(out->draft, out->path) != 0)
        out->failure = errno;
    good = out->failure == 0 || (out->is_direct && out->failure == EPIPE) ||
           err_set(err, "cannot write %s: %s", out->path, strerror(out->failure));
    if (!good && !out->is_direct)
        unlink(out->draft);
    buf_free(&out->text);
    free(out->path);
    free(out->draft);
    out->path = out->draft = NULL;
    return good;
}

#include "faults.h"

#include <curl/curl.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAY_FRAMES  7     /* callers that make a way what it is */
#define SKIP_FRAMES 2     /* of this file */
#define WAYS_MAX    65536 /* a power of two */

static struct fault_plan plan;
static bool is_on;
static atomic_long calls;
static pthread_mutex_t ways_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t ways[WAYS_MAX];
static size_t way_count;

/* --- The counter -------------------------------------------------------------------- */

static void tell(const char *text)
{
    size_t size = strlen(text);

    while (size > 0) {
        ssize_t written = write(plan.report, text, size);

        if (written <= 0)
            return;
        text += written;
        size -= (size_t)written;
    }
}

/* True for a way that has not been seen before. */
static bool is_new_way(void)
{
    void *frames[SKIP_FRAMES + WAY_FRAMES];
    int count = backtrace(frames, SKIP_FRAMES + WAY_FRAMES);
    uint64_t hash = 1469598103934665603u;
    size_t i;
    bool is_new;

    for (int f = SKIP_FRAMES; f < count; f++)
        hash = (hash ^ (uint64_t)(uintptr_t)frames[f]) * 1099511628211u;
    hash |= 1;
    pthread_mutex_lock(&ways_lock);
    for (i = hash >> 20 & (WAYS_MAX - 1); ways[i] != 0 && ways[i] != hash; i = (i + 1) & (WAYS_MAX - 1))
        ;
    is_new = ways[i] == 0 && way_count < WAYS_MAX / 2;
    ways[i] = hash;
    way_count += is_new;
    pthread_mutex_unlock(&ways_lock);
    return is_new;
}

static void tell_call(const char *name)
{
    void *frames[24];

    tell(name);
    tell("\n");
    backtrace_symbols_fd(frames, backtrace(frames, 24), plan.report);
}

static bool fails(enum fault_kind kind, const char *name)
{
    long number;

    if (!is_on || kind != plan.kind)
        return false;
    number = atomic_fetch_add(&calls, 1) + 1;
    if (plan.survey && is_new_way()) {
        char line[40];

        snprintf(line, sizeof line, "%ld\n", number);
        tell(line);
    }
    if (plan.at == 0 || number < plan.at || (number > plan.at && !plan.for_good))
        return false;
    if (number == plan.at)
        tell_call(name);
    return true;
}

/* As fails(), with the reason that the system would give. */
static bool fails_as(const char *name, int error)
{
    if (!fails(FAULT_SYSTEM, name))
        return false;
    errno = error;
    return true;
}

/* --- Memory ------------------------------------------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails(FAULT_MEMORY, "malloc") ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_MEMORY, "calloc") ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails(FAULT_MEMORY, "realloc") ? NULL : __real_realloc(block, size);
}

static sqlite3_mem_methods usual;

static void *sqlite_malloc(int size)
{
    return fails(FAULT_SQLITE_MEMORY, "xMalloc") ? NULL : usual.xMalloc(size);
}

static void *sqlite_realloc(void *block, int size)
{
    return fails(FAULT_SQLITE_MEMORY, "xRealloc") ? NULL : usual.xRealloc(block, size);
}

/* --- The system ---------------------------------------------------------------------- */

#define WRAP(type, name, parameters)                                                                                   \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters

WRAP(FILE *, fopen, (const char *path, const char *mode))
{
    return fails_as("fopen", EMFILE) ? NULL : __real_fopen(path, mode);
}

WRAP(int, dup, (int file))
{
    return fails_as("dup", EMFILE) ? -1 : __real_dup(file);
}

WRAP(int, access, (const char *path, int mode))
{
    return fails_as("access", EACCES) ? -1 : __real_access(path, mode);
}

WRAP(int, stat, (const char *path, struct stat *is))
{
    return fails_as("stat", EACCES) ? -1 : __real_stat(path, is);
}

WRAP(int, fstat, (int file, struct stat *is))
{
    return fails_as("fstat", EIO) ? -1 : __real_fstat(file, is);
}

WRAP(int, rename, (const char *from, const char *to))
{
    return fails_as("rename", EACCES) ? -1 : __real_rename(from, to);
}

WRAP(int, unlink, (const char *path))
{
    return fails_as("unlink", EACCES) ? -1 : __real_unlink(path);
}

WRAP(ssize_t, read, (int file, void *to, size_t size))
{
    return fails_as("read", EIO) ? -1 : __real_read(file, to, size);
}

WRAP(ssize_t, pread, (int file, void *to, size_t size, off_t at))
{
    return fails_as("pread", EIO) ? -1 : __real_pread(file, to, size, at);
}

WRAP(ssize_t, write, (int file, const void *from, size_t size))
{
    return file != plan.report && fails_as("write", ENOSPC) ? -1 : __real_write(file, from, size);
}

WRAP(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at))
{
    return fails_as("pwrite", ENOSPC) ? -1 : __real_pwrite(file, from, size, at);
}

WRAP(int, ftruncate, (int file, off_t size))
{
    return fails_as("ftruncate", EIO) ? -1 : __real_ftruncate(file, size);
}

WRAP(int, flock, (int file, int how))
{
    return fails_as("flock", ENOLCK) ? -1 : __real_flock(file, how);
}

WRAP(int, socket, (int family, int type, int protocol))
{
    return fails_as("socket", EMFILE) ? -1 : __real_socket(family, type, protocol);
}

WRAP(int, getrlimit, (__rlimit_resource_t what, struct rlimit *limit))
{
    return fails_as("getrlimit", EPERM) ? -1 : __real_getrlimit(what, limit);
}

WRAP(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit))
{
    return fails_as("setrlimit", EPERM) ? -1 : __real_setrlimit(what, limit);
}

WRAP(int, pthread_create, (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg))
{
    return fails_as("pthread_create", EAGAIN) ? EAGAIN : __real_pthread_create(thread, attributes, start, arg);
}

WRAP(CURL *, curl_easy_init, (void))
{
    return fails_as("curl_easy_init", EMFILE) ? NULL : __real_curl_easy_init();
}

WRAP(CURLM *, curl_multi_init, (void))
{
    return fails_as("curl_multi_init", EMFILE) ? NULL : __real_curl_multi_init();
}

WRAP(CURLSH *, curl_share_init, (void))
{
    return fails_as("curl_share_init", EMFILE) ? NULL : __real_curl_share_init();
}

/* These take a number of arguments that depends on the first. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __real_prctl(int what, ...);
int __wrap_prctl(int what, ...);

int __wrap_open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode = 0;

    if ((flags & O_CREAT) != 0) {
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return fails_as("open", EMFILE) ? -1 : __real_open(path, flags, mode);
}

long __wrap_syscall(long number, ...)
{
    long with[4];
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 4; i++)
        with[i] = va_arg(args, long);
    va_end(args);
    return fails_as("syscall", ENOMEM) ? -1 : __real_syscall(number, with[0], with[1], with[2], with[3]);
}

int __wrap_prctl(int what, ...)
{
    unsigned long with[4];
    va_list args;

    va_start(args, what);
    for (int i = 0; i < 4; i++)
        with[i] = va_arg(args, unsigned long);
    va_end(args);
    return fails_as("prctl", EPERM) ? -1 : __real_prctl(what, with[0], with[1], with[2], with[3]);
}

/* --- The system under SQLite --------------------------------------------------------- */

static bool fails_below(const char *name, int error)
{
    if (!fails(FAULT_SQLITE_SYSTEM, name))
        return false;
    errno = error;
    return true;
}

static int below_open(const char *path, int flags, int mode)
{
    return fails_below("open", EMFILE) ? -1 : __real_open(path, flags, mode);
}

static int below_access(const char *path, int mode)
{
    return fails_below("access", EACCES) ? -1 : __real_access(path, mode);
}

static int below_fstat(int file, struct stat *is)
{
    return fails_below("fstat", EIO) ? -1 : __real_fstat(file, is);
}

static int below_stat(const char *path, struct stat *is)
{
    return fails_below("stat", EACCES) ? -1 : __real_stat(path, is);
}

static int below_ftruncate(int file, off_t size)
{
    return fails_below("ftruncate", EIO) ? -1 : __real_ftruncate(file, size);
}

static ssize_t below_read(int file, void *to, size_t size)
{
    return fails_below("read", EIO) ? -1 : __real_read(file, to, size);
}

static ssize_t below_pread(int file, void *to, size_t size, off_t at)
{
    return fails_below("pread", EIO) ? -1 : __real_pread(file, to, size, at);
}

static ssize_t below_write(int file, const void *from, size_t size)
{
    return fails_below("write", ENOSPC) ? -1 : __real_write(file, from, size);
}

static ssize_t below_pwrite(int file, const void *from, size_t size, off_t at)
{
    return fails_below("pwrite", ENOSPC) ? -1 : __real_pwrite(file, from, size, at);
}

static int below_unlink(const char *path)
{
    return fails_below("unlink", EACCES) ? -1 : __real_unlink(path);
}

static void *below_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    return fails_below("mmap", ENOMEM) ? MAP_FAILED : mmap(at, size, protection, flags, file, offset);
}

/* All that SQLite has by this name and we can take the place of. */
static void go_below_sqlite(void)
{
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } below[] = {
        {"open", (sqlite3_syscall_ptr)below_open},           {"access", (sqlite3_syscall_ptr)below_access},
        {"fstat", (sqlite3_syscall_ptr)below_fstat},         {"stat", (sqlite3_syscall_ptr)below_stat},
        {"read", (sqlite3_syscall_ptr)below_read},           {"write", (sqlite3_syscall_ptr)below_write},
        {"pread", (sqlite3_syscall_ptr)below_pread},         {"pread64", (sqlite3_syscall_ptr)below_pread},
        {"pwrite", (sqlite3_syscall_ptr)below_pwrite},       {"pwrite64", (sqlite3_syscall_ptr)below_pwrite},
        {"unlink", (sqlite3_syscall_ptr)below_unlink},       {"mmap", (sqlite3_syscall_ptr)below_mmap},
        {"ftruncate", (sqlite3_syscall_ptr)below_ftruncate},
    };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        if (vfs->xGetSystemCall(vfs, below[i].name) != NULL)
            vfs->xSetSystemCall(vfs, below[i].name, below[i].call);
}

void faults_begin(const struct fault_plan *wanted)
{
    void *frames[2];

    plan = *wanted;
    backtrace(frames, 2); /* the first loads what it needs */
    if (plan.kind == FAULT_SQLITE_MEMORY) {
        sqlite3_mem_methods ours;

        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
        ours = usual;
        ours.xMalloc = sqlite_malloc;
        ours.xRealloc = sqlite_realloc;
        sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
    } else if (plan.kind == FAULT_SQLITE_SYSTEM) {
        go_below_sqlite();
    }
    is_on = true;
}

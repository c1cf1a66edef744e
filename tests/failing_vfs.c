#include "failing_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>

static sqlite3_vfs vfs;
static sqlite3_vfs *usual;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static int calls_left = -1;
static int failure;
static int failed;
static bool fails_for_good;

struct failing_file {
    sqlite3_file base;
    sqlite3_file *usual; /* behind this struct, in the same memory */
};

static sqlite3_file *real(sqlite3_file *file)
{
    return ((struct failing_file *)file)->usual;
}

/* The code with which this call is to fail, or SQLITE_OK. */
static int fails(void)
{
    int code = SQLITE_OK;

    pthread_mutex_lock(&guard);
    if (calls_left > 0)
        calls_left--;
    else if (calls_left == 0) {
        if (!fails_for_good)
            calls_left = -1;
        failed++;
        code = failure;
    }
    pthread_mutex_unlock(&guard);
    return code;
}

static int file_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *to, int size, sqlite3_int64 at)
{
    return real(file)->pMethods->xRead(real(file), to, size, at);
}

static int file_write(sqlite3_file *file, const void *from, int size, sqlite3_int64 at)
{
    int code = fails();

    /* What a full disk does: half of it still fits. */
    if (code != SQLITE_OK)
        real(file)->pMethods->xWrite(real(file), from, size / 2, at);
    return code != SQLITE_OK ? code : real(file)->pMethods->xWrite(real(file), from, size, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = fails();

    return code != SQLITE_OK ? code : real(file)->pMethods->xTruncate(real(file), size);
}

/* Nothing is really synced: that costs milliseconds, and here no power fails. */
static int file_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return fails();
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int file_lock(sqlite3_file *file, int lock)
{
    return real(file)->pMethods->xLock(real(file), lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
    return real(file)->pMethods->xUnlock(real(file), lock);
}

static int file_check_lock(sqlite3_file *file, int *locked)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), locked);
}

static int file_control(sqlite3_file *file, int code, void *arg)
{
    return real(file)->pMethods->xFileControl(real(file), code, arg);
}

static int file_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **to)
{
    int code = extend ? fails() : SQLITE_OK;

    /* That it may not be written would mean here that it could be read. */
    if (code == SQLITE_READONLY)
        code = SQLITE_IOERR_SHMMAP;
    return code != SQLITE_OK ? code : real(file)->pMethods->xShmMap(real(file), page, size, extend, to);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    static const sqlite3_io_methods methods = {2,
                                               file_close,
                                               file_read,
                                               file_write,
                                               file_truncate,
                                               file_sync,
                                               file_size,
                                               file_lock,
                                               file_unlock,
                                               file_check_lock,
                                               file_control,
                                               file_sector_size,
                                               file_characteristics,
                                               file_shm_map,
                                               file_shm_lock,
                                               file_shm_barrier,
                                               file_shm_unmap,
                                               NULL,
                                               NULL};
    struct failing_file *f = (struct failing_file *)file;
    int code;

    (void)self;
    file->pMethods = NULL;
    if ((flags & SQLITE_OPEN_CREATE) != 0 && fails() != SQLITE_OK)
        return SQLITE_CANTOPEN;
    f->usual = (sqlite3_file *)(f + 1);
    code = usual->xOpen(usual, name, f->usual, flags, out);
    if (f->usual->pMethods != NULL)
        file->pMethods = &methods;
    return code;
}

void failing_vfs_install(void)
{
    if (usual != NULL)
        return;
    usual = sqlite3_vfs_find(NULL);
    vfs = *usual;
    vfs.zName = "failing";
    vfs.szOsFile = (int)sizeof(struct failing_file) + usual->szOsFile;
    vfs.xOpen = vfs_open;
    sqlite3_vfs_register(&vfs, 1);
}

void failing_vfs_fail_after(int calls, int code, bool for_good)
{
    pthread_mutex_lock(&guard);
    calls_left = calls;
    failure = code;
    fails_for_good = for_good;
    failed = 0;
    pthread_mutex_unlock(&guard);
}

int failing_vfs_failed(void)
{
    int count;

    pthread_mutex_lock(&guard);
    count = failed;
    pthread_mutex_unlock(&guard);
    return count;
}

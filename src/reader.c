#include "reader.h"

#include "mem.h"
#include "reader_inside.h"
#include "store_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 5000 /* for the moments in which a crawl that begins or ends holds the file alone */

/* --- Which file ------------------------------------------------------------------ */

static bool failed(struct reader *reader, const char *doing, struct err *err)
{
    int code = sqlite3_errcode(reader->db);
    int cause = sqlite3_system_errno(reader->db);

    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err, "cannot %s %s: another program keeps it locked: end that, or try again", doing,
                       reader->path);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return err_set(err, "cannot %s %s: it is damaged (%s)", doing, reader->path, sqlite3_errmsg(reader->db));
    if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY)
        return err_set(err,
                       "cannot %s %s: its last changes stand in %s-wal beside it, and to read those its folder "
                       "must be writable: copy both files to another folder",
                       doing, reader->path, reader->path);
    return err_set(err, "cannot %s %s: %s%s%s", doing, reader->path, sqlite3_errmsg(reader->db), cause == 0 ? "" : ": ",
                   cause == 0 ? "" : strerror(cause));
}

static bool is_ours(const char *path, int64_t application_id, int64_t version, struct err *err)
{
    if (application_id != STORE_APPLICATION_ID)
        return err_set(err, "%s was not made by crawl: name another file with -d", path);
    if (version > STORE_VERSION)
        return err_set(err, "%s was made by a newer crawl (version %lld of its tables, this program knows %d)", path,
                       (long long)version, STORE_VERSION);
    return true;
}

/* Before SQLite has it open: in the words of those who mistyped a name. */
static bool check_file(const char *path, struct err *err)
{
    char head[16] = "";
    struct stat there;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size;

    if (file < 0 && errno == ENOENT)
        return err_set(err, "there is no %s: crawl something first, or name the database with -d", path);
    if (file < 0)
        return err_set(err, "cannot open %s: %s", path, strerror(errno));
    size = fstat(file, &there) == 0 && S_ISREG(there.st_mode) ? read(file, head, sizeof head) : -1;
    close(file);
    if (size == 0)
        return err_set(err, "%s is empty: nothing was crawled into it yet", path);
    if (size < (ssize_t)sizeof head || memcmp(head, "SQLite format 3", sizeof head) != 0)
        return is_ours(path, 0, 0, err);
    return true;
}

static off_t size_beside(const char *path, const char *ending)
{
    struct buf name = {.limit = PATH_MAX + 16};
    struct stat there;
    off_t size;

    buf_printf(&name, "%s%s", path, ending);
    size = !name.full && stat(name.data, &there) == 0 ? there.st_size : -1;
    buf_free(&name);
    return size;
}

static bool can_write_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_string(".") : mem_copy(path, (size_t)(slash - path) + 1);
    bool can = access(folder, W_OK) == 0;

    free(folder);
    return can;
}

/* True if SQLite could not even make the files by which readers and writers of a log meet; and nobody writes. */
static bool is_on_fixed_medium(const char *path)
{
    return size_beside(path, "-wal") < 0 && (access(path, W_OK) != 0 || !can_write_folder(path));
}

/* The name as a URI, in which ? # and % mean something. */
static void add_uri(struct buf *out, const char *path)
{
    buf_add_string(out, path[0] == '/' ? "file://" : "file:./");
    for (; *path != '\0'; path++) {
        if (strchr("?#%", *path) != NULL)
            buf_printf(out, "%%%02X", (unsigned char)*path);
        else
            buf_add_char(out, *path);
    }
    buf_add_string(out, "?mode=ro");
}

/* --- The connection ------------------------------------------------------------------- */

static bool connect_to(struct reader *reader, struct err *err)
{
    struct buf uri = {.limit = 4 * PATH_MAX};
    int code;

    add_uri(&uri, reader->path);
    if (is_on_fixed_medium(reader->path))
        buf_add_string(&uri, "&immutable=1");
    code = uri.full ? SQLITE_CANTOPEN
                    : sqlite3_open_v2(uri.data, &reader->db,
                                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    buf_free(&uri);
    if (code != SQLITE_OK)
        return reader->db == NULL ? err_set(err, "cannot open %.100s: %s", reader->path, sqlite3_errstr(code))
                                  : failed(reader, "open", err);
    sqlite3_busy_timeout(reader->db, PATIENCE_MS);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (sqlite3_exec(reader->db, "PRAGMA cell_size_check = ON; PRAGMA query_only = ON", NULL, NULL, NULL) != SQLITE_OK)
        return failed(reader, "open", err);
    sqlite3_set_authorizer(reader->db, reader_authorize, reader);
    return true;
}

static bool look(struct reader *reader, struct err *err)
{
    sqlite3_stmt *statement = reader_statement(reader, "SELECT count(*) FROM sqlite_schema", err);
    int got = statement == NULL ? SQLITE_ERROR : reader_step(reader, statement, err);

    sqlite3_finalize(statement);
    if (got != SQLITE_ROW || !is_ours(reader->path, reader_number(reader, "PRAGMA application_id", 0),
                                      reader_number(reader, "PRAGMA user_version", 0), err))
        return false;
    reader->is_indexed = reader_number(reader, "SELECT value = '1' FROM meta WHERE key = 'indexed'", 0) == 1;
    reader->can_search =
        reader->is_indexed && reader_number(reader, "SELECT count(*) FROM page_fts WHERE page_fts MATCH 'a'", -1) >= 0;
    return true;
}

struct reader *reader_open(const char *path, struct err *err)
{
    struct reader *reader;

    if (!check_file(path, err))
        return NULL;
    reader = mem_new(sizeof *reader);
    reader->path = mem_string(path);
    if (connect_to(reader, err) && look(reader, err))
        return reader;
    reader_close(reader);
    return NULL;
}

/* A connection that only reads leaves an empty log behind where there was none. One that may write takes it away,
 * unless somebody uses it; it writes nothing else. */
static void tidy(const char *path)
{
    sqlite3 *db = NULL;

    if (size_beside(path, "-wal") != 0)
        return;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        sqlite3_exec(db, "PRAGMA schema_version", NULL, NULL, NULL);
    sqlite3_close(db);
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    sqlite3_close(reader->db);
    tidy(reader->path);
    free(reader->path);
    free(reader);
}

/* --- Statements -------------------------------------------------------------------------- */

sqlite3_stmt *reader_statement(struct reader *reader, const char *sql, struct err *err)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, NULL) != SQLITE_OK)
        failed(reader, "read", err);
    return statement;
}

int reader_step(struct reader *reader, sqlite3_stmt *statement, struct err *err)
{
    int got = sqlite3_step(statement);

    if (got == SQLITE_ROW || got == SQLITE_DONE)
        return got;
    failed(reader, "read", err);
    return SQLITE_ERROR;
}

int64_t reader_number(struct reader *reader, const char *sql, int64_t otherwise)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = otherwise;

    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

struct slice reader_text(sqlite3_stmt *statement, int column)
{
    const void *text = sqlite3_column_type(statement, column) == SQLITE_BLOB
                           ? sqlite3_column_blob(statement, column)
                           : (const void *)sqlite3_column_text(statement, column);

    return (struct slice){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, column)};
}

int64_t reader_column(sqlite3_stmt *statement, int column, int64_t null)
{
    int64_t number = sqlite3_column_int64(statement, column);

    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return null;
    return number > READER_MOST ? READER_MOST : number < -READER_MOST ? -READER_MOST : number;
}

void reader_begin(struct reader *reader)
{
    reader->is_ours = true;
    sqlite3_exec(reader->db, "BEGIN", NULL, NULL, NULL);
    reader->is_ours = false;
}

void reader_end(struct reader *reader)
{
    reader->is_ours = true;
    sqlite3_exec(reader->db, "COMMIT", NULL, NULL, NULL);
    reader->is_ours = false;
}

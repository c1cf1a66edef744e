#include "reader.h"

#include "mem.h"
#include "nearest.h"
#include "store_identity.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS  5000 /* for the moments in which a crawl that begins or ends holds the file alone */
#define NAMES_MAX    1000 /* columns and tables looked through for what was meant */
#define EXCERPT_SIZE 100  /* bytes of SQL shown round an error */

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

/* --- What may be done with it ------------------------------------------------------- */

/* Pragmas that only tell. */
static const char *const telling[] = {
    "application_id", "collation_list",    "compile_options",  "data_version",    "database_list",
    "encoding",       "foreign_key_check", "foreign_key_list", "freelist_count",  "function_list",
    "index_info",     "index_list",        "index_xinfo",      "integrity_check", "journal_mode",
    "module_list",    "page_count",        "page_size",        "pragma_list",     "quick_check",
    "schema_version", "table_info",        "table_list",       "table_xinfo",     "user_version",
};

/* These take a name, and change nothing by it; of all others an argument is a new value. */
static bool takes_name(const char *pragma)
{
    return strstr(pragma, "_info") != NULL || strstr(pragma, "_xinfo") != NULL || strstr(pragma, "_list") != NULL ||
           strstr(pragma, "_check") != NULL;
}

static bool may_ask_pragma(const char *name, const char *argument)
{
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (strcasecmp(name, telling[i]) == 0)
            return argument == NULL || takes_name(telling[i]);
    return false;
}

static const char *action_name(int action)
{
    switch (action) {
    case SQLITE_INSERT:
        return "INSERT into";
    case SQLITE_UPDATE:
        return "UPDATE of";
    case SQLITE_DELETE:
        return "DELETE from";
    case SQLITE_ALTER_TABLE:
        return "ALTER TABLE in";
    case SQLITE_ANALYZE:
        return "ANALYZE of";
    case SQLITE_REINDEX:
        return "REINDEX of";
    default:
        return NULL;
    }
}

static int refuse(struct reader *reader, int action, const char *first)
{
    const char *name = action_name(action);

    switch (action) {
    case SQLITE_PRAGMA:
        err_set(&reader->refused, "PRAGMA %s is refused: the database is only read", first);
        break;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        err_set(&reader->refused, "ATTACH is refused: the one database is read, and nothing else");
        break;
    case SQLITE_FUNCTION:
        err_set(&reader->refused, "the function is refused: it could run code from elsewhere");
        break;
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
        err_set(&reader->refused, "transactions are refused: one statement sees one moment anyway");
        break;
    default:
        if (name != NULL && first != NULL && strncmp(first, "sqlite_", 7) != 0)
            err_set(&reader->refused, "%s %.100s is refused: the database is only read", name, first);
        else if (reader->refused.text[0] == '\0')
            err_set(&reader->refused, "the statement is refused: it would change the database, which is only read");
    }
    return SQLITE_DENY;
}

/* sqlite3_set_authorizer(): asked for each thing a statement would do, while it is prepared. */
static int authorize(void *arg, int action, const char *first, const char *second, const char *database,
                     const char *view)
{
    struct reader *reader = arg;
    bool may;

    (void)database;
    (void)view;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        may = true;
        break;
    case SQLITE_FUNCTION:
        may = second == NULL || strcasecmp(second, "load_extension") != 0;
        break;
    case SQLITE_PRAGMA:
        may = may_ask_pragma(first, second);
        break;
    case SQLITE_TRANSACTION:
        may = reader->is_ours;
        break;
    case SQLITE_UPDATE: /* asked when a table-valued function is first used; what would do it is stopped otherwise */
        may = strcmp(first, "sqlite_master") == 0;
        break;
    default:
        may = false;
    }
    return may ? SQLITE_OK : refuse(reader, action, action == SQLITE_ALTER_TABLE ? second : first);
}

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
    sqlite3_set_authorizer(reader->db, authorize, reader);
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

/* --- What is wrong with a statement ---------------------------------------------------- */

/* Adds the line of `sql` that has byte number `at`, and below it a caret. */
static void show_place(struct err *err, const char *sql, size_t at)
{
    size_t begin = at, end = at + strcspn(sql + at, "\n"), used = strlen(err->text);
    struct buf line = {.limit = 8 * EXCERPT_SIZE}, before = {.limit = 8 * EXCERPT_SIZE};
    int columns = 0;

    while (begin > 0 && sql[begin - 1] != '\n' && at - begin < EXCERPT_SIZE)
        begin--;
    while (begin < at && ((unsigned char)sql[begin] & 0xC0) == 0x80)
        begin++;
    if (end - at > EXCERPT_SIZE)
        end = at + text_prefix((struct slice){sql + at, end - at}, EXCERPT_SIZE).size;
    text_add_terminal(&before, (struct slice){sql + begin, at - begin});
    text_add_terminal(&line, (struct slice){sql + begin, end - begin});
    for (size_t i = 0; i < before.size; i++)
        columns += ((unsigned char)before.data[i] & 0xC0) != 0x80;
    if (line.size > 0)
        snprintf(err->text + used, sizeof err->text - used, "\n  %.*s\n  %*s^", (int)line.size, line.data, columns, "");
    buf_free(&line);
    buf_free(&before);
}

/* The name in the database nearest to the one of "no such table: x", NULL if none is. To be freed. */
static char *name_meant(struct reader *reader, const char *message)
{
    static const char table[] = "no such table: ", column[] = "no such column: ";
    bool is_table = strncmp(message, table, sizeof table - 1) == 0;
    const char *word = strrchr(message, ' ') + 1, *names[NAMES_MAX], *near;
    sqlite3_stmt *statement = NULL;
    char *copy = NULL, *wanted;
    size_t count = 0;

    if (!is_table && strncmp(message, column, sizeof column - 1) != 0)
        return NULL;
    wanted = mem_string(strrchr(word, '.') != NULL ? strrchr(word, '.') + 1 : word);
    sqlite3_prepare_v2(reader->db,
                       is_table ? "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                                : "SELECT DISTINCT c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c"
                                  " WHERE t.type IN ('table', 'view')",
                       -1, &statement, NULL);
    while (count < NAMES_MAX && sqlite3_step(statement) == SQLITE_ROW)
        names[count++] = mem_copy(reader_text(statement, 0).data, reader_text(statement, 0).size);
    sqlite3_finalize(statement);
    near = nearest_name(wanted, names, count);
    if (near != NULL)
        copy = mem_string(near);
    while (count > 0)
        free((char *)names[--count]);
    free(wanted);
    return copy;
}

static sqlite3_stmt *explain_error(struct reader *reader, const char *sql, struct err *err)
{
    char *message = mem_string(sqlite3_errmsg(reader->db)), *meant;
    int at = -1;

#if SQLITE_VERSION_NUMBER >= 3038000
    at = sqlite3_error_offset(reader->db);
#endif
    if (reader->refused.text[0] != '\0') {
        err_set(err, "%s", reader->refused.text);
    } else {
        meant = name_meant(reader, message);
        err_set(err, "%s%s%s%s", message, meant == NULL ? "" : " (did you mean \"", meant == NULL ? "" : meant,
                meant == NULL ? "" : "\"?)");
        if (at >= 0 && (size_t)at <= strlen(sql))
            show_place(err, sql, (size_t)at);
        free(meant);
    }
    free(message);
    return NULL;
}

/* --- Statements -------------------------------------------------------------------------- */

/* True if what follows a statement is nothing: blanks, comments, semicolons. */
static bool is_nothing(struct reader *reader, const char *tail)
{
    while (*tail != '\0') {
        sqlite3_stmt *more = NULL;
        bool good = sqlite3_prepare_v2(reader->db, tail, -1, &more, &tail) == SQLITE_OK;

        sqlite3_finalize(more);
        if (!good || more != NULL)
            return false;
    }
    return true;
}

sqlite3_stmt *reader_prepare(struct reader *reader, const char *sql, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    const char *tail;

    reader->refused.text[0] = '\0';
    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, &tail) != SQLITE_OK)
        return explain_error(reader, sql, err);
    if (statement == NULL)
        err_set(err, "the query is empty");
    else if (!is_nothing(reader, tail))
        err_set(err, "one statement at a time: there is more behind the first");
    else if (!sqlite3_stmt_readonly(statement))
        err_set(err, "the statement is refused: it would change the database, which is only read");
    else
        return statement;
    sqlite3_finalize(statement);
    return NULL;
}

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

    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        number = reader_column(statement, 0, otherwise);
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
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? null : sqlite3_column_int64(statement, column);
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

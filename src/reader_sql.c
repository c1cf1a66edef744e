#include "reader.h"

#include "mem.h"
#include "nearest.h"
#include "reader_inside.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMES_MAX    1000 /* columns and tables looked through for what was meant */
#define EXCERPT_SIZE 100  /* bytes of SQL shown round an error */

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

int reader_authorize(void *arg, int action, const char *first, const char *second, const char *database,
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

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* True if `name` stands in `sql` as a word. */
static bool is_named(const char *sql, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = sql; *at != '\0'; at++)
        if (strncasecmp(at, name, size) == 0 && !is_of_name(at[size]) && (at == sql || !is_of_name(at[-1])))
            return true;
    return false;
}

/* The name nearest to the one of "no such table: x": of a table or view in the database, or of a column of those that
 * `sql` names. NULL if none is. To be freed. */
static char *name_meant(struct reader *reader, const char *sql, const char *message)
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
                                  " ORDER BY type DESC" /* views first: they are what is meant for people */
                                : "SELECT c.name, t.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c"
                                  " WHERE t.type IN ('table', 'view')",
                       -1, &statement, NULL);
    while (count < NAMES_MAX && sqlite3_step(statement) == SQLITE_ROW)
        if (is_table || is_named(sql, reader_text(statement, 1).data))
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
        meant = name_meant(reader, sql, message);
        err_set(err, "%s%s%s%s", message, meant == NULL ? "" : " (did you mean \"", meant == NULL ? "" : meant,
                meant == NULL ? "" : "\"?)");
        if (at >= 0 && (size_t)at <= strlen(sql))
            show_place(err, sql, (size_t)at);
        free(meant);
    }
    free(message);
    return NULL;
}

/* --- One statement -------------------------------------------------------------------------- */

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

#include "verb_export.h"

#include "log.h"
#include "mem.h"
#include "nearest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VIEWS_MAX 200

struct views {
    char *names[VIEWS_MAX];
    size_t count;
    size_t proper; /* the first so many are views, the others tables */
};

static void free_views(struct views *views)
{
    while (views->count > 0)
        free(views->names[--views->count]);
}

/* Views first, then tables; those that make up the full-text index are nobody's business. */
static bool read_views(struct reader *reader, struct views *views, struct err *err)
{
    sqlite3_stmt *statement =
        reader_statement(reader,
                         "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('view', 'table')"
                         " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'page\\_fts%' ESCAPE '\\'"
                         " ORDER BY type = 'table', name",
                         err);
    int got = SQLITE_ERROR;

    while (statement != NULL && (got = reader_step(reader, statement, err)) == SQLITE_ROW && views->count < VIEWS_MAX) {
        struct slice name = reader_text(statement, 0);

        views->names[views->count++] = mem_copy(name.data, name.size);
        views->proper += sqlite3_column_int(statement, 1) != 0;
    }
    sqlite3_finalize(statement);
    return got != SQLITE_ERROR;
}

/* The view that was probably meant: by its spelling, or by its beginning. NULL: none. */
static const char *meant(const struct views *views, const char *name)
{
    const char *near = nearest_name(name, (const char *const *)views->names, views->count);

    for (size_t i = 0; near == NULL && name[0] != '\0' && i < views->count; i++)
        if (strncasecmp(views->names[i], name, strlen(name)) == 0)
            near = views->names[i];
    return near;
}

/* Tables can be exported, too, but are no answer to somebody who looks for a view. */
static bool unknown(const struct views *views, const char *name, struct err *err)
{
    const char *near = meant(views, name);
    struct buf list = {.limit = 700};

    for (size_t i = 0; i < views->proper; i++)
        buf_printf(&list, "%s%s", i == 0 ? "" : " ", views->names[i]);
    err_set(err, "there is no view %.60s%s%s%s; there are: %s", name, near == NULL ? "" : " (did you mean \"",
            near == NULL ? "" : near, near == NULL ? "" : "\"?)", list.data == NULL ? "none" : list.data);
    buf_free(&list);
    return false;
}

/* The query for a view, as the database spells its name. To be freed; NULL with the reason. */
static char *query_for(struct reader *reader, const char *name, struct err *err)
{
    struct views views = {.count = 0};
    struct buf query = {.limit = 1000};
    char *text = NULL;
    size_t i = 0;

    if (read_views(reader, &views, err)) {
        while (i < views.count && strcasecmp(views.names[i], name) != 0)
            i++;
        if (i == views.count) {
            unknown(&views, name, err);
        } else {
            buf_add_string(&query, "SELECT * FROM \"");
            for (const char *c = views.names[i]; *c != '\0'; c++)
                buf_printf(&query, *c == '"' ? "\"%c" : "%c", *c);
            buf_add_char(&query, '"');
            text = mem_string(query.data);
        }
    }
    buf_free(&query);
    free_views(&views);
    return text;
}

static int export_view(const struct options *options, struct reader *reader)
{
    struct err err;
    char *query = query_for(reader, options->operand_count > 0 ? options->operands[0] : "pages", &err);
    int status;

    if (query == NULL)
        return verb_fail(VERB_USAGE, &err);
    status = verb_write_rows(options, reader, reader_statement(reader, query, &err), VERB_FILE, NULL, &err);
    free(query);
    return status;
}

static const char *format_that_is_no_view(const struct options *options)
{
    switch (options->format) {
    case OPTIONS_FORMAT_SITEMAP:
        return "sitemap";
    case OPTIONS_FORMAT_DOT:
        return "dot";
    case OPTIONS_FORMAT_JUNIT:
        return "junit";
    default:
        return NULL;
    }
}

static bool check_operands(const struct options *options, struct err *err)
{
    const char *format = format_that_is_no_view(options);

    if (options->operand_count > 1)
        return err_set(err, "crawl export takes one view, not \"%.100s\" as well", options->operands[1]);
    if (format != NULL && options->operand_count > 0)
        return err_set(err, "--format=%s is made of the whole crawl and takes no view", format);
    return true;
}

int verb_export(const struct options *options)
{
    struct err err;
    struct reader *reader;
    int status;

    if (!check_operands(options, &err))
        return verb_fail(VERB_USAGE, &err);
    reader = reader_open(options->database, &err);
    if (reader == NULL)
        return verb_fail(VERB_FILE, &err);
    switch (options->format) {
    case OPTIONS_FORMAT_SITEMAP:
        status = export_sitemap(options, reader);
        break;
    case OPTIONS_FORMAT_DOT:
        status = export_dot(options, reader);
        break;
    case OPTIONS_FORMAT_JUNIT:
        status = export_junit(options, reader);
        break;
    default:
        status = export_view(options, reader);
    }
    reader_close(reader);
    return status;
}

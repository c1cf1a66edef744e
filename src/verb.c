#include "verb.h"

#include "columns.h"
#include "log.h"
#include "terminal.h"
#include "text.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

int verb_fail(int status, const struct err *err)
{
    log_error("%s", err->text);
    return status;
}

/* What the ending of a file's name asks for: rows as CSV if it has none. One that is not known is no wish for CSV. */
static bool format_of_name(const char *path, enum options_format *format, struct err *err)
{
    static const struct {
        const char *ending;
        enum options_format format;
    } endings[] = {
        {".csv", OPTIONS_FORMAT_CSV},   {".tsv", OPTIONS_FORMAT_TSV},     {".tab", OPTIONS_FORMAT_TSV},
        {".json", OPTIONS_FORMAT_JSON}, {".jsonl", OPTIONS_FORMAT_JSONL}, {".ndjson", OPTIONS_FORMAT_JSONL},
        {".txt", OPTIONS_FORMAT_TABLE},
    };
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = name == NULL ? NULL : strrchr(name, '.');

    *format = OPTIONS_FORMAT_CSV;
    if (dot == NULL || dot == name || dot[1] == '\0')
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(dot, endings[i].ending) == 0) {
            *format = endings[i].format;
            return true;
        }
    }
    return err_set(err,
                   "no format is known by the ending %.20s of %.200s (there are .csv, .tsv, .json, .jsonl and .txt):"
                   " say which with --format, e.g. --format=csv",
                   dot, path);
}

bool verb_style(const struct options *options, const struct out *out, struct rows_style *style, struct err *err)
{
    enum options_format format = (enum options_format)options->format;
    int rows;

    *style = (struct rows_style){0};
    if (format == OPTIONS_FORMAT_AUTO && out->is_terminal)
        format = OPTIONS_FORMAT_TABLE;
    if (format == OPTIONS_FORMAT_AUTO && !format_of_name(options->result, &format, err))
        return false;
    switch (format) {
    case OPTIONS_FORMAT_TABLE:
        style->format = ROWS_TABLE;
        style->locale = columns_locale(false);
        if (out->is_terminal)
            terminal_size(out->file, &style->width, &rows);
        return true;
    case OPTIONS_FORMAT_CSV:
        style->format = ROWS_CSV;
        return true;
    case OPTIONS_FORMAT_TSV:
        style->format = ROWS_TSV;
        return true;
    case OPTIONS_FORMAT_JSON:
        style->format = ROWS_JSON;
        return true;
    case OPTIONS_FORMAT_JSONL:
        style->format = ROWS_JSONL;
        return true;
    default:
        return err_set(err, "crawl %s writes rows: --format takes table, csv, tsv, json or jsonl here",
                       options_verb_names[options->verb]);
    }
}

void verb_style_free(struct rows_style *style)
{
    if (style->locale != (locale_t)0)
        freelocale(style->locale);
    style->locale = (locale_t)0;
}

/* To the open `out`, which is closed. */
static int write_to(struct out *out, const struct options *options, struct reader *reader, sqlite3_stmt *statement,
                    int64_t *rows, struct err *err)
{
    struct rows_style style;
    struct rows_result result;
    bool good;

    if (!verb_style(options, out, &style, err)) {
        out_drop(out);
        return verb_fail(VERB_USAGE, err);
    }
    good = rows_write(reader, statement, &style, out, &result, err);
    verb_style_free(&style);
    if (!good) {
        struct err other;

        if (out->path == NULL)
            out_close(out, &other); /* what was read so far has partly gone out already */
        else
            out_drop(out);
        return verb_fail(VERB_FILE, err);
    }
    if (!out_close(out, err))
        return verb_fail(VERB_FILE, err);
    if (rows != NULL)
        *rows = result.rows;
    if (result.columns_left_out > 0)
        log_note("%d more column%s find no room here: name those that you want, or use --format=csv",
                 result.columns_left_out, result.columns_left_out == 1 ? "" : "s");
    return VERB_DONE;
}

int verb_write_rows(const struct options *options, struct reader *reader, sqlite3_stmt *statement, int otherwise,
                    int64_t *rows, struct err *err)
{
    struct out out;
    int status;

    if (statement == NULL)
        return verb_fail(otherwise, err);
    if (out_open(&out, options->result, err))
        status = write_to(&out, options, reader, statement, rows, err);
    else
        status = verb_fail(VERB_FILE, err);
    sqlite3_finalize(statement);
    return status;
}

/* It keeps a lock file; a killed one leaves that behind. */
bool verb_is_running(const char *path, int64_t pid)
{
    struct buf lock = {.limit = PATH_MAX + 16};
    struct stat file;
    bool is_locked;

    buf_printf(&lock, "%s-lock", path);
    is_locked = !lock.full && stat(lock.data, &file) == 0;
    buf_free(&lock);
    return is_locked && pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

void verb_add_time(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[40] = "";

    if (localtime_r(&seconds, &parts) != NULL)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    buf_add_string(out, text);
}

void verb_add_json_time(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[40] = "";

    if (wall_ms <= 0 || gmtime_r(&seconds, &parts) == NULL) {
        buf_add_string(out, "null");
        return;
    }
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    buf_printf(out, "\"%s.%03dZ\"", text, (int)(wall_ms % 1000));
}

void verb_add_json(struct buf *out, struct slice text)
{
    if (text.data == NULL) {
        buf_add_string(out, "null");
        return;
    }
    buf_add_char(out, '"');
    text_add_json_output(out, text);
    buf_add_char(out, '"');
}

#include "verb_export.h"

#include "date.h"
#include "log.h"
#include "mem.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The limits and elements are those of sitemaps.org/protocol.html. */
#define PART_URLS  50000
#define PART_BYTES (50 * 1024 * 1024 - 64) /* the end of a part has room */
#define URL_BYTES  2047
#define XMLNS      "http://www.sitemaps.org/schemas/sitemap/0.9"
#define TOO_MANY                                                                                                       \
    "a sitemap holds at most 50,000 URLs: name a file with -o, and it becomes an index with the sitemaps beside it"

/* What belongs into one. */
#define FROM_PAGES                                                                                                     \
    " FROM page p JOIN url u ON u.id = p.id WHERE p.kind = 0 AND p.outcome = 1 AND p.robots & 1 = 0"                   \
    " AND coalesce(p.canonical_id, p.id) = p.id"

struct sitemap {
    const char *path; /* -o; NULL: standard output, which takes one part only */
    struct out out;   /* the part being written */
    int64_t urls;     /* in it */
    int parts;        /* finished as files of their own */
    char *origin;     /* of the first URL: where the parts will stand */
};

/* "sitemap.xml" becomes "sitemap-2.xml". To be freed. */
static char *part_name(const char *path, int part)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash == NULL ? path : slash, '.');
    size_t stem = dot == NULL || dot == path ? strlen(path) : (size_t)(dot - path);
    struct buf name = {.limit = strlen(path) + 32};
    char *text;

    buf_printf(&name, "%.*s-%d%s", (int)stem, path, part, path + stem);
    text = mem_string(name.data);
    buf_free(&name);
    return text;
}

static void begin_part(struct sitemap *s)
{
    buf_add_string(&s->out.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"" XMLNS "\">\n");
    s->urls = 0;
}

static bool end_part(struct sitemap *s, bool is_one_of_many, struct err *err)
{
    buf_add_string(&s->out.text, "</urlset>\n");
    if (is_one_of_many) {
        char *name = part_name(s->out.path, ++s->parts);

        free(s->out.path);
        s->out.path = name;
    }
    return out_close(&s->out, err);
}

/* A full part gets a name with a number, and the next one is begun. */
static bool next_part(struct sitemap *s, struct err *err)
{
    if (s->out.path == NULL || s->out.is_direct)
        return err_set(err, TOO_MANY);
    if (!end_part(s, true, err) || !out_open(&s->out, s->path, err))
        return false;
    begin_part(s);
    return true;
}

static void add_date(struct buf *out, struct slice last_modified)
{
    int64_t ms = date_parse_ms(last_modified);
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char text[40];

    if (ms <= 0 || gmtime_r(&seconds, &parts) == NULL)
        return;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    buf_printf(out, "<lastmod>%s</lastmod>", text);
}

static bool add_url(struct sitemap *s, struct slice url, struct slice last_modified, struct err *err)
{
    if (url.size > URL_BYTES)
        return true;
    if ((s->urls == PART_URLS || out_size(&s->out) > PART_BYTES - 6 * URL_BYTES) && !next_part(s, err))
        return false;
    if (s->origin == NULL) {
        const char *host = memchr(url.data, '/', url.size);
        const char *end = host == NULL ? NULL : memchr(host + 2, '/', url.size - (size_t)(host + 2 - url.data));

        s->origin = mem_copy(url.data, end == NULL ? url.size : (size_t)(end - url.data));
    }
    buf_add_string(&s->out.text, "<url><loc>");
    text_add_html(&s->out.text, url);
    buf_add_string(&s->out.text, "</loc>");
    add_date(&s->out.text, last_modified);
    buf_add_string(&s->out.text, "</url>\n");
    s->urls++;
    return true;
}

static bool write_index(struct sitemap *s, struct err *err)
{
    struct buf *text = &s->out.text;

    if (!out_open(&s->out, s->path, err))
        return false;
    buf_add_string(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"" XMLNS "\">\n");
    for (int i = 1; i <= s->parts; i++) {
        char *name = part_name(s->path, i);
        const char *slash = strrchr(name, '/');

        buf_add_string(text, "<sitemap><loc>");
        text_add_html(text, slice_of(s->origin));
        buf_add_char(text, '/');
        text_add_html(text, slice_of(slash == NULL ? name : slash + 1));
        buf_add_string(text, "</loc></sitemap>\n");
        free(name);
    }
    buf_add_string(text, "</sitemapindex>\n");
    log_note("%d sitemaps of %d URLs at most, and %s, an index: it expects them at %s/", s->parts, PART_URLS, s->path,
             s->origin);
    return out_close(&s->out, err);
}

/* True if all went well; in either case s->out is closed. */
static bool write_all(struct sitemap *s, struct reader *reader, sqlite3_stmt *statement, struct err *err)
{
    int got = SQLITE_DONE;
    bool good = true;

    begin_part(s);
    while (good && out_pass(&s->out) && (got = reader_step(reader, statement, err)) == SQLITE_ROW)
        good = add_url(s, reader_text(statement, 0), reader_text(statement, 1), err);
    if (!good || got == SQLITE_ERROR) {
        out_drop(&s->out);
        return false;
    }
    if (s->parts == 0)
        return end_part(s, false, err);
    return end_part(s, true, err) && write_index(s, err);
}

int export_sitemap(const struct options *options, struct reader *reader)
{
    struct sitemap s = {.path = options->result};
    struct err err;
    bool good;
    sqlite3_stmt *statement;

    /* Said before half of it went out. */
    if ((s.path == NULL || strcmp(s.path, "-") == 0) &&
        reader_number(reader, "SELECT count(*)" FROM_PAGES, 0) > PART_URLS) {
        err_set(&err, TOO_MANY);
        return verb_fail(VERB_USAGE, &err);
    }
    statement = reader_statement(reader, "SELECT u.url, p.last_modified" FROM_PAGES " ORDER BY p.id", &err);
    if (statement == NULL)
        return verb_fail(VERB_FILE, &err);
    good = out_open(&s.out, s.path, &err) && write_all(&s, reader, statement, &err);
    sqlite3_finalize(statement);
    free(s.origin);
    return good ? VERB_DONE : verb_fail(VERB_FILE, &err);
}

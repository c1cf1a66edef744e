#include "events.h"

#include "log.h"
#include "mem.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OUT_LIMIT (256u << 20) /* bytes of one batch: a thousand pages of some kilobytes each */

struct events {
    char *path;
    int file; /* -1: given up */
    bool failed;
    struct buf out;
};

struct events *events_open(const char *path, struct err *err)
{
    struct events *e = mem_new(sizeof *e);

    e->path = mem_string(strcmp(path, "-") == 0 ? "standard output" : path);
    e->out.limit = OUT_LIMIT;
    e->file = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (e->file < 0) {
        err_set(err, "cannot write events to %s: %s", e->path, strerror(errno));
        events_close(e);
        return NULL;
    }
    return e;
}

bool events_close(struct events *e)
{
    bool good = e == NULL || !e->failed;

    if (e == NULL)
        return true;
    if (e->file >= 0)
        close(e->file);
    buf_free(&e->out);
    free(e->path);
    free(e);
    return good;
}

/* --- A line ------------------------------------------------------------------------- */

static void add_slice(struct buf *out, const char *name, struct slice text)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_add_json_output(out, text);
    buf_add_char(out, '"');
}

static void add_text(struct buf *out, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        add_slice(out, name, slice_of(text));
}

/* Left out if it is `none`. */
static void add_number(struct buf *out, const char *name, int64_t number, int64_t none)
{
    if (number != none)
        buf_printf(out, ",\"%s\":%" PRId64, name, number);
}

static void add_time(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;

    if (wall_ms <= 0)
        return;
    gmtime_r(&seconds, &utc);
    buf_printf(out, ",\"fetched_at\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", utc.tm_year + 1900, utc.tm_mon + 1,
               utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(wall_ms % 1000));
}

static const char *type_of(const struct page *page)
{
    switch (page->kind) {
    case PAGE_DOCUMENT:
        return page->skip != SKIP_NONE ? "skipped" : "page";
    case PAGE_ROBOTS:
        return "robots";
    case PAGE_SITEMAP:
        return page->skip != SKIP_NONE ? "skipped" : "sitemap";
    case PAGE_EXTERNAL:
        return page->skip != SKIP_NONE ? "skipped" : "external";
    case PAGE_PROBE:
        return page->skip != SKIP_NONE ? NULL : "probe";
    default:
        return NULL;
    }
}

static void add_redirect(struct buf *out, const struct page *page)
{
    if (page->redirect_link >= 0) {
        const struct page_link *link = &page->links[page->redirect_link];

        add_slice(out, "redirect_to", (struct slice){page->pool.data + link->url_at, link->url_size});
    }
}

static void add_answer(struct buf *out, const struct page *page)
{
    int64_t links = 0;

    add_number(out, "status", page->status, 0);
    buf_printf(out, ",\"outcome\":\"%s\"", page_outcome_names[page->outcome]);
    add_text(out, "error", page->error);
    if (page->has_title)
        add_slice(out, "title", page->title);
    add_redirect(out, page);
    add_number(out, "total_ms", page->times.total_ms, -1);
    add_number(out, "first_byte_ms", page->times.first_byte_ms, -1);
    add_number(out, "bytes", page->body_bytes, -1);
    add_number(out, "wire_bytes", page->wire_bytes, -1);
    for (uint32_t i = 0; i < page->link_count; i++)
        links += page->links[i].record;
    add_number(out, "links", links, -1);
    add_number(out, "tries", page->tries, 0);
    add_text(out, "address", page->address);
}

void events_add_line(struct buf *out, const struct page *page)
{
    const char *type = type_of(page);

    if (type == NULL)
        return;
    buf_printf(out, "{\"type\":\"%s\",\"url\":\"", type);
    text_add_json_output(out, (struct slice){page->url, page->url_size});
    buf_add_char(out, '"');
    add_number(out, "id", page->id, 0);
    if (page->skip != SKIP_NONE) {
        buf_printf(out, ",\"reason\":\"%s\"", page_skip_names[page->skip]);
        add_text(out, "rule", page->error);
        add_number(out, "line", page->skip_line, 0);
    } else {
        add_answer(out, page);
    }
    buf_printf(out, ",\"depth\":%u", page->depth);
    add_number(out, "found_on", page->found_on, 0);
    add_time(out, page->fetched_ms);
    buf_add_string(out, "}\n");
}

/* --- Writing ------------------------------------------------------------------------ */

static void give_up(struct events *e, int error)
{
    close(e->file);
    e->file = -1;
    if (error == EPIPE) {
        log_warning("nobody reads %s any more: no further events are written", e->path);
    } else {
        e->failed = true;
        log_error("cannot write events to %s: %s; no further ones are written", e->path, strerror(error));
    }
}

static void flush(struct events *e)
{
    struct slice left = buf_slice(&e->out);

    while (left.size > 0) {
        ssize_t size = write(e->file, left.data, left.size);

        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            give_up(e, errno);
            return;
        }
        left.data += size;
        left.size -= (size_t)size;
    }
}

void events_add(struct events *e, struct page *const *pages, size_t count)
{
    if (e == NULL || e->file < 0)
        return;
    buf_clear(&e->out);
    for (size_t i = 0; i < count; i++)
        events_add_line(&e->out, pages[i]);
    flush(e);
}

void events_add_summary(struct events *e, const char *json)
{
    if (e == NULL || e->file < 0)
        return;
    buf_clear(&e->out);
    buf_printf(&e->out, "{\"type\":\"summary\",%s\n", json + 1);
    flush(e);
}

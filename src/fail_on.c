#include "fail_on.h"

#include "log.h"
#include "options.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum options_fail option;
    const char *name; /* as --fail-on has it */
    const char *view; /* that shows all of them */
} kinds[FINDING_KINDS] = {
    [FINDING_BROKEN] = {OPTIONS_FAIL_BROKEN, "broken", "broken_links"},
    [FINDING_SERVER_ERROR] = {OPTIONS_FAIL_5XX, "5xx", "pages where status >= 500"},
    [FINDING_EXTERNAL] = {OPTIONS_FAIL_EXTERNAL, "external", "broken_links"},
    [FINDING_SOFT_404] = {OPTIONS_FAIL_SOFT_404, "soft-404", "soft_404s"},
    [FINDING_TITLE] = {OPTIONS_FAIL_DUP_TITLE, "dup-title", "duplicate_titles"},
    [FINDING_SEED] = {OPTIONS_FAIL_SEED, "seed", "pages"},
};

/* "URL: 404, linked from PAGE and 3 more pages" */
static void add_bad_page(struct buf *out, const struct store_finding *f)
{
    buf_printf(out, "%.*s: ", (int)f->url.size, f->url.data);
    if (slice_is(f->outcome, "http_error"))
        buf_printf(out, "%d", f->status);
    else if (slice_is(f->outcome, "ok")) /* of those found wanting, only a soft 404 */
        buf_printf(out, "%d, but it says \"not found\"", f->status);
    else
        buf_printf(out, "%.*s", (int)f->outcome.size, f->outcome.data);
    if (f->error.size > 0)
        buf_printf(out, " (%.*s)", (int)f->error.size, f->error.data);
    if (f->found_on.size == 0)
        return;
    buf_printf(out, ", linked from %.*s", (int)f->found_on.size, f->found_on.data);
    if (f->pages > 1) {
        buf_add_string(out, " and ");
        words_add_count(out, f->pages - 1, "more page");
    }
}

/* "TITLE" on 3 pages: URL, URL ... */
static void add_title(struct buf *out, const struct store_finding *f)
{
    buf_printf(out, "\"%.*s\" on ", (int)f->title.size, f->title.data);
    words_add_count(out, f->pages, "page");
    buf_printf(out, ": %.*s, %.*s%s", (int)f->url.size, f->url.data, (int)f->found_on.size, f->found_on.data,
               f->pages > 2 ? " ..." : "");
}

static void tell(void *arg, const struct store_finding *finding)
{
    enum store_finding_kind kind = *(const enum store_finding_kind *)arg;
    struct buf line = {.limit = 8000};

    if (kind == FINDING_TITLE)
        add_title(&line, finding);
    else
        add_bad_page(&line, finding);
    /* A newline in a title would begin a line that looks like ours. */
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] == '\n')
            line.data[i] = ' ';
    log_error("%s: %s", kinds[kind].name, line.data == NULL ? "" : line.data);
    buf_free(&line);
}

static void tell_of_rest(enum store_finding_kind kind, int64_t count, const char *database)
{
    struct buf line = {.limit = 8000};

    words_add_number(&line, count - FAIL_ON_LINES);
    buf_printf(&line, " more of %s; all: crawl sql ", kinds[kind].name);
    if (strcmp(database, "crawl.db") != 0) {
        buf_add_string(&line, "-d ");
        words_add_shell(&line, database);
        buf_add_char(&line, ' ');
    }
    buf_printf(&line, "'select * from %s'", kinds[kind].view);
    log_error("%s", line.data);
    buf_free(&line);
}

int64_t fail_on_check(struct store *store, unsigned wanted, const char *database, struct err *err)
{
    int64_t all = 0;

    for (int i = 0; i < FINDING_KINDS; i++) {
        enum store_finding_kind kind = (enum store_finding_kind)i;
        int64_t count;

        if ((wanted & kinds[i].option) == 0)
            continue;
        count = store_findings(store, kind, FAIL_ON_LINES, tell, &kind, err);
        if (count < 0)
            return -1;
        if (count > FAIL_ON_LINES)
            tell_of_rest(kind, count, database);
        all += count;
    }
    return all;
}

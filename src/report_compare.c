#include "report_compare.h"

#include "page.h"
#include "report_markup.h"
#include "report_table.h"

#include <inttypes.h>
#include <string.h>

#define ROWS_MOST  60 /* of a kind of change */
#define TITLE_MOST 90

enum change { CHANGE_BROKEN, CHANGE_GONE, CHANGE_NEW, CHANGE_MENDED, CHANGE_TITLE, CHANGE_COUNT };

static const char *const change_words[CHANGE_COUNT] = {"newly broken", "gone", "new", "mended", "title changed"};

static const struct report_table table = {
    .id = "changes",
    .title = "Changes",
    .words = "Since the crawl that this one is compared with, the first of each kind.",
    .columns = {{"Change", CELL_TEXT}, {"Page", CELL_URL}, {"Before", CELL_TEXT}, {"Now", CELL_TEXT}},
};

/* One of the two crawls, at one of its pages. */
struct side {
    struct reader *reader;
    sqlite3_stmt *row;
    bool is_over;
    struct slice url; /* valid until the next step */
    int64_t outcome, status;
    struct slice title;
};

struct comparison {
    struct side now, before;
    struct slice origin;
    struct buf rows[CHANGE_COUNT];
    int64_t counts[CHANGE_COUNT];
};

/* In the order of compare_bytes(). */
static const char all_pages[] = "SELECT u.url, p.outcome, p.status, coalesce(p.title, '') FROM page p"
                                " CROSS JOIN url u ON u.id = p.id WHERE p.kind = 0 ORDER BY u.url COLLATE BINARY";

static bool step(struct side *side, struct err *err)
{
    int got = reader_step(side->reader, side->row, err);

    side->is_over = got != SQLITE_ROW;
    if (got == SQLITE_ROW) {
        side->url = reader_text(side->row, 0);
        side->outcome = reader_column(side->row, 1, 0);
        side->status = reader_column(side->row, 2, 0);
        side->title = reader_text(side->row, 3);
    }
    return got != SQLITE_ERROR;
}

static bool begin(struct side *side, struct reader *reader, struct err *err)
{
    side->reader = reader;
    side->row = reader_statement(reader, all_pages, err);
    return side->row != NULL && step(side, err);
}

static int compare_bytes(struct slice a, struct slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_broken(const struct side *side)
{
    return side->outcome != PAGE_OK && side->outcome != PAGE_REDIRECT && side->outcome != PAGE_WRONG_TYPE;
}

static void add_title(struct buf *out, struct slice title)
{
    buf_add_string(out, "<td><bdi>");
    markup_add_text(out, title, TITLE_MOST);
    buf_add_string(out, "</bdi>");
}

/* What a page came to: its title, or how it failed. NULL: it was not there. */
static void add_state(struct buf *out, const struct side *side)
{
    if (side == NULL) {
        buf_add_string(out, "<td>\xE2\x80\x93");
    } else if (side->outcome == PAGE_OK) {
        add_title(out, side->title);
    } else {
        buf_add_string(out, "<td>");
        if (side->status > 0)
            buf_printf(out, "<b class=\"%s\">%" PRId64 "</b> ", is_broken(side) ? "bad" : "moved", side->status);
        if (side->outcome > 0 && side->outcome < PAGE_OUTCOME_COUNT && side->outcome != PAGE_HTTP_ERROR)
            buf_add_string(out, page_outcome_names[side->outcome]);
    }
}

static void note(struct comparison *c, enum change change, const struct side *before, const struct side *now)
{
    struct buf *out = &c->rows[change];

    if (++c->counts[change] > ROWS_MOST)
        return;
    buf_printf(out, "<tr><td>%s<td class=u>", change_words[change]);
    markup_add_url(out, now != NULL ? now->url : before->url, c->origin);
    add_state(out, before);
    add_state(out, now);
    buf_add_char(out, '\n');
}

static void note_both(struct comparison *c)
{
    if (is_broken(&c->now) && !is_broken(&c->before))
        note(c, CHANGE_BROKEN, &c->before, &c->now);
    else if (c->now.outcome == PAGE_OK && is_broken(&c->before))
        note(c, CHANGE_MENDED, &c->before, &c->now);
    else if (c->now.outcome == PAGE_OK && c->before.outcome == PAGE_OK &&
             compare_bytes(c->now.title, c->before.title) != 0)
        note(c, CHANGE_TITLE, &c->before, &c->now);
}

/* Goes through both at once, the lesser URL first, so that a page of both stands side by side. */
static bool compare(struct comparison *c, struct err *err)
{
    while (!c->now.is_over || !c->before.is_over) {
        int order = c->now.is_over ? 1 : c->before.is_over ? -1 : compare_bytes(c->now.url, c->before.url);

        if (order == 0)
            note_both(c);
        else if (order < 0 && c->now.outcome == PAGE_OK)
            note(c, CHANGE_NEW, NULL, &c->now);
        else if (order > 0 && c->before.outcome == PAGE_OK)
            note(c, CHANGE_GONE, &c->before, NULL);
        if (order <= 0 && !step(&c->now, err))
            return false;
        if (order >= 0 && !step(&c->before, err))
            return false;
    }
    return true;
}

/* The rows of a kind, whole ones, as far as there is room. Gives how many. */
static int add_rows(struct buf *out, const struct buf *rows, size_t bytes)
{
    size_t size = rows->size < bytes ? rows->size : bytes;
    int count = 0;

    while (size > 0 && rows->data[size - 1] != '\n')
        size--;
    for (size_t i = 0; i < size; i++)
        count += rows->data[i] == '\n';
    buf_add(out, rows->data, size);
    return count;
}

static void add_section(struct buf *out, const struct comparison *c, size_t bytes)
{
    int64_t all = 0;
    int rows = 0;

    buf_add_string(out, "<section id=\"changes\"><h2 id=\"changes-h\">Changes</h2>\n<ul class=\"legend counts\">");
    for (int i = 0; i < CHANGE_COUNT; i++) {
        buf_printf(out, "<li>%s <b>", change_words[i]);
        markup_add_number(out, c->counts[i]);
        buf_add_string(out, "</b></li>");
        all += c->counts[i];
    }
    buf_add_string(out, "</ul>\n");
    if (all == 0) {
        buf_add_string(out, "<p class=\"nothing\">Nothing has changed.</p></section>\n");
        return;
    }
    report_table_begin(out, &table);
    for (int i = 0; i < CHANGE_COUNT; i++)
        rows += add_rows(out, &c->rows[i], bytes / CHANGE_COUNT);
    report_table_end(out);
    buf_printf(out, "<p class=\"more\"><span class=\"count\">%d row%s.</span> Compared with ", rows,
               rows == 1 ? "" : "s");
    markup_add_text(out, slice_of(c->before.reader->path), 200);
    buf_add_string(out, "</p></section>\n");
}

bool report_compare_add(struct buf *out, struct reader *reader, struct reader *older, struct slice origin, size_t bytes,
                        struct err *err)
{
    struct comparison c = {.origin = origin};
    bool good;

    for (int i = 0; i < CHANGE_COUNT; i++)
        c.rows[i].limit = 1u << 20;
    reader_begin(older);
    good = begin(&c.now, reader, err) && begin(&c.before, older, err) && compare(&c, err);
    sqlite3_finalize(c.now.row);
    sqlite3_finalize(c.before.row);
    reader_end(older);
    if (good)
        add_section(out, &c, bytes);
    for (int i = 0; i < CHANGE_COUNT; i++)
        buf_free(&c.rows[i]);
    return good;
}

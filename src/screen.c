#include "screen.h"

#include "columns.h"
#include "log.h"
#include "terminal.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define LEAST_ROWS  4
#define FRAME_LIMIT 65536

static void hide(void *arg, struct buf *out)
{
    struct screen *s = arg;

    if (s->drawn > 0)
        buf_printf(out, "\r\x1b[%dA\x1b[J", s->drawn);
    s->drawn = 0;
}

/* Goes over what is drawn, line by line, so that nothing is empty in between. */
static void show(void *arg, struct buf *out)
{
    struct screen *s = arg;

    if (s->drawn > 0)
        buf_printf(out, "\r\x1b[%dA", s->drawn);
    s->drawn = 0;
    for (const char *line = s->frame.data; line != NULL && *line != '\0';) {
        size_t size = strcspn(line, "\n");

        buf_add(out, line, size);
        buf_add_string(out, "\x1b[K\n");
        s->drawn++;
        line += size + (line[size] == '\n');
    }
    buf_add_string(out, "\x1b[J");
}

/* The frame made last becomes the one that is shown. */
static void redraw(void *arg, struct buf *out)
{
    struct screen *s = arg;
    struct buf before = s->frame;

    s->frame = s->next;
    s->next = before;
    show(s, out);
}

/* The columns of the first line of a frame, colours not counted. */
static int line_columns(const char *line, locale_t locale)
{
    int columns = 0;

    while (*line != '\0' && *line != '\n') {
        size_t size = strcspn(line, "\x1b\n");

        columns += columns_of((struct slice){line, size}, locale);
        line += size;
        if (*line == '\x1b')
            line += strcspn(line, "m\n");
        if (*line == 'm')
            line++;
    }
    return columns;
}

/* How many rows the frame takes in a window of another width: terminals wrap long lines then. */
static void count_rows(void *arg, struct buf *out)
{
    struct screen *s = arg;
    int rows = 0;

    (void)out;
    if (s->drawn == 0)
        return;
    for (const char *line = s->frame.data; line != NULL && *line != '\0';) {
        int columns = line_columns(line, s->locale);

        rows += columns == 0 ? 1 : (columns + s->columns - 1) / s->columns;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    s->drawn = rows < s->rows ? rows : s->rows - 1;
}

/* The terminal starts anew below: after a stop, the shell has written there. */
static void forget_drawn(void *arg, struct buf *out)
{
    struct screen *s = arg;

    (void)out;
    s->drawn = 0;
}

/* The last rows have no room in a window that is not high enough. */
static void cut_rows(struct buf *frame, int rows)
{
    char *at = frame->data;

    for (int i = 0; i < rows && at != NULL; i++) {
        at = strchr(at, '\n');
        if (at != NULL)
            at++;
    }
    if (at != NULL && *at != '\0') {
        *at = '\0';
        frame->size = (size_t)(at - frame->data);
    }
}

void screen_open(struct screen *s, locale_t locale)
{
    s->locale = locale;
    s->next.limit = s->frame.limit = FRAME_LIMIT;
    terminal_size(STDERR_FILENO, &s->columns, &s->rows);
}

void screen_close(struct screen *s)
{
    log_draw_panel(hide);
    log_set_panel(NULL, NULL, NULL);
    if (s->locale != (locale_t)0)
        freelocale(s->locale);
    buf_free(&s->next);
    buf_free(&s->frame);
}

struct buf *screen_begin(struct screen *s, int least_columns)
{
    bool is_ours = terminal_is_ours(STDERR_FILENO);

    if (!is_ours || s->columns < least_columns || s->rows < LEAST_ROWS) {
        log_draw_panel(is_ours ? hide : forget_drawn);
        log_set_panel(NULL, NULL, NULL);
        return NULL;
    }
    buf_clear(&s->next);
    return &s->next;
}

void screen_show(struct screen *s)
{
    cut_rows(&s->next, s->rows - 1);
    log_set_panel(hide, show, s);
    log_draw_panel(redraw);
}

void screen_resize(struct screen *s)
{
    int columns = s->columns, rows = s->rows;

    terminal_size(STDERR_FILENO, &s->columns, &s->rows);
    log_draw_panel(s->columns == columns && s->rows == rows ? forget_drawn : count_rows);
}

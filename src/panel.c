#include "panel.h"

#include "columns.h"
#include "words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define LABEL_COLUMNS 8
#define GAP           3  /* columns between parts */
#define LEAST_PART    10 /* columns that a part may have on a row of its own */
#define BAR_MOST      40
#define BAR_LEAST     10
#define SPARK_LEAST   8
#define SPARK_MOST    60
#define LINE_LIMIT    4096
#define PARTS_MOST    10

#define DIM    "\x1b[2m"
#define BOLD   "\x1b[1m"
#define GREEN  "\x1b[32m"
#define CYAN   "\x1b[36m"
#define YELLOW "\x1b[33m"
#define RED    "\x1b[31m"
#define NORMAL "\x1b[0m"

struct part {
    size_t at, size;   /* in the line's text */
    int columns;       /* it takes */
    const char *color; /* NULL: none */
    bool optional;     /* left out where there is no room; others go to a further row */
};

/* A label and what stands behind it. */
struct line {
    const struct panel_look *look;
    const char *label;
    struct buf text; /* of all parts */
    struct part parts[PARTS_MOST];
    int count;
    int columns; /* of label, parts and gaps */
};

static int room(const struct line *line)
{
    int columns = line->look->columns < PANEL_LEAST_COLUMNS ? PANEL_LEAST_COLUMNS : line->look->columns;

    return columns - 1 - line->columns;
}

static void begin(struct line *line, const struct panel_look *look, const char *label)
{
    *line = (struct line){.look = look, .label = label, .text = {.limit = LINE_LIMIT}, .columns = LABEL_COLUMNS};
}

/* The text added since `at` becomes a part. */
static void end_part(struct line *line, size_t at, int columns, const char *color, bool optional)
{
    if (line->text.size == at || line->count == PARTS_MOST)
        return;
    line->parts[line->count] = (struct part){at, line->text.size - at, columns, color, optional};
    line->columns += columns + (line->count > 0 ? GAP : 0);
    line->count++;
}

/* A part of text of ours or of strangers, cut to what fits on a row of its own. */
static void add_part(struct line *line, const char *text, const char *color, bool optional)
{
    size_t at = line->text.size;
    int most = line->look->columns - 1 - LABEL_COLUMNS;
    int columns = columns_add(&line->text, slice_of(text), most < LEAST_PART ? LEAST_PART : most, COLUMNS_CUT_END,
                              line->look->locale);

    end_part(line, at, columns, color, optional);
}

static void __attribute__((format(printf, 4, 5)))
print_part(struct line *line, const char *color, bool optional, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_part(line, text, color, optional);
}

/* "12 431 done", or with the word in front, "2xx 12 011". */
static void add_number(struct line *line, const char *before, int64_t number, const char *after, const char *color)
{
    struct buf text = {.limit = 100};

    buf_add_string(&text, before);
    words_add_number(&text, number);
    buf_add_string(&text, after);
    add_part(line, text.data, color, false);
    buf_free(&text);
}

static void put_colored(struct buf *out, const struct panel_look *look, const char *color, const char *text,
                        size_t size)
{
    bool colored = look->color && color != NULL;

    if (colored)
        buf_add_string(out, color);
    buf_add(out, text, size);
    if (colored)
        buf_add_string(out, NORMAL);
}

/* Lays the line out in one row, or in more where the window is too narrow, and forgets it. */
static void end(struct line *line, struct buf *out)
{
    char label[LABEL_COLUMNS + 1];
    int at = LABEL_COLUMNS;

    for (int i = line->count - 1; i >= 0 && room(line) < 0; i--)
        if (line->parts[i].optional) {
            line->columns -= line->parts[i].columns + GAP;
            line->parts[i].size = 0;
        }
    line->columns = 0; /* from here on room() is that of a whole row */
    snprintf(label, sizeof label, "%-*s", LABEL_COLUMNS, line->label);
    put_colored(out, line->look, DIM, label, LABEL_COLUMNS);
    for (int i = 0; i < line->count; i++) {
        const struct part *part = &line->parts[i];

        if (part->size == 0)
            continue;
        if (at > LABEL_COLUMNS && at + GAP + part->columns > room(line)) {
            buf_printf(out, "\n%*s", LABEL_COLUMNS, "");
            at = LABEL_COLUMNS;
        } else if (at > LABEL_COLUMNS) {
            buf_printf(out, "%*s", GAP, "");
            at += GAP;
        }
        put_colored(out, line->look, part->color, line->text.data + part->at, part->size);
        at += part->columns;
    }
    buf_add_char(out, '\n');
    buf_free(&line->text);
}

/* --- Pictures ------------------------------------------------------------------------ */

/* Of what is known, how much is done; 100 is kept for the end. */
static int percent(const struct panel_facts *facts)
{
    int64_t known = facts->done + facts->waiting + facts->in_flight;

    return known == 0 ? 0 : (int)(facts->done * 100 / known);
}

static void add_bar(struct line *line, const struct panel_facts *facts)
{
    bool ascii = line->look->locale == (locale_t)0;
    char tail[16];
    int tail_size = snprintf(tail, sizeof tail, " %d %%", percent(facts));
    int width = room(line) - GAP - (int)sizeof " 100 %" + 1 - (ascii ? 2 : 0);
    size_t at = line->text.size;
    int halves;

    if (width > BAR_MOST)
        width = BAR_MOST;
    if (width < BAR_LEAST) {
        print_part(line, NULL, false, "%s", tail + 1);
        return;
    }
    halves = percent(facts) * width * 2 / 100;
    if (ascii)
        buf_add_char(&line->text, '[');
    for (int i = 0; i < width; i++) {
        if (halves >= 2 * i + 2)
            buf_add_string(&line->text, ascii ? "#" : "\xE2\x94\x81"); /* U+2501 heavy line */
        else if (halves == 2 * i + 1)
            buf_add_string(&line->text, ascii ? "=" : "\xE2\x95\xB8"); /* U+2578 its left half */
        else
            buf_add_string(&line->text, ascii ? "-" : "\xE2\x94\x80"); /* U+2500 light line */
    }
    if (ascii)
        buf_add_char(&line->text, ']');
    buf_add(&line->text, tail, (size_t)tail_size);
    end_part(line, at, width + tail_size + (ascii ? 2 : 0), NULL, true);
}

/* The history as a row of small columns, as wide as `most` allows. */
static void add_spark(struct line *line, const struct panel_facts *facts, int most)
{
    static const char *const blocks[] = {
        "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84",
        "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88",
    };
    static const char *const letters[] = {"_", ".", "-", "=", "+", "*", "%", "#"};
    bool ascii = line->look->locale == (locale_t)0;
    size_t at = line->text.size;
    size_t count = facts->history_count;
    const double *history = facts->history;
    double highest = 0;

    if (most > SPARK_MOST)
        most = SPARK_MOST;
    if (most < SPARK_LEAST || count == 0)
        return;
    if (count > (size_t)most) {
        history += count - (size_t)most;
        count = (size_t)most;
    }
    for (size_t i = 0; i < count; i++)
        if (history[i] > highest)
            highest = history[i];
    for (size_t i = 0; i < count; i++) {
        int level = highest <= 0 ? 0 : (int)(history[i] / highest * 7 + 0.5);

        buf_add_string(&line->text, (ascii ? letters : blocks)[level]);
    }
    end_part(line, at, (int)count, NULL, true);
}

/* --- The lines ----------------------------------------------------------------------- */

static void add_head(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    struct line line;

    begin(&line, look, "crawl");
    if (facts->more_hosts > 0)
        print_part(&line, BOLD, false, "%s + %" PRId64 " host%s", facts->host, facts->more_hosts,
                   facts->more_hosts == 1 ? "" : "s");
    else
        add_part(&line, facts->host, BOLD, false);
    add_part(&line, facts->how, NULL, true);
    print_part(&line, NULL, true, "-> %s", facts->database);
    end(&line, out);
}

static void add_pages(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    struct line line;

    begin(&line, look, "pages");
    add_number(&line, "", facts->done, " done", BOLD);
    add_number(&line, "", facts->waiting, " waiting", NULL);
    add_number(&line, "", facts->in_flight, " in flight", NULL);
    add_bar(&line, facts);
    end(&line, out);
}

static void add_speed(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    struct line line;
    struct buf text = {.limit = 200};

    begin(&line, look, "speed");
    if (facts->pages_per_s < 0) {
        add_part(&line, "-", NULL, false);
    } else {
        words_add_rate(&text, facts->pages_per_s);
        buf_add_string(&text, " pages/s");
        add_part(&line, text.data, BOLD, false);
        buf_clear(&text);
        words_add_bytes(&text, facts->bytes_per_s);
        buf_add_string(&text, "/s");
        add_part(&line, text.data, NULL, false);
        buf_clear(&text);
    }
    if (facts->held_by[0] != '\0')
        buf_printf(&text, "held back by: %s", facts->held_by);
    add_spark(&line, facts, room(&line) - GAP - (text.size > 0 ? GAP + (int)text.size : 0));
    if (text.size > 0)
        add_part(&line, text.data, YELLOW, false);
    buf_free(&text);
    end(&line, out);
}

static void add_results(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    static const char *const names[] = {NULL, NULL, "2xx ", "3xx ", "4xx ", "5xx "};
    static const char *const colors[] = {NULL, NULL, GREEN, CYAN, YELLOW, RED};
    int64_t failed = facts->answers[0] + facts->answers[1];
    struct line line;

    begin(&line, look, "result");
    for (int i = 2; i < 6; i++)
        add_number(&line, names[i], facts->answers[i], "", facts->answers[i] > 0 ? colors[i] : NULL);
    add_number(&line, "failed ", failed, "", failed > 0 ? RED : NULL);
    add_number(&line, "skipped ", facts->skipped, "", NULL);
    end(&line, out);
}

static void add_time(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    static const char if_nothing[] = " if nothing new is found";
    static const char growing[] = "more is found than fetched: no end in sight yet";
    int room = look->columns - 1 - LABEL_COLUMNS;
    struct line line;
    struct buf text = {.limit = 200};

    begin(&line, look, "time");
    words_add_clock(&text, facts->elapsed_ms);
    add_part(&line, text.data, NULL, false);
    buf_clear(&text);
    if (facts->is_finishing) {
        add_part(&line, "finishing: indexes and search", NULL, false);
    } else if (facts->is_stopping) {
        add_part(&line, "stopping: what is under way is recorded", YELLOW, false);
    } else if (facts->left_ms >= 0 && !facts->is_growing) {
        buf_add_string(&text, "about ");
        words_add_time(&text, (facts->left_ms + 999) / 1000 * 1000);
        buf_add_string(&text, " left");
        if ((int)(text.size + sizeof if_nothing) <= room)
            buf_add_string(&text, if_nothing);
        add_part(&line, text.data, NULL, false);
    } else if (facts->is_growing && facts->waiting > 0) {
        add_part(&line, (int)sizeof growing - 1 <= room ? growing : "no end in sight yet", NULL, false);
    }
    buf_free(&text);
    end(&line, out);
}

/* Where there is one host, its name says nothing. */
static const char *shown_url(const struct panel_facts *facts)
{
    const char *host = strstr(facts->last_url, "://");
    const char *path = host == NULL || facts->more_hosts > 0 ? NULL : strchr(host + 3, '/');

    return path == NULL ? facts->last_url : path;
}

static void add_last(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    struct line line;
    size_t at;
    int columns;

    if (facts->last_url[0] == '\0')
        return;
    begin(&line, look, "now");
    if (facts->last_status > 0)
        print_part(&line, facts->last_status >= 400 ? RED : NULL, false, "%d", facts->last_status);
    else
        add_part(&line, facts->last_outcome, RED, false);
    if (facts->last_ms >= 0) {
        struct buf text = {.limit = 100};

        words_add_time(&text, facts->last_ms);
        print_part(&line, NULL, false, "%6s", text.data);
        buf_free(&text);
    }
    at = line.text.size;
    columns = columns_add(&line.text, slice_of(shown_url(facts)), room(&line) - GAP, COLUMNS_CUT_MIDDLE, look->locale);
    end_part(&line, at, columns, NULL, true);
    end(&line, out);
}

void panel_add(struct buf *out, const struct panel_facts *facts, const struct panel_look *look)
{
    add_head(out, facts, look);
    add_pages(out, facts, look);
    add_speed(out, facts, look);
    add_results(out, facts, look);
    add_time(out, facts, look);
    add_last(out, facts, look);
}

void panel_add_plain(struct buf *out, const struct panel_facts *facts)
{
    buf_printf(out, "%" PRId64 "/%" PRId64 " pages (%d%%), ", facts->done,
               facts->done + facts->waiting + facts->in_flight, percent(facts));
    if (facts->pages_per_s >= 0) {
        words_add_rate(out, facts->pages_per_s);
        buf_add_string(out, "/s, ");
        words_add_bytes(out, facts->bytes_per_s);
        buf_add_string(out, "/s, ");
    }
    buf_printf(out, "4xx %" PRId64 ", 5xx %" PRId64 ", failed %" PRId64 ", ", facts->answers[4], facts->answers[5],
               facts->answers[0] + facts->answers[1]);
    words_add_clock(out, facts->elapsed_ms);
    if (facts->held_by[0] != '\0')
        buf_printf(out, ", held back by %s", facts->held_by);
}

#include "report_chart.h"

#include "report_columns.h"
#include "words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const report_class_styles[REPORT_CLASS_COUNT] = {"ok", "other", "redirect", "e4", "e5", "failed"};
const char *const report_class_words[REPORT_CLASS_COUNT] = {"ok",         "other types",   "redirects",
                                                            "4xx errors", "server errors", "no usable answer"};

static void use_classes(struct report_columns *chart)
{
    for (int i = 0; i < REPORT_CLASS_COUNT; i++) {
        chart->styles[i] = report_class_styles[i];
        chart->words[i] = report_class_words[i];
    }
}

/* --- What is drawn --------------------------------------------------------------------------- */

void report_chart_add_depths(struct buf *out, const struct report_data *data)
{
    struct report_columns chart = {.id = "depths", .title = "Pages by depth"};
    size_t last = 0;

    use_classes(&chart);
    for (size_t i = 0; i < REPORT_DEPTHS; i++) {
        struct report_bar *column = &chart.columns[i];

        memcpy(column->parts, data->depths[i], sizeof column->parts);
        snprintf(column->words, sizeof column->words, "%zu%s click%s from a seed", i,
                 i + 1 == REPORT_DEPTHS ? " or more" : "", i == 1 ? "" : "s");
        snprintf(column->label, sizeof column->label, "%zu%s", i, i + 1 == REPORT_DEPTHS ? "+" : "");
        if (data->deepest > 10 && i % 2 == 1)
            column->label[0] = '\0';
        if (report_bar_sum(column) > 0)
            last = i;
    }
    chart.count = last + 1 < 6 ? 6 : last + 1;
    snprintf(chart.description, sizeof chart.description,
             "How many clicks from a seed, by what came of it; the deepest is %" PRId64 ".", data->deepest);
    report_columns_add(out, &chart);
}

static void write_time(char *text, size_t size, int64_t ms)
{
    struct buf words = {.limit = 60};

    words_add_time(&words, ms < 0 ? 0 : ms);
    snprintf(text, size, "%s", words.data);
    buf_free(&words);
}

/* In columns, between the beginnings of two steps, in a scale of logarithms. */
static double place_of_time(int64_t ms, size_t first)
{
    size_t step = report_time_step(ms);
    double from = (double)report_step_ms(step), to = (double)report_step_ms(step + 1);
    double inside = log(((double)ms + 0.5) / (from > 0.5 ? from : 0.5)) / log(to / (from > 0.5 ? from : 0.5));

    return (double)step - (double)first + (inside < 0 ? 0 : inside > 1 ? 1 : inside);
}

/* The columns from the first that counts anything to the last; *first is the step of the first. */
static void take_steps(struct report_columns *chart, const int64_t *steps, size_t *first)
{
    size_t last = 0;

    *first = 0;
    for (size_t i = 0; i < REPORT_STEPS; i++)
        if (steps[i] > 0) {
            if (last == 0)
                *first = i;
            last = i + 1;
        }
    if (last < *first + 12)
        last = *first + 12 < REPORT_STEPS ? *first + 12 : REPORT_STEPS;
    chart->count = last - *first;
    for (size_t i = 0; i < chart->count; i++)
        chart->columns[i].parts[0] = steps[*first + i];
}

void report_chart_add_times(struct buf *out, const struct report_data *data)
{
    static const double percents[] = {50, 95, 99};
    struct report_columns chart = {.id = "times", .title = "Response times", .styles = {"plain"}};
    size_t first;
    char values[3][32];

    take_steps(&chart, data->time_steps, &first);
    for (size_t i = 0; i < chart.count; i++) {
        struct report_bar *column = &chart.columns[i];
        int64_t from = report_step_ms(first + i);

        snprintf(column->words, sizeof column->words, "%" PRId64 " to %" PRId64 " ms", from,
                 report_step_ms(first + i + 1) - 1);
        column->label_at_edge = true;
        if (from == 0 || (from == 1 && first > 0) || (first + i) % 6 == 0 ||
            (chart.count <= 14 && (first + i) % 3 == 0))
            write_time(column->label, sizeof column->label, from);
    }
    for (size_t i = 0; i < 3 && data->timed > 0; i++) {
        int64_t ms = report_percentile(data, percents[i]);

        write_time(values[i], sizeof values[i], ms);
        chart.marks[i].at = place_of_time(ms, first);
        snprintf(chart.marks[i].words, sizeof chart.marks[i].words, "p%.0f %s", percents[i], values[i]);
        chart.mark_count = i + 1;
    }
    if (data->timed > 0)
        snprintf(chart.description, sizeof chart.description,
                 "From request to last byte. Half of all pages took %s or less, 95 of 100 at most %s, 99 at most %s.",
                 values[0], values[1], values[2]);
    report_columns_add(out, &chart);
}

static void write_bytes(char *text, size_t size, int64_t bytes)
{
    struct buf words = {.limit = 60};

    words_add_bytes(&words, (double)bytes);
    snprintf(text, size, "%s", words.data);
    buf_free(&words);
}

void report_chart_add_sizes(struct buf *out, const struct report_data *data)
{
    struct report_columns chart = {.id = "sizes", .title = "Page sizes", .styles = {"plain"}};
    size_t first;
    char mean[32];

    take_steps(&chart, data->size_steps, &first);
    for (size_t i = 0; i < chart.count; i++) {
        struct report_bar *column = &chart.columns[i];
        char from[32], to[32];

        write_bytes(from, sizeof from, report_step_bytes(first + i));
        write_bytes(to, sizeof to, report_step_bytes(first + i + 1));
        snprintf(column->words, sizeof column->words, "%s to %s", from, to);
        column->label_at_edge = true;
        if (i % 3 == 0)
            snprintf(column->label, sizeof column->label, "%.15s", from);
    }
    write_bytes(mean, sizeof mean, data->sized > 0 ? data->bytes / data->sized : 0);
    snprintf(chart.description, sizeof chart.description,
             "Bodies as decoded, each column twice as large; %s on average.", mean);
    report_columns_add(out, &chart);
}

/* The causes as parts of one bar, the longest first, and in words. Those of less than a hundredth are left out. */
static void add_held(struct buf *out, const int64_t held_ms[HELD_COUNT])
{
    int64_t all = 0, left[HELD_COUNT];
    struct buf bar = {.limit = 8192}, words = {.limit = 8192};
    double x = 0;

    memcpy(left, held_ms, sizeof left);
    for (int i = 1; i < HELD_COUNT; i++)
        all += left[i];
    for (int rank = 0; rank < 5; rank++) {
        int most = 1;
        double share;

        for (int i = 2; i < HELD_COUNT; i++)
            most = left[i] > left[most] ? i : most;
        share = all == 0 ? 0 : 100.0 * (double)left[most] / (double)all;
        left[most] = 0;
        if (share < 1)
            break;
        buf_printf(&bar, "<rect class=\"h%d\" x=\"%.1f%%\" width=\"%.1f%%\" height=\"8\"/>", rank, x, share);
        buf_printf(&words,
                   "<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"h%d\" width=\"10\" "
                   "height=\"10\" rx=\"2\"/></svg>%s %.0f&nbsp;%%</li>",
                   rank, held_words[most], share);
        x += share;
    }
    if (words.size > 0)
        buf_printf(out,
                   "<p class=\"held\">Held back by</p><svg class=\"bar\" width=\"100%%\" height=\"8\" "
                   "aria-hidden=\"true\">%s</svg><ul class=\"legend\">%s</ul>",
                   bar.data, words.data);
    buf_free(&bar);
    buf_free(&words);
}

void report_chart_add_moments(struct buf *out, const struct report_data *data)
{
    struct report_columns chart = {.id = "timeline",
                                   .title = "Pages a second",
                                   .count = REPORT_MOMENTS,
                                   .styles = {"plain", "e5"},
                                   .words = {"pages without error", "errors"}};
    double step_ms = (double)data->span_ms / REPORT_MOMENTS;
    struct buf rate = {.limit = 60}, held = {.limit = 20000};
    char span[32];

    for (size_t i = 0; i < REPORT_MOMENTS; i++) {
        struct report_bar *column = &chart.columns[i];

        column->parts[0] = data->moments[i][0];
        column->parts[1] = data->moments[i][1];
        write_time(span, sizeof span, (int64_t)(step_ms * (double)i));
        snprintf(column->words, sizeof column->words, "after %s", span);
        column->label_at_edge = true;
        if (i % (REPORT_MOMENTS / 4) == 0)
            snprintf(column->label, sizeof column->label, "%.15s", i == 0 ? "0" : span);
    }
    write_time(span, sizeof span, (int64_t)step_ms);
    words_add_rate(&rate, data->took_ms > 0 ? (double)data->pages * 1000 / (double)data->took_ms : 0);
    snprintf(chart.description, sizeof chart.description, "%s pages a second on average; a column is %s%s.", rate.data,
             span, data->run_count > 1 ? ", runs follow each other without their pauses" : "");
    buf_free(&rate);
    for (size_t i = 1; i < data->run_count && i < 4; i++) {
        struct report_mark *mark = &chart.marks[chart.mark_count++];

        mark->at = (double)data->runs[i].offset_ms * REPORT_MOMENTS / (double)data->span_ms;
        snprintf(mark->words, sizeof mark->words, "run %" PRId64, data->runs[i].id);
    }
    chart.scale = step_ms > 0 ? 1000 / step_ms : 0;
    add_held(&held, data->held_ms);
    chart.below = buf_slice(&held);
    report_columns_add(out, &chart);
    buf_free(&held);
}

void report_chart_add_titles(struct buf *out, const struct report_data *data)
{
    struct report_columns chart = {.id = "titles",
                                   .title = "Lengths of titles",
                                   .count = REPORT_TITLE_STEPS,
                                   .styles = {"plain"},
                                   .band_from = 2,
                                   .band_to = 12.2,
                                   .band_words = "10 to 60"};
    int64_t good = 0;
    int used;

    for (size_t i = 0; i < REPORT_TITLE_STEPS; i++) {
        struct report_bar *column = &chart.columns[i];
        bool is_last = i + 1 == REPORT_TITLE_STEPS;

        column->parts[0] = data->title_steps[i];
        if (i >= 2 && i < 12)
            good += data->title_steps[i];
        snprintf(column->words, sizeof column->words, is_last ? "%zu characters or more" : "%zu to %zu characters",
                 i * 5, i * 5 + 4);
        column->label_at_edge = true;
        if (i % 4 == 0)
            snprintf(column->label, sizeof column->label, "%zu%s", i * 5, is_last ? "+" : "");
    }
    used = snprintf(chart.description, sizeof chart.description,
                    "In characters. %.0f %% have 10 to 60, which search results show whole",
                    data->titled == 0 ? 0 : 100.0 * (double)good / (double)data->titled);
    if (used > 0)
        snprintf(chart.description + used, sizeof chart.description - (size_t)used, "; %" PRId64 " page%s no title.",
                 data->untitled, data->untitled == 1 ? " has" : "s have");
    report_columns_add(out, &chart);
}

/* --- In tables --------------------------------------------------------------------------------- */

void report_chart_add_bar(struct buf *out, double share, const char *class)
{
    buf_printf(out,
               "<svg class=\"bar\" width=\"100%%\" height=\"10\" aria-hidden=\"true\"><rect class=\"%s\" "
               "width=\"%.1f%%\" height=\"10\" rx=\"2\"/></svg>",
               class,
               share <= 0      ? 0
               : share < 0.005 ? 0.5
               : share > 1     ? 100
                               : share * 100);
}

void report_chart_add_range(struct buf *out, int64_t from_ms, int64_t to_ms)
{
    double from = (double)report_time_step(from_ms) / REPORT_STEPS * 100;
    double to = (double)(report_time_step(to_ms) + 1) / REPORT_STEPS * 100;

    buf_printf(out,
               "<svg class=\"bar\" width=\"100%%\" height=\"10\" aria-hidden=\"true\"><rect class=\"track\" "
               "width=\"100%%\" height=\"10\" rx=\"2\"/><rect class=\"plain\" x=\"%.1f%%\" width=\"%.1f%%\" "
               "height=\"10\" rx=\"2\"/></svg>",
               from, to > from ? to - from : 1);
}

#include "report_columns.h"

#include "report_markup.h"

#define TOP       28  /* pixels above the highest column */
#define TOP_MARKS 46  /* the same if there are marks */
#define MARKS     38  /* where the words of the first mark stand */
#define PLOT      140 /* of the highest column */
#define BOTTOM    24  /* for what stands below */

#define WORDS_PERCENT 27 /* of the width, that the words of a mark take on a narrow screen */

static int top_of(const struct report_columns *chart)
{
    return chart->mark_count > 0 ? TOP_MARKS : TOP;
}

/* The least of 1, 2, 5, 10, 20 ... that is `number` or more. */
static int64_t round_up(int64_t number)
{
    int64_t power = 1;

    while (power < INT64_MAX / 100) {
        if (number <= power)
            return power;
        if (number <= 2 * power)
            return 2 * power;
        if (number <= 5 * power)
            return 5 * power;
        power *= 10;
    }
    return number;
}

int64_t report_bar_sum(const struct report_bar *column)
{
    int64_t all = 0;

    for (int i = 0; i < REPORT_CLASS_COUNT; i++)
        all += column->parts[i];
    return all;
}

static int64_t highest(const struct report_columns *chart)
{
    int64_t most = 1;

    for (size_t i = 0; i < chart->count; i++)
        if (report_bar_sum(&chart->columns[i]) > most)
            most = report_bar_sum(&chart->columns[i]);
    return most;
}

/* Lines to read heights by, with their numbers in the margin that the style leaves. */
static void add_grid(struct buf *out, const struct report_columns *chart, int64_t most)
{
    double scale = chart->scale > 0 ? chart->scale : 1, scaled = (double)most * scale;
    int64_t step = round_up((int64_t)((scaled + 4) / 5));

    for (int64_t line = step; (double)line <= scaled; line += step) {
        double y = top_of(chart) + PLOT * (1 - (double)line / scaled);

        buf_printf(out,
                   "<line class=\"grid\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"y\" x=\"-8\" "
                   "y=\"%.1f\">",
                   y, y, y + 4);
        markup_add_number(out, line);
        buf_add_string(out, "</text>");
    }
}

static void add_column(struct buf *out, const struct report_columns *chart, size_t at, int64_t most)
{
    const struct report_bar *column = &chart->columns[at];
    double width = 100.0 / (double)chart->count, y = top_of(chart) + PLOT;
    double gap = chart->count > 60 ? 0.06 : 0.12;

    if (report_bar_sum(column) == 0)
        return;
    buf_printf(out, "<g><title>%s: ", column->words);
    markup_add_number(out, report_bar_sum(column));
    for (int i = 1; chart->words[0] != NULL && i < REPORT_CLASS_COUNT; i++)
        if (column->parts[i] > 0) {
            buf_printf(out, ", %s ", chart->words[i]);
            markup_add_number(out, column->parts[i]);
        }
    buf_add_string(out, "</title>");
    for (int i = 0; i < REPORT_CLASS_COUNT; i++) {
        double height = PLOT * (double)column->parts[i] / (double)most;

        if (column->parts[i] == 0)
            continue;
        if (height < 1.5) /* what is there is seen */
            height = 1.5;
        y -= height;
        buf_printf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\"/>",
                   chart->styles[i], width * ((double)at + gap / 2), y, width * (1 - gap), height);
    }
    buf_add_string(out, "</g>");
}

static void add_labels(struct buf *out, const struct report_columns *chart)
{
    double width = 100.0 / (double)chart->count;

    buf_printf(out, "<line class=\"axis\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>", top_of(chart) + PLOT,
               top_of(chart) + PLOT);
    for (size_t i = 0; i < chart->count; i++) {
        const struct report_bar *column = &chart->columns[i];
        bool is_first = i == 0 && column->label_at_edge;

        if (column->label[0] != '\0')
            buf_printf(out, "<text class=\"x%s\" x=\"%.2f%%\" y=\"%d\">%s</text>", is_first ? " first" : "",
                       width * ((double)i + (column->label_at_edge ? 0 : 0.5)), top_of(chart) + PLOT + 17,
                       column->label);
    }
}

/* How many marks have their words to their right; the others, further right, have them to their left. All the same side
 * where there is room, or else divided where they are furthest from each other. */
static size_t words_to_the_right(const struct report_columns *chart, double width)
{
    size_t count = chart->mark_count, split = 1;

    if (chart->marks[count - 1].at * width <= 100 - WORDS_PERCENT)
        return count;
    if (chart->marks[0].at * width >= WORDS_PERCENT)
        return 0;
    for (size_t i = 2; i < count; i++)
        if (chart->marks[i].at - chart->marks[i - 1].at > chart->marks[split].at - chart->marks[split - 1].at)
            split = i;
    return split;
}

/* Each line ends at its words, and those that stand on the side of the words end lower: so none goes through words. */
static void add_marks(struct buf *out, const struct report_columns *chart)
{
    double width = 100.0 / (double)chart->count;
    size_t count = chart->mark_count, right = count == 0 ? 0 : words_to_the_right(chart, width);

    for (size_t i = 0; i < count; i++) {
        double x = chart->marks[i].at * width;
        int y = MARKS - 14 * (int)(i < right ? count - 1 - i : i - right);

        buf_printf(out,
                   "<line class=\"mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
                   "<text class=\"mark%s\" x=\"%.2f%%\" dx=\"%d\" y=\"%d\">%s</text>",
                   x, x, y - 8, top_of(chart) + PLOT, i < right ? "" : " end", x, i < right ? 4 : -4, y,
                   chart->marks[i].words);
    }
}

static void add_legend(struct buf *out, const struct report_columns *chart)
{
    if (chart->words[0] == NULL)
        return;
    buf_add_string(out, "<ul class=\"legend\">");
    for (int i = 0; i < REPORT_CLASS_COUNT && chart->words[i] != NULL; i++) {
        int64_t all = 0;

        for (size_t j = 0; j < chart->count; j++)
            all += chart->columns[j].parts[i];
        if (all == 0)
            continue;
        buf_printf(out,
                   "<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"10\" "
                   "height=\"10\" rx=\"2\"/></svg>%s ",
                   chart->styles[i], chart->words[i]);
        markup_add_number(out, all);
        buf_add_string(out, "</li>");
    }
    buf_add_string(out, "</ul>");
}

void report_columns_add(struct buf *out, const struct report_columns *chart)
{
    int64_t most = highest(chart);

    buf_printf(out,
               "<figure id=\"%s\"><figcaption><h2>%s</h2><p>%s</p></figcaption>"
               "<svg class=\"chart\" role=\"img\" aria-labelledby=\"%s-t %s-d\" width=\"100%%\" height=\"%d\">"
               "<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>",
               chart->id, chart->title, chart->description, chart->id, chart->id, top_of(chart) + PLOT + BOTTOM,
               chart->id, chart->title, chart->id, chart->description);
    if (chart->band_to > chart->band_from) {
        double width = 100.0 / (double)chart->count;

        buf_printf(out,
                   "<rect class=\"band\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"/>"
                   "<text class=\"mark\" x=\"%.2f%%\" dx=\"4\" y=\"%d\">%s</text>",
                   chart->band_from * width, top_of(chart) - 14, (chart->band_to - chart->band_from) * width, PLOT + 14,
                   chart->band_from * width, top_of(chart) - 18, chart->band_words);
    }
    add_grid(out, chart, most);
    for (size_t i = 0; i < chart->count; i++)
        add_column(out, chart, i, most);
    add_labels(out, chart);
    add_marks(out, chart);
    buf_add_string(out, "</svg>");
    add_legend(out, chart);
    buf_add(out, chart->below.data, chart->below.size);
    buf_add_string(out, "</figure>\n");
}

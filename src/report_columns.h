#ifndef CRAWL_REPORT_COLUMNS_H
#define CRAWL_REPORT_COLUMNS_H

#include "buf.h"
#include "report_data.h"

/* A chart of columns that stand side by side, as SVG. Widths are percents of whatever room there is, heights and
 * letters are pixels: so letters keep their size on any screen. Pure. */

#define REPORT_MARKS_MOST 3

struct report_bar {
    int64_t parts[REPORT_CLASS_COUNT]; /* from below */
    char words[80];                    /* what it stands for: "10 to 14 ms" */
    char label[16];                    /* below it; "" none */
    bool label_at_edge;                /* under its left edge, not its middle */
};

struct report_mark {
    double at; /* in columns */
    char words[32];
};

struct report_columns {
    const char *id, *title;
    char description[300];
    struct report_bar columns[REPORT_MOMENTS];
    size_t count;
    const char *styles[REPORT_CLASS_COUNT];
    const char *words[REPORT_CLASS_COUNT]; /* of the parts, for a legend; [0] NULL: only one part, no legend */
    struct report_mark marks[REPORT_MARKS_MOST];
    size_t mark_count;
    double band_from, band_to; /* in columns; equal: none */
    const char *band_words;
    double scale;       /* of the numbers at the lines: so many times the height; 0: once */
    struct slice below; /* markup of ours at the figure's end */
};

/* The height of a column. */
int64_t report_bar_sum(const struct report_bar *column);

/* Appends it as a <figure>, with a legend if its parts have words. All its words are ours, or escaped. */
void report_columns_add(struct buf *out, const struct report_columns *chart);

#endif

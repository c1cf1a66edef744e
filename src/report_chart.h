#ifndef CRAWL_REPORT_CHART_H
#define CRAWL_REPORT_CHART_H

#include "buf.h"
#include "report_data.h"

/* The charts of a report as SVG, each a <figure>. All append. */

/* How pages are spread over depths, times, sizes, moments and lengths of titles. */
void report_chart_add_depths(struct buf *out, const struct report_data *data);
void report_chart_add_times(struct buf *out, const struct report_data *data);
void report_chart_add_sizes(struct buf *out, const struct report_data *data);
void report_chart_add_moments(struct buf *out, const struct report_data *data);
void report_chart_add_titles(struct buf *out, const struct report_data *data);

/* A bar for a cell of a table, `share` of its width (0 to 1), of class `class`. */
void report_chart_add_bar(struct buf *out, double share, const char *class);

/* A range on a scale of times, from the one to the other. */
void report_chart_add_range(struct buf *out, int64_t from_ms, int64_t to_ms);

/* "ok", "redirect" ...: classes of the style; and their words. */
extern const char *const report_class_styles[REPORT_CLASS_COUNT];
extern const char *const report_class_words[REPORT_CLASS_COUNT];

#endif

#ifndef CRAWL_REPORT_TABLES_H
#define CRAWL_REPORT_TABLES_H

#include "buf.h"
#include "err.h"
#include "reader.h"
#include "report_data.h"

#include <stdbool.h>

/* The tables of a report: up to 200 rows each, and together no more than `bytes`: tables that are short leave their
 * room to those after them. Appends; false with the reason if the database cannot be read. */
bool report_tables_add(struct buf *out, struct reader *reader, const struct report_data *data, size_t bytes,
                       struct err *err);

/* Types and hosts, with bars; a dozen rows each. */
bool report_tables_add_types(struct buf *out, struct reader *reader, const struct report_data *data, struct err *err);
bool report_tables_add_hosts(struct buf *out, struct reader *reader, const struct report_data *data, struct err *err);

#endif

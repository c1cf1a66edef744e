/* Writes the report of a made crawl, small and nasty, to standard output: for report_check.py. */
#include "../made_crawl.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    char folder[] = "/tmp/report_page.XXXXXX", path[sizeof folder + 20];
    struct buf out = {.limit = 2 * REPORT_BYTES_MOST};
    struct err err = {""};
    struct reader *reader;
    sqlite3 *db;
    bool good;

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/made.db", folder);
    db = made_crawl(path);
    made_crawl_small(db);
    made_crawl_nasty(db);
    sqlite3_close(db);
    reader = reader_open(path, &err);
    good = reader != NULL && report_add(&out, reader, NULL, INT64_C(1700000100000), &err) &&
           fwrite(out.data, 1, out.size, stdout) == out.size;
    reader_close(reader);
    buf_free(&out);
    unlink(path);
    rmdir(folder);
    if (!good)
        fprintf(stderr, "report_page: %s\n", err.text);
    return good ? 0 : 1;
}
